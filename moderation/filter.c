#include "moderation/filter.h"

#include <string.h>

#include "moderation/reports.h"

typedef bool read_parameter(struct filter *filter, const char *text, struct error *error);

static bool read_line(struct filter *filter, const char *text, struct error *error)
{
    filter->line = survey_line(filter->survey, text);
    return filter->line >= 0 ||
           error_set(error, ERROR_NOT_FOUND,
                     "there is no line %.60s: /api/v1/lines has their ids, such as 10", text);
}

static bool read_flag(struct filter *filter, const char *text, struct error *error)
{
    enum flag flag = FLAG_REPEATED;

    filter->unflagged = strcmp(text, "none") == 0;
    if (filter->unflagged)
        return true;
    if (strcmp(text, "any") == 0) {
        filter->flags = (1U << FLAG_COUNT) - 1;
        return true;
    }
    if (!flag_find(text, &flag))
        return error_set(error, ERROR_INVALID,
                         "give any, none, repeated, hurried, burst, contradicts, past, "
                         "numbers or links");
    filter->flags = 1U << flag;
    return true;
}

static bool read_text(struct filter *filter, const char *text, struct error *error)
{
    (void)error;
    filter->text = memory_text(text);
    return true;
}

/* A day, a month or a year; nothing finer, as the filter compares days. */
static bool read_days(const char *text, struct visit *days_out, struct error *error)
{
    return (strchr(text, 'T') == NULL && visit_parse(text, strlen(text), 0, days_out)) ||
           error_set(error, ERROR_INVALID,
                     "give a day, a month or a year, such as 2026-11-22, 2026-11 or 2026");
}

static bool read_from(struct filter *filter, const char *text, struct error *error)
{
    struct visit days;

    if (!read_days(text, &days, error))
        return false;
    filter->from = days.first;
    return true;
}

static bool read_to(struct filter *filter, const char *text, struct error *error)
{
    struct visit days;

    if (!read_days(text, &days, error))
        return false;
    filter->to = days.last;
    return true;
}

static bool read_answer(struct filter *filter, const char *text, struct error *error)
{
    const char *colon = strchr(text, ':');
    auto_free char *question = NULL;

    if (colon != NULL) {
        question = memory_slice(text, (size_t)(colon - text));
        filter->question = survey_question(filter->survey, question);
    }
    if (filter->question >= 0)
        filter->option = survey_option(&filter->survey->questions[filter->question], colon + 1);
    return filter->option >= 0 || error_set(error, ERROR_INVALID,
                                            "give a question and its option, such as "
                                            "ticket_machine:payment");
}

static bool read_changes(struct filter *filter, const char *text, struct error *error)
{
    filter->changes = strcmp(text, "1") == 0;
    return filter->changes || error_set(error, ERROR_INVALID, "give 1, or leave it out");
}

static const struct {
    const char *name;
    read_parameter *read;
} parameters[] = {
    {"line", read_line},         {"flag", read_flag},     {"q", read_text},
    {"visited_from", read_from}, {"visited_to", read_to}, {"answer", read_answer},
    {"changes", read_changes},
};

static const char *given(const struct http_request *request, const char *name)
{
    const char *text = http_parameter(request, name);

    return text == NULL || text[0] == '\0' ? NULL : text;
}

bool filter_is_wanted(const struct http_request *request)
{
    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++)
        if (given(request, parameters[i].name) != NULL)
            return true;
    return false;
}

bool filter_read(const struct survey *survey, const struct http_request *request,
                 struct filter *filter_out, struct error *error)
{
    struct report_filter plain = {.station = -1};
    struct filter filter = {.survey = survey,
                            .line = -1,
                            .from = DAY_NONE,
                            .to = DAY_NONE,
                            .question = -1,
                            .option = -1};

    if (!reports_station(survey, request, &plain, error))
        return false;
    filter.station = plain.station;
    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
        const char *text = given(request, parameters[i].name);
        if (text == NULL || parameters[i].read(&filter, text, error))
            continue;
        filter_finish(&filter);
        return error_prefix(error, "%s", parameters[i].name);
    }
    *filter_out = filter;
    return true;
}

void filter_finish(struct filter *filter)
{
    free(TAKE(filter->text));
}

static bool stops_at(const struct station *station, int line)
{
    for (int i = 0; i < station->line_count; i++)
        if (station->lines[i] == line)
            return true;
    return false;
}

static bool holds(const char *text, const char *part)
{
    return text != NULL && strcasestr(text, part) != NULL;
}

static bool passes_text(const struct filter *filter, const struct waiting *waiting)
{
    const struct station *station = &filter->survey->stations[waiting->station];
    char id[UUID_TEXT_SIZE];

    uuid_print(waiting->uuid, id);
    return holds(waiting->note, filter->text) || holds(id, filter->text) ||
           holds(station->name.in[LANGUAGE_ZH], filter->text) ||
           holds(station->name.in[LANGUAGE_EN], filter->text);
}

static bool passes_place(const struct filter *filter, const struct waiting *waiting)
{
    return (filter->station < 0 || waiting->station == filter->station) &&
           (filter->line < 0 ||
            stops_at(&filter->survey->stations[waiting->station], filter->line));
}

static bool passes_flags(const struct filter *filter, const struct waiting *waiting)
{
    return (filter->flags == 0 || (waiting->flags.set & filter->flags) != 0) &&
           (!filter->unflagged || waiting->flags.set == 0) &&
           (!filter->changes || backlog_rank(waiting) == RANK_CHANGES);
}

static bool passes_visit(const struct filter *filter, const struct waiting *waiting)
{
    return (filter->from == DAY_NONE || waiting->visited.last >= filter->from) &&
           (filter->to == DAY_NONE || waiting->visited.first <= filter->to) &&
           (filter->question < 0 || waiting->answers[filter->question] == filter->option);
}

bool filter_passes(const struct filter *filter, const struct waiting *waiting)
{
    return passes_place(filter, waiting) && passes_flags(filter, waiting) &&
           passes_visit(filter, waiting) && (filter->text == NULL || passes_text(filter, waiting));
}
