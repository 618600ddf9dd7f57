#include "collector/store/internal.h"

bool sealed_purge(struct session *session, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_BOX_PURGE);
    query_integer(&query, ":now", session->now);
    if (!query_run(&query, error))
        return false;
    session->erased = sqlite3_changes(session->database) > 0;
    return true;
}

static bool drop_box(struct session *session, const uint8_t uuid[UUID_SIZE], struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_BOX_DROP);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    return query_run(&query, error);
}

bool session_set_sealed(struct session *session, const uint8_t uuid[UUID_SIZE], const void *sealed,
                        size_t length, struct error *error)
{
    struct brief brief;
    if (!brief_find(session, uuid, &brief, error))
        return false;
    if (!brief.found || brief.state == STATE_WITHDRAWN)
        return true;
    if (!brief_settle(session, uuid, &brief, error))
        return false;
    session->erased = true;
    if (length == 0 && !brief.amended)
        return drop_box(session, uuid, error);
    auto_query struct query query =
        query_begin(session, brief.amended ? SQL_AMENDMENT_BOX_SET : SQL_BOX_SET);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    query_blob(&query, ":box", length == 0 ? NULL : sealed, length);
    return query_run(&query, error);
}
