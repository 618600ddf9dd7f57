#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/file.h"
#include "collector/intake/record_internal.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

/* A database and a state folder in a folder of their own, and a clock that the test sets. The
 * record's thread is not started: the test takes its steps itself. */
struct fixture {
    char folder[64];
    char database[96];
    _Atomic int64_t now; /* the test sets it, the store's thread reads it */
    struct source source;
    struct survey *survey;
    struct store *store;
    struct record *record;
};

enum {
    NOON = 1795334400, /* 2026-11-22T08:00:00Z, 16:00 in the survey's offset */
    DAY = 86400
};

static int64_t set_now(void *context)
{
    return *(const _Atomic int64_t *)context;
}

static void open_store(struct fixture *fixture)
{
    struct error error = {0};
    struct store_options options = {
        .path = fixture->database,
        .survey = fixture->survey,
        .source = &fixture->source,
        .clock = {set_now, &fixture->now},
        .staging_seconds = 3600,
    };
    if (!store_open(&options, &fixture->store, &error))
        fail_msg("%s", error.text);
}

static void open_record(struct fixture *fixture)
{
    struct record *record = memory_zeroed(1, sizeof *record);
    struct error error = {0};
    record->options = (struct record_options){
        .store = fixture->store, .survey = fixture->survey, .clock = {set_now, &fixture->now}};
    record->folder = memory_text(fixture->folder);
    record->edge = memory_zeroed(1, sizeof *record->edge);
    record->day_looked_at = DAY_NONE;
    pthread_mutex_init(&record->lock, NULL);
    pthread_cond_init(&record->changed, NULL);
    fixture->record = record;
    if (!record_load(record, &error) || !record_sign(record, &error))
        fail_msg("%s", error.text);
}

static void close_all(struct fixture *fixture)
{
    record_destroy(fixture->record);
    store_close(fixture->store);
}

static int setup(void **state)
{
    struct error error = {0};
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    if (!secret_start(&error))
        return -1;
    fixture->now = NOON;
    fixture->source = (struct source){.files = schema_files, .count = schema_files_count};
    fixture->survey = survey_load(&fixture->source, &error);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/zhanji-record-XXXXXX");
    if (fixture->survey == NULL || mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->database, sizeof fixture->database, "%s/z.db", fixture->folder);
    open_store(fixture);
    open_record(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"z.db", "z.db-wal", "log.key", "log.head", "log.next"};
    struct fixture *fixture = *state;
    close_all(fixture);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        char path[160];
        snprintf(path, sizeof path, "%s/%s", fixture->folder, names[i]);
        (void)remove(path);
    }
    int left = rmdir(fixture->folder);
    survey_destroy(fixture->survey);
    free(fixture);
    return left;
}

struct step {
    struct store_job job; /* the first member */
    unsigned from, count;
    int64_t arrived;
    int32_t day;
    struct buffer text;
    bool found;
};

static void call(struct fixture *fixture, struct step *step,
                 bool (*run)(struct session *, struct store_job *, struct error *))
{
    struct error error = {0};
    step->job.run = run;
    if (!store_call(fixture->store, &step->job, &error))
        fail_msg("%s", error.text);
}

static bool run_put(struct session *session, struct store_job *job, struct error *error)
{
    const struct step *step = (const struct step *)job;
    for (unsigned i = step->from; i < step->from + step->count; i++) {
        enum put_result result;
        enum report_state state;
        struct stored_report report = {.visited_text = "2024", .version = 1};
        report.arrived = step->arrived - step->arrived % 3600;
        report.uuid[0] = (uint8_t)(i * 37);
        report.uuid[1] = (uint8_t)(i >> 8);
        report.uuid[2] = (uint8_t)i;
        memset(report.answers, -1, sizeof report.answers);
        report.answers[0] = 0;
        sha256_bytes(&i, sizeof i, report.content_hash);
        assert_true(visit_parse("2024", 4, 28800, &report.visited));
        if (!session_put(session, &report, &result, &state, error))
            return false;
        assert_int_equal(result, PUT_CREATED);
    }
    return true;
}

/* Reports that arrive at an instant. */
static void arrive(struct fixture *fixture, unsigned from, unsigned count, int64_t at)
{
    struct step step = {.from = from, .count = count, .arrived = at};
    call(fixture, &step, run_put);
}

static bool run_received(struct session *session, struct store_job *job, struct error *error)
{
    struct step *step = (struct step *)job;
    return session_received(session, step->day, &step->text, &step->found, error);
}

