#include "collector/figures/observe.h"

#include <string.h>

void observed_init(struct observed *observed, const struct survey *survey)
{
    *observed = (struct observed){0};
    packing_init(&observed->packing, survey);
}

void observed_finish(struct observed *observed)
{
    free(observed->first);
    free(observed->span);
    free(observed->basis);
    free(observed->reporter);
    free(observed->answers);
    free(observed->reporters);
    *observed = (struct observed){0};
}

static void observed_resize(struct observed *observed, size_t capacity)
{
    observed->first = memory_resize_take(observed->first, capacity, sizeof *observed->first);
    observed->span = memory_resize_take(observed->span, capacity, sizeof *observed->span);
    observed->basis = memory_resize_take(observed->basis, capacity, sizeof *observed->basis);
    observed->reporter =
        memory_resize_take(observed->reporter, capacity, sizeof *observed->reporter);
    observed->answers = memory_resize_take(observed->answers, capacity, observed->packing.size);
    observed->capacity = capacity;
}

int32_t observed_last(const struct observed *observed, size_t report)
{
    return observed->first[report] + observed->span[report];
}

uint32_t observed_reporter(const struct observed *observed, size_t report)
{
    uint32_t own = observed->reporter[report];
    return own == CONSENSUS_NOBODY ? CONSENSUS_NOBODY : observed->reporters[own];
}

static void put_row(struct observed *observed, size_t row, const struct published_answer *answer,
                    uint32_t reporter)
{
    observed->first[row] = answer->visited.first;
    observed->span[row] = (uint16_t)(answer->visited.last - answer->visited.first);
    observed->basis[row] = (uint8_t)answer->basis;
    observed->reporter[row] = reporter;
    packing_put(&observed->packing, answer->answers,
                observed->answers + row * observed->packing.size);
    for (int q = 0; q < observed->packing.questions; q++)
        observed->answered[q] += answer->answers[q] >= 0;
}

void observed_add(struct observed *observed, const struct published_answer *answer)
{
    if (observed->count == observed->capacity)
        observed_resize(observed, observed->capacity < 8 ? 8 : observed->capacity * 2);
    put_row(observed, observed->count++, answer, answer->reporter_number);
}

static int compare_integers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_rows(const struct observed *observed, size_t a, size_t b)
{
    size_t size = observed->packing.size;
    int order = compare_integers(observed->first[a] + (int64_t)observed_last(observed, a),
                                 observed->first[b] + (int64_t)observed_last(observed, b));
    if (order == 0)
        order = compare_integers(observed->first[a], observed->first[b]);
    if (order == 0)
        order = compare_integers(observed->reporter[a], observed->reporter[b]);
    if (order == 0)
        order = memcmp(observed->answers + a * size, observed->answers + b * size, size);
    return order != 0 ? order : compare_integers(observed->basis[a], observed->basis[b]);
}

static int compare_indices(const void *left, const void *right, void *context)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    int order = compare_rows(context, a, b);
    return order != 0 ? order : compare_integers(a, b);
}

static void *permute(const void *rows, const uint32_t *order, size_t count, size_t size)
{
    const uint8_t *from = rows;
    uint8_t *to = memory_zeroed(count + 1, size);
    for (size_t i = 0; i < count; i++)
        memcpy(to + i * size, from + order[i] * size, size);
    return to;
}

/* Into arrays that have no room to spare. */
static void sort_rows(struct observed *observed)
{
    size_t count = observed->count;
    auto_free uint32_t *order = memory_zeroed(count + 1, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, compare_indices, observed);
    struct observed sorted = *observed;
    sorted.first = permute(observed->first, order, count, sizeof *sorted.first);
    sorted.span = permute(observed->span, order, count, sizeof *sorted.span);
    sorted.basis = permute(observed->basis, order, count, sizeof *sorted.basis);
    sorted.reporter = permute(observed->reporter, order, count, sizeof *sorted.reporter);
    sorted.answers = permute(observed->answers, order, count, observed->packing.size);
    sorted.reporters = TAKE(observed->reporters);
    sorted.capacity = count + 1;
    observed_finish(observed);
    *observed = sorted;
}

static int compare_numbers(const void *left, const void *right)
{
    return compare_integers(*(const uint32_t *)left, *(const uint32_t *)right);
}

static size_t drop_repeats(uint32_t *sorted, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || sorted[i] != sorted[kept - 1])
            sorted[kept++] = sorted[i];
    return kept;
}

