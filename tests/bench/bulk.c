/*
 * Fills a database with approved reports, faster than the store would: bulk DATABASE REPORTS.
 * The first ones go through the store, which makes the tables and the vocabulary; the others are
 * rows of the same shape, in the order of their ids, and the index of what is published is made
 * again at the end. Five of the questions each, all stations, five years, some visits of a month or a
 * year, a tenth unnamed, and reporters of whom few have told much.
 */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/store/session.h"
#include "tests/draw.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    BY_STORE = 5000,
    ANSWERS = 5,
    DAYS = 1780,
    CHANGE_DAY = 800,
    A_COMMIT = 100000
};

struct bulk {
    const char *path;
    struct source source;
    struct survey *survey;
    sqlite3 *database;
    sqlite3_stmt *insert;
    uint64_t state; /* of the random numbers */
    uint64_t reporters;
    uint32_t *told; /* by reporter: reports */
    uint8_t codes[SURVEY_QUESTIONS_MAX][SURVEY_OPTIONS_MAX];
    int64_t stations[1024], basis;
};

static void check(bool is_good, const char *what)
{
    if (is_good)
        return;
    fprintf(stderr, "bulk: %s\n", what);
    exit(1);
}

/* What one reporter found. */
struct told {
    int station;
    int32_t first, last;
    uint64_t reporter; /* 0: unnamed */
    int8_t answers[SURVEY_QUESTIONS_MAX];
};

/* The city changes its answers on one day; one reporter in ten is often wrong. */
static void make_told(struct bulk *bulk, struct told *told)
{
    const struct survey *survey = bulk->survey;
    uint64_t kind = draw_bits(&bulk->state) % 100;
    int32_t day = survey->earliest_visit + (int32_t)(draw_bits(&bulk->state) % DAYS);
    struct date date = day_to_date(day);
    *told =
        (struct told){.station = (int)(draw_bits(&bulk->state) % (uint64_t)survey->station_count),
                      .first = day,
                      .last = day};
    if (kind < 11) {
        date.day = 1;
        date.month = kind == 0 ? 1 : date.month;
        told->first = day_from_date(date);
        date.month = kind == 0 ? 13 : date.month + 1;
        date.year += date.month > 12;
        date.month = date.month > 12 ? 1 : date.month;
        told->last = day_from_date(date) - 1;
    }
    if (draw_bits(&bulk->state) % 10 > 0)
        told->reporter =
            1 + (uint64_t)((double)bulk->reporters * pow(draw_uniform(&bulk->state), 3)) %
                    bulk->reporters;
    memset(told->answers, -1, sizeof told->answers);
    int start = (int)(draw_bits(&bulk->state) % (uint64_t)survey->question_count);
    for (int i = 0; i < ANSWERS; i++) {
        int q = (start + i) % survey->question_count;
        bool is_wrong = draw_bits(&bulk->state) % 100 < (told->reporter % 10 == 1 ? 40U : 10U);
        told->answers[q] = (int8_t)((day > survey->earliest_visit + CHANGE_DAY) != is_wrong);
    }
}

struct first_job {
    struct store_job job;
    struct bulk *bulk;
};

