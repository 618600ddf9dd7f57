#ifndef ZHANJI_PAGES_TASK_H
#define ZHANJI_PAGES_TASK_H

#include "collector/pages/page.h"
#include "collector/publish/publications.h"

/*
 * A page that waits: first, where ?known_at asks for it, for a view of the past; then, where it
 * needs them, for a station's reports from the store. It lives as long as its exchange.
 */
struct task {
    struct page page;
    /* Called once the view is there; writes the page, or returns what task_record returned. */
    enum http_progress (*ready)(struct task *task);
    int station;
    struct report_list *reports; /* for pages that asked for them */
    struct publications publications;
};

/* Starts a task for the exchange and gets its view; returns the handler's answer. */
enum http_progress task_start(const struct app *app, struct http_exchange *exchange, int station,
                              enum http_progress (*ready)(struct task *task));

/* A published report as the page shows it. */
struct shown_report {
    struct visit visited;
    int basis;
    int8_t answers[SURVEY_QUESTIONS_MAX];
    char *note; /* NULL if none, or hidden */
    char uuid[UUID_TEXT_SIZE];
};

enum {
    REPORTS_READ_MAX = 500, /* those marked on the timelines */
    REPORTS_SHOWN_MAX = 100 /* those that are told in full: further ones have no note */
};

struct report_list {
    struct shown_report *at;
    size_t count;
    bool more;
};

/* Reads the station's published reports, newest visit first, and what was published of its status,
 * then calls `then`. */
enum http_progress task_record(struct task *task, enum http_progress (*then)(struct task *task));

#endif
