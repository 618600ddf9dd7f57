/* What a station makes of its questions: status, conditions, standing, history (design §4, §6). */
#include <math.h>

#include "collector/figures/print.h"
#include "collector/figures/station.h"
#include "tests/unit/survey_fixture.h"

static int load(void **state)
{
    *state = load_survey(NULL);
    return 0;
}

static int unload(void **state)
{
    survey_destroy(*state);
    return 0;
}

enum {
    QUESTIONS = 4
};

static const char *const status_questions[QUESTIONS] = {"ticket_machine", "window_ticket",
                                                        "card_issue", "card_topup"};

/* A question's answer, "" where it is not known, with its standing and confidence. */
struct known {
    const char *option;
    enum standing standing;
    double confidence;
};

static void set_known(const struct survey *survey, const char *question, const struct known *known,
                      struct reading *readings)
{
    int q = survey_question(survey, question);
    struct reading *reading = &readings[q];
    *reading = (struct reading){.standing = known->standing, .confidence = known->confidence};
    if (known->option == NULL || known->option[0] == '\0')
        return;
    reading->known = true;
    reading->best = survey_option(&survey->questions[q], known->option);
    assert_true(reading->best >= 0);
}

static void one_status_for_all_known_answers_or_mixed_or_unknown(void **state)
{
    static const struct {
        struct known answers[QUESTIONS];
        const char *status;
        enum standing standing;
        double confidence;
        bool visited;
    } rows[] = {
        {{{"payment", STANDING_LIKELY, 0.8}, {"no_id", STANDING_CONFIRMED, 0.95}},
         "anonymous",
         STANDING_LIKELY,
         0.8,
         true},
        {{{"id_required", STANDING_STALE, 0.7}, {"id_required", STANDING_INFERRED, 0.75}},
         "real_name",
         STANDING_INFERRED,
         0.7,
         false},
        {{{"payment", STANDING_LIKELY, 0.8}, {"id_required", STANDING_DISPUTED, 0.65}},
         "mixed",
         STANDING_DISPUTED,
         0.65,
         true},
        {{{"out_of_service", STANDING_CONFIRMED, 0.9}, {"refused", STANDING_LIKELY, 0.9}},
         "unknown",
         STANDING_UNKNOWN,
         -1,
         false},
        {{{"out_of_service", STANDING_DISPUTED, 0.6}, {"no_id", STANDING_CONFIRMED, 0.9}},
         "anonymous",
         STANDING_CONFIRMED,
         0.9,
         true},
        {{{"", STANDING_DISPUTED, 0.5}, {"id_required", STANDING_LIKELY, 0.9}},
         "real_name",
         STANDING_LIKELY,
         0.9,
         true},
        {{{"", STANDING_UNKNOWN, 0}}, "unknown", STANDING_UNKNOWN, -1, false},
    };
    const struct survey *survey = *state;
    int bagou = survey_station(survey, "bagou");
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct reading readings[SURVEY_QUESTIONS_MAX] = {0};
        struct verdict verdict;
        for (int q = 0; q < QUESTIONS; q++)
            set_known(survey, status_questions[q], &rows[i].answers[q], readings);
        station_judge(survey, bagou, survey->earliest_visit, readings, &verdict);
        assert_string_equal(survey->statuses.terms[verdict.status].id, rows[i].status);
        assert_int_equal(verdict.standing, rows[i].standing);
        assert_int_equal(verdict.visited, rows[i].visited);
        assert_int_equal(isnan(verdict.confidence), (rows[i].confidence < 0));
        if (rows[i].confidence >= 0)
            assert_float_equal(verdict.confidence, rows[i].confidence, 1e-12);
    }
}

static void before_it_opened_a_station_is_not_open_whatever_was_read(void **state)
{
    const struct survey *survey = *state;
    int bagou = survey_station(survey, "bagou");
    const struct known known = {"payment", STANDING_LIKELY, 0.8};
    struct reading readings[SURVEY_QUESTIONS_MAX] = {0};
    struct verdict verdict;
    set_known(survey, "ticket_machine", &known, readings);
    int32_t opened = survey->stations[bagou].opened;
    station_judge(survey, bagou, opened - 1, readings, &verdict);
    assert_int_equal(verdict.status, survey->status_not_open);
    assert_int_equal(verdict.standing, STANDING_UNKNOWN);
    assert_true(isnan(verdict.confidence));
    station_judge(survey, bagou, opened, readings, &verdict);
    assert_string_equal(survey->statuses.terms[verdict.status].id, "anonymous");
}

