#include "collector/figures/renew.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/weigh.h"
#include "collector/figures/stretch.h"

enum {
    REPORTS_MIN = 2, /* a single one is not saturated */
    STALE_SHARE = 2  /* and where one piece in so many is stale */
};

/* Up to it sums of weights are exact, in whatever order (consensus/exact.h). */
static const double greatest_weight = 1 << 22;

struct renewing {
    const struct renewal *renewal;
    int question;
    double weight;       /* Σ w before saturation */
    int64_t first_piece; /* the number of the first piece that there can be */
    size_t piece_count;  /* and how many */
    bool *stale;         /* by piece: to be built again */
};

/* What a reporter, or a day's unnamed, said to the question. */
struct voice {
    struct observation *rows;
    bool *is_new; /* by row */
    size_t count;
};

static void voice_finish(struct voice *voice)
{
    free(voice->rows);
    free(voice->is_new);
}

static bool is_answered(const struct renewing *renewing, size_t added)
{
    return renewing->renewal->added[added].answers[renewing->question] >= 0;
}

static double day_of(const struct published_answer *answer)
{
    return floor(((double)answer->visited.first + (double)answer->visited.last + 1) / 2);
}

static bool is_same_voice(const struct published_answer *a, const struct published_answer *b)
{
    if (a->reporter_number != b->reporter_number)
        return false;
    return a->reporter_number != CONSENSUS_NOBODY || fabs(day_of(a) - day_of(b)) < 1;
}

static void list_voice(const struct renewing *renewing, const struct published_answer *added,
                       struct voice *voice)
{
    const struct observed *observed = renewing->renewal->observed;
    bool is_named = added->reporter_number != CONSENSUS_NOBODY;
    uint32_t reporter = observed_reporter_index(observed, added->reporter_number);
    size_t i = is_named ? 0 : observed_from(observed, day_of(added));
    size_t end = is_named ? observed->count : observed_from(observed, day_of(added) + 1);
    for (; i < end; i++) {
        int answer = observed->reporter[i] == reporter
                         ? observed_answer(observed, i, renewing->question)
                         : -1;
        if (answer < 0)
            continue;
        voice->rows = memory_resize_take(voice->rows, voice->count + 1, sizeof *voice->rows);
        struct observation *row = &voice->rows[voice->count++];
        *row = observed_row(observed, renewing->renewal->survey, i, answer);
        row->reporter = is_named ? 0 : CONSENSUS_NOBODY;
    }
    voice->is_new = memory_zeroed(voice->count + 1, sizeof *voice->is_new);
}

static bool is_row_of(const struct renewing *renewing, const struct published_answer *added,
                      const struct observation *row)
{
    double weight = renewing->renewal->survey->basis[added->basis].weight;
    return row->begin >= added->visited.first && row->begin <= added->visited.first &&
           row->end >= (double)added->visited.last + 1 &&
           row->end <= (double)added->visited.last + 1 && row->weight >= weight &&
           row->weight <= weight && row->answer == added->answers[renewing->question];
}

/* Of rows that are the same any may be taken for what has come. */
static void mark_new(const struct renewing *renewing, size_t first, struct voice *voice)
{
    const struct renewal *renewal = renewing->renewal;
    for (size_t a = first; a < renewal->added_count; a++) {
        if (!is_answered(renewing, a) || !is_same_voice(&renewal->added[a], &renewal->added[first]))
            continue;
        size_t i = 0;
        while (i < voice->count &&
               (voice->is_new[i] || !is_row_of(renewing, &renewal->added[a], &voice->rows[i])))
            i++;
        if (i < voice->count)
            voice->is_new[i] = true;
    }
}

static void touch(struct renewing *renewing, double time, double days)
{
    int64_t last = packed_number(time + days) - renewing->first_piece;
    for (int64_t i = packed_number(time - days) - renewing->first_piece; i <= last; i++)
        if (i >= 0 && i < (int64_t)renewing->piece_count)
            renewing->stale[i] = true;
}

static const struct observation *earliest(const struct observation *rows, size_t count)
{
    const struct observation *best = rows;
    for (size_t i = 1; i < count; i++)
        if (rows[i].begin < best->begin)
            best = &rows[i];
    return best;
}

/* Another visit of a reporter may be the first from now on. */
static void compare_first(struct renewing *renewing, const struct voice *voice,
                          const struct observation *before, size_t count)
{
    if (count == 0 || voice->rows[0].reporter == CONSENSUS_NOBODY)
        return;
    if (voice->is_new[earliest(voice->rows, voice->count) - voice->rows])
        touch(renewing, earliest(before, count)->time, 0);
}

