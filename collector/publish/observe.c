#include "collector/publish/observe.h"

#include <string.h>

void observed_init(struct observed *observed, int question_count)
{
    *observed = (struct observed){.question_count = question_count};
}

void observed_finish(struct observed *observed)
{
    free(observed->reports);
    free(observed->answers);
    free(observed->reporters);
    *observed = (struct observed){0};
}

struct record *record_create_take(struct observed *observed)
{
    struct record *record = memory_zeroed(1, sizeof *record);
    atomic_init(&record->references, 1);
    record->observed = *observed;
    *observed = (struct observed){0};
    return record;
}

struct record *record_hold(struct record *record)
{
    atomic_fetch_add_explicit(&record->references, 1, memory_order_relaxed);
    return record;
}

void record_drop(struct record *record)
{
    if (record == NULL ||
        atomic_fetch_sub_explicit(&record->references, 1, memory_order_acq_rel) > 1)
        return;
    observed_finish(&record->observed);
    free(record);
}

static void observed_grow(struct observed *observed)
{
    size_t capacity = observed->capacity < 8 ? 8 : observed->capacity * 2;
    observed->reports = memory_resize_take(observed->reports, capacity, sizeof *observed->reports);
    observed->answers =
        memory_resize_take(observed->answers, capacity, (size_t)observed->question_count);
    observed->capacity = capacity;
}

void observed_add(struct observed *observed, const struct published_answer *answer)
{
    if (observed->count == observed->capacity)
        observed_grow(observed);
    observed->reports[observed->count] = (struct observed_report){
        .first = answer->visited.first,
        .last = answer->visited.last,
        .reporter = answer->reporter_number,
        .basis = (uint8_t)answer->basis,
    };
    memcpy(observed->answers + observed->count * (size_t)observed->question_count, answer->answers,
           (size_t)observed->question_count);
    observed->count++;
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static size_t drop_repeats(uint32_t *sorted, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || sorted[i] != sorted[kept - 1])
            sorted[kept++] = sorted[i];
    return kept;
}

void observed_close(struct observed *observed)
{
    observed->reporters =
        memory_resize_take(observed->reporters, observed->count + 1, sizeof(uint32_t));
    size_t named = 0;
    for (size_t i = 0; i < observed->count; i++)
        if (observed->reports[i].reporter != CONSENSUS_NOBODY)
            observed->reporters[named++] = observed->reports[i].reporter;
    qsort(observed->reporters, named, sizeof(uint32_t), compare_numbers);
    observed->reporter_count = drop_repeats(observed->reporters, named);
    for (size_t i = 0; i < observed->count; i++) {
        uint32_t *number = &observed->reports[i].reporter;
        if (*number == CONSENSUS_NOBODY)
            continue;
        const uint32_t *found = bsearch(number, observed->reporters, observed->reporter_count,
                                        sizeof(uint32_t), compare_numbers);
        *number = (uint32_t)(found - observed->reporters);
    }
}

bool observed_equal(const struct observed *left, const struct observed *right)
{
    if (left->count != right->count || left->reporter_count != right->reporter_count)
        return false;
    for (size_t i = 0; i < left->count; i++) {
        const struct observed_report *a = &left->reports[i];
        const struct observed_report *b = &right->reports[i];
        if (a->first != b->first || a->last != b->last || a->reporter != b->reporter ||
            a->basis != b->basis)
            return false;
    }
    return left->count == 0 || (memcmp(left->answers, right->answers,
                                       left->count * (size_t)left->question_count) == 0 &&
                                memcmp(left->reporters, right->reporters,
                                       left->reporter_count * sizeof(uint32_t)) == 0);
}

static double middle(const struct observed_report *report)
{
    return ((double)report->first + (double)report->last + 1) / 2;
}

void observed_span(const struct observed *observed, double *first, double *last)
{
    for (size_t i = 0; i < observed->count; i++) {
        double time = middle(&observed->reports[i]);
        *first = time < *first ? time : *first;
        *last = time > *last ? time : *last;
    }
}

static int compare_observations(const void *left, const void *right)
{
    const struct observation *a = left;
    const struct observation *b = right;
    if (a->time < b->time || a->time > b->time)
        return a->time < b->time ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

size_t observed_item(const struct observed *observed, const struct survey *survey, int question,
                     double span, struct observation **observations_out)
{
    struct observation *rows = memory_zeroed(observed->count + 1, sizeof *rows);
    size_t count = 0;
    for (size_t i = 0; i < observed->count; i++) {
        const struct observed_report *report = &observed->reports[i];
        int8_t answer = observed->answers[i * (size_t)observed->question_count + (size_t)question];
        if (answer < 0)
            continue;
        rows[count++] = (struct observation){
            .order = i,
            .reporter = report->reporter,
            .answer = (uint8_t)answer,
            .begin = report->first,
            .end = (double)report->last + 1,
            .time = middle(report),
            .weight = survey->basis[report->basis].weight,
        };
    }
    qsort(rows, count, sizeof *rows, compare_observations);
    consensus_weigh(rows, count, span, true);
    *observations_out = rows;
    return count;
}

void observed_knots(const struct observed *observed, const struct survey *survey,
                    const struct model *model, int question, struct knots *knots_out)
{
    auto_free double *accuracy = memory_zeroed(observed->reporter_count + 1, sizeof *accuracy);
    for (size_t i = 0; i < observed->reporter_count; i++)
        accuracy[i] = model_accuracy(model, observed->reporters[i]);
    struct observation *rows = NULL;
    size_t count = observed_item(observed, survey, question, model->span, &rows);
    knots_build(rows, count, &model->questions[question].emission, accuracy, model->unnamed,
                knots_out);
    free(rows);
}