static bool add_one(struct session *session, struct bulk *bulk, uint64_t number,
                    const uint8_t key[SIGN_PUBLIC_SIZE], struct error *error)
{
    struct told told;
    make_told(bulk, &told);
    told.station = (int)(number % (uint64_t)bulk->survey->station_count);
    char visited[24];
    struct date date = day_to_date(told.first);
    snprintf(visited, sizeof visited, "%04d-%02d-%02d", date.year, date.month, date.day);
    struct stored_report report = {.station = told.station, .visited_text = visited, .version = 1};
    struct entry entry = {.act = ACT_APPROVE, .at = session_now(session), .version = 1};
    enum put_result put;
    enum change_result result;
    enum report_state state;
    auto_buffer struct buffer line = {0};
    check(visit_parse(visited, strlen(visited), bulk->survey->offset_seconds, &report.visited),
          "no visit");
    memcpy(report.answers, told.answers, sizeof report.answers);
    memcpy(report.uuid + 8, &number, sizeof number);
    memcpy(report.content_hash, report.uuid, UUID_SIZE);
    report.arrived = session_now(session) / 3600 * 3600;
    memcpy(entry.report, report.uuid, UUID_SIZE);
    memcpy(entry.key, key, SIGN_PUBLIC_SIZE);
    snprintf(entry.reason, sizeof entry.reason, "ok");
    snprintf(entry.survey, sizeof entry.survey, "%s", bulk->survey->id);
    entry_print(&entry, &line);
    return session_put(session, &report, &put, &state, error) &&
           session_decide(session, &entry, line.data, line.length, &result, &state, error, error);
}

static bool first_run(struct session *session, struct store_job *job, struct error *error)
{
    struct bulk *bulk = ((struct first_job *)(void *)job)->bulk;
    struct moderator moderator = {.key = {1}, .name = "Bench", .added = session_now(session)};
    enum change_result ignored;
    if (!session_moderator_add(session, &moderator, &ignored, error))
        return false;
    for (uint64_t i = 1; i <= BY_STORE; i++)
        if (!add_one(session, bulk, i, moderator.key, error))
            return false;
    return true;
}

static void fill_by_store(struct bulk *bulk)
{
    struct error error = {0};
    struct store *store = NULL;
    const struct store_options options = {.path = bulk->path,
                                          .survey = bulk->survey,
                                          .source = &bulk->source,
                                          .clock = clock_real(),
                                          .staging_seconds = 3600};
    struct first_job job = {{.run = first_run}, bulk};
    check(store_open(&options, &store, &error), error.text);
    check(store_call(store, &job.job, &error), error.text);
    store_close(store);
}

static void run_sql(struct bulk *bulk, const char *sql)
{
    check(sqlite3_exec(bulk->database, sql, NULL, NULL, NULL) == SQLITE_OK,
          sqlite3_errmsg(bulk->database));
}

static sqlite3_stmt *prepare(struct bulk *bulk, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    check(sqlite3_prepare_v2(bulk->database, sql, -1, &statement, NULL) == SQLITE_OK,
          sqlite3_errmsg(bulk->database));
    return statement;
}

static void read_codes(struct bulk *bulk)
{
    const struct survey *survey = bulk->survey;
    sqlite3_stmt *rows = prepare(bulk, "SELECT code, question, option FROM answer_code");
    while (sqlite3_step(rows) == SQLITE_ROW) {
        int q = survey_question(survey, (const char *)sqlite3_column_text(rows, 1));
        int option =
            survey_option(&survey->questions[q], (const char *)sqlite3_column_text(rows, 2));
        bulk->codes[q][option] = (uint8_t)sqlite3_column_int(rows, 0);
    }
    sqlite3_finalize(rows);
    rows = prepare(bulk, "SELECT code, id FROM station_code");
    while (sqlite3_step(rows) == SQLITE_ROW)
        bulk->stations[survey_station(survey, (const char *)sqlite3_column_text(rows, 1))] =
            sqlite3_column_int64(rows, 0);
    sqlite3_finalize(rows);
}

