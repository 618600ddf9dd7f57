/*
 * What many published reports cost the server: publish_rate FOLDER [REPORTS]. Fills a database with
 * approved reports of 424 stations through the store (0: takes the one that bulk has filled, which
 * is FOLDER/publish_rate.db), then measures what a restart with it takes, how long an approval takes
 * to be in the view, also as a day begins, a refit, and approvals while it runs.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/number.h"
#include "collector/publish/load.h"
#include "collector/publish/work.h"
#include "collector/store/session.h"
#include "tests/draw.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    A_JOB = 500,
    REPORTERS = 20000,
    DAYS = 1500,
    APPROVALS = 20
};

struct bench {
    char path[4096];
    struct source source;
    struct survey *survey;
    struct store *store;
    struct publisher *publisher;
    uint8_t key[SIGN_PUBLIC_SIZE];
    uint64_t next;         /* number of the next report */
    uint64_t state;        /* of the random numbers */
    _Atomic int64_t shift; /* seconds by which the publisher's clock is ahead */
};

struct fill_job {
    struct store_job job;
    struct bench *bench;
    uint64_t count;
};

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void check(bool is_good, const struct error *error)
{
    if (is_good)
        return;
    fprintf(stderr, "publish_rate: %s\n", error->text);
    exit(1);
}

/* The city changes its answers on one day; one reporter in ten is often wrong. */
static void make_report(struct bench *bench, struct stored_report *report, char visited[24])
{
    int32_t day = bench->survey->earliest_visit + (int32_t)(draw_bits(&bench->state) % DAYS);
    uint64_t reporter = draw_bits(&bench->state) % REPORTERS;
    uint64_t id = draw_bits(&bench->state);
    struct error error = {0};
    struct date date = day_to_date(day);
    snprintf(visited, 24, "%04d-%02d-%02d", date.year, date.month, date.day);
    *report = (struct stored_report){.visited_text = visited, .version = 1, .has_reporter = true};
    memcpy(report->uuid, &id, sizeof id);
    memcpy(report->uuid + 8, &bench->next, sizeof bench->next);
    memcpy(report->content_hash, report->uuid, UUID_SIZE);
    memcpy(report->reporter, &reporter, sizeof reporter);
    report->station = (int)(draw_bits(&bench->state) % (uint64_t)bench->survey->station_count);
    error_set(&error, ERROR_INTERNAL, "%s is no visit", visited);
    check(visit_parse(visited, strlen(visited), bench->survey->offset_seconds, &report->visited),
          &error);
    memset(report->answers, -1, sizeof report->answers);
    for (int q = 0; q < bench->survey->question_count && q < 5; q++) {
        bool is_wrong = draw_bits(&bench->state) % 100 < (reporter % 10 == 0 ? 40U : 10U);
        report->answers[q] = (int8_t)((day > bench->survey->earliest_visit + 800) != is_wrong);
    }
    bench->next++;
}

/* The store takes entries as verified already, so nothing is signed here. */
static bool add_one(struct session *session, struct bench *bench, struct error *error)
{
    struct stored_report report;
    struct entry entry = {.act = ACT_APPROVE, .at = session_now(session), .version = 1};
    enum put_result put;
    enum change_result result;
    enum report_state state;
    struct error reason = {0};
    char visited[24];
    auto_buffer struct buffer line = {0};
    make_report(bench, &report, visited);
    report.arrived = session_now(session) / 3600 * 3600;
    memcpy(entry.report, report.uuid, UUID_SIZE);
    memcpy(entry.key, bench->key, sizeof entry.key);
    snprintf(entry.reason, sizeof entry.reason, "ok");
    snprintf(entry.survey, sizeof entry.survey, "%s", bench->survey->id);
    entry_print(&entry, &line);
    if (!session_put(session, &report, &put, &state, error) ||
        !session_decide(session, &entry, line.data, line.length, &result, &state, &reason, error))
        return false;
    return result == CHANGE_DONE || error_set(error, ERROR_INTERNAL, "%s", reason.text);
}

static bool fill_run(struct session *session, struct store_job *job, struct error *error)
{
    struct fill_job *own = (struct fill_job *)(void *)job;
    struct moderator moderator = {.name = "Bench", .added = session_now(session)};
    enum change_result ignored;
    memcpy(moderator.key, own->bench->key, sizeof moderator.key);
    if (!session_moderator_add(session, &moderator, &ignored, error))
        return false;
    for (uint64_t i = 0; i < own->count; i++)
        if (!add_one(session, own->bench, error))
            return false;
    return true;
}

