#include "collector/consensus/dynamics.h"

#include <math.h>

/* consensus.md §5: what a notice does to a question that it expects to change or asserts. */
static const double expected_restart = 0.8;
static const double asserted_restart = 0.9;
static const double asserted_share = 0.9;

/* A hazard and the notices that are mixed into it. */
struct mixture {
    const struct hazard *hazard;
    const struct notice_effect *notices;
    size_t notice_count;
    bool plain; /* without assertions and citywide changes */
};

static int real_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static size_t sort_distinct(double *values, size_t count)
{
    size_t distinct = 0;
    qsort(values, count, sizeof(*values), real_compare);
    for (size_t i = 0; i < count; i++)
        if (distinct == 0 || values[i] > values[distinct - 1])
            values[distinct++] = values[i];
    return distinct;
}

static void add_edge(double *edges, size_t *count, double edge, double origin, double horizon)
{
    if (edge > origin && edge <= horizon)
        edges[(*count)++] = edge;
}

/* Where the rate may change: edges of bins and notices up to the horizon, ascending, distinct. */
static size_t list_edges(const struct mixture *mixture, double horizon, double *edges)
{
    const struct hazard *hazard = mixture->hazard;
    double origin = hazard->origin;
    size_t count = 0;
    edges[count++] = origin;
    for (size_t b = 1; hazard->rate && b <= hazard->bins; b++)
        add_edge(edges, &count, origin + (double)b, origin, horizon);
    for (size_t i = 0; i < mixture->notice_count; i++) {
        add_edge(edges, &count, mixture->notices[i].begin, origin, horizon);
        add_edge(edges, &count, mixture->notices[i].end, origin, horizon);
    }
    return sort_distinct(edges, count);
}

/* The bin of a time, or `bins` where the base holds. */
static size_t hazard_bin(const struct mixture *mixture, double time)
{
    const struct hazard *hazard = mixture->hazard;
    double place = floor(time - hazard->origin);
    if (!hazard->rate || !(place >= 0 && place < (double)hazard->bins))
        return hazard->bins;
    size_t bin = (size_t)place;
    bool skipped = mixture->plain && hazard->accepted && hazard->accepted[bin];
    return skipped ? hazard->bins : bin;
}

/* Adds a hazard with a target to a piece; `target` is the sum of rate × target until divided. */
static void add_rate(struct piece *piece, double *target, const double *towards, double rate,
                     int options)
{
    piece->rate += rate;
    for (int l = 0; l < options; l++)
        target[l] += rate * towards[l];
}

static void add_notice(struct piece *piece, double *target, const struct notice_effect *notice,
                       const double *drift, int options)
{
    double length = fmax(notice->end - notice->begin, 1);
    if (notice->asserted < 0) {
        add_rate(piece, target, drift, -log1p(-expected_restart) / length, options);
        return;
    }
    UNCLEARED double towards[CONSENSUS_OPTIONS_MAX];
    for (int l = 0; l < options; l++)
        towards[l] = l == notice->asserted ? asserted_share : (1 - asserted_share) / (options - 1);
    add_rate(piece, target, towards, -log1p(-asserted_restart) / length, options);
}

static void fill_piece(const struct mixture *mixture, struct piece *piece, double *target)
{
    const struct hazard *hazard = mixture->hazard;
    int options = hazard->options;
    size_t bin = hazard_bin(mixture, piece->begin);
    bool learned = bin < hazard->bins;
    const double *drift =
        learned && hazard->target ? hazard->target + bin * (size_t)options : hazard->base_target;
    add_rate(piece, target, drift, learned ? hazard->rate[bin] : hazard->base_rate, options);
    for (size_t i = 0; i < mixture->notice_count; i++) {
        const struct notice_effect *notice = &mixture->notices[i];
        bool applies = notice->begin <= piece->begin && piece->begin < notice->end;
        if (applies && !(mixture->plain && notice->asserted >= 0))
            add_notice(piece, target, notice, drift, options);
    }
    for (int l = 0; l < options; l++)
        target[l] = piece->rate > 0 ? target[l] / piece->rate : drift[l];
}

static void build_chain(const struct mixture *mixture, const double *edges, size_t count,
                        struct chain *chain)
{
    size_t options = (size_t)mixture->hazard->options;
    chain->options = mixture->hazard->options;
    chain->count = count;
    chain->pieces = memory_zeroed(count, sizeof(*chain->pieces));
    chain->target = memory_zeroed(count * options, sizeof(*chain->target));
    for (size_t i = 0; i < count; i++) {
        chain->pieces[i].begin = edges[i];
        fill_piece(mixture, &chain->pieces[i], chain->target + i * options);
    }
    chain->grown = memory_zeroed(count * options, sizeof(*chain->grown));
    chain_tabulate(chain, CHAIN_BLOCK);
}

static bool is_citywide(const struct hazard *hazard, size_t bin)
{
    return hazard->rate && hazard->accepted && bin < hazard->bins && hazard->accepted[bin];
}

static bool has_citywide_change(const struct hazard *hazard)
{
    for (size_t b = 0; b < hazard->bins; b++)
        if (is_citywide(hazard, b))
            return true;
    return false;
}

