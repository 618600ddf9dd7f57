#include "collector/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/store/collector.h"

enum {
    BACKUP_PAGES = 1024 /* copied between two batches */
};

void backup_init(struct backup *backup)
{
    pthread_mutex_init(&backup->mutex, NULL);
}

void backup_finish(struct backup *backup)
{
    pthread_mutex_destroy(&backup->mutex);
}

bool backup_ask(struct backup *backup, struct store_backup *request)
{
    pthread_mutex_lock(&backup->mutex);
    bool free = !backup->busy;
    if (free) {
        backup->busy = true;
        backup->request = request;
    }
    pthread_mutex_unlock(&backup->mutex);
    return free;
}

bool backup_begins(struct backup *backup)
{
    pthread_mutex_lock(&backup->mutex);
    struct store_backup *request = backup->request;
    backup->request = NULL;
    pthread_mutex_unlock(&backup->mutex);
    if (request != NULL)
        backup->current = request;
    return request != NULL;
}

bool backup_is_running(const struct backup *backup)
{
    return backup->current != NULL;
}

static void close_target(struct backup *backup)
{
    sqlite3_backup_finish(backup->copy);
    sqlite3_close(backup->target);
    if (backup->path != NULL)
        unlink(backup->path);
    free(backup->path);
    backup->copy = NULL;
    backup->target = NULL;
    backup->path = NULL;
}

static void hand_over(struct backup *backup, const struct error *error)
{
    struct store_backup *request = backup->current;
    request->job.error = *error;
    request->job.next = NULL;
    close_target(backup);
    backup->current = NULL;
    pthread_mutex_lock(&backup->mutex);
    backup->busy = false;
    pthread_mutex_unlock(&backup->mutex);
    collectors_deliver(&request->job);
}

static bool make_file(struct backup *backup, const char *database_path, struct error *error)
{
    auto_buffer struct buffer path = {0};
    buffer_format(&path, "%s.state", database_path);
    if (mkdir(path.data, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_INTERNAL, "%s: errno %d", path.data, errno);
    buffer_text(&path, "/backup.db");
    unlink(path.data);
    int fd = open(path.data, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(error, ERROR_INTERNAL, "%s: errno %d", path.data, errno);
    close(fd);
    backup->path = buffer_take(&path);
    return true;
}

/* A crash leaves at most a file that the next backup replaces, so nothing needs a journal. */
static bool open_target(struct backup *backup, sqlite3 *database, const char *database_path,
                        struct error *error)
{
    if (!make_file(backup, database_path, error))
        return false;
    int code = sqlite3_open_v2(backup->path, &backup->target,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(backup->target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
                            NULL, NULL, NULL);
    if (code == SQLITE_OK)
        backup->copy = sqlite3_backup_init(backup->target, "main", database, "main");
    return backup->copy != NULL ||
           error_set(error, ERROR_INTERNAL, "%s: %s", backup->path, sqlite3_errstr(code));
}

static bool open_copy(struct backup *backup, struct error *error)
{
    struct stat status;
    sqlite3_backup_finish(backup->copy);
    backup->copy = NULL;
    sqlite3_close(backup->target);
    backup->target = NULL;
    int fd = open(backup->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        return error_set(error, ERROR_INTERNAL, "%s: errno %d", backup->path, errno);
    backup->current->fd = fd;
    backup->current->size = (uint64_t)status.st_size;
    return true;
}

void backup_work(struct backup *backup, sqlite3 *database, const char *database_path)
{
    struct error error = {0};
    if (backup->current == NULL)
        return;
    if (backup->copy == NULL && !open_target(backup, database, database_path, &error)) {
        hand_over(backup, &error);
        return;
    }
    int code = sqlite3_backup_step(backup->copy, BACKUP_PAGES);
    if (code == SQLITE_OK)
        return;
    if (code == SQLITE_DONE)
        (void)open_copy(backup, &error);
    else
        error_set(&error, ERROR_BUSY, "the copy could not be written: %s", sqlite3_errstr(code));
    hand_over(backup, &error);
}

void backup_abandon(struct backup *backup)
{
    struct error error = {0};
    (void)backup_begins(backup);
    error_set(&error, ERROR_BUSY, "the server is stopping");
    if (backup->current != NULL)
        hand_over(backup, &error);
}
