#ifndef ZHANJI_TESTS_PLACE_FIXTURE_H
#define ZHANJI_TESTS_PLACE_FIXTURE_H

/* Places computed from visits that are made up. */
#include "collector/publish/stored.h"
#include "tests/unit/survey_fixture.h"

enum {
    BAGOU_REPORTS = 400,
    MANY = 500
};

static inline int load(void **state)
{
    *state = load_survey(NULL);
    return 0;
}

static inline int unload(void **state)
{
    survey_destroy(*state);
    return 0;
}

static inline struct published_answer answer_on(int32_t day, int question, int option,
                                                uint32_t reporter)
{
    struct published_answer answer = {.visited = {.first = day, .last = day},
                                      .reporter_number = reporter};
    memset(answer.answers, -1, sizeof answer.answers);
    answer.answers[question] = (int8_t)option;
    return answer;
}

static inline struct rules *plain_rules(const struct survey *survey)
{
    return rules_create(survey, model_create(survey, 365), NULL, survey->earliest_visit + 4000);
}

/* A place where question 2 was answered on each of many days, and on one more. Only the questions
 * in the mask are computed, the others are those of `before`. */
static inline struct place *place_after(const struct survey *survey, struct rules *rules,
                                        int32_t extra, const struct place *before,
                                        uint64_t questions)
{
    struct observed observed;
    observed_init(&observed, survey);
    for (int i = 0; i < BAGOU_REPORTS; i++) {
        struct published_answer answer =
            answer_on(survey->earliest_visit + 7 * i, 2, i % 3, (uint32_t)(i % 5));
        observed_add(&observed, &answer);
    }
    struct published_answer last = answer_on(extra, 2, 1, CONSENSUS_NOBODY);
    if (extra != DAY_NONE)
        observed_add(&observed, &last);
    observed_close(&observed);
    struct place *place = place_observe(rules, 0, &observed, before, questions);
    observed_finish(&observed);
    return place;
}

static inline struct place *place_with(const struct survey *survey, struct rules *rules,
                                       int32_t extra)
{
    return place_after(survey, rules, extra, NULL, PLACE_ALL);
}

/* The knots of one of its questions. */
static inline struct knots knots_of(const struct place *place, int question)
{
    const struct packed_knots *packed = place->items[question].knots;
    struct knots knots;
    packed_unpack(packed, 0, packed->piece_count, &knots);
    return knots;
}

/* Visits of a day, a month or a year, some by the unnamed, many of one day. */
static inline struct published_answer some_answer(unsigned i)
{
    struct published_answer answer = answer_on((int32_t)(i * 7919 % 60), (int)(i % 5), (int)(i % 3),
                                               i % 7 == 0 ? CONSENSUS_NOBODY : i * 31 % 40);
    answer.visited.last += i % 11 == 0 ? 30 : 0;
    answer.basis = (int)(i % 3);
    return answer;
}

#endif