static void a_condition_is_true_false_or_not_known(void **state)
{
    static const struct {
        const char *type, *issue, *condition;
        enum truth wanted[3], all;
    } rows[] = {
        {"t_union", "no_id", "new", {TRUTH_TRUE, TRUTH_TRUE, TRUTH_TRUE}, TRUTH_TRUE},
        {"t_union", "no_id", "", {TRUTH_TRUE, TRUTH_TRUE, TRUTH_UNKNOWN}, TRUTH_UNKNOWN},
        {"", "id_required", "new", {TRUTH_UNKNOWN, TRUTH_FALSE, TRUTH_TRUE}, TRUTH_FALSE},
        {"local_only", "", "", {TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_UNKNOWN}, TRUTH_FALSE},
        {"", "", "", {TRUTH_UNKNOWN, TRUTH_UNKNOWN, TRUTH_UNKNOWN}, TRUTH_UNKNOWN},
    };
    const struct survey *survey = *state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct reading readings[SURVEY_QUESTIONS_MAX] = {0};
        enum truth conditions[SURVEY_CONDITIONS_MAX];
        enum truth all;
        const struct known known[] = {{rows[i].type, STANDING_LIKELY, 0.8},
                                      {rows[i].issue, STANDING_LIKELY, 0.8},
                                      {rows[i].condition, STANDING_LIKELY, 0.8}};
        set_known(survey, "card_type", &known[0], readings);
        set_known(survey, "card_issue", &known[1], readings);
        set_known(survey, "card_condition", &known[2], readings);
        station_conditions(survey, readings, conditions, &all);
        assert_memory_equal(conditions, rows[i].wanted, sizeof rows[i].wanted);
        assert_int_equal(all, rows[i].all);
    }
}

/* A history of answers of one question: the bracket into each, days after the first day. */
struct step_row {
    const char *option;
    double earliest, likely, latest; /* 0 for the first: from the beginning */
    double confidence;
};

struct story {
    struct step_row steps[3];
    double begins;
    double fades[3]; /* the bracket in which the last answer fades; zeros: it does not */
};

static size_t tell(const struct survey *survey, const char *station, const struct story *stories,
                   double first, struct station_segment **segments_out)
{
    struct question_history histories[SURVEY_QUESTIONS_MAX] = {0};
    struct segment segments[QUESTIONS][3] = {0};
    for (int i = 0; i < QUESTIONS; i++) {
        int q = survey_question(survey, status_questions[i]);
        size_t count = 0;
        for (; count < 3 && stories[i].steps[count].option != NULL; count++) {
            const struct step_row *step = &stories[i].steps[count];
            struct segment *segment = &segments[i][count];
            segment->answer = survey_option(&survey->questions[q], step->option);
            segment->confidence = step->confidence;
            segment->has_from = count > 0;
            segment->from = (struct bracket){first + step->earliest, first + step->likely,
                                             first + step->latest};
            if (count > 0) {
                segments[i][count - 1].has_until = true;
                segments[i][count - 1].until = segment->from;
            }
        }
        if (count > 0 && stories[i].fades[2] > 0) {
            segments[i][count - 1].has_until = true;
            segments[i][count - 1].until =
                (struct bracket){first + stories[i].fades[0], first + stories[i].fades[1],
                                 first + stories[i].fades[2]};
        }
        histories[q] = (struct question_history){segments[i], count, first + stories[i].begins};
    }
    return timeline_merge(survey, survey_station(survey, station), histories, first + 2000,
                          segments_out);
}

static void expect_segment(const struct survey *survey, const struct station_segment *segment,
                           const char *status, double confidence)
{
    assert_string_equal(survey->statuses.terms[segment->status].id, status);
    assert_float_equal(segment->confidence, confidence, 1e-12);
}

static void overlapping_brackets_are_one_change(void **state)
{
    const struct survey *survey = *state;
    const struct story stories[QUESTIONS] = {
        {.steps = {{"payment", 0, 0, 0, 0.9}, {"id_required", 100, 150, 300, 0.8}}},
        {.steps = {{"no_id", 0, 0, 0, 0.85}, {"id_required", 140, 160, 180, 0.95}}},
    };
    struct station_segment *segments = NULL;
    double first = survey->earliest_visit;
    assert_int_equal(tell(survey, "bagou", stories, first, &segments), 2);
    expect_segment(survey, &segments[0], "anonymous", 0.85);
    expect_segment(survey, &segments[1], "real_name", 0.8);
    assert_true(!segments[0].has_from && segments[0].has_until);
    assert_true(segments[1].has_from && !segments[1].has_until);
    assert_float_equal(segments[1].from.earliest, first + 100, 1e-9);
    assert_float_equal(segments[1].from.likely, first + 160, 1e-9);
    assert_float_equal(segments[1].from.latest, first + 300, 1e-9);
    free(segments);
}

static void brackets_apart_give_a_time_between(void **state)
{
    const struct survey *survey = *state;
    const struct story stories[QUESTIONS] = {
        {.steps = {{"payment", 0, 0, 0, 0.9}, {"id_required", 100, 110, 120, 0.8}}},
        {.steps = {{"no_id", 0, 0, 0, 0.85}, {"id_required", 121, 130, 140, 0.95}}},
    };
    struct station_segment *segments = NULL;
    assert_int_equal(tell(survey, "bagou", stories, survey->earliest_visit, &segments), 3);
    expect_segment(survey, &segments[0], "anonymous", 0.85);
    expect_segment(survey, &segments[1], "mixed", 0.8);
    expect_segment(survey, &segments[2], "real_name", 0.8);
    free(segments);
}

