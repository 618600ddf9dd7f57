#include <string.h>

#include "collector/store/internal.h"

/*
 * Lists by key: a first query finds the keys and ids of a page (in indices where there are any),
 * then each report is read by its id. The mark of the next page is the last key and id.
 */
enum selection {
    SELECT_ANY,
    SELECT_PENDING,
    SELECT_APPROVED,
    SELECT_STATE, /* rejected, withheld, withdrawn */
    SELECT_PUBLISHED,
    SELECTION_COUNT
};

enum {
    ORDER_COUNT = ORDER_OLDEST_ARRIVAL + 1,
    MARK_SIZE = 1 + sizeof(int64_t) + UUID_SIZE,
    PAGE_LIMIT_MAX = 10000
};

#define SOURCES_MAX 3

/* Where a selection looks. The terms on `state` are literal: that is how the planner knows which
 * partial index they mean. */
#define NOT_AMENDED " NOT EXISTS (SELECT 1 FROM amendment WHERE amendment.id = report.id)"

/* Reports that a move has copied already are in `report`. */
#define STAGED                 \
    "arrival WHERE NOT EXISTS" \
    " (SELECT 1 FROM move WHERE arrival.seq <= move.last AND arrival.id <= move.until)"

static const struct {
    const char *sources[SOURCES_MAX];
} selections[SELECTION_COUNT] = {
    [SELECT_ANY] = {{"report WHERE" NOT_AMENDED, STAGED, "amendment WHERE 1"}},
    [SELECT_PENDING] = {{"report WHERE state = 0 AND state <> 1", STAGED, "amendment WHERE 1"}},
    [SELECT_APPROVED] = {{"report WHERE state = 1 AND" NOT_AMENDED}},
    [SELECT_STATE] = {{"report WHERE state = :state AND state <> 1"}},
    [SELECT_PUBLISHED] = {{"report WHERE state = 1"}},
};

static const struct {
    const char *key;   /* what is sorted by, before the id */
    const char *after; /* the comparison that goes on from a mark */
    const char *sort;
} orders[ORDER_COUNT] = {
    [ORDER_ID] = {"0", "id > :id", "id"},
    [ORDER_NEWEST_VISIT] = {"last", "(last, id) < (:key, :id)", "key DESC, id DESC"},
    [ORDER_OLDEST_ARRIVAL] = {"arrived", "(arrived, id) > (:key, :id)", "key, id"},
};

struct mark {
    int64_t key;
    uint8_t uuid[UUID_SIZE];
};

static void mark_print(enum report_order order, const struct mark *mark, char **text_out)
{
    uint8_t bytes[MARK_SIZE] = {(uint8_t)order};
    auto_buffer struct buffer text = {0};
    memcpy(bytes + 1, &mark->key, sizeof mark->key);
    memcpy(bytes + 1 + sizeof mark->key, mark->uuid, UUID_SIZE);
    buffer_base64url(&text, bytes, sizeof bytes);
    *text_out = buffer_take(&text);
}

static bool mark_parse(enum report_order order, const char *text, struct mark *mark_out)
{
    uint8_t bytes[MARK_SIZE];
    if (!base64url_parse(text, strlen(text), bytes, sizeof bytes) || bytes[0] != (uint8_t)order)
        return false;
    memcpy(&mark_out->key, bytes + 1, sizeof mark_out->key);
    memcpy(mark_out->uuid, bytes + 1 + sizeof mark_out->key, UUID_SIZE);
    return true;
}

static enum selection selection_of(const struct report_filter *filter)
{
    if (filter->published)
        return SELECT_PUBLISHED;
    if (filter->any_state)
        return SELECT_ANY;
    if (filter->state == STATE_PENDING)
        return SELECT_PENDING;
    return filter->state == STATE_APPROVED ? SELECT_APPROVED : SELECT_STATE;
}

