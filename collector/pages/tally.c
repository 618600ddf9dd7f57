#include "collector/pages/tally.h"

#include <string.h>

#include "collector/pages/pages.h"
#include "collector/store/session.h"

enum {
    REPORTS_A_JOB = 20000,  /* more in one job would keep intake waiting */
    REPORTS_LONG = 200000,  /* counting more than these is not repeated ... */
    PAUSE_SECONDS = 10 * 60 /* ... within this time */
};

struct month_answers {
    uint32_t at[TALLY_SPANS][SURVEY_QUESTIONS_MAX][SURVEY_OPTIONS_MAX];
};

/* Months from the first that has an answer to the last. */
struct counts {
    int first;
    size_t count;
    struct month_answers *months;
    size_t reports;
};

struct waiter {
    struct task *task;
    enum http_progress (*then)(struct task *task);
};

struct tally {
    struct counts counts;
    uint64_t entries; /* of the log, when it was counted */
    int64_t at;       /* Unix seconds of that */
    bool is_known;    /* it has been counted at all */
    bool is_counting; /* a job is on its way, and the waiters wait for it */
    struct waiter *waiters;
    size_t waiter_count;
};

struct tally_job {
    struct store_job job;
    const struct app *app;
    struct tally *tally;
    uint64_t entries;
    int next; /* station */
    size_t rows;
    struct counts counts;
};

struct tally *tally_create(void)
{
    return memory_zeroed(1, sizeof(struct tally));
}

void tally_destroy(struct tally *tally)
{
    if (tally == NULL)
        return;
    free(tally->counts.months);
    free(tally->waiters);
    free(tally);
}

uint32_t tally_count(const struct tally *tally, int month, enum tally_span span, int question,
                     int option)
{
    const struct counts *counts = &tally->counts;
    if (month < counts->first || (size_t)(month - counts->first) >= counts->count)
        return 0;
    return counts->months[month - counts->first].at[span][question][option];
}

static struct month_answers *month_at(struct counts *counts, int month)
{
    if (counts->count == 0)
        counts->first = month;
    size_t before = month < counts->first ? (size_t)(counts->first - month) : 0;
    size_t beyond = month < counts->first ? 0 : (size_t)(month - counts->first) + 1;
    if (before > 0 || beyond > counts->count) {
        size_t count = before > 0 ? counts->count + before : beyond;
        struct month_answers *months = memory_zeroed(count, sizeof *months);
        if (counts->count > 0)
            memcpy(months + before, counts->months, counts->count * sizeof *months);
        free(counts->months);
        counts->months = months;
        counts->count = count;
        counts->first -= (int)before;
    }
    return &counts->months[month - counts->first];
}

static int month_of(int32_t day)
{
    struct date date = day_to_date(day);
    return date.year * 12 + date.month - 1;
}

static void count_report(void *context, const struct published_answer *report)
{
    struct tally_job *own = context;
    const struct survey *survey = own->app->survey;
    int first = month_of(report->visited.first), earliest = month_of(survey->earliest_visit);
    enum tally_span span = month_of(report->visited.last) > first ? TALLY_YEAR : TALLY_MONTH;
    struct month_answers *month = month_at(&own->counts, first < earliest ? earliest : first);
    for (int q = 0; q < survey->question_count; q++)
        if (report->answers[q] >= 0)
            month->at[span][q][report->answers[q]]++;
    own->rows++;
}

static bool tally_run(struct session *session, struct store_job *job, struct error *error)
{
    struct tally_job *own = (struct tally_job *)(void *)job;
    own->rows = 0;
    for (; own->next < own->app->survey->station_count && own->rows < REPORTS_A_JOB; own->next++)
        if (!session_published(session, own->next, count_report, own, error))
            return false;
    return true;
}

/* All that waited go on; where counting failed, with a refusal. */
static void wake(struct tally *tally, const struct error *error)
{
    struct waiter *waiters = TAKE(tally->waiters);
    size_t count = tally->waiter_count;
    tally->waiter_count = 0;
    tally->is_counting = false;
    for (size_t i = 0; i < count; i++) {
        struct page *page = &waiters[i].task->page;
        struct http_exchange *exchange = page->exchange;
        enum http_progress progress =
            error->kind == ERROR_NONE
                ? tally_await(waiters[i].task, waiters[i].then)
                : pages_refusal(page->app, exchange, error_http_status(error->kind));
        if (progress != HTTP_WAIT)
            http_resume(exchange);
    }
    free(waiters);
}

static void take_counts(struct tally_job *own)
{
    struct tally *tally = own->tally;
    free(tally->counts.months);
    tally->counts = own->counts;
    own->counts = (struct counts){0};
    tally->entries = own->entries;
    tally->at = clock_now(&own->app->clock);
    tally->is_known = true;
}

static void tally_finish(struct store_job *job)
{
    struct tally_job *own = (struct tally_job *)(void *)job;
    struct error error = own->job.error;
    own->counts.reports += own->rows;
    bool is_done = own->next == own->app->survey->station_count;
    if (error.kind == ERROR_NONE && !is_done && store_submit(own->app->store, &own->job, &error))
        return;
    if (error.kind == ERROR_NONE)
        take_counts(own);
    struct tally *tally = own->tally;
    free(own->counts.months);
    free(own);
    wake(tally, &error);
}

static bool begin(struct tally *tally, const struct page *page, struct error *error)
{
    struct tally_job *own = memory_zeroed(1, sizeof *own);
    own->job = (struct store_job){
        .collector = page->app->collector, .run = tally_run, .finish = tally_finish};
    own->app = page->app;
    own->tally = tally;
    own->entries = view_entries(page->view);
    tally->is_counting = store_submit(page->app->store, &own->job, error);
    if (!tally->is_counting)
        free(own);
    return tally->is_counting;
}

static bool is_good(const struct tally *tally, const struct page *page)
{
    if (!tally->is_known)
        return false;
    if (tally->entries >= view_entries(page->view))
        return true;
    return tally->counts.reports > REPORTS_LONG &&
           clock_now(&page->app->clock) - tally->at < PAUSE_SECONDS;
}

enum http_progress tally_await(struct task *task, enum http_progress (*then)(struct task *task))
{
    const struct page *page = &task->page;
    struct tally *tally = page->app->tally;
    struct error error = {0};
    if (tally == NULL || is_good(tally, page))
        return then(task);
    if (!tally->is_counting && !begin(tally, page, &error))
        return pages_refusal(page->app, page->exchange, error_http_status(error.kind));
    tally->waiters =
        memory_resize_take(tally->waiters, tally->waiter_count + 1, sizeof *tally->waiters);
    tally->waiters[tally->waiter_count++] = (struct waiter){task, then};
    return HTTP_WAIT;
}
