/* An item's history, found piece by piece and joined (consensus/runs.h). */
#include <string.h>

#include "collector/figures/trace.h"

void chronicle_finish(struct chronicle *chronicle)
{
    free(chronicle->runs);
    free(chronicle->from);
    *chronicle = (struct chronicle){0};
}

/* What is being gathered. */
struct gathering {
    struct chronicle *chronicle;
    size_t piece; /* the next one; piece_count: what is beyond */
    uint32_t count, capacity;
};

/* Room for so many; none at all may be no memory, to which nothing is added. */
static struct run_part *reserve(struct gathering *gathering, size_t more)
{
    struct chronicle *chronicle = gathering->chronicle;
    if (gathering->count + more > gathering->capacity) {
        gathering->capacity = gathering->count + gathering->count / 2 + (uint32_t)more;
        chronicle->runs =
            memory_resize_take(chronicle->runs, gathering->capacity, sizeof *chronicle->runs);
    }
    return gathering->count > 0 ? chronicle->runs + gathering->count : chronicle->runs;
}

static void end_piece(struct gathering *gathering, size_t found)
{
    gathering->count += (uint32_t)found;
    gathering->chronicle->from[++gathering->piece] = gathering->count;
}

/* Pieces first..end of the chronicle before. */
static void keep(struct gathering *gathering, const struct chronicle *before, size_t first,
                 size_t end)
{
    for (size_t piece = first; piece < end; piece++) {
        size_t count = before->from[piece + 1] - before->from[piece];
        struct run_part *to = reserve(gathering, count);
        if (count > 0)
            memcpy(to, before->runs + before->from[piece], count * sizeof *to);
        end_piece(gathering, count);
    }
}

/* The stop after the next knots of a path. */
static size_t skip_knots(const struct path *path, size_t stop, size_t knots)
{
    for (; knots > 0; stop++)
        knots -= path->stops.at[stop].reports > 0;
    return stop;
}

static void list_piece(struct gathering *gathering, const struct path *path, size_t first,
                       size_t end)
{
    struct run_part *to = reserve(gathering, end - first);
    end_piece(gathering, runs_list(path, first, end, to));
}

/* The opened pieces, and what is beyond if the last is among them. */
static void list_opened(struct gathering *gathering, const struct tracing *tracing)
{
    const struct packed_knots *knots = tracing->place->items[tracing->question].knots;
    const struct path *path = &tracing->path;
    size_t stop = 0;
    for (size_t piece = tracing->opened.first; piece < tracing->opened.end; piece++) {
        size_t end = skip_knots(path, stop, knots->pieces[piece].count);
        list_piece(gathering, path, stop, end);
        stop = end;
    }
    if (tracing->opened.end < knots->piece_count)
        return;
    gathering->chronicle->beyond = (uint32_t)(path->stops.count - stop);
    list_piece(gathering, path, stop, path->stops.count);
}

static void gather(const struct tracing *tracing, struct chronicle *chronicle)
{
    size_t count = tracing->place->items[tracing->question].knots->piece_count;
    struct gathering gathering = {.chronicle = chronicle};
    chronicle->from = memory_zeroed(count + 2, sizeof *chronicle->from);
    if (tracing->before != NULL)
        keep(&gathering, &tracing->before->chronicle, 0, tracing->opened.first);
    list_opened(&gathering, tracing);
    if (tracing->opened.end < count) {
        size_t old = tracing->before->knots->piece_count;
        chronicle->beyond = tracing->before->chronicle.beyond;
        keep(&gathering, &tracing->before->chronicle, old - (count - tracing->opened.end), old + 1);
    }
}

static size_t join(const struct tracing *tracing, const struct chronicle *chronicle,
                   struct run *runs)
{
    size_t count = 0;
    size_t parts = tracing->place->items[tracing->question].knots->piece_count + 1;
    for (uint32_t part = 0; part < parts; part++)
        for (uint32_t i = chronicle->from[part]; i < chronicle->from[part + 1]; i++)
            count = runs_join(runs, count, part, &chronicle->runs[i]);
    return count;
}

/* Reads brackets off the opened path, or off one that is opened for it. */
struct reading_on {
    struct tracing *tracing;
    double now;
    struct opened_item opened;
    struct path path;
    bool is_open;
};

static void close_part(struct reading_on *reading)
{
    if (!reading->is_open)
        return;
    path_finish(&reading->path);
    item_close(&reading->opened);
    reading->path = (struct path){0};
    reading->is_open = false;
}

/* A path over at least the pieces first..end. */
static struct path *open_pieces(struct reading_on *reading, size_t first, size_t end,
                                const struct opened_item **opened_out)
{
    struct tracing *tracing = reading->tracing;
    *opened_out = &tracing->opened;
    if (tracing->opened.first <= first && end <= tracing->opened.end)
        return &tracing->path;
    *opened_out = &reading->opened;
    if (reading->is_open && reading->opened.first <= first && end <= reading->opened.end)
        return &reading->path;
    close_part(reading);
    item_open_part(tracing->place, tracing->question, first, end, &reading->opened);
    path_start(&reading->path, reading->opened.smoother, reading->now);
    reading->is_open = true;
    return &reading->path;
}

/* Where a stop is in a path over opened pieces. */
static size_t find_stop(const struct packed_knots *knots, const struct opened_item *opened,
                        const struct path *path, const struct stop_at *at)
{
    size_t before = 0;
    for (size_t piece = opened->first; piece < at->part; piece++)
        before += knots->pieces[piece].count;
    return skip_knots(path, 0, before) + at->stop;
}

static struct path *open_path(void *context, const struct stop_at *from, const struct stop_at *to,
                              size_t *from_out, size_t *to_out)
{
    struct reading_on *reading = context;
    const struct tracing *tracing = reading->tracing;
    const struct packed_knots *knots = tracing->place->items[tracing->question].knots;
    const struct opened_item *opened = NULL;
    size_t first = from == NULL || from->part == 0 ? 0 : from->part - 1;
    size_t end = to == NULL || to->part == knots->piece_count ? knots->piece_count : to->part + 1;
    struct path *path = open_pieces(reading, first, end, &opened);
    *from_out = from == NULL ? 0 : find_stop(knots, opened, path, from);
    *to_out = to == NULL ? path->stops.count - 1 : find_stop(knots, opened, path, to);
    return path;
}

static void read_segments(struct tracing *tracing, double now, struct trace *trace)
{
    const struct packed_knots *knots = tracing->place->items[tracing->question].knots;
    size_t most = trace->chronicle.from[knots->piece_count + 1];
    auto_free struct run *runs = memory_alloc((most + 1) * sizeof *runs);
    struct reading_on reading = {.tracing = tracing, .now = now};
    const struct history_reader reader = {
        &reading, open_path, {(uint32_t)knots->piece_count, trace->chronicle.beyond - 1}};
    trace->history_count = join(tracing, &trace->chronicle, runs);
    trace->history = memory_zeroed(trace->history_count + 1, sizeof *trace->history);
    history_read(&reader, runs, trace->history_count, trace->history);
    close_part(&reading);
}

void chronicle_fill(struct tracing *tracing, double now, struct trace *trace)
{
    const struct item *item = &tracing->place->items[tracing->question];
    bool is_asserted = tracing->opened.smoother->dynamics->first_assertion < now;
    trace->chronicle.is_told = item->begins < now && (item->knots->count > 0 || is_asserted);
    if (!trace->chronicle.is_told)
        return;
    path_start(&tracing->path, tracing->opened.smoother, now);
    gather(tracing, &trace->chronicle);
    read_segments(tracing, now, trace);
    path_finish(&tracing->path);
}
