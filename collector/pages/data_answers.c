/* What reports said, month by month and question by question: plain counts. */
#include "collector/pages/data.h"

static uint32_t month_sum(const struct page *page, int month, enum tally_span span, int question)
{
    uint32_t sum = 0;
    for (int i = 0; i < page->survey->questions[question].option_count; i++)
        sum += tally_count(page->app->tally, month, span, question, i);
    return sum;
}

static void put_head(struct page *page, const struct survey_question *question)
{
    struct html *html = &page->html;
    FILL(html,
         "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{question}\">"
         "<table class=\"numbers\"><thead><tr><th scope=\"col\">{@month}</th>",
         TEXT("question", html_in(html, &question->term.text)));
    for (int i = 0; i < question->option_count; i++)
        FILL(html, "<th scope=\"col\">{option}</th>",
             TEXT("option", html_in(html, &question->options[i].term.text)));
    html_put(html, "<th scope=\"col\">{@data_answers_sum}</th></tr></thead><tbody>\n");
}

/* What a row of each span is called. */
static const char *const row_heads[] = {
    [TALLY_MONTH] = "<tr><th scope=\"row\">{year}-{zero}{month}</th>",
    [TALLY_YEAR] = "<tr class=\"of-year\"><th scope=\"row\">{@month_unknown}</th>",
};

static void put_row(struct page *page, int month, enum tally_span span, int question)
{
    struct html *html = &page->html;
    uint32_t sum = month_sum(page, month, span, question);
    if (sum == 0)
        return;
    FILL(html, row_heads[span], NUMBER("year", month / 12),
         MARKUP("zero", month % 12 < 9 ? "0" : ""), NUMBER("month", month % 12 + 1));
    for (int i = 0; i < page->survey->questions[question].option_count; i++)
        FILL(html, "<td>{n}</td>",
             NUMBER("n", tally_count(page->app->tally, month, span, question, i)));
    FILL(html, "<td>{sum}</td></tr>\n", NUMBER("sum", sum));
}

static void put_question(struct page *page, int question, int first, int last)
{
    struct html *html = &page->html;
    uint32_t sum = 0;
    for (int month = first; month <= last; month++)
        for (enum tally_span span = 0; span < TALLY_SPANS; span++)
            sum += month_sum(page, month, span, question);
    FILL(html, "<details><summary>{question} <span class=\"count\">{n}</span></summary>",
         TEXT("question", html_in(html, &page->survey->questions[question].term.text)),
         NUMBER("n", sum));
    if (sum > 0) {
        put_head(page, &page->survey->questions[question]);
        for (int month = last; month >= first; month--)
            for (enum tally_span span = 0; span < TALLY_SPANS; span++)
                put_row(page, month, span, question);
        html_put(html, "</tbody></table></div>");
    }
    html_put(html, "</details>\n");
}

void data_answers(struct page *page)
{
    size_t count = 0;
    const struct month_counts *months = view_months(page->view, &count);
    if (page->app->tally == NULL || count == 0)
        return;
    int first = months[0].year * 12 + months[0].month - 1;
    int last = months[count - 1].year * 12 + months[count - 1].month - 1;
    html_put(&page->html, "<h2 id=\"answers\">{@data_answers}</h2><p>{@data_answers_help}</p>\n");
    for (int q = 0; q < page->survey->question_count; q++)
        put_question(page, q, first, last);
}
