#include "collector/pages/diagram.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum {
    MARGIN = 44, /* in units: room for the names at the edge */
    PASSED_MAX = 2
};

static void find_extent(struct diagram *diagram)
{
    const struct survey *survey = diagram->survey;
    int left = INT_MAX, top = INT_MAX, right = INT_MIN, bottom = INT_MIN;
    for (int i = 0; i < survey->station_count; i++) {
        const struct station *station = &survey->stations[i];
        left = station->x < left ? station->x : left;
        right = station->x > right ? station->x : right;
        top = station->y < top ? station->y : top;
        bottom = station->y > bottom ? station->y : bottom;
    }
    diagram->left = left * DIAGRAM_CELL - MARGIN;
    diagram->top = top * DIAGRAM_CELL - MARGIN;
    diagram->width = (right - left) * DIAGRAM_CELL + 2 * MARGIN;
    diagram->height = (bottom - top) * DIAGRAM_CELL + 2 * MARGIN;
}

struct diagram *diagram_create(const struct survey *survey)
{
    struct diagram *diagram = memory_zeroed(1, sizeof *diagram);
    diagram->survey = survey;
    find_extent(diagram);
    for (int i = 0; i < SURVEY_LANGUAGES; i++) {
        diagram->labels[i] =
            memory_zeroed((size_t)survey->station_count, sizeof *diagram->labels[i]);
        diagram_place_labels(survey, (enum language)i, diagram->labels[i]);
    }
    return diagram;
}

void diagram_destroy(struct diagram *diagram)
{
    if (diagram == NULL)
        return;
    for (int i = 0; i < SURVEY_LANGUAGES; i++)
        free(diagram->labels[i]);
    free(diagram);
}

static bool is_opened(const struct line_stop *stop, int32_t day)
{
    return stop->opened.first == DAY_NONE || stop->opened.first <= day;
}

static bool is_suspended(const struct line_stop *stop, int32_t day)
{
    return stop->suspended.first != DAY_NONE && stop->suspended.first <= day &&
           day <= stop->suspended.last;
}

static bool any_stop(const struct survey *survey, int station, int32_t day, bool serving)
{
    const struct station *place = &survey->stations[station];
    for (int i = 0; i < place->line_count; i++) {
        const struct line *line = &survey->lines[place->lines[i]];
        for (int j = 0; j < line->stop_count; j++) {
            const struct line_stop *stop = &line->stops[j];
            if (stop->station == station && is_opened(stop, day) &&
                !(serving && is_suspended(stop, day)))
                return true;
        }
    }
    return false;
}

bool diagram_is_served(const struct survey *survey, int station, int32_t day)
{
    return any_stop(survey, station, day, true);
}

bool diagram_is_built(const struct survey *survey, int station, int32_t day)
{
    return any_stop(survey, station, day, false);
}

/* Which stops trains reach or pass; a loop counts round its end. */
static void find_reached(const struct line *line, int32_t day, bool *reached)
{
    int last_open = -1;
    for (int i = 0; i < line->stop_count; i++) {
        const struct line_stop *stop = &line->stops[i];
        if (!is_opened(stop, day) || is_suspended(stop, day))
            continue;
        reached[i] = true;
        if (last_open >= 0 && i - last_open <= PASSED_MAX + 1)
            for (int j = last_open + 1; j < i; j++)
                reached[j] = true;
        last_open = i;
    }
}

struct point {
    double x, y;
};

static struct point point_of(const struct survey *survey, const struct line_stop *stop)
{
    const struct station *station = &survey->stations[stop->station];
    return (struct point){station->x * DIAGRAM_CELL, station->y * DIAGRAM_CELL};
}

static bool line_joins(const struct line *line, int from, int to)
{
    for (int i = 1; i < line->stop_count; i++) {
        int before = line->stops[i - 1].station, here = line->stops[i].station;
        if ((before == from && here == to) || (before == to && here == from))
            return true;
    }
    return false;
}

/* Two lines on one track lie side by side: the later one in the file gives way. */
static struct point give_way(const struct survey *survey, int line, int from, int to)
{
    const double width = 5;
    bool shared = false;
    for (int i = 0; i < line && !shared; i++)
        shared = line_joins(&survey->lines[i], from, to);
    if (!shared)
        return (struct point){0, 0};
    const struct station *a = &survey->stations[from], *b = &survey->stations[to];
    if (a->x == b->x)
        return (struct point){width, 0};
    if (a->y == b->y)
        return (struct point){0, width};
    bool falling = (a->x < b->x) == (a->y < b->y);
    return (struct point){width * 0.7, falling ? -width * 0.7 : width * 0.7};
}

struct pen {
    struct buffer *path;
    struct point at[3]; /* the last but one, the last, the next */
    int count;
};

static void put_point(struct buffer *path, char command, struct point point)
{
    if (command != '\0')
        buffer_char(path, command);
    buffer_number(path, point.x, 1);
    buffer_char(path, ' ');
    buffer_number(path, point.y, 1);
}

static double distance(struct point a, struct point b)
{
    double x = fabs(a.x - b.x), y = fabs(a.y - b.y);
    return x > y ? x : y;
}