static void print_sql(const struct report_filter *filter, bool goes_on, struct buffer *sql)
{
    const char *const *sources = selections[selection_of(filter)].sources;
    for (size_t i = 0; i < SOURCES_MAX && sources[i] != NULL; i++) {
        buffer_format(sql, "%sSELECT %s AS key, id FROM %s", i == 0 ? "" : " UNION ALL ",
                      orders[filter->order].key, sources[i]);
        if (filter->station >= 0)
            buffer_text(sql, " AND station = :station");
        if (goes_on)
            buffer_format(sql, " AND %s", orders[filter->order].after);
    }
    buffer_format(sql, " ORDER BY %s LIMIT :limit", orders[filter->order].sort);
}

static struct query begin(struct session *session, const struct report_filter *filter,
                          const struct mark *mark)
{
    size_t slot = (size_t)selection_of(filter) * ORDER_COUNT + filter->order;
    slot = slot * 4 + (filter->station >= 0 ? 2 : 0) + (mark != NULL ? 1 : 0);
    auto_buffer struct buffer sql = {0};
    print_sql(filter, mark != NULL, &sql);
    struct query query = query_begin_text(session, &session->pages[slot], sql.data);
    if (filter->station >= 0)
        query_integer(&query, ":station", session->vocabulary.station_codes[filter->station]);
    if (selection_of(filter) == SELECT_STATE)
        query_integer(&query, ":state", filter->state);
    if (mark != NULL) {
        query_blob(&query, ":id", mark->uuid, UUID_SIZE);
        if (filter->order != ORDER_ID)
            query_integer(&query, ":key", mark->key);
    }
    return query;
}

/* One more than the page, to know whether there is a next one. */
static bool find_keys(struct session *session, const struct report_filter *filter,
                      const struct mark *mark, struct mark *keys, size_t *count_out,
                      struct error *error)
{
    auto_query struct query query = begin(session, filter, mark);
    query_integer(&query, ":limit", (int64_t)filter->limit + 1);
    size_t count = 0;
    while (query_next(&query)) {
        const void *uuid = sqlite3_column_blob(query.statement, 1);
        keys[count].key = query_column(&query, 0);
        if (uuid == NULL || sqlite3_column_bytes(query.statement, 1) != UUID_SIZE)
            return session_failed(session, SQLITE_CORRUPT, error);
        memcpy(keys[count++].uuid, uuid, UUID_SIZE);
    }
    if (!query_done(&query, error))
        return false;
    *count_out = count;
    return true;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of session_page. */
static bool read_reports(struct session *session, bool published, const struct mark *keys,
                         size_t count,
                         void (*each)(void *context, const struct stored_report *report),
                         void *context, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct stored_report report;
        bool found;
        bool read = published ? session_get_published(session, keys[i].uuid, &report, &found, error)
                              : session_get(session, keys[i].uuid, &report, &found, error);
        if (!read)
            return false;
        if (!found)
            return session_failed(session, SQLITE_CORRUPT, error);
        each(context, &report);
    }
    return true;
}

/* NOLINTNEXTLINE(readability-function-size): one question, asked whole. */
bool session_page(struct session *session, const struct report_filter *filter,
                  void (*each)(void *context, const struct stored_report *report), void *context,
                  char **next_out, bool *bad_after_out, struct error *error)
{
    struct mark mark;
    struct report_filter page = *filter;
    bool goes_on = filter->after != NULL && filter->after[0] != '\0';
    *next_out = NULL;
    *bad_after_out = goes_on && !mark_parse(filter->order, filter->after, &mark);
    if (*bad_after_out)
        return true;
    if (page.limit < 1 || page.limit > PAGE_LIMIT_MAX)
        page.limit = page.limit < 1 ? 1 : PAGE_LIMIT_MAX;
    size_t count = 0;
    auto_free struct mark *keys = memory_zeroed((size_t)page.limit + 1, sizeof *keys);
    if (!find_keys(session, &page, goes_on ? &mark : NULL, keys, &count, error))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    if (!read_reports(session, page.published, keys, shown, each, context, error))
        return false;
    if (count > shown)
        mark_print(page.order, &keys[shown - 1], next_out);
    return true;
}
