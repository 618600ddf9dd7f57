/* Adds what was published since to the records. */
#include "collector/publish/load.h"

struct news *news_create(const struct survey *survey)
{
    return memory_zeroed((size_t)survey->station_count + 1, sizeof(struct news));
}

void news_destroy(struct news *news, const struct survey *survey)
{
    for (int s = 0; news != NULL && s < survey->station_count; s++)
        free(news[s].added);
    free(news);
}

struct fresh_job {
    struct store_job job;
    const struct fresh_reports *fresh;
    size_t first, count;
    struct published_answer *answers;
    bool *found;
};

static bool fresh_run(struct session *session, struct store_job *job, struct error *error)
{
    struct fresh_job *own = (struct fresh_job *)(void *)job;
    for (size_t i = 0; i < own->count; i++)
        if (!session_published_one(session, own->fresh->at[own->first + i].uuid, &own->answers[i],
                                   &own->found[i], error))
            return false;
    return true;
}

static uint64_t answered_by(const struct observed *observed, const struct published_answer *answer)
{
    uint64_t answered = 0;
    for (int q = 0; q < observed->packing.questions; q++)
        answered |= (uint64_t)(answer->answers[q] >= 0) << q;
    return answered;
}

static void add_news(struct news *news, const struct published_answer *answer)
{
    if (news->count == news->capacity) {
        news->capacity = news->capacity * 2 + 4;
        news->added = memory_resize_take(news->added, news->capacity, sizeof *news->added);
    }
    news->added[news->count++] = *answer;
}

/* One that is gone again, or has moved to another station, is told by a later change. */
static void take_fresh(const struct fresh_reports *fresh, const struct published_answer *answer,
                       struct record **records)
{
    int station = answer->station;
    struct record **record = &records[station];
    if (*record == NULL)
        return;
    if (answer->entry < (*record)->since) {
        fresh->news[station].questions |= answered_by(&(*record)->observed, answer);
        return;
    }
    if (answer->entry < (*record)->until) {
        fresh->unsure[station] = true;
        return;
    }
    *record = record_own_take(*record);
    observed_insert(&(*record)->observed, answer);
    add_news(&fresh->news[station], answer);
}

bool load_fresh(struct store *store, const struct fresh_reports *fresh, struct record **records,
                struct error *error)
{
    auto_free struct published_answer *answers = memory_zeroed(REPORTS_A_JOB, sizeof *answers);
    auto_free bool *found = memory_zeroed(REPORTS_A_JOB, sizeof *found);
    struct fresh_job job = {
        .job = {.run = fresh_run}, .fresh = fresh, .answers = answers, .found = found};
    for (; job.first < fresh->count; job.first += job.count) {
        size_t left = fresh->count - job.first;
        job.count = left < REPORTS_A_JOB ? left : REPORTS_A_JOB;
        if (!store_call(store, &job.job, error))
            return false;
        for (size_t i = 0; i < job.count; i++)
            if (found[i] && answers[i].station == fresh->at[job.first + i].station)
                take_fresh(fresh, &answers[i], records);
    }
    return true;
}
