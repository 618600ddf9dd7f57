#include "collector/log/checkpoint.h"

#include <string.h>

#include "collector/base/number.h"

static const char proof_head[] = "c2sp.org/tlog-proof@v1";

/* One line of a text, and where the next begins. */
struct lines {
    const char *at;
    const char *end;
};

struct line {
    const char *text;
    size_t length;
};

static bool next_line(struct lines *lines, struct line *line_out)
{
    const char *end =
        lines->at < lines->end ? memchr(lines->at, '\n', (size_t)(lines->end - lines->at)) : NULL;

    if (end == NULL)
        return false;
    *line_out = (struct line){lines->at, (size_t)(end - lines->at)};
    lines->at = end + 1;
    return true;
}

/* Without leading zeros, which number_unsigned would take. */
static bool parse_count(const char *text, size_t length, uint64_t *value_out)
{
    return !(length > 1 && text[0] == '0') && number_unsigned(text, length, INT64_MAX, value_out);
}

void checkpoint_text(const struct checkpoint *checkpoint, struct buffer *buffer)
{
    buffer_format(buffer, "%s\n%llu\n", checkpoint->origin, (unsigned long long)checkpoint->size);
    buffer_base64(buffer, checkpoint->root.bytes, sizeof(checkpoint->root.bytes));
    buffer_char(buffer, '\n');
}

void checkpoint_sign(const struct checkpoint *checkpoint, const struct note_key *key,
                     const struct secret_key *secret, struct buffer *buffer)
{
    auto_buffer struct buffer text = {0};

    checkpoint_text(checkpoint, &text);
    buffer_bytes(buffer, text.data, text.length);
    buffer_char(buffer, '\n');
    note_sign(text.data, text.length, key, secret, buffer);
}

static bool parse_head(struct lines *lines, struct checkpoint *checkpoint)
{
    struct line origin;
    struct line size;
    struct line root;

    if (!next_line(lines, &origin) || !next_line(lines, &size) || !next_line(lines, &root) ||
        origin.length == 0 || origin.length > NOTE_NAME_MAX ||
        memchr(origin.text, '\0', origin.length) != NULL)
        return false;
    memcpy(checkpoint->origin, origin.text, origin.length);
    checkpoint->origin[origin.length] = '\0';
    return parse_count(size.text, size.length, &checkpoint->size) &&
           base64_parse(root.text, root.length, checkpoint->root.bytes,
                        sizeof(checkpoint->root.bytes));
}

bool checkpoint_parse(const char *text, size_t length, struct checkpoint *checkpoint_out,
                      struct error *error)
{
    struct lines lines = {text, text + length};
    struct checkpoint checkpoint = {0};
    struct line extension;

    if (length == 0 || text[length - 1] != '\n' || !parse_head(&lines, &checkpoint))
        return error_set(error, ERROR_INVALID, "not a checkpoint: origin, size, root");
    while (next_line(&lines, &extension))
        if (extension.length == 0)
            return error_set(error, ERROR_INVALID, "a checkpoint with an empty line");
    *checkpoint_out = checkpoint;
    return true;
}

bool checkpoint_open(const char *note, size_t length, const char *origin,
                     const struct note_verifiers *verifiers, struct checkpoint *checkpoint_out,
                     struct error *error)
{
    struct checkpoint checkpoint;
    size_t text_length;

    if (!note_open(note, length, verifiers, &text_length, error) ||
        !checkpoint_parse(note, text_length, &checkpoint, error))
        return false;
    if (strcmp(checkpoint.origin, origin) != 0) {
        return error_set(error, ERROR_INVALID, "a checkpoint of another log: %s",
                         checkpoint.origin);
    }
    *checkpoint_out = checkpoint;
    return true;
}

void tlog_proof_print(const struct tlog_proof *proof, struct buffer *buffer)
{
    buffer_format(buffer, "%s\nindex %llu\n", proof_head, (unsigned long long)proof->index);
    for (size_t i = 0; i < proof->proof.count; i++) {
        buffer_base64(buffer, proof->proof.hashes[i].bytes, SECRET_KEY_SIZE);
        buffer_char(buffer, '\n');
    }
    buffer_char(buffer, '\n');
    buffer_bytes(buffer, proof->checkpoint, proof->checkpoint_length);
}

static bool parse_index(struct line line, uint64_t *index_out)
{
    static const char word[] = "index ";
    size_t skip = sizeof(word) - 1;

    return line.length > skip && memcmp(line.text, word, skip) == 0 &&
           parse_count(line.text + skip, line.length - skip, index_out);
}

static bool parse_hashes(struct lines *lines, struct proof *proof)
{
    struct line line;

    while (next_line(lines, &line)) {
        if (line.length == 0)
            return true;
        if (proof->count == PROOF_MAX ||
            !base64_parse(line.text, line.length, proof->hashes[proof->count].bytes,
                          SECRET_KEY_SIZE))
            return false;
        proof->count++;
    }
    return false;
}

bool tlog_proof_parse(const char *text, size_t length, struct tlog_proof *proof_out,
                      struct error *error)
{
    struct lines lines = {text, text + length};
    struct tlog_proof proof = {0};
    struct line line;

    if (!next_line(&lines, &line) || line.length != sizeof(proof_head) - 1 ||
        memcmp(line.text, proof_head, line.length) != 0 || !next_line(&lines, &line))
        return error_set(error, ERROR_INVALID, "not a proof: it should begin with %s", proof_head);
    if (line.length > 6 && memcmp(line.text, "extra ", 6) == 0 && !next_line(&lines, &line))
        return error_set(error, ERROR_INVALID, "a proof that is cut off");
    if (!parse_index(line, &proof.index) || !parse_hashes(&lines, &proof.proof))
        return error_set(error, ERROR_INVALID, "a proof without a well-formed index and hashes");
    proof.checkpoint = lines.at;
    proof.checkpoint_length = (size_t)(lines.end - lines.at);
    *proof_out = proof;
    return true;
}
