#include <string.h>

#include "collector/store/internal.h"

static int64_t line_digest(const char *line, size_t length)
{
    uint8_t digest[SECRET_KEY_SIZE];
    int64_t first;
    sha256_bytes(line, length, digest);
    memcpy(&first, digest, sizeof first);
    return first;
}

bool entries_load(struct session *session, struct error *error)
{
    bool row;
    auto_query struct query query = query_begin(session, SQL_ENTRY_NEXT);
    if (!query_step(&query, &row, error))
        return false;
    session->entry_next = (uint64_t)query_column(&query, 0);
    return true;
}

bool entry_append(struct session *session, const char *line, size_t length, int64_t at,
                  uint64_t *number_out, struct error *error)
{
    auto_free char *text = memory_slice(line, length);
    auto_query struct query query = query_begin(session, SQL_ENTRY_ADD);
    query_integer(&query, ":number", (int64_t)session->entry_next);
    query_integer(&query, ":at", at);
    query_integer(&query, ":digest", line_digest(line, length));
    query_text(&query, ":line", text);
    if (!query_run(&query, error))
        return false;
    *number_out = session->entry_next++;
    return true;
}

bool entry_write(struct session *session, struct entry *entry, uint64_t *number_out,
                 struct error *error)
{
    auto_buffer struct buffer line = {0};
    snprintf(entry->survey, sizeof entry->survey, "%s", session->survey->id);
    entry_print(entry, &line);
    return entry_append(session, line.data, line.length, entry->at, number_out, error);
}

bool entry_exists(struct session *session, const char *line, size_t length, bool *exists_out,
                  struct error *error)
{
    auto_free char *text = memory_slice(line, length);
    auto_query struct query query = query_begin(session, SQL_ENTRY_SAME);
    query_integer(&query, ":digest", line_digest(line, length));
    query_text(&query, ":line", text);
    return query_step(&query, exists_out, error);
}

bool session_entries(struct session *session, uint64_t from, uint32_t limit,
                     void (*each)(void *context, uint64_t number, const char *line, size_t length),
                     void *context, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_ENTRY_FROM);
    query_integer(&query, ":from", (int64_t)from);
    query_integer(&query, ":limit", limit);
    while (query_next(&query)) {
        const char *line = query_column_text(&query, 1);
        each(context, (uint64_t)query_column(&query, 0), line, strlen(line));
    }
    return query_done(&query, error);
}

bool session_entry_count(struct session *session, uint64_t *count_out, struct error *error)
{
    (void)error;
    *count_out = session->entry_next;
    return true;
}
