#include <string.h>

#include "collector/survey/declare.h"

static const char *const kind_names[] = {
    [NOTICE_OFFICIAL] = "official", [NOTICE_PRESS] = "press", [NOTICE_FINDING] = "finding"};

static bool read_kind(struct notice *notice, struct reader *reader, json_t *json)
{
    const char *kind = reader_string(reader, json, "kind");
    if (kind == NULL)
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(kind_names); i++) {
        if (strcmp(kind, kind_names[i]) != 0)
            continue;
        notice->kind = (enum notice_kind)i;
        return true;
    }
    return reader_fault_at(reader, "kind", "must be official, press or finding");
}

static bool read_date(struct reader *reader, json_t *json, const char *key, int32_t offset,
                      const char **text_out, struct visit *visit_out)
{
    *text_out = reader_string(reader, json, key);
    if (*text_out == NULL)
        return false;
    if (visit_parse(*text_out, strlen(*text_out), offset, visit_out))
        return true;
    return reader_fault_at(reader, key, "must be a date such as 2024, 2024-01 or 2024-01-15");
}

static bool read_dates(const struct survey *survey, struct notice *notice, struct reader *reader,
                       json_t *json)
{
    int32_t offset = survey->offset_seconds;
    if (!read_date(reader, json, "from", offset, &notice->from_text, &notice->from))
        return false;
    if (json_object_get(json, "until") == NULL)
        return true;
    if (!read_date(reader, json, "until", offset, &notice->until_text, &notice->until))
        return false;
    if (notice->until.end > notice->from.begin)
        return true;
    return reader_fault_at(reader, "until", "lies before \"from\"");
}

static void mark_station(const struct survey *survey, bool *marks, int station)
{
    if (station >= 0 && station < survey->station_count)
        marks[station] = true;
}

static bool mark_named_station(const struct survey *survey, const char *id, bool *marks)
{
    int station = survey_station(survey, id);
    mark_station(survey, marks, station);
    return station >= 0;
}

static bool mark_named_line(const struct survey *survey, const char *id, bool *marks)
{
    int number = survey_line(survey, id);
    if (number < 0)
        return false;
    const struct line *line = &survey->lines[number];
    for (int i = 0; i < line->stop_count; i++)
        mark_station(survey, marks, line->stops[i].station);
    return true;
}

/* Marks the stations of one list of the scope, which may be absent. */
static bool mark_list(const struct survey *survey, struct reader *reader, json_t *scope,
                      const char *key,
                      bool (*mark)(const struct survey *survey, const char *id, bool *marks),
                      bool *marks)
{
    if (json_object_get(scope, key) == NULL)
        return true;
    json_t *list = reader_array(reader, scope, key);
    if (list == NULL)
        return false;
    size_t outer = reader_enter(reader, key);
    if (json_array_size(list) == 0)
        return reader_fault(reader, "must not be empty");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        size_t inner = reader_enter_item(reader, i);
        if (id == NULL || !mark(survey, id, marks))
            return reader_fault(reader, "no such id");
        reader_leave(reader, inner);
    }
    reader_leave(reader, outer);
    return true;
}

static void keep_stations(const struct survey *survey, struct notice *notice, const bool *marks)
{
    notice->stations = memory_zeroed((size_t)survey->station_count, sizeof *notice->stations);
    for (int i = 0; i < survey->station_count; i++)
        if (marks[i])
            notice->stations[notice->station_count++] = i;
}

static bool read_places(const struct survey *survey, struct notice *notice, struct reader *reader)
{
    static const char *const members[] = {"lines", "stations", NULL};
    if (!reader_members(reader, notice->scope, members))
        return false;
    if (json_object_size(notice->scope) == 0)
        return reader_fault(reader, "must be \"all\", or have \"lines\" or \"stations\"");
    auto_free bool *marks = memory_zeroed((size_t)survey->station_count, sizeof *marks);
    if (!mark_list(survey, reader, notice->scope, "lines", mark_named_line, marks) ||
        !mark_list(survey, reader, notice->scope, "stations", mark_named_station, marks))
        return false;
    keep_stations(survey, notice, marks);
    return true;
}

static bool read_scope(const struct survey *survey, struct notice *notice, struct reader *reader)
{
    notice->scope = json_object_get(notice->json, "scope");
    if (notice->scope == NULL)
        return reader_fault(reader, "lacks \"scope\"");
    const char *word = json_string_value(notice->scope);
    notice->everywhere = word != NULL && strcmp(word, "all") == 0;
    if (notice->everywhere)
        return true;
    size_t mark = reader_enter(reader, "scope");
    if (word != NULL)
        return reader_fault(reader, "must be \"all\", or have \"lines\" or \"stations\"");
    bool read = read_places(survey, notice, reader);
    reader_leave(reader, mark);
    return read;
}

