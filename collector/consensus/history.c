#include "collector/consensus/runs.h"

#include <math.h>

/*
 * Where an item changed (consensus.md §6). Beside the visits the path has a stop at each mark of
 * the dynamics and at the end, so that a change between two visits can be seen. Stops with a known
 * answer (posterior at least 0.6) are joined to runs of one answer. Between the last sure stop a
 * (posterior at least 0.98, or the run's largest) of a run and the first sure stop b of the next,
 * of answer B, the time of the change has, given both,
 *   P(last change ≤ t_j) ∝ f_j·D_j,   D_b = 1,  D_{j−1} = (keep + moved_B)·Lik_j(B)·D_j
 * with f_j the chance of B at t_j when the chain starts from a in the first run's answer (before
 * the first run: from α_0), carried forward as in smoother.h: §6 with both ends fixed.
 * A run that fades without a successor ends where it was first left:
 *   P(first change > t_j) = U_j·β_j(A) / β_a(A),  U_j = U_{j−1}·(keep + moved_A)·Lik_j(A)/s_j.
 * A change is claimed above 0.5; brackets are the 5 % and 95 % points and the median of the
 * conditional distribution, interpolated inside a gap in L.
 */
static const double least_changed = 0.5;
static const double greatest_shown = 0.97;
static const double tail = 0.05;

/* log f_j for the stops from..to into `changed`; `vector` is the chain at `from`. */
static void carry_answer(struct path *path, size_t from, size_t to, int answer, double *vector)
{
    int options = path->stops.options;
    double scale = 0;
    path->changed[from] = log(vector[answer]);
    for (size_t j = from + 1; j <= to; j++) {
        const double *likelihood = path_row(path, path->smoother.likelihood, j);
        const double *step = path_step(path, j);
        double sum = 0;
        for (int k = 0; k < options; k++) {
            vector[k] = (step[0] * vector[k] + step[1 + k]) * likelihood[k];
            sum += vector[k];
        }
        for (int k = 0; k < options; k++)
            vector[k] = fmax(vector[k] / sum, SMOOTHER_FLOOR);
        scale += log(sum);
        path->changed[j] = scale + log(vector[answer]);
    }
}

/* P(last change ≤ t_j) given the chain at `from` and the answer at `to`, into `changed`. */
static void trace_last_change(struct path *path, size_t from, size_t to, int answer, double *vector)
{
    carry_answer(path, from, to, answer, vector);
    double whole = path->changed[to];
    double stay = 0;
    for (size_t j = to; j > from; j--) {
        double likelihood = path_row(path, path->smoother.likelihood, j)[answer];
        path->changed[j] = exp(fmin(0, path->changed[j] + stay - whole));
        stay += log(path_step(path, j)[0] + path_step(path, j)[1 + answer]) + log(likelihood);
    }
    path->changed[from] = exp(fmin(0, path->changed[from] + stay - whole));
}

/* P(first change ≤ t_j) given the answer at `from`, into `changed` up to the last stop. */
static void trace_first_change(struct path *path, size_t from, int answer)
{
    double start = path_row(path, path->smoother.backward, from)[answer];
    double stay = 1;
    path->changed[from] = 0;
    for (size_t j = from + 1; j < path->stops.count; j++) {
        double likelihood = path_row(path, path->smoother.likelihood, j)[answer];
        stay *= (path_step(path, j)[0] + path_step(path, j)[1 + answer]) * likelihood /
                path->smoother.scale[j];
        path->changed[j] =
            1 - fmin(1, stay * path_row(path, path->smoother.backward, j)[answer] / start);
    }
}

/* The time at which the traced distribution, given a change, reaches a share. */
static double quantile(const struct path *path, size_t from, size_t to, double share)
{
    const struct chain *chain = &path->smoother.dynamics->chain;
    const double *changed = path->changed;
    double wanted = changed[from] + share * (changed[to] - changed[from]);
    size_t j = from + 1;
    while (j < to && changed[j] < wanted)
        j++;
    double begin = path->stops.at[j - 1].time;
    double end = path->stops.at[j].time;
    double gained = changed[j] - changed[j - 1];
    double part = gained > 0 ? fmin(fmax((wanted - changed[j - 1]) / gained, 0), 1) : 1;
    double low = chain_hazard(chain, begin);
    double high = chain_hazard(chain, end);
    return fmin(fmax(chain_time(chain, low + part * (high - low)), begin), end);
}

/* A visit stands for any moment of its interval: a bracket that ends within the interval of the
 * visit that bounds it is widened to that interval's end (the noon of its first or last day). */
