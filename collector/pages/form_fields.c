#include <string.h>

#include "collector/pages/assets.h"
#include "collector/pages/dates.h"
#include "collector/pages/form_fault.h"
#include "collector/pages/marks.h"

enum {
    CANDIDATES_MAX = 8
};

/* The name that finds the station and no other, in the page's language if it can be. */
static const char *telling_name(const struct form *form, int index)
{
    const struct survey *survey = form->page->survey;
    const struct station *station = &survey->stations[index];
    const char *name = html_in(&form->page->html, &station->name);
    int found = -1;
    if (survey_find_station(survey, name, strlen(name), &found, 1) == 1)
        return name;
    name = station->name.in[LANGUAGE_ZH];
    return survey_find_station(survey, name, strlen(name), &found, 1) == 1 ? name : station->id;
}

static void put_datalist(const struct form *form)
{
    struct html *html = &form->page->html;
    const struct survey *survey = form->page->survey;
    enum language other = html->language == LANGUAGE_EN ? LANGUAGE_ZH : LANGUAGE_EN;
    html_put(html, "<datalist id=\"stations\">\n");
    for (int i = 0; i < survey->station_count; i++)
        FILL(html, "<option value=\"{name}\" label=\"{other}\"></option>\n",
             TEXT("name", telling_name(form, i)),
             TEXT("other", survey->stations[i].name.in[other]));
    html_put(html, "</datalist>\n");
}

static void put_candidates(const struct form *form, const struct report_fault *fault)
{
    struct html *html = &form->page->html;
    const struct survey *survey = form->page->survey;
    html_put(html, "<p class=\"candidates\">{@form_candidates}</p><p class=\"candidates\">");
    for (int i = 0; i < fault->candidate_count && i < CANDIDATES_MAX; i++) {
        const struct station *station = &survey->stations[fault->candidates[i]];
        FILL(html, "<button class=\"pick\" name=\"pick\" value=\"{id}\">{name} ",
             TEXT("id", station->id), TEXT("name", html_in(html, &station->name)));
        for (int line = 0; line < station->line_count; line++)
            line_chip(html, survey, station->lines[line], true);
        html_put(html, "</button> ");
    }
    html_put(html, "</p>");
}

void form_put_station(const struct form *form)
{
    struct html *html = &form->page->html;
    const struct report_fault *fault = form_fault(form, "/station");
    int index = survey_station(form->page->survey, form->values->station);
    const char *shown = index < 0 ? form->values->station : telling_name(form, index);
    html_put(html, "<div class=\"group\"><label class=\"title\" for=\"f-station\">{@form_station}"
                   "</label>\n<p class=\"help\" id=\"h-station\">{@form_station_help}</p>");
    form_put_fault(form, "/station", "station");
    FILL(html,
         "<input id=\"f-station\" name=\"station\" list=\"stations\" value=\"{station}\" required "
         "autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" maxlength=\"120\"",
         TEXT("station", shown));
    form_describe(form, "/station", "station", true);
    html_put(html, ">\n");
    if (fault != NULL && fault->candidate_count > 0)
        put_candidates(form, fault);
    put_datalist(form);
    html_put(html, "</div>\n");
}

/* One choice of when: a radio, and what it asks for, shown only while it is chosen. */
static void put_when(const struct form *form, const char *value, const char *label, bool chosen)
{
    FILL(&form->page->html,
         "<div class=\"moment\"><input type=\"radio\" name=\"when\" id=\"when-{value}\" "
         "value=\"{value}\"{chosen}><label for=\"when-{value}\">{label}</label>",
         TEXT("value", value), TEXT("label", label), MARKUP("chosen", chosen ? " checked" : ""));
}

static void put_day(const struct form *form, const char *today)
{
    auto_buffer struct buffer earliest = {0};
    buffer_day(&earliest, form->page->survey->earliest_visit);
    FILL(&form->page->html,
         "<input class=\"detail\" type=\"date\" name=\"day\" value=\"{day}\" min=\"{earliest}\" "
         "max=\"{today}\" aria-label=\"{@form_day}\"></div>\n",
         TEXT("day", form->values->day), TEXT("earliest", earliest.data), TEXT("today", today));
}

static void put_about(const struct form *form)
{
    FILL(&form->page->html,
         "<input class=\"detail\" type=\"text\" name=\"about\" value=\"{about}\" "
         "placeholder=\"2023-12\" maxlength=\"40\" autocomplete=\"off\" "
         "aria-label=\"{@form_about}\"></div>\n",
         TEXT("about", form->values->about));
}

void form_put_visited(const struct form *form)
{
    struct html *html = &form->page->html;
    const char *when = form->values->when;
    bool is_day = strcmp(when, "day") == 0, is_about = strcmp(when, "about") == 0;
    auto_buffer struct buffer iso = {0}, day = {0}, now = {0};
    buffer_day(&iso, form->page->today);
    date_day(&day, html->language, form->page->today);
    struct html inner = {.language = html->language};
    FILL(&inner, "{@form_now}", TEXT("day", day.data));
    buffer_text(&now, inner.out.data);
    buffer_finish(&inner.out);
    html_put(html, "<fieldset class=\"group\" id=\"f-visited\"");
    form_describe(form, "/visited", "visited", false);
    html_put(html, "><legend class=\"title\">{@form_visited}</legend>");
    form_put_fault(form, "/visited", "visited");
    put_when(form, iso.data, now.data, !is_day && !is_about);
    html_put(html, "</div>\n");
    put_when(form, "day", word("form_another_day", html->language), is_day);
    put_day(form, iso.data);
    put_when(form, "about", word("form_only_about", html->language), is_about);
    put_about(form);
    html_put(html, "</fieldset>\n");
}

