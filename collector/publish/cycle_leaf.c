/* What a publication shows of one station: its place, its sheet, and the versions of them. */
#include "collector/publish/cycle.h"

struct place *cycle_place_before(const struct cycle *cycle, int station)
{
    return cycle->before == NULL ? NULL : cycle->before->parts.leaves[station].sheet->place;
}

/* What is new at a station is computed where its answers are; under other rules everything is. */
static struct place *choose_place(const struct cycle *cycle, int station)
{
    struct place *before = cycle_place_before(cycle, station);
    const struct news *news = &cycle->news[station];
    bool is_told = news->questions != 0 || news->count > 0;
    if (before == NULL || cycle->stations[station] || (is_told && cycle->are_new_rules))
        return place_observe(cycle->rules, station, &cycle->publisher->records[station]->observed,
                             before, PLACE_ALL);
    if (is_told)
        return place_update(before, &cycle->publisher->records[station]->observed, news->questions,
                            news->added, news->count);
    if (cycle->are_new_rules)
        return place_with_rules(before, cycle->rules);
    return place_hold(before);
}

void cycle_add_count(struct cycle *cycle, const char *kind, int64_t major, uint64_t count)
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
    struct sheet *made = dawn_sheet(cycle->publisher, place->station, place, cycle->today);
    if (made != NULL)
        return made;
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
    const struct place *before = cycle_place_before(cycle, station);
    const struct numbering *numbering = &cycle->publisher->numbering;
    note_moved(cycle, before, place);
    cycle->owed[station] = cycle->batch.bodies.length > BATCH_BYTES;
    if (!cycle->owed[station])
        batch_add_place(&cycle->batch, numbering, before, place);
    else if (before != NULL)
        batch_add_gone(&cycle->batch, numbering, before, place);
}

void cycle_choose_leaf(struct cycle *cycle, int station)
{
    const struct leaf *before =
        cycle->before == NULL ? NULL : &cycle->before->parts.leaves[station];
    struct leaf *leaf = &cycle->leaves[station];
    struct sheet *sheet = choose_station(cycle, station, before);
    uint32_t pending = cycle->counts.pending[station];
    if (before == NULL || sheet->place != before->sheet->place)
        add_versions(cycle, station, sheet->place);
    if (pending != (before == NULL ? 0 : before->pending))
        cycle_add_count(cycle, "pending", cycle->publisher->numbering.stations[station], pending);
    if (before != NULL && sheet == before->sheet && pending == before->pending) {
        *leaf = (struct leaf){sheet, pending, blob_hold(before->document)};
    } else {
        leaf_init_take(leaf, sheet, pending, before);
        cycle->is_changed = true;
    }
    note_status(cycle, station);
}
