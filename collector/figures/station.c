#include "collector/figures/station.h"

#include <math.h>
#include <string.h>

static bool is_open(const struct survey *survey, int station, int32_t as_of)
{
    int32_t opened = survey->stations[station].opened;
    return opened == DAY_NONE || as_of >= opened;
}

void station_limit(const struct place *place, int32_t as_of, struct reading *reading)
{
    if (reading->standing != STANDING_INFERRED ||
        is_open(place->rules->survey, place->station, as_of))
        return;
    reading->standing = STANDING_UNKNOWN;
    reading->known = false;
}

static void read_question(const struct place *place, int question, int32_t as_of,
                          struct reading *reading, double *p)
{
    item_read(place, question, (double)as_of + 1, reading, p);
    station_limit(place, as_of, reading);
}

void station_read_status(const struct place *place, int32_t as_of, struct reading *readings_out)
{
    const struct survey *survey = place->rules->survey;
    for (int q = 0; q < survey->question_count; q++)
        if (survey->questions[q].for_status)
            read_question(place, q, as_of, &readings_out[q], NULL);
}

int station_status(const struct survey *survey, const int *statuses, int count)
{
    int status = survey->status_none;
    for (int i = 0; i < count; i++) {
        if (statuses[i] < 0 || statuses[i] == status)
            continue;
        if (status != survey->status_none)
            return survey->status_several;
        status = statuses[i];
    }
    return status;
}

/* The status that a question's known answer stands for, or -1. */
static int answer_status(const struct survey_question *question, const struct reading *reading)
{
    return question->for_status && reading->known ? question->options[reading->best].status : -1;
}

void station_judge(const struct survey *survey, int station, int32_t as_of,
                   const struct reading *readings, struct verdict *verdict_out)
{
    *verdict_out = (struct verdict){survey->status_not_open, STANDING_UNKNOWN, nan(""), false};
    if (!is_open(survey, station, as_of))
        return;
    int statuses[SURVEY_QUESTIONS_MAX];
    enum standing weakest = STANDING_CONFIRMED;
    double smallest = 1;
    for (int q = 0; q < survey->question_count; q++) {
        statuses[q] = answer_status(&survey->questions[q], &readings[q]);
        if (statuses[q] < 0)
            continue;
        weakest = readings[q].standing > weakest ? readings[q].standing : weakest;
        smallest = fmin(smallest, readings[q].confidence);
    }
    verdict_out->status = station_status(survey, statuses, survey->question_count);
    if (verdict_out->status == survey->status_none)
        return;
    verdict_out->standing = weakest;
    verdict_out->confidence = smallest;
    verdict_out->visited = weakest != STANDING_INFERRED && weakest != STANDING_UNKNOWN;
}

static enum truth both(enum truth left, enum truth right)
{
    if (left == TRUTH_FALSE || right == TRUTH_FALSE)
        return TRUTH_FALSE;
    return left == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : right;
}

void station_conditions(const struct survey *survey, const struct reading *readings,
                        enum truth *conditions_out, enum truth *all_out)
{
    *all_out = TRUTH_TRUE;
    for (int i = 0; i < survey->condition_count; i++) {
        const struct survey_condition *condition = &survey->conditions[i];
        const struct reading *reading = &readings[condition->question];
        conditions_out[i] = TRUTH_UNKNOWN;
        if (reading->known)
            conditions_out[i] = reading->best == condition->option ? TRUTH_TRUE : TRUTH_FALSE;
        *all_out = both(*all_out, conditions_out[i]);
    }
}

static void count_arrivals(const struct place *place, struct station_state *state)
{
    for (size_t i = 0; i < place->arrivals.count; i++) {
        const struct arrival *arrival = &place->arrivals.at[i];
        if (arrival->first > state->as_of)
            break;
        state->reports += arrival->reports;
        state->reporters += arrival->fresh_reporters;
        state->last_visit = arrival->last > state->last_visit ? arrival->last : state->last_visit;
    }
}

void station_state_of(const struct place *place, int32_t as_of, const struct reading *readings,
                      struct station_state *state_out)
{
    const struct survey *survey = place->rules->survey;
    struct verdict verdict;
    station_judge(survey, place->station, as_of, readings, &verdict);
    *state_out = (struct station_state){
        .station = place->station,
        .as_of = as_of,
        .status = verdict.status,
        .standing = verdict.standing,
        .confidence = verdict.confidence,
        .visited = verdict.visited,
        .last_visit = DAY_NONE,
    };
    count_arrivals(place, state_out);
    station_conditions(survey, readings, state_out->conditions, &state_out->all);
    for (int q = 0; q < survey->question_count; q++)
        state_out->questions[q] = (struct station_question){
            .answer = readings[q].known ? readings[q].best : -1,
            .reading = readings[q],
        };
}

void station_state(const struct place *place, int32_t as_of, struct station_state *state_out)
{
    struct reading readings[SURVEY_QUESTIONS_MAX] = {0};
    double p[SURVEY_QUESTIONS_MAX][SURVEY_OPTIONS_MAX];
    int count = place->rules->survey->question_count;
    for (int q = 0; q < count; q++)
        read_question(place, q, as_of, &readings[q], p[q]);
    station_state_of(place, as_of, readings, state_out);
    for (int q = 0; q < count; q++)
        memcpy(state_out->questions[q].p, p[q], sizeof p[q]);
}
