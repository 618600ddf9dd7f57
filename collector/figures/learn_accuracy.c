/*
 * Accuracies of all reporters by one E step, where the fit has seen a part of the stations only:
 *   a_r = (A·m + Σ w·P(the answer is right)) / (A + Σ w),  A = 10
 * (consensus.md §4), over observations of items that several reporters have told of.
 */
#include "collector/consensus/fit.h"
#include "collector/figures/learn.h"

static const double prior_weight = 10;

struct tally {
    const struct learn_request *request;
    struct model *model;
    double *correct, *weight; /* by reporter; the last one is all the unnamed */
};

/* One question at one station. */
struct counted_item {
    const struct observed *observed;
    struct observation *rows;
    size_t count;
    struct knots knots;
};

static bool is_shared(const struct counted_item *item)
{
    for (size_t i = 1; i < item->count; i++)
        if (item->rows[i].reporter != item->rows[0].reporter)
            return true;
    return false;
}

static void count_row(const struct tally *tally, const struct counted_item *item, size_t row,
                      const double *p)
{
    const struct observation *seen = &item->rows[row];
    size_t reporter = seen->reporter == CONSENSUS_NOBODY
                          ? tally->model->reporter_count
                          : item->observed->reporters[seen->reporter];
    tally->correct[reporter] += seen->weight * p[seen->answer];
    tally->weight[reporter] += seen->weight;
}

/* Rows of one interval are neighbours, in the order of the knots. */
static void count_item(const struct tally *tally, const struct counted_item *item,
                       const struct dynamics *dynamics)
{
    struct smoother *smoother = smoother_create(&item->knots, dynamics);
    struct reading reading;
    double p[SURVEY_OPTIONS_MAX];
    const struct knot *knot = item->knots.at;
    for (size_t i = 0; i < item->count; i++) {
        const struct observation *seen = &item->rows[i];
        bool is_next = i > 0 && (knot->begin < seen->begin || knot->begin > seen->begin ||
                                 knot->end < seen->end || knot->end > seen->end);
        knot += is_next;
        if (i == 0 || is_next)
            smoother_read(smoother, knot->time, &reading, p);
        count_row(tally, item, i, p);
    }
    smoother_destroy(smoother);
}

static void count_question(const struct tally *tally, int station, int question,
                           const struct dynamics *dynamics)
{
    const struct learn_request *request = tally->request;
    struct counted_item item = {.observed = &request->records[station]->observed};
    item.count = observed_item(item.observed, request->survey, question, request->span, &item.rows);
    if (is_shared(&item)) {
        observed_knots(item.observed, request->survey, tally->model, question, &item.knots);
        count_item(tally, &item, dynamics);
        knots_finish(&item.knots);
    }
    free(item.rows);
}

static void conclude(const struct tally *tally)
{
    struct model *model = tally->model;
    double prior = tally->request->survey->reporter_accuracy;
    for (size_t r = 0; r <= model->reporter_count; r++) {
        double accuracy =
            (prior_weight * prior + tally->correct[r]) / (prior_weight + tally->weight[r]);
        double published =
            tally->weight[r] >= LEARN_REPORTER_WEIGHT ? fit_published(accuracy) : model->newcomer;
        if (r < model->reporter_count)
            model->accuracy[r] = published;
        else
            model->unnamed = published;
    }
}

static bool count_all(const struct tally *tally, const bool *takes_part, int question)
{
    const struct learn_request *request = tally->request;
    if (!takes_part[question])
        return true;
    struct dynamics *dynamics =
        dynamics_create(&tally->model->questions[question].hazard, NULL, 0, request->horizon);
    bool goes_on = true;
    for (int s = 0; s < request->survey->station_count && goes_on; s++) {
        count_question(tally, s, question, dynamics);
        goes_on = request->progress(request->context, 1, 1);
    }
    dynamics_destroy(dynamics);
    return goes_on;
}

bool learn_accuracies(const struct learn_request *request, const bool *takes_part,
                      struct model *model)
{
    auto_free double *correct = memory_zeroed(model->reporter_count + 1, sizeof *correct);
    auto_free double *weight = memory_zeroed(model->reporter_count + 1, sizeof *weight);
    const struct tally tally = {request, model, correct, weight};
    bool is_done = true;
    for (int q = 0; q < request->survey->question_count && is_done; q++)
        is_done = count_all(&tally, takes_part, q);
    if (is_done)
        conclude(&tally);
    return is_done;
}
