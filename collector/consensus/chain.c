#include "collector/consensus/chain.h"

#include <math.h>
#include <string.h>

void chain_finish(struct chain *chain)
{
    free(chain->pieces);
    free(chain->target);
    free(chain->grown);
    *chain = (struct chain){0};
}

/* What comes after piece i: L, and G unless a new block begins. */
static void tabulate_next(struct chain *chain, size_t i, double most)
{
    size_t options = (size_t)chain->options;
    const struct piece *piece = &chain->pieces[i];
    struct piece *next = &chain->pieces[i + 1];
    double in_block = piece->hazard - chain->pieces[piece->block].hazard;
    double growth = piece->rate * (next->begin - piece->begin);
    /* The last piece has no end: it is a block of its own. */
    bool starts_block = in_block + growth > most || i + 2 == chain->count;
    double mass = starts_block ? 0 : exp(in_block) * expm1(growth);
    next->hazard = piece->hazard + growth;
    next->block = starts_block ? (uint32_t)(i + 1) : piece->block;
    for (size_t l = 0; l < options; l++) {
        double before = starts_block ? 0 : chain->grown[i * options + l];
        chain->grown[(i + 1) * options + l] = before + mass * chain->target[i * options + l];
    }
}

void chain_tabulate(struct chain *chain, double most)
{
    for (int l = 0; l < chain->options; l++)
        chain->grown[l] = 0;
    for (size_t i = 0; i + 1 < chain->count; i++)
        tabulate_next(chain, i, most);
}

/* Learned bins are a day each: then a piece is where its day is. */
static bool is_in_piece(const struct chain *chain, size_t piece, double time)
{
    return piece + 1 < chain->count && chain->pieces[piece].begin <= time &&
           time < chain->pieces[piece + 1].begin;
}

size_t chain_piece(const struct chain *chain, double time)
{
    double day = time - chain->pieces[0].begin;
    if (day >= 0 && day < (double)chain->count && is_in_piece(chain, (size_t)day, time))
        return (size_t)day;
    size_t low = 0;
    size_t high = chain->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (chain->pieces[middle].begin <= time)
            low = middle;
        else
            high = middle;
    }
    return low;
}

double chain_hazard(const struct chain *chain, double time)
{
    const struct piece *piece = &chain->pieces[chain_piece(chain, time)];
    return piece->hazard + piece->rate * fmax(0, time - piece->begin);
}

double chain_time(const struct chain *chain, double hazard)
{
    size_t low = 0;
    size_t high = chain->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (chain->pieces[middle].hazard < hazard)
            low = middle;
        else
            high = middle;
    }
    const struct piece *piece = &chain->pieces[low];
    double beyond = fmax(0, hazard - piece->hazard);
    return piece->rate > 0 ? piece->begin + beyond / piece->rate : piece->begin;
}

/* A moment and the piece that it is counted to. */
struct moment {
    size_t piece;
    double time;
};

/* The step between two moments of one block. */
static void step_within(const struct chain *chain, struct moment from, struct moment to,
                        double *step)
{
    size_t options = (size_t)chain->options;
    const struct piece *first = &chain->pieces[from.piece];
    const struct piece *last = &chain->pieces[to.piece];
    const double *target = chain->target + to.piece * options;
    double into = last->rate * (to.time - last->begin);
    if (from.piece == to.piece) {
        double growth = last->rate * (to.time - from.time);
        step[0] = exp(-growth);
        for (size_t l = 0; l < options; l++)
            step[1 + l] = -expm1(-growth) * target[l];
        return;
    }
    double start = chain->pieces[first->block].hazard;
    double past = first->rate * (from.time - first->begin);
    double hazard = last->hazard - start + into;
    double shrink = exp(-hazard);
    double entered = exp(last->hazard - start) * expm1(into);
    double left = exp(first->hazard - start) * expm1(past);
    step[0] = exp(first->hazard - start + past - hazard);
    for (size_t l = 0; l < options; l++) {
        double before =
            chain->grown[from.piece * options + l] + left * chain->target[from.piece * options + l];
        double after = chain->grown[to.piece * options + l] + entered * target[l];
        step[1 + l] = fmax(0, shrink * (after - before));
    }
}

/* Puts a step before the one that is there. */
static void step_prepend(double *step, const double *earlier, int options)
{
    for (int l = 0; l < options; l++)
        step[1 + l] += step[0] * earlier[1 + l];
    step[0] *= earlier[0];
}

void chain_step(const struct chain *chain, double from, double to, double *step_out)
{
    step_out[0] = 1;
    memset(step_out + 1, 0, (size_t)chain->options * sizeof(double));
    double origin = chain->pieces[0].begin;
    struct moment start = {chain_piece(chain, from), fmax(from, origin)};
    struct moment end = {chain_piece(chain, to), fmax(to, origin)};
    UNCLEARED double part[1 + CONSENSUS_OPTIONS_MAX];
    while (end.time > start.time && step_out[0] > 0) {
        size_t block = chain->pieces[end.piece].block;
        struct moment entry = {block, chain->pieces[block].begin};
        bool same = chain->pieces[start.piece].block == block;
        step_within(chain, same ? start : entry, end, part);
        step_prepend(step_out, part, chain->options);
        if (same)
            return;
        end = (struct moment){block - 1, entry.time};
    }
}
