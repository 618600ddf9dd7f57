#ifndef ZHANJI_TESTS_PUBLISH_FIXTURE_H
#define ZHANJI_TESTS_PUBLISH_FIXTURE_H

#include <jansson.h>

#include "collector/publish/publisher.h"
#include "collector/store/session.h"
#include "tests/unit/survey_fixture.h"

/* A store in memory with a moderator, a publisher on it, and a clock that the test turns. */
struct newsroom {
    struct survey *survey;
    struct store *store;
    struct publisher *publisher;
    int64_t now;
    uint8_t key[SIGN_PUBLIC_SIZE];
    struct secret_key secret;
    struct source source;
};

static inline int64_t newsroom_now(void *context)
{
    return __atomic_load_n((const int64_t *)context, __ATOMIC_RELAXED);
}

static inline void newsroom_set(struct newsroom *room, int64_t now)
{
    __atomic_store_n(&room->now, now, __ATOMIC_RELAXED);
}

struct newsroom_job {
    struct store_job job;
    struct newsroom *room;
    const struct stored_report *report;
    enum entry_act act;
    enum change_result result;
    const char *notice;
};

static inline void newsroom_call(struct newsroom *room, struct newsroom_job *job)
{
    struct error error = {0};
    if (!store_call(room->store, &job->job, &error))
        fail_msg("%s", error.text);
}

static inline bool newsroom_found(struct session *session, struct store_job *job,
                                  struct error *error)
{
    struct newsroom_job *own = (struct newsroom_job *)(void *)job;
    struct moderator moderator = {.name = "Test", .added = session_now(session)};
    memcpy(moderator.key, own->room->key, sizeof moderator.key);
    return session_moderator_add(session, &moderator, &own->result, error);
}

static inline void newsroom_publish(struct newsroom *room)
{
    struct error error = {0};
    const struct publisher_options options = {
        .survey = room->survey,
        .store = room->store,
        .clock = {newsroom_now, &room->now},
    };
    if (!publisher_start(&options, &room->publisher, &error))
        fail_msg("%s", error.text);
}

/* Opens the store; `directory` NULL is the built-in survey. */
static inline struct newsroom *newsroom_open(const char *directory, const char *path)
{
    struct error error = {0};
    struct newsroom *room = memory_zeroed(1, sizeof *room);
    assert_true(secret_start(&error));
    room->survey = load_survey(directory);
    room->now = CASES_NOW;
    room->source = built_in();
    const struct store_options options = {
        .path = path,
        .survey = room->survey,
        .source = &room->source,
        .clock = {newsroom_now, &room->now},
        .staging_seconds = 3600,
    };
    if (!store_open(&options, &room->store, &error))
        fail_msg("%s", error.text);
    static const uint8_t seed[SIGN_SEED_SIZE] = {7};
    sign_from_seed(seed, room->key, &room->secret);
    struct newsroom_job job = {.job = {.run = newsroom_found}, .room = room};
    newsroom_call(room, &job);
    return room;
}

static inline void newsroom_close(struct newsroom *room)
{
    publisher_stop(room->publisher);
    store_close(room->store);
    survey_destroy(room->survey);
    free(room);
}

static inline bool newsroom_put(struct session *session, struct store_job *job, struct error *error)
{
    struct newsroom_job *own = (struct newsroom_job *)(void *)job;
    enum put_result result;
    enum report_state state;
    return session_put(session, own->report, &result, &state, error);
}

static inline bool newsroom_judge(struct session *session, struct store_job *job,
                                  struct error *error)
{
    struct newsroom_job *own = (struct newsroom_job *)(void *)job;
    struct entry entry = {
        .act = own->act, .at = session_now(session), .version = own->report->version};
    struct error reason = {0};
    enum report_state state;
    auto_buffer struct buffer line = {0};
    memcpy(entry.report, own->report->uuid, UUID_SIZE);
    snprintf(entry.reason, sizeof entry.reason, "%s", own->act == ACT_WITHHOLD ? "policy" : "ok");
    snprintf(entry.survey, sizeof entry.survey, "%s", own->room->survey->id);
    if (own->act == ACT_REVERT)
        entry.reason[0] = '\0';
    entry_sign(&entry, &own->room->secret);
    entry_print(&entry, &line);
    if (!session_decide(session, &entry, line.data, line.length, &own->result, &state, &reason,
                        error))
        return false;
    if (own->result != CHANGE_DONE)
        fail_msg("%s", reason.text);
    return true;
}

static inline void newsroom_send(struct newsroom *room, const struct stored_report *report)
{
    struct newsroom_job job = {.job = {.run = newsroom_put}, .room = room, .report = report};
    newsroom_call(room, &job);
}

static inline void newsroom_decide(struct newsroom *room, const struct stored_report *report,
                                   enum entry_act act)
{
    struct newsroom_job job = {
        .job = {.run = newsroom_judge}, .room = room, .report = report, .act = act};
    newsroom_call(room, &job);
}

