#include "collector/pages/form.h"

#include "collector/pages/form_fault.h"
#include "collector/pages/page.h"

static unsigned form_status(const struct form_page *page)
{
    if (page->refusal != FORM_REFUSAL_NONE)
        return form_refusal_status(page->refusal);
    if (page->faults == NULL)
        return 200;
    return page->faults->not_json ? 400 : 422;
}

static const char head[] = "<link rel=\"stylesheet\" href=\"/assets/report.css\">\n"
                           "<script type=\"module\" src=\"/assets/report.js\"></script>\n";

/* The first submit button of a form is the one that Enter presses: it must be the one that sends,
 * not the one that switches the language. */
static const char form_head[] =
    "<form class=\"report\" id=\"form\" method=\"post\" action=\"/report{?}\" "
    "autocomplete=\"off\">\n"
    "<button class=\"default\" tabindex=\"-1\" aria-hidden=\"true\">{@form_send}</button>\n"
    "<input type=\"hidden\" name=\"id\" value=\"{id}\">\n"
    "<p class=\"form-switch\"><button class=\"link\" name=\"draft\" value=\"1\" "
    "formaction=\"/report?lang={other}\" formnovalidate lang=\"{other}\">{switch}</button></p>\n";

static const char form_foot[] = "<div class=\"send\"><p>{privacy}</p><p>{@form_licence}</p>\n"
                                "<button class=\"act\">{@form_send}</button></div>\n</form>\n";

static void put_answers(const struct form *form)
{
    struct html *html = &form->page->html;
    html_put(html, "<div id=\"f-answers\" role=\"group\" aria-label=\"{@form_answers}\"");
    form_describe(form, "/answers", "answers", false);
    html_put(html, ">\n");
    form_put_fault(form, "/answers", "answers");
    form_put_questions(form, false);
    FILL(html, "<details class=\"more\"{open}><summary>{more}</summary>\n",
         MARKUP("open", form_more_is_used(form) ? " open" : ""),
         TEXT("more", page_survey_text(form->page, "more")));
    form_put_questions(form, true);
    html_put(html, "</details></div>\n");
}

static void put_form(const struct form *form)
{
    struct html *html = &form->page->html;
    bool english = html->language == LANGUAGE_EN;
    FILL(html, form_head, TEXT("id", form->values->id), TEXT("other", english ? "zh" : "en"),
         TEXT("switch", english ? "中文" : "English"));
    form_put_station(form);
    form_put_visited(form);
    put_answers(form);
    form_put_basis(form);
    form_put_notes(form);
    FILL(html, form_foot, TEXT("privacy", page_survey_text(form->page, "privacy")));
}

enum http_progress pages_form(const struct app *app, const struct form_page *form_page,
                              struct http_exchange *exchange)
{
    struct page page = {0};
    page_start(&page, app, exchange);
    const struct form form = {&page, form_page->values, form_page->faults};
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", word("form_title", page.html.language));
    page.head = head;
    page_open(&page, title.data, "/report");
    FILL(&page.html,
         "<div class=\"wrap narrow\"><h1>{@form_title}</h1>\n<p class=\"lead\">{head}</p>\n",
         TEXT("head", html_in(&page.html, &app->survey->form_head)));
    form_put_summary(&form, form_page->refusal);
    put_form(&form);
    html_put(&page.html, "</div>\n");
    exchange->reply.no_store = true; /* each form has an id of its own */
    if (form_page->refusal == FORM_REFUSAL_BUSY || form_page->refusal == FORM_REFUSAL_RATE)
        http_set_header(exchange, "Retry-After", "10");
    return page_send(&page, form_status(form_page));
}
