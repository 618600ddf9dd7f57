#include "collector/pages/pages.h"

#include "collector/pages/handlers.h"
#include "collector/pages/page.h"

const struct http_route pages_routes[] = {
    {HTTP_GET, "/", handle_city, 0, NULL, 0},
    {HTTP_GET, "/stations/{id}", handle_station, 0, NULL, 0},
    {HTTP_GET, "/stations/{id}/badge.svg", handle_badge, 0, NULL, 0},
    {HTTP_GET, "/changes", handle_changes, 0, NULL, 0},
    {HTTP_GET, "/about", handle_about, 0, NULL, 0},
    {HTTP_GET, "/data", handle_data, 0, NULL, 0},
    {HTTP_GET, "/api", handle_reference, 0, NULL, 0},
    {HTTP_GET, "/privacy", handle_privacy, 0, NULL, 0},
    {HTTP_GET, "/about/method", handle_method, 0, NULL, 0},
    {HTTP_GET, "/assets/{name}", handle_asset, 0, NULL, 0},
    {HTTP_GET, "/sw.js", handle_root_asset, 0, NULL, 0},
    {HTTP_GET, "/manifest.webmanifest", handle_root_asset, 0, NULL, 0},
};
const size_t pages_routes_count = ARRAY_LENGTH(pages_routes);

struct refusal {
    unsigned status;
    const char *title; /* ids of the site's texts */
    const char *remedy;
};

static const struct refusal refusals[] = {
    {404, "refusal_404", "refusal_404_remedy"},
    {429, "refusal_429", "refusal_429_remedy"},
    {503, "refusal_503", "refusal_503_remedy"},
    {0, "refusal_other", "refusal_other_remedy"},
};

static const struct refusal *find_refusal(unsigned status)
{
    const struct refusal *refusal = refusals;
    while (refusal->status != status && refusal->status != 0)
        refusal++;
    return refusal;
}

enum http_progress pages_refusal(const struct app *app, struct http_exchange *exchange,
                                 unsigned status)
{
    struct page page = {0};
    const struct refusal *refusal = find_refusal(status);
    page_start(&page, app, exchange);
    const char *title = word(refusal->title, page.html.language);
    page_open(&page, title, "");
    FILL(&page.html,
         "<div class=\"wrap narrow\"><h1>{title}</h1><p>{remedy}</p>"
         "<form class=\"search\" action=\"/\" role=\"search\">"
         "<label for=\"q\">{@search_label}</label>"
         "<input id=\"q\" name=\"q\" type=\"search\" autocomplete=\"off\">"
         "<button>{@search}</button></form></div>\n",
         TEXT("title", title), TEXT("remedy", word(refusal->remedy, page.html.language)));
    if (status == 503 || status == 429)
        http_set_header(exchange, "Retry-After", status == 503 ? "2" : "10");
    exchange->reply.no_store = true;
    return page_send(&page, status);
}

enum http_progress pages_not_found(const struct app *app, struct http_exchange *exchange)
{
    return pages_refusal(app, exchange, 404);
}

bool pages_problem(struct http_exchange *exchange, unsigned status, const char *detail,
                   void *context)
{
    (void)detail; /* is for those who read English and JSON */
    return pages_refusal(context, exchange, status) == HTTP_DONE;
}
