#include <string.h>

#include "collector/store/decide.h"

/* What a decision makes of a state; where nothing stands it is refused. */
static const struct transition transitions[] = {
    {ACT_APPROVE, STATE_PENDING, STATE_APPROVED},  {ACT_REJECT, STATE_PENDING, STATE_REJECTED},
    {ACT_WITHHOLD, STATE_PENDING, STATE_WITHHELD}, {ACT_REVERT, STATE_APPROVED, STATE_PENDING},
    {ACT_REVERT, STATE_REJECTED, STATE_PENDING},   {ACT_REVERT, STATE_WITHHELD, STATE_PENDING},
};

static const struct transition *transition_of(enum entry_act act, enum report_state from)
{
    for (size_t i = 0; i < ARRAY_LENGTH(transitions); i++)
        if (transitions[i].act == act && transitions[i].from == from)
            return &transitions[i];
    return NULL;
}

enum report_state decision_state(enum entry_act act)
{
    for (size_t i = 0; i < ARRAY_LENGTH(transitions); i++)
        if (transitions[i].act == act)
            return transitions[i].to;
    return STATE_PENDING;
}

static bool refuse(struct decision *decision, enum change_result result)
{
    decision->result = result;
    return true;
}

bool decision_check_moderator(struct session *session, struct decision *decision,
                              struct error *reason, struct error *error)
{
    bool row;
    auto_query struct query query = query_begin(session, SQL_MODERATOR_BY_KEY);
    query_blob(&query, ":key", decision->entry->key, SIGN_PUBLIC_SIZE);
    if (!query_step(&query, &row, error))
        return false;
    if (row && query_is_null(&query, 0))
        return true;
    error_set(reason, ERROR_DENIED,
              row ? "this moderator is retired" : "no moderator has this key");
    return refuse(decision, CHANGE_CONFLICT);
}

void decision_check_report(struct decision *decision, uint32_t version, struct error *reason)
{
    const struct brief *brief = &decision->brief;
    decision->result = brief->found ? CHANGE_CONFLICT : CHANGE_NOT_FOUND;
    decision->transition = transition_of(decision->entry->act, brief->state);
    if (!brief->found)
        error_set(reason, ERROR_NOT_FOUND, "no report has this id");
    else if (version != 0 && brief->version != version)
        error_set(reason, ERROR_CONFLICT, "the report is at version %u now, not %u",
                  (unsigned)brief->version, (unsigned)version);
    else if (decision->transition == NULL)
        error_set(reason, ERROR_CONFLICT, "the report is %s%s",
                  brief->state == STATE_PENDING ? "" : "already ", report_state_name(brief->state));
    else
        decision->result = CHANGE_DONE;
}

static bool check(struct session *session, struct decision *decision, const char *line,
                  size_t length, struct error *reason, struct error *error)
{
    bool exists;
    const struct entry *entry = decision->entry;
    if (!brief_find(session, entry->report, &decision->brief, error) ||
        !entry_exists(session, line, length, &exists, error))
        return false;
    if (exists)
        return refuse(decision, CHANGE_SAME);
    if (!entry_act_is_decision(entry->act) || entry->by != BY_MODERATOR || entry->reports != 0 ||
        strcmp(entry->survey, session->survey->id) != 0) {
        error_set(reason, ERROR_INVALID, "this is no decision on one report of this survey");
        return refuse(decision, CHANGE_CONFLICT);
    }
    decision->result = CHANGE_DONE;
    if (!decision_check_moderator(session, decision, reason, error))
        return false;
    if (decision->result == CHANGE_DONE)
        decision_check_report(decision, entry->version, reason);
    return true;
}

static bool write_state(struct session *session, const uint8_t uuid[UUID_SIZE],
                        enum report_state state, uint64_t entry, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_REPORT_DECIDE);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    query_integer(&query, ":state", state);
    query_integer(&query, ":entry", (int64_t)entry);
    return query_run(&query, error);
}

static bool write_expiry(struct session *session, const uint8_t uuid[UUID_SIZE],
                         enum report_state state, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_BOX_EXPIRE);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    if (state != STATE_PENDING)
        query_integer(&query, ":expires", session->now + (int64_t)SEALED_DAYS * DAY_SECONDS);
    return query_run(&query, error);
}

static bool apply(struct session *session, struct decision *decision, const uint8_t uuid[UUID_SIZE],
                  uint64_t number, struct error *error)
{
    struct brief *brief = &decision->brief;
    enum report_state state = decision->transition->to;
    if (!brief_settle(session, uuid, brief, error))
        return false;
    bool written = brief->amended ? amendment_settle(session, uuid, brief, state, &number, error)
                                  : write_state(session, uuid, state, number, error);
    return written && write_expiry(session, uuid, state, error);
}

static void count_decided(struct session *session, const struct brief *before,
                          const uint8_t uuid[UUID_SIZE], enum report_state state)
{
    bool was_published = before->main_state == STATE_APPROVED;
    int stations = session->survey->station_count;
    pending_change(session, before->station,
                   (state == STATE_PENDING) - (before->state == STATE_PENDING));
    changes_add(&session->changes, before->station, stations);
    if (state == STATE_APPROVED)
        published_add(session, before->station, was_published ? NULL : uuid);
    if (!was_published)
        return;
    changes_add(&session->changes, before->main_station, stations);
    published_add(session, before->main_station, NULL);
}

/* NOLINTNEXTLINE(readability-function-size): the line, its parsed form, and two kinds of answer. */
bool decision_apply(struct session *session, struct decision *decision,
                    const uint8_t uuid[UUID_SIZE], uint64_t number, struct error *error)
{
    if (decision->brief.main_state == STATE_APPROVED && !holds_keep(session, uuid, error))
        return false;
    if (!apply(session, decision, uuid, number, error))
        return false;
    count_decided(session, &decision->brief, uuid, decision->transition->to);
    return true;
}

bool session_decide(struct session *session, const struct entry *entry, const char *line,
                    size_t length, enum change_result *result_out, enum report_state *state_out,
                    struct error *reason_out, struct error *error)
{
    struct decision decision = {.entry = entry};
    if (!check(session, &decision, line, length, reason_out, error))
        return false;
    enum report_state state = decision.brief.state;
    if (decision.result == CHANGE_DONE) {
        uint64_t number;
        if (!entry_append(session, line, length, entry->at, &number, error) ||
            !decision_apply(session, &decision, entry->report, number, error))
            return false;
        state = decision.transition->to;
    }
    *result_out = decision.result;
    *state_out = state;
    return true;
}