static void fill(struct bench *bench, uint64_t count)
{
    struct error error = {0};
    while (count > 0) {
        struct fill_job job = {{.run = fill_run}, bench, count < A_JOB ? count : A_JOB};
        check(store_call(bench->store, &job.job, &error), &error);
        count -= job.count;
    }
}

static void open_store(struct bench *bench)
{
    struct error error = {0};
    const struct store_options options = {.path = bench->path,
                                          .survey = bench->survey,
                                          .source = &bench->source,
                                          .clock = clock_real(),
                                          .staging_seconds = 3600};
    check(store_open(&options, &bench->store, &error), &error);
}

static int64_t shifted_now(void *context)
{
    struct bench *bench = context;
    const struct clock real = clock_real();
    return clock_now(&real) + bench->shift;
}

static void open_publisher(struct bench *bench)
{
    struct error error = {0};
    const struct publisher_options options = {.survey = bench->survey,
                                              .store = bench->store,
                                              .clock = {shifted_now, bench},
                                              .interval_ms = 200};
    check(publisher_start(&options, &bench->publisher, &error), &error);
}

/* A figure of /proc/self/status, in MiB. */
static double status_mib(const char *name)
{
    char line[256];
    uint64_t kib = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) != 0)
            continue;
        const char *digits = line + strcspn(line, "0123456789");
        if (!number_unsigned(digits, strspn(digits, "0123456789"), INT64_MAX, &kib))
            kib = 0;
    }
    if (file != NULL)
        fclose(file);
    return (double)kib / 1024;
}

static void tell(const char *what, double value, const char *unit)
{
    printf("%-44s %10.3f %s\n", what, value, unit);
    fflush(stdout);
}

/* What one more report costs its station: adding, weighing, the pass over each question that it
 * answers, and the sheet. After a start the first one has all weighed. */
static struct sheet *update_one(struct bench *bench, const struct sheet *before,
                                struct observed *observed)
{
    char visited[24];
    struct stored_report report;
    make_report(bench, &report, visited);
    struct published_answer answer = {
        .station = report.station, .visited = report.visited, .reporter_number = 1};
    memcpy(answer.answers, report.answers, sizeof answer.answers);
    double begin = seconds();
    observed_insert(observed, &answer);
    struct place *place = place_update(before->place, observed, 0, &answer, 1);
    double placed = seconds();
    struct sheet *next = sheet_create(place, before->days, before);
    double shown = seconds();
    tell("one decision's update: weights and knots", (placed - begin) * 1e3, "ms");
    tell("  passes, histories and documents", (shown - placed) * 1e3, "ms");
    place_drop(place);
    return next;
}

static void update(struct bench *bench)
{
    struct error error = {0};
    struct view *view = publisher_view(bench->publisher);
    size_t stations = (size_t)bench->survey->station_count;
    auto_free bool *wanted = memory_zeroed(stations, sizeof *wanted);
    auto_free struct record **records = memory_zeroed(stations, sizeof(struct record *));
    struct sheet *sheet = sheet_hold(view->parts.leaves[0].sheet);
    wanted[0] = true;
    double begin = seconds();
    check(load_records(bench->store, bench->survey, wanted, NULL, records, &error), &error);
    tell("reading a station from the store", (seconds() - begin) * 1e3, "ms");
    tell("  its reports", (double)records[0]->observed.count, "");
    for (int i = 0; i < 3; i++) {
        struct sheet *next = update_one(bench, sheet, &records[0]->observed);
        sheet_drop(sheet);
        sheet = next;
    }
    sheet_drop(sheet);
    record_drop(records[0]);
    view_drop(view);
}

/* The longest of some approvals, each waited for by itself. The publisher is asked in turns, so
 * that its ordinary interval is what counts. */
static double approve(struct bench *bench)
{
    double longest = 0;
    for (int i = 0; i < APPROVALS; i++) {
        struct view *before = publisher_view(bench->publisher);
        uint64_t entries = view_entries(before);
        view_drop(before);
        double begin = seconds();
        fill(bench, 1);
        for (bool is_seen = false; !is_seen;) {
            struct view *view = publisher_view(bench->publisher);
            is_seen = view_entries(view) > entries;
            view_drop(view);
            usleep(200);
        }
        double lasted = seconds() - begin;
        longest = lasted > longest ? lasted : longest;
    }
    return longest;
}

