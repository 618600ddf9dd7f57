#include "collector/figures/preview.h"

#include <string.h>

#include "collector/figures/build.h"

static struct place *place_of(const struct view *view, int station)
{
    return view->parts.leaves[station].sheet->place;
}

void preview_begin(const struct view *view, int station, struct preview *preview_out)
{
    *preview_out = (struct preview){.view = view, .station = station};
}

void preview_add(struct preview *preview, const struct published_answer *row)
{
    if (preview->count == preview->capacity) {
        preview->capacity = preview->capacity < 16 ? 16 : preview->capacity * 2;
        preview->rows = memory_resize_take(preview->rows, preview->capacity, sizeof *preview->rows);
    }
    preview->rows[preview->count++] = *row;
}

void preview_finish(struct preview *preview)
{
    free(preview->rows);
    *preview = (struct preview){0};
}

/* The later one of two with one id is the extra: the published one is left out. */
static bool is_replaced(const struct published_answer *row, const struct published_answer *extra,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(row->uuid, extra[i].uuid, UUID_SIZE) == 0)
            return true;
    return false;
}

static void observe(const struct preview *preview, const struct published_answer *extra,
                    size_t count, struct observed *observed)
{
    observed_init(observed, view_survey(preview->view));
    for (size_t i = 0; i < preview->count; i++)
        if (!is_replaced(&preview->rows[i], extra, count))
            observed_add(observed, &preview->rows[i]);
    for (size_t i = 0; i < count; i++)
        observed_add(observed, &extra[i]);
    observed_close(observed);
}

static struct place *make_place(const struct preview *preview, const struct published_answer *extra,
                                size_t count)
{
    struct observed observed;
    observe(preview, extra, count, &observed);
    struct place *place = place_observe(place_of(preview->view, preview->station)->rules,
                                        preview->station, &observed, NULL, PLACE_ALL);
    observed_finish(&observed);
    return place;
}

void preview_state(const struct preview *preview, const struct published_answer *extra,
                   size_t count, struct station_state *state_out)
{
    struct place *place = make_place(preview, extra, count);
    station_state(place, view_today(preview->view), state_out);
    place_drop(place);
}

void preview_status(const struct preview *preview, const struct published_answer *extra,
                    size_t count, int *status_out, enum standing *standing_out)
{
    int32_t today = view_today(preview->view);
    struct reading readings[SURVEY_QUESTIONS_MAX];
    struct verdict verdict;
    struct place *place = make_place(preview, extra, count);
    station_read_status(place, today, readings);
    station_judge(view_survey(preview->view), preview->station, today, readings, &verdict);
    place_drop(place);
    *status_out = verdict.status;
    *standing_out = verdict.standing;
}

void *preview_token_hold(const struct view *view, int station)
{
    return place_hold(place_of(view, station));
}

void preview_token_drop(void *token)
{
    place_drop(token);
}
