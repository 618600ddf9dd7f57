/* Runs a fuzz target over files and folders of files: a corpus as an ordinary test. */
#include <stdio.h>

#include "collector/base/file.h"
#include "tests/fuzz/target.h"

enum {
    FILE_MAX = 1 << 20
};

static int replay_file(const char *path)
{
    auto_buffer struct buffer bytes = {0};
    struct error error = {0};
    if (!file_read(path, FILE_MAX, &bytes, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return -1;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)bytes.data, bytes.length);
    return 1;
}

/* How many files were run, of a folder or one alone; -1 if one could not be read. */
static int replay(const char *path)
{
    struct source folder = {.directory = path};
    struct source_list list = {0};
    if (!source_list(&folder, ".", &list, NULL))
        return replay_file(path);
    int count = 0;
    for (size_t i = 0; count >= 0 && i < list.count; i++) {
        auto_buffer struct buffer inner = {0};
        buffer_format(&inner, "%s/%s", path, list.paths[i]);
        count = replay_file(inner.data) < 0 ? -1 : count + 1;
    }
    source_list_finish(&list);
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        int count = replay(argv[i]);
        if (count < 0)
            return 1;
        total += count;
    }
    printf("%d inputs replayed\n", total);
    return total > 0 ? 0 : 1;
}
