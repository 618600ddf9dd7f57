/* One publication: what is stale is read, computed, written as versions, and shown. */
#include <math.h>
#include <string.h>

#include "collector/publish/load.h"
#include "collector/publish/print.h"
#include "collector/publish/work.h"

/* Days after today that the tables of the dynamics reach. */
enum {
    HORIZON_DAYS = 800
};

struct cycle {
    struct publisher *publisher;
    const struct survey *survey;
    int32_t today;
    int64_t at;
    bool *stations;                /* whose reports changed */
    uint64_t *answered;            /* by station: the questions that new reports answered */
    bool *owed;                    /* whose versions are written later */
    const struct refit_task *made; /* whose sheets can be shown; NULL: none */
    struct view *before;
    struct loaded_counts counts;
    struct rules *rules;
    struct buffer model_text;
    bool is_new_model, are_new_rules;
    struct leaf *leaves;
    struct batch batch;
    struct status_change *changes;
    size_t change_count;
    uint64_t moved; /* reports that have come or gone */
    bool is_changed;
};

static struct place *place_before(const struct cycle *cycle, int station)
{
    return cycle->before == NULL ? NULL : cycle->before->parts.leaves[station].sheet->place;
}

static void add_span(const struct cycle *cycle, int station, double *first, double *last)
{
    const struct place *place = place_before(cycle, station);
    const struct record *record = cycle->publisher->records[station];
    if (record != NULL)
        observed_span(&record->observed, first, last);
    else if (place != NULL)
        place_span(place, first, last);
}

static double current_span(const struct cycle *cycle)
{
    double first = (double)INFINITY;
    double last = -(double)INFINITY;
    for (int s = 0; s < cycle->survey->station_count; s++)
        add_span(cycle, s, &first, &last);
    return model_round_span(last - first);
}

static bool text_differs(const struct buffer *left, const struct buffer *right)
{
    return left->length != right->length ||
           (left->length > 0 && memcmp(left->data, right->data, left->length) != 0);
}

static void replace_text(struct buffer *to, const struct buffer *from)
{
    buffer_clear(to);
    buffer_bytes(to, from->data, from->length);
}

static bool is_span(const struct model *model, double span)
{
    return !(model->span < span) && !(model->span > span);
}

static struct model *current_model(const struct cycle *cycle, double span)
{
    const struct publisher *publisher = cycle->publisher;
    const struct model *learned = publisher->refit.learned;
    /* It has changed by nothing but a refit, a longer span, or a restart with another survey. */
    if (publisher->is_checked && !publisher->refit.is_new && is_span(publisher->rules->model, span))
        return model_hold(publisher->rules->model);
    return learned == NULL ? model_create(cycle->survey, span) : model_with_span(learned, span);
}

static bool is_far_enough(const struct rules *rules, int32_t today)
{
    return rules != NULL && rules->horizon >= today + HORIZON_DAYS / 2;
}

/* A refit's own rules, if they are what holds now. */
static bool take_made(struct cycle *cycle, double span)
{
    const struct refitting *refit = &cycle->publisher->refit;
    const struct refit_task *made = refit->made;
    if (!refit->is_new || made == NULL || made->rules == NULL ||
        !is_span(made->rules->model, span) || !is_far_enough(made->rules, cycle->today) ||
        text_differs(&made->notices, &cycle->counts.notices))
        return false;
    cycle->made = made;
    cycle->rules = rules_hold(made->rules);
    return true;
}

static void make_rules(struct cycle *cycle, struct model *model_take)
{
    json_t *notices = json_loadb(cycle->counts.notices.data, cycle->counts.notices.length,
                                 JSON_REJECT_DUPLICATES, NULL);
    cycle->rules = rules_create(cycle->survey, model_take, notices, cycle->today + HORIZON_DAYS);
    json_decref(notices);
}

/* The model and the notices that hold from now on. */
static void choose_rules(struct cycle *cycle)
{
    struct publisher *publisher = cycle->publisher;
    double span = current_span(cycle);
    struct model *model =
        take_made(cycle, span) ? model_hold(cycle->rules->model) : current_model(cycle, span);
    if (publisher->rules != NULL && model == publisher->rules->model)
        replace_text(&cycle->model_text, &publisher->model_text);
    else
        model_json(model, cycle->survey, &cycle->model_text);
    cycle->is_new_model =
        publisher->refit.is_new || text_differs(&cycle->model_text, &publisher->model_text);
    bool are_new_notices = text_differs(&cycle->counts.notices, &publisher->notices_text);
    cycle->are_new_rules =
        cycle->is_new_model || are_new_notices || !is_far_enough(publisher->rules, cycle->today);
    if (!cycle->are_new_rules)
        cycle->rules = rules_hold(publisher->rules);
    else if (cycle->made == NULL)
        make_rules(cycle, model_hold(model));
    model_drop(model);
    if (cycle->is_new_model)
        batch_add(&cycle->batch, "model", 0, 0, &cycle->model_text);
    if (are_new_notices)
        batch_add(&cycle->batch, "notices", 0, 0, &cycle->counts.notices);
}