static void widen(const struct path *path, struct bracket *bracket)
{
    const struct knot *at = path->stops.at;
    size_t before = smoother_after(&path->smoother, bracket->earliest);
    size_t after = before;
    while (before > 0 && at[before - 1].reports == 0)
        before--;
    if (before > 0 && bracket->earliest < at[before - 1].end) {
        const struct knot *visit = &at[before - 1];
        double half = fmin(0.5, (visit->end - visit->begin) / 2);
        bracket->earliest = fmin(bracket->earliest, visit->begin + half);
    }
    while (after < path->stops.count &&
           (at[after].time < bracket->latest || at[after].reports == 0)) {
        after++;
    }
    if (after < path->stops.count && bracket->latest > at[after].begin) {
        double half = fmin(0.5, (at[after].end - at[after].begin) / 2);
        bracket->latest = fmax(bracket->latest, at[after].end - half);
    }
}

/* False if no change is claimed between the two stops by what was traced. */
static bool find_bracket(const struct path *path, size_t from, size_t to, struct bracket *bracket)
{
    if (from == to || (1 - path->changed[from]) < least_changed ||
        path->changed[to] < least_changed) {
        return false;
    }
    bracket->earliest = quantile(path, from, to, tail);
    bracket->likely = quantile(path, from, to, 0.5);
    bracket->latest = quantile(path, from, to, 1 - tail);
    widen(path, bracket);
    return true;
}

/* When a run began: after the one before it, or (for the first) after the beginning. */
static bool find_beginning(const struct history_reader *reader, const struct run *before,
                           const struct run *run, struct bracket *bracket)
{
    size_t from = 0;
    size_t to = 0;
    UNCLEARED double vector[CONSENSUS_OPTIONS_MAX];
    struct path *path =
        reader->open(reader->context, before ? &before->last : NULL, &run->first, &from, &to);
    for (int k = 0; k < path->stops.options; k++) {
        double begun = path->smoother.forward[k];
        vector[k] = before ? fmax(k == before->answer, SMOOTHER_FLOOR) : begun;
    }
    trace_last_change(path, from, to, run->answer, vector);
    return find_bracket(path, from, to, bracket);
}

/* When the last run was first left. */
static bool find_end(const struct history_reader *reader, const struct run *run,
                     struct bracket *bracket)
{
    size_t from = 0;
    size_t to = 0;
    struct path *path = reader->open(reader->context, &run->last, NULL, &from, &to);
    trace_first_change(path, from, run->answer);
    return find_bracket(path, from, to, bracket);
}

static bool is_before(const struct stop_at *a, const struct stop_at *b)
{
    return a->part < b->part || (a->part == b->part && a->stop < b->stop);
}

void history_read(const struct history_reader *reader, const struct run *runs, size_t count,
                  struct segment *segments_out)
{
    for (size_t i = 0; i < count; i++) {
        struct segment *segment = &segments_out[i];
        *segment = (struct segment){.answer = runs[i].answer};
        segment->confidence = fmin(runs[i].peak, greatest_shown);
        segment->has_from =
            find_beginning(reader, i > 0 ? &runs[i - 1] : NULL, &runs[i], &segment->from);
        if (i > 0) {
            segments_out[i - 1].has_until = segment->has_from;
            segments_out[i - 1].until = segment->from;
        }
    }
    if (count > 0 && is_before(&runs[count - 1].end, &reader->last))
        segments_out[count - 1].has_until =
            find_end(reader, &runs[count - 1], &segments_out[count - 1].until);
}

static struct path *open_whole(void *context, const struct stop_at *from, const struct stop_at *to,
                               size_t *from_out, size_t *to_out)
{
    struct path *path = context;
    *from_out = from ? from->stop : 0;
    *to_out = to ? to->stop : path->stops.count - 1;
    return path;
}

size_t smoother_history(const struct smoother *smoother, double now, struct segment **segments_out)
{
    *segments_out = NULL;
    if (smoother->knots->count == 0 && !(smoother->dynamics->first_assertion < now))
        return 0;
    struct path path = {0};
    path_start(&path, smoother, now);
    auto_free struct run_part *parts = memory_alloc(path.stops.count * sizeof(*parts));
    auto_free struct run *runs = memory_alloc(path.stops.count * sizeof(*runs));
    size_t found = runs_list(&path, 0, path.stops.count, parts);
    size_t count = 0;
    for (size_t i = 0; i < found; i++)
        count = runs_join(runs, count, 0, &parts[i]);
    const struct history_reader reader = {&path, open_whole, {0, (uint32_t)(path.stops.count - 1)}};
    *segments_out = memory_zeroed(count, sizeof(**segments_out));
    history_read(&reader, runs, count, *segments_out);
    path_finish(&path);
    return count;
}
