/* The model and the notices that a publication is computed by. */
#include "collector/publish/cycle.h"

#include <math.h>
#include <string.h>

/* Days after today that the tables of the dynamics reach. */
enum {
    HORIZON_DAYS = 800
};

static void add_span(const struct cycle *cycle, int station, double *first, double *last)
{
    const struct place *place = cycle_place_before(cycle, station);
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

void cycle_choose_rules(struct cycle *cycle)
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

void cycle_keep_rules(const struct cycle *cycle)
{
    struct publisher *publisher = cycle->publisher;
    replace_text(&publisher->model_text, &cycle->model_text);
    replace_text(&publisher->notices_text, &cycle->counts.notices);
    rules_drop(publisher->rules);
    publisher->rules = rules_hold(cycle->rules);
}
