#include <string.h>

#include "collector/store/internal.h"

/* The entry's subject is the moderator's public line; a longer name would not fit. */
static bool make_entry(enum entry_act act, int64_t now, const struct moderator *moderator,
                       struct entry *entry)
{
    auto_buffer struct buffer line = {0};
    buffer_text(&line, "ed25519 ");
    buffer_base64(&line, moderator->key, SIGN_PUBLIC_SIZE);
    buffer_format(&line, " %s", moderator->name);
    if (line.length >= sizeof entry->subject)
        return false;
    entry->act = act;
    entry->by = BY_SERVER;
    entry->at = now;
    memcpy(entry->subject, line.data, line.length + 1);
    return true;
}

/* The active one of this name, else the last retired one. */
static bool find_name(struct session *session, const char *name, struct moderator *moderator,
                      bool *found_out, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_MODERATOR_BY_NAME);
    query_text(&query, ":name", name);
    if (!query_step(&query, found_out, error))
        return false;
    if (!*found_out)
        return true;
    const void *key = sqlite3_column_blob(query.statement, 0);
    if (key == NULL || sqlite3_column_bytes(query.statement, 0) != SIGN_PUBLIC_SIZE)
        return session_failed(session, SQLITE_CORRUPT, error);
    memcpy(moderator->key, key, SIGN_PUBLIC_SIZE);
    moderator->name = name;
    moderator->retired = query_column(&query, 1);
    return true;
}

static bool insert(struct session *session, const struct moderator *moderator, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_MODERATOR_ADD);
    query_blob(&query, ":key", moderator->key, SIGN_PUBLIC_SIZE);
    query_text(&query, ":name", moderator->name);
    query_integer(&query, ":added", session->now);
    return query_run(&query, error);
}

bool session_moderator_add(struct session *session, const struct moderator *moderator,
                           enum change_result *result_out, struct error *error)
{
    bool known;
    bool named;
    uint64_t number;
    struct moderator same_name = {0};
    auto_query struct query by_key = query_begin(session, SQL_MODERATOR_BY_KEY);
    query_blob(&by_key, ":key", moderator->key, SIGN_PUBLIC_SIZE);
    if (!query_step(&by_key, &known, error) ||
        !find_name(session, moderator->name, &same_name, &named, error))
        return false;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    if (known)
        *result_out = query_is_null(&by_key, 0) ? CHANGE_SAME : CHANGE_CONFLICT;
    else if ((named && same_name.retired == 0) ||
             !make_entry(ACT_MODERATOR_ADD, session->now, moderator, entry))
        *result_out = CHANGE_CONFLICT;
    else if (insert(session, moderator, error) && entry_write(session, entry, &number, error))
        *result_out = CHANGE_DONE;
    else
        return false;
    return true;
}

static bool set_retired(struct session *session, const struct moderator *moderator,
                        struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_MODERATOR_RETIRE);
    query_blob(&query, ":key", moderator->key, SIGN_PUBLIC_SIZE);
    query_integer(&query, ":now", session->now);
    return query_run(&query, error);
}

bool session_moderator_retire(struct session *session, const char *name,
                              enum change_result *result_out, struct error *error)
{
    bool found;
    uint64_t number;
    struct moderator moderator = {0};
    if (!find_name(session, name, &moderator, &found, error))
        return false;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    if (!found)
        *result_out = CHANGE_NOT_FOUND;
    else if (moderator.retired != 0)
        *result_out = CHANGE_SAME;
    else if (make_entry(ACT_MODERATOR_RETIRE, session->now, &moderator, entry) &&
             set_retired(session, &moderator, error) && entry_write(session, entry, &number, error))
        *result_out = CHANGE_DONE;
    else
        return false;
    return true;
}

bool session_moderators(struct session *session,
                        void (*each)(void *context, const struct moderator *moderator),
                        void *context, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_MODERATORS);
    while (query_next(&query)) {
        const void *key = sqlite3_column_blob(query.statement, 0);
        struct moderator moderator = {
            .name = query_column_text(&query, 1),
            .added = query_column(&query, 2),
            .retired = query_column(&query, 3),
        };
        if (key == NULL || sqlite3_column_bytes(query.statement, 0) != SIGN_PUBLIC_SIZE)
            return session_failed(session, SQLITE_CORRUPT, error);
        memcpy(moderator.key, key, SIGN_PUBLIC_SIZE);
        each(context, &moderator);
    }
    return query_done(&query, error);
}