/* Reads the stations that are set. They are computed again even if they turn out unchanged: what
 * was in memory may have been newer than what is published. */
static bool load_stations(struct publisher *publisher, const bool *stations, struct error *error)
{
    return load_records(publisher->options.store, publisher->options.survey, stations, NULL,
                        publisher->records, error);
}

static bool is_any(const bool *stations, size_t count)
{
    return memchr(stations, true, count) != NULL;
}

/* The stations whose reports changed. What is new is added to the reports in memory. */
static bool load_changed(struct cycle *cycle, const struct stale *stale, struct error *error)
{
    struct publisher *publisher = cycle->publisher;
    size_t stations = (size_t)cycle->survey->station_count;
    auto_free bool *unsure = memory_zeroed(stations + 1, sizeof *unsure);
    const struct fresh_reports fresh = {stale->fresh, stale->fresh_count, cycle->answered, unsure};
    memcpy(cycle->stations, stale->stations, stations * sizeof *cycle->stations);
    for (size_t i = 0; i < fresh.count; i++)
        if (publisher->records[fresh.at[i].station] == NULL)
            cycle->stations[fresh.at[i].station] = true;
    if (is_any(cycle->stations, stations) && !load_stations(publisher, cycle->stations, error))
        return false;
    if (!load_fresh(publisher->options.store, &fresh, publisher->records, error))
        return false;
    if (is_any(unsure, stations) && !load_stations(publisher, unsure, error))
        return false;
    for (size_t s = 0; s < stations; s++)
        cycle->stations[s] = cycle->stations[s] || unsure[s];
    return true;
}

/* Under another model every station's reports are needed again. */
static bool load_for_model(struct cycle *cycle, struct error *error)
{
    if (!cycle->is_new_model)
        return true;
    size_t stations = (size_t)cycle->survey->station_count;
    auto_free bool *missing = memory_zeroed(stations + 1, sizeof *missing);
    for (size_t s = 0; s < stations; s++) {
        missing[s] = cycle->publisher->records[s] == NULL;
        cycle->stations[s] = true;
    }
    return !is_any(missing, stations) || load_stations(cycle->publisher, missing, error);
}

/* What is new at a station is computed where its answers are; under other rules everything is. */
static struct place *choose_place(const struct cycle *cycle, int station)
{
    struct place *before = place_before(cycle, station);
    bool is_new = before == NULL || cycle->stations[station];
    uint64_t answered = cycle->answered[station];
    if (is_new || answered != 0)
        return place_observe(cycle->rules, station, &cycle->publisher->records[station]->observed,
                             before, is_new || cycle->are_new_rules ? PLACE_ALL : answered);
    if (cycle->are_new_rules)
        return place_with_rules(before, cycle->rules);
    return place_hold(before);
}

static void add_count(struct cycle *cycle, const char *kind, int64_t major, uint64_t count)
{
    auto_buffer struct buffer body = {0};
    count_encode(count, &body);
    batch_add(&cycle->batch, kind, major, 0, &body);
}

static void note_status(struct cycle *cycle, int station)
{
    const struct station_state *state = &cycle->leaves[station].sheet->state;
    int from = cycle->publisher->status[station];
    if (state->status == from)
        return;
    const struct status_change change = {cycle->at,     station,         from,
                                         state->status, state->standing, state->confidence};
    auto_buffer struct buffer body = {0};
    state_encode(cycle->survey, &change, &body);
    batch_add(&cycle->batch, "state", cycle->publisher->numbering.stations[station], cycle->at,
              &body);
    if (from >= 0)
        cycle->changes[cycle->change_count++] = change;
}

static struct sheet *choose_sheet(const struct cycle *cycle, struct place *place,
                                  const struct leaf *before)
{
    const struct view_days days = {cycle->today, cycle->today};
    if (before != NULL && before->sheet->place == place &&
        before->sheet->days.today == cycle->today)
        return sheet_hold(before->sheet);
    atomic_fetch_add(&cycle->publisher->counters.stations, 1);
    return sheet_create(place, days, before == NULL ? NULL : before->sheet);
}