static int32_t shown_day(const struct bench *bench)
{
    struct view *view = publisher_view(bench->publisher);
    int32_t day = view_today(view);
    view_drop(view);
    return day;
}

/* All that a new day's first view needs, one station after another. */
static void make_day(const struct bench *bench)
{
    struct view *view = publisher_view(bench->publisher);
    const int32_t day = view_today(view) + 1;
    double begin = seconds();
    for (int s = 0; s < bench->survey->station_count; s++) {
        struct sheet *before = view->parts.leaves[s].sheet;
        sheet_drop(sheet_create(before->place, (struct view_days){day, day}, before));
    }
    tell("the sheets of a new day, by themselves", (seconds() - begin) * 1e3, "ms");
    view_drop(view);
}

/* Approvals while a day begins that nobody could foresee: the clock jumps. */
static void begin_day(struct bench *bench)
{
    const int32_t before = shown_day(bench);
    double begin = seconds();
    bench->shift += DAY_SECONDS;
    tell("longest of 20 approvals as a day begins", approve(bench) * 1e3, "ms");
    while (shown_day(bench) == before)
        usleep(1000);
    tell("  the day was shown after, at most", seconds() - begin, "s");
}

static void wait_published(struct bench *bench)
{
    struct error error = {0};
    check(publisher_wait(bench->publisher, &error), &error);
}

static void wait_loaded(struct bench *bench)
{
    while (preload_is_running(bench->publisher))
        usleep(1000);
}

static void measure(struct bench *bench)
{
    double begin = seconds();
    open_publisher(bench);
    wait_published(bench);
    tell("first publication", seconds() - begin, "s");
    tell("resident", status_mib("VmRSS"), "MiB");
    tell("resident at most so far", status_mib("VmHWM"), "MiB");
    publisher_stop(bench->publisher);
    store_close(bench->store);
    begin = seconds();
    open_store(bench);
    tell("restart: store open", seconds() - begin, "s");
    open_publisher(bench);
    tell("restart: view restored", seconds() - begin, "s");
    tell("resident", status_mib("VmRSS"), "MiB");
    tell("resident at most so far", status_mib("VmHWM"), "MiB");
    tell("longest of 20 approvals to visible", approve(bench) * 1e3, "ms");
    update(bench);
    wait_loaded(bench);
    tell("restart: all reports in memory", seconds() - begin, "s");
    tell("resident", status_mib("VmRSS"), "MiB");
    tell("longest of 20 approvals to visible", approve(bench) * 1e3, "ms");
    make_day(bench);
    begin_day(bench);
    publisher_refit(bench->publisher);
    begin = seconds();
    tell("the same while a refit runs", approve(bench) * 1e3, "ms");
    wait_published(bench);
    tell("refit until published, at most", seconds() - begin, "s");
    tell("resident", status_mib("VmRSS"), "MiB");
    tell("resident at most so far", status_mib("VmHWM"), "MiB");
    auto_buffer struct buffer metrics = {0};
    publisher_metrics(bench->publisher, &metrics);
    fwrite(metrics.data, 1, metrics.length, stdout);
}

int main(int count, char **arguments)
{
    struct bench bench = {.source = {NULL, schema_files, schema_files_count},
                          .key = {1},
                          .state = (uint64_t)getpid()};
    struct error error = {0};
    uint64_t reports = 300000;
    if (count < 2 ||
        (count > 2 && !number_unsigned(arguments[2], strlen(arguments[2]), INT64_MAX, &reports))) {
        fprintf(stderr, "usage: publish_rate FOLDER [REPORTS]\n");
        return 2;
    }
    snprintf(bench.path, sizeof bench.path, "%s/publish_rate.db", arguments[1]);
    memory_keep_freed();
    check(secret_start(&error), &error);
    bench.survey = survey_load(&bench.source, &error);
    check(bench.survey != NULL, &error);
    open_store(&bench);
    if (reports > 0) {
        double begin = seconds();
        fill(&bench, reports);
        tell("filling", seconds() - begin, "s");
    }
    measure(&bench);
    publisher_stop(bench.publisher);
    store_close(bench.store);
    survey_destroy(bench.survey);
    return 0;
}
