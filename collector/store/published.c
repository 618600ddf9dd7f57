#include <string.h>

#include "collector/store/row.h"

/* Columns of SQL_PUBLISHED_ALL and SQL_PUBLISHED_STATION. */
enum column {
    COLUMN_ID,
    COLUMN_STATION,
    COLUMN_LAST,
    COLUMN_SPAN,
    COLUMN_BASIS,
    COLUMN_ANSWERS,
    COLUMN_REPORTER
};

static bool read_answer(struct query *query, struct published_answer *answer)
{
    const struct session *session = query->session;
    const struct vocabulary *vocabulary = &session->vocabulary;
    sqlite3_stmt *statement = query->statement;
    int32_t offset = session->survey->offset_seconds;
    const void *uuid = sqlite3_column_blob(statement, COLUMN_ID);
    int64_t station = query_column(query, COLUMN_STATION);
    int64_t basis = query_column(query, COLUMN_BASIS);
    if (uuid == NULL || station < 1 || station > vocabulary->station_last || basis < 1 ||
        basis > vocabulary->basis_last)
        return false;
    memcpy(answer->uuid, uuid, UUID_SIZE);
    answer->station = vocabulary->stations[station];
    answer->basis = vocabulary->bases[basis];
    answer->visited.last = (int32_t)query_column(query, COLUMN_LAST);
    answer->visited.first = answer->visited.last - (int32_t)query_column(query, COLUMN_SPAN);
    answer->visited.begin = day_begin(answer->visited.first, offset);
    answer->visited.end = day_begin(answer->visited.last + 1, offset);
    int64_t reporter = query_column(query, COLUMN_REPORTER);
    answer->reporter_number = reporter == 0 ? UINT32_MAX : (uint32_t)reporter;
    const uint8_t *answers = sqlite3_column_blob(statement, COLUMN_ANSWERS);
    vocabulary_unpack(vocabulary, answers, (size_t)sqlite3_column_bytes(statement, COLUMN_ANSWERS),
                      answer->answers);
    return true;
}

static bool each_answer(struct query *query,
                        void (*each)(void *context, const struct published_answer *), void *context,
                        struct error *error)
{
    while (query_next(query)) {
        struct published_answer answer;
        if (!read_answer(query, &answer))
            return session_failed(query->session, SQLITE_CORRUPT, error);
        each(context, &answer);
    }
    return query_done(query, error);
}

bool session_published(struct session *session, int station,
                       void (*each)(void *context, const struct published_answer *), void *context,
                       struct error *error)
{
    if (station < 0) {
        auto_query struct query all = query_begin(session, SQL_PUBLISHED_ALL);
        return each_answer(&all, each, context, error);
    }
    auto_query struct query query = query_begin(session, SQL_PUBLISHED_STATION);
    query_integer(&query, ":station", session->vocabulary.station_codes[station]);
    return each_answer(&query, each, context, error);
}