static void note_moved(struct cycle *cycle, const struct place *before, const struct place *place)
{
    uint64_t reports = before == NULL ? 0 : before->reports;
    cycle->moved += place->reports > reports ? place->reports - reports : reports - place->reports;
}

/* What a refit has made of the station, if it knew what is known now. */
static struct sheet *made_sheet(const struct cycle *cycle, int station)
{
    const struct refit_task *made = cycle->made;
    if (made == NULL || made->sheets[station] == NULL ||
        made->records[station] != cycle->publisher->records[station] ||
        made->sheets[station]->days.today != cycle->today)
        return NULL;
    return sheet_hold(made->sheets[station]);
}

static struct sheet *choose_station(const struct cycle *cycle, int station,
                                    const struct leaf *before)
{
    struct sheet *sheet = made_sheet(cycle, station);
    if (sheet != NULL)
        return sheet;
    struct place *place = choose_place(cycle, station);
    sheet = choose_sheet(cycle, place, before);
    place_drop(place);
    return sheet;
}

static void add_versions(struct cycle *cycle, int station, const struct place *place)
{
    const struct place *before = place_before(cycle, station);
    const struct numbering *numbering = &cycle->publisher->numbering;
    note_moved(cycle, before, place);
    cycle->owed[station] = cycle->batch.bodies.length > BATCH_BYTES;
    if (!cycle->owed[station])
        batch_add_place(&cycle->batch, numbering, before, place);
    else if (before != NULL)
        batch_add_gone(&cycle->batch, numbering, before, place);
}

static void choose_leaf(struct cycle *cycle, int station)
{
    const struct leaf *before =
        cycle->before == NULL ? NULL : &cycle->before->parts.leaves[station];
    struct leaf *leaf = &cycle->leaves[station];
    struct sheet *sheet = choose_station(cycle, station, before);
    uint32_t pending = cycle->counts.pending[station];
    if (before == NULL || sheet->place != before->sheet->place)
        add_versions(cycle, station, sheet->place);
    if (pending != (before == NULL ? 0 : before->pending))
        add_count(cycle, "pending", cycle->publisher->numbering.stations[station], pending);
    if (before != NULL && sheet == before->sheet && pending == before->pending) {
        *leaf = (struct leaf){sheet, pending, blob_hold(before->document)};
    } else {
        leaf_init_take(leaf, sheet, pending, before);
        cycle->is_changed = true;
    }
    note_status(cycle, station);
}

static struct view *make_view(struct cycle *cycle)
{
    struct change_list *older = cycle->before == NULL ? NULL : cycle->before->parts.changes;
    const struct view_parts parts = {
        .rules = rules_hold(cycle->rules),
        .at = cycle->at,
        .days = {cycle->today, cycle->today},
        .entries = cycle->counts.entries,
        .leaves = TAKE(cycle->leaves),
        .pending = cycle->counts.pending_all,
        .withheld = cycle->counts.withheld,
        .changes = changes_create(cycle->changes, cycle->change_count, older),
        .survey = blob_hold(cycle->publisher->survey),
        .lines = blob_hold(cycle->publisher->lines),
    };
    return view_create_take(&parts);
}

/* After the versions are on disk: the publisher's own record, and the view. */
static void settle(struct cycle *cycle)
{
    struct publisher *publisher = cycle->publisher;
    for (int s = 0; s < cycle->survey->station_count; s++)
        publisher->status[s] = cycle->leaves[s].sheet->state.status;
    publisher->entries = cycle->counts.entries;
    publisher->refit.moved += cycle->moved;
    if (publisher->refit.is_new)
        atomic_store(&publisher->refit.counters.last_at, cycle->at);
    publisher->is_checked = true;
    owing_add(&publisher->owing, cycle->owed, cycle->survey, cycle->at);
    replace_text(&publisher->model_text, &cycle->model_text);
    replace_text(&publisher->notices_text, &cycle->counts.notices);
    rules_drop(publisher->rules);
    publisher->rules = rules_hold(cycle->rules);
    publisher_swap_take(publisher, make_view(cycle));
    publisher->last_ms = monotonic_ms();
    atomic_fetch_add(&publisher->counters.publications, 1);
    atomic_store(&publisher->counters.last_at, cycle->at);
    cycle->made = NULL;
    refitting_settle(publisher);
}

static bool is_settled(const struct cycle *cycle)
{
    const struct view *before = cycle->before;
    return before != NULL && !cycle->is_changed && !cycle->are_new_rules &&
           cycle->batch.count == 0 && cycle->counts.entries == cycle->publisher->entries &&
           cycle->counts.pending_all == before->parts.pending &&
           cycle->counts.withheld == before->parts.withheld;
}

