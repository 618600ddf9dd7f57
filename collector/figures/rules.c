#include "collector/figures/rules.h"

#include <math.h>
#include <string.h>

struct rules_group {
    bool *applies; /* by notice */
    struct dynamics *dynamics[SURVEY_QUESTIONS_MAX];
    double first_assertion[SURVEY_QUESTIONS_MAX];
};

static int compare_notices(const void *left, const void *right)
{
    const struct notice *a = left;
    const struct notice *b = right;
    if (a->from.first != b->from.first)
        return a->from.first < b->from.first ? -1 : 1;
    return strcmp(a->id, b->id);
}

static void read_notices(struct rules *rules, const json_t *notices)
{
    size_t count = json_array_size(notices);
    rules->notices = memory_zeroed(count + 1, sizeof *rules->notices);
    rules->ordered = memory_zeroed(count + 1, sizeof(struct notice *));
    for (size_t i = 0; i < count; i++) {
        struct error ignored = {0};
        if (notice_parse(rules->survey, json_array_get(notices, i), "notice",
                         &rules->notices[rules->notice_count], &ignored))
            rules->notice_count++;
    }
    qsort(rules->notices, rules->notice_count, sizeof *rules->notices, compare_notices);
    for (size_t i = 0; i < rules->notice_count; i++)
        rules->ordered[i] = &rules->notices[i];
}

static bool notice_touches(const struct notice *notice, int question)
{
    return notice->expects_change[question] || notice->asserts[question] >= 0;
}

static void group_question(const struct rules *rules, struct rules_group *group, int question)
{
    struct notice_effect *effects = memory_zeroed(rules->notice_count + 1, sizeof *effects);
    size_t count = 0;
    for (size_t i = 0; i < rules->notice_count; i++) {
        const struct notice *notice = &rules->notices[i];
        if (!group->applies[i] || !notice_touches(notice, question))
            continue;
        effects[count++] = (struct notice_effect){.begin = notice->from.first,
                                                  .end = (double)notice->from.last + 1,
                                                  .asserted = notice->asserts[question]};
    }
    group->first_assertion[question] = nan("");
    for (size_t i = count; i-- > 0;)
        if (effects[i].asserted >= 0)
            group->first_assertion[question] = effects[i].begin;
    group->dynamics[question] =
        dynamics_create(&rules->model->questions[question].hazard, effects, count, rules->horizon);
    free(effects);
}

static size_t find_group(struct rules *rules, int station)
{
    bool *applies = memory_zeroed(rules->notice_count + 1, sizeof *applies);
    for (size_t i = 0; i < rules->notice_count; i++)
        applies[i] = notice_applies(&rules->notices[i], station);
    for (size_t g = 0; g < rules->group_count; g++) {
        if (memcmp(rules->groups[g].applies, applies, rules->notice_count) == 0) {
            free(applies);
            return g;
        }
    }
    rules->groups =
        memory_resize_take(rules->groups, rules->group_count + 1, sizeof *rules->groups);
    struct rules_group *group = &rules->groups[rules->group_count];
    *group = (struct rules_group){.applies = applies};
    for (int q = 0; q < rules->survey->question_count; q++)
        group_question(rules, group, q);
    return rules->group_count++;
}

struct rules *rules_create(const struct survey *survey, struct model *model_take,
                           const json_t *notices, int32_t horizon)
{
    struct rules *rules = memory_zeroed(1, sizeof *rules);
    atomic_init(&rules->references, 1);
    rules->survey = survey;
    rules->model = model_take;
    rules->horizon = horizon;
    read_notices(rules, notices);
    rules->group_of = memory_zeroed((size_t)survey->station_count + 1, sizeof *rules->group_of);
    for (int s = 0; s < survey->station_count; s++)
        rules->group_of[s] = find_group(rules, s);
    return rules;
}

struct rules *rules_hold(struct rules *rules)
{
    atomic_fetch_add_explicit(&rules->references, 1, memory_order_relaxed);
    return rules;
}

void rules_drop(struct rules *rules)
{
    if (rules == NULL || atomic_fetch_sub_explicit(&rules->references, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t g = 0; g < rules->group_count; g++) {
        for (int q = 0; q < rules->survey->question_count; q++)
            dynamics_destroy(rules->groups[g].dynamics[q]);
        free(rules->groups[g].applies);
    }
    for (size_t i = 0; i < rules->notice_count; i++)
        notice_finish(&rules->notices[i]);
    free(rules->groups);
    free(rules->group_of);
    free(rules->notices);
    free(rules->ordered);
    model_drop(rules->model);
    free(rules);
}

const struct dynamics *rules_dynamics(const struct rules *rules, int station, int question)
{
    return rules->groups[rules->group_of[station]].dynamics[question];
}

double rules_first_assertion(const struct rules *rules, int station, int question)
{
    return rules->groups[rules->group_of[station]].first_assertion[question];
}
