#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "tests/unit/store_fixture.h"

static void what_is_put_comes_back_in_every_form_of_time(void **state)
{
    static const char *const texts[] = {
        "2023-12-20T08:30+08:00",
        "2023-12-20T08:30:15+08:00",
        "2023-12-20T08:30:15.000+08:00",
        "2023-12-19T18:30Z",
        "2023-12-19T18:30:59Z",
        "2023-12-19T18:30:59.000Z",
        "2023-12-19T18:30:59.123456Z",
        "2023-12-20T00:30-11:30",
        "2023-12-20",
        "2024-02-29",
        "2023-02",
        "2024-02",
        "2023-12",
        "2023",
        "2024",
    };
    struct fixture *fixture = *state;
    for (uint32_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct stored_report report = sample(fixture, i);
        set_visited(fixture, &report, texts[i]);
        assert_int_equal(put(fixture, &report), PUT_CREATED);
    }
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < ARRAY_LENGTH(texts); i++) {
            struct stored_report report = sample(fixture, i);
            set_visited(fixture, &report, texts[i]);
            struct seen seen = get(fixture, &report);
            assert_true(seen.found);
            assert_string_equal(seen.visited, texts[i]);
            assert_memory_equal(&seen.report.visited, &report.visited, sizeof report.visited);
        }
        fixture_reopen(fixture); /* the second time from the main table */
    }
}

static void every_field_comes_back_from_staging_and_from_the_main_table(void **state)
{
    struct fixture *fixture = *state;
    struct stored_report report = sample(fixture, 1);
    report.basis = 2;
    report.note = "站厅 note";
    report.sealed_note = "box";
    report.sealed_length = 4;
    report.has_reporter = true;
    report.arrived = fixture->now + 1234;
    memset(report.reporter, 9, sizeof report.reporter);
    for (int question = 0; question < fixture->survey->question_count; question++)
        report.answers[question] = (int8_t)(fixture->survey->questions[question].option_count - 1);
    put(fixture, &report);
    for (int round = 0; round < 2; round++) {
        struct seen seen = get(fixture, &report);
        const struct stored_report *kept = &seen.report;
        assert_memory_equal(kept->uuid, report.uuid, UUID_SIZE);
        assert_int_equal(kept->station, 7);
        assert_int_equal(kept->basis, 2);
        assert_memory_equal(kept->answers, report.answers, sizeof report.answers);
        assert_string_equal(seen.note, "站厅 note");
        assert_int_equal(kept->sealed_length, 4);
        assert_string_equal(seen.box, "box");
        assert_true(kept->has_reporter);
        assert_memory_equal(kept->reporter, report.reporter, sizeof report.reporter);
        assert_memory_equal(kept->content_hash, report.content_hash, sizeof report.content_hash);
        assert_int_equal(kept->arrived, fixture->now); /* on the hour */
        assert_int_equal(kept->version, 1);
        assert_int_equal(kept->state, STATE_PENDING);
        assert_string_equal(kept->reason, "");
        assert_int_equal(kept->decided, 0);
        assert_int_equal(kept->entry, 0);
        fixture_reopen(fixture);
    }
}

static void a_retry_never_makes_a_second_report(void **state)
{
    struct fixture *fixture = *state;
    struct stored_report report = sample(fixture, 1);
    struct stored_report other = sample(fixture, 2);
    memcpy(other.uuid, report.uuid, UUID_SIZE);
    assert_int_equal(put(fixture, &report), PUT_CREATED);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(put(fixture, &report), PUT_SAME);
        assert_int_equal(put(fixture, &other), PUT_DIFFERENT);
        assert_int_equal(count(fixture).counts.pending_all, 1);
        fixture_reopen(fixture);
    }
    assert_int_equal(withdraw(fixture, &report), CHANGE_DONE);
    assert_int_equal(put(fixture, &report), PUT_WITHDRAWN);
    assert_int_equal(put(fixture, &other), PUT_WITHDRAWN);
}

static bool put_then_break(struct session *session, void *context, struct error *error)
{
    struct put *put = context;
    return put_body(session, put, error) && error_set(error, ERROR_INTERNAL, "broken");
}

