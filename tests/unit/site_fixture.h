#ifndef ZHANJI_TESTS_SITE_FIXTURE_H
#define ZHANJI_TESTS_SITE_FIXTURE_H

/* The site with the archive's reports in public view; include after cmocka.h. */
#include <poll.h>

#include "collector/intake/founding.h"
#include "collector/intake/keys.h"
#include "collector/pages/handlers.h"
#include "collector/pages/pages.h"
#include "tests/unit/page_text.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    NOW = 1795334400, /* 2026-11-22T08:00:00Z */
    PATIENCE_MS = 20000
};

static inline int64_t fixed_now(void *context)
{
    (void)context;
    return NOW;
}

/* The parts that pages stand on, with the archive's reports in public view. */
struct fixture {
    struct source source;
    struct survey *survey;
    struct store *store;
    struct store_collector *collector;
    struct publisher *publisher;
    struct server_keys keys;
    struct app app;
};

static inline void stop_if(bool failed, const struct error *error)
{
    if (failed)
        fail_msg("%s", error->text);
}

static inline void open_store(struct fixture *fixture)
{
    struct error error = {0};
    const struct store_options options = {
        .path = ":memory:",
        .survey = fixture->survey,
        .source = &fixture->source,
        .clock = {fixed_now, NULL},
        .staging_seconds = 3600,
    };
    stop_if(!store_open(&options, &fixture->store, &error), &error);
    fixture->collector = store_collector_create(&error);
    stop_if(fixture->collector == NULL, &error);
}

static inline void publish(struct fixture *fixture)
{
    struct error error = {0};
    sign_keypair(fixture->keys.box_public, &fixture->keys.box_secret);
    fixture->app = (struct app){
        .survey = fixture->survey,
        .store = fixture->store,
        .collector = fixture->collector,
        .keys = &fixture->keys,
        .clock = {fixed_now, NULL},
        .schema = &fixture->source,
    };
    stop_if(!founding_store(&fixture->app, &fixture->source, &error), &error);
    const struct publisher_options options = {
        .survey = fixture->survey,
        .store = fixture->store,
        .clock = {fixed_now, NULL},
        .interval_ms = 1,
    };
    stop_if(!publisher_start(&options, &fixture->publisher, &error), &error);
    stop_if(!publisher_wait(fixture->publisher, &error), &error);
    fixture->app.publisher = fixture->publisher;
}

static inline int setup(void **state)
{
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    struct error error = {0};
    stop_if(!secret_start(&error), &error);
    fixture->source = (struct source){.files = schema_files, .count = schema_files_count};
    fixture->survey = survey_load(&fixture->source, &error);
    stop_if(fixture->survey == NULL, &error);
    open_store(fixture);
    publish(fixture);
    *state = fixture;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;
    publisher_stop(fixture->publisher);
    store_close(fixture->store);
    store_collector_destroy(fixture->collector);
    survey_destroy(fixture->survey);
    free(fixture);
    return 0;
}

/* Calls a handler as the server does, and collects what the store did for it. */
static inline void ask(struct fixture *fixture, http_handler *handler,
                       struct http_exchange *exchange)
{
    enum http_progress progress = handler(exchange, &fixture->app);
    struct pollfd ready = {.fd = store_collector_fd(fixture->collector), .events = POLLIN};
    while (progress == HTTP_WAIT && exchange->reply.status == 0) {
        assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
        store_collect(fixture->collector);
    }
    assert_true(exchange->reply.status != 0);
    if (exchange->reply.body.data != NULL && strstr(exchange->reply.body.data, "⟦") != NULL)
        fail_msg("a text is missing: %.60s", strstr(exchange->reply.body.data, "⟦"));
}

static inline void add_parameter(struct http_exchange *exchange, const char *name,
                                 const char *value)
{
    struct http_request *request = &exchange->request;
    request->parameters[request->parameter_count++] = (struct http_pair){name, value};
}

static inline void ask_station(struct fixture *fixture, const char *id,
                               struct http_exchange *exchange)
{
    exchange->request.path = "/stations/x";
    exchange->request.arguments[0] = id;
    ask(fixture, handle_station, exchange);
}

#endif
