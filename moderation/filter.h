#ifndef ZHANJI_MODERATION_FILTER_H
#define ZHANJI_MODERATION_FILTER_H

#include "collector/http/http.h"
#include "moderation/backlog.h"

/*
 * Which of what waits is asked for: `station`, `line`, `flag` (an id, `any` or `none`), `q` (a
 * part of the note, the station's name or the id), `visited_from`, `visited_to` (days, months or years; a visit
 * whose interval touches them), `answer` (question:option), `changes` (1: only what would change
 * a station's status).
 */
struct filter {
    const struct survey *survey;
    int station, line;    /* -1: any */
    unsigned flags;       /* one of these; 0: any or none */
    bool unflagged;       /* none at all */
    char *text;           /* owned; NULL for none */
    int32_t from, to;     /* DAY_NONE: open */
    int question, option; /* -1: any */
    bool changes;
};

/* True if one of the parameters is there, apart from `station`. */
bool filter_is_wanted(const struct http_request *request);
/* Starts from zero; ERROR_INVALID or ERROR_NOT_FOUND says which parameter is wrong. */
NODISCARD bool filter_read(const struct survey *survey, const struct http_request *request,
                           struct filter *filter_out, struct error *error);
void filter_finish(struct filter *filter);
bool filter_passes(const struct filter *filter, const struct waiting *waiting);

#endif
