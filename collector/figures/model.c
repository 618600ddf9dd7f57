#include "collector/figures/model.h"

#include <math.h>
#include <string.h>

static const double first_hazard_a_day = 0.1 / 365;

static void question_init(struct question_model *question, int options, int32_t origin)
{
    emission_uniform(options, &question->emission);
    hazard_constant(options, origin, first_hazard_a_day, &question->hazard);
}

struct model *model_create(const struct survey *survey, double span)
{
    struct model *model = memory_zeroed(1, sizeof *model);
    atomic_init(&model->references, 1);
    model->span = span;
    model->newcomer = round(survey->reporter_accuracy * 20) / 20;
    model->unnamed = model->newcomer;
    model->question_count = survey->question_count;
    model->questions = memory_zeroed((size_t)survey->question_count, sizeof *model->questions);
    for (int q = 0; q < survey->question_count; q++)
        question_init(&model->questions[q], survey->questions[q].option_count,
                      survey->earliest_visit);
    return model;
}

struct model *model_hold(struct model *model)
{
    atomic_fetch_add_explicit(&model->references, 1, memory_order_relaxed);
    return model;
}

void model_drop(struct model *model)
{
    if (model == NULL || atomic_fetch_sub_explicit(&model->references, 1, memory_order_acq_rel) > 1)
        return;
    for (int q = 0; q < model->question_count; q++) {
        emission_finish(&model->questions[q].emission);
        hazard_finish(&model->questions[q].hazard);
    }
    free(model->questions);
    free(model->accuracy);
    free(model);
}

double model_accuracy(const struct model *model, uint32_t reporter)
{
    if (reporter == CONSENSUS_NOBODY)
        return model->unnamed;
    return reporter < model->reporter_count ? model->accuracy[reporter] : model->newcomer;
}

static void *copy_bytes(const void *bytes, size_t count, size_t size)
{
    return bytes == NULL ? NULL : memory_copy(bytes, count, size);
}

struct model *model_with_span(const struct model *model, double span)
{
    struct model *copy = memory_zeroed(1, sizeof *copy);
    atomic_init(&copy->references, 1);
    copy->span = span;
    copy->unnamed = model->unnamed;
    copy->newcomer = model->newcomer;
    copy->reporter_count = model->reporter_count;
    copy->accuracy = copy_bytes(model->accuracy, model->reporter_count, sizeof *model->accuracy);
    copy->question_count = model->question_count;
    copy->questions = memory_zeroed((size_t)model->question_count, sizeof *model->questions);
    for (int q = 0; q < copy->question_count; q++) {
        emission_copy(&model->questions[q].emission, &copy->questions[q].emission);
        hazard_copy(&model->questions[q].hazard, &copy->questions[q].hazard);
    }
    return copy;
}

double model_round_span(double days)
{
    const double least = 28;
    if (!(days > least))
        return least;
    /* The small amount lets a span that is on the grid stay there. */
    return least * exp2(ceil(log2(days / least) * 8 - 1e-9) / 8);
}
