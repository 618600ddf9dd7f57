/* Changes of published status as an Atom feed (RFC 4287). */
#include <string.h>

#include "collector/intake/reading.h"

enum {
    FEED_ENTRIES = 50
};

static void element(struct buffer *xml, const char *name, const char *text)
{
    buffer_format(xml, "<%s>", name);
    buffer_html(xml, text, strlen(text));
    buffer_format(xml, "</%s>\n", name);
}

/* A name that stays the same wherever the site moves: made of what it stands for (RFC 9562 §5.8).
 */
static void id_element(struct buffer *xml, const char *name)
{
    uint8_t uuid[UUID_SIZE];
    char text[UUID_TEXT_SIZE];
    blake2b(NULL, name, strlen(name), uuid, sizeof uuid);
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x80);
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
    uuid_print(uuid, text);
    buffer_format(xml, "<id>urn:uuid:%s</id>\n", text);
}

static void updated_element(struct buffer *xml, int64_t instant)
{
    buffer_text(xml, "<updated>");
    buffer_instant(xml, instant);
    buffer_text(xml, "</updated>\n");
}

static void both_languages(struct buffer *text, const struct text *both)
{
    buffer_format(text, "%s %s", both->in[LANGUAGE_ZH], both->in[LANGUAGE_EN]);
}

static void title_element(const struct survey *survey, const struct status_change *change,
                          struct buffer *xml)
{
    auto_buffer struct buffer title = {0};
    both_languages(&title, &survey->stations[change->station].name);
    buffer_text(&title, ": ");
    both_languages(&title, &survey->statuses.terms[change->to].text);
    element(xml, "title", title.data);
}

static void summary_element(const struct survey *survey, const struct status_change *change,
                            struct buffer *xml)
{
    static const char *const arrow = " → ";
    auto_buffer struct buffer summary = {0};
    const char *standing = standing_name(change->standing);
    for (int language = 0; language < SURVEY_LANGUAGES; language++) {
        buffer_text(&summary, language == 0 ? "" : "\n");
        buffer_text(&summary, survey->statuses.terms[change->from].text.in[language]);
        buffer_text(&summary, arrow);
        buffer_text(&summary, survey->statuses.terms[change->to].text.in[language]);
        buffer_format(&summary, " (%s)",
                      term_text(&survey->standings, standing, (enum language)language));
    }
    element(xml, "summary", summary.data);
}

static void entry_element(const struct survey *survey, const struct status_change *change,
                          struct buffer *xml)
{
    auto_buffer struct buffer name = {0};
    const char *station = survey->stations[change->station].id;
    buffer_format(&name, "%s/changes/%s/", survey->id, station);
    buffer_instant(&name, change->at);
    buffer_text(xml, "<entry>\n");
    id_element(xml, name.data);
    title_element(survey, change, xml);
    updated_element(xml, change->at);
    buffer_text(xml, "<link rel=\"alternate\" type=\"text/html\" href=\"/stations/");
    buffer_url(xml, station, strlen(station));
    buffer_text(xml, "\"/>\n");
    summary_element(survey, change, xml);
    buffer_text(xml, "</entry>\n");
}

static enum http_progress respond_feed(struct http_exchange *exchange, const struct app *app,
                                       const struct view *view)
{
    const struct survey *survey = app->survey;
    size_t count = 0;
    const struct status_change *changes = view_changes(view, &count);
    struct buffer xml = {0};
    auto_buffer struct buffer title = {0};
    both_languages(&title, &survey->title);
    buffer_text(&xml, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                      "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    id_element(&xml, survey->id);
    element(&xml, "title", title.data);
    updated_element(&xml, count > 0 ? changes[0].at
                                    : day_begin(survey->earliest_visit, survey->offset_seconds));
    buffer_text(&xml, "<author><name>Zhanji 站记</name></author>\n"
                      "<rights>CC0-1.0</rights>\n"
                      "<link rel=\"self\" type=\"application/atom+xml\" "
                      "href=\"/feed.atom\"/>\n"
                      "<link rel=\"alternate\" type=\"text/html\" href=\"/\"/>\n");
    for (size_t i = 0; i < count && i < FEED_ENTRIES; i++)
        entry_element(survey, &changes[i], &xml);
    buffer_text(&xml, "</feed>\n");
    exchange->reply.type = "application/atom+xml; charset=utf-8";
    return read_json_take(exchange, &xml);
}

enum http_progress serve_feed(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_feed);
}
