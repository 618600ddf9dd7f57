#include "collector/figures/learn.h"

#include <string.h>

#include "collector/base/map.h"
#include "collector/consensus/fit.h"

struct learning {
    const struct learn_request *request;
    int step; /* one station in so many is learned from */
    bool takes_part[SURVEY_QUESTIONS_MAX];
    uint32_t number[SURVEY_QUESTIONS_MAX]; /* of those that take part, from 0 */
    struct map *intervals;                 /* first and last day → index */
    struct interval *interval;
    size_t interval_count;
    uint32_t reporters; /* one more than the largest number */
    struct report_table table;
    double question_weight[SURVEY_QUESTIONS_MAX]; /* shared, by number of the table */
    double *reporter_weight;                      /* shared; reporters + 1 */
};

double learn_least_weight(const struct survey *survey)
{
    return LEARN_ERRORS / (1 - survey->reporter_accuracy);
}

static struct interval interval_of(const int32_t days[2])
{
    double end = (double)days[1] + 1;
    return (struct interval){days[0], end, (days[0] + end) / 2};
}

static int compare_intervals(const void *left, const void *right)
{
    const struct interval *a = left;
    const struct interval *b = right;
    int order = (a->time > b->time) - (a->time < b->time);
    order = order != 0 ? order : (a->begin > b->begin) - (a->begin < b->begin);
    return order != 0 ? order : (a->end > b->end) - (a->end < b->end);
}

static void note_reporters(struct learning *learning, const struct observed *observed)
{
    if (observed->reporter_count == 0)
        return;
    uint32_t greatest = observed->reporters[observed->reporter_count - 1];
    if (greatest >= learning->reporters)
        learning->reporters = greatest + 1;
}

static void note_report(struct learning *learning, const struct observed *observed, size_t index,
                        size_t *capacity)
{
    const int32_t key[2] = {observed->first[index], observed_last(observed, index)};
    uint64_t ignored;
    if (map_get(learning->intervals, key, sizeof key, &ignored))
        return;
    map_put(learning->intervals, key, sizeof key, 0);
    if (learning->interval_count == *capacity) {
        *capacity = *capacity * 2 + 256;
        learning->interval =
            memory_resize_take(learning->interval, *capacity, sizeof *learning->interval);
    }
    learning->interval[learning->interval_count++] = interval_of(key);
}

/* All intervals in order, and how many reporters there are. */
static void survey_records(struct learning *learning)
{
    size_t capacity = 0;
    for (int s = 0; s < learning->request->survey->station_count; s++) {
        const struct observed *observed = &learning->request->records[s]->observed;
        note_reporters(learning, observed);
        for (size_t i = 0; i < observed->count; i++)
            note_report(learning, observed, i, &capacity);
    }
    if (learning->interval_count > 1)
        qsort(learning->interval, learning->interval_count, sizeof *learning->interval,
              compare_intervals);
    for (size_t i = 0; i < learning->interval_count; i++) {
        const int32_t key[2] = {(int32_t)learning->interval[i].begin,
                                (int32_t)learning->interval[i].end - 1};
        map_put(learning->intervals, key, sizeof key, i);
    }
}

static uint64_t count_answers(const struct observed *observed, int questions)
{
    uint64_t count = 0;
    for (size_t i = 0; i < observed->count; i++)
        for (int q = 0; q < questions; q++)
            count += observed_answer(observed, i, q) >= 0;
    return count;
}

static void choose_stations(struct learning *learning)
{
    const struct survey *survey = learning->request->survey;
    uint64_t count = 0;
    for (int s = 0; s < survey->station_count; s++)
        count += count_answers(&learning->request->records[s]->observed, survey->question_count);
    learning->step = 1 + (int)(count / (learning->request->most + 1));
}

/* The answers of one report as rows; `items` gives each question's item at the station. */
static void add_report(const struct learning *learning, const struct observed *observed,
                       size_t index, const uint32_t *items, struct report_table_builder *builder)
{
    const struct survey *survey = learning->request->survey;
    const int32_t key[2] = {observed->first[index], observed_last(observed, index)};
    uint64_t when = 0;
    if (!map_get(learning->intervals, key, sizeof key, &when))
        return;
    struct report_table_row row = {.reporter = observed_reporter(observed, index),
                                   .when = (uint32_t)when,
                                   .weight = (float)survey->basis[observed->basis[index]].weight};
    for (int q = 0; q < survey->question_count; q++) {
        int answer = observed_answer(observed, index, q);
        if (answer < 0 || !learning->takes_part[q])
            continue;
        row.item = items[q];
        row.answer = (uint16_t)answer;
        report_table_add(builder, &row);
    }
}

/* An item a station and question that takes part, answered or not. */
static void shape_table(struct learning *learning, struct report_table *shape)
{
    const struct survey *survey = learning->request->survey;
    shape->options = memory_zeroed((size_t)survey->question_count + 1, sizeof *shape->options);
    for (int q = 0; q < survey->question_count; q++) {
        if (!learning->takes_part[q])
            continue;
        learning->number[q] = shape->questions;
        shape->options[shape->questions++] = (uint16_t)survey->questions[q].option_count;
    }
    shape->items = (size_t)survey->station_count * shape->questions;
    shape->question = memory_zeroed(shape->items + 1, sizeof *shape->question);
    for (size_t item = 0; item < shape->items; item++)
        shape->question[item] = (uint16_t)(item % shape->questions);
    shape->interval =
        memory_copy(learning->interval, learning->interval_count, sizeof *learning->interval);
    shape->intervals = learning->interval_count;
    shape->reporters = learning->reporters;
    shape->span = learning->request->span;
}

