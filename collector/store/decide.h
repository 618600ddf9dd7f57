#ifndef ZHANJI_STORE_DECIDE_H
#define ZHANJI_STORE_DECIDE_H

#include "collector/store/internal.h"

/* What a decision makes of a state. */
struct transition {
    enum entry_act act;
    enum report_state from, to;
};

/* What the session knows of a decision on its way. */
struct decision {
    const struct entry *entry;
    struct brief brief;
    enum change_result result;
    const struct transition *transition;
};

/* What the act makes of a report that it may be done to. */
enum report_state decision_state(enum entry_act act);
/* Sets the result, and the reason of a refusal: the key must be an active moderator's. */
NODISCARD bool decision_check_moderator(struct session *session, struct decision *decision,
                                        struct error *reason, struct error *error);
/* The same for the report that the brief is of; version 0: whichever it is at. */
void decision_check_report(struct decision *decision, uint32_t version, struct error *reason);
/* Gives the report its new state, by the entry of this number. */
NODISCARD bool decision_apply(struct session *session, struct decision *decision,
                              const uint8_t uuid[UUID_SIZE], uint64_t number, struct error *error);

struct covered_report;

/* record.c: keeps the ids that an entry covers. */
NODISCARD bool covered_put(struct session *session, uint64_t entry,
                           const struct covered_report *reports, uint32_t count,
                           struct error *error);

#endif
