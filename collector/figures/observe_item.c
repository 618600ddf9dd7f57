/* What was said to one question, weighed, and its knots. */
#include "collector/figures/observe.h"

struct observation observed_row(const struct observed *observed, const struct survey *survey,
                                size_t report, int answer)
{
    return (struct observation){
        .order = report,
        .reporter = observed->reporter[report],
        .answer = (uint16_t)answer,
        .begin = observed->first[report],
        .end = (double)observed_last(observed, report) + 1,
        .time = observed_time(observed, report),
        .weight = survey->basis[observed->basis[report]].weight,
    };
}

static size_t list_rows(const struct observed *observed, const struct survey *survey, int question,
                        struct observation **rows_out)
{
    struct observation *rows = memory_alloc((observed->answered[question] + 1) * sizeof *rows);
    size_t count = 0;
    for (size_t i = 0; i < observed->count; i++) {
        int answer = observed_answer(observed, i, question);
        if (answer >= 0)
            rows[count++] = observed_row(observed, survey, i, answer);
    }
    *rows_out = rows;
    return count;
}

size_t observed_item(const struct observed *observed, const struct survey *survey, int question,
                     double span, struct observation **observations_out)
{
    size_t count = list_rows(observed, survey, question, observations_out);
    (void)consensus_weigh(*observations_out, count, span, true);
    return count;
}

double observed_knots(const struct observed *observed, const struct survey *survey,
                      const struct model *model, int question, struct knots *knots_out)
{
    auto_free double *accuracy = memory_zeroed(observed->reporter_count + 1, sizeof *accuracy);
    for (size_t i = 0; i < observed->reporter_count; i++)
        accuracy[i] = model_accuracy(model, observed->reporters[i]);
    auto_free struct observation *rows = NULL;
    size_t count = list_rows(observed, survey, question, &rows);
    double weight = consensus_weigh(rows, count, model->span, true);
    knots_build(rows, count, &model->questions[question].emission, accuracy, model->unnamed,
                knots_out);
    return weight;
}
