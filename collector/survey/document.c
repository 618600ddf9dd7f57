#include "collector/survey/document.h"

#include <stdio.h>
#include <string.h>

#include "collector/base/map.h"
#include "collector/base/secret.h"
#include "collector/survey/lexer.h"

enum {
    FEW_MEMBERS = 16, /* up to here keys are compared one by one, from here by a map */
    SHOWN_KEY_MAX = 40
};

struct parser {
    struct lexer lexer;
    unsigned depth_left;
};

/* The members of an object so far. */
struct members {
    uint32_t object, last;
    size_t count;
    struct map *keys; /* once there are many */
};

static bool parse_value(struct parser *parser, uint32_t node);

static uint32_t node_new(struct document *document)
{
    if (document->count == document->capacity) {
        bool first = document->nodes == document->few;
        document->nodes = memory_resize_take(first ? NULL : document->nodes, document->capacity * 2,
                                             sizeof *document->nodes);
        if (first)
            memcpy(document->nodes, document->few, sizeof document->few);
        document->capacity *= 2;
    }
    document->nodes[document->count] = (struct document_node){.type = DOCUMENT_NULL};
    return (uint32_t)document->count++;
}

static bool same_key(struct slice left, struct slice right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.bytes, right.bytes, left.length) == 0);
}

/* Was the key there before? Beyond a few members a map answers, so that no object is slow. */
static bool key_repeats(struct parser *parser, struct members *members, struct slice key)
{
    const struct document_node *nodes = parser->lexer.document->nodes;
    if (members->keys != NULL)
        return !map_put(members->keys, key.bytes, key.length, 0);
    bool many = members->count == FEW_MEMBERS;
    if (many)
        members->keys = map_create();
    uint32_t at = nodes[members->object].first;
    for (; at != 0; at = nodes[at].next) {
        if (same_key(nodes[at].key, key))
            return true;
        if (many)
            map_put(members->keys, nodes[at].key.bytes, nodes[at].key.length, 0);
    }
    if (many)
        map_put(members->keys, key.bytes, key.length, 0);
    return false;
}

static bool duplicate(struct parser *parser, const char *place, struct slice key)
{
    size_t shown = key.length < SHOWN_KEY_MAX ? key.length : SHOWN_KEY_MAX;
    while (shown > 0 && shown < key.length && ((unsigned char)key.bytes[shown] & 0xC0) == 0x80)
        shown--;
    char what[SHOWN_KEY_MAX + 40];
    snprintf(what, sizeof what, "the key \"%.*s\" is there twice", (int)shown, key.bytes);
    parser->lexer.fault->duplicate_key = true;
    return lexer_fault_at(&parser->lexer, place, what);
}

/* Hangs a new child behind the last one. */
static uint32_t append(struct parser *parser, uint32_t parent, uint32_t last)
{
    uint32_t node = node_new(parser->lexer.document);
    struct document_node *nodes = parser->lexer.document->nodes;
    if (last == 0)
        nodes[parent].first = node;
    else
        nodes[last].next = node;
    return node;
}

/* The depth limit bounds the recursion from here on. NOLINTBEGIN(misc-no-recursion) */
static bool parse_member(struct parser *parser, struct members *members)
{
    const char *place = parser->lexer.at;
    struct slice key;
    if (!lexer_take(&parser->lexer, '"'))
        return lexer_fault(&parser->lexer, "a key in quotes is missing");
    if (!lexer_string(&parser->lexer, &key))
        return false;
    if (key_repeats(parser, members, key))
        return duplicate(parser, place, key);
    lexer_space(&parser->lexer);
    if (!lexer_take(&parser->lexer, ':'))
        return lexer_fault(&parser->lexer, "a colon is missing");
    members->last = append(parser, members->object, members->last);
    members->count++;
    parser->lexer.document->nodes[members->last].key = key;
    lexer_space(&parser->lexer);
    return parse_value(parser, members->last);
}

