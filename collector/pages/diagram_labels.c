/* Names beside stations: greedy, as in Christensen, Marks and Shieber, "An Empirical Study of
 * Algorithms for Point-Feature Label Placement" (1995), interchanges and termini first. */
#include <math.h>

#include "collector/pages/diagram.h"

const double diagram_scales[DIAGRAM_LEVELS] = {5, 7, 10, 14, 20, 30, 50, 90};

enum {
    EM = 12 /* pixels */
};

struct box {
    double left, top, right, bottom;
};

struct spot {
    double x, y; /* in cells */
};

/* What names must keep clear of, and what has been placed. */
struct placing {
    const struct survey *survey;
    enum language language;
    struct diagram_label *labels;
    double *widths;      /* of names, in pixels */
    struct spot *tracks; /* samples along the lines, half a cell apart */
    size_t track_count;
    struct box extent; /* in cells */
};

/* Where the middle of the name stands, in em beside its own half size. */
static const struct {
    int x, y;
} sides[DIAGRAM_SIDES] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}};

static double text_width(const char *text)
{
    double width = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        if (*at < 0x80)
            width += EM * 0.56;
        else if (*at >= 0xC0) /* a sequence begins; what is beyond Latin is square */
            width += *at >= 0xE0 ? EM : EM * 0.6;
    return width;
}

static struct box box_of(const struct placing *placing, int station, int side, double scale)
{
    const struct station *place = &placing->survey->stations[station];
    bool slant = sides[side].x != 0 && sides[side].y != 0;
    double half = placing->widths[station] / 2 + 1, tall = EM * 0.6;
    double away = slant ? EM * 0.55 : EM * 0.8;
    double x = place->x * scale + sides[side].x * (away + half);
    double y = place->y * scale + sides[side].y * (slant ? EM * 0.8 : EM * 0.8 + tall);
    return (struct box){x - half, y - tall, x + half, y + tall};
}

