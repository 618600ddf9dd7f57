#ifndef ZHANJI_TESTS_STORE_FIXTURE_H
#define ZHANJI_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/store/session.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

/* A store in a folder of its own, with a clock that the test sets. */
struct fixture {
    char folder[64];
    char path[80];
    _Atomic int64_t now; /* the test sets it, the store's thread reads it */
    int64_t staging_seconds;
    struct source source;
    struct survey *survey;
    struct store *store;
};

enum {
    NOON = 1795334400 /* 2026-11-22T08:00:00Z */
};

static inline int64_t fixture_now(void *context)
{
    return *(const _Atomic int64_t *)context;
}

static inline bool fixture_try_open(struct fixture *fixture, struct store **store_out,
                                    struct error *error)
{
    struct store_options options = {
        .path = fixture->path,
        .survey = fixture->survey,
        .source = &fixture->source,
        .clock = {fixture_now, &fixture->now},
        .staging_seconds = fixture->staging_seconds,
    };
    return store_open(&options, store_out, error);
}

static inline void fixture_open(struct fixture *fixture)
{
    struct error error = {0};
    if (!fixture_try_open(fixture, &fixture->store, &error))
        fail_msg("%s", error.text);
}

static inline void fixture_close(struct fixture *fixture)
{
    store_close(fixture->store);
    fixture->store = NULL;
}

static inline void fixture_reopen(struct fixture *fixture)
{
    fixture_close(fixture);
    fixture_open(fixture);
}

static inline int fixture_prepare_in(void **state, const char *folder)
{
    struct error error = {0};
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    if (!secret_start(&error))
        return -1;
    fixture->now = NOON;
    fixture->staging_seconds = 3600;
    fixture->source = (struct source){.files = schema_files, .count = schema_files_count};
    fixture->survey = survey_load(&fixture->source, &error);
    snprintf(fixture->folder, sizeof fixture->folder, "%s/zhanji-store-XXXXXX", folder);
    if (fixture->survey == NULL || mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/z.db", fixture->folder);
    *state = fixture;
    return 0;
}

static inline int fixture_prepare(void **state)
{
    return fixture_prepare_in(state, "/tmp");
}

static inline int fixture_start(void **state)
{
    if (fixture_prepare(state) != 0)
        return -1;
    fixture_open(*state);
    return 0;
}

static inline void fixture_remove(const struct fixture *fixture, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    (void)remove(path);
}

static inline int fixture_stop(void **state)
{
    static const char *const names[] = {
        "z.db",       "z.db-wal", "z.db-shm",   "z.db-journal", "z.db.state/backup.db",
        "z.db.state", "copy.db",  "copy.db-wal"};
    struct fixture *fixture = *state;
    fixture_close(fixture);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        fixture_remove(fixture, names[i]);
    int left = rmdir(fixture->folder);
    survey_destroy(fixture->survey);
    free(fixture);
    return left;
}

/* Runs a function of the session as a job of its own. */
struct step {
    struct store_job job;
    bool (*body)(struct session *session, void *context, struct error *error);
    void *context;
};

static inline bool step_run(struct session *session, struct store_job *job, struct error *error)
{
    struct step *step = (struct step *)job;
    return step->body(session, step->context, error);
}

static inline bool try_step(struct store *store,
                            bool (*body)(struct session *, void *, struct error *), void *context,
                            struct error *error)
{
    struct step step = {.job = {.run = step_run}, .body = body, .context = context};
    return store_call(store, &step.job, error);
}

static inline void do_step(struct fixture *fixture,
                           bool (*body)(struct session *, void *, struct error *), void *context)
{
    struct error error = {0};
    if (!try_step(fixture->store, body, context, &error))
        fail_msg("%s", error.text);
}

/* A report with an id that begins with `number`, so that ids sort like numbers. */
static inline struct stored_report sample(const struct fixture *fixture, uint32_t number)
{
    struct stored_report report = {
        .uuid = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                 (uint8_t)number, 0x5d, 0x0c},
        .station = 7,
        .visited_text = "2023-12-20T08:30+08:00",
        .version = 1,
        .arrived = fixture->now,
    };
    memset(report.answers, -1, sizeof report.answers);
    report.answers[0] = 0;
    report.answers[5] = 1;
    memset(report.content_hash, (int)(number % 251) + 1, sizeof report.content_hash);
    assert_true(visit_parse(report.visited_text, strlen(report.visited_text),
                            fixture->survey->offset_seconds, &report.visited));
    return report;
}

static inline void set_visited(const struct fixture *fixture, struct stored_report *report,
                               const char *text)
{
    report->visited_text = text;
    assert_true(visit_parse(text, strlen(text), fixture->survey->offset_seconds, &report->visited));
}

struct put {
    const struct stored_report *report;
    enum put_result result;
    enum report_state state;
};

static inline bool put_body(struct session *session, void *context, struct error *error)
{
    struct put *put = context;
    return session_put(session, put->report, &put->result, &put->state, error);
}

static inline enum put_result put(struct fixture *fixture, const struct stored_report *report)
{
    struct put put = {.report = report};
    do_step(fixture, put_body, &put);
    return put.result;
}

/* A copy of what was read, with its texts. */
struct seen {
    bool found;
    struct stored_report report;
    char visited[64], note[64], reason_note[64], box[64];
};

