#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/intake/seal.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

struct reader {
    uint8_t key[SIGN_PUBLIC_SIZE];
    struct secret_key secret;
};

static const uint8_t report_id[UUID_SIZE] = {7, 7};

static struct reader make_reader(void)
{
    struct reader reader;
    sign_keypair(reader.key, &reader.secret);
    return reader;
}

static bool opens(const struct reader *reader, const struct buffer *sealed, const char *expected)
{
    auto_buffer struct buffer note = {0};
    const uint8_t *part = seal_part(sealed->data, sealed->length, reader->key);
    if (part == NULL || !seal_open(part, reader->key, &reader->secret, report_id, &note))
        return false;
    return note.length == strlen(expected) && memcmp(note.data, expected, note.length) == 0;
}

static void each_reader_opens_the_note_and_nobody_else(void **state)
{
    (void)state;
    const struct reader first = make_reader(), second = make_reader(), other = make_reader();
    auto_buffer struct buffer sealed = {0};
    assert_true(seal_note(first.key, report_id, "窗口3号", &sealed));
    assert_true(seal_note(second.key, report_id, "窗口3号", &sealed));
    assert_true(opens(&first, &sealed, "窗口3号"));
    assert_true(opens(&second, &sealed, "窗口3号"));
    assert_false(opens(&other, &sealed, "窗口3号"));
    assert_null(seal_part(sealed.data, sealed.length, other.key));
}

static void every_note_has_the_same_length_sealed(void **state)
{
    (void)state;
    const struct reader reader = make_reader();
    static char longest[SEAL_NOTE_SIZE + 1];
    memset(longest, 'x', SEAL_NOTE_SIZE);
    const char *const notes[] = {"", "a", "很长", longest};
    for (size_t i = 0; i < ARRAY_LENGTH(notes); i++) {
        auto_buffer struct buffer sealed = {0};
        assert_true(seal_note(reader.key, report_id, notes[i], &sealed));
        assert_int_equal(sealed.length, SEAL_PART_SIZE);
        assert_true(opens(&reader, &sealed, notes[i]));
    }
}

static void a_note_moved_to_another_report_is_refused(void **state)
{
    (void)state;
    const struct reader reader = make_reader();
    const uint8_t other_id[UUID_SIZE] = {7, 8};
    auto_buffer struct buffer sealed = {0}, note = {0};
    assert_true(seal_note(reader.key, report_id, "x", &sealed));
    assert_false(
        seal_open((const uint8_t *)sealed.data, reader.key, &reader.secret, other_id, &note));
    assert_int_equal(note.length, 0);
}

static void a_changed_byte_is_refused(void **state)
{
    (void)state;
    const struct reader reader = make_reader();
    auto_buffer struct buffer sealed = {0};
    assert_true(seal_note(reader.key, report_id, "x", &sealed));
    for (size_t i = SIGN_PUBLIC_SIZE; i < sealed.length; i += 997) {
        sealed.data[i] = (char)(sealed.data[i] ^ 1);
        assert_false(opens(&reader, &sealed, "x"));
        sealed.data[i] = (char)(sealed.data[i] ^ 1);
    }
    assert_true(opens(&reader, &sealed, "x"));
}

/* What the tests of the store jobs share: a store in memory and the server's keys. */
struct fixture {
    struct survey *survey;
    struct store *store;
    struct server_keys keys;
};

struct call {
    struct store_job job;
    struct fixture *fixture;
    void (*act)(struct session *session, struct call *call);
    const struct reader *reader;
    struct buffer sealed;
};

static bool call_run(struct session *session, struct store_job *job, struct error *error)
{
    (void)error;
    struct call *call = (struct call *)job;
    call->act(session, call);
    return true;
}

static void call(struct fixture *fixture, struct call *request)
{
    struct error error = {0};
    request->fixture = fixture;
    request->job.run = call_run;
    if (!store_call(fixture->store, &request->job, &error))
        fail_msg("%s", error.text);
}

static int fixture_setup(void **state)
{
    static const struct source no_directory = {0};
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    struct error error = {0};
    struct source source = no_directory;
    source.files = schema_files;
    source.count = schema_files_count;
    fixture->survey = survey_load(&source, &error);
    if (fixture->survey == NULL)
        fail_msg("%s", error.text);
    struct store_options options = {
        .path = ":memory:",
        .survey = fixture->survey,
        .source = &source,
        .clock = clock_real(),
        .staging_seconds = 3600,
    };
    if (!store_open(&options, &fixture->store, &error))
        fail_msg("%s", error.text);
    sign_keypair(fixture->keys.box_public, &fixture->keys.box_secret);
    *state = fixture;
    return 0;
}