static bool boxes_meet(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static bool meets_station(const struct placing *placing, const struct box *box, int own,
                          double scale)
{
    double radius = scale * 0.36 < 8 ? scale * 0.36 : 8;
    for (int i = 0; i < placing->survey->station_count; i++) {
        const struct station *station = &placing->survey->stations[i];
        double x = station->x * scale, y = station->y * scale;
        const struct box disc = {x - radius, y - radius, x + radius, y + radius};
        if (i != own && boxes_meet(box, &disc))
            return true;
    }
    return false;
}

static bool meets_label(const struct placing *placing, const struct box *box, double scale)
{
    for (int i = 0; i < placing->survey->station_count; i++) {
        if (placing->labels[i].level >= DIAGRAM_LEVELS)
            continue;
        struct box other = box_of(placing, i, placing->labels[i].side, scale);
        if (boxes_meet(box, &other))
            return true;
    }
    return false;
}

/* Whether the whole map, with its margin, holds the name. */
static bool is_inside(const struct placing *placing, const struct box *box, double scale)
{
    const struct box *all = &placing->extent;
    return box->left >= all->left * scale && box->right <= all->right * scale &&
           box->top >= all->top * scale && box->bottom <= all->bottom * scale;
}

/* What is free when it appears must stay so when the map grows. */
static bool is_free(const struct placing *placing, int station, int side, int level)
{
    for (int i = level; i < DIAGRAM_LEVELS; i++) {
        double scale = diagram_scales[i];
        struct box box = box_of(placing, station, side, scale);
        if (!is_inside(placing, &box, scale) || meets_label(placing, &box, scale) ||
            meets_station(placing, &box, station, scale))
            return false;
    }
    return true;
}

/* How much of the lines the name would cover, in pixels. */
static double cover(const struct placing *placing, int station, int side, double scale)
{
    struct box box = box_of(placing, station, side, scale);
    size_t inside = 0;
    for (size_t i = 0; i < placing->track_count; i++) {
        double x = placing->tracks[i].x * scale, y = placing->tracks[i].y * scale;
        inside += x > box.left && x < box.right && y > box.top && y < box.bottom;
    }
    return (double)inside * scale / 2;
}

static void try_station(const struct placing *placing, int station, int level)
{
    static const double most[DIAGRAM_LEVELS] = {10, 10, 12, 18, 26, 44, 1e9, 1e9};
    bool interchange = placing->survey->stations[station].line_count > 1;
    double least = interchange ? most[level] * 2 : most[level];
    int best = -1;
    for (int side = 0; side < DIAGRAM_SIDES; side++) {
        double covered = cover(placing, station, side, diagram_scales[level]);
        if (covered > least || !is_free(placing, station, side, level))
            continue;
        least = covered - 0.01; /* of equals the first */
        best = side;
    }
    if (best >= 0)
        placing->labels[station] = (struct diagram_label){(int8_t)level, (int8_t)best};
}

static void sample_stretch(struct placing *placing, int from, int to)
{
    const struct station *a = &placing->survey->stations[from];
    const struct station *b = &placing->survey->stations[to];
    int x = b->x - a->x, y = b->y - a->y;
    int steps = 2 * (abs(x) > abs(y) ? abs(x) : abs(y));
    placing->tracks = memory_resize_take(placing->tracks, placing->track_count + (size_t)steps + 1,
                                         sizeof *placing->tracks);
    for (int i = 0; i <= steps; i++) {
        double part = steps == 0 ? 0 : (double)i / steps;
        placing->tracks[placing->track_count++] = (struct spot){a->x + x * part, a->y + y * part};
    }
}

static void sample_tracks(struct placing *placing)
{
    const struct survey *survey = placing->survey;
    for (int i = 0; i < survey->line_count; i++) {
        const struct line *line = &survey->lines[i];
        for (int j = 1; j < line->stop_count; j++)
            sample_stretch(placing, line->stops[j - 1].station, line->stops[j].station);
        if (line->loop)
            sample_stretch(placing, line->stops[line->stop_count - 1].station,
                           line->stops[0].station);
    }
}

static void find_extent(struct placing *placing)
{
    const double margin = 2;
    struct box *all = &placing->extent;
    *all = (struct box){1e9, 1e9, -1e9, -1e9};
    for (int i = 0; i < placing->survey->station_count; i++) {
        const struct station *station = &placing->survey->stations[i];
        all->left = fmin(all->left, station->x - margin);
        all->right = fmax(all->right, station->x + margin);
        all->top = fmin(all->top, station->y - margin);
        all->bottom = fmax(all->bottom, station->y + margin);
    }
}

/* Interchanges by their lines, then where lines end, then the rest. */
static int rank(const struct survey *survey, int station)
{
    const struct station *place = &survey->stations[station];
    int ends = 0;
    for (int i = 0; i < place->line_count; i++) {
        const struct line *line = &survey->lines[place->lines[i]];
        ends += !line->loop && (line->stops[0].station == station ||
                                line->stops[line->stop_count - 1].station == station);
    }
    return place->line_count * 4 + (ends > 0 ? 3 : 0);
}

static void place_level(const struct placing *placing, int level)
{
    for (int wanted = 40; wanted >= 0; wanted--)
        for (int i = 0; i < placing->survey->station_count; i++)
            if (placing->labels[i].level >= DIAGRAM_LEVELS && rank(placing->survey, i) == wanted)
                try_station(placing, i, level);
}

void diagram_place_labels(const struct survey *survey, enum language language,
                          struct diagram_label *labels_out)
{
    struct placing placing = {.survey = survey, .language = language, .labels = labels_out};
    size_t count = (size_t)survey->station_count;
    placing.widths = memory_zeroed(count, sizeof *placing.widths);
    for (size_t i = 0; i < count; i++) {
        placing.widths[i] = text_width(survey->stations[i].name.in[language]);
        labels_out[i].level = DIAGRAM_LEVELS;
    }
    sample_tracks(&placing);
    find_extent(&placing);
    for (int level = 0; level < DIAGRAM_LEVELS; level++)
        place_level(&placing, level);
    free(placing.widths);
    free(placing.tracks);
}
