#include "collector/survey/place.h"

#include <stdbool.h>
#include <string.h>

struct scan {
    const char *text;
    size_t length;
    size_t at;
};

static char scan_peek(const struct scan *scan)
{
    if (scan->at >= scan->length)
        return '\0';
    return scan->text[scan->at];
}

/* Space, and the commas and colons between what matters. */
static void scan_gap(struct scan *scan)
{
    while (scan->at < scan->length && strchr(" \t\r\n,:", scan->text[scan->at]) != NULL)
        scan->at++;
}

static void scan_string(struct scan *scan)
{
    scan->at++;
    while (scan->at < scan->length && scan->text[scan->at] != '"')
        scan->at += scan->text[scan->at] == '\\' ? 2 : 1;
    scan->at++;
}

static void scan_scalar(struct scan *scan)
{
    if (scan_peek(scan) == '"') {
        scan_string(scan);
        return;
    }
    while (scan->at < scan->length && strchr(" \t\r\n,:]}", scan->text[scan->at]) == NULL)
        scan->at++;
}

static void scan_value(struct scan *scan)
{
    size_t depth = 0;
    do {
        scan_gap(scan);
        char byte = scan_peek(scan);
        if (byte == '{' || byte == '[') {
            depth++;
            scan->at++;
        } else if (byte == '}' || byte == ']') {
            depth--;
            scan->at++;
        } else {
            scan_scalar(scan);
        }
    } while (depth > 0 && scan->at < scan->length);
}

/* Does the raw key at the scanner equal a pointer's token, ~0 and ~1 unescaped? */
static bool key_is(const char *key, size_t key_length, const char *token, size_t token_length)
{
    size_t k = 0;
    for (size_t t = 0; t < token_length; t++, k++) {
        char wanted = token[t];
        if (wanted == '~' && t + 1 < token_length)
            wanted = token[++t] == '1' ? '/' : '~';
        if (k >= key_length || key[k] != wanted)
            return false;
    }
    return k == key_length;
}

static bool enter_member(struct scan *scan, const char *token, size_t length)
{
    scan->at++;
    for (scan_gap(scan); scan_peek(scan) == '"'; scan_gap(scan)) {
        size_t key = scan->at + 1;
        scan_string(scan);
        size_t key_length = scan->at - 1 - key;
        scan_gap(scan);
        if (key_is(scan->text + key, key_length, token, length))
            return true;
        scan_value(scan);
    }
    return false;
}

static bool enter_item(struct scan *scan, const char *token, size_t length)
{
    size_t index = 0;
    for (size_t i = 0; i < length; i++)
        index = index * 10 + (size_t)(token[i] - '0');
    scan->at++;
    for (scan_gap(scan); index > 0 && scan_peek(scan) != ']'; scan_gap(scan), index--)
        scan_value(scan);
    return scan_peek(scan) != ']';
}

static bool enter(struct scan *scan, const char *token, size_t length)
{
    if (scan_peek(scan) == '{')
        return enter_member(scan, token, length);
    return scan_peek(scan) == '[' && enter_item(scan, token, length);
}

static size_t line_at(const char *text, size_t position)
{
    size_t line = 1;
    for (size_t i = 0; i < position; i++)
        line += text[i] == '\n';
    return line;
}

size_t place_line(const char *text, size_t length, const char *pointer)
{
    struct scan scan = {.text = text, .length = length};
    scan_gap(&scan);
    size_t found = scan.at;
    while (*pointer == '/') {
        const char *token = pointer + 1;
        size_t token_length = strcspn(token, "/");
        if (!enter(&scan, token, token_length))
            break;
        found = scan.at;
        pointer = token + token_length;
    }
    return line_at(text, found);
}
