#include "collector/store/row.h"

#include <string.h>

/* The order of REPORT_COLUMNS. */
enum column {
    COLUMN_ID,
    COLUMN_STATE,
    COLUMN_STATION,
    COLUMN_LAST,
    COLUMN_SPAN,
    COLUMN_MOMENT,
    COLUMN_VISITED,
    COLUMN_BASIS,
    COLUMN_ANSWERS,
    COLUMN_PSEUDONYM,
    COLUMN_REPORTER,
    COLUMN_CONTENT_HASH,
    COLUMN_ARRIVED,
    COLUMN_VERSION,
    COLUMN_ENTRY,
    COLUMN_LINE,
    COLUMN_NOTE,
    COLUMN_BOX
};

bool row_pack(struct session *session, const struct stored_report *report, struct row *row_out,
              struct error *error)
{
    struct row row;
    if (!vocabulary_station(session, report->station, &row.station, error) ||
        !vocabulary_basis(session, report->basis, &row.basis, error) ||
        !vocabulary_pack(session, report->answers, row.answers, &row.answers_length, error))
        return false;
    bool given_back =
        visit_pack(session->survey, &report->visited, report->visited_text, &row.visit);
    row.visited = given_back ? NULL : report->visited_text;
    *row_out = row;
    return true;
}

void row_bind(struct query *query, const struct stored_report *report, const struct row *row)
{
    query_blob(query, ":id", report->uuid, UUID_SIZE);
    query_integer(query, ":station", row->station);
    query_integer(query, ":last", row->visit.last);
    query_integer(query, ":span", row->visit.span);
    if (row->visit.moment != MOMENT_NONE)
        query_integer(query, ":moment", row->visit.moment);
    query_integer(query, ":basis", row->basis);
    query_blob(query, ":answers", row->answers, row->answers_length);
    query_blob(query, ":content_hash", report->content_hash, CONTENT_HASH_SIZE);
    query_integer(query, ":arrived", report->arrived / HOUR_SECONDS);
    query_text(query, ":visited", row->visited);
    query_text(query, ":note", report->note);
    query_blob(query, ":box", report->sealed_note, report->sealed_length);
}

static void read_bytes(const struct query *query, enum column column, void *bytes, size_t size)
{
    const void *found = sqlite3_column_blob(query->statement, (int)column);
    size_t length = (size_t)sqlite3_column_bytes(query->statement, (int)column);
    memset(bytes, 0, size);
    if (found != NULL && length == size)
        memcpy(bytes, found, size);
}

/* Copies text or blob to a buffer that outlives the statement. NULL for NULL. */
static const void *read_long(const struct query *query, enum column column, struct buffer *buffer,
                             size_t *length_out)
{
    buffer_clear(buffer);
    *length_out = 0;
    if (query_is_null(query, (int)column))
        return NULL;
    const void *bytes = sqlite3_column_blob(query->statement, (int)column);
    *length_out = (size_t)sqlite3_column_bytes(query->statement, (int)column);
    buffer_bytes(buffer, bytes == NULL ? "" : bytes, *length_out);
    return buffer->data;
}

static void read_visit(struct query *query, struct stored_report *report)
{
    struct session *session = query->session;
    int32_t offset = session->survey->offset_seconds;
    struct packed_visit packed = {
        .last = query_column(query, COLUMN_LAST),
        .span = query_column(query, COLUMN_SPAN),
        .moment =
            query_is_null(query, COLUMN_MOMENT) ? MOMENT_NONE : query_column(query, COLUMN_MOMENT),
    };
    struct buffer *text = &session->visited_text;
    buffer_clear(text);
    if (query_is_null(query, COLUMN_VISITED))
        visit_unpack(session->survey, &packed, text);
    else
        buffer_text(text, query_column_text(query, COLUMN_VISITED));
    report->visited_text = text->data;
    if (visit_parse(text->data, text->length, offset, &report->visited))
        return;
    int32_t first = (int32_t)(packed.last - packed.span);
    int32_t last = (int32_t)packed.last;
    report->visited =
        (struct visit){first, last, day_begin(first, offset), day_begin(last + 1, offset)};
}