static void list_marks(const struct mixture *mixture, double horizon, struct dynamics *dynamics)
{
    const struct hazard *hazard = mixture->hazard;
    size_t count = 0;
    size_t most = hazard->bins + 1 + 2 * mixture->notice_count;
    dynamics->marks = memory_zeroed(most, sizeof(*dynamics->marks));
    for (size_t b = 0; b <= hazard->bins; b++)
        if (is_citywide(hazard, b) != (b > 0 && is_citywide(hazard, b - 1)))
            add_edge(dynamics->marks, &count, hazard->origin + (double)b, hazard->origin, horizon);
    for (size_t i = 0; i < mixture->notice_count; i++) {
        const struct notice_effect *notice = &mixture->notices[i];
        add_edge(dynamics->marks, &count, notice->begin, hazard->origin, horizon);
        add_edge(dynamics->marks, &count, notice->end, hazard->origin, horizon);
    }
    dynamics->mark_count = sort_distinct(dynamics->marks, count);
}

enum {
    GRID_MAX = 8000 /* beyond these half days the steps are computed one by one */
};

static void tabulate_moment(const struct chain *chain, double time, uint32_t *block, double *row)
{
    size_t options = (size_t)chain->options;
    size_t at = chain_piece(chain, time);
    const struct piece *piece = &chain->pieces[at];
    double entered = piece->hazard - chain->pieces[piece->block].hazard;
    double into = piece->rate * (time - piece->begin);
    double mass = exp(entered) * expm1(into);
    *block = piece->block;
    row[0] = exp(entered + into);
    row[1] = exp(-(entered + into));
    for (size_t l = 0; l < options; l++)
        row[2 + l] = chain->grown[at * options + l] + mass * chain->target[at * options + l];
}

/* Without a horizon as far as anything was learned. */
static void tabulate_grid(struct dynamics *dynamics, const struct hazard *hazard, double horizon)
{
    size_t width = (size_t)dynamics->options + 2;
    double days = isfinite(horizon) ? horizon - hazard->origin : (double)hazard->bins;
    dynamics->grid_begin = ceil(2 * hazard->origin) / 2;
    dynamics->grid_count = (size_t)fmin(fmax(2 * days, 0), GRID_MAX);
    dynamics->grid_block = memory_zeroed(dynamics->grid_count + 1, sizeof(uint32_t));
    dynamics->grid = memory_zeroed(dynamics->grid_count * width + 1, sizeof(double));
    for (size_t i = 0; i < dynamics->grid_count; i++)
        tabulate_moment(&dynamics->chain, dynamics->grid_begin + (double)i / 2,
                        &dynamics->grid_block[i], dynamics->grid + i * width);
}

struct dynamics *dynamics_create(const struct hazard *hazard, const struct notice_effect *notices,
                                 size_t notice_count, double horizon)
{
    struct dynamics *dynamics = memory_zeroed(1, sizeof(*dynamics));
    dynamics->options = hazard->options;
    dynamics->first_assertion = HUGE_VAL;
    dynamics->initial = memory_copy(hazard->initial, (size_t)hazard->options, sizeof(double));
    for (size_t i = 0; i < notice_count; i++)
        if (notices[i].asserted >= 0 && notices[i].end > hazard->origin)
            dynamics->first_assertion = fmin(dynamics->first_assertion, notices[i].begin);
    struct mixture mixture = {hazard, notices, notice_count, false};
    auto_free double *edges = memory_zeroed(hazard->bins + 2 * notice_count + 2, sizeof(*edges));
    size_t count = list_edges(&mixture, horizon, edges);
    build_chain(&mixture, edges, count, &dynamics->chain);
    list_marks(&mixture, horizon, dynamics);
    if (isfinite(dynamics->first_assertion) || has_citywide_change(hazard)) {
        mixture.plain = true;
        build_chain(&mixture, edges, count, &dynamics->plain);
    }
    tabulate_grid(dynamics, hazard, horizon);
    return dynamics;
}

void dynamics_destroy(struct dynamics *dynamics)
{
    if (!dynamics)
        return;
    chain_finish(&dynamics->chain);
    chain_finish(&dynamics->plain);
    free(dynamics->initial);
    free(dynamics->marks);
    free(dynamics->grid_block);
    free(dynamics->grid);
    free(dynamics);
}

int dynamics_options(const struct dynamics *dynamics)
{
    return dynamics->options;
}

const struct chain *dynamics_plain(const struct dynamics *dynamics)
{
    return dynamics->plain.count > 0 ? &dynamics->plain : &dynamics->chain;
}

/* The place of a time in the grid; grid_count if it has none. */
static size_t grid_place(const struct dynamics *dynamics, double time)
{
    double place = 2 * (time - dynamics->grid_begin);
    if (!(place >= 0 && place < (double)dynamics->grid_count))
        return dynamics->grid_count;
    size_t i = (size_t)place;
    return (double)i >= place ? i : dynamics->grid_count;
}

/* Across blocks e^L starts anew. */
static bool step_on_grid(const struct dynamics *dynamics, double from, double to, double *row)
{
    size_t options = (size_t)dynamics->options;
    size_t first = grid_place(dynamics, from);
    size_t last = grid_place(dynamics, to);
    if (first >= last || last == dynamics->grid_count ||
        dynamics->grid_block[first] != dynamics->grid_block[last])
        return false;
    const double *before = dynamics->grid + first * (options + 2);
    const double *after = dynamics->grid + last * (options + 2);
    row[0] = before[0] * after[1];
    for (size_t l = 0; l < options; l++) {
        double moved = after[1] * (after[2 + l] - before[2 + l]);
        row[1 + l] = moved > 0 ? moved : 0;
    }
    return true;
}

void dynamics_step(const struct dynamics *dynamics, double from, double to, double *step_out)
{
    if (!step_on_grid(dynamics, from, to, step_out))
        chain_step(&dynamics->chain, from, to, step_out);
}
