/* SHA256SUMS of a mirror. */
#include <string.h>

#include "collector/base/file.h"
#include "moderation/mirror.h"

enum {
    HEX = 2 * SECRET_KEY_SIZE,
    SUMS_MAX = 1 << 28
};

static bool is_as_fetched(const char *folder, const char *sum, const char *path)
{
    auto_buffer struct buffer bytes = {0};
    struct error ignored = {0};
    uint8_t expected[SECRET_KEY_SIZE];
    uint8_t digest[SECRET_KEY_SIZE];

    if (!hex_parse(sum, HEX, expected, sizeof expected) ||
        !mirror_read(folder, path, MIRROR_FILE_MAX, &bytes, &ignored))
        return false;
    sha256_bytes(bytes.data, bytes.length, digest);
    return memcmp(digest, expected, sizeof digest) == 0;
}

bool mirror_check_sums(const char *folder, void (*each)(void *context, const char *fault),
                       void *context, size_t *files_out, struct error *error)
{
    auto_buffer struct buffer text = {0};
    size_t files = 0;

    if (!mirror_read(folder, "SHA256SUMS", SUMS_MAX, &text, error))
        return false;
    for (char *at = text.data; *at != '\0'; files++) {
        char *end = strchr(at, '\n');
        auto_buffer struct buffer fault = {0};
        if (end == NULL || end - at < HEX + 3 || memcmp(at + HEX, "  ", 2) != 0) {
            each(context, "SHA256SUMS is not a list of sums");
            break;
        }
        *end = '\0';
        buffer_format(&fault, "%s is not as it was fetched", at + HEX + 2);
        if (!is_as_fetched(folder, at, at + HEX + 2))
            each(context, fault.data);
        at = end + 1;
    }
    *files_out = files;
    return true;
}
