/* Runs a fuzz target over files and folders of files: a corpus as an ordinary test. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

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

/* How many files were run; -1 if one could not be read. */
static int replay(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return replay_file(path);
    int count = 0;
    for (const struct dirent *entry; count >= 0 && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        auto_buffer struct buffer inner = {0};
        buffer_format(&inner, "%s/%s", path, entry->d_name);
        int ran = replay(inner.data);
        count = ran < 0 ? -1 : count + ran;
    }
    closedir(folder);
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