static void a_broken_job_undoes_its_batch_and_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    struct stored_report report = sample(fixture, 1);
    struct put put_it = {.report = &report};
    struct error error = {0};
    report.station = 8; /* its code is new and has to be forgotten as well */
    assert_false(try_step(fixture->store, put_then_break, &put_it, &error));
    assert_int_equal(error.kind, ERROR_BUSY);
    assert_false(get(fixture, &report).found);
    assert_int_equal(count(fixture).counts.pending_all, 0);
    assert_int_equal(put(fixture, &report), PUT_CREATED);
    fixture_reopen(fixture);
    assert_true(get(fixture, &report).found);
    assert_int_equal(get(fixture, &report).report.station, 8);
    assert_int_equal(count(fixture).counts.pending_all, 1);
}

/* What another process is told that opens a database: this program again, because the child of a
 * fork would wait for locks that the store's thread held at that moment. */
static int told_to_another(const char *path)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "test_store", path, (char *)NULL);
        _exit(SQLITE_INTERNAL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

static int open_as_another(const char *path)
{
    sqlite3 *database = NULL;
    sqlite3_open(path, &database);
    int code = sqlite3_exec(database, "SELECT * FROM report", NULL, NULL, NULL);
    sqlite3_close(database);
    return code & 0xff;
}

static void a_second_opener_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct store *second = NULL;
    struct error error = {0};
    assert_false(fixture_try_open(fixture, &second, &error));
    assert_int_equal(error.kind, ERROR_BUSY);
    assert_non_null(strstr(error.text, fixture->path));
    assert_null(second);

    assert_int_equal(told_to_another(fixture->path), SQLITE_BUSY);
    struct stored_report report = sample(fixture, 1);
    assert_int_equal(put(fixture, &report), PUT_CREATED);
}

static void the_file_is_private_and_holds_what_it_says(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;
    fixture_close(fixture);
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "PRAGMA integrity_check", NULL, NULL, NULL), 0);
    assert_int_equal(sqlite3_exec(database, "PRAGMA user_version = 99", NULL, NULL, NULL), 0);
    sqlite3_close(database);
    struct error error = {0};
    assert_false(fixture_try_open(fixture, &fixture->store, &error));
    assert_int_equal(error.kind, ERROR_INVALID);
    assert_non_null(strstr(error.text, "99"));
}

