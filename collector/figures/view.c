#include "collector/figures/view.h"

#include <string.h>

#include "collector/figures/build.h"
#include "collector/figures/print.h"

static struct blob *make_document(const struct view *view, enum view_document which)
{
    static const struct station_filter everything = {.line = -1, .status = -1, .standing = -1};
    const struct view_parts *parts = &view->parts;
    struct buffer json = {0};
    switch (which) {
    case VIEW_STATIONS:
        view_stations_json(view, &everything, parts->days.today, &json);
        break;
    case VIEW_SUMMARY:
        view_summary_json(view, DAY_NONE, INT32_MAX, &json);
        break;
    case VIEW_NOTICES:
        print_notices(parts->rules->survey, parts->rules->ordered, parts->rules->notice_count,
                      &json);
        break;
    case VIEW_TIMELINE:
        view_timeline_json(view, &json);
        break;
    case VIEW_SURVEY:
        return blob_hold(parts->survey);
    case VIEW_LINES:
        return blob_hold(parts->lines);
    case VIEW_DOCUMENTS:
        break;
    }
    return blob_create_take(&json, "application/json");
}

struct view *view_create_take(const struct view_parts *parts)
{
    struct view *view = memory_zeroed(1, sizeof *view);
    atomic_init(&view->references, 1);
    view->parts = *parts;
    view->months = months_count(view, &view->month_count);
    for (int which = 0; which < VIEW_DOCUMENTS; which++)
        view->documents[which] = make_document(view, (enum view_document)which);
    return view;
}

struct view *view_hold(const struct view *view)
{
    /* The count is the one member of a published view that changes. */
    union {
        const struct view *shared;
        struct view *own;
    } pointer = {view};

    atomic_fetch_add_explicit(&pointer.own->references, 1, memory_order_relaxed);
    return pointer.own;
}

void view_drop(struct view *view)
{
    if (view == NULL || atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) > 1)
        return;
    struct view_parts *parts = &view->parts;
    int stations = parts->rules->survey->station_count;
    for (int s = 0; s < stations; s++)
        leaf_finish(&parts->leaves[s]);
    free(parts->leaves);
    for (int which = 0; which < VIEW_DOCUMENTS; which++)
        blob_drop(view->documents[which]);
    blob_drop(parts->survey);
    blob_drop(parts->lines);
    changes_drop(parts->changes);
    rules_drop(parts->rules);
    free(view->months);
    free(view);
}

const struct survey *view_survey(const struct view *view)
{
    return view->parts.rules->survey;
}

int64_t view_at(const struct view *view)
{
    return view->parts.at;
}

uint64_t view_entries(const struct view *view)
{
    return view->parts.entries;
}

int32_t view_known_day(const struct view *view)
{
    return view->parts.days.known;
}

int32_t view_today(const struct view *view)
{
    return view->parts.days.today;
}

uint64_t view_pending(const struct view *view)
{
    return view->parts.pending;
}

uint64_t view_withheld(const struct view *view)
{
    return view->parts.withheld;
}

const struct month_counts *view_months(const struct view *view, size_t *count_out)
{
    *count_out = view->month_count;
    return view->months;
}

const struct notice *const *view_notices(const struct view *view, size_t *count_out)
{
    *count_out = view->parts.rules->notice_count;
    return view->parts.rules->ordered;
}

double view_reporter_accuracy(const struct view *view, uint32_t reporter_number)
{
    return model_accuracy(view->parts.rules->model, reporter_number);
}

struct blob *view_document(const struct view *view, enum view_document which)
{
    return blob_hold(view->documents[which]);
}

struct blob *view_station_document(const struct view *view, int station)
{
    return blob_hold(view->parts.leaves[station].document);
}

struct blob *view_stations_document(const struct view *view)
{
    return view_document(view, VIEW_STATIONS);
}

void view_station(const struct view *view, int station, int32_t as_of,
                  struct station_state *state_out)
{
    const struct leaf *leaf = &view->parts.leaves[station];
    sheet_state(leaf->sheet, as_of, state_out);
    state_out->pending = leaf->pending;
}

void view_station_json(const struct view *view, const struct station_state *state, bool whole,
                       struct buffer *buffer)
{
    print_station(view_survey(view), view_known_day(view), state, whole, buffer);
}

static bool on_line(const struct station *station, int line)
{
    for (int i = 0; i < station->line_count; i++)
        if (station->lines[i] == line)
            return true;
    return false;
}

static bool passes(const struct view *view, const struct station_filter *filter, int station,
                   int32_t as_of)
{
    if (filter->line >= 0 && !on_line(&view_survey(view)->stations[station], filter->line))
        return false;
    if (filter->status < 0 && filter->standing < 0)
        return true;
    struct station_state state;
    view_station(view, station, as_of, &state);
    return (filter->status < 0 || state.status == filter->status) &&
           (filter->standing < 0 || (int)state.standing == filter->standing);
}

int view_stations(const struct view *view, const struct station_filter *filter, int32_t as_of,
                  int *order_out)
{
    const struct survey *survey = view_survey(view);
    const char *query = filter->query == NULL ? "" : filter->query;
    int found = survey_search(survey, query, strlen(query), order_out);
    int kept = 0;
    for (int i = 0; i < found; i++)
        if (passes(view, filter, order_out[i], as_of))
            order_out[kept++] = order_out[i];
    return kept;
}

/* A station without questions and history; that of today lies ready. */
static void brief_json(const struct view *view, int station, int32_t day, struct buffer *buffer)
{
    const struct leaf *leaf = &view->parts.leaves[station];
    if (day >= view_today(view)) {
        buffer_bytes(buffer, leaf->sheet->head.data, leaf->sheet->head.length);
        buffer_integer(buffer, leaf->pending);
        buffer_bytes(buffer, leaf->sheet->brief_tail.data, leaf->sheet->brief_tail.length);
        return;
    }
    struct station_state state;
    view_station(view, station, day, &state);
    view_station_json(view, &state, false, buffer);
}

void view_stations_json(const struct view *view, const struct station_filter *filter, int32_t as_of,
                        struct buffer *buffer)
{
    auto_free int *order =
        memory_zeroed((size_t)view_survey(view)->station_count + 1, sizeof *order);
    int32_t day = as_of < view_today(view) ? as_of : view_today(view);
    int count = view_stations(view, filter, day, order);
    buffer_text(buffer, "{\"as_of\":");
    print_day(buffer, day);
    buffer_text(buffer, ",\"known_at\":");
    print_day(buffer, view_known_day(view));
    buffer_text(buffer, ",\"stations\":[");
    for (int i = 0; i < count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        brief_json(view, order[i], day, buffer);
    }
    buffer_text(buffer, "]}");
}
