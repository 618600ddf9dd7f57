#include "collector/pages/page.h"

#include <string.h>

#include "collector/pages/cache.h"
#include "collector/pages/marks.h"
#include "collector/pages/pages.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"{@html_lang}\" data-offset=\"{offset}\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>{title}</title>\n"
    "<link rel=\"stylesheet\" href=\"/assets/style.css\">\n{head}"
    "<link rel=\"icon\" href=\"/assets/icon.svg\" type=\"image/svg+xml\">\n"
    "<link rel=\"manifest\" href=\"/manifest.webmanifest\">\n"
    "<link rel=\"apple-touch-icon\" href=\"/assets/icon-180.png\">\n"
    "<meta name=\"theme-color\" content=\"#fcfcfa\" media=\"(prefers-color-scheme: light)\">\n"
    "<meta name=\"theme-color\" content=\"#101417\" media=\"(prefers-color-scheme: dark)\">\n"
    "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/feed.atom\" "
    "title=\"{@nav_changes}\">\n"
    "<script type=\"module\" src=\"/assets/site.js\"></script>\n</head>\n<body>\n"
    "<a class=\"skip\" href=\"#main\">{@skip}</a>\n";

static const char banner[] =
    "<header class=\"banner\"><div class=\"wrap\">"
    "<a class=\"brand\" href=\"/{?}\"><img src=\"/assets/icon.svg\" alt=\"\" width=\"28\" "
    "height=\"28\"><b>站记</b><span lang=\"en\">Zhanji</span></a>";

static const char media_type[] = "text/html; charset=utf-8";

struct entry_of_menu {
    const char *path;
    const char *template;
};

static const struct entry_of_menu menu[] = {
    {"/", "<a href=\"/{?}\"{current}>{@nav_city}</a>"},
    {"/changes", "<a href=\"/changes{?}\"{current}>{@nav_changes}</a>"},
    {"/about", "<a href=\"/about{?}\"{current}>{@nav_about}</a>"},
    {"/report", "<a class=\"act\" href=\"/report{?}\"{current}>{@nav_report}</a>"},
};

static const char footer[] =
    "</main>\n<footer class=\"footer\"><div class=\"wrap\">\n{withheld}"
    "<p>{licence}</p>\n"
    "<nav aria-label=\"{@footer_data}\"><a href=\"/data{?}\">{@footer_data}</a> "
    "<a href=\"/feed.atom\">{@footer_feed}</a> "
    "<a href=\"/api/v1/export/status.csv\">status.csv</a> "
    "<a href=\"/api/v1/export/history.csv\">history.csv</a> "
    "<a href=\"/api/v1/export/reports.csv\">reports.csv</a> "
    "<a href=\"/api/v1/export/reports.ndjson\">reports.ndjson</a> "
    "<a href=\"/api{?}\">{@footer_api}</a> "
    "<a href=\"/privacy{?}\">{@footer_privacy}</a> "
    "<a href=\"/mine{?}\">{@nav_mine}</a></nav>\n"
    "</div></footer>\n</body>\n</html>\n";

void page_start(struct page *page, const struct app *app, struct http_exchange *exchange)
{
    const struct survey *survey = app->survey;
    page->app = app;
    page->survey = survey;
    page->exchange = exchange;
    page->html.language = pages_language(exchange);
    page->html.language_chosen = http_parameter(&exchange->request, "lang") != NULL;
    page->today = day_of_instant(clock_now(&app->clock), survey->offset_seconds);
    page->as_of = page->today;
    page->known_at = DAY_NONE;
    page->posted = exchange->request.method != HTTP_GET;
}

void page_finish(struct page *page)
{
    buffer_finish(&page->html.out);
    free(page->key);
    page->key = NULL;
    view_drop(page->view);
    page->view = NULL;
}

static bool read_day(const struct page *page, const char *name, int32_t *day_out)
{
    const char *text = http_parameter(&page->exchange->request, name);
    int32_t day = DAY_NONE;
    if (text == NULL || !day_parse(text, strlen(text), &day) || day >= page->today)
        return false;
    *day_out = day;
    return true;
}

void page_read_days(struct page *page)
{
    /* What was known on a day tells, if nothing else is asked, of that day. */
    if (read_day(page, "known_at", &page->known_at))
        page->as_of = page->known_at;
    read_day(page, "as_of", &page->as_of);
}

bool page_of_past(const struct page *page)
{
    return page->as_of != page->today || page->known_at != DAY_NONE;
}

static void put_parameter(struct buffer *out, char *joint, const char *name, const char *value)
{
    buffer_text(out, *joint == '?' ? "?" : "&amp;");
    buffer_url(out, name, strlen(name));
    buffer_char(out, '=');
    buffer_url(out, value, strlen(value));
    *joint = '&';
}

static bool is_kept(const char *parameter)
{
    return strcmp(parameter, "lang") == 0 || strcmp(parameter, "as_of") == 0 ||
           strcmp(parameter, "known_at") == 0;
}

