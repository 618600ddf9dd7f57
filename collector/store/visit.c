#include "collector/store/visit.h"

#include <string.h>

enum {
    FORM_BASE = 8,       /* room for two forms more */
    MONTH_SPAN_MIN = 27, /* days from the first to the last of a month */
    YEAR_SPAN_MIN = 364
};

/* How clocks, browsers and people write a time; `moment` keeps the number. */
static const struct form {
    bool local; /* with the survey's offset, else Z */
    bool seconds;
    const char *fraction;
} forms[FORM_BASE] = {
    {true, false, ""},    {true, true, ""},      {false, false, ""}, {false, true, ""},
    {true, true, ".000"}, {false, true, ".000"}, {false, false, ""}, {false, false, ""},
};

static void print_moment(const struct survey *survey, int32_t day, int64_t moment,
                         struct buffer *buffer)
{
    const struct form *form = &forms[moment % FORM_BASE];
    int32_t offset = form->local ? survey->offset_seconds : 0;
    int64_t instant = day_begin(day, survey->offset_seconds) + moment / FORM_BASE;
    int32_t shown = day_of_instant(instant, offset);
    int second = (int)(instant - day_begin(shown, offset));
    buffer_day(buffer, shown);
    buffer_char(buffer, 'T');
    buffer_digits(buffer, second / 3600, 2);
    buffer_char(buffer, ':');
    buffer_digits(buffer, second / 60 % 60, 2);
    if (form->seconds) {
        buffer_char(buffer, ':');
        buffer_digits(buffer, second % 60, 2);
        buffer_text(buffer, form->fraction);
    }
    buffer_text(buffer, form->local ? survey->offset_text : "Z");
}

void visit_unpack(const struct survey *survey, const struct packed_visit *packed,
                  struct buffer *buffer)
{
    int32_t first = (int32_t)(packed->last - packed->span);
    struct date date = day_to_date(first);
    if (packed->moment != MOMENT_NONE)
        print_moment(survey, first, packed->moment, buffer);
    else if (packed->span >= YEAR_SPAN_MIN)
        buffer_format(buffer, "%04d", date.year);
    else if (packed->span >= MONTH_SPAN_MIN)
        buffer_format(buffer, "%04d-%02d", date.year, date.month);
    else
        buffer_day(buffer, first);
}

static bool gives_back(const struct survey *survey, const struct packed_visit *packed,
                       const char *text, size_t length)
{
    auto_buffer struct buffer buffer = {0};
    visit_unpack(survey, packed, &buffer);
    return buffer.length == length && memcmp(buffer.data, text, length) == 0;
}

static size_t form_length(const struct survey *survey, const struct form *form)
{
    return strlen("YYYY-MM-DDThh:mm") + (form->seconds ? strlen(":ss") : 0) +
           strlen(form->fraction) + (form->local ? strlen(survey->offset_text) : 1);
}

bool visit_pack(const struct survey *survey, const struct visit *visit, const char *text,
                struct packed_visit *packed_out)
{
    size_t length = strlen(text);
    int64_t second = visit->begin - day_begin(visit->first, survey->offset_seconds);
    *packed_out = (struct packed_visit){visit->last, visit->last - visit->first, MOMENT_NONE};
    if (strchr(text, 'T') == NULL)
        return gives_back(survey, packed_out, text, length);
    for (int64_t form = 0; form < FORM_BASE; form++) {
        packed_out->moment = second * FORM_BASE + form;
        if (length == form_length(survey, &forms[form]) &&
            gives_back(survey, packed_out, text, length))
            return true;
    }
    packed_out->moment = MOMENT_NONE;
    return false;
}
