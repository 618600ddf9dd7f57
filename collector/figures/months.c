/* Every station at the end of every month, small enough to be sent whole. */
#include "collector/figures/build.h"
#include "collector/figures/print.h"

static char digit(int value)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    return digits[(size_t)value % (sizeof digits - 1)];
}

static void print_months(const struct view *view, struct buffer *buffer)
{
    buffer_text(buffer, "\"months\":[");
    for (size_t i = 0; i < view->month_count; i++)
        buffer_format(buffer, "%s\"%04d-%02d\"", i == 0 ? "" : ",", view->months[i].year,
                      view->months[i].month);
    buffer_char(buffer, ']');
}

static void print_terms(const struct survey *survey, struct buffer *buffer)
{
    buffer_text(buffer, ",\"statuses\":[");
    for (int i = 0; i < survey->statuses.count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_string(buffer, survey->statuses.terms[i].id);
    }
    buffer_text(buffer, "],\"standings\":[");
    for (int i = 0; i <= STANDING_UNKNOWN; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_string(buffer, standing_name((enum standing)i));
    }
    buffer_char(buffer, ']');
}

static void print_sheet(const struct sheet *sheet, struct buffer *buffer)
{
    buffer_text(buffer, ":[\"");
    for (size_t i = 0; i < sheet->month_count; i++)
        buffer_char(buffer, digit(sheet->months[i].status));
    buffer_text(buffer, "\",\"");
    for (size_t i = 0; i < sheet->month_count; i++)
        buffer_char(buffer, digit(sheet->months[i].standing));
    buffer_text(buffer, "\"]");
}

void view_timeline_json(const struct view *view, struct buffer *buffer)
{
    const struct survey *survey = view_survey(view);
    buffer_text(buffer, "{\"known_at\":");
    print_day(buffer, view_known_day(view));
    buffer_text(buffer, ",\"as_of\":");
    print_day(buffer, view_today(view));
    buffer_char(buffer, ',');
    print_months(view, buffer);
    print_terms(survey, buffer);
    buffer_text(buffer, ",\"stations\":{");
    for (int i = 0; i < survey->station_count; i++) {
        buffer_text(buffer, i == 0 ? "\n" : ",\n");
        print_string(buffer, survey->stations[i].id);
        print_sheet(view->parts.leaves[i].sheet, buffer);
    }
    buffer_text(buffer, "}}\n");
}
