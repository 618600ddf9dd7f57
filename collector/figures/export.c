/* The header line of the export: all that is needed to compute the figures again. */
#include "collector/figures/build.h"
#include "collector/figures/learn.h"
#include "collector/figures/print.h"

static void print_member(const json_t *object, const char *name, struct buffer *buffer)
{
    auto_free char *text = json_dumps(json_object_get(object, name),
                                      JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    buffer_format(buffer, ",\"%s\":", name);
    buffer_text(buffer, text == NULL ? "null" : text);
}

static void print_basis(const struct survey *survey, struct buffer *buffer)
{
    for (int i = 0; i < survey->basis_count; i++) {
        buffer_text(buffer, i == 0 ? ",\"basis\":{" : ",");
        print_string(buffer, survey->basis[i].term.id);
        buffer_format(buffer, ":%.15g", survey->basis[i].weight);
    }
    buffer_char(buffer, '}');
}

static void print_stations(const struct survey *survey, struct buffer *buffer)
{
    for (int s = 0; s < survey->station_count; s++) {
        buffer_text(buffer, s == 0 ? ",\"stations\":{" : ",");
        print_string(buffer, survey->stations[s].id);
        buffer_text(buffer, ":{\"opened\":");
        print_day(buffer, survey->stations[s].opened);
        buffer_char(buffer, '}');
    }
    buffer_char(buffer, '}');
}

static void print_view_notices(const struct view *view, struct buffer *buffer)
{
    size_t count = 0;
    const struct notice *const *notices = view_notices(view, &count);
    buffer_text(buffer, ",\"notices\":[");
    for (size_t i = 0; i < count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_notice(view_survey(view), notices[i], buffer);
    }
    buffer_char(buffer, ']');
}

void view_export_header(const struct view *view, struct buffer *buffer)
{
    const struct survey *survey = view_survey(view);
    buffer_text(buffer, "{\"export\":1,\"survey\":");
    print_string(buffer, survey->id);
    buffer_format(buffer, ",\"survey_version\":%d,\"at\":\"", survey->version);
    buffer_instant(buffer, view_at(view));
    buffer_text(buffer, "\",\"known_at\":");
    print_day(buffer, view_known_day(view));
    buffer_text(buffer, ",\"as_of\":");
    print_day(buffer, view_today(view));
    buffer_text(buffer, ",\"licence\":\"CC0-1.0\",\"offset\":");
    print_string(buffer, survey->offset_text);
    buffer_text(buffer, ",\"earliest_visit\":");
    print_day(buffer, survey->earliest_visit);
    print_basis(survey, buffer);
    buffer_format(buffer, ",\"evidence\":{\"reporter\":%.15g,\"question\":%.15g}",
                  LEARN_REPORTER_WEIGHT, learn_least_weight(survey));
    print_member(survey->json, "statuses", buffer);
    print_member(survey->json, "conditions", buffer);
    buffer_text(buffer, ",\"model\":");
    model_json(view->parts.rules->model, survey, buffer);
    print_view_notices(view, buffer);
    print_stations(survey, buffer);
    buffer_char(buffer, '}');
}