static inline void see(struct seen *seen, const struct stored_report *report)
{
    seen->found = true;
    seen->report = *report;
    snprintf(seen->visited, sizeof seen->visited, "%s", report->visited_text);
    snprintf(seen->note, sizeof seen->note, "%s", report->note == NULL ? "" : report->note);
    snprintf(seen->reason_note, sizeof seen->reason_note, "%s",
             report->reason_note == NULL ? "" : report->reason_note);
    if (report->sealed_note != NULL)
        memcpy(seen->box, report->sealed_note,
               report->sealed_length < sizeof seen->box ? report->sealed_length : sizeof seen->box);
}

struct get {
    const uint8_t *uuid;
    bool published;
    struct seen seen;
};

static inline bool get_body(struct session *session, void *context, struct error *error)
{
    struct get *get = context;
    struct stored_report report;
    bool found;
    bool read = get->published ? session_get_published(session, get->uuid, &report, &found, error)
                               : session_get(session, get->uuid, &report, &found, error);
    if (read && found)
        see(&get->seen, &report);
    return read;
}

static inline struct seen get(struct fixture *fixture, const struct stored_report *report)
{
    struct get get = {.uuid = report->uuid};
    do_step(fixture, get_body, &get);
    return get.seen;
}

static inline struct seen get_published(struct fixture *fixture, const struct stored_report *report)
{
    struct get get = {.uuid = report->uuid, .published = true};
    do_step(fixture, get_body, &get);
    return get.seen;
}

/* A moderator with a key of their own. */
struct person {
    struct secret_key secret;
    struct moderator moderator;
};

struct person_change {
    struct person *person;
    enum change_result result;
};

static inline bool add_body(struct session *session, void *context, struct error *error)
{
    struct person_change *change = context;
    return session_moderator_add(session, &change->person->moderator, &change->result, error);
}

static inline enum change_result add_person(struct fixture *fixture, struct person *person,
                                            const char *name)
{
    struct person_change change = {.person = person};
    if (person->moderator.name == NULL)
        sign_keypair(person->moderator.key, &person->secret);
    person->moderator.name = name;
    do_step(fixture, add_body, &change);
    return change.result;
}

static inline bool retire_body(struct session *session, void *context, struct error *error)
{
    struct person_change *change = context;
    return session_moderator_retire(session, change->person->moderator.name, &change->result,
                                    error);
}

static inline enum change_result retire_person(struct fixture *fixture, struct person *person)
{
    struct person_change change = {.person = person};
    do_step(fixture, retire_body, &change);
    return change.result;
}

/* A signed decision on its way. */
struct decision {
    struct entry entry;
    struct buffer line;
    enum change_result result;
    enum report_state state;
    struct error reason;
};

static inline void sign_decision(const struct fixture *fixture, struct decision *decision,
                                 const struct person *person, enum entry_act act,
                                 const struct stored_report *report, uint32_t version)
{
    static int64_t at = NOON;
    struct entry *entry = &decision->entry;
    *decision = (struct decision){.entry = {.act = act, .by = BY_MODERATOR, .at = at++}};
    entry->version = version;
    memcpy(entry->report, report->uuid, UUID_SIZE);
    memcpy(entry->key, person->moderator.key, SIGN_PUBLIC_SIZE);
    snprintf(entry->survey, sizeof entry->survey, "%s", fixture->survey->id);
    snprintf(entry->reason, sizeof entry->reason, "%s",
             act == ACT_APPROVE  ? "ok"
             : act == ACT_REVERT ? ""
                                 : "spam");
    entry_sign(entry, &person->secret);
    entry_print(entry, &decision->line);
}

static inline bool decide_body(struct session *session, void *context, struct error *error)
{
    struct decision *decision = context;
    return session_decide(session, &decision->entry, decision->line.data, decision->line.length,
                          &decision->result, &decision->state, &decision->reason, error);
}

static inline enum change_result decide(struct fixture *fixture, const struct person *person,
                                        enum entry_act act, const struct stored_report *report,
                                        uint32_t version)
{
    struct decision decision;
    sign_decision(fixture, &decision, person, act, report, version);
    do_step(fixture, decide_body, &decision);
    buffer_finish(&decision.line);
    return decision.result;
}

struct change {
    const struct stored_report *report;
    enum change_result result;
    uint32_t version;
};

static inline bool amend_body(struct session *session, void *context, struct error *error)
{
    struct change *change = context;
    return session_amend(session, change->report, &change->result, &change->version, error);
}

static inline enum change_result amend(struct fixture *fixture, const struct stored_report *report)
{
    struct change change = {.report = report};
    do_step(fixture, amend_body, &change);
    return change.result;
}

static inline bool withdraw_body(struct session *session, void *context, struct error *error)
{
    struct change *change = context;
    return session_withdraw(session, change->report->uuid, &change->result, error);
}

static inline enum change_result withdraw(struct fixture *fixture,
                                          const struct stored_report *report)
{
    struct change change = {.report = report};
    do_step(fixture, withdraw_body, &change);
    return change.result;
}

struct counted {
    uint32_t pending[1024];
    struct report_counts counts;
    int64_t since;
};

static inline bool counts_body(struct session *session, void *context, struct error *error)
{
    struct counted *counted = context;
    counted->counts.pending = counted->pending;
    return session_counts(session, counted->since, &counted->counts, error);
}

static inline struct counted count(struct fixture *fixture)
{
    struct counted counted = {0};
    do_step(fixture, counts_body, &counted);
    return counted;
}

#endif
