#include "collector/log/entry.h"

#include <string.h>

#include "collector/base/number.h"
#include "collector/base/utf8.h"

/* The largest integer that RFC 8785 (§3.2.2.3, IEEE 754) prints exactly. */
#define INTEGER_MAX ((uint64_t)9007199254740991)

struct reader {
    const char *start;
    const char *at;
    const char *end;
    struct error *error;
};

static bool refuse(const struct reader *reader, const char *reason)
{
    return error_set(reader->error, ERROR_INVALID, "entry, byte %zu: %s",
                     (size_t)(reader->at - reader->start), reason);
}

static bool take_char(struct reader *reader, char expected)
{
    if (reader->at >= reader->end || *reader->at != expected)
        return false;
    reader->at++;
    return true;
}

static bool read_hex4(struct reader *reader, uint32_t *unit_out)
{
    uint8_t bytes[2];

    if (reader->end - reader->at < 4 || !hex_parse(reader->at, 4, bytes, sizeof(bytes)))
        return refuse(reader, "\\u must have four lower-case hex digits");
    *unit_out = (uint32_t)bytes[0] << 8 | bytes[1];
    reader->at += 4;
    return true;
}

/* After "\u": one code point, of a surrogate pair if need be. */
static bool read_code_point(struct reader *reader, uint32_t *code_out)
{
    uint32_t high;
    uint32_t low;

    if (!read_hex4(reader, &high))
        return false;
    if (high == 0)
        return refuse(reader, "U+0000 is not text");
    if (high < 0xD800 || high > 0xDFFF) {
        *code_out = high;
        return true;
    }
    if (high > 0xDBFF || !take_char(reader, '\\') || !take_char(reader, 'u') ||
        !read_hex4(reader, &low) || low < 0xDC00 || low > 0xDFFF)
        return refuse(reader, "a surrogate without its pair");
    *code_out = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static bool read_escape(struct reader *reader, uint32_t *code_out)
{
    static const char letters[] = "\"\\bfnrt";
    static const char meanings[] = "\"\\\b\f\n\r\t";
    const char *found;

    if (take_char(reader, 'u'))
        return read_code_point(reader, code_out);
    if (reader->at >= reader->end || *reader->at == '\0' ||
        (found = strchr(letters, *reader->at)) == NULL)
        return refuse(reader, "unknown escape");
    reader->at++;
    *code_out = (uint32_t)meanings[found - letters];
    return true;
}

static bool read_character(struct reader *reader, uint32_t *code_out)
{
    if (reader->at >= reader->end)
        return refuse(reader, "the text has no end");
    if (*reader->at < 0x20 || *reader->at > 0x7E)
        return refuse(reader, "only printable ASCII may stand here");
    *code_out = (uint32_t)*reader->at++;
    return *code_out != '\\' || read_escape(reader, code_out);
}

/* A JSON string as UTF-8 with a NUL; capacity counts the NUL. */
static bool read_text(struct reader *reader, char *text, size_t capacity)
{
    size_t length = 0;
    uint32_t code = 0;

    if (!take_char(reader, '"'))
        return refuse(reader, "a text should stand here");
    while (!take_char(reader, '"')) {
        if (!read_character(reader, &code))
            return false;
        if (length + 4 >= capacity)
            return refuse(reader, "the text is too long");
        length += utf8_write(code, text + length);
    }
    text[length] = '\0';
    return true;
}

static bool read_integer(struct reader *reader, uint64_t minimum, uint64_t maximum,
                         uint64_t *value_out)
{
    const char *begin = reader->at;
    uint64_t value;

    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        reader->at++;
    if (!number_unsigned(begin, (size_t)(reader->at - begin), maximum, &value) || value < minimum) {
        reader->at = begin;
        return refuse(reader, "an integer within its range should stand here");
    }
    *value_out = value;
    return true;
}

static bool read_act(struct reader *reader, struct entry *entry)
{
    char name[32];

    if (!read_text(reader, name, sizeof(name)))
        return false;
    return entry_act_find(name, &entry->act) || refuse(reader, "unknown act");
}

static bool read_at(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    if (!read_integer(reader, 0, INTEGER_MAX, &value))
        return false;
    entry->at = (int64_t)value;
    return true;
}

static bool read_by(struct reader *reader, struct entry *entry)
{
    char author[2 * SIGN_PUBLIC_SIZE + 5];

    if (!read_text(reader, author, sizeof(author)))
        return false;
    if (strcmp(author, "reporter") == 0 || strcmp(author, "server") == 0) {
        entry->by = author[0] == 'r' ? BY_REPORTER : BY_SERVER;
        return true;
    }
    entry->by = BY_MODERATOR;
    return hex_parse(author, strlen(author), entry->key, sizeof(entry->key)) ||
           refuse(reader, "\"by\" must be a public key in lower-case hex");
}

static bool read_digest(struct reader *reader, struct entry *entry)
{
    char text[2 * SECRET_KEY_SIZE + 5];

    if (!read_text(reader, text, sizeof(text)))
        return false;
    return hex_parse(text, strlen(text), entry->digest, sizeof(entry->digest)) ||
           refuse(reader, "\"digest\" must be 64 lower-case hex digits");
}

static bool read_hide_note(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    if (!read_integer(reader, 0, 1, &value))
        return false;
    entry->hide_note = value == 1;
    return true;
}

static bool read_note(struct reader *reader, struct entry *entry)
{
    return read_text(reader, entry->note, sizeof(entry->note));
}

static bool read_reason(struct reader *reader, struct entry *entry)
{
    return read_text(reader, entry->reason, sizeof(entry->reason));
}

static bool read_report(struct reader *reader, struct entry *entry)
{
    char text[UUID_TEXT_SIZE + 4];

    if (!read_text(reader, text, sizeof(text)))
        return false;
    return uuid_parse(text, strlen(text), entry->report) ||
           refuse(reader, "\"report\" must be a report's id");
}

static bool read_reports(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    if (!read_integer(reader, 1, ENTRY_REPORTS_MAX, &value))
        return false;
    entry->reports = (uint32_t)value;
    return true;
}

static bool read_root(struct reader *reader, struct entry *entry)
{
    char text[2 * SECRET_KEY_SIZE];

    if (!read_text(reader, text, sizeof(text)))
        return false;
    return base64_parse(text, strlen(text), entry->root, sizeof(entry->root)) ||
           refuse(reader, "\"root\" must be 32 bytes of base64");
}

static bool read_sig(struct reader *reader, struct entry *entry)
{
    char text[2 * SIGNATURE_SIZE];

    if (!read_text(reader, text, sizeof(text)))
        return false;
    entry->has_signature = true;
    return base64_parse(text, strlen(text), entry->signature, sizeof(entry->signature)) ||
           refuse(reader, "\"sig\" must be 64 bytes of base64");
}

static bool read_subject(struct reader *reader, struct entry *entry)
{
    return read_text(reader, entry->subject, sizeof(entry->subject));
}

static bool read_survey(struct reader *reader, struct entry *entry)
{
    return read_text(reader, entry->survey, sizeof(entry->survey));
}

static bool read_v(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    (void)entry;
    return read_integer(reader, 1, 1, &value);
}

static bool read_version(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    if (!read_integer(reader, 1, UINT32_MAX, &value))
        return false;
    entry->version = (uint32_t)value;
    return true;
}

/* In the order in which they must stand. */
static const struct field {
    const char *key;
    bool required;
    bool (*read)(struct reader *reader, struct entry *entry);
} fields[] = {
    {"act", true, read_act},
    {"at", true, read_at},
    {"by", true, read_by},
    {"digest", false, read_digest},
    {"hide_note", false, read_hide_note},
    {"note", false, read_note},
    {"reason", false, read_reason},
    {"report", false, read_report},
    {"reports", false, read_reports},
    {"root", false, read_root},
    {"sig", false, read_sig},
    {"subject", false, read_subject},
    {"survey", true, read_survey},
    {"v", true, read_v},
    {"version", false, read_version},
};

/* Reads the key that stands here; the fields passed over on the way must not be required. */
static const struct field *next_field(struct reader *reader, const struct field *from)
{
    const struct field *end = fields + ARRAY_LENGTH(fields);
    char key[16];

    if (!read_text(reader, key, sizeof(key)) || !take_char(reader, ':')) {
        refuse(reader, "a key and a colon should stand here");
        return NULL;
    }
    for (const struct field *field = from; field < end; field++) {
        if (strcmp(field->key, key) == 0)
            return field;
        if (field->required) {
            error_set(reader->error, ERROR_INVALID, "entry, byte %zu: \"%s\" is missing",
                      (size_t)(reader->at - reader->start), field->key);
            return NULL;
        }
    }
    error_set(reader->error, ERROR_INVALID,
              "entry, byte %zu: \"%s\" is unknown, or not in sorted order",
              (size_t)(reader->at - reader->start), key);
    return NULL;
}

static bool read_fields(struct reader *reader, struct entry *entry)
{
    const struct field *field = fields;

    if (!take_char(reader, '{'))
        return refuse(reader, "an object should stand here");
    do {
        field = next_field(reader, field);
        if (field == NULL || !field->read(reader, entry))
            return false;
        field++;
    } while (take_char(reader, ','));
    if (!take_char(reader, '}') || reader->at != reader->end)
        return refuse(reader, "the end should stand here");
    for (; field < fields + ARRAY_LENGTH(fields); field++)
        if (field->required)
            return refuse(reader, "\"survey\" and \"v\" are required");
    return true;
}

static bool check_shape(const struct reader *reader, const struct entry *entry)
{
    bool judged = entry->by == BY_MODERATOR && entry->act != ACT_REVERT;

    if (entry->by != entry_act_author(entry->act))
        return refuse(reader, "\"by\" is not who may do this act");
    if (judged != (entry->reason[0] != '\0'))
        return refuse(reader, judged ? "\"reason\" is missing" : "this act has no \"reason\"");
    if (entry->has_signature && entry->by != BY_MODERATOR)
        return refuse(reader, "only a moderator's entry has a \"sig\"");
    return true;
}

/* What the fields alone do not show (order, spaces, other escapes, keys of other acts) shows
 * when the entry is printed again. */
static bool check_canonical(const struct reader *reader, const struct entry *entry)
{
    auto_buffer struct buffer again = {0};
    size_t length = (size_t)(reader->end - reader->start);
    size_t same = 0;

    entry_print(entry, &again);
    while (same < length && same < again.length && reader->start[same] == again.data[same])
        same++;
    if (same == length && same == again.length)
        return true;
    return error_set(reader->error, ERROR_INVALID,
                     "entry, byte %zu: not the canonical form of this entry", same);
}

bool entry_parse(const char *line, size_t length, struct entry *entry_out, struct error *error)
{
    struct reader reader = {line, line, line + length, error};
    auto_free struct entry *entry = memory_zeroed(1, sizeof(*entry));

    if (length > ENTRY_MAX)
        return error_set(error, ERROR_TOO_LARGE, "an entry has at most %d bytes", ENTRY_MAX);
    if (!read_fields(&reader, entry) || !check_shape(&reader, entry) ||
        !check_canonical(&reader, entry))
        return false;
    *entry_out = *entry;
    return true;
}
