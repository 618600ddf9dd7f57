#include "collector/consensus/labels.h"

#include "collector/consensus/given.h"

static void list_items(struct labels *labels)
{
    const struct labels_task *task = &labels->of;
    labels->first = memory_zeroed(task->item_count + 1, sizeof(*labels->first));
    for (size_t place = 0; place < task->item_count; place++) {
        const uint32_t *first = task->table->first + task->items[place];
        labels->count += first[1] - first[0];
        labels->first[place + 1] = (uint32_t)labels->count;
    }
}

static size_t reporter_of(const struct labels *labels, size_t observation)
{
    return labels->of.number[labels->of.table->reporter[observation]];
}

static void mark_answers(const struct labels *labels, struct given *given)
{
    for (size_t place = 0; place < labels->of.item_count; place++) {
        for (size_t i = labels->first[place]; i < labels->first[place + 1]; i++) {
            size_t observation = labels_observation(labels, place, i);
            given_mark(given, reporter_of(labels, observation),
                       labels->of.table->answer[observation]);
        }
    }
}

static void number_rows(struct labels *labels, const struct given *given)
{
    size_t reporters = labels->of.reporters;
    labels->first_row = memory_zeroed(reporters + 1, sizeof(*labels->first_row));
    labels->answer = memory_zeroed(labels->count, sizeof(*labels->answer));
    for (size_t r = 0; r < reporters; r++) {
        uint32_t first = labels->first_row[r];
        labels->first_row[r + 1] = first + given_list(given, r, labels->answer + first);
    }
    labels->rows = labels->first_row[reporters];
    labels->answer = memory_resize_take(labels->answer, labels->rows, sizeof(*labels->answer));
}

static void list_labels(struct labels *labels, const struct given *given)
{
    const struct report_table *table = labels->of.table;
    labels->label = memory_zeroed(labels->count, sizeof(*labels->label));
    for (size_t place = 0; place < labels->of.item_count; place++) {
        for (size_t i = labels->first[place]; i < labels->first[place + 1]; i++) {
            size_t observation = labels_observation(labels, place, i);
            size_t reporter = reporter_of(labels, observation);
            uint32_t row = labels->first_row[reporter] +
                           given_rank(given, reporter, table->answer[observation]);
            labels->label[i] = (struct label){row, table->weight[observation]};
        }
    }
}

struct labels *labels_create(const struct labels_task *task)
{
    struct labels *labels = memory_zeroed(1, sizeof(*labels));
    struct given given;
    labels->of = *task;
    given_start(task->reporters, (size_t)task->options, &given);
    list_items(labels);
    mark_answers(labels, &given);
    number_rows(labels, &given);
    list_labels(labels, &given);
    given_finish(&given);
    return labels;
}

void labels_destroy(struct labels *labels)
{
    if (!labels)
        return;
    free(labels->label);
    free(labels->first);
    free(labels->answer);
    free(labels->first_row);
    free(labels);
}
