#include "moderation/looking.h"

#include <math.h>
#include <string.h>

#include "collector/figures/preview.h"

enum {
    ROWS_MAX = 2000000 /* reports weighed for one station: a dense one changes by no single report,
                          and what is cut off is ordered by its flags and age */
};

static const double confident = 0.9;
static const double percent = 100;

/* The flags that come of a station's published reports; the others are found anew each time. */
static const unsigned station_flags = 1U << FLAG_CONTRADICTS;

void looking_carry(const struct waiting *from, struct waiting *to)
{
    to->is_looked_at = true;
    to->has_effect = from->has_effect;
    to->before = from->before;
    to->after = from->after;
    if ((from->flags.set & station_flags) == 0 && !flag_is_set(&from->flags, FLAG_REPEATED))
        return;
    to->flags.set |= from->flags.set & (station_flags | 1U << FLAG_REPEATED);
    to->flags.numbers[FLAG_CONTRADICTS] = from->flags.numbers[FLAG_CONTRADICTS];
    to->flags.numbers[FLAG_REPEATED] = from->flags.numbers[FLAG_REPEATED];
    to->flags.question = from->flags.question;
    to->flags.answer = from->flags.answer;
}

void looking_forget(struct waiting *waiting)
{
    waiting->is_looked_at = false;
    waiting->has_effect = false;
    waiting->flags.set &= ~station_flags;
}

struct published_job {
    struct store_job job; /* the first member */
    struct preview *preview;
};

static void add_row(void *context, const struct published_answer *row)
{
    preview_add(context, row);
}

static bool run_published(struct session *session, struct store_job *job, struct error *error)
{
    struct preview *preview = ((struct published_job *)job)->preview;

    preview->count = 0;
    return session_published(session, preview->station, add_row, preview, error);
}

bool looking_read(struct preview *preview, const struct app *app, struct error *error)
{
    struct published_job job = {.job.run = run_published, .preview = preview};

    return store_call(app->store, &job.job, error);
}

/* What is said with confidence about the day of the visit, and otherwise by the report. */
static void compare_consensus(const struct backlog *backlog, struct waiting *waiting)
{
    const struct survey *survey = view_survey(backlog->view);
    struct station_state state;

    view_station(backlog->view, waiting->station, waiting->visited.last, &state);
    for (int q = 0; q < survey->question_count; q++) {
        const struct reading *reading = &state.questions[q].reading;
        int answer = state.questions[q].answer;
        if (waiting->answers[q] < 0 || answer < 0 || answer == waiting->answers[q] ||
            reading->confidence < confident ||
            (reading->standing != STANDING_CONFIRMED && reading->standing != STANDING_LIKELY &&
             reading->standing != STANDING_STALE))
            continue;
        flag_raise(&waiting->flags, FLAG_CONTRADICTS,
                   (uint32_t)lround(reading->confidence * percent));
        waiting->flags.question = q;
        waiting->flags.answer = answer;
        return;
    }
}

static void find_effect(const struct preview *preview, struct waiting *waiting, int before)
{
    struct published_answer extra = waiting_answer(waiting);
    enum standing standing;

    waiting->before = before;
    preview_status(preview, &extra, 1, &waiting->after, &standing);
    waiting->has_effect = true;
}

static void look(struct backlog *backlog, const struct preview *preview)
{
    size_t affordable = ROWS_MAX / (preview->count + 1);
    enum standing standing;
    int before;

    preview_status(preview, NULL, 0, &before, &standing);
    for (size_t i = 0; i < backlog->count; i++) {
        struct waiting *waiting = &backlog->items[i];
        if (waiting->station != preview->station || waiting->is_looked_at)
            continue;
        waiting->is_looked_at = true;
        compare_consensus(backlog, waiting);
        flags_of_published(waiting, preview->rows, preview->count, &waiting->flags);
        if (affordable == 0)
            continue;
        affordable--;
        find_effect(preview, waiting, before);
    }
}

bool looking_station(struct backlog *backlog, const struct app *app, int station,
                     struct error *error)
{
    struct preview preview;
    bool is_read;

    preview_begin(backlog->view, station, &preview);
    is_read = looking_read(&preview, app, error);
    if (is_read)
        look(backlog, &preview);
    preview_finish(&preview);
    return is_read;
}
