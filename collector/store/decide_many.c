#include <string.h>

#include "collector/store/decide.h"
#include "collector/store/record.h"

/* Judges every report, so that all that are in the way can be told at once. */
static bool judge(struct session *session, const struct entry *entry,
                  struct covered_report *reports, struct decision *found, uint32_t *refused_out,
                  struct error *error)
{
    uint32_t refused = 0;
    for (uint32_t i = 0; i < entry->reports; i++) {
        struct covered_report *report = &reports[i];
        found[i].entry = entry;
        if (!brief_find(session, report->uuid, &found[i].brief, error))
            return false;
        decision_check_report(&found[i], report->version, &report->reason);
        report->refused = found[i].result != CHANGE_DONE;
        refused += report->refused ? 1 : 0;
    }
    *refused_out = refused;
    return true;
}

static bool apply(struct session *session, const struct covered_report *reports, uint32_t count,
                  struct decision *found, uint64_t number, struct error *error)
{
    for (uint32_t i = 0; i < count; i++)
        if (!decision_apply(session, &found[i], reports[i].uuid, number, error))
            return false;
    return true;
}

static bool decide(struct session *session, const struct entry *entry, const char *line,
                   size_t length, struct covered_report *reports, struct decision *found,
                   enum change_result *result_out, struct error *reason_out, struct error *error)
{
    uint32_t refused;
    uint64_t number;
    if (!judge(session, entry, reports, found, &refused, error))
        return false;
    *result_out = refused == 0 ? CHANGE_DONE : CHANGE_CONFLICT;
    if (refused > 0) {
        error_set(reason_out, ERROR_CONFLICT,
                  "%u of the %u reports cannot be decided so, and none was", (unsigned)refused,
                  (unsigned)entry->reports);
        return true;
    }
    return entry_append(session, line, length, entry->at, &number, error) &&
           covered_put(session, number, reports, entry->reports, error) &&
           apply(session, reports, entry->reports, found, number, error);
}

static bool is_bulk(const struct session *session, const struct entry *entry)
{
    return entry_act_is_decision(entry->act) && entry->by == BY_MODERATOR && entry->reports != 0 &&
           strcmp(entry->survey, session->survey->id) == 0;
}

/* What a line that is there already stands for: its state, or that of a report which has moved on. */
static bool state_now(struct session *session, const struct entry *entry,
                      const struct covered_report *reports, enum report_state *state_out,
                      struct error *error)
{
    *state_out = decision_state(entry->act);
    for (uint32_t i = 0; i < entry->reports; i++) {
        struct brief brief;
        if (!brief_find(session, reports[i].uuid, &brief, error))
            return false;
        if (brief.found && brief.state != *state_out) {
            *state_out = brief.state;
            return true;
        }
    }
    return true;
}

bool session_decide_many(struct session *session, const struct entry *entry, const char *line,
                         size_t length, struct covered_report *reports,
                         enum change_result *result_out, enum report_state *state_out,
                         struct error *reason_out, struct error *error)
{
    bool exists;
    struct decision decision = {.entry = entry};
    *state_out = decision_state(entry->act);
    if (!entry_exists(session, line, length, &exists, error))
        return false;
    *result_out = exists ? CHANGE_SAME : CHANGE_CONFLICT;
    if (exists)
        return state_now(session, entry, reports, state_out, error);
    if (!is_bulk(session, entry)) {
        error_set(reason_out, ERROR_INVALID, "this is no decision on reports of this survey");
        return true;
    }
    decision.result = CHANGE_DONE;
    if (!decision_check_moderator(session, &decision, reason_out, error))
        return false;
    if (decision.result != CHANGE_DONE)
        return true;
    auto_free struct decision *found = memory_zeroed(entry->reports, sizeof *found);
    return decide(session, entry, line, length, reports, found, result_out, reason_out, error);
}
