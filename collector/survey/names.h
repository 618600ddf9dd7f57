#ifndef ZHANJI_SURVEY_NAMES_H
#define ZHANJI_SURVEY_NAMES_H

#include "collector/base/map.h"
#include "collector/survey/pool.h"
#include "collector/survey/survey.h"

enum {
    NAME_BYTES_MAX = 256
};

/* Something to be found when one types: a folded name, or initials (never found in the middle). */
struct search_name {
    const char *text;
    size_t length;
    int station;
    bool initials;
};

/* Stations that share a folded name: a chain in catalogue order. */
struct posting {
    int station;
    uint32_t next; /* index + 1, 0 at the end */
};

/* What survey.h calls the index: made once by names_build, read ever after. */
struct survey_index {
    struct map *ids;      /* folded id to station */
    struct map *names;    /* folded name to posting + 1 */
    struct map *stripped; /* the same without a trailing 站 or 地铁站 */
    struct posting *postings;
    uint32_t posting_count, posting_capacity;
    struct search_name *search;
    size_t search_count, search_capacity;
    int canonical_order[SURVEY_QUESTIONS_MAX]; /* questions by id (RFC 8785 §3.2.3) */
};

/*
 * The form in which names are compared: lower case, full-width ASCII as ASCII, a typographic
 * apostrophe as ', no spaces at all ("Beijing West" = "beijingwest"). Returns its length, 0 for
 * nothing but space, SIZE_MAX when it does not fit or is not UTF-8.
 */
size_t name_fold(const char *text, size_t length, char folded_out[NAME_BYTES_MAX]);
/* The length without a trailing 站 or 地铁站, if anything is left of it. */
size_t name_strip(const char *folded, size_t length);

NODISCARD struct survey_index *names_create(void);
void names_destroy(struct survey_index *index);
/* Its id and all names that the catalogue's row has. False if one of them is unusable as a name:
 * nothing but space, more than NAME_BYTES_MAX bytes, not UTF-8. */
NODISCARD bool names_add_station(struct survey *survey, int station);
NODISCARD bool names_add_alias(struct survey *survey, const char *alias, int station);
void names_order_questions(struct survey *survey);

#endif
