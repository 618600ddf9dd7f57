#include "collector/store/internal.h"

#include <string.h>

static const char *const state_names[] = {"pending", "approved", "rejected", "withheld",
                                          "withdrawn"};

const char *report_state_name(enum report_state state)
{
    return state_names[state];
}

bool report_state_find(const char *name, enum report_state *state_out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(state_names); i++) {
        if (strcmp(state_names[i], name) == 0) {
            *state_out = (enum report_state)i;
            return true;
        }
    }
    return false;
}

int64_t session_now(const struct session *session)
{
    return session->now;
}

const struct survey *session_survey(const struct session *session)
{
    return session->survey;
}

static void changes_start(struct changes *changes, size_t stations)
{
    changes->touched = memory_zeroed(stations + 1, sizeof *changes->touched);
    changes->stations = memory_zeroed(stations + 1, sizeof *changes->stations);
}

static void changes_finish(struct changes *changes)
{
    free(changes->touched);
    free(changes->stations);
}

void changes_add(struct changes *changes, int station, int station_count)
{
    bool *mark = &changes->touched[station < 0 ? station_count : station];
    if (*mark)
        return;
    *mark = true;
    changes->stations[changes->count++] = station < 0 ? -1 : station;
}

void changes_clear(struct changes *changes, int station_count)
{
    for (size_t i = 0; i < changes->count; i++) {
        int station = changes->stations[i];
        changes->touched[station < 0 ? station_count : station] = false;
    }
    changes->count = 0;
}

void published_add(struct session *session, int station, const uint8_t *uuid)
{
    struct published_changes *published = &session->published;
    if (published->count == published->capacity) {
        published->capacity = published->capacity * 2 + 16;
        published->at =
            memory_resize_take(published->at, published->capacity, sizeof *published->at);
    }
    struct published_change *change = &published->at[published->count++];
    *change = (struct published_change){.station = station, .is_new = uuid != NULL};
    if (uuid != NULL)
        memcpy(change->uuid, uuid, UUID_SIZE);
}

static void pending_copy(struct session *session, struct pending *to, const struct pending *from)
{
    memcpy(to->stations, from->stations,
           (size_t)session->survey->station_count * sizeof *to->stations);
    to->all = from->all;
}

void session_init(struct session *session, const struct survey *survey, struct clock clock)
{
    size_t stations = (size_t)survey->station_count;
    session->survey = survey;
    session->clock = clock;
    session->staging.map = map_create();
    session->pending.stations = memory_zeroed(stations + 1, sizeof(uint32_t));
    session->pending_before.stations = memory_zeroed(stations + 1, sizeof(uint32_t));
    changes_start(&session->changes, stations);
}

bool session_load(struct session *session, struct error *error)
{
    return settings_check(session, error) && vocabulary_load(session, error) &&
           staging_load(session, error) && entries_load(session, error) &&
           pending_load(session, error);
}

void session_finish(struct session *session)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(session->statements[i]);
    for (size_t i = 0; i < PAGE_STATEMENTS; i++)
        sqlite3_finalize(session->pages[i]);
    for (size_t i = 0; i < RECORD_STATEMENTS; i++)
        sqlite3_finalize(session->records[i]);
    holds_finish(session);
    vocabulary_finish(&session->vocabulary);
    staging_finish(&session->staging);
    changes_finish(&session->changes);
    free(session->published.at);
    free(session->pending.stations);
    free(session->pending_before.stations);
    buffer_finish(&session->visited_text);
    buffer_finish(&session->note);
    buffer_finish(&session->box);
}

static bool run(struct session *session, enum statement statement, struct error *error)
{
    auto_query struct query query = query_begin(session, statement);
    return query_run(&query, error);
}

bool session_begin(struct session *session, struct error *error)
{
    session->failure = SQLITE_OK;
    session->now = clock_now(&session->clock);
    session->erased = false;
    session->entry_cached = 0;
    session->entry_before = session->entry_next;
    pending_copy(session, &session->pending_before, &session->pending);
    return run(session, SQL_BEGIN, error);
}

bool session_commit(struct session *session, struct error *error)
{
    if (!run(session, SQL_COMMIT, error))
        return false;
    session->vocabulary.grown = false;
    staging_commit(&session->staging);
    return true;
}

void session_rollback(struct session *session)
{
    struct error ignored = {0};
    int failure = session->failure;
    session->failure = SQLITE_OK;
    /* SQLite may have rolled back by itself (sqlite.org/lang_transaction.html). */
    bool done =
        sqlite3_get_autocommit(session->database) != 0 || run(session, SQL_ROLLBACK, &ignored);
    staging_rollback(&session->staging);
    pending_copy(session, &session->pending, &session->pending_before);
    changes_clear(&session->changes, session->survey->station_count);
    session->published.count = 0;
    session->entry_next = session->entry_before;
    session->entry_cached = 0;
    if (done && session->vocabulary.grown)
        done = vocabulary_load(session, &ignored);
    session->vocabulary.grown = false;
    if (failure != SQLITE_OK && done)
        session->failure = failure;
    else if (!done)
        session->failure = SQLITE_IOERR;
}
