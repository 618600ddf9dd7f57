#include "collector/pages/dates.h"
#include "collector/pages/form_fault.h"
#include "collector/pages/marks.h"

static const char sheet[] = "<link rel=\"stylesheet\" href=\"/assets/report.css\">\n";
/* Asked for one report by its number, the page shows that one; else this browser's. */
static const char sheet_and_list[] = "<link rel=\"stylesheet\" href=\"/assets/report.css\">\n"
                                     "<script type=\"module\" src=\"/assets/mine.js\"></script>\n";

static const char ask[] =
    "<p class=\"own-intro\">{@own_intro}</p><form class=\"report\" method=\"post\" action=\"/mine{?}\">"
    "<input type=\"hidden\" name=\"act\" value=\"show\">"
    "<div class=\"group\"><label class=\"title\" for=\"f-id\">{@receipt_id}</label>"
    "<input id=\"f-id\" name=\"id\" value=\"{id}\" required autocomplete=\"off\" "
    "spellcheck=\"false\" maxlength=\"40\"></div>"
    "<div class=\"group\"><label class=\"title\" for=\"f-tracking\">{@receipt_tracking}</label>"
    "<input id=\"f-tracking\" name=\"tracking\" value=\"{tracking}\" required "
    "autocomplete=\"off\" spellcheck=\"false\" maxlength=\"64\"></div>"
    "<p><button class=\"act\">{@own_show}</button></p></form>\n";

static const char withdraw[] = "<form class=\"own\" method=\"post\" action=\"/mine{?}\">"
                               "<input type=\"hidden\" name=\"id\" value=\"{id}\">"
                               "<input type=\"hidden\" name=\"tracking\" value=\"{tracking}\">"
                               "<input type=\"hidden\" name=\"act\" value=\"withdraw\">{question}"
                               "<button class=\"{class}\">{label}</button></form>\n";

static void put_withdraw(struct page *page, const struct own_page *own)
{
    enum language language = page->html.language;
    struct html question = {.language = language};
    if (own->ask_withdraw)
        html_put(&question, "<input type=\"hidden\" name=\"sure\" value=\"yes\">"
                            "<p class=\"alert\" role=\"alert\">{@own_withdraw_sure}</p>");
    FILL(&page->html, withdraw, TEXT("id", own->id), TEXT("tracking", own->tracking),
         MARKUP("question", question.out.data),
         TEXT("class", own->ask_withdraw ? "danger" : "plain"),
         TEXT("label", word(own->ask_withdraw ? "own_withdraw_yes" : "own_withdraw", language)));
    buffer_finish(&question.out);
}

static void put_state(struct page *page, const struct stored_report *report)
{
    struct html *html = &page->html;
    const char *state = report_state_name(report->state);
    FILL(html, "<p class=\"state {class}\"><b>{state}</b></p>", TEXT("class", state),
         TEXT("state", term_text(&page->survey->states, state, html->language)));
    if (report->state == STATE_APPROVED)
        html_put(html, report->note_hidden ? "<p>{@own_note_hidden}</p>" : "<p>{@own_ok}</p>");
    else if (report->reason[0] != '\0' && report->state != STATE_PENDING)
        FILL(html, "<p>{@own_reason}{reason}</p>",
             TEXT("reason", term_text(&page->survey->reasons, report->reason, html->language)));
    if (report->reason_note != NULL && report->state != STATE_PENDING)
        FILL(html, "<blockquote dir=\"auto\">{note}</blockquote>",
             TEXT("note", report->reason_note));
}

static void put_answers(struct page *page, const struct stored_report *report)
{
    struct html *html = &page->html;
    const struct survey *survey = page->survey;
    for (int i = 0; i < survey->question_count; i++) {
        const struct survey_question *question = &survey->questions[i];
        if (report->answers[i] < 0)
            continue;
        auto_buffer struct buffer text = {0};
        short_question(&text, html_in(html, &question->term.text));
        FILL(html, "<div><dt>{question}</dt><dd>{answer}</dd></div>\n", TEXT("question", text.data),
             TEXT("answer", html_in(html, &question->options[report->answers[i]].term.text)));
    }
}

static void put_content(struct page *page, const struct stored_report *report)
{
    struct html *html = &page->html;
    if (report->station < 0)
        return;
    const struct station *station = &page->survey->stations[report->station];
    auto_buffer struct buffer visited = {0};
    date_visit(&visited, html->language, report->visited_text, page->survey->offset_seconds);
    FILL(html,
         "<dl class=\"receipt\"><div><dt>{@form_station}</dt><dd><a "
         "href=\"/stations/{%id}{?}\">{station}</a></dd></div>"
         "<div><dt>{@receipt_visited}</dt><dd>{visited}</dd></div>\n",
         TEXT("id", station->id), TEXT("station", html_in(html, &station->name)),
         TEXT("visited", visited.data));
    put_answers(page, report);
    if (report->note != NULL)
        FILL(html, "<div><dt>{@form_note}</dt><dd dir=\"auto\" class=\"note\">{note}</dd></div>",
             TEXT("note", report->note));
    html_put(html, "</dl>\n");
}

static void put_body(struct page *page, const struct own_page *own)
{
    if (own->report == NULL) {
        FILL(&page->html, ask, TEXT("id", own->id), TEXT("tracking", own->tracking));
        return;
    }
    put_state(page, own->report);
    put_content(page, own->report);
    if (own->report->state != STATE_WITHDRAWN)
        put_withdraw(page, own);
}

enum http_progress pages_own(const struct app *app, const struct own_page *own,
                             struct http_exchange *exchange)
{
    struct page page = {0};
    page_start(&page, app, exchange);
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", word("nav_mine", page.html.language));
    page.head = own->report == NULL ? sheet_and_list : sheet;
    page_open(&page, title.data, "/mine");
    html_put(&page.html, "<div class=\"wrap narrow\"><h1>{@nav_mine}</h1>\n");
    form_put_summary(&(struct form){&page, NULL, NULL}, own->refusal);
    put_body(&page, own);
    html_put(&page.html, "</div>\n");
    exchange->reply.no_store = true;
    return page_send(&page, form_refusal_status(own->refusal));
}
