#include "collector/publish/city.h"

#include "collector/publish/build.h"
#include "collector/publish/print.h"

/* A run of neighbouring bins that passed the evidence gate. */
struct city_change {
    int question;
    int32_t first, last, likely; /* days; likely has the greatest hazard */
};

/* The next run of accepted bins from *bin on; false at the end. */
static bool next_run(const struct hazard *hazard, size_t *bin, struct city_change *change_out)
{
    while (*bin < hazard->bins && hazard->accepted[*bin] == 0)
        (*bin)++;
    if (*bin >= hazard->bins)
        return false;
    size_t first = *bin;
    size_t likely = first;
    for (; *bin < hazard->bins && hazard->accepted[*bin] != 0; (*bin)++)
        likely = hazard->rate[*bin] > hazard->rate[likely] ? *bin : likely;
    int32_t origin = (int32_t)hazard->origin;
    change_out->first = origin + (int32_t)first;
    change_out->last = origin + (int32_t)*bin - 1;
    change_out->likely = origin + (int32_t)likely;
    return true;
}

struct shares {
    uint32_t before[SURVEY_OPTIONS_MAX], after[SURVEY_OPTIONS_MAX];
    uint32_t stations;
};

static void count_shares(const struct view *view, const struct city_change *change,
                         struct shares *shares)
{
    for (int s = 0; s < view_survey(view)->station_count; s++) {
        const struct item *item = &view->parts.leaves[s].sheet->place->items[change->question];
        struct reading before;
        struct reading after;
        smoother_read(item->smoother, change->first, &before);
        smoother_read(item->smoother, (double)change->last + 1, &after);
        if (!before.known || !after.known)
            continue;
        shares->before[before.best]++;
        shares->after[after.best]++;
        shares->stations++;
    }
}

static void print_shares(struct buffer *buffer, const struct survey_question *question,
                         const uint32_t *counts, uint32_t stations)
{
    for (int i = 0; i < question->option_count; i++) {
        buffer_char(buffer, i == 0 ? '{' : ',');
        print_string(buffer, question->options[i].term.id);
        buffer_char(buffer, ':');
        print_number(buffer, stations == 0 ? 0 : (double)counts[i] / stations);
    }
    buffer_char(buffer, '}');
}

static void print_change(const struct view *view, const struct city_change *change,
                         struct buffer *buffer)
{
    const struct survey_question *question = &view_survey(view)->questions[change->question];
    struct shares shares = {0};
    count_shares(view, change, &shares);
    buffer_text(buffer, "{\"question\":");
    print_string(buffer, question->term.id);
    buffer_text(buffer, ",\"day\":");
    print_day(buffer, change->likely);
    buffer_text(buffer, ",\"earliest\":");
    print_day(buffer, change->first);
    buffer_text(buffer, ",\"latest\":");
    print_day(buffer, change->last);
    buffer_format(buffer, ",\"stations\":%u,\"from_share\":", shares.stations);
    print_shares(buffer, question, shares.before, shares.stations);
    buffer_text(buffer, ",\"to_share\":");
    print_shares(buffer, question, shares.after, shares.stations);
    buffer_char(buffer, '}');
}

void city_changes_json(const struct view *view, int32_t from, int32_t to, struct buffer *buffer)
{
    const char *comma = "";
    const struct model *model = view->parts.rules->model;
    for (int q = 0; q < model->question_count; q++) {
        const struct hazard *hazard = &model->questions[q].hazard;
        struct city_change change = {.question = q};
        size_t bin = 0;
        while (hazard->accepted != NULL && next_run(hazard, &bin, &change)) {
            if (change.last < from || change.first > to)
                continue;
            buffer_text(buffer, comma);
            print_change(view, &change, buffer);
            comma = ",";
        }
    }
}