static void read_content(struct query *query, struct stored_report *report)
{
    struct session *session = query->session;
    const struct vocabulary *vocabulary = &session->vocabulary;
    int64_t station = query_column(query, COLUMN_STATION);
    int64_t basis = query_column(query, COLUMN_BASIS);
    report->station =
        station < 1 || station > vocabulary->station_last ? -1 : vocabulary->stations[station];
    report->basis = basis < 1 || basis > vocabulary->basis_last ? 0 : vocabulary->bases[basis];
    const uint8_t *answers = sqlite3_column_blob(query->statement, COLUMN_ANSWERS);
    vocabulary_unpack(vocabulary, answers,
                      (size_t)sqlite3_column_bytes(query->statement, COLUMN_ANSWERS),
                      report->answers);
    size_t note_length;
    report->note = read_long(query, COLUMN_NOTE, &session->note, &note_length);
    report->sealed_note = read_long(query, COLUMN_BOX, &session->box, &report->sealed_length);
    report->has_reporter = !query_is_null(query, COLUMN_PSEUDONYM);
    read_bytes(query, COLUMN_PSEUDONYM, report->reporter, sizeof report->reporter);
    report->reporter_number = query_is_null(query, COLUMN_REPORTER)
                                  ? UINT32_MAX
                                  : (uint32_t)query_column(query, COLUMN_REPORTER);
}

/* The log says what was decided; the last line read is kept parsed, since one may cover many. */
static bool read_decision(struct query *query, struct stored_report *report, struct error *error)
{
    struct session *session = query->session;
    if (query_is_null(query, COLUMN_LINE))
        return true;
    report->entry = (uint64_t)query_column(query, COLUMN_ENTRY) + 1;
    if (report->entry != session->entry_cached) {
        const char *line = query_column_text(query, COLUMN_LINE);
        session->entry_cached = 0;
        if (!entry_parse(line, strlen(line), &session->entry, error))
            return session_failed(session, SQLITE_CORRUPT, error);
        session->entry_cached = report->entry;
    }
    if (report->state == STATE_PENDING)
        return true;
    const struct entry *entry = &session->entry;
    memcpy(report->reason, entry->reason, sizeof report->reason);
    report->reason_note = entry->note[0] == '\0' ? NULL : entry->note;
    report->note_hidden = entry->hide_note;
    report->decided = entry->at;
    return true;
}

bool row_read(struct query *query, struct stored_report *report_out, struct error *error)
{
    struct stored_report report = {.station = -1};
    read_bytes(query, COLUMN_ID, report.uuid, UUID_SIZE);
    read_bytes(query, COLUMN_CONTENT_HASH, report.content_hash, CONTENT_HASH_SIZE);
    report.state = (enum report_state)query_column(query, COLUMN_STATE);
    report.arrived = query_column(query, COLUMN_ARRIVED) * HOUR_SECONDS;
    report.version = (uint32_t)query_column(query, COLUMN_VERSION);
    if (!read_decision(query, &report, error))
        return false;
    read_content(query, &report);
    if (report.state == STATE_WITHDRAWN)
        report.visited_text = "";
    else
        read_visit(query, &report);
    *report_out = report;
    return true;
}

static bool reporter_add(struct session *session, const uint8_t *pseudonym, int64_t *number_out,
                         struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_REPORTER_ADD);
    query_blob(&query, ":pseudonym", pseudonym, PSEUDONYM_SIZE);
    if (!query_run(&query, error))
        return false;
    *number_out = sqlite3_last_insert_rowid(session->database);
    return true;
}

/* No upsert: it would use up a number for every conflict. */
bool reporter_count(struct session *session, const uint8_t *pseudonym, int64_t *number_out,
                    struct error *error)
{
    bool known;
    auto_query struct query number = query_begin(session, SQL_REPORTER_NUMBER);
    query_blob(&number, ":pseudonym", pseudonym, PSEUDONYM_SIZE);
    if (!query_step(&number, &known, error))
        return false;
    if (!known)
        return reporter_add(session, pseudonym, number_out, error);
    *number_out = query_column(&number, 0);
    auto_query struct query count = query_begin(session, SQL_REPORTER_COUNT);
    query_integer(&count, ":number", *number_out);
    return query_run(&count, error);
}

bool reporter_release(struct session *session, int64_t number, struct error *error)
{
    if (number == 0)
        return true;
    auto_query struct query release = query_begin(session, SQL_REPORTER_RELEASE);
    query_integer(&release, ":number", number);
    auto_query struct query drop = query_begin(session, SQL_REPORTER_DROP);
    query_integer(&drop, ":number", number);
    return query_run(&release, error) && query_run(&drop, error);
}
