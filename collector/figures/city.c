#include "collector/figures/city.h"

#include "collector/figures/build.h"
#include "collector/figures/print.h"

static bool is_accepted(const struct hazard *hazard, size_t bin)
{
    return hazard->accepted != NULL && bin < hazard->bins && hazard->accepted[bin] != 0;
}

bool city_next_change(const struct model *model, int question, size_t *bin,
                      struct city_change *change_out)
{
    const struct hazard *hazard = &model->questions[question].hazard;
    while (*bin < hazard->bins && !is_accepted(hazard, *bin))
        (*bin)++;
    if (*bin >= hazard->bins)
        return false;
    size_t first = *bin;
    size_t likely = first;
    for (; is_accepted(hazard, *bin); (*bin)++)
        likely = hazard->rate[*bin] > hazard->rate[likely] ? *bin : likely;
    int32_t origin = (int32_t)hazard->origin;
    *change_out = (struct city_change){question, origin + (int32_t)first,
                                       origin + (int32_t)*bin - 1, origin + (int32_t)likely};
    return true;
}

struct shares {
    uint32_t before[SURVEY_OPTIONS_MAX], after[SURVEY_OPTIONS_MAX];
    uint32_t stations;
};

/* `number` counts the changes of one question. */
static void count_shares(const struct view *view, int question, size_t number,
                         struct shares *shares)
{
    for (int s = 0; s < view_survey(view)->station_count; s++) {
        const struct shift *shift = &view->parts.leaves[s].sheet->traces[question]->shifts[number];
        if (shift->before < 0)
            continue;
        shares->before[shift->before]++;
        shares->after[shift->after]++;
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

static void print_change(const struct view *view, const struct city_change *change, size_t number,
                         struct buffer *buffer)
{
    const struct survey_question *question = &view_survey(view)->questions[change->question];
    struct shares shares = {0};
    count_shares(view, change->question, number, &shares);
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
        struct city_change change;
        size_t bin = 0;
        for (size_t number = 0; city_next_change(model, q, &bin, &change); number++) {
            if (change.last < from || change.first > to)
                continue;
            buffer_text(buffer, comma);
            print_change(view, &change, number, buffer);
            comma = ",";
        }
    }
}