/* How many hashes the list of a day has, in order; -1 if there is none. */
static int list_length(struct fixture *fixture, const char *day)
{
    struct step step = {0};
    assert_true(day_parse(day, strlen(day), &step.day));
    call(fixture, &step, run_received);
    int lines = 0;
    const char *before = "";
    for (const char *at = step.text.data; step.text.length > 0 && *at != '\0'; at += 65) {
        assert_true(strncmp(before, at, 64) < 0);
        assert_int_equal(at[64], '\n');
        before = at;
        lines++;
    }
    buffer_finish(&step.text);
    return step.found ? lines : -1;
}

static void pass_day(struct fixture *fixture)
{
    struct error error = {0};
    if (!record_days(fixture->record, &error) || !record_sign(fixture->record, &error))
        fail_msg("%s", error.text);
}

static void what_arrived_is_listed_when_its_day_is_over(void **state)
{
    struct fixture *fixture = *state;
    arrive(fixture, 0, 5, NOON);
    pass_day(fixture);
    assert_int_equal(list_length(fixture, "2026-11-22"), -1);
    arrive(fixture, 5, 7, NOON + 6 * 3600);
    fixture->now = NOON + 8 * 3600 + 300; /* 00:05: some may be under way */
    pass_day(fixture);
    assert_int_equal(list_length(fixture, "2026-11-22"), -1);
    arrive(fixture, 12, 3, NOON + 8 * 3600);
    fixture->now = NOON + 8 * 3600 + 700;
    pass_day(fixture);
    assert_int_equal(list_length(fixture, "2026-11-22"), 12);
    assert_int_equal(list_length(fixture, "2026-11-23"), -1);
    assert_int_equal(record_size(fixture->record), 1);
}

static void a_day_on_which_nothing_arrived_has_an_empty_list(void **state)
{
    struct fixture *fixture = *state;
    arrive(fixture, 0, 2, NOON);
    fixture->now = NOON + 4 * DAY;
    pass_day(fixture);
    assert_int_equal(list_length(fixture, "2026-11-22"), 2);
    for (int day = 23; day <= 25; day++) {
        char text[16];
        snprintf(text, sizeof text, "2026-11-%d", day);
        assert_int_equal(list_length(fixture, text), 0);
    }
    assert_int_equal(list_length(fixture, "2026-11-26"), -1);
    assert_int_equal(record_size(fixture->record), 4);
    fixture->record->day_looked_at = DAY_NONE;
    pass_day(fixture);
    assert_int_equal(record_size(fixture->record), 4);
}

static void reports_moved_to_the_main_table_are_listed_too(void **state)
{
    struct fixture *fixture = *state;
    arrive(fixture, 0, 5000, NOON);
    close_all(fixture); /* moves what is staged */
    open_store(fixture);
    open_record(fixture);
    arrive(fixture, 5000, 10, NOON + 3600);
    fixture->now = NOON + DAY;
    pass_day(fixture);
    assert_int_equal(list_length(fixture, "2026-11-22"), 5010);
}

static bool run_entries(struct session *session, struct store_job *job, struct error *error)
{
    const struct step *step = (const struct step *)job;
    for (unsigned i = step->from; i < step->from + step->count; i++) {
        char verifier[32];
        snprintf(verifier, sizeof verifier, "entry %u", i);
        if (!session_log_key(session, verifier, NULL, error))
            return false;
    }
    return true;
}

static void keep_leaf(void *context, uint64_t number, const char *line, size_t length)
{
    struct hash *leaves = context;
    leaves[number] = merkle_leaf(line, length);
}

static bool run_leaves(struct session *session, struct store_job *job, struct error *error)
{
    struct step *step = (struct step *)job;
    return session_entries(session, 0, step->count, keep_leaf, step->text.data, error);
}

/* The head is the root of the entries as they are, hashed without tiles. */
static void check_head(struct fixture *fixture, unsigned size)
{
    struct step step = {.count = size};
    (void)buffer_reserve(&step.text, size * sizeof(struct hash));
    call(fixture, &step, run_leaves);
    struct hash root = merkle_root((const struct hash *)(const void *)step.text.data, size);
    struct blob *note = record_checkpoint(fixture->record);
    struct checkpoint head;
    struct error error = {0};
    const struct note_verifiers verifiers = {&fixture->record->key.public, 1};
    assert_true(checkpoint_open(blob_data(note), blob_length(note), "beijing-subway/decisions",
                                &verifiers, &head, &error));
    assert_int_equal(head.size, size);
    assert_memory_equal(head.root.bytes, root.bytes, sizeof root.bytes);
    blob_drop(note);
    buffer_finish(&step.text);
}

