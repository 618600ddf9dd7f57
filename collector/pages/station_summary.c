#include "collector/pages/dates.h"
#include "collector/pages/marks.h"
#include "collector/pages/station.h"

/* texts of the survey that are named for a standing: "ground_likely". */
static const char *standing_text(const struct station_page *it, const char *prefix)
{
    auto_buffer struct buffer id = {0};
    buffer_format(&id, "%s_%s", prefix, standing_name(it->state.standing));
    return page_survey_text(it->page, id.data);
}

static void put_status(struct station_page *it)
{
    struct page *page = it->page;
    struct html *html = &page->html;
    const struct term *status = &page->survey->statuses.terms[it->state.status];
    const char *sentence = status->help.in[html->language];
    if (sentence != NULL && !page_of_past(page)) {
        const struct slot slots[] = {TEXT("certainty", standing_text(it, "certainty"))};
        html_fill_text(html, sentence, slots, ARRAY_LENGTH(slots));
        return;
    }
    auto_buffer struct buffer day = {0}, told = {0};
    date_day(&day, html->language, page->as_of);
    short_text(&told, html_in(html, &status->text));
    /* Within an English sentence a status is no heading. */
    if (told.length > 0 && told.data[0] >= 'A' && told.data[0] <= 'Z')
        told.data[0] = (char)(told.data[0] - 'A' + 'a');
    FILL(html, "{@sentence_past}", TEXT("day", day.data),
         TEXT("certainty", standing_text(it, "certainty")), TEXT("status", told.data));
}

static void put_ground(struct station_page *it)
{
    struct html *html = &it->page->html;
    auto_buffer struct buffer last = {0};
    bool visited = it->state.last_visit != DAY_NONE;
    if (visited)
        date_coarse(&last, html->language, it->state.last_visit);
    const struct slot slots[] = {TEXT("ground", standing_text(it, "ground")),
                                 TEXT("last", last.data)};
    html_put(html, "<p class=\"basis\">");
    html_fill_text(
        html, page_survey_text(it->page, visited ? "sentence_ground" : "sentence_ground_no_visit"),
        slots, ARRAY_LENGTH(slots));
    if (it->state.reports > 0)
        FILL(html, " <span class=\"nowrap\">{@reports_n}</span>", NUMBER("n", it->state.reports));
    if (it->state.pending > 0)
        FILL(html, " <span class=\"nowrap waiting\">· {@waiting_n}</span>",
             NUMBER("n", it->state.pending));
    html_put(html, "</p>\n");
}

void station_page_sentence(struct station_page *it)
{
    struct html *html = &it->page->html;
    FILL(html, "<p class=\"sentence {class}\">",
         TEXT("class", status_class(it->page->survey, it->state.status)));
    mark_status(html, it->page->survey, it->state.status, it->state.standing);
    html_put(html, "<span>");
    put_status(it);
    html_put(html, "</span></p>\n");
    if (it->state.status != it->page->survey->status_not_open)
        put_ground(it);
}

struct truth_shown {
    const char *class;
    const char *word;
};

static const struct truth_shown truths[] = {
    [TRUTH_FALSE] = {"false", "truth_false"},
    [TRUTH_TRUE] = {"true", "truth_true"},
    [TRUTH_UNKNOWN] = {"unknown", NULL},
};

static void put_truth(struct station_page *it, enum truth truth, const char *text, const char *note)
{
    struct html *html = &it->page->html;
    const char *unknown = page_survey_text(it->page, "condition_unknown");
    const char *shown = truth == TRUTH_UNKNOWN ? unknown : word(truths[truth].word, html->language);
    FILL(html,
         "<li class=\"{class}\"><svg class=\"sign\" aria-hidden=\"true\"><use "
         "href=\"#m-{class}\"/></svg><span>{text}<b>{shown}</b>{note}</span></li>\n",
         TEXT("class", truths[truth].class), TEXT("text", text), TEXT("shown", shown),
         MARKUP("note", note));
}

static void put_condition(struct station_page *it, int i)
{
    struct html *html = &it->page->html;
    const struct survey_condition *condition = &it->page->survey->conditions[i];
    enum standing standing = it->state.questions[condition->question].reading.standing;
    auto_buffer struct buffer note = {0}, id = {0};
    if (it->state.conditions[i] != TRUTH_UNKNOWN) {
        buffer_format(&id, "standing_%s", standing_name(standing));
        buffer_format(&note, "<small>%s</small>", word(id.data, html->language));
    }
    put_truth(it, it->state.conditions[i], html_in(html, &condition->term.text), note.data);
}

void station_page_conditions(struct station_page *it)
{
    struct html *html = &it->page->html;
    const struct survey *survey = it->page->survey;
    if (survey->condition_count == 0)
        return;
    html_put(html, "<section aria-labelledby=\"conditions\"><h2 id=\"conditions\">{@conditions}"
                   "</h2>\n<ul class=\"conditions\">\n");
    for (int i = 0; i < survey->condition_count; i++)
        put_condition(it, i);
    put_truth(it, it->state.all, page_survey_text(it->page, "conditions_all"), NULL);
    html_put(html, "</ul></section>\n");
}
