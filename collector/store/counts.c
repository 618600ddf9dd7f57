#include <string.h>

#include "collector/store/internal.h"

void pending_change(struct session *session, int station, int difference)
{
    session->pending.stations[station] += (uint32_t)difference;
    session->pending.all += (uint64_t)(int64_t)difference;
}

bool pending_load(struct session *session, struct error *error)
{
    const struct vocabulary *vocabulary = &session->vocabulary;
    auto_query struct query query = query_begin(session, SQL_PENDING_STATIONS);
    while (query_next(&query)) {
        int64_t code = query_column(&query, 0);
        if (code < 1 || code > vocabulary->station_last)
            return session_failed(session, SQLITE_CORRUPT, error);
        pending_change(session, vocabulary->stations[code], 1);
    }
    return query_done(&query, error);
}

bool session_counts(struct session *session, int64_t withheld_since, struct report_counts *counts,
                    struct error *error)
{
    bool row;
    auto_query struct query query = query_begin(session, SQL_WITHHELD_SINCE);
    query_integer(&query, ":since", withheld_since);
    if (!query_step(&query, &row, error))
        return false;
    counts->withheld = (uint64_t)query_column(&query, 0);
    counts->pending_all = session->pending.all;
    if (counts->pending != NULL)
        memcpy(counts->pending, session->pending.stations,
               (size_t)session->survey->station_count * sizeof *counts->pending);
    return true;
}
