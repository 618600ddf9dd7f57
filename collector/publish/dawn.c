/* The sheets of a new day. Under many reports all of them together take seconds, in which no
 * decision would be shown: so they are made one by one, beside whatever else is due, from a minute
 * before midnight on, and the day is shown when they are there. */
#include "collector/publish/work.h"

enum {
    AHEAD_SECONDS = 60,
    LEFT_MAX = 16 /* stations that changed meanwhile are left to the publication itself */
};

void dawn_init(struct dawn *dawn, const struct survey *survey)
{
    dawn->sheets = memory_zeroed((size_t)survey->station_count + 1, sizeof(struct sheet *));
}

static void forget(struct dawn *dawn, const struct survey *survey)
{
    for (int s = 0; s < survey->station_count; s++)
        sheet_drop(TAKE(dawn->sheets[s]));
}

void dawn_finish(struct dawn *dawn, const struct survey *survey)
{
    forget(dawn, survey);
    free(dawn->sheets);
}

/* The day that the clock shows or soon will, if the view is of another. */
static int32_t day_to_come(const struct publisher *publisher)
{
    const struct view *view = publisher->view;
    int64_t soon = clock_now(&publisher->options.clock) + AHEAD_SECONDS;
    int32_t day = day_of_instant(soon, publisher->options.survey->offset_seconds);
    if (view == NULL || view_today(view) == publisher_today(publisher))
        return view == NULL || view_today(view) == day ? DAY_NONE : day;
    return publisher_today(publisher);
}

static bool is_made(const struct publisher *publisher, int station)
{
    const struct sheet *sheet = publisher->dawn.sheets[station];
    return sheet != NULL && sheet->place == publisher->view->parts.leaves[station].sheet->place;
}

static int count_left(const struct publisher *publisher)
{
    int left = 0;
    for (int s = 0; s < publisher->options.survey->station_count; s++)
        left += is_made(publisher, s) ? 0 : 1;
    return left;
}

int32_t dawn_day(const struct publisher *publisher)
{
    int32_t today = publisher_today(publisher);
    if (publisher->view == NULL || publisher->dawn.is_hurried)
        return today;
    bool is_there = publisher->dawn.day == today && count_left(publisher) <= LEFT_MAX;
    return is_there ? today : view_today(publisher->view);
}

bool dawn_is_due(const struct publisher *publisher)
{
    int32_t day = day_to_come(publisher);
    return day != DAY_NONE && (publisher->dawn.day != day || count_left(publisher) > 0);
}

static void make_sheet(struct publisher *publisher, int station)
{
    struct sheet **sheet = &publisher->dawn.sheets[station];
    struct sheet *shown = publisher->view->parts.leaves[station].sheet;
    const struct view_days days = {publisher->dawn.day, publisher->dawn.day};
    sheet_drop(*sheet);
    *sheet = sheet_create(shown->place, days, shown);
    atomic_fetch_add(&publisher->counters.stations, 1);
}

void dawn_make_one(struct publisher *publisher)
{
    struct dawn *dawn = &publisher->dawn;
    int32_t day = day_to_come(publisher);
    if (day == DAY_NONE)
        return;
    if (dawn->day != day)
        forget(dawn, publisher->options.survey);
    dawn->day = day;
    for (int s = 0; s < publisher->options.survey->station_count; s++)
        if (!is_made(publisher, s)) {
            make_sheet(publisher, s);
            return;
        }
}

struct sheet *dawn_sheet(const struct publisher *publisher, int station, const struct place *place,
                         int32_t day)
{
    struct sheet *sheet = publisher->dawn.sheets[station];
    return sheet != NULL && sheet->place == place && sheet->days.today == day ? sheet_hold(sheet)
                                                                              : NULL;
}

void dawn_settle(struct publisher *publisher)
{
    if (view_today(publisher->view) == publisher->dawn.day)
        forget(&publisher->dawn, publisher->options.survey);
}