static void insert_one(struct bulk *bulk, uint64_t number)
{
    struct told told;
    uint8_t id[UUID_SIZE];
    uint8_t hash[32];
    uint8_t answers[ANSWERS];
    int length = 0;
    uint64_t big = __builtin_bswap64(number << 24);
    make_told(bulk, &told);
    for (size_t i = 0; i < sizeof hash; i += 8) {
        uint64_t value = draw_bits(&bulk->state);
        memcpy(hash + i, &value, sizeof value);
    }
    memcpy(id, &big, sizeof big);
    memcpy(id + 8, hash, 8);
    for (int q = 0; q < bulk->survey->question_count; q++)
        if (told.answers[q] >= 0)
            answers[length++] = bulk->codes[q][told.answers[q]];
    sqlite3_bind_blob(bulk->insert, 1, id, sizeof id, SQLITE_STATIC);
    sqlite3_bind_int64(bulk->insert, 2, bulk->stations[told.station]);
    sqlite3_bind_int64(bulk->insert, 3, told.last);
    sqlite3_bind_int64(bulk->insert, 4, told.last - told.first);
    sqlite3_bind_blob(bulk->insert, 5, answers, length, SQLITE_STATIC);
    sqlite3_bind_null(bulk->insert, 6);
    if (told.reporter > 0) {
        sqlite3_bind_int64(bulk->insert, 6, (int64_t)told.reporter);
        bulk->told[told.reporter]++;
    }
    sqlite3_bind_blob(bulk->insert, 7, hash, sizeof hash, SQLITE_STATIC);
    check(sqlite3_step(bulk->insert) == SQLITE_DONE, sqlite3_errmsg(bulk->database));
    sqlite3_reset(bulk->insert);
}

static void insert_reporters(struct bulk *bulk)
{
    sqlite3_stmt *insert =
        prepare(bulk, "INSERT INTO reporter (number, pseudonym, reports) VALUES (?1, ?2, ?3)");
    for (uint64_t r = 1; r <= bulk->reporters; r++) {
        uint64_t pseudonym[2] = {draw_bits(&bulk->state), r};
        if (bulk->told[r] == 0)
            continue;
        sqlite3_bind_int64(insert, 1, (int64_t)r);
        sqlite3_bind_blob(insert, 2, pseudonym, sizeof pseudonym, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 3, bulk->told[r]);
        check(sqlite3_step(insert) == SQLITE_DONE, sqlite3_errmsg(bulk->database));
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
}

static void fill(struct bulk *bulk, uint64_t count)
{
    check(sqlite3_open(bulk->path, &bulk->database) == SQLITE_OK, "cannot open the database");
    run_sql(bulk, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
                  "PRAGMA cache_size = -1000000; DROP INDEX report_published; BEGIN");
    read_codes(bulk);
    bulk->insert = prepare(
        bulk,
        "INSERT INTO report (id, state, station, last, span, moment, basis, answers, reporter,"
        " content_hash, arrived, version, entry)"
        " VALUES (?1, 1, ?2, ?3, ?4, NULL, 1, ?5, ?6, ?7, 490000, 1, 1)");
    for (uint64_t i = BY_STORE; i < count; i++) {
        insert_one(bulk, i);
        if (i % A_COMMIT == 0)
            run_sql(bulk, "COMMIT; BEGIN");
    }
    sqlite3_finalize(bulk->insert);
    insert_reporters(bulk);
    run_sql(bulk, "COMMIT; CREATE INDEX report_published ON report (station, last, id)"
                  " WHERE state = 1");
    sqlite3_close(bulk->database);
}

int main(int count, char **arguments)
{
    struct bulk bulk = {.source = {NULL, schema_files, schema_files_count}};
    struct error error = {0};
    uint64_t reports = 0;
    if (count != 3 || !number_unsigned(arguments[2], strlen(arguments[2]), INT32_MAX, &reports)) {
        fprintf(stderr, "usage: bulk DATABASE REPORTS\n");
        return 2;
    }
    bulk.path = arguments[1];
    bulk.reporters = reports / 50 + 20;
    bulk.told = memory_zeroed((size_t)bulk.reporters + 1, sizeof *bulk.told);
    check(secret_start(&error), error.text);
    bulk.survey = survey_load(&bulk.source, &error);
    check(bulk.survey != NULL, error.text);
    fill_by_store(&bulk);
    fill(&bulk, reports);
    free(bulk.told);
    survey_destroy(bulk.survey);
    return 0;
}
