#include <string.h>

#include "collector/log/entry.h"
#include "tests/fuzz/target.h"

/* What is taken for an entry is its canonical form: printed again it is the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    auto_free char *line = memory_slice(size != 0 ? (const char *)bytes : "", size);
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    auto_buffer struct buffer again = {0};
    struct error error = {0};

    if (!entry_parse(line, size, entry, &error)) {
        PROMISE(error.kind == ERROR_INVALID || error.kind == ERROR_TOO_LARGE);
        return 0;
    }
    entry_print(entry, &again);
    PROMISE(again.length == size && memcmp(again.data, line, size) == 0);
    PROMISE(entry->has_signature || !entry_verify(entry));
    return 0;
}
