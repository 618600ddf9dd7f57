#ifndef ZHANJI_MODERATION_DECISIONS_H
#define ZHANJI_MODERATION_DECISIONS_H

#include <jansson.h>

#include "moderation/bulk.h"
#include "moderation/guard.h"

/* A request with decisions: decide.c takes it apart and to the store, decide_answer.c says what
 * came of it. */
struct decision {
    char *line; /* NULL when the element was neither a text nor an object */
    size_t length;
    char id[UUID_TEXT_SIZE]; /* "" while not known */
    unsigned status;         /* 0 while undecided */
    bool has_state;
    enum report_state state;
    char error[240];
    struct covered_report *reports; /* of a decision on many */
    size_t report_count;
    uint64_t entry_end; /* number + 1 of the entry that was appended; 0: none */
};

struct decisions {
    struct store_job job; /* the first member */
    struct http_exchange *exchange;
    const struct app *app;
    struct asker asker;
    json_t *lists; /* of decisions on many; NULL: none */
    struct decision *items;
    size_t count;
    size_t next; /* the first that is not in the store yet */
    size_t end;  /* of the chunk that is under way */
};

/* What came of one: a status of HTTP and why. */
void decision_settle(struct decision *decision, unsigned status, const char *text);
void decision_fail(struct decision *decision, const struct error *error);
void decision_take_result(struct decision *decision, enum change_result result,
                          enum report_state state, const struct error *reason);
/* Answers the request. */
void decisions_answer(const struct decisions *decisions);
/* The same after the store refused a chunk. */
void decisions_give_up(struct decisions *decisions, const struct error *error);

#endif
