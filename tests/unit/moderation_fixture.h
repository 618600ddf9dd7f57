#ifndef ZHANJI_TESTS_MODERATION_FIXTURE_H
#define ZHANJI_TESTS_MODERATION_FIXTURE_H

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "collector/intake/keys.h"
#include "collector/publish/app.h"
#include "collector/store/session.h"
#include "moderation/handlers.h"
#include "moderation/routes.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    NOON = 1795334400, /* 2026-11-22T08:00:00Z */
    HEADERS_MAX = 4
};

static const char report_id[] = "6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11";
static const char other_id[] = "6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a12";

/* A person with a key. */
struct person {
    struct secret_key secret;
    uint8_t key[SIGN_PUBLIC_SIZE];
};

/* The handlers on a store in memory, with a clock that the test sets: no socket. */
struct fixture {
    _Atomic int64_t now; /* the test sets it, the store's thread reads it */
    struct source source;
    struct survey *survey;
    struct store *store;
    struct store_collector *collector;
    struct moderation *moderation;
    struct server_keys keys;
    struct app app;
    struct person active, retired, unknown;
};

static int64_t fixture_now(void *context)
{
    return *(const _Atomic int64_t *)context;
}

/* A job that a function of the test runs. */
struct call {
    struct store_job job;
    struct fixture *fixture;
    void (*act)(struct session *session, struct fixture *fixture);
};

static bool call_run(struct session *session, struct store_job *job, struct error *error)
{
    struct call *call = (struct call *)job;

    (void)error;
    call->act(session, call->fixture);
    return true;
}

static inline void fixture_call(struct fixture *fixture,
                                void (*act)(struct session *session, struct fixture *fixture))
{
    struct call call = {.job.run = call_run, .fixture = fixture, .act = act};
    struct error error = {0};

    if (!store_call(fixture->store, &call.job, &error))
        fail_msg("%s", error.text);
}

static inline void put_report(struct session *session, const char *id)
{
    struct stored_report report = {.visited_text = "2023-12-20", .note = "note", .version = 1};
    const struct survey *survey = session_survey(session);
    enum put_result result;
    enum report_state state;

    assert_true(uuid_parse(id, strlen(id), report.uuid));
    assert_true(visit_parse("2023-12-20", 10, survey->offset_seconds, &report.visited));
    memset(report.answers, -1, sizeof report.answers);
    report.answers[0] = 0;
    assert_true(session_put(session, &report, &result, &state, NULL));
}

static inline void add_moderator(struct session *session, const struct person *person,
                                 const char *name)
{
    struct moderator moderator = {.name = name};
    enum change_result result;

    memcpy(moderator.key, person->key, sizeof moderator.key);
    assert_true(session_moderator_add(session, &moderator, &result, NULL));
    assert_int_equal(result, CHANGE_DONE);
}

static inline void fill_store(struct session *session, struct fixture *fixture)
{
    enum change_result result;

    put_report(session, report_id);
    put_report(session, other_id);
    add_moderator(session, &fixture->active, "Lin");
    add_moderator(session, &fixture->retired, "Old");
    assert_true(session_moderator_retire(session, "Old", &result, NULL));
}

static inline int fixture_setup(void **state)
{
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    struct error error = {0};

    if (!secret_start(&error))
        return -1;
    fixture->now = NOON;
    fixture->source = (struct source){.files = schema_files, .count = schema_files_count};
    fixture->survey = survey_load(&fixture->source, &error);
    if (fixture->survey == NULL)
        fail_msg("%s", error.text);
    struct store_options options = {
        .path = ":memory:",
        .survey = fixture->survey,
        .source = &fixture->source,
        .clock = {fixture_now, &fixture->now},
        .staging_seconds = 3600,
    };
    sign_keypair(fixture->active.key, &fixture->active.secret);
    sign_keypair(fixture->retired.key, &fixture->retired.secret);
    sign_keypair(fixture->unknown.key, &fixture->unknown.secret);
    sign_keypair(fixture->keys.box_public, &fixture->keys.box_secret);
    assert_true(store_open(&options, &fixture->store, &error));
    fixture_call(fixture, fill_store);
    assert_true(moderation_create(fixture->store, options.clock, &fixture->moderation, &error));
    fixture->collector = store_collector_create(&error);
    fixture->app = (struct app){
        .survey = fixture->survey,
        .store = fixture->store,
        .collector = fixture->collector,
        .keys = &fixture->keys,
        .clock = options.clock,
        .moderation = fixture->moderation,
    };
    *state = fixture;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;

    moderation_destroy(fixture->moderation);
    store_close(fixture->store);
    store_collector_destroy(fixture->collector);
    survey_destroy(fixture->survey);
    free(fixture);
    return 0;
}

/* Calls a handler and waits until its reply is ready. */
static inline unsigned fixture_request(struct fixture *fixture, http_handler *handler,
                                       struct http_exchange *exchange)
{
    struct pollfd wait = {.fd = store_collector_fd(fixture->collector), .events = POLLIN};

    if (handler(exchange, &fixture->app) == HTTP_WAIT)
        while (exchange->reply.status == 0 && exchange->reply.body.length == 0 &&
               exchange->reply.stream == NULL) {
            assert_true(poll(&wait, 1, 30000) == 1);
            store_collect(fixture->collector);
        }
    return exchange->reply.status == 0 ? 200 : exchange->reply.status;
}

#endif