struct choice {
    const char *name, *value;
    bool chosen;
};

static void put_choice_open(struct html *html, const struct choice *choice, const char *class)
{
    FILL(html,
         "<label class=\"choice {class}\"><input type=\"radio\" name=\"{name}\" "
         "value=\"{value}\"{chosen}>",
         TEXT("class", class), TEXT("name", choice->name), TEXT("value", choice->value),
         MARKUP("chosen", choice->chosen ? " checked" : ""));
}

/* A small drawing of what one sees there, where there is one; else the option's mark. */
static void put_drawing(struct html *html, const struct survey_question *question, int option)
{
    auto_buffer struct buffer id = {0};
    buffer_format(&id, "%s-%s", question->term.id, question->options[option].term.id);
    if (asset_draws(id.data))
        FILL(html,
             "<svg class=\"drawing\" viewBox=\"0 0 48 40\" aria-hidden=\"true\">"
             "<use href=\"/assets/drawings.svg#{id}\"/></svg>",
             TEXT("id", id.data));
    else
        mark_option(html, question, option);
}

static void put_options(const struct form *form, int index)
{
    struct html *html = &form->page->html;
    const struct survey_question *question = &form->page->survey->questions[index];
    const char *given = form->values->answers[index];
    auto_buffer struct buffer name = {0};
    buffer_format(&name, "q.%s", question->term.id);
    html_put(html, "<div class=\"choices\">\n");
    for (int i = 0; i < question->option_count; i++) {
        const struct term *term = &question->options[i].term;
        const struct choice choice = {name.data, term->id, strcmp(given, term->id) == 0};
        put_choice_open(html, &choice, option_class(question, i));
        put_drawing(html, question, i);
        FILL(html, "<span>{text}</span></label>\n", TEXT("text", html_in(html, &term->text)));
    }
    const struct choice none = {name.data, "", survey_option(question, given) < 0};
    put_choice_open(html, &none, "skip-it");
    FILL(html, "<span>{text}</span></label></div>\n",
         TEXT("text", page_survey_text(form->page, "not_seen")));
}

static void put_question(const struct form *form, int index)
{
    struct html *html = &form->page->html;
    const struct survey_question *question = &form->page->survey->questions[index];
    const char *help = question->term.help.in[html->language];
    auto_buffer struct buffer pointer = {0}, field = {0};
    buffer_format(&pointer, "/answers/%s", question->term.id);
    buffer_format(&field, "q-%s", question->term.id);
    html_put(html, "<fieldset class=\"group\"");
    form_describe(form, pointer.data, field.data, help != NULL);
    FILL(html, "><legend class=\"title\">{text}</legend>",
         TEXT("text", html_in(html, &question->term.text)));
    if (help != NULL)
        FILL(html, "<p class=\"help\" id=\"h-{field}\">{help}</p>", TEXT("field", field.data),
             TEXT("help", help));
    form_put_fault(form, pointer.data, field.data);
    put_options(form, index);
    html_put(html, "</fieldset>\n");
}

void form_put_questions(const struct form *form, bool more)
{
    const struct survey *survey = form->page->survey;
    for (int i = 0; i < survey->question_count; i++)
        if (survey->questions[i].more == more)
            put_question(form, i);
}

bool form_more_is_used(const struct form *form)
{
    const struct survey *survey = form->page->survey;
    for (int i = 0; i < survey->question_count; i++)
        if (survey->questions[i].more && form->values->answers[i][0] != '\0')
            return true;
    return false;
}

void form_put_basis(const struct form *form)
{
    struct html *html = &form->page->html;
    const struct survey *survey = form->page->survey;
    int chosen = survey_basis(survey, form->values->basis);
    html_put(html, "<fieldset class=\"group\" id=\"f-basis\"");
    form_describe(form, "/basis", "basis", false);
    FILL(html, "><legend class=\"title\">{text}</legend>",
         TEXT("text", page_survey_text(form->page, "basis")));
    form_put_fault(form, "/basis", "basis");
    html_put(html, "<div class=\"choices\">\n");
    for (int i = 0; i < survey->basis_count; i++) {
        const struct term *term = &survey->basis[i].term;
        const struct choice choice = {"basis", term->id, i == (chosen < 0 ? 0 : chosen)};
        put_choice_open(html, &choice, "plain");
        FILL(html, "<span>{text}</span></label>\n", TEXT("text", html_in(html, &term->text)));
    }
    html_put(html, "</div></fieldset>\n");
}

static void put_note(const struct form *form, const char *field, const char *value)
{
    struct html *html = &form->page->html;
    auto_buffer struct buffer pointer = {0}, label = {0}, help = {0};
    buffer_format(&pointer, "/%s", field);
    buffer_format(&label, "form_%s", field);
    buffer_format(&help, "form_%s_help", field);
    FILL(html,
         "<div class=\"group\"><label class=\"title\" for=\"f-{field}\">{label}</label>\n"
         "<p class=\"help\" id=\"h-{field}\">{help}</p>",
         TEXT("field", field), TEXT("label", word(label.data, html->language)),
         TEXT("help", word(help.data, html->language)));
    form_put_fault(form, pointer.data, field);
    FILL(html, "<textarea id=\"f-{field}\" name=\"{field}\" rows=\"3\" dir=\"auto\"",
         TEXT("field", field));
    form_describe(form, pointer.data, field, true);
    /* A browser drops the first line end of a text area: this one is given to it. */
    FILL(html, ">\n{value}</textarea></div>\n", TEXT("value", value));
}

void form_put_notes(const struct form *form)
{
    put_note(form, "note", form->values->note);
    put_note(form, "private_note", form->values->private_note);
}