static bool parse_members(struct parser *parser, struct members *members)
{
    lexer_space(&parser->lexer);
    if (lexer_take(&parser->lexer, '}'))
        return true;
    for (;;) {
        lexer_space(&parser->lexer);
        if (!parse_member(parser, members))
            return false;
        lexer_space(&parser->lexer);
        if (lexer_take(&parser->lexer, '}'))
            return true;
        if (!lexer_take(&parser->lexer, ','))
            return lexer_fault(&parser->lexer, "a comma or } is missing");
    }
}

static bool parse_items(struct parser *parser, uint32_t array)
{
    lexer_space(&parser->lexer);
    if (lexer_take(&parser->lexer, ']'))
        return true;
    for (uint32_t last = 0;;) {
        lexer_space(&parser->lexer);
        last = append(parser, array, last);
        if (!parse_value(parser, last))
            return false;
        lexer_space(&parser->lexer);
        if (lexer_take(&parser->lexer, ']'))
            return true;
        if (!lexer_take(&parser->lexer, ','))
            return lexer_fault(&parser->lexer, "a comma or ] is missing");
    }
}

static bool parse_container(struct parser *parser, uint32_t node)
{
    if (parser->depth_left == 0)
        return lexer_fault(&parser->lexer, "nested too deep");
    parser->depth_left--;
    bool object = *parser->lexer.at++ == '{';
    parser->lexer.document->nodes[node].type = object ? DOCUMENT_OBJECT : DOCUMENT_ARRAY;
    struct members members = {.object = node};
    bool parsed = object ? parse_members(parser, &members) : parse_items(parser, node);
    map_destroy(members.keys);
    parser->depth_left++;
    return parsed;
}

static bool parse_scalar(struct parser *parser, struct document_node *node)
{
    switch (*parser->lexer.at) {
    case '"':
        parser->lexer.at++;
        node->type = DOCUMENT_STRING;
        return lexer_string(&parser->lexer, &node->text);
    case 't':
        node->type = DOCUMENT_TRUE;
        return lexer_word(&parser->lexer, "true");
    case 'f':
        node->type = DOCUMENT_FALSE;
        return lexer_word(&parser->lexer, "false");
    case 'n':
        return lexer_word(&parser->lexer, "null");
    default:
        node->type = DOCUMENT_NUMBER;
        return lexer_number(&parser->lexer);
    }
}

static bool parse_value(struct parser *parser, uint32_t node)
{
    if (parser->lexer.at == parser->lexer.end)
        return lexer_fault(&parser->lexer, "");
    if (*parser->lexer.at == '{' || *parser->lexer.at == '[')
        return parse_container(parser, node);
    return parse_scalar(parser, &parser->lexer.document->nodes[node]);
}

/* NOLINTEND(misc-no-recursion) */

bool document_parse(struct document *document, const char *text, size_t length, unsigned depth_max,
                    struct document_fault *fault_out)
{
    document->nodes = document->few;
    document->count = 0;
    document->capacity = DOCUMENT_FEW;
    document->decoded = NULL;
    document->decoded_length = 0;
    document->decoded_size = 0;
    fault_out->duplicate_key = false;
    struct parser parser = {.lexer = {.start = text,
                                      .at = text,
                                      .end = text + length,
                                      .document = document,
                                      .fault = fault_out},
                            .depth_left = depth_max};
    lexer_space(&parser.lexer);
    if (!parse_value(&parser, node_new(document)))
        return false;
    lexer_space(&parser.lexer);
    return parser.lexer.at == parser.lexer.end ||
           lexer_fault(&parser.lexer, "there is more after the end");
}

void document_finish(struct document *document)
{
    if (document->decoded != NULL)
        secret_wipe(document->decoded, document->decoded_size);
    free(document->decoded);
    document->decoded = NULL;
    if (document->nodes != document->few)
        free(document->nodes);
    document->nodes = document->few;
}

bool slice_is(struct slice slice, const char *text)
{
    if (slice.length == 0 || slice.bytes[0] != text[0])
        return slice.length == 0 && text[0] == '\0';
    return strlen(text) == slice.length && memcmp(slice.bytes, text, slice.length) == 0;
}
