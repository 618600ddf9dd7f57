#include "collector/pages/dates.h"
#include "collector/pages/marks.h"
#include "collector/pages/station.h"

static void put_answers(const struct station_page *it, const struct shown_report *report)
{
    struct html *html = &it->page->html;
    const struct survey *survey = it->page->survey;
    html_put(html, "<dl>");
    for (int i = 0; i < survey->question_count; i++) {
        const struct survey_question *question = &survey->questions[i];
        int option = report->answers[i];
        if (option < 0 || option >= question->option_count)
            continue;
        auto_buffer struct buffer text = {0};
        short_question(&text, html_in(html, &question->term.text));
        FILL(html, "<div><dt>{question}</dt><dd>", TEXT("question", text.data));
        mark_option(html, question, option);
        FILL(html, "{answer}</dd></div>",
             TEXT("answer", html_in(html, &question->options[option].term.text)));
    }
    html_put(html, "</dl>");
}

static void put_report(const struct station_page *it, const struct shown_report *report)
{
    struct html *html = &it->page->html;
    const struct survey *survey = it->page->survey;
    auto_buffer struct buffer visited = {0};
    date_interval(&visited, html->language, report->visited.first, report->visited.last);
    FILL(html,
         "<li id=\"report-{id}\"><p class=\"when\"><b>{visited}</b> <span "
         "class=\"kind\">{basis}</span></p>",
         TEXT("id", report->uuid), TEXT("visited", visited.data),
         TEXT("basis", html_in(html, &survey->basis[report->basis].term.text)));
    put_answers(it, report);
    if (report->note != NULL && report->note[0] != '\0')
        FILL(html, "<blockquote dir=\"auto\">{note}</blockquote>", TEXT("note", report->note));
    html_put(html, "</li>\n");
}

static void put_waiting(const struct station_page *it)
{
    if (it->state.pending > 0)
        FILL(&it->page->html, "<p class=\"waiting\">{@waiting_n}</p>\n",
             NUMBER("n", it->state.pending));
}

void station_page_reports(struct station_page *it)
{
    struct html *html = &it->page->html;
    const struct report_list *list = it->reports;
    FILL(html, "<h2 id=\"reports\">{@reports_behind} <span class=\"count\">{n}</span></h2>\n",
         NUMBER("n", list->count));
    put_waiting(it);
    if (list->count == 0)
        html_put(html, "<p class=\"quiet\">{@reports_none}</p>\n");
    else
        html_put(html, "<ul class=\"reports\">\n");
    for (size_t i = 0; i < list->count; i++)
        put_report(it, &list->at[i]);
    if (list->count > 0)
        html_put(html, "</ul>\n");
    html_put(html, "<p class=\"quiet\"><a href=\"/about/method{?}\">{@method_link}</a></p>\n");
    if (list->more)
        FILL(html,
             "<p class=\"quiet\"><a href=\"/api/v1/stations/{%id}/reports?limit=500\">"
             "{@reports_more}</a></p>\n",
             TEXT("id", it->station->id));
}
