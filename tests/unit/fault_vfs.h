#ifndef ZHANJI_TESTS_FAULT_VFS_H
#define ZHANJI_TESTS_FAULT_VFS_H

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/memory.h"

/*
 * A disk that fails at its N-th write, truncation or sync, and a power cut: everything from then
 * on fails, and what was not synced is lost, or lost in part (sqlite.org/vfs.html). It stands
 * before the machine's own VFS and never really syncs.
 */
enum fault {
    FAULT_NONE,
    FAULT_FULL_ONCE,  /* SQLITE_FULL that once */
    FAULT_FULL,       /* from then on, until it is lifted */
    FAULT_IO_ONCE,    /* SQLITE_IOERR that once */
    FAULT_CUT_LOSING, /* power cut; what was not synced is lost */
    FAULT_CUT_TEARING /* power cut; some of it is lost, in no order */
};

enum {
    FAULT_FILES = 8,
    FAULT_PATH_SIZE = 128
};

/* A change that is not synced yet: how to undo it. */
struct unsynced {
    char path[FAULT_PATH_SIZE];
    sqlite3_int64 offset, size_before;
    size_t length; /* of what was there, at most what was overwritten or cut off */
    char *bytes;
    struct unsynced *before;
};

static struct fault_disk {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    enum fault fault;
    long countdown; /* operations until it fails */
    bool failed;    /* it has */
    bool cut;       /* the power is off */
    unsigned seed;
    struct unsynced *last;
} fault_disk;

struct fault_file {
    sqlite3_file base;
    char path[FAULT_PATH_SIZE];
    sqlite3_file *real;
};

static inline sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct fault_file *)(void *)file)->real;
}

static inline const char *path_of(sqlite3_file *file)
{
    return ((struct fault_file *)(void *)file)->path;
}

/* SQLITE_OK, or how this operation fails. */
static inline int fault_strikes(int io_code)
{
    struct fault_disk *disk = &fault_disk;
    if (disk->cut)
        return io_code;
    bool now = disk->fault != FAULT_NONE && --disk->countdown == 0;
    disk->failed |= now;
    disk->cut = disk->failed && disk->fault >= FAULT_CUT_LOSING;
    bool full = disk->fault == FAULT_FULL_ONCE ? now : disk->fault == FAULT_FULL && disk->failed;
    if (full)
        return SQLITE_FULL;
    return now || disk->cut ? io_code : SQLITE_OK;
}

static inline void remember_unsynced(sqlite3_file *file, sqlite3_int64 offset, size_t length)
{
    sqlite3_file *real = real_of(file);
    struct unsynced *change = memory_zeroed(1, sizeof *change);
    real->pMethods->xFileSize(real, &change->size_before);
    snprintf(change->path, sizeof change->path, "%s", path_of(file));
    change->offset = offset;
    if (offset < change->size_before) {
        sqlite3_int64 there = change->size_before - offset;
        change->length = (sqlite3_int64)length < there ? length : (size_t)there;
        change->bytes = memory_alloc(change->length + 1);
        real->pMethods->xRead(real, change->bytes, (int)change->length, offset);
    }
    change->before = fault_disk.last;
    fault_disk.last = change;
}

static inline void forget_unsynced(const char *path)
{
    struct unsynced **link = &fault_disk.last;
    while (*link != NULL) {
        struct unsynced *change = *link;
        if (path != NULL && strcmp(change->path, path) != 0) {
            link = &change->before;
            continue;
        }
        *link = change->before;
        free(change->bytes);
        free(change);
    }
}

static inline void undo(const struct unsynced *change)
{
    FILE *file = fopen(change->path, "r+b");
    if (file == NULL)
        return;
    fseek(file, (long)change->offset, SEEK_SET);
    if (change->length > 0)
        (void)!fwrite(change->bytes, 1, change->length, file);
    fflush(file);
    (void)!ftruncate(fileno(file), change->size_before);
    fclose(file);
}

/* After a cut, when all files are closed: what the disk has really kept. */
static inline void lose_unsynced(void)
{
    for (const struct unsynced *change = fault_disk.last; change != NULL; change = change->before) {
        fault_disk.seed = fault_disk.seed * 1664525 + 1013904223;
        if (fault_disk.fault == FAULT_CUT_LOSING || (fault_disk.seed & 0x40000000) != 0)
            undo(change);
    }
    forget_unsynced(NULL);
}

static inline int fault_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static inline int fault_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, length, offset);
}

static inline int fault_write(sqlite3_file *file, const void *bytes, int length,
                              sqlite3_int64 offset)
{
    int code = fault_strikes(SQLITE_IOERR_WRITE);
    if (code != SQLITE_OK)
        return code;
    remember_unsynced(file, offset, (size_t)length);
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, length, offset);
}

static inline int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    sqlite3_int64 now = 0;
    int code = fault_strikes(SQLITE_IOERR_TRUNCATE);
    if (code != SQLITE_OK)
        return code;
    real_of(file)->pMethods->xFileSize(real_of(file), &now);
    if (now > size)
        remember_unsynced(file, size, (size_t)(now - size));
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static inline int fault_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    int code = fault_strikes(SQLITE_IOERR_FSYNC);
    if (code == SQLITE_OK)
        forget_unsynced(path_of(file));
    return code;
}

static inline int fault_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static inline int fault_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static inline int fault_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static inline int fault_reserved(sqlite3_file *file, int *held)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static inline int fault_control(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static inline int fault_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static inline int fault_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods fault_methods = {
    .iVersion = 1,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_reserved,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector,
    .xDeviceCharacteristics = fault_characteristics,
};

static inline int fault_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                             int *flags_out)
{
    (void)vfs;
    struct fault_file *opened = (struct fault_file *)(void *)file;
    *opened = (struct fault_file){.real = (sqlite3_file *)(void *)(opened + 1)};
    snprintf(opened->path, sizeof opened->path, "%s", path == NULL ? "" : path);
    int code = fault_disk.real->xOpen(fault_disk.real, path, opened->real, flags, flags_out);
    if (code == SQLITE_OK)
        opened->base.pMethods = &fault_methods;
    return code;
}

static inline int fault_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    int code = fault_strikes(SQLITE_IOERR_DELETE);
    return code == SQLITE_OK ? fault_disk.real->xDelete(fault_disk.real, path, sync) : code;
}

/* Becomes the VFS of all connections opened from now on. */
static inline void fault_install(void)
{
    fault_disk.real = sqlite3_vfs_find(NULL);
    fault_disk.vfs = *fault_disk.real;
    fault_disk.vfs.zName = "fault";
    fault_disk.vfs.szOsFile = (int)sizeof(struct fault_file) + fault_disk.real->szOsFile;
    fault_disk.vfs.xOpen = fault_open;
    fault_disk.vfs.xDelete = fault_delete;
    sqlite3_vfs_register(&fault_disk.vfs, 1);
}

static inline void fault_set(enum fault fault, long countdown)
{
    fault_disk.fault = fault;
    fault_disk.countdown = countdown;
    fault_disk.failed = false;
    fault_disk.cut = false;
    fault_disk.seed = (unsigned)countdown;
}

#endif
