#ifndef ZHANJI_STORE_BACKUP_H
#define ZHANJI_STORE_BACKUP_H

#include <pthread.h>
#include <sqlite3.h>

#include "collector/store/store.h"

/* A copy that is made page by page between batches (sqlite.org/backup.html); what the same
 * connection writes meanwhile goes into it as well. */
struct backup {
    pthread_mutex_t mutex;
    struct store_backup *request; /* handed over by store_backup; NULL: none */
    bool busy;                    /* until its result is handed back */
    /* The store thread's own: */
    struct store_backup *current;
    sqlite3 *target;
    sqlite3_backup *copy;
    char *path; /* of the copy */
};

void backup_init(struct backup *backup);
void backup_finish(struct backup *backup);
/* False if one is asked for already. */
bool backup_ask(struct backup *backup, struct store_backup *request);
/* Takes up what was asked for: true once for each, then it is running. */
bool backup_begins(struct backup *backup);
bool backup_is_running(const struct backup *backup);
/* Begins, goes on with, or ends the copy. */
void backup_work(struct backup *backup, sqlite3 *database, const char *database_path);
/* Ends what is under way with ERROR_BUSY. */
void backup_abandon(struct backup *backup);

#endif
