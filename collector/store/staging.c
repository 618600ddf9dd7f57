#include "collector/store/staging.h"

#include <string.h>

#include "collector/store/row.h"

static void remember(struct staging *staging, const struct staged *staged, bool added)
{
    if (staging->change_count == staging->change_capacity) {
        staging->change_capacity = staging->change_capacity * 2 + 64;
        staging->changes = memory_resize_take(staging->changes, staging->change_capacity,
                                              sizeof *staging->changes);
    }
    staging->changes[staging->change_count++] = (struct staging_change){*staged, added};
}

void staging_add(struct session *session, const uint8_t uuid[UUID_SIZE], uint64_t value)
{
    struct staging *staging = &session->staging;
    struct staged staged = {.value = value};
    memcpy(staged.uuid, uuid, UUID_SIZE);
    if (map_size(staging->map) == 0)
        staging->oldest = session->now;
    map_put(staging->map, uuid, UUID_SIZE, value);
    staging->next = (value >> STAGED_BITS) + 1;
    remember(staging, &staged, true);
}

static void start_again_when_empty(struct staging *staging)
{
    if (map_size(staging->map) == 0 && staging->moving == NULL)
        staging->next = 1;
}

void staging_commit(struct staging *staging)
{
    staging->change_count = 0;
    start_again_when_empty(staging);
}

void staging_rollback(struct staging *staging)
{
    while (staging->change_count > 0) {
        const struct staging_change *change = &staging->changes[--staging->change_count];
        if (change->added)
            map_remove(staging->map, change->staged.uuid, UUID_SIZE);
        else
            map_put(staging->map, change->staged.uuid, UUID_SIZE, change->staged.value);
    }
    start_again_when_empty(staging);
}

static bool drop_moved(struct session *session, struct error *error)
{
    auto_query struct query drop = query_begin(session, SQL_ARRIVAL_DROP_MOVED);
    auto_query struct query end = query_begin(session, SQL_MOVE_END);
    return query_run(&drop, error) && query_run(&end, error);
}

/* Columns of SQL_ARRIVAL_ALL. */
static bool load_row(struct query *query, struct staging *staging)
{
    uint64_t seq = (uint64_t)query_column(query, 0);
    uint64_t flags = (query_column(query, 2) != 0 ? STAGED_WORDS : 0) |
                     (query_column(query, 3) != 0 ? STAGED_BOX : 0) |
                     (query_column(query, 4) != 0 ? STAGED_REPORTER : 0);
    const void *uuid = sqlite3_column_blob(query->statement, 1);
    if (uuid == NULL || sqlite3_column_bytes(query->statement, 1) != UUID_SIZE)
        return false;
    map_put(staging->map, uuid, UUID_SIZE, seq << STAGED_BITS | flags);
    staging->next = seq + 1;
    return true;
}

bool staging_load(struct session *session, struct error *error)
{
    struct staging *staging = &session->staging;
    staging->next = 1;
    /* How old these are is not written anywhere, so they are due at once. */
    staging->oldest = INT64_MIN;
    if (!drop_moved(session, error))
        return false;
    auto_query struct query query = query_begin(session, SQL_ARRIVAL_ALL);
    while (query_next(&query))
        if (!load_row(&query, staging))
            return session_failed(session, SQLITE_CORRUPT, error);
    return query_done(&query, error);
}

void staging_finish(struct staging *staging)
{
    map_destroy(staging->map);
    free(staging->changes);
    free(staging->moving);
    *staging = (struct staging){0};
}

static bool run_on(struct session *session, enum statement statement, uint64_t seq,
                   struct error *error)
{
    auto_query struct query query = query_begin(session, statement);
    query_integer(&query, ":seq", (int64_t)seq);
    return query_run(&query, error);
}

static bool count_reporter(struct session *session, uint64_t seq, int64_t *number_out,
                           struct error *error)
{
    bool row;
    auto_query struct query query = query_begin(session, SQL_ARRIVAL_REPORTER);
    query_integer(&query, ":seq", (int64_t)seq);
    if (!query_step(&query, &row, error))
        return false;
    const void *pseudonym = row ? sqlite3_column_blob(query.statement, 0) : NULL;
    if (pseudonym == NULL || sqlite3_column_bytes(query.statement, 0) != PSEUDONYM_SIZE)
        return session_failed(session, SQLITE_CORRUPT, error);
    return reporter_count(session, pseudonym, number_out, error);
}

static bool copy_row(struct session *session, uint64_t seq, int64_t reporter, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_ARRIVAL_MOVE);
    query_integer(&query, ":seq", (int64_t)seq);
    if (reporter != 0)
        query_integer(&query, ":reporter", reporter);
    return query_run(&query, error);
}

