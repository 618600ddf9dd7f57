#include <string.h>

#include "collector/survey/declare.h"
#include "collector/survey/names.h"
#include "collector/survey/table.h"

enum {
    GRID_MAX = 9999
};

/* Reads every row of a file into the survey by one function. */
struct places_file {
    const char *path;
    const char *const *columns;
    bool (*read_row)(struct survey *survey, struct table *table);
};

static const char *field_text(const struct survey *survey, const struct table *table, int column)
{
    struct csv_field field = table_field(table, column);
    return pool_text(survey->pool, field.text, field.length);
}

static bool filled(const struct table *table, int column)
{
    if (table_field(table, column).length > 0)
        return true;
    return table_fault(table, column, "must not be empty");
}

static bool read_id(const struct table *table, int column)
{
    if (reader_id_valid(table_field(table, column).text))
        return true;
    return table_fault(table, column, "must be lower-case letters, digits, - and _, at most 63");
}

/* Room for one more at powers of two; the older arrays stay in the pool until it goes. */
static void *grown(struct survey *survey, void *items, int count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return items;
    void *larger = pool_zeroed(survey->pool, count == 0 ? 1 : (size_t)count * 2, size);
    if (count > 0)
        memcpy(larger, items, (size_t)count * size);
    return larger;
}

enum {
    STATION_ID,
    STATION_NAME_ZH,
    STATION_NAME_EN,
    STATION_PINYIN,
    STATION_INITIALS,
    STATION_OPENED,
    STATION_KIND,
    STATION_X,
    STATION_Y,
    STATION_NOTE
};

static const char *const station_columns[] = {
    "id", "name_zh", "name_en", "pinyin", "initials", "opened", "kind", "x", "y", "note", NULL};

static bool check_station(const struct survey *survey, const struct table *table)
{
    if (survey_station(survey, table_field(table, STATION_ID).text) >= 0)
        return table_fault(table, STATION_ID, "is there already");
    return read_id(table, STATION_ID) && filled(table, STATION_NAME_ZH) &&
           filled(table, STATION_NAME_EN) && filled(table, STATION_KIND);
}

static bool read_station(struct survey *survey, struct table *table)
{
    struct station station = {0};
    struct visit opened;
    if (!check_station(survey, table) ||
        !table_visit(table, STATION_OPENED, survey->offset_seconds, &opened) ||
        !table_integer(table, STATION_X, -GRID_MAX, GRID_MAX, &station.x) ||
        !table_integer(table, STATION_Y, -GRID_MAX, GRID_MAX, &station.y))
        return false;
    station.id = field_text(survey, table, STATION_ID);
    station.name.in[LANGUAGE_ZH] = field_text(survey, table, STATION_NAME_ZH);
    station.name.in[LANGUAGE_EN] = field_text(survey, table, STATION_NAME_EN);
    station.pinyin = field_text(survey, table, STATION_PINYIN);
    station.initials = field_text(survey, table, STATION_INITIALS);
    station.kind = field_text(survey, table, STATION_KIND);
    station.note = field_text(survey, table, STATION_NOTE);
    station.opened = opened.first;
    survey->stations =
        grown(survey, survey->stations, survey->station_count, sizeof *survey->stations);
    survey->stations[survey->station_count] = station;
    return names_add_station(survey, survey->station_count++) ||
           table_fault(table, STATION_NAME_ZH, "the row has a name that is none");
}

enum {
    LINE_ID,
    LINE_NAME_ZH,
    LINE_NAME_EN,
    LINE_COLOUR,
    LINE_LOOP
};

static const char *const line_columns[] = {"line_id", "name_zh", "name_en", "colour", "loop", NULL};

static bool is_colour(struct csv_field field)
{
    return field.length == 7 && field.text[0] == '#' &&
           strspn(field.text + 1, "0123456789abcdefABCDEF") == 6;
}

static bool read_line(struct survey *survey, struct table *table)
{
    int loop;
    if (!read_id(table, LINE_ID) || !filled(table, LINE_NAME_ZH) || !filled(table, LINE_NAME_EN) ||
        !table_integer(table, LINE_LOOP, 0, 1, &loop))
        return false;
    if (survey_line(survey, table_field(table, LINE_ID).text) >= 0)
        return table_fault(table, LINE_ID, "is there already");
    if (!is_colour(table_field(table, LINE_COLOUR)))
        return table_fault(table, LINE_COLOUR, "must be a colour such as #c23a30");
    struct line line = {.id = field_text(survey, table, LINE_ID),
                        .name = {{field_text(survey, table, LINE_NAME_ZH),
                                  field_text(survey, table, LINE_NAME_EN)}},
                        .colour = field_text(survey, table, LINE_COLOUR),
                        .loop = loop == 1};
    survey->lines = grown(survey, survey->lines, survey->line_count, sizeof *survey->lines);
    survey->lines[survey->line_count++] = line;
    return true;
}

enum {
    STOP_LINE,
    STOP_SEQUENCE,
    STOP_STATION
};

