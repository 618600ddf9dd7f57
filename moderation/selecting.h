#ifndef ZHANJI_MODERATION_SELECTING_H
#define ZHANJI_MODERATION_SELECTING_H

#include "moderation/tool.h"

/* The options that say which of what waits is meant. */
#define SELECTS                                                                         \
    (1U << OPTION_STATION | 1U << OPTION_LINE | 1U << OPTION_FLAG | 1U << OPTION_TEXT | \
     1U << OPTION_FROM | 1U << OPTION_TO | 1U << OPTION_ANSWER | 1U << OPTION_CHANGES)

/* "&name=value" for each that was given. Appends. */
void selecting_query(const struct arguments *arguments, struct buffer *path);
/* A refusal of the server begins with the parameter that is at fault, "visited_from: …": puts the
 * option that was typed in its place. */
void selecting_explain(struct error *error);

#endif
