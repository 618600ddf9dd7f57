#include "collector/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_file(int *file)
{
    if (*file >= 0)
        close(*file);
    *file = -1;
}

#define auto_close __attribute__((cleanup(close_file)))

static bool system_error(struct error *error, const char *verb, const char *path)
{
    enum error_kind kind = errno == ENOENT ? ERROR_NOT_FOUND : ERROR_INVALID;
    return error_set(error, kind, "cannot %s %s: %s", verb, path, strerrordesc_np(errno));
}

bool file_read(const char *path, size_t limit, struct buffer *buffer, struct error *error)
{
    auto_close int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return system_error(error, "open", path);
    size_t before = buffer->length;
    for (;;) {
        char *end = buffer_reserve(buffer, 65536);
        ssize_t count = read(file, end, 65536);
        if (count < 0)
            return system_error(error, "read", path);
        buffer->length += (size_t)count;
        buffer->data[buffer->length] = '\0';
        if (count == 0)
            return true;
        if (buffer->length - before > limit)
            return error_set(error, ERROR_TOO_LARGE, "%s is larger than %zu bytes", path, limit);
    }
}

static bool write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(file, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

static bool sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    auto_free char *name =
        slash == NULL ? memory_text(".") : memory_slice(path, (size_t)(slash - path) + 1);
    auto_close int folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder >= 0 && fsync(folder) == 0;
}

bool file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
                  struct error *error)
{
    auto_buffer struct buffer fresh = {0};
    buffer_format(&fresh, "%s.new", path);
    auto_close int file = open(fresh.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    if (file < 0)
        return system_error(error, "create", fresh.data);
    if (!write_all(file, bytes, length) || fsync(file) != 0) {
        system_error(error, "write", fresh.data);
        unlink(fresh.data);
        return false;
    }
    if (rename(fresh.data, path) != 0)
        return system_error(error, "replace", path);
    return sync_folder_of(path) || system_error(error, "sync the folder of", path);
}

static bool read_embedded(const struct source *source, const char *path, struct buffer *buffer,
                          struct error *error)
{
    for (size_t i = 0; i < source->count; i++) {
        if (strcmp(source->files[i].path, path) == 0) {
            buffer_bytes(buffer, source->files[i].data, source->files[i].length);
            return true;
        }
    }
    return error_set(error, ERROR_NOT_FOUND, "%s is not built in", path);
}

bool source_read(const struct source *source, const char *path, struct buffer *buffer,
                 struct error *error)
{
    if (source->directory == NULL)
        return read_embedded(source, path, buffer, error);
    auto_buffer struct buffer whole = {0};
    buffer_format(&whole, "%s/%s", source->directory, path);
    return file_read(whole.data, (size_t)256 << 20, buffer, error);
}

static void list_add(struct source_list *list, const char *folder, const char *name)
{
    auto_buffer struct buffer path = {0};
    buffer_format(&path, "%s/%s", folder, name);
    list->paths = memory_resize_take(list->paths, list->count + 1, sizeof *list->paths);
    list->paths[list->count++] = buffer_take(&path);
}

static void list_embedded(const struct source *source, const char *folder, struct source_list *list)
{
    size_t length = strlen(folder);
    for (size_t i = 0; i < source->count; i++) {
        const char *path = source->files[i].path;
        if (strncmp(path, folder, length) == 0 && path[length] == '/')
            list_add(list, folder, path + length + 1);
    }
}

static int is_visible(const struct dirent *item)
{
    return item->d_name[0] != '.';
}

static bool list_directory(const struct source *source, const char *folder,
                           struct source_list *list, struct error *error)
{
    auto_buffer struct buffer path = {0};
    buffer_format(&path, "%s/%s", source->directory, folder);
    struct dirent **items = NULL;
    int count = scandir(path.data, &items, is_visible, NULL);
    if (count < 0)
        return system_error(error, "open the folder", path.data);
    for (int i = 0; i < count; i++) {
        list_add(list, folder, items[i]->d_name);
        free(items[i]);
    }
    free(items);
    return true;
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

bool source_list(const struct source *source, const char *folder, struct source_list *list_out,
                 struct error *error)
{
    struct source_list list = {0};
    if (source->directory == NULL)
        list_embedded(source, folder, &list);
    else if (!list_directory(source, folder, &list, error))
        return false;
    if (list.count > 1)
        qsort(list.paths, list.count, sizeof *list.paths, compare_paths);
    *list_out = list;
    return true;
}

void source_list_finish(struct source_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (struct source_list){0};
}
