#include "collector/pages/station.h"

#include <string.h>

enum {
    STEP_DAYS = 15,
    SAMPLES_MAX = 512,
    REPORTS_SAMPLED = 40
};

struct day_mark {
    int32_t day;
    bool row;
};

struct day_marks {
    struct day_mark at[SAMPLES_MAX];
    size_t count;
    int32_t first, last;
};

static void add_day(struct day_marks *marks, int32_t day, bool row)
{
    if (day < marks->first || day > marks->last || marks->count == SAMPLES_MAX)
        return;
    marks->at[marks->count++] = (struct day_mark){day, row};
}

static int compare_days(const void *left, const void *right)
{
    const struct day_mark *a = left, *b = right;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return (int)b->row - (int)a->row;
}

/* The ends of quarters, which stand in the tables, and today. */
static void add_quarters(struct day_marks *marks)
{
    struct date date = day_to_date(marks->first);
    for (date.day = 1; day_from_date(date) <= marks->last; date.month += 3) {
        if (date.month > 12) {
            date.year++;
            date.month -= 12;
        }
        add_day(marks, day_from_date(date) - 1, true);
    }
    add_day(marks, marks->last, true);
}

/* The drawing bends where a notice begins and where a visit was: the days at both sides. */
static void add_bends(struct day_marks *marks, const struct station_page *it)
{
    size_t count = 0;
    const struct notice *const *notices = view_notices(it->page->view, &count);
    for (size_t i = 0; i < count; i++) {
        if (!notice_applies(notices[i], it->index))
            continue;
        add_day(marks, notices[i]->from.first - 1, false);
        add_day(marks, notices[i]->from.first, false);
        add_day(marks, notices[i]->from.last, false);
    }
    for (size_t i = 0; i < it->reports->count && i < REPORTS_SAMPLED; i++) {
        add_day(marks, it->reports->at[i].visited.first - 1, false);
        add_day(marks, it->reports->at[i].visited.first, false);
        add_day(marks, it->reports->at[i].visited.last, false);
    }
}

static void choose_days(struct day_marks *marks, const struct station_page *it)
{
    marks->first = it->page->survey->earliest_visit;
    marks->last = it->page->today;
    add_quarters(marks);
    int32_t step = STEP_DAYS;
    while ((marks->last - marks->first) / step > SAMPLES_MAX / 2)
        step *= 2;
    for (int32_t day = marks->first; day <= marks->last; day += step)
        add_day(marks, day, false);
    add_bends(marks, it);
    qsort(marks->at, marks->count, sizeof marks->at[0], compare_days);
}

static void keep_sample(const struct station_page *it, const struct station_state *state,
                        struct sample *sample)
{
    for (int question = 0; question < it->page->survey->question_count; question++) {
        const struct station_question *from = &state->questions[question];
        sample->standing[question] = from->reading.standing;
        memcpy(sample->p[question], from->p, sizeof sample->p[question]);
    }
}

void station_page_sample(struct station_page *it)
{
    struct day_marks *marks = memory_zeroed(1, sizeof *marks);
    struct station_state *state = memory_zeroed(1, sizeof *state);
    choose_days(marks, it);
    it->samples = memory_zeroed(marks->count + 1, sizeof *it->samples);
    for (size_t i = 0; i < marks->count; i++) {
        if (i > 0 && marks->at[i].day == marks->at[i - 1].day)
            continue;
        struct sample *sample = &it->samples[it->sample_count++];
        sample->day = marks->at[i].day;
        sample->row = marks->at[i].row;
        view_station(it->page->view, it->index, sample->day, state);
        keep_sample(it, state, sample);
    }
    free(marks);
    free(state);
}