static void a_change_that_does_not_change_the_status_is_dropped(void **state)
{
    const struct survey *survey = *state;
    const struct story stories[QUESTIONS] = {
        {.steps = {{"id_required", 0, 0, 0, 0.7}}},
        {.steps = {{"id_required", 0, 0, 0, 0.85}, {"refused", 50, 60, 70, 0.9}}},
    };
    struct station_segment *segments = NULL;
    assert_int_equal(tell(survey, "bagou", stories, survey->earliest_visit, &segments), 1);
    expect_segment(survey, &segments[0], "real_name", 0.7);
    assert_true(!segments[0].has_from && !segments[0].has_until);
    free(segments);
}

static void an_answer_that_fades_makes_a_change_no_vaguer(void **state)
{
    const struct survey *survey = *state;
    const struct story stories[QUESTIONS] = {
        {.steps = {{"payment", 0, 0, 0, 0.9}}, .fades = {90, 200, 600}},
        {.steps = {{"no_id", 0, 0, 0, 0.85}, {"id_required", 100, 150, 180, 0.95}}},
    };
    struct station_segment *segments = NULL;
    double first = survey->earliest_visit;
    assert_int_equal(tell(survey, "bagou", stories, first, &segments), 2);
    expect_segment(survey, &segments[1], "real_name", 0.95);
    assert_float_equal(segments[1].from.earliest, first + 100, 1e-9);
    assert_float_equal(segments[1].from.latest, first + 180, 1e-9);
    free(segments);
}

static void what_is_known_later_says_nothing_of_before(void **state)
{
    const struct survey *survey = *state;
    const struct story stories[QUESTIONS] = {
        {.steps = {{"payment", 0, 0, 0, 0.9}}, .begins = 365},
        {.steps = {{"id_required", 0, 0, 0, 0.85}}, .begins = 10},
    };
    struct station_segment *segments = NULL;
    double first = survey->earliest_visit;
    assert_int_equal(tell(survey, "bagou", stories, first, &segments), 2);
    expect_segment(survey, &segments[0], "real_name", 0.85);
    expect_segment(survey, &segments[1], "mixed", 0.85);
    assert_float_equal(segments[1].from.likely, first + 365, 1e-9);
    free(segments);
}

static void nothing_known_is_no_history(void **state)
{
    const struct story stories[QUESTIONS] = {0};
    const struct survey *survey = *state;
    struct station_segment *segments = NULL;
    assert_int_equal(tell(survey, "bagou", stories, survey->earliest_visit, &segments), 0);
    free(segments);
}

/* A station that opened after the survey began. */
static int young_station(const struct survey *survey)
{
    for (int s = 0; s < survey->station_count; s++) {
        int32_t opened = survey->stations[s].opened;
        if (opened != DAY_NONE && opened > survey->earliest_visit + 400 &&
            opened < survey->earliest_visit + 1500)
            return s;
    }
    fail_msg("the catalogue has no young station");
    return -1;
}

static void the_history_of_a_new_station_begins_when_it_opens(void **state)
{
    const struct survey *survey = *state;
    int station = young_station(survey);
    double opened = survey->stations[station].opened;
    double first = survey->earliest_visit;
    const struct story stories[QUESTIONS] = {
        {.steps = {{"payment", 0, 0, 0, 0.9}, {"id_required", 100, 110, 120, 0.8}}},
    };
    struct station_segment *segments = NULL;
    assert_int_equal(tell(survey, survey->stations[station].id, stories, first, &segments), 2);
    assert_int_equal(segments[0].status, survey->status_not_open);
    assert_true(!segments[0].has_from && segments[0].has_until);
    expect_segment(survey, &segments[1], "real_name", 0.8);
    assert_float_equal(segments[1].from.likely, opened, 1e-9);
    free(segments);
}

static void moments_are_printed_as_the_days_they_fall_on(void **state)
{
    static const struct {
        struct bracket bracket;
        int32_t days[3];
    } rows[] = {
        {{10.5, 11.5, 12.5}, {10, 11, 12}},
        {{10, 11, 12}, {10, 11, 11}},
        {{10, 10, 10}, {10, 10, 10}},
        {{10.2, 10.4, 10.6}, {10, 10, 10}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        int32_t days[3];
        bracket_days(&rows[i].bracket, days);
        assert_memory_equal(days, rows[i].days, sizeof days);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_status_for_all_known_answers_or_mixed_or_unknown),
        cmocka_unit_test(before_it_opened_a_station_is_not_open_whatever_was_read),
        cmocka_unit_test(a_condition_is_true_false_or_not_known),
        cmocka_unit_test(overlapping_brackets_are_one_change),
        cmocka_unit_test(brackets_apart_give_a_time_between),
        cmocka_unit_test(a_change_that_does_not_change_the_status_is_dropped),
        cmocka_unit_test(an_answer_that_fades_makes_a_change_no_vaguer),
        cmocka_unit_test(what_is_known_later_says_nothing_of_before),
        cmocka_unit_test(nothing_known_is_no_history),
        cmocka_unit_test(the_history_of_a_new_station_begins_when_it_opens),
        cmocka_unit_test(moments_are_printed_as_the_days_they_fall_on),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
