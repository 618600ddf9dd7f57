#ifndef ZHANJI_FIGURES_VIEW_H
#define ZHANJI_FIGURES_VIEW_H

#include "collector/base/blob.h"
#include "collector/consensus/consensus.h"
#include "collector/survey/survey.h"

/*
 * The public view: what is published, as of one publication. Immutable, counted, swapped whole.
 * Every public read is answered from one; a view of the past (known_at) is the same thing, built
 * from stored versions, so that one code path answers both.
 */
struct view;
struct view *view_hold(const struct view *view);
void view_drop(struct view *view);

const struct survey *view_survey(const struct view *view);
int64_t view_at(const struct view *view); /* Unix seconds of its publication */
/* How many entries of the log are surely in it. As long as there are no more, what is published is
 * what the view tells, exactly. 0 in a view of the past. */
uint64_t view_entries(const struct view *view);
int32_t view_known_day(const struct view *view); /* the day it answers for as known_at */
int32_t view_today(const struct view *view);     /* default and latest as_of */

struct station_question {
    int answer; /* option, -1 where unknown */
    struct reading reading;
    double p[SURVEY_OPTIONS_MAX];  /* posterior over the options */
    const struct segment *history; /* the view's; whole as of known_at */
    size_t history_count;
};

enum truth {
    TRUTH_FALSE,
    TRUTH_TRUE,
    TRUTH_UNKNOWN
};

struct station_segment {
    int status; /* index into survey.statuses */
    bool has_from, has_until;
    struct bracket from, until;
    double confidence;
};

/* A station at the end of a day (design §4, §6). */
struct station_state {
    int station;
    int32_t as_of;
    int status; /* index into survey.statuses */
    enum standing standing;
    double confidence;  /* NAN where unknown */
    int32_t last_visit; /* DAY_NONE if none */
    uint32_t reports, reporters;
    uint32_t pending;
    enum truth conditions[SURVEY_CONDITIONS_MAX];
    enum truth all;
    bool visited; /* its status rests on visits: standing is neither inferred nor unknown */
    struct station_question questions[SURVEY_QUESTIONS_MAX];
    const struct station_segment *history;
    size_t history_count;
};

/* Fills the state of one station as of a day (later than today means today). */
void view_station(const struct view *view, int station, int32_t as_of,
                  struct station_state *state_out);

/* Whole documents that a view keeps ready, of today; each call returns a new reference. */
enum view_document {
    VIEW_STATIONS,
    VIEW_SUMMARY,
    VIEW_SURVEY,
    VIEW_NOTICES,
    VIEW_LINES,
    VIEW_TIMELINE, /* months.c: every station at the end of every month */
    VIEW_DOCUMENTS
};

struct blob *view_document(const struct view *view, enum view_document which);

/* Ready documents of the current day; each call returns a new reference, or NULL when it must be
 * made for the occasion with the functions below. */
struct blob *view_station_document(const struct view *view, int station);
struct blob *view_stations_document(const struct view *view);

/* JSON of design §6; appended. `whole` adds questions and history. */
void view_station_json(const struct view *view, const struct station_state *state, bool whole,
                       struct buffer *buffer);

/* Filters of GET /api/v1/stations; -1 or NULL: any. */
struct station_filter {
    const char *query;
    int line, status, standing;
};

void view_stations_json(const struct view *view, const struct station_filter *filter, int32_t as_of,
                        struct buffer *buffer);
/* The station indices that pass, in order; returns how many. */
int view_stations(const struct view *view, const struct station_filter *filter, int32_t as_of,
                  int *order_out);

/* Monthly counts (design §6, summary), from and to are days; whole months in between. */
struct month_counts {
    int year, month;
    uint32_t all[16];     /* by status index, at the end of the month (or today) */
    uint32_t visited[16]; /* those resting on visits */
    uint32_t reports;     /* visits that began in the month */
    uint32_t of_year;     /* of these, known only to a longer span than a month: the year */
};
/* Months of the whole survey so far; the view's. */
const struct month_counts *view_months(const struct view *view, size_t *count_out);
void view_summary_json(const struct view *view, int32_t from, int32_t to, struct buffer *buffer);
/* GET /api/v1/timeline: {"known_at","as_of","months","statuses","standings","stations":{id:
 * [statuses, standings]}}, a character a month: a place in the lists, in base 36. */
void view_timeline_json(const struct view *view, struct buffer *buffer);
uint64_t view_pending(const struct view *view);
uint64_t view_withheld(const struct view *view); /* decided this month, citywide */

/* Changes of published status, newest first (transaction time). */
struct status_change {
    int64_t at;
    int station;
    int from, to; /* status indices */
    enum standing standing;
    double confidence;
};
const struct status_change *view_changes(const struct view *view, size_t *count_out);

/* Notices in force for this view: the survey's and the operator's, oldest first. */
const struct notice *const *view_notices(const struct view *view, size_t *count_out);

/* CSV and header line of the exports (design §6, consensus §7). */
void view_status_csv(const struct view *view, struct buffer *buffer);
void view_history_csv(const struct view *view, struct buffer *buffer);
void view_export_header(const struct view *view, struct buffer *buffer);
/* What the export says of a report's reporter: accuracy rounded to 0.05. */
double view_reporter_accuracy(const struct view *view, uint32_t reporter_number);

#endif
