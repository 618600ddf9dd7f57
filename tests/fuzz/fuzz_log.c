#include <string.h>

#include "collector/log/checkpoint.h"
#include "collector/log/tile.h"
#include "tests/fuzz/target.h"

static void check_checkpoint(const char *text, size_t size)
{
    auto_buffer struct buffer again = {0};
    struct checkpoint checkpoint;

    if (!checkpoint_parse(text, size, &checkpoint, NULL))
        return;
    checkpoint_text(&checkpoint, &again);
    /* Extension lines may follow what is printed again. */
    PROMISE(again.length <= size && memcmp(again.data, text, again.length) == 0);
}

static void check_proof(const char *text, size_t size)
{
    auto_buffer struct buffer again = {0};
    struct tlog_proof proof;
    struct tlog_proof second;

    if (!tlog_proof_parse(text, size, &proof, NULL))
        return;
    PROMISE(proof.proof.count <= PROOF_MAX);
    tlog_proof_print(&proof, &again);
    PROMISE(tlog_proof_parse(again.data, again.length, &second, NULL));
    PROMISE(second.index == proof.index && second.proof.count == proof.proof.count);
}

static void check_tile(const char *text, size_t size)
{
    auto_buffer struct buffer again = {0};
    struct tile tile;

    if (!tile_path_parse(text, size, &tile))
        return;
    tile_path(&tile, &again);
    PROMISE(again.length == size && memcmp(again.data, text, size) == 0);
}

static void check_bundle(const char *text, size_t size)
{
    auto_buffer struct buffer again = {0};
    const char *entry;
    size_t length;
    size_t position = 0;

    while (tile_bundle_next(text, size, &position, &entry, &length))
        tile_bundle_add(&again, entry, length);
    PROMISE(again.length == position &&
            memcmp(again.length ? again.data : text, text, position) == 0);
}

/* The files of the log as somebody else's server might send them. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    auto_free char *text = memory_slice(size != 0 ? (const char *)bytes : "", size);
    struct note_verifiers nobody = {0};
    struct note_key key;
    size_t text_length;

    PROMISE(!note_open(text, size, &nobody, &text_length, NULL));
    if (note_key_parse(text, size, &key, NULL)) {
        auto_buffer struct buffer again = {0};
        note_key_print(&key, &again);
        PROMISE(again.length == size && memcmp(again.data, text, size) == 0);
    }
    check_checkpoint(text, size);
    check_proof(text, size);
    check_tile(text, size);
    check_bundle(text, size);
    return 0;
}
