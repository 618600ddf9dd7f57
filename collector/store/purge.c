/* What was refused long ago keeps its answers and its place in the log, and nothing personal. */
#include <string.h>

#include "collector/store/decide.h"
#include "collector/store/record.h"
#include "collector/store/records.h"
#include "collector/store/row.h"

struct purge {
    struct covered_report *reports;
    int64_t *reporters; /* their numbers; 0 for the unnamed */
    uint32_t count;
};

bool session_purgeable(struct session *session, int64_t before, uint64_t *count_out,
                       struct error *error)
{
    bool row;
    auto_query struct query query = record_query(session, RECORD_PURGE_COUNT);
    query_integer(&query, ":before", before);
    if (!query_step(&query, &row, error))
        return false;
    *count_out = (uint64_t)query_column(&query, 0);
    return true;
}

static bool find(struct session *session, int64_t before, uint32_t limit, struct purge *purge,
                 struct error *error)
{
    size_t length;
    auto_query struct query query = record_query(session, RECORD_PURGE_FIND);
    query_integer(&query, ":before", before);
    query_integer(&query, ":limit", limit);
    while (query_next(&query)) {
        memcpy(purge->reports[purge->count].uuid, record_blob(&query, 0, &length), UUID_SIZE);
        purge->reporters[purge->count++] = query_column(&query, 1);
    }
    return query_done(&query, error);
}

static void digest_list(const struct purge *purge, uint8_t digest[SECRET_KEY_SIZE])
{
    auto_buffer struct buffer list = {0};
    for (uint32_t i = 0; i < purge->count; i++) {
        char id[UUID_TEXT_SIZE];
        uuid_print(purge->reports[i].uuid, id);
        buffer_format(&list, "%s\n", id);
    }
    sha256_bytes(list.data, list.length, digest);
}

static bool write_entry(struct session *session, const struct purge *purge, int64_t before,
                        struct error *error)
{
    uint64_t number;
    auto_buffer struct buffer day = {0};
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    entry->act = ACT_PURGE;
    entry->by = BY_SERVER;
    entry->at = session->now;
    entry->reports = purge->count;
    buffer_day(&day, day_of_instant(before, 0));
    snprintf(entry->subject, sizeof entry->subject, "%s", day.data);
    digest_list(purge, entry->digest);
    return entry_write(session, entry, &number, error) &&
           covered_put(session, number, purge->reports, purge->count, error);
}

static bool run_on(struct query begun, const uint8_t uuid[UUID_SIZE], struct error *error)
{
    auto_query struct query query = begun;
    query_blob(&query, ":id", uuid, UUID_SIZE);
    return query_run(&query, error);
}

static bool erase(struct session *session, const struct purge *purge, struct error *error)
{
    for (uint32_t i = 0; i < purge->count; i++) {
        const uint8_t *uuid = purge->reports[i].uuid;
        if (!run_on(query_begin(session, SQL_WORDS_DROP), uuid, error) ||
            !run_on(query_begin(session, SQL_BOX_DROP), uuid, error) ||
            !run_on(record_query(session, RECORD_PURGE_ROW), uuid, error) ||
            !reporter_release(session, purge->reporters[i], error))
            return false;
    }
    return true;
}

bool session_purge(struct session *session, int64_t before, uint32_t limit, uint32_t *count_out,
                   struct error *error)
{
    auto_free struct covered_report *reports = memory_zeroed(limit, sizeof *reports);
    auto_free int64_t *reporters = memory_zeroed(limit, sizeof *reporters);
    struct purge purge = {.reports = reports, .reporters = reporters};
    if (!find(session, before, limit, &purge, error))
        return false;
    *count_out = purge.count;
    if (purge.count == 0)
        return true;
    session->erased = true;
    return write_entry(session, &purge, before, error) && erase(session, &purge, error);
}
