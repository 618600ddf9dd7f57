#include "collector/log/entry.h"

#include <string.h>

#include "collector/log/entry_scan.h"

/* The largest integer that RFC 8785 (§3.2.2.3, IEEE 754) prints exactly. */
#define INTEGER_MAX ((uint64_t)9007199254740991)

static bool read_act(struct reader *reader, struct entry *entry)
{
    char name[32];

    if (!scan_text(reader, name, sizeof(name)))
        return false;
    return entry_act_find(name, &entry->act) || scan_refuse(reader, "unknown act");
}

static bool read_at(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    if (!scan_integer(reader, 0, INTEGER_MAX, &value))
        return false;
    entry->at = (int64_t)value;
    return true;
}

static bool read_by(struct reader *reader, struct entry *entry)
{
    char author[2 * SIGN_PUBLIC_SIZE + 5];

    if (!scan_text(reader, author, sizeof(author)))
        return false;
    if (strcmp(author, "reporter") == 0 || strcmp(author, "server") == 0) {
        entry->by = author[0] == 'r' ? BY_REPORTER : BY_SERVER;
        return true;
    }
    entry->by = BY_MODERATOR;
    return hex_parse(author, strlen(author), entry->key, sizeof(entry->key)) ||
           scan_refuse(reader, "\"by\" must be a public key in lower-case hex");
}

static bool read_digest(struct reader *reader, struct entry *entry)
{
    char text[2 * SECRET_KEY_SIZE + 5];

    if (!scan_text(reader, text, sizeof(text)))
        return false;
    return hex_parse(text, strlen(text), entry->digest, sizeof(entry->digest)) ||
           scan_refuse(reader, "\"digest\" must be 64 lower-case hex digits");
}

static bool read_hide_note(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    if (!scan_integer(reader, 0, 1, &value))
        return false;
    entry->hide_note = value == 1;
    entry->keys |= ENTRY_HIDE_NOTE;
    return true;
}

static bool read_note(struct reader *reader, struct entry *entry)
{
    entry->keys |= ENTRY_NOTE;
    return scan_text(reader, entry->note, sizeof(entry->note));
}

static bool read_reason(struct reader *reader, struct entry *entry)
{
    entry->keys |= ENTRY_REASON;
    return scan_text(reader, entry->reason, sizeof(entry->reason));
}

static bool read_report(struct reader *reader, struct entry *entry)
{
    char text[UUID_TEXT_SIZE + 4];

    if (!scan_text(reader, text, sizeof(text)))
        return false;
    return uuid_parse(text, strlen(text), entry->report) ||
           scan_refuse(reader, "\"report\" must be a report's id");
}

static bool read_reports(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    if (!scan_integer(reader, 1, UINT32_MAX, &value))
        return false;
    entry->reports = (uint32_t)value;
    return true;
}

static bool read_root(struct reader *reader, struct entry *entry)
{
    char text[2 * SECRET_KEY_SIZE];

    if (!scan_text(reader, text, sizeof(text)))
        return false;
    return base64_parse(text, strlen(text), entry->root, sizeof(entry->root)) ||
           scan_refuse(reader, "\"root\" must be 32 bytes of base64");
}

static bool read_sig(struct reader *reader, struct entry *entry)
{
    char text[2 * SIGNATURE_SIZE];

    if (!scan_text(reader, text, sizeof(text)))
        return false;
    entry->has_signature = true;
    return base64_parse(text, strlen(text), entry->signature, sizeof(entry->signature)) ||
           scan_refuse(reader, "\"sig\" must be 64 bytes of base64");
}

static bool read_subject(struct reader *reader, struct entry *entry)
{
    return scan_text(reader, entry->subject, sizeof(entry->subject));
}

static bool read_survey(struct reader *reader, struct entry *entry)
{
    return scan_text(reader, entry->survey, sizeof(entry->survey));
}

static bool read_v(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    (void)entry;
    return scan_integer(reader, 1, 1, &value);
}

static bool read_version(struct reader *reader, struct entry *entry)
{
    uint64_t value;

    if (!scan_integer(reader, 1, UINT32_MAX, &value))
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

    if (!scan_text(reader, key, sizeof(key)) || !scan_char(reader, ':')) {
        scan_refuse(reader, "a key and a colon should stand here");
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

    if (!scan_char(reader, '{'))
        return scan_refuse(reader, "an object should stand here");
    do {
        field = next_field(reader, field);
        if (field == NULL || !field->read(reader, entry))
            return false;
        field++;
    } while (scan_char(reader, ','));
    if (!scan_char(reader, '}') || reader->at != reader->end)
        return scan_refuse(reader, "the end should stand here");
    for (; field < fields + ARRAY_LENGTH(fields); field++)
        if (field->required)
            return scan_refuse(reader, "\"survey\" and \"v\" are required");
    return true;
}

static bool check_shape(const struct reader *reader, const struct entry *entry)
{
    bool judged = entry->by == BY_MODERATOR && entry->act != ACT_REVERT;
    bool has_reason = entry->reason[0] != '\0';

    if (entry->by != entry_act_author(entry->act))
        return scan_refuse(reader, "\"by\" is not who may do this act");
    if (entry->reports > ENTRY_REPORTS_MAX && entry->by == BY_MODERATOR)
        return scan_refuse(reader, "a decision covers at most 10,000 reports");
    if (entry->reports != 0 && entry->by != BY_MODERATOR && entry->act != ACT_RECEIVED &&
        entry->act != ACT_PURGE)
        return scan_refuse(reader, "this act has no \"reports\"");
    if (judged && !has_reason)
        return scan_refuse(reader, "\"reason\" is missing");
    if (has_reason && entry->by != BY_MODERATOR)
        return scan_refuse(reader, "this act has no \"reason\"");
    if (entry->hide_note && entry->act != ACT_APPROVE)
        return scan_refuse(reader, "only an approval hides a note");
    if (entry->has_signature && entry->by != BY_MODERATOR)
        return scan_refuse(reader, "only a moderator's entry has a \"sig\"");
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

    entry->is_read = true;
    if (length > ENTRY_MAX)
        return error_set(error, ERROR_TOO_LARGE, "an entry has at most %d bytes", ENTRY_MAX);
    if (!read_fields(&reader, entry) || !check_shape(&reader, entry) ||
        !check_canonical(&reader, entry))
        return false;
    *entry_out = *entry;
    return true;
}