static void build_table(struct learning *learning)
{
    const struct survey *survey = learning->request->survey;
    struct report_table shape = {0};
    struct report_table_builder *builder = report_table_builder_create();
    shape_table(learning, &shape);
    for (int s = 0; s < survey->station_count; s += learning->step) {
        const struct observed *observed = &learning->request->records[s]->observed;
        uint32_t items[SURVEY_QUESTIONS_MAX] = {0};
        for (int q = 0; q < survey->question_count; q++)
            items[q] = (uint32_t)s * shape.questions + learning->number[q];
        for (size_t i = 0; i < observed->count; i++)
            add_report(learning, observed, i, items, builder);
    }
    report_table_finish(&learning->table);
    report_table_build_take(builder, &shape, &learning->table);
    report_table_weigh(&learning->table, true);
}

/* Adds up what is shared; an item of a single reporter has nothing. */
static void weigh_evidence(struct learning *learning)
{
    const struct report_table *table = &learning->table;
    memset(learning->question_weight, 0, sizeof learning->question_weight);
    free(learning->reporter_weight);
    learning->reporter_weight = memory_zeroed((size_t)table->reporters + 1, sizeof(double));
    for (size_t item = 0; item < table->items; item++) {
        size_t first = table->first[item];
        size_t end = table->first[item + 1];
        bool is_shared = false;
        for (size_t i = first + 1; i < end; i++)
            is_shared = is_shared || table->reporter[i] != table->reporter[first];
        for (size_t i = first; is_shared && i < end; i++) {
            learning->question_weight[table->question[item]] += (double)table->weight[i];
            learning->reporter_weight[table->reporter[i]] += (double)table->weight[i];
        }
    }
}

/* Questions with too little evidence leave; false if none is left. */
static bool choose_questions(struct learning *learning)
{
    const struct survey *survey = learning->request->survey;
    bool someone_leaves = false;
    bool someone_stays = false;
    for (int q = 0; q < survey->question_count; q++)
        learning->takes_part[q] = true;
    build_table(learning);
    weigh_evidence(learning);
    for (int q = 0; q < survey->question_count; q++) {
        learning->takes_part[q] = learning->question_weight[q] >= learn_least_weight(survey);
        someone_leaves = someone_leaves || !learning->takes_part[q];
        someone_stays = someone_stays || learning->takes_part[q];
    }
    if (someone_stays && someone_leaves) {
        build_table(learning);
        weigh_evidence(learning);
    }
    return someone_stays;
}

/* Without a citywide change a hazard is its base. */
static void trim_hazard(struct hazard *hazard)
{
    bool is_plain = true;
    for (size_t bin = 0; bin < hazard->bins && is_plain; bin++)
        is_plain = hazard->accepted == NULL || hazard->accepted[bin] == 0;
    if (!is_plain)
        return;
    free(TAKE(hazard->rate));
    free(TAKE(hazard->target));
    free(TAKE(hazard->accepted));
    hazard->bins = 0;
}

static void read_accuracies(const struct learning *learning, const struct fit *fit,
                            struct model *model)
{
    model->reporter_count = learning->reporters;
    model->accuracy = memory_zeroed(model->reporter_count + 1, sizeof *model->accuracy);
    for (uint32_t r = 0; r < learning->reporters; r++)
        model->accuracy[r] = learning->reporter_weight[r] >= LEARN_REPORTER_WEIGHT
                                 ? fit_published(fit_accuracy(fit, r))
                                 : model->newcomer;
    if (learning->reporter_weight[learning->reporters] >= LEARN_REPORTER_WEIGHT)
        model->unnamed = fit_published(fit_accuracy(fit, learning->reporters));
}

static void read_fit(const struct learning *learning, const struct fit *fit,
                     struct learned *learned)
{
    struct model *model = learned->model;
    for (int q = 0; q < learning->request->survey->question_count; q++) {
        if (!learning->takes_part[q])
            continue;
        emission_finish(&model->questions[q].emission);
        hazard_finish(&model->questions[q].hazard);
        fit_emission(fit, learning->number[q], &model->questions[q].emission);
        fit_hazard(fit, learning->number[q], &model->questions[q].hazard);
        trim_hazard(&model->questions[q].hazard);
        learned->questions++;
    }
    read_accuracies(learning, fit, model);
    learned->iterations = fit_iterations(fit);
    learned->observations = learning->table.count;
}

static bool fit_model(const struct learning *learning, struct learned *learned)
{
    const struct learn_request *request = learning->request;
    const struct fit_options options = {.prior_accuracy = request->survey->reporter_accuracy,
                                        .origin = request->survey->earliest_visit,
                                        .progress = request->progress,
                                        .context = request->context};
    struct fit *fit = fit_create(&learning->table, &options);
    if (fit == NULL)
        return false;
    read_fit(learning, fit, learned);
    fit_destroy(fit);
    return true;
}

bool learn_model(const struct learn_request *request, struct learned *learned_out)
{
    struct learning learning = {.request = request, .intervals = map_create()};
    struct learned learned = {.model = model_create(request->survey, request->span)};
    survey_records(&learning);
    choose_stations(&learning);
    bool has_evidence = choose_questions(&learning);
    bool is_done = !has_evidence || fit_model(&learning, &learned);
    if (is_done && has_evidence && learning.step > 1)
        is_done = learn_accuracies(request, learning.takes_part, learned.model);
    map_destroy(learning.intervals);
    free(learning.interval);
    free(learning.reporter_weight);
    report_table_finish(&learning.table);
    if (!is_done) {
        model_drop(learned.model);
        return false;
    }
    *learned_out = learned;
    return true;
}
