#include "collector/survey/document.h"

#include <stdio.h>
#include <string.h>

#include "collector/base/map.h"
#include "collector/base/secret.h"
#include "collector/base/utf8.h"

enum {
    FEW_MEMBERS = 16, /* up to here keys are compared one by one, from here by a map */
    SHOWN_KEY_MAX = 40,
    SURROGATE_HIGH = 0xD800,
    SURROGATE_LOW = 0xDC00,
    SURROGATE_END = 0xE000
};

struct parser {
    const char *start, *at, *end;
    unsigned depth_left;
    struct document *document;
    struct document_fault *fault;
};

/* The members of an object so far. */
struct members {
    uint32_t object, last;
    size_t count;
    struct map *keys; /* once there are many */
};

static bool parse_value(struct parser *parser, uint32_t node);

static bool fault_at(struct parser *parser, const char *place, const char *what)
{
    size_t line = 1;
    size_t column = 1;
    for (const char *at = parser->start; at < place; at++) {
        column += ((unsigned char)*at & 0xC0) != 0x80;
        if (*at == '\n') {
            line++;
            column = 1;
        }
    }
    snprintf(parser->fault->reason, sizeof parser->fault->reason, "line %zu, column %zu: %s", line,
             column, what);
    return false;
}

static bool fault(struct parser *parser, const char *what)
{
    return fault_at(parser, parser->at,
                    parser->at == parser->end ? "the text ends too early" : what);
}

static void space(struct parser *parser)
{
    while (parser->at < parser->end && (*parser->at == ' ' || *parser->at == '\n' ||
                                        *parser->at == '\r' || *parser->at == '\t'))
        parser->at++;
}

static bool take(struct parser *parser, char byte)
{
    if (parser->at == parser->end || *parser->at != byte)
        return false;
    parser->at++;
    return true;
}

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

/* Four hexadecimal digits; UINT32_MAX if there are none. */
static uint32_t take_unit(struct parser *parser)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit =
            parser->at == parser->end || *parser->at == '\0' ? NULL : strchr(digits, *parser->at);
        if (digit == NULL)
            return UINT32_MAX;
        uint32_t value = (uint32_t)(digit - digits);
        unit = unit * 16 + (value < 16 ? value : value - 6);
        parser->at++;
    }
    return unit;
}

/* What follows \u, a surrogate pair joined. */
static bool take_code_point(struct parser *parser, uint32_t *point_out)
{
    const char *place = parser->at;
    uint32_t high = take_unit(parser);
    if (high == UINT32_MAX)
        return fault(parser, "\\u needs four hexadecimal digits");
    if (high < SURROGATE_HIGH || high >= SURROGATE_END) {
        *point_out = high;
        return true;
    }
    uint32_t low = UINT32_MAX;
    if (high < SURROGATE_LOW && take(parser, '\\') && take(parser, 'u'))
        low = take_unit(parser);
    if (low < SURROGATE_LOW || low >= SURROGATE_END)
        return fault_at(parser, place, "half of a surrogate pair");
    *point_out = 0x10000 + ((high - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
    return true;
}

/* What follows a backslash, decoded to the end of the document's bytes. */
static bool take_escape(struct parser *parser)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    struct document *document = parser->document;
    char *place = document->decoded + document->decoded_length;
    if (parser->at == parser->end)
        return fault(parser, "");
    if (take(parser, 'u')) {
        uint32_t point;
        if (!take_code_point(parser, &point))
            return false;
        document->decoded_length += utf8_write(point, place);
        return true;
    }
    const char *letter = *parser->at == '\0' ? NULL : strchr(letters, *parser->at);
    if (letter == NULL)
        return fault(parser, "no such escape");
    *place = meanings[letter - letters];
    document->decoded_length++;
    parser->at++;
    return true;
}

/* Moves over what needs no decoding: up to a quote, a backslash or a fault. */
static void take_plain(struct parser *parser)
{
    while (parser->at < parser->end) {
        unsigned char byte = (unsigned char)*parser->at;
        if (byte == '"' || byte == '\\' || byte < ' ')
            return;
        if (byte < 0x80) {
            parser->at++;
            continue;
        }
        size_t position = 0;
        if (utf8_next(parser->at, (size_t)(parser->end - parser->at), &position) == UINT32_MAX)
            return;
        parser->at += position;
    }
}

static bool plain_fault(struct parser *parser)
{
    if (parser->at < parser->end && (unsigned char)*parser->at >= 0x80)
        return fault(parser, "not UTF-8");
    return fault(parser, "a control character must be escaped");
}

static void decode_bytes(struct document *document, const char *bytes, size_t length)
{
    if (length > 0)
        memcpy(document->decoded + document->decoded_length, bytes, length);
    document->decoded_length += length;
}

/* A string with escapes, from its beginning; decoded it is never longer than written. */
static bool take_decoded(struct parser *parser, const char *begin, struct slice *text_out)
{
    struct document *document = parser->document;
    if (document->decoded == NULL) {
        document->decoded_size = (size_t)(parser->end - parser->start);
        document->decoded = memory_alloc(document->decoded_size);
    }
    size_t decoded_begin = document->decoded_length;
    decode_bytes(document, begin, (size_t)(parser->at - begin));
    while (take(parser, '\\')) {
        if (!take_escape(parser))
            return false;
        const char *plain = parser->at;
        take_plain(parser);
        decode_bytes(document, plain, (size_t)(parser->at - plain));
    }
    if (!take(parser, '"'))
        return plain_fault(parser);
    *text_out =
        (struct slice){document->decoded + decoded_begin, document->decoded_length - decoded_begin};
    return true;
}

/* After the opening quote. */
static bool take_string(struct parser *parser, struct slice *text_out)
{
    const char *begin = parser->at;
    take_plain(parser);
    if (parser->at < parser->end && *parser->at == '\\')
        return take_decoded(parser, begin, text_out);
    if (!take(parser, '"'))
        return plain_fault(parser);
    *text_out = (struct slice){begin, (size_t)(parser->at - begin) - 1};
    return true;
}

static size_t take_digits(struct parser *parser)
{
    const char *begin = parser->at;
    while (parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9')
        parser->at++;
    return (size_t)(parser->at - begin);
}

static bool take_number(struct parser *parser)
{
    take(parser, '-');
    if (!take(parser, '0') && take_digits(parser) == 0)
        return fault(parser, "a value is missing");
    if (take(parser, '.') && take_digits(parser) == 0)
        return fault(parser, "a digit is missing");
    if (!take(parser, 'e') && !take(parser, 'E'))
        return true;
    if (!take(parser, '+'))
        take(parser, '-');
    return take_digits(parser) > 0 || fault(parser, "a digit is missing");
}

static bool take_word(struct parser *parser, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(parser->end - parser->at) < length || memcmp(parser->at, word, length) != 0)
        return fault_at(parser, parser->at, "a value is missing");
    parser->at += length;
    return true;
}

static bool same_key(struct slice left, struct slice right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.bytes, right.bytes, left.length) == 0);
}