static int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    store_close(fixture->store);
    survey_destroy(fixture->survey);
    free(fixture);
    return 0;
}

static void act_seal(struct session *session, struct call *request)
{
    struct error error = {0};
    assert_true(seal_for_moderators(session, &request->fixture->keys, report_id, "note",
                                    &request->sealed, &error));
}

static void act_put(struct session *session, struct call *request)
{
    struct error error = {0};
    enum put_result result;
    enum report_state pending;
    act_seal(session, request);
    struct stored_report report = {
        .visited_text = "2023-12-20",
        .sealed_note = request->sealed.data,
        .sealed_length = request->sealed.length,
        .version = 1,
    };
    assert_true(visit_parse("2023-12-20", 10, 0, &report.visited));
    memset(report.answers, -1, sizeof report.answers);
    report.answers[0] = 0;
    memcpy(report.uuid, report_id, UUID_SIZE);
    assert_true(session_put(session, &report, &result, &pending, &error));
    assert_int_equal(result, PUT_CREATED);
}

static void act_add_moderator(struct session *session, struct call *request)
{
    struct error error = {0};
    enum change_result result;
    struct moderator moderator = {.name = "somebody", .added = session_now(session)};
    memcpy(moderator.key, request->reader->key, SIGN_PUBLIC_SIZE);
    assert_true(session_moderator_add(session, &moderator, &result, &error));
    assert_int_equal(result, CHANGE_DONE);
    assert_true(seal_again(session, &request->fixture->keys, request->reader->key, &error));
}

static void act_retire(struct session *session, struct call *request)
{
    (void)request;
    struct error error = {0};
    enum change_result result;
    assert_true(session_moderator_retire(session, "somebody", &result, &error));
    assert_int_equal(result, CHANGE_DONE);
}

static void act_read(struct session *session, struct call *request)
{
    struct error error = {0};
    struct stored_report report;
    bool found = false;
    assert_true(session_get(session, report_id, &report, &found, &error));
    assert_true(found);
    buffer_bytes(&request->sealed, report.sealed_note, report.sealed_length);
}

static void notes_go_to_the_active_moderators_or_to_the_server(void **state)
{
    struct fixture *fixture = *state;
    const struct reader moderator = make_reader();
    struct reader server = {.secret = fixture->keys.box_secret};
    memcpy(server.key, fixture->keys.box_public, SIGN_PUBLIC_SIZE);
    struct call before = {.act = act_seal}, add = {.act = act_add_moderator, .reader = &moderator},
                active = {.act = act_seal}, retire = {.act = act_retire}, after = {.act = act_seal};
    call(fixture, &before);
    assert_true(opens(&server, &before.sealed, "note"));
    call(fixture, &add);
    call(fixture, &active);
    assert_true(opens(&moderator, &active.sealed, "note"));
    assert_int_equal(active.sealed.length, SEAL_PART_SIZE);
    call(fixture, &retire);
    call(fixture, &after);
    assert_true(opens(&server, &after.sealed, "note"));
    assert_false(opens(&moderator, &after.sealed, "note"));
    buffer_finish(&before.sealed);
    buffer_finish(&active.sealed);
    buffer_finish(&after.sealed);
}

static void the_first_moderator_gets_what_waited(void **state)
{
    struct fixture *fixture = *state;
    const struct reader moderator = make_reader();
    struct call put = {.act = act_put}, add = {.act = act_add_moderator, .reader = &moderator},
                read = {.act = act_read};
    call(fixture, &put);
    call(fixture, &add);
    call(fixture, &read);
    assert_true(opens(&moderator, &read.sealed, "note"));
    assert_null(seal_part(read.sealed.data, read.sealed.length, fixture->keys.box_public));
    buffer_finish(&put.sealed);
    buffer_finish(&read.sealed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reader_opens_the_note_and_nobody_else),
        cmocka_unit_test(every_note_has_the_same_length_sealed),
        cmocka_unit_test(a_note_moved_to_another_report_is_refused),
        cmocka_unit_test(a_changed_byte_is_refused),
        cmocka_unit_test_setup_teardown(notes_go_to_the_active_moderators_or_to_the_server,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(the_first_moderator_gets_what_waited, fixture_setup,
                                        fixture_teardown),
    };
    struct error error = {0};
    if (!secret_start(&error))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
