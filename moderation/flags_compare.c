/* What reports show beside each other. */
#include <string.h>

#include "moderation/flags.h"

/* A person cannot be at so many stations within so many seconds. Only visits known that exactly
 * are counted. */
static const struct {
    int64_t seconds;  /* between the first and the last */
    int64_t exact_to; /* longest interval of a visit that counts */
    uint32_t stations;
} paces[] = {
    {120, 3600, 2},
    {3600, 3600, 12},
    {DAY_SECONDS, DAY_SECONDS, 40},
};

static int compare_numbers(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int compare_notes(const char *left, const char *right)
{
    return strcmp(left == NULL ? "" : left, right == NULL ? "" : right);
}

static int compare_answers(const struct waiting *a, const struct waiting *b)
{
    int order = compare_numbers(a->station, b->station);

    return order != 0 ? order : memcmp(a->answers, b->answers, sizeof a->answers);
}

/* Equal answers at a station beside each other, by visit. */
static int by_answers(const void *left, const void *right)
{
    const struct waiting *const *a = left;
    const struct waiting *const *b = right;
    int order = compare_answers(*a, *b);

    return order != 0 ? order : compare_numbers((*a)->visited.begin, (*b)->visited.begin);
}

static int compare_contents(const struct waiting *a, const struct waiting *b)
{
    int order = compare_answers(a, b);

    order = order != 0 ? order : compare_numbers(a->visited.begin, b->visited.begin);
    order = order != 0 ? order : compare_numbers(a->visited.end, b->visited.end);
    order = order != 0 ? order : compare_numbers(a->basis, b->basis);
    return order != 0 ? order : compare_notes(a->note, b->note);
}

static int by_content(const void *left, const void *right)
{
    const struct waiting *const *a = left;
    const struct waiting *const *b = right;

    return compare_contents(*a, *b);
}

static int compare_reporters(const struct waiting *a, const struct waiting *b)
{
    return memcmp(a->reporter, b->reporter, sizeof a->reporter);
}

static int by_reporter(const void *left, const void *right)
{
    const struct waiting *const *a = left;
    const struct waiting *const *b = right;
    int order = compare_reporters(*a, *b);

    return order != 0 ? order : compare_numbers((*a)->visited.begin, (*b)->visited.begin);
}

static void raise_all(struct waiting **from, size_t count, enum flag flag, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        flag_raise(&from[i]->flags, flag, number);
}

/* `sorted` by content. */
static void find_repeated(struct waiting **sorted, size_t count)
{
    size_t first = 0;

    for (size_t i = 1; i <= count; i++) {
        if (i < count && compare_contents(sorted[first], sorted[i]) == 0)
            continue;
        if (i - first > 1)
            raise_all(sorted + first, i - first, FLAG_REPEATED, (uint32_t)(i - first - 1));
        first = i;
    }
}

/* `sorted` by answers. The window moves on over one station's equal answers. */
static void find_bursts(struct waiting **sorted, size_t count)
{
    size_t first = 0;
    size_t raised = 0; /* those before it have the flag where it is due */

    for (size_t i = 0; i < count; i++) {
        while (compare_answers(sorted[first], sorted[i]) != 0 ||
               sorted[first]->visited.first < sorted[i]->visited.first - FLAG_BURST_DAYS)
            first++;
        if (i - first + 1 < FLAG_BURST_REPORTS)
            continue;
        raised = raised > first ? raised : first;
        raise_all(sorted + raised, i - raised + 1, FLAG_BURST, (uint32_t)(i - first + 1));
        raised = i + 1;
    }
}

static uint32_t count_stations(struct waiting *const *from, size_t count)
{
    uint32_t stations = 0;

    for (size_t i = 0; i < count; i++) {
        size_t earlier = 0;
        while (from[earlier]->station != from[i]->station)
            earlier++;
        stations += earlier == i;
    }
    return stations;
}

/* One reporter's visits by time, those exact enough for the pace. */
static void check_pace(struct waiting **visits, size_t count, size_t pace)
{
    enum {
        WINDOW_MAX = 200 /* more is too many anyway */
    };

    size_t first = 0;

    for (size_t i = 0; i < count; i++) {
        while (visits[first]->visited.begin < visits[i]->visited.begin - paces[pace].seconds ||
               i - first >= WINDOW_MAX)
            first++;
        uint32_t stations = count_stations(visits + first, i - first + 1);
        if (stations >= paces[pace].stations)
            raise_all(visits + first, i - first + 1, FLAG_HURRIED, stations);
    }
}

static void check_reporter(struct waiting **visits, size_t count)
{
    auto_free struct waiting **exact = memory_zeroed(count + 1, sizeof *exact);

    for (size_t pace = 0; pace < ARRAY_LENGTH(paces); pace++) {
        size_t used = 0;
        for (size_t i = 0; i < count; i++)
            if (visits[i]->visited.end - visits[i]->visited.begin <= paces[pace].exact_to)
                exact[used++] = visits[i];
        check_pace(exact, used, pace);
    }
}

static void find_hurried(struct waiting **sorted, size_t count)
{
    size_t first = 0;

    for (size_t i = 1; i <= count; i++) {
        if (i < count && compare_reporters(sorted[first], sorted[i]) == 0)
            continue;
        if (i - first > 1)
            check_reporter(sorted + first, i - first);
        first = i;
    }
}

static size_t take_named(struct waiting *const *reports, size_t count, struct waiting **named)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        if (reports[i]->has_reporter)
            named[used++] = reports[i];
    return used;
}

void flags_compare(struct waiting *const *reports, size_t count)
{
    auto_free struct waiting **sorted = memory_zeroed(count + 1, sizeof *sorted);
    size_t named;

    if (count == 0)
        return;
    memcpy(sorted, reports, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_content);
    find_repeated(sorted, count);
    qsort(sorted, count, sizeof *sorted, by_answers);
    find_bursts(sorted, count);
    named = take_named(reports, count, sorted);
    qsort(sorted, named, sizeof *sorted, by_reporter);
    find_hurried(sorted, named);
}

void flags_of_published(const struct waiting *waiting, const struct published_answer *rows,
                        size_t count, struct flags *flags)
{
    uint32_t same = 0;

    for (size_t i = 0; i < count; i++) {
        const struct published_answer *row = &rows[i];
        bool is_other = waiting->has_reporter && row->reporter_number != UINT32_MAX &&
                        row->reporter_number != waiting->reporter_number;
        same += !is_other && row->visited.first == waiting->visited.first &&
                row->visited.last == waiting->visited.last && row->basis == waiting->basis &&
                memcmp(row->answers, waiting->answers, sizeof row->answers) == 0 &&
                memcmp(row->uuid, waiting->uuid, UUID_SIZE) != 0;
    }
    if (same > 0)
        flag_raise(flags, FLAG_REPEATED, same);
}