/* A report as intake would store it; `number` makes its id. */
static inline struct stored_report newsroom_report(const struct newsroom *room, unsigned number,
                                                   const char *station, const char *visited)
{
    struct stored_report report = {.visited_text = visited, .version = 1};
    report.uuid[14] = (uint8_t)(number >> 8);
    report.uuid[15] = (uint8_t)number;
    memcpy(report.content_hash, report.uuid, UUID_SIZE);
    report.station = survey_station(room->survey, station);
    assert_true(report.station >= 0);
    assert_true(
        visit_parse(visited, strlen(visited), room->survey->offset_seconds, &report.visited));
    memset(report.answers, -1, sizeof report.answers);
    report.arrived = room->now - room->now % 3600;
    return report;
}

static inline void newsroom_answer(const struct newsroom *room, struct stored_report *report,
                                   const char *question, const char *option)
{
    int q = survey_question(room->survey, question);
    assert_true(q >= 0);
    int answer = survey_option(&room->survey->questions[q], option);
    assert_true(answer >= 0);
    report->answers[q] = (int8_t)answer;
}

/* Sends and approves a report of one answer. */
static inline struct stored_report newsroom_tell(struct newsroom *room, unsigned number,
                                                 const char *station, const char *visited,
                                                 const char *question, const char *option)
{
    struct stored_report report = newsroom_report(room, number, station, visited);
    newsroom_answer(room, &report, question, option);
    newsroom_send(room, &report);
    newsroom_decide(room, &report, ACT_APPROVE);
    return report;
}

/* The archive, sent and approved. */
static inline void newsroom_load_archive(struct newsroom *room)
{
    struct archive archive;
    struct error error = {0};
    if (!archive_load(room->survey, &room->source, room->now, &archive, &error))
        fail_msg("%s", error.text);
    for (int i = 0; i < archive.count; i++) {
        const struct report *report = &archive.reports[i];
        struct stored_report stored = {.station = report->station,
                                       .visited_text = report->visited_text,
                                       .visited = report->visited,
                                       .basis = report->basis,
                                       .note = report->note,
                                       .has_reporter = report->reporter != NULL,
                                       .arrived = room->now - room->now % 3600,
                                       .version = 1};
        memcpy(stored.uuid, report->uuid, UUID_SIZE);
        memcpy(stored.content_hash, report->uuid, UUID_SIZE);
        memcpy(stored.answers, report->answers, sizeof stored.answers);
        if (report->reporter != NULL)
            memcpy(stored.reporter, report->reporter, sizeof stored.reporter);
        newsroom_send(room, &stored);
        newsroom_decide(room, &stored, ACT_APPROVE);
    }
    archive_finish(&archive);
}

/* For cmocka: a room with the archive published, one without a report, and its end. */
static inline int newsroom_with_archive(void **state)
{
    struct newsroom *room = newsroom_open(NULL, ":memory:");
    newsroom_load_archive(room);
    newsroom_publish(room);
    *state = room;
    return 0;
}

static inline int newsroom_empty(void **state)
{
    struct newsroom *room = newsroom_open(NULL, ":memory:");
    newsroom_publish(room);
    *state = room;
    return 0;
}

static inline int newsroom_end(void **state)
{
    newsroom_close(*state);
    return 0;
}

static inline int32_t day_of(const char *text)
{
    int32_t day = 0;
    assert_true(day_parse(text, strlen(text), &day));
    return day;
}

/* What waited for a view of the past gets. */
struct past_answer {
    struct view *view;
    struct error error;
    bool has_come;
};

static inline void past_has_come(void *context, struct view *view, const struct error *error)
{
    struct past_answer *answer = context;
    answer->view = view;
    answer->error = *error;
    answer->has_come = true;
}

/* A reference to the view of what was published at the end of a day. */
static inline struct view *newsroom_past(struct newsroom *room, const char *known_at)
{
    struct error error = {0};
    struct view *view = NULL;
    struct past_answer answer = {0};
    const struct past_view request = {day_of(known_at), past_has_come, &answer};
    struct store_collector *collector = store_collector_create(&error);
    assert_non_null(collector);
    if (!publisher_past_view(room->publisher, collector, &request, &view, &error)) {
        assert_int_equal(error.kind, ERROR_NONE);
        while (!answer.has_come)
            store_collect(collector);
        assert_int_equal(answer.error.kind, ERROR_NONE);
        view = answer.view;
    }
    store_collector_destroy(collector);
    return view;
}

static inline void newsroom_wait(struct newsroom *room)
{
    struct error error = {0};
    if (!publisher_wait(room->publisher, &error))
        fail_msg("%s", error.text);
}

static inline struct view *newsroom_view(struct newsroom *room)
{
    newsroom_wait(room);
    return publisher_view(room->publisher);
}

/* A station's document as of a day (NULL: today); the caller frees it. */
static inline json_t *station_json(const struct view *view, const char *station, const char *as_of)
{
    auto_buffer struct buffer json = {0};
    struct station_state state;
    view_station(view, survey_station(view_survey(view), station),
                 as_of == NULL ? view_today(view) : day_of(as_of), &state);
    view_station_json(view, &state, true, &json);
    json_error_t problem;
    json_t *parsed = json_loadb(json.data, json.length, JSON_REJECT_DUPLICATES, &problem);
    if (parsed == NULL)
        fail_msg("%s in %s", problem.text, json.data);
    return parsed;
}

#endif
