#include <string.h>

#include "collector/store/row.h"

/* The columns of all SQL_PUBLISHED_…. */
enum column {
    COLUMN_ID,
    COLUMN_STATION,
    COLUMN_LAST,
    COLUMN_SPAN,
    COLUMN_BASIS,
    COLUMN_ANSWERS,
    COLUMN_REPORTER,
    COLUMN_ENTRY
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
    answer->entry = (uint64_t)query_column(query, COLUMN_ENTRY);
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

static struct query begin_piece(struct session *session, int station,
                                const struct published_place *place)
{
    /* No id at all is less than any id. */
    size_t length = place->is_begun ? UUID_SIZE : 0;
    struct query query =
        query_begin(session, station < 0 ? SQL_PUBLISHED_PIECE : SQL_PUBLISHED_STATION_PIECE);
    query_blob(&query, ":id", place->uuid, length);
    if (station < 0)
        return query;
    query_integer(&query, ":station", session->vocabulary.station_codes[station]);
    query_integer(&query, ":last", place->is_begun ? place->last : INT32_MIN);
    return query;
}

/* NOLINTNEXTLINE(readability-function-size): one question, asked whole. */
bool session_published_piece(struct session *session, int station, struct published_place *place,
                             uint32_t limit,
                             void (*each)(void *context, const struct published_answer *),
                             void *context, bool *done_out, struct error *error)
{
    uint32_t count = 0;
    auto_query struct query query = begin_piece(session, station, place);
    query_integer(&query, ":limit", limit);
    while (query_next(&query)) {
        struct published_answer answer;
        if (!read_answer(&query, &answer))
            return session_failed(session, SQLITE_CORRUPT, error);
        each(context, &answer);
        *place = (struct published_place){.is_begun = true, .last = answer.visited.last};
        memcpy(place->uuid, answer.uuid, UUID_SIZE);
        count++;
    }
    *done_out = count < limit;
    return query_done(&query, error);
}

bool session_published_one(struct session *session, const uint8_t uuid[UUID_SIZE],
                           struct published_answer *answer_out, bool *found_out,
                           struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_PUBLISHED_ONE);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    if (!query_step(&query, found_out, error))
        return false;
    if (*found_out && !read_answer(&query, answer_out))
        return session_failed(session, SQLITE_CORRUPT, error);
    return true;
}