static bool copy(struct session *session, const struct staged *staged, struct error *error)
{
    uint64_t seq = staged->value >> STAGED_BITS;
    int64_t reporter = 0;
    if ((staged->value & STAGED_REPORTER) != 0 && !count_reporter(session, seq, &reporter, error))
        return false;
    if (!copy_row(session, seq, reporter, error))
        return false;
    if ((staged->value & STAGED_WORDS) != 0 && !run_on(session, SQL_ARRIVAL_MOVE_WORDS, seq, error))
        return false;
    if ((staged->value & STAGED_BOX) != 0 && !run_on(session, SQL_ARRIVAL_MOVE_BOX, seq, error))
        return false;
    map_remove(session->staging.map, staged->uuid, UUID_SIZE);
    remember(&session->staging, staged, false);
    return true;
}

bool staging_move(struct session *session, const struct staged *staged, struct error *error)
{
    return copy(session, staged, error) &&
           run_on(session, SQL_ARRIVAL_DROP, staged->value >> STAGED_BITS, error);
}

static int by_id(const void *left, const void *right)
{
    return memcmp(((const struct staged *)left)->uuid, ((const struct staged *)right)->uuid,
                  UUID_SIZE);
}

bool staging_erase(struct session *session, const uint8_t uuid[UUID_SIZE], struct error *error)
{
    const struct staging *staging = &session->staging;
    struct staged wanted = {.value = 0};
    if (!staging_is_moving(staging))
        return true;
    memcpy(wanted.uuid, uuid, UUID_SIZE);
    const struct staged *found =
        bsearch(&wanted, staging->moving, staging->moving_count, sizeof wanted, by_id);
    return found == NULL || run_on(session, SQL_ARRIVAL_DROP, found->value >> STAGED_BITS, error);
}

bool staging_is_moving(const struct staging *staging)
{
    return staging->moving != NULL;
}

static void list_moving(struct staging *staging)
{
    size_t cursor = 0;
    const void *key;
    size_t length;
    uint64_t value;
    staging->moving = memory_zeroed(map_size(staging->map), sizeof *staging->moving);
    staging->moving_count = 0;
    while (map_next(staging->map, &cursor, &key, &length, &value)) {
        struct staged *staged = &staging->moving[staging->moving_count++];
        memcpy(staged->uuid, key, UUID_SIZE);
        staged->value = value;
    }
    qsort(staging->moving, staging->moving_count, sizeof *staging->moving, by_id);
}

bool staging_begin_move(struct staging *staging, int64_t now)
{
    if (map_size(staging->map) == 0 || staging_is_moving(staging))
        return false;
    list_moving(staging);
    staging->copied = 0;
    staging->dropped = 0;
    staging->move_last = staging->next - 1;
    staging->oldest = now; /* of what arrives from here on */
    return true;
}

/* Should the power fail now, this tells copies from reports that are only in staging. */
static bool write_progress(struct session *session, const uint8_t until[UUID_SIZE],
                           struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_MOVE_PUT);
    query_integer(&query, ":last", (int64_t)session->staging.move_last);
    query_blob(&query, ":until", until, UUID_SIZE);
    return query_run(&query, error);
}

static bool copy_some(struct session *session, size_t count, size_t *done_out, struct error *error)
{
    struct staging *staging = &session->staging;
    size_t left = staging->moving_count - staging->copied;
    size_t end = staging->copied + (count < left ? count : left);
    for (size_t i = staging->copied; i < end; i++) {
        /* Somebody may have decided on it meanwhile: then it is moved already. */
        uint64_t value;
        const struct staged *staged = &staging->moving[i];
        if (map_get(staging->map, staged->uuid, UUID_SIZE, &value) && !copy(session, staged, error))
            return false;
    }
    *done_out = end - staging->copied;
    return write_progress(session, staging->moving[end - 1].uuid, error);
}

static bool drop_some(struct session *session, size_t count, size_t *done_out, struct error *error)
{
    const struct staging *staging = &session->staging;
    uint64_t left = staging->move_last - staging->dropped;
    uint64_t done = count < left ? count : left;
    auto_query struct query query = query_begin(session, SQL_ARRIVAL_DROP_RANGE);
    query_integer(&query, ":from", (int64_t)staging->dropped);
    query_integer(&query, ":to", (int64_t)(staging->dropped + done));
    if (!query_run(&query, error))
        return false;
    auto_query struct query end = query_begin(session, SQL_MOVE_END);
    *done_out = (size_t)done;
    return done < left || query_run(&end, error);
}

bool staging_move_some(struct session *session, size_t count, size_t *done_out, struct error *error)
{
    const struct staging *staging = &session->staging;
    return staging->copied < staging->moving_count ? copy_some(session, count, done_out, error)
                                                   : drop_some(session, count, done_out, error);
}

bool staging_advance(struct staging *staging, size_t count)
{
    if (staging->copied < staging->moving_count) {
        staging->copied += count;
        return false;
    }
    staging->dropped += count;
    if (staging->dropped < staging->move_last)
        return false;
    free(staging->moving);
    staging->moving = NULL;
    start_again_when_empty(staging);
    return true;
}