/* Was the key there before? Beyond a few members a map answers, so that no object is slow. */
static bool key_repeats(struct parser *parser, struct members *members, struct slice key)
{
    const struct document_node *nodes = parser->document->nodes;
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
    parser->fault->duplicate_key = true;
    return fault_at(parser, place, what);
}

/* Hangs a new child behind the last one. */
static uint32_t append(struct parser *parser, uint32_t parent, uint32_t last)
{
    uint32_t node = node_new(parser->document);
    struct document_node *nodes = parser->document->nodes;
    if (last == 0)
        nodes[parent].first = node;
    else
        nodes[last].next = node;
    return node;
}

static bool parse_member(struct parser *parser, struct members *members)
{
    const char *place = parser->at;
    struct slice key;
    if (!take(parser, '"'))
        return fault(parser, "a key in quotes is missing");
    if (!take_string(parser, &key))
        return false;
    if (key_repeats(parser, members, key))
        return duplicate(parser, place, key);
    space(parser);
    if (!take(parser, ':'))
        return fault(parser, "a colon is missing");
    members->last = append(parser, members->object, members->last);
    members->count++;
    parser->document->nodes[members->last].key = key;
    space(parser);
    return parse_value(parser, members->last);
}

static bool parse_members(struct parser *parser, struct members *members)
{
    space(parser);
    if (take(parser, '}'))
        return true;
    for (;;) {
        space(parser);
        if (!parse_member(parser, members))
            return false;
        space(parser);
        if (take(parser, '}'))
            return true;
        if (!take(parser, ','))
            return fault(parser, "a comma or } is missing");
    }
}

static bool parse_items(struct parser *parser, uint32_t array)
{
    space(parser);
    if (take(parser, ']'))
        return true;
    for (uint32_t last = 0;;) {
        space(parser);
        last = append(parser, array, last);
        if (!parse_value(parser, last))
            return false;
        space(parser);
        if (take(parser, ']'))
            return true;
        if (!take(parser, ','))
            return fault(parser, "a comma or ] is missing");
    }
}

static bool parse_container(struct parser *parser, uint32_t node)
{
    if (parser->depth_left == 0)
        return fault(parser, "nested too deep");
    parser->depth_left--;
    bool object = *parser->at++ == '{';
    parser->document->nodes[node].type = object ? DOCUMENT_OBJECT : DOCUMENT_ARRAY;
    struct members members = {.object = node};
    bool parsed = object ? parse_members(parser, &members) : parse_items(parser, node);
    map_destroy(members.keys);
    parser->depth_left++;
    return parsed;
}

static bool parse_scalar(struct parser *parser, struct document_node *node)
{
    switch (*parser->at) {
    case '"':
        parser->at++;
        node->type = DOCUMENT_STRING;
        return take_string(parser, &node->text);
    case 't':
        node->type = DOCUMENT_TRUE;
        return take_word(parser, "true");
    case 'f':
        node->type = DOCUMENT_FALSE;
        return take_word(parser, "false");
    case 'n':
        return take_word(parser, "null");
    default:
        node->type = DOCUMENT_NUMBER;
        return take_number(parser);
    }
}

static bool parse_value(struct parser *parser, uint32_t node)
{
    if (parser->at == parser->end)
        return fault(parser, "");
    if (*parser->at == '{' || *parser->at == '[')
        return parse_container(parser, node);
    return parse_scalar(parser, &parser->document->nodes[node]);
}

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
    struct parser parser = {.start = text,
                            .at = text,
                            .end = text + length,
                            .depth_left = depth_max,
                            .document = document,
                            .fault = fault_out};
    space(&parser);
    if (!parse_value(&parser, node_new(document)))
        return false;
    space(&parser);
    return parser.at == parser.end || fault(&parser, "there is more after the end");
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
    return strlen(text) == slice.length && memcmp(slice.bytes, text, slice.length) == 0;
}