static bool read_changes(const struct survey *survey, struct notice *notice, struct reader *reader)
{
    if (json_object_get(notice->json, "expects_change") == NULL)
        return true;
    json_t *list = reader_array(reader, notice->json, "expects_change");
    if (list == NULL)
        return false;
    size_t outer = reader_enter(reader, "expects_change");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        int question = id == NULL ? -1 : survey_question(survey, id);
        size_t mark = reader_enter_item(reader, i);
        if (question < 0)
            return reader_fault(reader, "no such question");
        notice->expects_change[question] = true;
        reader_leave(reader, mark);
    }
    reader_leave(reader, outer);
    return true;
}

static bool read_assertion(const struct survey *survey, struct notice *notice,
                           struct reader *reader, const char *question_id, const char *option_id)
{
    int question = survey_question(survey, question_id);
    if (question < 0)
        return reader_fault_at(reader, question_id, "no such question");
    int option = option_id == NULL ? -1 : survey_option(&survey->questions[question], option_id);
    if (option < 0)
        return reader_fault_at(reader, question_id, "no such option of the question");
    notice->asserts[question] = option;
    return true;
}

static bool read_assertions(const struct survey *survey, struct notice *notice,
                            struct reader *reader)
{
    for (int i = 0; i < SURVEY_QUESTIONS_MAX; i++)
        notice->asserts[i] = -1;
    if (json_object_get(notice->json, "asserts") == NULL)
        return true;
    json_t *asserts = reader_object(reader, notice->json, "asserts");
    if (asserts == NULL)
        return false;
    size_t mark = reader_enter(reader, "asserts");
    const char *question;
    json_t *option;
    json_object_foreach (asserts, question, option) {
        if (!read_assertion(survey, notice, reader, question, json_string_value(option)))
            return false;
    }
    reader_leave(reader, mark);
    return true;
}

static bool read_notice(const struct survey *survey, struct notice *notice, struct reader *reader)
{
    static const char *const members[] = {"id",     "from", "until",          "scope",   "kind",
                                          "source", "text", "expects_change", "asserts", NULL};
    json_t *json = notice->json;
    if (!reader_members(reader, json, members))
        return false;
    notice->id = reader_id(reader, json, "id");
    return notice->id != NULL && read_dates(survey, notice, reader, json) &&
           read_kind(notice, reader, json) &&
           reader_text(reader, json, "source", &notice->source) &&
           reader_text(reader, json, "text", &notice->text) && read_scope(survey, notice, reader) &&
           read_changes(survey, notice, reader) && read_assertions(survey, notice, reader);
}

/* The notice keeps a copy of the JSON, so that it can go from thread to thread by itself. */
static bool notice_read(const struct survey *survey, const json_t *json, struct reader *reader,
                        struct notice *notice_out)
{
    struct notice notice = {.json = json_deep_copy(json)};
    if (!read_notice(survey, &notice, reader)) {
        notice_finish(&notice);
        return false;
    }
    *notice_out = notice;
    return true;
}

bool notice_parse(const struct survey *survey, const json_t *json, const char *where,
                  struct notice *notice_out, struct error *error)
{
    struct reader reader = {.name = where, .error = error};
    return notice_read(survey, json, &reader, notice_out);
}

void notice_finish(struct notice *notice)
{
    json_decref(notice->json);
    free(notice->stations);
    *notice = (struct notice){0};
}

bool notice_applies(const struct notice *notice, int station)
{
    if (notice->everywhere)
        return true;
    for (int i = 0; i < notice->station_count; i++)
        if (notice->stations[i] == station)
            return true;
    return false;
}

static bool is_new(const struct survey *survey, const char *id)
{
    for (int i = 0; i < survey->notice_count; i++)
        if (strcmp(survey->notices[i].id, id) == 0)
            return false;
    return true;
}

static bool read_notices(struct survey *survey, struct reader *reader, const json_t *list)
{
    if (!json_is_array(list))
        return reader_fault(reader, "must be an array");
    survey->notices = pool_zeroed(survey->pool, json_array_size(list), sizeof *survey->notices);
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t mark = reader_enter_item(reader, i);
        struct notice notice;
        if (!notice_read(survey, json_array_get(list, i), reader, &notice))
            return false;
        bool fresh = is_new(survey, notice.id);
        survey->notices[survey->notice_count++] = notice;
        if (!fresh)
            return reader_fault_at(reader, "id", "the notice \"%s\" is there already", notice.id);
        reader_leave(reader, mark);
    }
    return true;
}

bool declare_notices(struct survey *survey, const struct source *source, struct error *error)
{
    auto_buffer struct buffer bytes = {0};
    struct reader reader;
    json_t *list;
    if (!reader_load(&reader, source, "notices.json", &bytes, &list, error))
        return false;
    bool read = read_notices(survey, &reader, list);
    json_decref(list);
    return read;
}
