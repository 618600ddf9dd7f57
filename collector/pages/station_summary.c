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
    html_put(html, " <span class=\"together\">");
    if (it->state.reports > 0)
        FILL(html, " {@reports_n}", NUMBER("n", it->state.reports));
    if (it->state.pending > 0)
        FILL(html, "{dot}<span class=\"together waiting\">{@waiting_n}</span>",
             TEXT("dot", it->state.reports > 0 ? " · " : " "), NUMBER("n", it->state.pending));
    html_put(html, "</span></p>\n");
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

/* With what it rests on, unless it is unknown. */
static void put_truth(struct station_page *it, enum truth truth, const char *text,
                      enum standing standing)
{
    struct html *html = &it->page->html;
    bool known = truth != TRUTH_UNKNOWN;
    auto_buffer struct buffer ground = {0};
    buffer_format(&ground, "standing_%s", standing_name(standing));
    FILL(html,
         "<li class=\"{class}{guess}\"><svg class=\"sign\" aria-hidden=\"true\"><use "
         "href=\"#m-{class}\"/></svg><span>{text}",
         TEXT("class", truths[truth].class),
         MARKUP("guess", known && standing == STANDING_INFERRED ? " inferred" : ""),
         TEXT("text", text));
    if (known)
        FILL(html, " <small>{ground}</small>", TEXT("ground", word(ground.data, html->language)));
    FILL(html, "</span> <b>{shown}</b></li>\n",
         TEXT("shown", known ? word(truths[truth].word, html->language)
                             : page_survey_text(it->page, "condition_unknown")));
}

static enum standing condition_standing(const struct station_page *it, int i)
{
    int question = it->page->survey->conditions[i].question;
    return it->state.questions[question].reading.standing;
}

/* All together rest on the weakest where all are true; the strongest that is false is enough. */
static enum standing all_standing(const struct station_page *it)
{
    bool weakest = it->state.all == TRUTH_TRUE;
    enum standing found = weakest ? STANDING_CONFIRMED : STANDING_UNKNOWN;
    for (int i = 0; i < it->page->survey->condition_count; i++) {
        enum standing each = condition_standing(it, i);
        if (it->state.conditions[i] == it->state.all && (weakest ? each > found : each < found))
            found = each;
    }
    return found;
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
        put_truth(it, it->state.conditions[i], html_in(html, &survey->conditions[i].term.text),
                  condition_standing(it, i));
    put_truth(it, it->state.all, page_survey_text(it->page, "conditions_all"), all_standing(it));
    html_put(html, "</ul></section>\n");
}