/* The place of a number among the station's reporters, or where it would be. */
static size_t place_of_reporter(const struct observed *observed, uint32_t number)
{
    size_t low = 0;
    size_t high = observed->reporter_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (observed->reporters[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void observed_close(struct observed *observed)
{
    size_t named = 0;
    uint32_t *numbers = memory_zeroed(observed->count + 1, sizeof *numbers);
    for (size_t i = 0; i < observed->count; i++)
        if (observed->reporter[i] != CONSENSUS_NOBODY)
            numbers[named++] = observed->reporter[i];
    qsort(numbers, named, sizeof *numbers, compare_numbers);
    observed->reporter_count = drop_repeats(numbers, named);
    observed->reporters =
        memory_resize_take(numbers, observed->reporter_count + 1, sizeof *numbers);
    for (size_t i = 0; i < observed->count; i++)
        if (observed->reporter[i] != CONSENSUS_NOBODY)
            observed->reporter[i] = (uint32_t)place_of_reporter(observed, observed->reporter[i]);
    sort_rows(observed);
}

uint32_t observed_reporter_index(const struct observed *observed, uint32_t number)
{
    if (number == CONSENSUS_NOBODY)
        return number;
    size_t place = place_of_reporter(observed, number);
    bool is_there = place < observed->reporter_count && observed->reporters[place] == number;
    return is_there ? (uint32_t)place : CONSENSUS_NOBODY;
}

/* The station's own index of a reporter, who may be new. */
static uint32_t reporter_index(struct observed *observed, uint32_t number)
{
    if (number == CONSENSUS_NOBODY)
        return number;
    size_t place = place_of_reporter(observed, number);
    if (place < observed->reporter_count && observed->reporters[place] == number)
        return (uint32_t)place;
    size_t later = observed->reporter_count - place;
    observed->reporters = memory_resize_take(observed->reporters, observed->reporter_count + 2,
                                             sizeof *observed->reporters);
    memmove(observed->reporters + place + 1, observed->reporters + place,
            later * sizeof *observed->reporters);
    observed->reporters[place] = number;
    observed->reporter_count++;
    for (size_t i = 0; i < observed->count; i++)
        if (observed->reporter[i] != CONSENSUS_NOBODY && observed->reporter[i] >= place)
            observed->reporter[i]++;
    return (uint32_t)place;
}

static void move_row(void *rows, size_t from, size_t to, size_t size)
{
    uint8_t *bytes = rows;
    auto_free uint8_t *row = memory_zeroed(1, size);
    memcpy(row, bytes + from * size, size);
    memmove(bytes + (to + 1) * size, bytes + to * size, (from - to) * size);
    memcpy(bytes + to * size, row, size);
}

void observed_insert(struct observed *observed, const struct published_answer *answer)
{
    size_t last = observed->count;
    if (observed->count == observed->capacity)
        observed_resize(observed, observed->capacity + observed->capacity / 64 + 8);
    put_row(observed, last, answer, reporter_index(observed, answer->reporter_number));
    observed->count++;
    size_t low = 0;
    size_t high = last;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_rows(observed, middle, last) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    move_row(observed->first, last, low, sizeof *observed->first);
    move_row(observed->span, last, low, sizeof *observed->span);
    move_row(observed->basis, last, low, sizeof *observed->basis);
    move_row(observed->reporter, last, low, sizeof *observed->reporter);
    move_row(observed->answers, last, low, observed->packing.size);
}

static bool same_column(const void *left, const void *right, size_t count, size_t size)
{
    return count == 0 || memcmp(left, right, count * size) == 0;
}

bool observed_equal(const struct observed *left, const struct observed *right)
{
    size_t count = left->count;
    return count == right->count && left->reporter_count == right->reporter_count &&
           same_column(left->first, right->first, count, sizeof *left->first) &&
           same_column(left->span, right->span, count, sizeof *left->span) &&
           same_column(left->basis, right->basis, count, sizeof *left->basis) &&
           same_column(left->reporter, right->reporter, count, sizeof *left->reporter) &&
           same_column(left->answers, right->answers, count, left->packing.size) &&
           same_column(left->reporters, right->reporters, left->reporter_count,
                       sizeof *left->reporters);
}

double observed_time(const struct observed *observed, size_t report)
{
    return ((double)observed->first[report] + (double)observed_last(observed, report) + 1) / 2;
}

void observed_span(const struct observed *observed, double *first, double *last)
{
    if (observed->count == 0)
        return;
    double begin = observed_time(observed, 0);
    double end = observed_time(observed, observed->count - 1);
    *first = begin < *first ? begin : *first;
    *last = end > *last ? end : *last;
}

size_t observed_from(const struct observed *observed, double time)
{
    size_t low = 0;
    size_t high = observed->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (observed_time(observed, middle) < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