static struct point towards(struct point from, struct point to, double far)
{
    double whole = distance(from, to);
    double part = whole > 0 ? far / whole : 0;
    return (struct point){from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
}

/* Lines bend where they stop, so the curve is as small as a mark. */
static void put_bend(const struct pen *pen)
{
    const struct point *at = pen->at;
    double before = distance(at[0], at[1]) / 2, after = distance(at[1], at[2]) / 2;
    double radius = before < after ? before : after;
    radius = radius < 4 ? radius : 4;
    put_point(pen->path, 'L', towards(at[1], at[0], radius));
    put_point(pen->path, 'Q', at[1]);
    put_point(pen->path, ' ', towards(at[1], at[2], radius));
}

static bool is_straight(const struct point *at)
{
    double x1 = at[1].x - at[0].x, y1 = at[1].y - at[0].y;
    double x2 = at[2].x - at[1].x, y2 = at[2].y - at[1].y;
    return fabs(x1 * y2 - x2 * y1) < 0.01 && x1 * x2 + y1 * y2 > 0;
}

static void pen_to(struct pen *pen, struct point point)
{
    if (pen->count > 0 && distance(pen->at[pen->count - 1], point) < 0.01)
        return;
    pen->at[pen->count++] = point;
    if (pen->count == 1)
        put_point(pen->path, 'M', point);
    if (pen->count < 3)
        return;
    if (!is_straight(pen->at)) {
        put_bend(pen);
        pen->at[0] = pen->at[1];
    }
    pen->at[1] = pen->at[2];
    pen->count = 2;
}

static void pen_up(struct pen *pen)
{
    if (pen->count == 2)
        put_point(pen->path, 'L', pen->at[1]);
    pen->count = 0;
}

static void put_stretch(struct pen *pen, const struct survey *survey, int line, int from, int to)
{
    const struct line_stop *stops = survey->lines[line].stops;
    struct point a = point_of(survey, &stops[from]), b = point_of(survey, &stops[to]);
    struct point aside = give_way(survey, line, stops[from].station, stops[to].station);
    pen_to(pen, a);
    pen_to(pen, (struct point){a.x + aside.x, a.y + aside.y});
    pen_to(pen, (struct point){b.x + aside.x, b.y + aside.y});
    pen_to(pen, b);
}

void diagram_track(const struct survey *survey, int line, int32_t day, struct buffer *path)
{
    const struct line *row = &survey->lines[line];
    bool *reached = memory_zeroed((size_t)row->stop_count + 1, sizeof *reached);
    struct pen pen = {.path = path};
    find_reached(row, day, reached);
    for (int i = 1; i < row->stop_count; i++)
        if (reached[i - 1] && reached[i])
            put_stretch(&pen, survey, line, i - 1, i);
        else
            pen_up(&pen);
    if (row->loop && reached[0] && reached[row->stop_count - 1])
        put_stretch(&pen, survey, line, row->stop_count - 1, 0);
    pen_up(&pen);
    free(reached);
}

static int month_index(const struct survey *survey, int32_t day)
{
    struct date first = day_to_date(survey->earliest_visit), date = day_to_date(day);
    return (date.year - first.year) * 12 + date.month - first.month;
}

static int32_t month_end(const struct survey *survey, int month)
{
    struct date first = day_to_date(survey->earliest_visit);
    int next = first.year * 12 + first.month + month;
    return day_from_date((struct date){next / 12, next % 12 + 1, 1}) - 1;
}

/* The last month in which a stop opens or closes. */
static int last_month(const struct survey *survey)
{
    int last = 0;
    for (int i = 0; i < survey->line_count; i++)
        for (int j = 0; j < survey->lines[i].stop_count; j++) {
            const struct line_stop *stop = &survey->lines[i].stops[j];
            const int32_t days[] = {stop->opened.first, stop->suspended.first,
                                    stop->suspended.last};
            for (size_t k = 0; k < ARRAY_LENGTH(days); k++) {
                bool known = days[k] > survey->earliest_visit && days[k] != INT32_MAX;
                int month = known ? month_index(survey, days[k]) + 1 : 0;
                last = month > last ? month : last;
            }
        }
    return last;
}

static void put_line(const struct survey *survey, int line, int months, struct buffer *json)
{
    auto_buffer struct buffer before = {0};
    const char *comma = "";
    buffer_char(json, '[');
    for (int month = 0; month <= months; month++) {
        auto_buffer struct buffer path = {0};
        buffer_reserve(&path, 1);
        path.data[0] = '\0';
        diagram_track(survey, line, month_end(survey, month), &path);
        if (month > 0 && strcmp(before.data, path.data) == 0)
            continue;
        buffer_format(json, "%s[%d,\"%s\"]", comma, month, path.data);
        comma = ",";
        buffer_clear(&before);
        buffer_reserve(&before, 1);
        before.data[0] = '\0';
        buffer_bytes(&before, path.data, path.length);
    }
    buffer_char(json, ']');
}

void diagram_network(const struct survey *survey, struct buffer *json)
{
    int months = last_month(survey);
    buffer_text(json, "{\"lines\":[");
    for (int i = 0; i < survey->line_count; i++) {
        buffer_text(json, i == 0 ? "\n" : ",\n");
        put_line(survey, i, months, json);
    }
    buffer_text(json, "]}\n");
}
