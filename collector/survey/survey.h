#ifndef ZHANJI_SURVEY_SURVEY_H
#define ZHANJI_SURVEY_SURVEY_H

#include <jansson.h>

#include "collector/base/day.h"
#include "collector/base/error.h"
#include "collector/base/file.h"

/*
 * The survey as data (design §4): questions, texts, statuses, places, notices. Read once at the
 * start from schema/, checked whole (a fault is refused with file, line and reason), and never
 * changed after. Everything refers to it by index: questions, options, stations, lines and
 * statuses are small integers in file order.
 */
enum {
    SURVEY_QUESTIONS_MAX = 64,
    SURVEY_OPTIONS_MAX = 16,
    SURVEY_CONDITIONS_MAX = 16,
    SURVEY_STATUSES_MAX = 16,
    SURVEY_LANGUAGES = 2
};

enum language {
    LANGUAGE_ZH = 0,
    LANGUAGE_EN = 1
};

/*
 * survey.json, member by member (every text is {"zh","en"}):
 *   id, version, title, utc_offset, earliest_visit, reporter_accuracy
 *   questions[{id, text, help?, more?, options[{id, text}]}], basis[{id, text, weight}]
 *   statuses{questions[], map{option: status}, several, none, not_open,
 *            texts{status: text}, sentences{status: text}}
 *   conditions{id: {question: option}}, condition_texts{id: text}
 *   standings, states, reasons, notice_kinds, texts: {id: text}
 *
 * A sentence for a traveller is made of a status's `help` (its sentence, with {certainty} to be
 * filled from texts certainty_STANDING) and texts sentence_ground (with {ground} from
 * ground_STANDING and {last}) or sentence_ground_no_visit. The other texts: form_head, not_seen
 * (default of every question), basis (the question "how do you know?"), more, privacy, withheld
 * (with {n}), conditions_all, condition_unknown, notices (their label), licence.
 */

/* One text in both languages: text.in[LANGUAGE_ZH]. */
struct text {
    const char *in[SURVEY_LANGUAGES];
};

/* An id with its text and, where it has one, its help. */
struct term {
    const char *id;
    struct text text;
    struct text help; /* both NULL where there is none */
};

struct survey_option {
    struct term term;
    int status; /* index into statuses that the map names, or -1 */
};

struct survey_question {
    struct term term;
    struct survey_option *options;
    int option_count;
    bool more;       /* shown under "more" */
    bool for_status; /* named in statuses.questions */
};

struct survey_basis {
    struct term term;
    double weight; /* (0, 1] */
};

/* `all` of them is the station's `conditions.all`. */
struct survey_condition {
    struct term term;
    int question;
    int option;
};

struct station {
    const char *id;
    struct text name;     /* as the catalogue prints it */
    const char *pinyin;   /* "bei jing xi zhan" */
    const char *initials; /* "bjxz" */
    const char *kind;     /* subway, suburban, airport, … as in the catalogue */
    const char *note;     /* "" where none */
    int32_t opened;       /* first day open, DAY_NONE if not known */
    int x, y;             /* on the schematic's grid */
    int *lines;           /* indices of the lines that stop here, in file order */
    int line_count;
};

struct line_stop {
    int station;
    struct visit opened;    /* of this stop on this line; first == DAY_NONE if unknown */
    struct visit suspended; /* from … until; first == DAY_NONE if never, last == INT32_MAX
                                   while open-ended */
};

struct line {
    const char *id;
    struct text name;
    const char *colour; /* "#c23a30" */
    bool loop;
    struct line_stop *stops; /* in order */
    int stop_count;
};

enum notice_kind {
    NOTICE_OFFICIAL,
    NOTICE_PRESS,
    NOTICE_FINDING
};

/* Something known of many stations at once (design §4). */
struct notice {
    const char *id;
    const char *from_text; /* as written, any visit precision */
    struct visit from;
    const char *until_text; /* NULL where none */
    struct visit until;
    bool everywhere; /* scope "all"; else the stations below */
    int *stations;   /* of scope.stations, and those of scope.lines */
    int station_count;
    json_t *scope; /* as written, for printing; borrowed from the notice's own JSON */
    enum notice_kind kind;
    struct text source;
    struct text text;
    bool expects_change[SURVEY_QUESTIONS_MAX];
    int asserts[SURVEY_QUESTIONS_MAX]; /* option index, or -1 */
    json_t *json;                      /* owned: the whole notice as written */
};

/* The indices of the five standings and more that the program itself must know by name are its
 * own enums; their texts are found by id in these tables. */
struct term_table {
    struct term *terms;
    int count;
};

/* There is one of it, so order is for the reader:
 * NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct survey {
    const char *id;
    int version;
    struct text title;
    const char *offset_text; /* "+08:00" */
    int32_t offset_seconds;
    int32_t earliest_visit; /* a day */
    double reporter_accuracy;
    struct text form_head;
    struct survey_question *questions;
    int question_count;
    struct survey_basis *basis; /* basis[0] is the default */
    int basis_count;
    /* statuses.map's own statuses come first; then several, none, not_open. */
    struct term_table statuses;
    int status_several, status_none, status_not_open;
    struct survey_condition *conditions;
    int condition_count;
    struct term_table standings, states, reasons, notice_kinds;
    struct term_table texts;  /* every other text by id: not_seen, privacy, withheld, … */
    struct station *stations; /* in the order of stations.csv */
    int station_count;
    struct line *lines;
    int line_count;
    struct notice *notices; /* of notices.json */
    int notice_count;
    json_t *json;               /* survey.json as read, for GET /api/v1/survey */
    struct survey_index *index; /* names to stations; see survey_find_station */
    struct pool *pool;          /* what is not borrowed from json; private */
};

/* Reads and checks everything but the archive. On a fault: "stations.csv:12: unknown line 77". */
NODISCARD struct survey *survey_load(const struct source *source, struct error *error);
void survey_destroy(struct survey *survey);

int survey_question(const struct survey *survey, const char *id); /* -1 if none */
int survey_option(const struct survey_question *question, const char *id);
int survey_basis(const struct survey *survey, const char *id);
int survey_station(const struct survey *survey, const char *id); /* by id alone */
int survey_line(const struct survey *survey, const char *id);
const struct term *term_find(const struct term_table *table, const char *id);
/* The text of a term, or the id itself when the table has none: never NULL. */
const char *term_text(const struct term_table *table, const char *id, enum language language);

/*
 * The station that somebody means (design §5): id, Chinese, English, pinyin, alias; case and
 * surrounding space ignored; a trailing 站/地铁站 stripped from both sides if nothing matches
 * exactly. Returns how many match; up to `capacity` of them in candidates_out.
 */
int survey_find_station(const struct survey *survey, const char *text, size_t length,
                        int *candidates_out, int capacity);

/* Search as one types (design §6): Chinese, pinyin (joined, any part), initials, English, aliases;
 * ranked exact, prefix, part. Fills order_out with station indices, best first; returns how many.
 * An empty query gives all in catalogue order. order_out has room for station_count. */
int survey_search(const struct survey *survey, const char *text, size_t length, int *order_out);

/* One notice from JSON; `where` begins the error text. Used for notices.json and `notice add`. */
NODISCARD bool notice_parse(const struct survey *survey, const json_t *json, const char *where,
                            struct notice *notice_out, struct error *error);
void notice_finish(struct notice *notice);
bool notice_applies(const struct notice *notice, int station);

#endif
