#ifndef ZHANJI_STORE_INTERNAL_H
#define ZHANJI_STORE_INTERNAL_H

#include "collector/log/entry.h"
#include "collector/store/query.h"
#include "collector/store/session.h"
#include "collector/store/staging.h"
#include "collector/store/vocabulary.h"

enum {
    HOUR_SECONDS = 3600,
    SEALED_DAYS = 90, /* a sealed note outlives the decision by these (trust §4) */
    CONTENT_HASH_SIZE = SECRET_KEY_SIZE,
    PSEUDONYM_SIZE = 16,
    PAGE_STATEMENTS = 64,  /* of store/page.c */
    RECORD_STATEMENTS = 12 /* of store/record.c */
};

/* What waits, per station; kept in step with the tables, and put back when a batch is. */
struct pending {
    uint32_t *stations; /* station_count of them */
    uint64_t all;
};

/* Stations of which a batch touched anything that is shown. */
struct changes {
    bool *touched; /* by station; the last one, station_count, is about all */
    int *stations; /* -1 is about all */
    size_t count;
};

/* What a batch did to what is published. */
struct published_changes {
    struct published_change *at;
    size_t count, capacity;
};

/* The connection and all that belongs to its transaction. Used by the store thread alone. */
struct session {
    sqlite3 *database;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    struct parameters parameters[STATEMENT_COUNT];
    sqlite3_stmt *pages[PAGE_STATEMENTS];
    sqlite3_stmt *records[RECORD_STATEMENTS];
    void (*on_entries)(void *context); /* after a commit that appended some; NULL: nobody asked */
    void *on_entries_context;
    const struct survey *survey;
    struct clock clock;
    int64_t now;                       /* of the batch: Unix seconds */
    int failure;                       /* SQLITE_OK, or what made this transaction impossible */
    bool erased;                       /* this transaction erased what must leave the WAL as well */
    uint64_t entry_next, entry_before; /* number of the next entry; at the beginning */
    struct vocabulary vocabulary;
    struct staging staging;
    struct pending pending, pending_before;
    struct changes changes;
    struct published_changes published;
    struct hold *holds; /* being read, or not yet known to be released */

    /* What the last read gave away (session.h: "last until its next call"). */
    struct buffer visited_text, note, box;
    struct entry entry;    /* parsed, of number entry_cached - 1 */
    uint64_t entry_cached; /* 0: none */
};

/* session.c */
void session_init(struct session *session, const struct survey *survey, struct clock clock);
void session_finish(struct session *session); /* before the database is closed */
/* Reads what must be known before the first job; inside a transaction. */
NODISCARD bool session_load(struct session *session, struct error *error);
NODISCARD bool session_begin(struct session *session, struct error *error);
NODISCARD bool session_commit(struct session *session, struct error *error);
void session_rollback(struct session *session);
/* -1: about all. */
void changes_add(struct changes *changes, int station, int station_count);
void changes_clear(struct changes *changes, int station_count);
/* `uuid` of a report that was not published before; NULL: something else about the station. */
void published_add(struct session *session, int station, const uint8_t *uuid);

/* counts.c */
NODISCARD bool pending_load(struct session *session, struct error *error);
void pending_change(struct session *session, int station, int difference);

/* entries.c */
NODISCARD bool entries_load(struct session *session, struct error *error);
/* Appends a line; number_out counts from 0. */
NODISCARD bool entry_append(struct session *session, const char *line, size_t length, int64_t at,
                            uint64_t *number_out, struct error *error);
/* Prints and appends one that the server writes itself; fills `survey`. */
NODISCARD bool entry_write(struct session *session, struct entry *entry, uint64_t *number_out,
                           struct error *error);
/* Whether exactly this line is there already. */
NODISCARD bool entry_exists(struct session *session, const char *line, size_t length,
                            bool *exists_out, struct error *error);

/* What must be known of a report before anything is done with it. */
struct brief {
    bool found;
    bool amended;            /* an amendment waits; station, version and hash are the amendment's */
    uint64_t staged;         /* its value in the staging map; 0: not staged */
    enum report_state state; /* current: pending while an amendment waits */
    enum report_state main_state; /* of the row in `report` */
    int station, main_station;    /* -1 once withdrawn */
    uint32_t version;
    uint8_t content_hash[CONTENT_HASH_SIZE];
    int64_t reporter, main_reporter; /* numbers, 0 for the unnamed */
};

/* find.c */
NODISCARD bool brief_find(struct session *session, const uint8_t uuid[UUID_SIZE],
                          struct brief *brief_out, struct error *error);
/* Moves the report out of staging, where nothing but arriving happens. */
NODISCARD bool brief_settle(struct session *session, const uint8_t uuid[UUID_SIZE],
                            struct brief *brief, struct error *error);

/* amend.c: the amendment becomes the row in `report`. */
NODISCARD bool amendment_settle(struct session *session, const uint8_t uuid[UUID_SIZE],
                                const struct brief *brief, enum report_state state,
                                const uint64_t *entry, struct error *error);

/* hold.c: keeps what is published of this report for those who read an earlier moment; before it is
 * taken back or replaced. */
NODISCARD bool holds_keep(struct session *session, const uint8_t uuid[UUID_SIZE],
                          struct error *error);
void holds_finish(struct session *session);

/* sealed.c */
NODISCARD bool sealed_purge(struct session *session, struct error *error);

/* settings.c: one database, one survey. */
NODISCARD bool settings_check(struct session *session, struct error *error);

#endif
