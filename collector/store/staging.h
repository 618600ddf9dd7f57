#ifndef ZHANJI_STORE_STAGING_H
#define ZHANJI_STORE_STAGING_H

#include "collector/base/map.h"
#include "collector/base/secret.h"

struct session;

/* A report that is in the staging table. The map's value says where and what belongs to it. */
enum {
    STAGED_WORDS = 1,    /* it has texts */
    STAGED_BOX = 2,      /* it has a sealed note */
    STAGED_REPORTER = 4, /* it has a pseudonym */
    STAGED_BITS = 3      /* seq << STAGED_BITS | flags */
};

struct staged {
    uint8_t uuid[UUID_SIZE];
    uint64_t value;
};

struct staging {
    struct map *map; /* id to value */
    uint64_t next;   /* seq of the next arrival */

    /* What the transaction did to the map, to be undone if it is rolled back. */
    struct staging_change {
        struct staged staged;
        bool added;
    } * changes;

    size_t change_count, change_capacity;
    /* The move to the main table that goes on: copies in id order, so that the order of arrival
     * is lost, then drops in order of arrival, so that whole pages go; both in pieces. */
    struct staged *moving; /* by id; NULL: none */
    size_t moving_count, copied;
    uint64_t move_last, dropped; /* seq of the last one to be dropped; dropped so far */
    int64_t oldest; /* when the oldest may have arrived, Unix seconds; meaningless while empty */
};

/* Reads what a previous run left. */
NODISCARD bool staging_load(struct session *session, struct error *error);
void staging_finish(struct staging *staging);
void staging_add(struct session *session, const uint8_t uuid[UUID_SIZE], uint64_t value);
void staging_commit(struct staging *staging);
void staging_rollback(struct staging *staging);

/* Moves one report to the main table, at once. */
NODISCARD bool staging_move(struct session *session, const struct staged *staged,
                            struct error *error);
/* Of a report that is in the main table: nothing of it is left in staging. */
NODISCARD bool staging_erase(struct session *session, const uint8_t uuid[UUID_SIZE],
                             struct error *error);
/* Begins a move of all that is staged now; false if nothing is or one goes on. */
bool staging_begin_move(struct staging *staging, int64_t now);
bool staging_is_moving(const struct staging *staging);
/* Copies or drops up to `count` more in this transaction; *done_out is how many were dealt with.
 * After the commit the caller advances by them. */
NODISCARD bool staging_move_some(struct session *session, size_t count, size_t *done_out,
                                 struct error *error);
/* True when the move has come to its end. */
bool staging_advance(struct staging *staging, size_t count);

#endif