static void heads_are_those_of_the_entries_across_tiles_and_restarts(void **state)
{
    static const unsigned sizes[] = {1, 2, 255, 256, 257, 700, 1024, 1500, 3000};
    struct fixture *fixture = *state;
    unsigned size = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        struct step step = {.from = size, .count = sizes[i] - size};
        struct error error = {0};
        call(fixture, &step, run_entries);
        size = sizes[i];
        assert_true(record_sign(fixture->record, &error));
        check_head(fixture, size);
        close_all(fixture);
        open_store(fixture);
        open_record(fixture);
        check_head(fixture, size);
    }
}

static void remove_file(const struct fixture *fixture, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    assert_int_equal(remove(path), 0);
}

static void write_file(const struct fixture *fixture, const char *name, const char *text)
{
    char path[160];
    struct error error = {0};
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    assert_true(file_replace(path, text, strlen(text), 0600, &error));
}

/* Opens again, after `change`, and expects a refusal that says this. */
static void expect_refusal(struct fixture *fixture, const char *says)
{
    auto_buffer struct buffer refusal = {0};
    struct error error = {0};
    open_store(fixture);
    open_record(fixture);
    assert_true(record_refuses(fixture->record, &refusal));
    if (strstr(refusal.data, says) == NULL)
        fail_msg("%s", refusal.data);
    assert_true(record_sign(fixture->record, &error));
    assert_null(record_checkpoint(fixture->record));
}

static void extend_to(struct fixture *fixture, unsigned from, unsigned count)
{
    struct step step = {.from = from, .count = count};
    struct error error = {0};
    call(fixture, &step, run_entries);
    assert_true(record_sign(fixture->record, &error));
}

static void a_database_of_another_history_is_not_signed(void **state)
{
    struct fixture *fixture = *state;
    extend_to(fixture, 0, 300);
    close_all(fixture);
    remove_file(fixture, "z.db");
    open_store(fixture);
    struct step step = {.from = 1000, .count = 400};
    call(fixture, &step, run_entries);
    store_close(fixture->store);
    expect_refusal(fixture, "not the one that was signed");
}

static void a_shorter_database_is_not_signed(void **state)
{
    struct fixture *fixture = *state;
    extend_to(fixture, 0, 300);
    close_all(fixture);
    remove_file(fixture, "z.db");
    open_store(fixture);
    struct step step = {.count = 299};
    call(fixture, &step, run_entries);
    store_close(fixture->store);
    expect_refusal(fixture, "299 entries of the log, but 300 were signed");
}

static void a_head_of_another_key_is_not_followed(void **state)
{
    struct fixture *fixture = *state;
    extend_to(fixture, 0, 3);
    close_all(fixture);
    write_file(fixture, "log.head", "beijing-subway/decisions\n3\nAAAA\n\n— x AAAA\n");
    expect_refusal(fixture, "log.head is not signed by");
}

static void a_head_file_that_was_cut_can_be_put_back(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    auto_buffer struct buffer whole = {0};
    extend_to(fixture, 0, 3);
    assert_true(record_file_read(fixture->record, "log.head", &whole, &error));
    close_all(fixture);
    auto_free char *cut = memory_slice(whole.data, whole.length / 2);
    write_file(fixture, "log.head", cut);
    expect_refusal(fixture, "put that file back from a copy of the folder");
    close_all(fixture);
    write_file(fixture, "log.head", whole.data);
    open_store(fixture);
    open_record(fixture);
    check_head(fixture, 3);
}

static void a_head_file_that_a_crash_left_behind_is_caught_up(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    auto_buffer struct buffer before = {0};
    auto_buffer struct buffer after = {0};
    extend_to(fixture, 0, 260);
    assert_true(record_file_read(fixture->record, "log.head", &before, &error));
    extend_to(fixture, 260, 400);
    close_all(fixture);
    write_file(fixture, "log.head", before.data);
    open_store(fixture);
    open_record(fixture);
    check_head(fixture, 660);
    assert_true(record_file_read(fixture->record, "log.head", &after, &error));
    assert_string_not_equal(before.data, after.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_arrived_is_listed_when_its_day_is_over, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_day_on_which_nothing_arrived_has_an_empty_list, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(reports_moved_to_the_main_table_are_listed_too, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(heads_are_those_of_the_entries_across_tiles_and_restarts,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_database_of_another_history_is_not_signed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_shorter_database_is_not_signed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_head_of_another_key_is_not_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_head_file_that_was_cut_can_be_put_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_head_file_that_a_crash_left_behind_is_caught_up, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
