#include <string.h>

#include "collector/base/number.h"
#include "collector/publish/work.h"

static void keep_text(const struct stored *stored, enum stored_kind kind, struct buffer *text)
{
    const struct stored_rows *rows = &stored->kinds[kind];
    if (rows->count > 0)
        buffer_bytes(text, stored_bytes(stored, &rows->rows[0]), rows->rows[0].length);
}

static void restore_view(struct publisher *publisher, struct stored *stored, struct place **places)
{
    const struct survey *survey = publisher->options.survey;
    size_t stations = (size_t)survey->station_count;
    auto_free uint32_t *pending = memory_zeroed(stations + 1, sizeof *pending);
    int32_t today = publisher_today(publisher);
    struct view_parts parts = {.rules = rules_hold(publisher->rules),
                               .at = clock_now(&publisher->options.clock),
                               .days = {today, today},
                               .leaves = memory_zeroed(stations + 1, sizeof(struct leaf)),
                               .survey = blob_hold(publisher->survey),
                               .lines = blob_hold(publisher->lines)};
    stored_counts(stored, &publisher->numbering, survey, pending, &parts.withheld);
    auto_free struct sheet **sheets = memory_zeroed(stations + 1, sizeof(struct sheet *));
    sheets_create(places, survey->station_count, parts.days, sheets);
    for (size_t s = 0; s < stations; s++) {
        leaf_init_take(&parts.leaves[s], sheets[s], pending[s], NULL);
        parts.pending += pending[s];
        place_drop(places[s]);
    }
    parts.changes = stored_changes(stored, &publisher->numbering, survey, publisher->status);
    publisher_swap_take(publisher, view_create_take(&parts));
}

/* The accuracies that the stored knots were made with; without any, the model is the prior one. */
static bool restore_learned(struct publisher *publisher, struct error *error)
{
    char *text = NULL;
    struct model *model = publisher->rules->model;
    if (!load_setting(publisher, SETTING_LEARNED, &text, error))
        return false;
    bool is_learned = text != NULL && learned_decode(text, model, &publisher->refit.reports) &&
                      model->reporter_count > 0;
    free(text);
    if (is_learned)
        publisher->refit.learned = model_hold(model);
    return true;
}

static bool restore_stored(struct publisher *publisher, struct stored *stored, struct error *error)
{
    const int32_t horizon = 800;
    const struct survey *survey = publisher->options.survey;
    auto_free struct place **places =
        memory_zeroed((size_t)survey->station_count + 1, sizeof(struct place *));
    publisher->rules = stored_rules(stored, survey, publisher_today(publisher) + horizon, error);
    if (publisher->rules == NULL ||
        !stored_places(stored, &publisher->numbering, publisher->rules, places, error))
        return false;
    if (!restore_learned(publisher, error))
        return false;
    keep_text(stored, STORED_MODEL, &publisher->model_text);
    keep_text(stored, STORED_NOTICES, &publisher->notices_text);
    restore_view(publisher, stored, places);
    struct refitting *refit = &publisher->refit;
    uint64_t reports = published_reports(publisher->view);
    refit->moved = reports > refit->reports ? reports - refit->reports : refit->reports - reports;
    return true;
}

static bool restore_numbering(struct publisher *publisher, struct error *error)
{
    char *text = NULL;
    if (!load_setting(publisher, SETTING_NUMBERING, &text, error))
        return false;
    bool is_read = numbering_load(publisher->options.survey, text, &publisher->numbering, error);
    free(text);
    return is_read;
}

/* A decision that was committed when the server stopped, and not yet published, is told by the
 * log: then everything is looked at again. */
static bool restore_entries(struct publisher *publisher, struct error *error)
{
    char *text = NULL;
    struct loaded_counts counts;
    if (!load_setting(publisher, SETTING_ENTRIES, &text, error))
        return false;
    bool is_number =
        text != NULL && number_unsigned(text, strlen(text), INT64_MAX, &publisher->entries);
    free(text);
    if (!load_setting(publisher, SETTING_OWING, &text, error))
        return false;
    bool owes = text != NULL && strcmp(text, "1") == 0;
    free(text);
    if (!load_counts(publisher, &counts, error))
        return false;
    bool is_current = is_number && !owes && counts.entries == publisher->entries &&
                      publisher->view != NULL && !publisher->numbering.grown;
    loaded_counts_finish(&counts);
    if (is_current)
        publisher->view->parts.entries = publisher->entries;
    publisher->stale.any = true;
    for (int s = 0; s < publisher->options.survey->station_count; s++)
        publisher->stale.stations[s] = !is_current;
    return true;
}

bool publisher_restore(struct publisher *publisher, struct error *error)
{
    struct stored stored = {0};
    if (!restore_numbering(publisher, error) || !load_stored(publisher, INT64_MAX, &stored, error))
        return false;
    for (int s = 0; s < publisher->options.survey->station_count; s++)
        publisher->status[s] = -1;
    bool is_restored =
        stored.kinds[STORED_MODEL].count == 0 || restore_stored(publisher, &stored, error);
    stored_finish(&stored);
    return is_restored && restore_entries(publisher, error);
}
