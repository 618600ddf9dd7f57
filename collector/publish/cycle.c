/* One publication: what is stale is read, computed, written as versions, and shown. */
#include "collector/publish/cycle.h"

#include <string.h>

/* Reads the stations that are set. They are computed again even if they turn out unchanged: what
 * was in memory may have been newer than what is published. */
static bool load_stations(struct publisher *publisher, const bool *stations, struct error *error)
{
    preload_hold(publisher, true);
    bool is_read = load_records(publisher->options.store, publisher->options.survey, stations, NULL,
                                publisher->records, error);
    preload_hold(publisher, false);
    return is_read;
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
    const struct fresh_reports fresh = {stale->fresh, stale->fresh_count, cycle->news, unsure};
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
    cycle_keep_rules(cycle);
    publisher_swap_take(publisher, make_view(cycle));
    publisher->last_ms = monotonic_ms();
    atomic_fetch_add(&publisher->counters.publications, 1);
    atomic_store(&publisher->counters.last_at, cycle->at);
    cycle->made = NULL;
    dawn_settle(publisher);
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
    cycle_choose_rules(cycle);
    if (!load_for_model(cycle, error))
        return false;
    for (int s = 0; s < cycle->survey->station_count; s++)
        cycle_choose_leaf(cycle, s);
    if (is_settled(cycle)) {
        refitting_settle(cycle->publisher);
        return true;
    }
    if (cycle->before == NULL || cycle->counts.withheld != cycle->before->parts.withheld)
        cycle_add_count(cycle, "withheld", 0, cycle->counts.withheld);
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
    news_destroy(cycle->news, cycle->survey);
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

/* Now, but after the newest change: were the clock set back, or the program started twice in a
 * second, a change would take another's place, and what is published would not be what was last. */
static int64_t publication_time(const struct publisher *publisher, const struct view *before)
{
    int64_t now = clock_now(&publisher->options.clock);
    size_t count = 0;
    const struct status_change *changes = before == NULL ? NULL : view_changes(before, &count);
    return count > 0 && changes[0].at >= now ? changes[0].at + 1 : now;
}

bool cycle_run(struct publisher *publisher, struct stale *stale, struct error *error)
{
    size_t stations = (size_t)publisher->options.survey->station_count;
    auto_free bool *changed = memory_zeroed(stations + 1, sizeof *changed);
    auto_free bool *owed = memory_zeroed(stations + 1, sizeof *owed);
    struct cycle cycle = {.publisher = publisher,
                          .survey = publisher->options.survey,
                          .today = dawn_day(publisher),
                          .before = publisher_view(publisher),
                          .stations = changed,
                          .news = news_create(publisher->options.survey),
                          .owed = owed,
                          .leaves = memory_zeroed(stations + 1, sizeof *cycle.leaves),
                          .changes = memory_zeroed(stations + 1, sizeof *cycle.changes)};
    cycle.at = publication_time(publisher, cycle.before);
    preload_take(publisher);
    refitting_take(publisher);
    pthread_mutex_lock(&publisher->mutex);
    publisher->stale.any = false; /* what is committed from here on is for the next time */
    pthread_mutex_unlock(&publisher->mutex);
    bool is_done = owing_pay_other_day(publisher, cycle.at, error) &&
                   load_counts(publisher, &cycle.counts, error);
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
