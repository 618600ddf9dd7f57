/* The declarations as documents: survey, notices, lines. */
#include <string.h>

#include "collector/figures/print.h"

static void print_json(struct buffer *buffer, const json_t *json)
{
    auto_free char *text =
        json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    buffer_text(buffer, text == NULL ? "null" : text);
}

void print_survey(const struct survey *survey, struct buffer *buffer)
{
    print_json(buffer, survey->json);
}

/* "places" resolves the scope: "all", or the ids of the stations. */
static void print_places(const struct survey *survey, const struct notice *notice,
                         struct buffer *buffer)
{
    if (notice->everywhere) {
        buffer_text(buffer, "\"all\"");
        return;
    }
    buffer_char(buffer, '[');
    for (int i = 0; i < notice->station_count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_string(buffer, survey->stations[notice->stations[i]].id);
    }
    buffer_char(buffer, ']');
}

void print_notice(const struct survey *survey, const struct notice *notice, struct buffer *buffer)
{
    auto_buffer struct buffer written = {0};
    print_json(&written, notice->json);
    /* As written, with one member more. */
    buffer_bytes(buffer, written.data, written.length - 1);
    buffer_text(buffer, ",\"places\":");
    print_places(survey, notice, buffer);
    buffer_char(buffer, '}');
}

void print_notices(const struct survey *survey, const struct notice *const *notices, size_t count,
                   struct buffer *buffer)
{
    buffer_text(buffer, "{\"notices\":[");
    for (size_t i = 0; i < count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_notice(survey, notices[i], buffer);
    }
    buffer_text(buffer, "]}");
}

/* An interval at the precision in which it was given. */
static void print_visit(struct buffer *buffer, const struct visit *visit)
{
    if (visit->first == DAY_NONE) {
        buffer_text(buffer, "null");
        return;
    }
    struct date first = day_to_date(visit->first);
    struct date last = day_to_date(visit->last);
    if (visit->first == visit->last)
        print_day(buffer, visit->first);
    else if (first.month == last.month)
        buffer_format(buffer, "\"%04d-%02d\"", first.year, first.month);
    else
        buffer_format(buffer, "\"%04d\"", first.year);
}

static void print_suspension(struct buffer *buffer, const struct visit *suspended)
{
    if (suspended->first == DAY_NONE) {
        buffer_text(buffer, "null");
        return;
    }
    buffer_text(buffer, "{\"from\":");
    print_day(buffer, suspended->first);
    buffer_text(buffer, ",\"until\":");
    print_day(buffer, suspended->last == INT32_MAX ? DAY_NONE : suspended->last);
    buffer_char(buffer, '}');
}

static void print_line(const struct survey *survey, const struct line *line, struct buffer *buffer)
{
    buffer_text(buffer, "{\"id\":");
    print_string(buffer, line->id);
    buffer_text(buffer, ",\"name\":");
    print_text(buffer, &line->name);
    buffer_text(buffer, ",\"colour\":");
    print_string(buffer, line->colour);
    buffer_format(buffer, ",\"loop\":%s,\"stops\":[", line->loop ? "true" : "false");
    for (int i = 0; i < line->stop_count; i++) {
        const struct line_stop *stop = &line->stops[i];
        buffer_text(buffer, i == 0 ? "{\"station\":" : ",{\"station\":");
        print_string(buffer, survey->stations[stop->station].id);
        buffer_text(buffer, ",\"opened\":");
        print_visit(buffer, &stop->opened);
        buffer_text(buffer, ",\"suspended\":");
        print_suspension(buffer, &stop->suspended);
        buffer_char(buffer, '}');
    }
    buffer_text(buffer, "]}");
}

void print_lines(const struct survey *survey, struct buffer *buffer)
{
    buffer_text(buffer, "{\"lines\":[");
    for (int i = 0; i < survey->line_count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_line(survey, &survey->lines[i], buffer);
    }
    buffer_text(buffer, "]}");
}