static void compare_voice(struct renewing *renewing, struct voice *voice)
{
    auto_free struct observation *before = memory_alloc(voice->count * sizeof *before);
    size_t count = 0;
    for (size_t i = 0; i < voice->count; i++)
        if (!voice->is_new[i])
            before[count++] = voice->rows[i];
    weigh_repeats(voice->rows, voice->count);
    weigh_repeats(before, count);
    for (size_t i = 0, old = 0; i < voice->count; i++) {
        double weight = voice->is_new[i] ? 0 : before[old++].weight;
        double more = voice->rows[i].weight - weight;
        renewing->weight += more;
        if (voice->is_new[i] || more < 0 || more > 0)
            touch(renewing, voice->rows[i].time, WEIGH_BURST_DAYS);
    }
    compare_first(renewing, voice, before, count);
}

/* Each voice once. */
static void compare_voices(struct renewing *renewing)
{
    const struct published_answer *added = renewing->renewal->added;
    for (size_t i = 0; i < renewing->renewal->added_count; i++) {
        bool is_done = !is_answered(renewing, i);
        for (size_t j = 0; j < i; j++)
            is_done = is_done || (is_answered(renewing, j) && is_same_voice(&added[i], &added[j]));
        if (is_done)
            continue;
        struct voice voice = {0};
        list_voice(renewing, &added[i], &voice);
        mark_new(renewing, i, &voice);
        compare_voice(renewing, &voice);
        voice_finish(&voice);
    }
}

static bool is_few(const struct renewing *renewing)
{
    size_t stale = 0;
    for (size_t i = 0; i < renewing->piece_count; i++)
        stale += renewing->stale[i];
    return stale * STALE_SHARE <= renewing->piece_count;
}

static struct packed_knots *build_stale(const struct renewing *renewing,
                                        struct packed_knots *before)
{
    const struct stretch_source from = {
        .observed = renewing->renewal->observed,
        .survey = renewing->renewal->survey,
        .model = renewing->renewal->model,
        .question = renewing->question,
        .allowance = weigh_allowance(renewing->weight, renewing->renewal->model->span),
    };
    struct packed_knots *packed = packed_hold(before);
    for (size_t first = 0, end; first < renewing->piece_count; first = end + 1) {
        for (end = first; end < renewing->piece_count && renewing->stale[end];)
            end++;
        if (end == first)
            continue;
        struct knots knots;
        int64_t number = renewing->first_piece + (int64_t)first;
        int64_t past = renewing->first_piece + (int64_t)end;
        stretch_knots(&from, (double)number * CHUNK_DAYS, (double)past * CHUNK_DAYS, &knots);
        struct packed_knots *replaced = packed_replace(packed, number, past, &knots);
        knots_finish(&knots);
        packed_drop(packed);
        packed = replaced;
    }
    return packed;
}

/* Whether what was there and what has come is all that there is, and little has come. */
static bool can_renew(const struct renewal *renewal, int question,
                      const struct packed_knots *before, double weight)
{
    uint32_t reports = packed_begun(before, before->piece_count).reports;
    uint32_t added = 0;
    for (size_t i = 0; i < renewal->added_count; i++)
        added += renewal->added[i].answers[question] >= 0;
    return !isnan(weight) && renewal->added_count <= RENEWAL_MAX && reports >= REPORTS_MIN &&
           reports + added == renewal->observed->answered[question];
}

static bool is_same_allowance(double before, double after, double span)
{
    double left = weigh_allowance(before, span);
    double right = weigh_allowance(after, span);
    return after < greatest_weight && left >= right && left <= right;
}

struct packed_knots *renew_knots(const struct renewal *renewal, int question,
                                 struct packed_knots *before, double *weight)
{
    if (!can_renew(renewal, question, before, *weight))
        return NULL;
    const struct observed *observed = renewal->observed;
    struct renewing renewing = {.renewal = renewal, .question = question, .weight = *weight};
    renewing.first_piece = packed_number(observed_time(observed, 0));
    int64_t last = packed_number(observed_time(observed, observed->count - 1));
    renewing.piece_count = (size_t)(last - renewing.first_piece) + 1;
    auto_free bool *stale = memory_zeroed(renewing.piece_count, sizeof *stale);
    renewing.stale = stale;
    compare_voices(&renewing);
    if (!is_few(&renewing) || !is_same_allowance(*weight, renewing.weight, renewal->model->span))
        return NULL;
    *weight = renewing.weight;
    return build_stale(&renewing, before);
}
