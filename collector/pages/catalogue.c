/* The places as one small file, for the reporter's browser: it finds stations without a network. */
#include <string.h>

#include "collector/pages/assets.h"
#include "collector/pages/marks.h"
#include "collector/survey/names.h"

static void put_text(struct buffer *json, const char *text)
{
    buffer_json(json, text, strlen(text));
}

static void put_member(struct buffer *json, const char *name, const char *text)
{
    buffer_format(json, "\"%s\":", name);
    put_text(json, text);
    buffer_char(json, ',');
}

static void put_short(struct buffer *json, const char *name, const struct line *line,
                      enum language language)
{
    auto_buffer struct buffer text = {0};
    buffer_reserve(&text, 1);
    line_short(&text, line, language);
    put_member(json, name, text.length == 0 ? line->id : text.data);
}

static void put_line(struct buffer *json, const struct line *line)
{
    buffer_char(json, '{');
    put_member(json, "id", line->id);
    put_member(json, "zh", line->name.in[LANGUAGE_ZH]);
    put_member(json, "en", line->name.in[LANGUAGE_EN]);
    put_short(json, "zh_short", line, LANGUAGE_ZH);
    put_short(json, "en_short", line, LANGUAGE_EN);
    buffer_text(json, "\"stops\":[");
    for (int i = 0; i < line->stop_count; i++)
        buffer_format(json, "%s%d", i == 0 ? "" : ",", line->stops[i].station);
    buffer_text(json, "]}");
}

static bool is_own_name(const struct station *station, const struct search_name *name)
{
    const char *const own[] = {station->name.in[LANGUAGE_ZH], station->name.in[LANGUAGE_EN],
                               station->pinyin, station->id};
    char folded[NAME_BYTES_MAX];
    for (size_t i = 0; i < ARRAY_LENGTH(own); i++) {
        size_t length = name_fold(own[i], strlen(own[i]), folded);
        if (length == name->length && memcmp(folded, name->text, length) == 0)
            return true;
    }
    return name->initials;
}

static void put_station(struct buffer *json, const struct station *station,
                        const struct buffer *further)
{
    const char *const names[] = {station->id, station->name.in[LANGUAGE_ZH],
                                 station->name.in[LANGUAGE_EN], station->pinyin, station->initials};
    buffer_char(json, '[');
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        put_text(json, names[i]);
        buffer_char(json, ',');
    }
    buffer_char(json, '[');
    buffer_bytes(json, further->data, further->length);
    buffer_text(json, "]]");
}

/* What the index knows of each station besides the catalogue's own row, as JSON strings. */
static struct buffer *further_names(const struct survey *survey)
{
    const struct survey_index *index = survey->index;
    struct buffer *further = memory_zeroed((size_t)survey->station_count + 1, sizeof *further);
    for (size_t i = 0; i < index->search_count; i++) {
        const struct search_name *name = &index->search[i];
        struct buffer *of_station = &further[name->station];
        if (is_own_name(&survey->stations[name->station], name))
            continue;
        if (of_station->length > 0)
            buffer_char(of_station, ',');
        buffer_json(of_station, name->text, name->length);
    }
    return further;
}

void assets_catalogue(const struct survey *survey, struct buffer *json)
{
    struct buffer *further = further_names(survey);
    buffer_char(json, '{');
    put_member(json, "survey", survey->id);
    put_member(json, "offset", survey->offset_text);
    buffer_text(json, "\"earliest\":\"");
    buffer_day(json, survey->earliest_visit);
    buffer_text(json, "\",\"lines\":[");
    for (int i = 0; i < survey->line_count; i++) {
        buffer_text(json, i == 0 ? "\n" : ",\n");
        put_line(json, &survey->lines[i]);
    }
    buffer_text(json, "],\"stations\":[");
    for (int i = 0; i < survey->station_count; i++) {
        buffer_text(json, i == 0 ? "\n" : ",\n");
        put_station(json, &survey->stations[i], &further[i]);
        buffer_finish(&further[i]);
    }
    buffer_text(json, "]}\n");
    free(further);
}
