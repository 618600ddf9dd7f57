#ifndef ZHANJI_PAGES_ASSETS_H
#define ZHANJI_PAGES_ASSETS_H

#include "collector/base/file.h"
#include "collector/survey/survey.h"

/* Files of collector/pages/assets/ and collector/pages/texts/, built in; paths begin with their
 * folder. */
extern const struct embedded_file pages_files[];
extern const size_t pages_files_count;

/* One of them, or NULL. */
const struct embedded_file *asset_find(const char *folder, const char *name);

/* Whether drawings.svg has a symbol of this id. */
bool asset_draws(const char *id);

/* The places as JSON: {"survey","offset","earliest","lines":[{"id","zh","en","zh_short","en_short",
 * "stops":[index]}],"stations":[[id, zh, en, pinyin, initials, [further names, folded]]]}. */
void assets_catalogue(const struct survey *survey, struct buffer *json);

/* A style sheet with the colour of each line and of what is written on it: the survey's lines are
 * data, and pages may carry no style of their own (trust §5). */
void assets_line_colours(const struct survey *survey, struct buffer *css);

#endif
