#include "collector/aggregate/estimate.h"

#include <math.h>

#include "collector/aggregate/chains.h"
#include "collector/aggregate/progress.h"
#include "collector/aggregate/votes.h"
#include "collector/consensus/blend.h"

static const double batch_accuracy = 0.75;
static const double dawid_skene_strength = 0.02;
static const size_t most_chain_bytes = (size_t)1 << 29;

struct estimator {
    struct data *data;
    const struct options *options;
    struct fit *fit;             /* NULL for votes */
    struct blend *blend;         /* of a truth that does not change */
    struct chains *chains;       /* of each question, with a fit */
    double *p;                   /* as many as a question has options at most */
    struct observation *scratch; /* the open item's, as far as `count` */
    size_t count;
    size_t item;
    struct knots knots;
    struct smoother *smoother;
};

static bool show_iteration(void *context, int iteration, int most)
{
    progress_show(context, (size_t)iteration, (size_t)most);
    return true;
}

static bool truth_is_fixed(const struct estimator *estimator)
{
    return estimator->options->fixed_truth || !estimator->data->timed ||
           estimator->options->method == METHOD_DAWID_SKENE;
}

static void learn(struct estimator *estimator)
{
    struct report_table *table = &estimator->data->table;
    bool plain = estimator->options->method == METHOD_DAWID_SKENE;
    bool fixed = truth_is_fixed(estimator);
    struct progress progress;
    struct fit_options options = {
        .prior_accuracy = batch_accuracy,
        .strength = plain ? dawid_skene_strength : 0,
        .fixed_truth = fixed,
        .origin = table->interval[0].time,
        .progress = show_iteration,
        .context = &progress,
    };
    progress_start(&progress, "weighing");
    progress_show(&progress, 0, 1);
    if (!plain)
        report_table_weigh(table, !fixed);
    progress_end(&progress);
    progress_start(&progress, "learning");
    estimator->fit = fit_create(table, &options);
    if (fixed && !plain)
        estimator->blend =
            blend_create(table, fit_right(estimator->fit), show_iteration, &progress);
    progress_end(&progress);
    estimator->chains = chains_create(estimator->fit, table->questions, most_chain_bytes);
}

struct estimator *estimator_create(struct data *data, const struct options *options)
{
    struct estimator *estimator = memory_zeroed(1, sizeof(*estimator));
    estimator->data = data;
    estimator->options = options;
    estimator->scratch =
        memory_zeroed(report_table_largest(&data->table), sizeof(struct observation));
    estimator->p = memory_zeroed(report_table_most_options(&data->table), sizeof(double));
    if (options->method == METHOD_ZHANJI || options->method == METHOD_DAWID_SKENE)
        learn(estimator);
    return estimator;
}

static void close_item(struct estimator *estimator)
{
    smoother_destroy(TAKE(estimator->smoother));
    knots_finish(&estimator->knots);
}

void estimator_destroy(struct estimator *estimator)
{
    if (!estimator)
        return;
    close_item(estimator);
    chains_destroy(estimator->chains);
    fit_destroy(estimator->fit);
    blend_destroy(estimator->blend);
    free(estimator->scratch);
    free(estimator->p);
    free(estimator);
}

/* Puts the blend's posterior in the place of the fit's evidence: all of it in the first knot, as
 * the chain stands still and begins with π. The greatest is 0, as it must be in knots. */
static void use_blend(struct estimator *estimator)
{
    struct knots *knots = &estimator->knots;
    size_t options = (size_t)knots->options;
    double *p = estimator->p;
    double greatest = -HUGE_VAL;
    uint16_t question = estimator->data->table.question[estimator->item];
    const double *initial = fit_initial(estimator->fit, question);
    blend_posterior(estimator->blend, estimator->item, p);
    for (size_t k = 0; k < options; k++) {
        p[k] = log(fmax(p[k], 1e-30) / initial[k]);
        greatest = fmax(greatest, p[k]);
    }
    for (size_t i = 0; i < knots->count * options; i++)
        knots->log_likelihood[i] = i < options ? p[i] - greatest : 0;
}

void estimator_open(struct estimator *estimator, size_t item)
{
    const struct report_table *table = &estimator->data->table;
    close_item(estimator);
    estimator->item = item;
    if (!estimator->fit) {
        estimator->count = report_table_item(table, item, estimator->scratch);
        return;
    }
    fit_knots(estimator->fit, item, estimator->scratch, &estimator->knots);
    if (estimator->blend)
        use_blend(estimator);
    estimator->smoother =
        smoother_create(&estimator->knots, chains_of(estimator->chains, table->question[item]));
}

void estimator_read(const struct estimator *estimator, double moment, struct estimate *estimate)
{
    const struct report_table *table = &estimator->data->table;
    int options = table->options[table->question[estimator->item]];
    double *p = estimator->p;
    *estimate = (struct estimate){.p = p, .standing = ""};
    if (!estimator->fit) {
        struct ballot ballot = {estimator->options->method, estimator->options->days, options};
        estimate->reports = votes_count(&ballot, estimator->scratch, estimator->count, moment, p);
    } else {
        struct reading reading;
        bool plain = estimator->options->method == METHOD_DAWID_SKENE;
        double last = truth_is_fixed(estimator) ? estimator->data->now : moment;
        smoother_read(estimator->smoother, fmax(moment, last), &reading, p);
        estimate->reports = reading.reports;
        estimate->standing = plain ? "" : standing_name(reading.standing);
    }
    for (int k = 1; k < options; k++)
        estimate->best = p[k] > p[estimate->best] ? k : estimate->best;
}

size_t estimator_history(const struct estimator *estimator, double now,
                         struct segment **segments_out)
{
    *segments_out = NULL;
    return estimator->smoother ? smoother_history(estimator->smoother, now, segments_out) : 0;
}

const struct fit *estimator_fit(const struct estimator *estimator)
{
    return estimator->fit;
}
