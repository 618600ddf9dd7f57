#include "collector/publish/stored.h"

#include <string.h>

#include "collector/figures/encode.h"

static const char *const kind_names[STORED_KINDS] = {
    [STORED_MODEL] = "model",   [STORED_NOTICES] = "notices", [STORED_KNOTS] = "knots",
    [STORED_VISITS] = "visits", [STORED_PENDING] = "pending", [STORED_WITHHELD] = "withheld",
    [STORED_STATE] = "state",
};

void stored_finish(struct stored *stored)
{
    for (int kind = 0; kind < STORED_KINDS; kind++)
        free(stored->kinds[kind].rows);
    buffer_finish(&stored->bytes);
    *stored = (struct stored){0};
}

struct reading_context {
    struct stored_rows *rows;
    struct buffer *bytes;
};

static void keep_row(void *context, const struct version_row *row)
{
    struct reading_context *reading = context;
    struct stored_rows *rows = reading->rows;
    if (row->length == 0)
        return;
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity < 16 ? 16 : rows->capacity * 2;
        rows->rows = memory_resize_take(rows->rows, rows->capacity, sizeof *rows->rows);
    }
    rows->rows[rows->count++] =
        (struct stored_row){row->major, row->minor, row->at, reading->bytes->length, row->length};
    buffer_bytes(reading->bytes, row->body, row->length);
}

bool stored_read(struct session *session, int64_t known_at, struct stored *stored_out,
                 struct error *error)
{
    struct stored stored = {0};
    for (int kind = 0; kind < STORED_KINDS; kind++) {
        struct reading_context reading = {&stored.kinds[kind], &stored.bytes};
        if (!session_versions(session, kind_names[kind], -1, known_at, keep_row, &reading, error)) {
            stored_finish(&stored);
            return false;
        }
    }
    *stored_out = stored;
    return true;
}

const char *stored_bytes(const struct stored *stored, const struct stored_row *row)
{
    return stored->bytes.data + row->offset;
}

static const struct stored_row *only_row(const struct stored *stored, enum stored_kind kind)
{
    const struct stored_rows *rows = &stored->kinds[kind];
    return rows->count == 0 ? NULL : &rows->rows[rows->count - 1];
}

struct rules *stored_rules(const struct stored *stored, const struct survey *survey,
                           int32_t horizon, struct error *error)
{
    const struct stored_row *row = only_row(stored, STORED_MODEL);
    struct model *model = row == NULL
                              ? model_create(survey, model_round_span(0))
                              : model_parse(survey, stored_bytes(stored, row), row->length, error);
    if (model == NULL)
        return NULL;
    row = only_row(stored, STORED_NOTICES);
    json_t *notices = row == NULL ? NULL
                                  : json_loadb(stored_bytes(stored, row), row->length,
                                               JSON_REJECT_DUPLICATES, NULL);
    struct rules *rules = rules_create(survey, model, notices, horizon);
    json_decref(notices);
    return rules;
}

static int compare_keys(const void *left, const void *right)
{
    const struct stored_row *a = left;
    const struct stored_row *b = right;
    if (a->major != b->major)
        return a->major < b->major ? -1 : 1;
    return (a->minor > b->minor) - (a->minor < b->minor);
}

static void sort_rows(struct stored_rows *rows)
{
    if (rows->count > 1)
        qsort(rows->rows, rows->count, sizeof *rows->rows, compare_keys);
}

/* What a station's rows are gathered into before its place is made. */
struct gathered {
    struct packed_builder knots[SURVEY_QUESTIONS_MAX];
    struct arrivals arrivals;
};

static bool gather_knots(const struct stored *stored, const struct numbering *numbering,
                         const struct survey *survey, struct gathered *gathered)
{
    const struct stored_rows *rows = &stored->kinds[STORED_KNOTS];
    for (size_t i = 0; i < rows->count; i++) {
        const struct stored_row *row = &rows->rows[i];
        int station = numbering_station(numbering, survey, row->major / SURVEY_QUESTIONS_MAX);
        int question = numbering_question(numbering, survey, row->major % SURVEY_QUESTIONS_MAX);
        if (station < 0 || question < 0)
            continue;
        if (!packed_gather(&gathered[station].knots[question],
                           survey->questions[question].option_count, row->minor,
                           stored_bytes(stored, row), row->length))
            return false;
    }
    return true;
}

static bool gather_arrivals(const struct stored *stored, const struct numbering *numbering,
                            const struct survey *survey, struct gathered *gathered)
{
    const struct stored_rows *rows = &stored->kinds[STORED_VISITS];
    for (size_t i = 0; i < rows->count; i++) {
        const struct stored_row *row = &rows->rows[i];
        int station = numbering_station(numbering, survey, row->major);
        if (station >= 0 &&
            !arrivals_decode(stored_bytes(stored, row), row->length, &gathered[station].arrivals))
            return false;
    }
    return true;
}

static void gathered_finish(struct gathered *gathered, const struct survey *survey)
{
    for (int s = 0; s < survey->station_count; s++) {
        for (int q = 0; q < survey->question_count; q++)
            packed_drop(gathered[s].knots[q].packed);
        arrivals_finish(&gathered[s].arrivals);
    }
    free(gathered);
}

static struct place *restore_place(struct rules *rules, int station, struct gathered *gathered)
{
    const struct survey *survey = rules->survey;
    struct packed_knots *knots[SURVEY_QUESTIONS_MAX] = {0};
    for (int q = 0; q < survey->question_count; q++)
        knots[q] = packed_gathered_take(&gathered->knots[q], survey->questions[q].option_count);
    return place_restore_take(rules, station, knots, &gathered->arrivals);
}

bool stored_places(struct stored *stored, const struct numbering *numbering, struct rules *rules,
                   struct place **places_out, struct error *error)
{
    const struct survey *survey = rules->survey;
    struct gathered *gathered = memory_zeroed((size_t)survey->station_count + 1, sizeof *gathered);
    sort_rows(&stored->kinds[STORED_KNOTS]);
    sort_rows(&stored->kinds[STORED_VISITS]);
    bool is_whole = gather_knots(stored, numbering, survey, gathered) &&
                    gather_arrivals(stored, numbering, survey, gathered);
    for (int s = 0; is_whole && s < survey->station_count; s++)
        places_out[s] = restore_place(rules, s, &gathered[s]);
    gathered_finish(gathered, survey);
    return is_whole || error_set(error, ERROR_INTERNAL, "a stored version cannot be read");
}
