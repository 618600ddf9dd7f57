#ifndef ZHANJI_STORE_VISIT_H
#define ZHANJI_STORE_VISIT_H

#include "collector/survey/survey.h"

/* A visit as rows hold it: a few small integers that give most texts back as they were sent. */
struct packed_visit {
    int64_t last;   /* last day */
    int64_t span;   /* days from the first to the last */
    int64_t moment; /* 8 × seconds of the first day + form, or MOMENT_NONE */
};

#define MOMENT_NONE ((int64_t)-1)

/* False if the text cannot be given back by the integers and must be kept itself. */
bool visit_pack(const struct survey *survey, const struct visit *visit, const char *text,
                struct packed_visit *packed_out);
/* The text. Appends. */
void visit_unpack(const struct survey *survey, const struct packed_visit *packed,
                  struct buffer *buffer);

#endif