static const char *const stop_columns[] = {"line_id", "seq", "station_id", NULL};

static struct line_stop *find_stop(const struct line *line, int station)
{
    for (int i = 0; i < line->stop_count; i++)
        if (line->stops[i].station == station)
            return &line->stops[i];
    return NULL;
}

static bool read_stop(struct survey *survey, struct table *table)
{
    int number = table_line(table, STOP_LINE, survey);
    int station_number = number < 0 ? -1 : table_station(table, STOP_STATION, survey);
    int sequence;
    if (station_number < 0 || !table_integer(table, STOP_SEQUENCE, 1, GRID_MAX, &sequence))
        return false;
    struct line *line = &survey->lines[number];
    struct station *station = &survey->stations[station_number];
    if (sequence != line->stop_count + 1)
        return table_fault(table, STOP_SEQUENCE, "must be %d here", line->stop_count + 1);
    if (find_stop(line, station_number) != NULL)
        return table_fault(table, STOP_STATION, "\"%.60s\" is on the line already", station->id);
    line->stops = grown(survey, line->stops, line->stop_count, sizeof *line->stops);
    line->stops[line->stop_count++] =
        (struct line_stop){.station = station_number,
                           .opened = {.first = DAY_NONE, .last = DAY_NONE},
                           .suspended = {.first = DAY_NONE, .last = DAY_NONE}};
    station->lines = grown(survey, station->lines, station->line_count, sizeof *station->lines);
    station->lines[station->line_count++] = number;
    return true;
}

enum {
    DATE_LINE,
    DATE_STATION,
    DATE_OPENED,
    DATE_FROM,
    DATE_TO
};

static const char *const date_columns[] = {"line_id",        "station_id",   "opened",
                                           "suspended_from", "suspended_to", NULL};

/* From the first day of `from` to the last of `to`, open-ended without one. */
static bool read_suspension(const struct survey *survey, const struct table *table,
                            struct visit *suspended_out)
{
    struct visit from, to;
    if (!table_visit(table, DATE_FROM, survey->offset_seconds, &from) ||
        !table_visit(table, DATE_TO, survey->offset_seconds, &to))
        return false;
    *suspended_out = from;
    if (from.first == DAY_NONE)
        return to.first == DAY_NONE || table_fault(table, DATE_TO, "needs a suspended_from");
    bool open_ended = to.first == DAY_NONE;
    suspended_out->last = open_ended ? INT32_MAX : to.last;
    suspended_out->end = open_ended ? INT64_MAX : to.end;
    if (suspended_out->end > from.begin)
        return true;
    return table_fault(table, DATE_TO, "lies before suspended_from");
}

static bool read_stop_dates(struct survey *survey, struct table *table)
{
    int line = table_line(table, DATE_LINE, survey);
    int station = line < 0 ? -1 : table_station(table, DATE_STATION, survey);
    if (station < 0)
        return false;
    struct line_stop *stop = find_stop(&survey->lines[line], station);
    if (stop == NULL)
        return table_fault(table, DATE_STATION, "does not stop on that line");
    if (stop->opened.first != DAY_NONE || stop->suspended.first != DAY_NONE)
        return table_fault(table, DATE_STATION, "has a row for that line already");
    return table_visit(table, DATE_OPENED, survey->offset_seconds, &stop->opened) &&
           read_suspension(survey, table, &stop->suspended);
}

enum {
    ALIAS_NAME,
    ALIAS_STATION
};

static const char *const alias_columns[] = {"alias", "station_id", NULL};

static bool read_alias(struct survey *survey, struct table *table)
{
    int station = table_station(table, ALIAS_STATION, survey);
    if (station < 0)
        return false;
    return names_add_alias(survey, table_field(table, ALIAS_NAME).text, station) ||
           table_fault(table, ALIAS_NAME, "must be a name of at most %d bytes", NAME_BYTES_MAX);
}

static const struct places_file files[] = {
    {"stations/stations.csv", station_columns, read_station},
    {"stations/lines.csv", line_columns, read_line},
    {"stations/stops.csv", stop_columns, read_stop},
    {"stations/stop_dates.csv", date_columns, read_stop_dates},
    {"stations/aliases.csv", alias_columns, read_alias},
};

static bool read_rows(struct survey *survey, const struct places_file *file, struct table *table)
{
    int row;
    while ((row = table_next(table)) == 1)
        if (!file->read_row(survey, table))
            return false;
    return row == 0;
}

static bool read_file(struct survey *survey, const struct source *source,
                      const struct places_file *file, struct error *error)
{
    struct table table;
    bool read = table_open(&table, source, file->path, file->columns, error) &&
                read_rows(survey, file, &table);
    table_finish(&table);
    return read;
}

bool declare_places(struct survey *survey, const struct source *source, struct error *error)
{
    survey->index = names_create();
    names_order_questions(survey);
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
        if (!read_file(survey, source, &files[i], error))
            return false;
    if (survey->station_count == 0)
        return error_set(error, ERROR_INVALID, "stations/stations.csv:1: has no stations");
    return true;
}
