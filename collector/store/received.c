/* The daily lists of what arrived (trust §2). */
#include <string.h>

#include "collector/store/record.h"
#include "collector/store/records.h"

static bool give(struct session *session, const struct query *query,
                 void (*each)(void *context, const struct arrival *arrival), void *context,
                 struct error *error)
{
    struct arrival arrival;
    size_t length;
    const uint8_t *hash = record_blob(query, 1, &length);
    if (length != CONTENT_HASH_SIZE)
        return session_failed(session, SQLITE_CORRUPT, error);
    memcpy(arrival.content_hash, hash, CONTENT_HASH_SIZE);
    arrival.day =
        day_of_instant(query_column(query, 0) * HOUR_SECONDS, session->survey->offset_seconds);
    each(context, &arrival);
    return true;
}

bool session_arrivals_waiting(struct session *session,
                              void (*each)(void *context, const struct arrival *arrival),
                              void *context, struct error *error)
{
    auto_query struct query query = record_query(session, RECORD_ARRIVED_STAGED);
    while (query_next(&query))
        if (!give(session, &query, each, context, error))
            return false;
    return query_done(&query, error);
}

bool session_arrivals_kept(struct session *session, struct arrival_cursor *cursor, uint32_t limit,
                           void (*each)(void *context, const struct arrival *arrival),
                           void *context, uint32_t *count_out, struct error *error)
{
    bool row;
    size_t length;
    uint8_t after[UUID_SIZE];
    auto_query struct query query = record_query(session, RECORD_ARRIVED_KEPT);
    memcpy(after, cursor->uuid, UUID_SIZE);
    query_blob(&query, ":id", after, cursor->begun ? UUID_SIZE : 0);
    query_integer(&query, ":limit", limit);
    for (uint32_t count = 0;; count++) {
        *count_out = count;
        if (!query_step(&query, &row, error))
            return false;
        if (!row)
            return true;
        if (!give(session, &query, each, context, error))
            return false;
        memcpy(cursor->uuid, record_blob(&query, 2, &length), UUID_SIZE);
        cursor->begun = true;
    }
}

static bool write_list(struct session *session, int32_t day, const uint8_t *hashes, size_t count,
                       struct error *error)
{
    auto_query struct query query = record_query(session, RECORD_RECEIVED_PUT);
    query_integer(&query, ":day", day);
    query_blob(&query, ":hashes", count == 0 ? (const void *)"" : hashes, count * SECRET_KEY_SIZE);
    return query_run(&query, error);
}

static void print_list(const uint8_t *hashes, size_t length, struct buffer *text)
{
    for (size_t at = 0; at + SECRET_KEY_SIZE <= length; at += SECRET_KEY_SIZE) {
        buffer_hex(text, hashes + at, SECRET_KEY_SIZE);
        buffer_char(text, '\n');
    }
}

static bool write_entry(struct session *session, int32_t day, const uint8_t *hashes, size_t count,
                        struct error *error)
{
    uint64_t number;
    auto_buffer struct buffer subject = {0};
    auto_buffer struct buffer text = {0};
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    entry->act = ACT_RECEIVED;
    entry->by = BY_SERVER;
    entry->at = session->now;
    entry->reports = (uint32_t)count;
    buffer_day(&subject, day);
    snprintf(entry->subject, sizeof entry->subject, "%s", subject.data);
    print_list(hashes, count * SECRET_KEY_SIZE, &text);
    sha256_bytes(text.length == 0 ? "" : text.data, text.length, entry->digest);
    return entry_write(session, entry, &number, error);
}

bool session_received_put(struct session *session, int32_t day, const uint8_t *hashes, size_t count,
                          struct error *error)
{
    bool found;
    auto_query struct query query = record_query(session, RECORD_RECEIVED);
    query_integer(&query, ":day", day);
    if (!query_step(&query, &found, error))
        return false;
    return found || (write_list(session, day, hashes, count, error) &&
                     write_entry(session, day, hashes, count, error));
}

bool session_received(struct session *session, int32_t day, struct buffer *text, bool *found_out,
                      struct error *error)
{
    size_t length;
    auto_query struct query query = record_query(session, RECORD_RECEIVED);
    query_integer(&query, ":day", day);
    if (!query_step(&query, found_out, error))
        return false;
    if (!*found_out)
        return true;
    const uint8_t *hashes = record_blob(&query, 0, &length);
    print_list(hashes, length, text);
    return true;
}

bool session_received_last(struct session *session, int32_t *day_out, struct error *error)
{
    bool row;
    auto_query struct query query = record_query(session, RECORD_RECEIVED_LAST);
    if (!query_step(&query, &row, error))
        return false;
    *day_out = query_is_null(&query, 0) ? DAY_NONE : (int32_t)query_column(&query, 0);
    return true;
}
