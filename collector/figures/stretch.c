#include "collector/figures/stretch.h"

#include "collector/consensus/weigh.h"

/* The observations that tell on a stretch. Reporters have numbers of its own. */
struct stretch {
    const struct stretch_source *source;
    size_t from, end; /* the reports within reach of it */
    uint32_t *number; /* by the station's index: number + 1 of those who are within reach, or 0 */
    double *accuracy; /* by number */
    struct observation *rows;
    size_t count;
    size_t near, far; /* the rows within reach */
};

static void number_reporters(struct stretch *stretch)
{
    const struct observed *observed = stretch->source->observed;
    uint32_t count = 0;
    stretch->number = memory_zeroed(observed->reporter_count + 1, sizeof *stretch->number);
    stretch->accuracy = memory_alloc((stretch->end - stretch->from + 1) * sizeof(double));
    for (size_t i = stretch->from; i < stretch->end; i++) {
        uint32_t reporter = observed->reporter[i];
        if (reporter == CONSENSUS_NOBODY || stretch->number[reporter] > 0 ||
            observed_answer(observed, i, stretch->source->question) < 0)
            continue;
        stretch->accuracy[count] =
            model_accuracy(stretch->source->model, observed->reporters[reporter]);
        stretch->number[reporter] = ++count;
    }
}

static void add_row(struct stretch *stretch, size_t report)
{
    const struct observed *observed = stretch->source->observed;
    int answer = observed_answer(observed, report, stretch->source->question);
    if (answer < 0)
        return;
    struct observation *row = &stretch->rows[stretch->count++];
    *row = observed_row(observed, stretch->source->survey, report, answer);
    if (row->reporter != CONSENSUS_NOBODY)
        row->reporter = stretch->number[row->reporter] - 1;
}

/* Of the numbered reporters, out of reach. */
static void add_others(struct stretch *stretch, size_t from, size_t end)
{
    const uint32_t *reporter = stretch->source->observed->reporter;
    for (size_t i = from; i < end; i++)
        if (reporter[i] != CONSENSUS_NOBODY && stretch->number[reporter[i]] > 0)
            add_row(stretch, i);
}

static void list_rows(struct stretch *stretch)
{
    const struct observed *observed = stretch->source->observed;
    /* More than are filled: what is not takes no room. */
    stretch->rows =
        memory_alloc((observed->answered[stretch->source->question] + 1) * sizeof *stretch->rows);
    add_others(stretch, 0, stretch->from);
    stretch->near = stretch->count;
    for (size_t i = stretch->from; i < stretch->end; i++)
        add_row(stretch, i);
    stretch->far = stretch->count;
    add_others(stretch, stretch->end, observed->count);
}

static void weigh_rows(struct stretch *stretch)
{
    struct observation *rows = stretch->rows + stretch->near;
    size_t count = stretch->far - stretch->near;
    auto_free double *mass = memory_alloc((count + 1) * sizeof *mass);
    weigh_repeats(stretch->rows, stretch->count);
    weigh_masses(rows, count, mass);
    weigh_saturate(rows, count, stretch->source->allowance, mass);
}

static void build_knots(const struct stretch *stretch, double begin, double end,
                        struct knots *knots_out)
{
    const struct model *model = stretch->source->model;
    auto_free bool *first = memory_alloc(stretch->count + 1);
    knots_mark_first(stretch->rows, stretch->count, first);
    size_t from = stretch->near;
    while (from < stretch->far && stretch->rows[from].time < begin)
        from++;
    size_t to = from;
    while (to < stretch->far && stretch->rows[to].time < end)
        to++;
    knots_build_marked(stretch->rows + from, first + from, to - from,
                       &model->questions[stretch->source->question].emission, stretch->accuracy,
                       model->unnamed, knots_out);
}

void stretch_knots(const struct stretch_source *source, double begin, double end,
                   struct knots *knots_out)
{
    struct stretch stretch = {
        .source = source,
        .from = observed_from(source->observed, begin - WEIGH_BURST_DAYS),
        .end = observed_from(source->observed, end + WEIGH_BURST_DAYS),
    };
    number_reporters(&stretch);
    list_rows(&stretch);
    weigh_rows(&stretch);
    build_knots(&stretch, begin, end, knots_out);
    free(stretch.number);
    free(stretch.accuracy);
    free(stretch.rows);
}
