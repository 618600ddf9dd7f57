#include "collector/pages/html.h"

#include <string.h>

struct fill {
    struct html *html;
    const struct slot *slots;
    size_t count;
    bool escape; /* what stands outside slots */
};

static void fill_template(const struct fill *fill, const char *template);

static const struct slot *find_slot(const struct fill *fill, const char *name, size_t length)
{
    for (size_t i = 0; i < fill->count; i++) {
        const char *candidate = fill->slots[i].name;
        if (strlen(candidate) == length && memcmp(candidate, name, length) == 0)
            return &fill->slots[i];
    }
    return NULL;
}

static void put_slot(struct buffer *out, const struct slot *slot)
{
    const char *text = slot->text == NULL ? "" : slot->text;
    switch (slot->kind) {
    case SLOT_KIND_TEXT:
        buffer_html(out, text, strlen(text));
        break;
    case SLOT_KIND_NUMBER:
        buffer_integer(out, slot->number);
        break;
    case SLOT_KIND_MARKUP:
        buffer_text(out, text);
        break;
    }
}

static void put_language(const struct fill *fill, const char *joint)
{
    if (!fill->html->language_chosen)
        return;
    buffer_text(&fill->html->out, joint);
    buffer_text(&fill->html->out, fill->html->language == LANGUAGE_EN ? "lang=en" : "lang=zh");
}

static void put_plural(const struct fill *fill, const char *token, size_t length)
{
    const char *bar = memchr(token, '|', length);
    const char *second =
        bar == NULL ? NULL : memchr(bar + 1, '|', length - (size_t)(bar + 1 - token));
    if (second == NULL)
        return;
    const struct slot *slot = find_slot(fill, token, (size_t)(bar - token));
    bool one = slot != NULL && slot->number == 1;
    const char *from = one ? bar + 1 : second + 1;
    const char *to = one ? second : token + length;
    buffer_bytes(&fill->html->out, from, (size_t)(to - from));
}

static void put_word(const struct fill *fill, const char *token, size_t length)
{
    auto_free char *id = memory_slice(token, length);
    const char *text = word(id, fill->html->language);
    if (text != NULL)
        fill_template(fill, text);
    else
        buffer_format(&fill->html->out, "⟦%s⟧", id); /* to be seen, and found by the tests */
}

static void put_encoded(const struct fill *fill, const char *token, size_t length)
{
    const struct slot *slot = find_slot(fill, token, length);
    const char *text = slot == NULL || slot->text == NULL ? "" : slot->text;
    buffer_url(&fill->html->out, text, strlen(text));
}

static void put_plain(const struct fill *fill, const char *token, size_t length)
{
    const struct slot *slot = find_slot(fill, token, length);
    if (slot != NULL)
        put_slot(&fill->html->out, slot);
}

static void put_token(const struct fill *fill, const char *token, size_t length)
{
    switch (token[0]) {
    case '?':
        put_language(fill, "?");
        break;
    case '&':
        put_language(fill, "&amp;");
        break;
    case '@':
        put_word(fill, token + 1, length - 1);
        break;
    case '#':
        put_plural(fill, token + 1, length - 1);
        break;
    case '%':
        put_encoded(fill, token + 1, length - 1);
        break;
    default:
        put_plain(fill, token, length);
        break;
    }
}

static void put_literal(const struct fill *fill, const char *text, size_t length)
{
    if (fill->escape)
        buffer_html(&fill->html->out, text, length);
    else
        buffer_bytes(&fill->html->out, text, length);
}

static void fill_template(const struct fill *fill, const char *template)
{
    const char *rest = template;
    for (const char *open = strchr(rest, '{'); open != NULL; open = strchr(rest, '{')) {
        const char *close = strchr(open, '}');
        if (close == NULL)
            break;
        put_literal(fill, rest, (size_t)(open - rest));
        if (close > open + 1)
            put_token(fill, open + 1, (size_t)(close - open - 1));
        rest = close + 1;
    }
    put_literal(fill, rest, strlen(rest));
}

void html_fill(struct html *html, const char *template, const struct slot *slots, size_t count)
{
    fill_template(&(struct fill){html, slots, count, false}, template);
}

void html_fill_text(struct html *html, const char *template, const struct slot *slots, size_t count)
{
    fill_template(&(struct fill){html, slots, count, true}, template);
}

void html_put(struct html *html, const char *template)
{
    html_fill(html, template, NULL, 0);
}

void html_text(struct html *html, const char *text)
{
    buffer_html(&html->out, text, strlen(text));
}

const char *html_in(const struct html *html, const struct text *text)
{
    const char *found = text->in[html->language];
    return found == NULL ? "" : found;
}