static void change_database(const struct fixture *fixture, const char *sql)
{
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void a_database_that_does_not_fit_is_refused_by_name(void **state)
{
    static const struct {
        const char *sql, *says;
    } rows[] = {
        {"INSERT INTO station_code (code, id) VALUES (9, 'atlantis')", "atlantis"},
        {"INSERT INTO basis_code (code, id) VALUES (9, 'rumour')", "rumour"},
        {"INSERT INTO answer_code VALUES (9, 'card_issue', 'gone')", "card_issue/gone"},
        {"INSERT INTO answer_code VALUES (9, 'colour', 'red')", "colour"},
        {"UPDATE setting SET value = 'elsewhere' WHERE name = 'survey'", "elsewhere"},
        {"UPDATE setting SET value = '+09:00' WHERE name = 'utc_offset'", "+09:00"},
        {"PRAGMA application_id = 7", "another program"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct error error = {0};
        fixture_close(fixture);
        fixture_remove(fixture, "z.db");
        fixture_open(fixture);
        fixture_close(fixture);
        change_database(fixture, rows[i].sql);
        assert_false(fixture_try_open(fixture, &fixture->store, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
        if (strstr(error.text, rows[i].says) == NULL)
            fail_msg("\"%s\" does not say %s", error.text, rows[i].says);
    }
}

static void what_is_no_database_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    fixture_close(fixture);
    fixture_remove(fixture, "z.db");
    FILE *file = fopen(fixture->path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database, but a text that is long enough\n", file);
    fclose(file);
    assert_false(fixture_try_open(fixture, &fixture->store, &error));
    assert_int_equal(error.kind, ERROR_INVALID);
}

static int64_t ask_database(const struct fixture *fixture, const char *sql)
{
    int64_t answer = -1;
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return answer;
}

static void put_many(struct fixture *fixture, uint32_t from, uint32_t to)
{
    static char note[1500];
    memset(note, 'n', sizeof note - 1);
    for (uint32_t i = from; i < to; i++) {
        struct stored_report report = sample(fixture, i);
        report.note = note;
        assert_int_equal(put(fixture, &report), PUT_CREATED);
    }
}

static void what_staging_took_is_given_back(void **state)
{
    struct fixture *fixture = *state;
    put_many(fixture, 0, 300);
    fixture_close(fixture);
    assert_int_equal(ask_database(fixture, "SELECT count(*) FROM arrival"), 0);
    assert_int_equal(ask_database(fixture, "SELECT count(*) FROM move"), 0);
    assert_int_equal(ask_database(fixture, "SELECT count(*) FROM report"), 300);
    assert_int_equal(ask_database(fixture, "PRAGMA freelist_count"), 0);
    /* A file that cannot shrink is stopped all the same. */
    change_database(fixture, "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM");
    fixture_open(fixture);
    put_many(fixture, 300, 600);
    fixture_close(fixture);
    assert_int_equal(ask_database(fixture, "SELECT count(*) FROM report"), 600);
    assert_true(ask_database(fixture, "PRAGMA freelist_count") > 0);
}

static off_t log_size(const struct fixture *fixture)
{
    char path[96];
    struct stat status;
    snprintf(path, sizeof path, "%s-wal", fixture->path);
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

static void commits_find_room_in_the_log_file(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t i = 0; i < 10; i++)
        put_many(fixture, i, i + 1);
    off_t size = log_size(fixture);
    assert_true(size > 1 << 20);
    for (uint32_t i = 10; i < 60; i++)
        put_many(fixture, i, i + 1);
    assert_int_equal(log_size(fixture), size);
}

static void reports_that_a_killed_move_had_copied_are_there_once(void **state)
{
    struct fixture *fixture = *state;
    put_many(fixture, 0, 40);
    fixture_close(fixture);
    /* As if it had been cut off after the copies of the first thirty. */
    change_database(fixture,
                    "INSERT INTO arrival (seq, id, station, last, span, basis, answers,"
                    " content_hash, arrived) SELECT row_number() OVER (ORDER BY id DESC), id,"
                    " station, last, span, basis, answers, content_hash, arrived FROM report;"
                    "INSERT INTO move SELECT 1, 40, id FROM report ORDER BY id LIMIT 1 OFFSET 29;"
                    "DELETE FROM words WHERE id > (SELECT until FROM move);"
                    "DELETE FROM report WHERE id > (SELECT until FROM move)");
    fixture_open(fixture);
    assert_int_equal(count(fixture).counts.pending_all, 40);
    for (uint32_t i = 0; i < 40; i++) {
        struct stored_report report = sample(fixture, i);
        assert_int_equal(put(fixture, &report), PUT_SAME);
    }
    fixture_close(fixture);
    assert_int_equal(ask_database(fixture, "SELECT count(*) FROM report"), 40);
}

/* One job of many that are queued at once. */
struct queued {
    struct store_job job;
    struct stored_report report;
    enum put_result result;
    enum report_state state;
    int *finished;
};

static bool queued_run(struct session *session, struct store_job *job, struct error *error)
{
    struct queued *queued = (struct queued *)job;
    return session_put(session, &queued->report, &queued->result, &queued->state, error);
}

static void queued_finish(struct store_job *job)
{
    struct queued *queued = (struct queued *)job;
    assert_int_equal(job->error.kind, ERROR_NONE);
    assert_int_equal(queued->result, PUT_CREATED);
    ++*queued->finished;
}

static void a_thousand_jobs_are_collected_where_they_belong(void **state)
{
    enum {
        JOBS = 1000
    };
    struct fixture *fixture = *state;
    struct error error = {0};
    struct store_collector *collector = store_collector_create(&error);
    struct queued *jobs = memory_zeroed(JOBS, sizeof *jobs);
    int finished = 0;
    for (uint32_t i = 0; i < JOBS; i++) {
        jobs[i] = (struct queued){
            .job = {.collector = collector, .run = queued_run, .finish = queued_finish},
            .report = sample(fixture, i),
            .finished = &finished,
        };
        assert_true(store_submit(fixture->store, &jobs[i].job, &error));
    }
    while (finished < JOBS) {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(store_collector_fd(collector), &set);
        assert_true(select(store_collector_fd(collector) + 1, &set, NULL, NULL, NULL) == 1);
        (void)store_collect(collector);
    }
    assert_int_equal(count(fixture).counts.pending_all, JOBS);
    store_collector_destroy(collector);
    free(jobs);
}

struct told {
    int stations[8];
    size_t count;
};

static void remember_stations(void *context, const int *stations, size_t count)
{
    struct told *told = context;
    for (size_t i = 0; i < count && told->count < ARRAY_LENGTH(told->stations); i++)
        told->stations[told->count++] = stations[i];
}

struct told_published {
    struct published_change changes[8];
    size_t count;
};

static void remember_published(void *context, const struct published_change *changes, size_t count)
{
    struct told_published *told = context;
    for (size_t i = 0; i < count && told->count < ARRAY_LENGTH(told->changes); i++)
        told->changes[told->count++] = changes[i];
}

static void changes_are_told_before_the_caller_goes_on(void **state)
{
    struct fixture *fixture = *state;
    struct told told = {0};
    struct told_published published = {0};
    struct person lin = {0};
    struct stored_report report = sample(fixture, 1);
    store_on_change(fixture->store, remember_stations, &told);
    store_on_published(fixture->store, remember_published, &published);
    add_person(fixture, &lin, "lin");
    assert_int_equal(told.count, 0);
    put(fixture, &report);
    put(fixture, &report);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.stations[0], 7);
    assert_int_equal(published.count, 0);
    decide(fixture, &lin, ACT_APPROVE, &report, 1);
    assert_int_equal(told.count, 2);
    assert_int_equal(published.count, 1);
    assert_int_equal(published.changes[0].station, 7);
    assert_true(published.changes[0].is_new);
    assert_memory_equal(published.changes[0].uuid, report.uuid, UUID_SIZE);
    withdraw(fixture, &report);
    assert_int_equal(published.count, 2);
    assert_int_equal(published.changes[1].station, 7);
    assert_false(published.changes[1].is_new);
}

static bool setting_body(struct session *session, void *context, struct error *error)
{
    char **value = context;
    return session_set_setting(session, "archive-loaded", "1", error) &&
           session_set_setting(session, "archive-loaded", "yes", error) &&
           session_setting(session, "archive-loaded", value, error);
}

static bool absent_body(struct session *session, void *context, struct error *error)
{
    return session_setting(session, "absent", context, error);
}

static void settings_are_kept(void **state)
{
    struct fixture *fixture = *state;
    auto_free char *value = NULL;
    auto_free char *absent = NULL;
    do_step(fixture, setting_body, &value);
    do_step(fixture, absent_body, &absent);
    assert_string_equal(value, "yes");
    assert_null(absent);
}

static void a_store_that_was_killed_has_all_that_it_acknowledged(void **state)
{
    struct fixture *fixture = *state;
    for (int round = 0; round < 5; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            fixture_open(fixture);
            for (uint32_t i = 0;; i++) {
                struct stored_report report = sample(fixture, (uint32_t)round * 1000000 + i);
                put(fixture, &report);
                if (write(ends[1], &i, sizeof i) != sizeof i)
                    _exit(1);
            }
        }
        uint32_t last = 0;
        while (last < 200)
            assert_int_equal(read(ends[0], &last, sizeof last), sizeof last);
        kill(child, SIGKILL);
        close(ends[1]);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(ends[0], &last, sizeof last) == sizeof last)
            continue;
        close(ends[0]);
        fixture_open(fixture);
        for (uint32_t i = 0; i <= last; i++) {
            struct stored_report report = sample(fixture, (uint32_t)round * 1000000 + i);
            assert_int_equal(put(fixture, &report), PUT_SAME);
        }
        fixture_close(fixture);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return open_as_another(argv[1]);
#define CASE(name)   cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)
#define CLOSED(name) cmocka_unit_test_setup_teardown(name, fixture_prepare, fixture_stop)
    const struct CMUnitTest tests[] = {
        CASE(what_is_put_comes_back_in_every_form_of_time),
        CASE(every_field_comes_back_from_staging_and_from_the_main_table),
        CASE(a_retry_never_makes_a_second_report),
        CASE(a_broken_job_undoes_its_batch_and_nothing_else),
        CASE(a_second_opener_is_refused),
        CASE(the_file_is_private_and_holds_what_it_says),
        CASE(a_database_that_does_not_fit_is_refused_by_name),
        CASE(what_is_no_database_is_refused),
        CASE(what_staging_took_is_given_back),
        CASE(commits_find_room_in_the_log_file),
        CASE(reports_that_a_killed_move_had_copied_are_there_once),
        CASE(a_thousand_jobs_are_collected_where_they_belong),
        CASE(changes_are_told_before_the_caller_goes_on),
        CASE(settings_are_kept),
        CLOSED(a_store_that_was_killed_has_all_that_it_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
