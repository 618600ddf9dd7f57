#ifndef ZHANJI_PUBLISH_VERSIONS_H
#define ZHANJI_PUBLISH_VERSIONS_H

#include "collector/figures/place.h"
#include "collector/store/session.h"

/*
 * What was published, as rows of store/session.h (struct version_row). Kinds:
 *   model (0, 0) and notices (0, 0): what was in force, as JSON
 *   knots (station·64 + question, piece) and visits (station, piece): what was seen; a piece is
 *     CHUNK_DAYS long, so that a new report rewrites only its own part of a station's past
 *   pending (station, 0), withheld (0, 0): counts
 *   state (station, instant): each change of the published status; rows of this kind add up
 * A known_at is a day, so all but the last have the first instant of their day as `at` and a day
 * keeps only its last word. Stations and questions go by numbers that stay when the catalogue
 * grows.
 */
/* Numbers for stations and questions that hold for the life of a database. */
struct numbering {
    int station_count, question_count;
    int64_t *stations;  /* number by station */
    int64_t *questions; /* number by question */
    json_t *json;       /* {"stations":[ids by number],"questions":[…]} */
    bool grown;         /* there are new ones: to be stored */
};

/* `text` is what was stored, or NULL. */
NODISCARD bool numbering_load(const struct survey *survey, const char *text,
                              struct numbering *numbering_out, struct error *error);
void numbering_finish(struct numbering *numbering);
/* The station or question of a number, -1 if it is no longer in the survey. */
int numbering_station(const struct numbering *numbering, const struct survey *survey,
                      int64_t number);
int numbering_question(const struct numbering *numbering, const struct survey *survey,
                       int64_t number);

/* Rows to be written. */
struct batch_row {
    const char *kind; /* literal */
    int64_t major, minor;
    size_t offset, length; /* in bodies */
};

struct batch {
    struct batch_row *rows;
    size_t count, capacity;
    struct buffer bodies;
};

void batch_finish(struct batch *batch);
/* Adds a row with the bytes of `body`. */
void batch_add(struct batch *batch, const char *kind, int64_t major, int64_t minor,
               const struct buffer *body);
/* Adds the rows in which `place` differs from `before` (NULL: from nothing). */
void batch_add_place(struct batch *batch, const struct numbering *numbering,
                     const struct place *before, const struct place *place);
/* Adds of these only the rows that say that something is gone. */
void batch_add_gone(struct batch *batch, const struct numbering *numbering,
                    const struct place *before, const struct place *place);

#endif
