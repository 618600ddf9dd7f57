#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collector/intake/founding.h"
#include "collector/intake/prepare.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    NOW = 1795334400 /* 2026-11-22T08:00:00Z */
};

static int64_t fixed_now(void *context)
{
    return *(const _Atomic int64_t *)context;
}

struct fixture {
    _Atomic int64_t now; /* the test sets it, the store's thread reads it */
    struct source source;
    struct survey *survey;
    struct store *store;
    struct server_keys keys;
    struct app app;
};

static int fixture_setup(void **state)
{
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    struct error error = {0};
    fixture->now = NOW + 1234;
    fixture->source = (struct source){.files = schema_files, .count = schema_files_count};
    fixture->survey = survey_load(&fixture->source, &error);
    if (fixture->survey == NULL)
        fail_msg("%s", error.text);
    struct store_options options = {
        .path = ":memory:",
        .survey = fixture->survey,
        .source = &fixture->source,
        .clock = {fixed_now, &fixture->now},
        .staging_seconds = 3600,
    };
    if (!store_open(&options, &fixture->store, &error))
        fail_msg("%s", error.text);
    sign_keypair(fixture->keys.box_public, &fixture->keys.box_secret);
    fixture->app = (struct app){
        .survey = fixture->survey,
        .store = fixture->store,
        .keys = &fixture->keys,
        .clock = {fixed_now, &fixture->now},
        .schema = &fixture->source,
    };
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

struct call {
    struct store_job job;
    const struct app *app;
    void (*act)(struct session *session, struct call *call);
    struct prepared *prepared;
    struct outcome outcome;
    size_t published, moderators, active;
    uint64_t entries;
};

static bool call_run(struct session *session, struct store_job *job, struct error *error)
{
    (void)error;
    struct call *call = (struct call *)job;
    call->act(session, call);
    return true;
}

static void call(const struct fixture *fixture, struct call *request)
{
    struct error error = {0};
    request->app = &fixture->app;
    request->job.run = call_run;
    if (!store_call(fixture->store, &request->job, &error))
        fail_msg("%s", error.text);
}

static void count_moderator(void *context, const struct moderator *moderator)
{
    struct call *call = context;
    call->moderators++;
    if (moderator->retired == 0)
        call->active++;
    assert_string_equal(moderator->name, "archive");
}

static void count_published(void *context, const struct published_answer *answer)
{
    struct call *call = context;
    call->published++;
    assert_int_not_equal(answer->reporter_number, UINT32_MAX);
}

static void act_count(struct session *session, struct call *request)
{
    struct error error = {0};
    assert_true(session_moderators(session, count_moderator, request, &error));
    assert_true(session_published(session, -1, count_published, request, &error));
    assert_true(session_entry_count(session, &request->entries, &error));
}

static void the_archive_is_approved_once_by_a_key_that_is_retired(void **state)
{
    const struct fixture *fixture = *state;
    struct error error = {0};
    for (int start = 0; start < 3; start++) {
        struct call counts = {.act = act_count};
        if (!founding_store(&fixture->app, &fixture->source, &error))
            fail_msg("%s", error.text);
        call(fixture, &counts);
        assert_int_equal(counts.published, 13);
        assert_int_equal(counts.moderators, 1);
        assert_int_equal(counts.active, 0);
        assert_int_equal(counts.entries, 13 + 2);
    }
}

static void act_put(struct session *session, struct call *request)
{
    struct error error = {0};
    assert_true(prepared_put(session, request->app, request->prepared, &request->outcome, &error));
}

static void prepare(const struct fixture *fixture, const char *json, struct prepared *prepared)
{
    struct report_faults faults = {0};
    if (!prepare_report(&fixture->app, json, strlen(json), NULL, prepared, &faults))
        fail_msg("%s %s", faults.reason, faults.count > 0 ? faults.faults[0].detail : "");
}

static const char plain[] = "{\"id\":\"6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11\",\"station\":\"巴沟\","
                            "\"visited\":\"2023\",\"answers\":{\"ticket_machine\":\"payment\"}}";

static void arrival_is_kept_to_the_hour_and_a_retry_is_told_the_first(void **state)
{
    struct fixture *fixture = *state;
    struct prepared first, again;
    prepare(fixture, plain, &first);
    assert_int_equal(first.stored.arrived, NOW);
    struct call put = {.act = act_put, .prepared = &first};
    call(fixture, &put);
    assert_int_equal(put.outcome.result, PUT_CREATED);
    fixture->now += 7200;
    prepare(fixture, plain, &again);
    struct call retry = {.act = act_put, .prepared = &again};
    call(fixture, &retry);
    assert_int_equal(retry.outcome.result, PUT_SAME);
    assert_int_equal(retry.outcome.arrived, NOW);
    prepared_finish(&first);
    prepared_finish(&again);
}

static void tracking_is_told_until_decided_and_then_to_a_pseudonym_alone(void **state)
{
    const struct fixture *fixture = *state;

    static const struct {
        bool was_decided, has_reporter, told;
    } cases[] = {
        {false, false, true}, {false, true, true}, {true, false, false}, {true, true, true}};
    struct prepared prepared;
    prepare(fixture, plain, &prepared);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_buffer struct buffer receipt = {0};
        struct outcome outcome = {.was_decided = cases[i].was_decided, .arrived = NOW};
        prepared.stored.has_reporter = cases[i].has_reporter;
        receipt_members(&fixture->app, &prepared, &outcome, "status", &receipt);
        assert_int_equal(strstr(receipt.data, "\"tracking\":\"") != NULL, cases[i].told);
    }
    prepared_finish(&prepared);
}

static void another_id_than_that_of_the_address_is_a_fault(void **state)
{
    const struct fixture *fixture = *state;
    const uint8_t other[UUID_SIZE] = {1};
    struct prepared prepared;
    struct report_faults faults = {0};
    assert_false(prepare_report(&fixture->app, plain, strlen(plain), other, &prepared, &faults));
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.faults[0].pointer, "/id");
    assert_string_equal(faults.faults[0].code, "bad_id");
    report_faults_finish(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_archive_is_approved_once_by_a_key_that_is_retired,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(arrival_is_kept_to_the_hour_and_a_retry_is_told_the_first,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            tracking_is_told_until_decided_and_then_to_a_pseudonym_alone, fixture_setup,
            fixture_teardown),
        cmocka_unit_test_setup_teardown(another_id_than_that_of_the_address_is_a_fault,
                                        fixture_setup, fixture_teardown),
    };
    struct error error = {0};
    if (!secret_start(&error))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