void page_link(struct page *page, const char *path, const char *name, const char *value)
{
    struct buffer *out = &page->html.out;
    const struct http_request *request = &page->exchange->request;
    char joint = '?';
    html_text(&page->html, path);
    for (int i = 0; i < request->parameter_count; i++) {
        const struct http_pair *pair = &request->parameters[i];
        if (is_kept(pair->name) && (name == NULL || strcmp(pair->name, name) != 0))
            put_parameter(out, &joint, pair->name, pair->value);
    }
    if (name != NULL && value != NULL)
        put_parameter(out, &joint, name, value);
}

/* The same address in the other language. */
static void put_switch(struct page *page)
{
    struct buffer *out = &page->html.out;
    const struct http_request *request = &page->exchange->request;
    bool english = page->html.language == LANGUAGE_EN;
    char joint = '?';
    FILL(&page->html, "<a class=\"switch\" lang=\"{lang}\" hreflang=\"{lang}\" href=\"",
         TEXT("lang", english ? "zh-Hans" : "en"));
    html_text(&page->html, request->path);
    for (int i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, "lang") != 0)
            put_parameter(out, &joint, request->parameters[i].name, request->parameters[i].value);
    put_parameter(out, &joint, "lang", english ? "zh" : "en");
    buffer_text(out, english ? "\">中文</a>" : "\">English</a>");
}

void page_open(struct page *page, const char *title, const char *nav)
{
    struct html *html = &page->html;
    FILL(html, head, TEXT("offset", page->survey->offset_text), TEXT("title", title),
         MARKUP("head", page->head));
    marks_define(html);
    html_put(html, banner);
    html_put(html, "<nav class=\"menu\" aria-label=\"{@menu}\">");
    for (size_t i = 0; i < ARRAY_LENGTH(menu); i++)
        FILL(html, menu[i].template,
             MARKUP("current", strcmp(menu[i].path, nav) == 0 ? " aria-current=\"page\"" : ""));
    html_put(html, "</nav>");
    if (!page->posted && strcmp(nav, "/report") != 0)
        put_switch(page);
    html_put(html, "</div></header>\n<main id=\"main\">\n");
}

static void put_withheld(struct page *page, struct buffer *markup)
{
    if (page->view == NULL)
        return;
    struct html inner = {.language = page->html.language};
    html_put(&inner, "<p>");
    const struct slot slots[] = {NUMBER("n", view_withheld(page->view))};
    html_fill_text(&inner, page_survey_text(page, "withheld"), slots, ARRAY_LENGTH(slots));
    html_put(&inner, "</p>\n");
    buffer_bytes(markup, inner.out.data, inner.out.length);
    buffer_finish(&inner.out);
}

/* All that a page depends on besides the view: what is asked, of which day, and under which name
 * the server is known to who asks (a badge's code tells it). */
static char *key_of(const struct page *page)
{
    const struct http_request *request = &page->exchange->request;
    static const char *const headers[] = {"Host", "X-Forwarded-Proto"};
    struct buffer key = {0};
    buffer_format(&key, "%d %d %s", page->today, (int)page->html.language, request->path);
    for (int i = 0; i < request->parameter_count; i++) {
        buffer_char(&key, i == 0 ? '?' : '&');
        buffer_url(&key, request->parameters[i].name, strlen(request->parameters[i].name));
        buffer_char(&key, '=');
        buffer_url(&key, request->parameters[i].value, strlen(request->parameters[i].value));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        const char *value = http_header(page->exchange, headers[i]);
        buffer_format(&key, "\n%s", value == NULL ? "" : value);
    }
    return key.data;
}

bool page_send_kept(struct page *page)
{
    struct http_exchange *exchange = page->exchange;
    if (page->app->pages == NULL || page->posted || page->known_at != DAY_NONE)
        return false;
    page->key = key_of(page);
    struct blob *kept = page_cache_find(page->app->pages, page->view, page->key);
    if (kept == NULL)
        return false;
    exchange->reply.status = 200;
    exchange->reply.language = word("html_lang", page->html.language);
    page_finish(page);
    return http_blob_take(exchange, kept) == HTTP_DONE;
}

static void keep(struct page *page)
{
    struct http_exchange *exchange = page->exchange;
    struct blob *blob = blob_create_take(&exchange->reply.body, media_type);
    page_cache_keep(page->app->pages, page->view, page->key, blob);
    (void)http_blob_take(exchange, blob);
}

enum http_progress page_send(struct page *page, unsigned status)
{
    struct http_exchange *exchange = page->exchange;
    auto_buffer struct buffer withheld = {0};
    put_withheld(page, &withheld);
    FILL(&page->html, footer, MARKUP("withheld", withheld.data),
         TEXT("licence", page_survey_text(page, "licence")));
    exchange->reply.language = word("html_lang", page->html.language);
    exchange->reply.status = status;
    exchange->reply.type = media_type;
    exchange->reply.body = page->html.out;
    exchange->reply.no_store = page->posted;
    page->html.out = (struct buffer){0};
    if (page->key != NULL && status == 200)
        keep(page);
    page_finish(page);
    return HTTP_DONE;
}

const char *page_survey_text(const struct page *page, const char *id)
{
    const struct term *term = term_find(&page->survey->texts, id);
    return term == NULL ? "" : html_in(&page->html, &term->text);
}