static bool save(struct cycle *cycle, struct error *error)
{
    const struct refitting *refit = &cycle->publisher->refit;
    auto_buffer struct buffer learned = {0};
    if (refit->is_new)
        learned_encode(cycle->rules->model, refit->reports, &learned);
    buffer_char(&learned, '\0');
    size_t stations = (size_t)cycle->survey->station_count;
    const struct publication made = {.batch = &cycle->batch,
                                     .owes = cycle->publisher->owing.left > 0 ||
                                             is_any(cycle->owed, stations),
                                     .at = cycle->at,
                                     .entries = cycle->counts.entries,
                                     .learned = refit->is_new ? learned.data : NULL};
    return save_batch(cycle->publisher, &made, error);
}

static bool publish(struct cycle *cycle, struct error *error)
{
    choose_rules(cycle);
    if (!load_for_model(cycle, error))
        return false;
    for (int s = 0; s < cycle->survey->station_count; s++)
        choose_leaf(cycle, s);
    if (is_settled(cycle)) {
        refitting_settle(cycle->publisher);
        return true;
    }
    if (cycle->before == NULL || cycle->counts.withheld != cycle->before->parts.withheld)
        add_count(cycle, "withheld", 0, cycle->counts.withheld);
    if (!save(cycle, error))
        return false;
    settle(cycle);
    return true;
}

static void cycle_finish(struct cycle *cycle)
{
    for (int s = 0; cycle->leaves != NULL && s < cycle->survey->station_count; s++)
        leaf_finish(&cycle->leaves[s]);
    free(cycle->leaves);
    free(cycle->changes);
    rules_drop(cycle->rules);
    buffer_finish(&cycle->model_text);
    batch_finish(&cycle->batch);
    loaded_counts_finish(&cycle->counts);
    view_drop(cycle->before);
}

/* What is stale is taken over only after the counts are read: every commit that they include has
 * by then told what it did. */
static void take_stale(struct publisher *publisher, struct stale *stale)
{
    pthread_mutex_lock(&publisher->mutex);
    stale_move(&publisher->stale, stale, publisher->options.survey);
    pthread_mutex_unlock(&publisher->mutex);
}

/* When something failed, what was to be published is read again, whole: the next try must see a
 * difference, and add nothing twice. */
static void put_back(struct publisher *publisher, struct stale *stale, const bool *changed)
{
    for (size_t i = 0; i < stale->fresh_count; i++)
        stale->stations[stale->fresh[i].station] = true;
    for (int s = 0; s < publisher->options.survey->station_count; s++) {
        stale->stations[s] = stale->stations[s] || changed[s];
        if (stale->stations[s])
            record_drop(TAKE(publisher->records[s]));
    }
}

static void count_in_memory(struct publisher *publisher)
{
    uint64_t count = 0;
    for (int s = 0; s < publisher->options.survey->station_count; s++)
        count += publisher->records[s] != NULL;
    atomic_store(&publisher->counters.in_memory, count);
}

bool cycle_run(struct publisher *publisher, struct stale *stale, struct error *error)
{
    size_t stations = (size_t)publisher->options.survey->station_count;
    auto_free bool *changed = memory_zeroed(stations + 1, sizeof *changed);
    auto_free uint64_t *answered = memory_zeroed(stations + 1, sizeof *answered);
    auto_free bool *owed = memory_zeroed(stations + 1, sizeof *owed);
    struct cycle cycle = {.publisher = publisher,
                          .survey = publisher->options.survey,
                          .today = publisher_today(publisher),
                          .at = clock_now(&publisher->options.clock),
                          .before = publisher_view(publisher),
                          .stations = changed,
                          .answered = answered,
                          .owed = owed,
                          .leaves = memory_zeroed(stations + 1, sizeof *cycle.leaves),
                          .changes = memory_zeroed(stations + 1, sizeof *cycle.changes)};
    preload_take(publisher);
    refitting_take(publisher);
    pthread_mutex_lock(&publisher->mutex);
    publisher->stale.any = false; /* what is committed from here on is for the next time */
    pthread_mutex_unlock(&publisher->mutex);
    bool is_done = load_counts(publisher, &cycle.counts, error);
    take_stale(publisher, stale);
    is_done = is_done && load_changed(&cycle, stale, error) && publish(&cycle, error);
    cycle_finish(&cycle);
    if (is_done)
        memset(stale->stations, 0, stations * sizeof(bool));
    else
        put_back(publisher, stale, changed);
    stale->fresh_count = 0;
    count_in_memory(publisher);
    return is_done;
}
