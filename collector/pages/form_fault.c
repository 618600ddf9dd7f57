#include "collector/pages/form_fault.h"

#include <string.h>

static bool is_below(const char *pointer, const char *field)
{
    size_t length = strlen(field);
    return strncmp(pointer, field, length) == 0 &&
           (pointer[length] == '\0' || pointer[length] == '/');
}

const struct report_fault *form_fault(const struct form *form, const char *pointer)
{
    for (int i = 0; form->faults != NULL && i < form->faults->count; i++)
        if (is_below(form->faults->faults[i].pointer, pointer))
            return &form->faults->faults[i];
    return NULL;
}

/* The sentence for a code: one of the field's own ("fault_station_required") or the code's. */
static const char *sentence(const struct form *form, const char *field,
                            const struct report_fault *fault)
{
    enum language language = form->page->html.language;
    auto_buffer struct buffer own = {0}, general = {0};
    buffer_format(&own, "fault_%s_%s", field, fault->code);
    buffer_format(&general, "fault_%s", fault->code);
    const char *text = word(own.data, language);
    if (text == NULL)
        text = word(general.data, language);
    return text == NULL ? fault->detail : text;
}

void form_put_fault(const struct form *form, const char *pointer, const char *field)
{
    const struct report_fault *fault = form_fault(form, pointer);
    if (fault == NULL)
        return;
    FILL(&form->page->html, "<p class=\"fault\" id=\"e-{field}\">{text}</p>", TEXT("field", field),
         TEXT("text", sentence(form, field, fault)));
}

void form_describe(const struct form *form, const char *pointer, const char *field, bool help)
{
    struct html *html = &form->page->html;
    bool faulty = form_fault(form, pointer) != NULL;
    if (!faulty && !help)
        return;
    FILL(html, "{invalid} aria-describedby=\"",
         MARKUP("invalid", faulty ? " aria-invalid=\"true\"" : ""));
    if (faulty)
        FILL(html, "e-{field} ", TEXT("field", field));
    if (help)
        FILL(html, "h-{field}", TEXT("field", field));
    html_put(html, "\"");
}

struct summary_row {
    const char *pointer;
    const char *field;
    const char *target; /* the id of what to look at */
    const char *label;  /* id of a text of the site */
};

static const struct summary_row summary_rows[] = {
    {"/station", "station", "f-station", "form_station"},
    {"/visited", "visited", "f-visited", "form_visited"},
    {"/answers", "answers", "f-answers", "form_answers"},
    {"/basis", "basis", "f-basis", "form_basis"},
    {"/note", "note", "f-note", "form_note"},
    {"/private_note", "private_note", "f-private_note", "form_private_note"},
};

static bool is_of_field(const struct report_fault *fault)
{
    for (size_t i = 0; i < ARRAY_LENGTH(summary_rows); i++)
        if (is_below(fault->pointer, summary_rows[i].pointer))
            return true;
    return false;
}

static void put_rows(const struct form *form)
{
    struct html *html = &form->page->html;
    html_put(html, "<ul>");
    for (size_t i = 0; i < ARRAY_LENGTH(summary_rows); i++) {
        const struct summary_row *row = &summary_rows[i];
        const struct report_fault *fault = form_fault(form, row->pointer);
        if (fault != NULL)
            FILL(html, "<li><a href=\"#{target}\">{label}</a> — {text}</li>",
                 TEXT("target", row->target), TEXT("label", word(row->label, html->language)),
                 TEXT("text", sentence(form, row->field, fault)));
    }
    for (int i = 0; i < form->faults->count; i++)
        if (!is_of_field(&form->faults->faults[i]))
            FILL(html, "<li>{text}</li>",
                 TEXT("text", sentence(form, "form", &form->faults->faults[i])));
    html_put(html, "</ul>");
}

struct refusal {
    unsigned status;
    const char *word;
};

static const struct refusal refusals[] = {
    [FORM_REFUSAL_NONE] = {200, NULL},
    [FORM_REFUSAL_CONFLICT] = {409, "form_conflict"},
    [FORM_REFUSAL_BUSY] = {503, "form_busy"},
    [FORM_REFUSAL_RATE] = {429, "form_rate"},
    [FORM_REFUSAL_TOO_LARGE] = {413, "form_too_large"},
    [FORM_REFUSAL_DENIED] = {404, "form_denied"},
    [FORM_REFUSAL_FOREIGN] = {403, "form_foreign"},
};

unsigned form_refusal_status(enum form_refusal refusal)
{
    return refusals[refusal].status;
}

void form_put_summary(const struct form *form, enum form_refusal refusal)
{
    struct html *html = &form->page->html;
    bool unreadable = form->faults != NULL && form->faults->not_json;
    bool faulty = form->faults != NULL && form->faults->count > 0;
    if (refusal == FORM_REFUSAL_NONE && !faulty && !unreadable)
        return;
    html_put(html, "<div class=\"alert\" role=\"alert\" tabindex=\"-1\" id=\"alert\">");
    if (refusal != FORM_REFUSAL_NONE)
        FILL(html, "<p><b>{text}</b></p>",
             TEXT("text", word(refusals[refusal].word, html->language)));
    if (unreadable)
        html_put(html, "<p><b>{@form_unreadable}</b></p>");
    if (faulty) {
        html_put(html, "<p><b>{@form_faults}</b></p>");
        put_rows(form);
    }
    html_put(html, "</div>\n");
}
