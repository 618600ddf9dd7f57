#include "collector/pages/dates.h"
#include "collector/pages/form.h"
#include "collector/pages/page.h"

static void put_row(struct html *html, const char *label, const char *value, const char *class)
{
    if (value == NULL)
        return;
    FILL(html, "<div><dt>{label}</dt><dd class=\"{class}\">{value}</dd></div>\n",
         TEXT("label", word(label, html->language)), TEXT("class", class), TEXT("value", value));
}

/* In the hours of the place; the instant itself is in the markup. */
static void put_arrival(struct page *page, int64_t received)
{
    struct html *html = &page->html;
    auto_buffer struct buffer instant = {0}, hour = {0};
    buffer_instant(&instant, received);
    date_hour(&hour, html->language, received, page->survey->offset_seconds);
    FILL(html,
         "<div><dt>{@receipt_received}</dt><dd><time datetime=\"{instant}\">{hour}</time></dd>"
         "</div>\n",
         TEXT("instant", instant.data), TEXT("hour", hour.data));
}

static void put_visit(struct page *page, const char *visited)
{
    auto_buffer struct buffer text = {0};
    date_visit(&text, page->html.language, visited, page->survey->offset_seconds);
    put_row(&page->html, "receipt_visited", text.data, "");
}

static const char own_button[] =
    "<form class=\"own\" method=\"post\" action=\"/mine{?}\">"
    "<input type=\"hidden\" name=\"id\" value=\"{id}\">"
    "<input type=\"hidden\" name=\"tracking\" value=\"{tracking}\">"
    "<input type=\"hidden\" name=\"act\" value=\"show\">"
    "<button>{@receipt_own}</button> "
    "<button type=\"button\" data-print hidden>{@receipt_print}</button> "
    "<button type=\"button\" data-copy=\"receipt\" data-done=\"{@receipt_copied}\" hidden>"
    "{@receipt_copy}</button></form>\n";

static void put_next(struct page *page, const struct receipt_page *receipt, const char *station)
{
    struct html *html = &page->html;
    const char *state =
        term_text(&page->survey->states, report_state_name(receipt->state), html->language);
    FILL(html,
         "<p class=\"state {class}\"><b>{state}</b></p>\n"
         "<ol class=\"next\"><li>{@receipt_next_1}</li>"
         "<li>{@receipt_next_2} <a href=\"/stations/{%id}{?}\">{station}</a></li>"
         "<li>{@receipt_next_3}</li></ol>\n",
         TEXT("class", report_state_name(receipt->state)), TEXT("state", state),
         TEXT("id", page->survey->stations[receipt->station].id), TEXT("station", station));
}

static void put_facts(struct page *page, const struct receipt_page *receipt, const char *uuid)
{
    struct html *html = &page->html;
    const char *station = html_in(html, &page->survey->stations[receipt->station].name);
    html_put(html, "<h2>{@receipt_keep}</h2><p>{@receipt_keep_why}</p>"
                   "<dl class=\"receipt\" id=\"receipt\">\n");
    put_row(html, "form_station", station, "");
    put_visit(page, receipt->visited);
    put_arrival(page, receipt->received);
    put_row(html, "receipt_id", uuid, "code");
    put_row(html, "receipt_tracking", receipt->tracking, "code secret");
    put_row(html, "receipt_hash", receipt->content_hash, "code");
    put_row(html, "receipt_nonce", receipt->nonce, "code");
    html_put(html, "</dl>\n");
    if (receipt->tracking != NULL)
        FILL(html, own_button, TEXT("id", uuid), TEXT("tracking", receipt->tracking));
}

enum http_progress pages_receipt(const struct app *app, const struct receipt_page *receipt,
                                 struct http_exchange *exchange)
{
    struct page page = {0};
    char uuid[UUID_TEXT_SIZE];
    page_start(&page, app, exchange);
    uuid_print(receipt->uuid, uuid);
    const char *station = html_in(&page.html, &app->survey->stations[receipt->station].name);
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", word("receipt_title", page.html.language));
    page.head = "<link rel=\"stylesheet\" href=\"/assets/report.css\">\n";
    page_open(&page, title.data, "/report");
    FILL(&page.html, "<div class=\"wrap narrow receipt-page\"><h1>{title}</h1>\n",
         TEXT("title",
              word(receipt->again ? "receipt_again" : "receipt_title", page.html.language)));
    put_next(&page, receipt, station);
    put_facts(&page, receipt, uuid);
    html_put(&page.html, "<p class=\"actions\"><a href=\"/report{?}\">{@receipt_another}</a></p>"
                         "</div>\n");
    exchange->reply.no_store = true;
    return page_send(&page, receipt->again ? 200 : 201);
}
