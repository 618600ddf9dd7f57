#ifndef ZHANJI_PAGES_ASSETS_H
#define ZHANJI_PAGES_ASSETS_H

#include "collector/base/file.h"
#include "collector/survey/survey.h"

/* Files of assets/, styles/ and texts/ beside this one, built in; paths begin with their folder. */
extern const struct embedded_file pages_files[];
extern const size_t pages_files_count;

/* One of them, or NULL. */
const struct embedded_file *asset_find(const char *folder, const char *name);

/* The media type of a file by the ending of its name, or NULL. */
const char *asset_type(const char *name);

/* Whether drawings.svg has a symbol of this id. */
bool asset_draws(const char *id);

/* The places as JSON: {"survey","offset","earliest","lines":[{"id","zh","en","zh_short","en_short",
 * "stops":[index]}],"stations":[[id, zh, en, pinyin, initials, [further names, folded]]]}. */
void assets_catalogue(const struct survey *survey, struct buffer *json);

/* A style sheet by its name, made of files of collector/pages/styles/; false if there is none.
 * Every page has style.css; the city, a station and the forms have one more each. */
bool assets_sheet(const struct survey *survey, const char *name, struct buffer *css);

/* The colour of each line and of what is written on it: the survey's lines are data, and pages may
 * carry no style of their own (trust §5). */
void assets_line_colours(const struct survey *survey, struct buffer *css);

#endif
