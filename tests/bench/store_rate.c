/*
 * How fast the store takes reports, moves them, and reads them again, and what one costs on disk:
 * store_rate FOLDER [ROWS [BATCH]]. The folder gets a database store_rate.db, removed at the end.
 */
#include <inttypes.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/number.h"
#include "collector/store/session.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

struct put {
    struct store_job job;
    struct stored_report report;
    enum put_result result;
    enum report_state state;
};

struct bench {
    char path[4096];
    struct source source;
    struct survey *survey;
    struct store *store;
    struct store_collector *collector;
    uint64_t rows, batch;
    uint64_t seen;
};

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void stop(const char *what, const struct error *error)
{
    fprintf(stderr, "store_rate: %s: %s\n", what, error->text);
    exit(1);
}

static void open_store(struct bench *bench)
{
    struct error error = {0};
    struct store_options options = {
        .path = bench->path,
        .survey = bench->survey,
        .source = &bench->source,
        .clock = clock_real(),
        .staging_seconds = 3600,
    };
    if (!store_open(&options, &bench->store, &error))
        stop("open", &error);
}

static bool put_run(struct session *session, struct store_job *job, struct error *error)
{
    struct put *put = (struct put *)job;
    return session_put(session, &put->report, &put->result, &put->state, error);
}

static void put_finish(struct store_job *job)
{
    if (job->error.kind != ERROR_NONE)
        stop("put", &job->error);
}

/* Five answers, a visit to the minute in the last year, a station of the catalogue. */
static void fill(const struct bench *bench, struct put *put)
{
    static const char visited[] = "2026-06-15T08:30+08:00";
    struct stored_report *report = &put->report;
    secret_random(report->uuid, sizeof report->uuid);
    memset(report->answers, -1, sizeof report->answers);
    for (int question = 0; question < 5; question++)
        report->answers[question] = (int8_t)(report->uuid[question] & 1);
    report->station = (report->uuid[5] << 8 | report->uuid[6]) % bench->survey->station_count;
    report->visited_text = visited;
    if (!visit_parse(visited, strlen(visited), bench->survey->offset_seconds, &report->visited))
        abort();
    report->arrived = (int64_t)time(NULL);
    blake2b(NULL, report->uuid, sizeof report->uuid, report->content_hash,
            sizeof report->content_hash);
    put->job =
        (struct store_job){.collector = bench->collector, .run = put_run, .finish = put_finish};
}

static void wait_for(struct bench *bench, uint64_t count)
{
    struct pollfd ready = {.fd = store_collector_fd(bench->collector), .events = POLLIN};
    while (count > 0) {
        (void)poll(&ready, 1, -1);
        count -= store_collect(bench->collector);
    }
}

static double put_all(struct bench *bench)
{
    double spent = 0;
    struct error error = {0};
    struct put *puts = memory_zeroed(bench->batch, sizeof *puts);
    for (uint64_t done = 0; done < bench->rows; done += bench->batch) {
        for (uint64_t i = 0; i < bench->batch; i++)
            fill(bench, &puts[i]);
        double begin = seconds();
        for (uint64_t i = 0; i < bench->batch; i++)
            if (!store_submit(bench->store, &puts[i].job, &error))
                stop("submit", &error);
        wait_for(bench, bench->batch);
        spent += seconds() - begin;
    }
    free(puts);
    return spent;
}

static void approve_all(const struct bench *bench)
{
    sqlite3 *database = NULL;
    if (sqlite3_open(bench->path, &database) != SQLITE_OK ||
        sqlite3_exec(database, "UPDATE report SET state = 1", NULL, NULL, NULL) != SQLITE_OK)
        abort();
    sqlite3_close(database);
}

struct reading {
    struct store_job job;
    struct bench *bench;
};

static void count_answer(void *context, const struct published_answer *answer)
{
    (void)answer;
    ((struct bench *)context)->seen++;
}

static bool read_all(struct session *session, struct store_job *job, struct error *error)
{
    return session_published(session, -1, count_answer, ((struct reading *)job)->bench, error);
}

static bool read_station(struct session *session, struct store_job *job, struct error *error)
{
    return session_published(session, 0, count_answer, ((struct reading *)job)->bench, error);
}

static double time_reading(struct bench *bench,
                           bool (*run)(struct session *, struct store_job *, struct error *))
{
    struct error error = {0};
    struct reading reading = {.job.run = run, .bench = bench};
    bench->seen = 0;
    double begin = seconds();
    if (!store_call(bench->store, &reading.job, &error))
        stop("read", &error);
    return seconds() - begin;
}

static double file_bytes(const struct bench *bench)
{
    struct stat status;
    return stat(bench->path, &status) == 0 ? (double)status.st_size : 0;
}

static void print_rate(const char *what, double rows, double spent)
{
    printf("%-44s %10.0f rows/s  %8.3f s\n", what, rows / spent, spent);
    fflush(stdout);
}

static void measure(struct bench *bench)
{
    double rows = (double)bench->rows;
    open_store(bench);
    print_rate("put, durable", rows, put_all(bench));
    double begin = seconds();
    store_close(bench->store);
    print_rate("moved to the main table, at the end", rows, seconds() - begin);
    printf("%-44s %10.1f bytes a row\n", "on disk, pending", file_bytes(bench) / rows);

    begin = seconds();
    open_store(bench);
    printf("%-44s %28.3f s\n", "opened again", seconds() - begin);
    bench->rows /= 10;
    print_rate("a tenth more, beside the others", (double)bench->rows, put_all(bench));
    begin = seconds();
    store_close(bench->store);
    print_rate("moved among the others", (double)bench->rows, seconds() - begin);

    approve_all(bench);
    printf("%-44s %10.1f bytes a row\n", "on disk, approved, with what is free",
           file_bytes(bench) / rows / 1.1);
    open_store(bench);
    double spent = time_reading(bench, read_all);
    print_rate("read for the aggregator", (double)bench->seen, spent);
    spent = time_reading(bench, read_station);
    print_rate("of one station", (double)bench->seen, spent);
    store_close(bench->store);
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct bench bench = {.rows = 1000000, .batch = 64};
    bool given = argc >= 2 && argc <= 4 &&
                 (argc < 3 || number_unsigned(argv[2], strlen(argv[2]), 100000000, &bench.rows)) &&
                 (argc < 4 || number_unsigned(argv[3], strlen(argv[3]), 60000, &bench.batch));
    if (!given || bench.rows < 10 || bench.batch < 1) {
        fprintf(stderr, "usage: store_rate FOLDER [ROWS [BATCH]]\n");
        return 2;
    }
    bench.source = (struct source){.files = schema_files, .count = schema_files_count};
    if (!secret_start(&error))
        stop("start", &error);
    bench.survey = survey_load(&bench.source, &error);
    bench.collector = store_collector_create(&error);
    if (bench.survey == NULL || bench.collector == NULL)
        stop("start", &error);
    snprintf(bench.path, sizeof bench.path, "%s/store_rate.db", argv[1]);
    unlink(bench.path);
    measure(&bench);
    unlink(bench.path);
    store_collector_destroy(bench.collector);
    survey_destroy(bench.survey);
    return 0;
}
