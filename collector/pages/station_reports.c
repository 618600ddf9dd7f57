#include <string.h>

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

enum {
    NOTE_LONG = 900,  /* bytes: from here on a note scrolls in its own box */
    REPORTS_OPEN = 10 /* the others lie folded */
};

static void put_note(struct html *html, const char *note)
{
    if (note == NULL || note[0] == '\0')
        return;
    FILL(html, "<blockquote dir=\"auto\"{long}>{note}</blockquote>",
         MARKUP("long", strlen(note) < NOTE_LONG ? "" : " class=\"long\" tabindex=\"0\""),
         TEXT("note", note));
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
    put_note(html, report->note);
    html_put(html, "</li>\n");
}

static void put_list(const struct station_page *it, size_t begin, size_t end)
{
    html_put(&it->page->html, "<ul class=\"reports\">\n");
    for (size_t i = begin; i < end; i++)
        put_report(it, &it->reports->at[i]);
    html_put(&it->page->html, "</ul>\n");
}

static void put_lists(const struct station_page *it)
{
    size_t count = it->reports->count < REPORTS_SHOWN_MAX ? it->reports->count : REPORTS_SHOWN_MAX;
    size_t open = count > REPORTS_OPEN + REPORTS_OPEN / 4 ? REPORTS_OPEN : count;
    put_list(it, 0, open);
    if (open == count)
        return;
    FILL(&it->page->html, "<details><summary>{@reports_earlier}</summary>\n",
         NUMBER("n", count - open));
    put_list(it, open, count);
    html_put(&it->page->html, "</details>\n");
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
    FILL(html, "<h2 id=\"reports\">{@reports_behind} <span class=\"count\">{n}{more}</span></h2>\n",
         NUMBER("n", list->count), TEXT("more", list->more ? "+" : ""));
    put_waiting(it);
    if (list->count == 0)
        html_put(html, "<p class=\"quiet\">{@reports_none}</p>\n");
    else
        put_lists(it);
    if (list->more || list->count > REPORTS_SHOWN_MAX)
        FILL(html,
             "<p class=\"quiet\"><a href=\"/api/v1/stations/{%id}/reports?limit=500\">"
             "{@reports_more}</a></p>\n",
             TEXT("id", it->station->id));
}
