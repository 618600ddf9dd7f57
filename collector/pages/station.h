#ifndef ZHANJI_PAGES_STATION_H
#define ZHANJI_PAGES_STATION_H

#include "collector/pages/plot.h"
#include "collector/pages/task.h"

/* The posterior of every question on one day: a point of the timelines. */
struct sample {
    int32_t day;
    bool row; /* it also stands in the table of numbers */
    enum standing standing[SURVEY_QUESTIONS_MAX];
    double p[SURVEY_QUESTIONS_MAX][SURVEY_OPTIONS_MAX];
};

/* One station's page while it is being written. */
struct station_page {
    struct page *page;
    const struct station *station;
    int index;
    struct station_state state;
    const struct report_list *reports;
    const struct publications *publications;
    struct sample *samples; /* in order of days */
    size_t sample_count;
};

/* The sentence a traveller understands, and what it rests on. */
void station_page_sentence(struct station_page *it);
/* The conditions, each true, false or unknown. */
void station_page_conditions(struct station_page *it);

/* Samples from the survey's first day to today; freed by the caller. */
void station_page_sample(struct station_page *it);
/* Every question with its answer, timeline and numbers. */
void station_page_questions(struct station_page *it);
/* The drawing of one question. */
void station_page_timeline(const struct station_page *it, int question);

/* The station's statuses over time, newest first, with the brackets of their changes. */
void station_page_history(struct station_page *it);
/* What was published when, newest first, each with a link to the page of that day. */
void station_page_publications(struct station_page *it, const char *path);
/* The badge, and the code that shows it on another page. */
void station_page_badge(struct station_page *it, const char *path);
void station_page_notices(struct station_page *it);
void station_page_reports(struct station_page *it);
void station_page_neighbours(struct station_page *it);

#endif
