#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/secret.h"
#include "collector/pages/diagram.h"
#include "collector/pages/needs.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

static int setup(void **state)
{
    struct error error = {0};
    const struct source source = {.files = schema_files, .count = schema_files_count};
    *state = survey_load(&source, &error);
    if (*state == NULL)
        fail_msg("%s", error.text);
    return 0;
}

static int teardown(void **state)
{
    survey_destroy(*state);
    return 0;
}

static int32_t day(const char *text)
{
    int32_t value = DAY_NONE;
    assert_true(day_parse(text, strlen(text), &value));
    return value;
}

static size_t strokes(const struct survey *survey, const char *line, const char *on)
{
    auto_buffer struct buffer path = {0};
    size_t count = 0;
    diagram_track(survey, survey_line(survey, line), day(on), &path);
    for (size_t i = 0; i < path.length; i++)
        count += path.data[i] == 'M';
    return count;
}

static void the_network_is_that_of_its_day(void **state)
{
    static const struct {
        const char *line, *day;
        size_t strokes;
    } cases[] = {
        {"3", "2022-01-01", 0},  {"3", "2026-11-22", 1},  /* opened in between */
        {"17", "2022-01-01", 1}, {"17", "2024-06-01", 2}, /* two ends before the middle */
        {"17", "2026-11-22", 1}, {"16", "2022-01-01", 1}, /* trains passed a station to come */
        {"2", "2022-01-01", 1},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        if (strokes(*state, cases[i].line, cases[i].day) != cases[i].strokes)
            fail_msg("line %s on %s", cases[i].line, cases[i].day);
}

static void a_station_under_works_is_built_but_not_served(void **state)
{
    const struct survey *survey = *state;
    int station = survey_station(survey, "bajiaoyouleyuan");
    assert_true(diagram_is_served(survey, station, day("2025-06-01")));
    assert_false(diagram_is_served(survey, station, day("2025-06-02")));
    assert_true(diagram_is_built(survey, station, day("2025-06-02")));
    assert_false(diagram_is_built(survey, survey_station(survey, "dongba"), day("2022-06-01")));
}

static void every_name_has_room_at_the_nearest(void **state)
{
    const struct survey *survey = *state;
    struct diagram *diagram = diagram_create(survey);
    for (int language = 0; language < SURVEY_LANGUAGES; language++) {
        int first = 0, never = 0;
        for (int i = 0; i < survey->station_count; i++) {
            first += diagram->labels[language][i].level == 0;
            never += diagram->labels[language][i].level >= DIAGRAM_LEVELS;
        }
        assert_int_equal(never, 0);
        assert_in_range(first, 12, 150); /* on a phone's map 350 pixels wide */
    }
    diagram_destroy(diagram);
}

/* A state in which every status question has the same posterior of its first option. */
static struct station_state state_of(const struct survey *survey, double first)
{
    struct station_state state = {.status = 0, .last_visit = DAY_NONE};
    for (int q = 0; q < survey->question_count; q++) {
        int options = survey->questions[q].option_count;
        for (int i = 0; i < options; i++)
            state.questions[q].p[i] = i == 0 ? first : (1 - first) / (options - 1);
    }
    return state;
}

static void a_visit_teaches_more_the_less_is_known(void **state)
{
    const struct survey *survey = *state;
    double before = HUGE_VAL;
    for (int percent = 34; percent < 100; percent += 11) {
        struct station_state known = state_of(survey, percent / 100.0);
        double bits = need_bits(survey, &known);
        assert_true(bits < before && bits > 0);
        before = bits;
    }
    struct station_state certain = state_of(survey, 1);
    assert_true(need_bits(survey, &certain) < 1e-9);
    /* Four questions of three options, 0.85 right: 4 × (log2 3 − H(.85, .075, .075)). */
    struct station_state nothing = state_of(survey, 1.0 / 3);
    assert_true(fabs(need_bits(survey, &nothing) - 4 * (1.584963 - 0.759840)) < 1e-4);
    nothing.status = survey->status_not_open;
    assert_true(need_bits(survey, &nothing) < 1e-9);
}

static void what_needs_a_visit_says_why(void **state)
{
    static const struct {
        enum standing standing;
        bool visited;
        enum need need;
    } cases[] = {
        {STANDING_CONFIRMED, true, NEED_NONE},    {STANDING_LIKELY, true, NEED_NONE},
        {STANDING_STALE, true, NEED_STALE},       {STANDING_DISPUTED, true, NEED_DISPUTED},
        {STANDING_INFERRED, true, NEED_INFERRED}, {STANDING_INFERRED, false, NEED_NEVER},
        {STANDING_UNKNOWN, false, NEED_NEVER},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct station_state at = {.standing = cases[i].standing,
                                         .last_visit = cases[i].visited ? 19000 : DAY_NONE};
        assert_int_equal(need_of(&at), cases[i].need);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_is_that_of_its_day),
        cmocka_unit_test(a_station_under_works_is_built_but_not_served),
        cmocka_unit_test(every_name_has_room_at_the_nearest),
        cmocka_unit_test(a_visit_teaches_more_the_less_is_known),
        cmocka_unit_test(what_needs_a_visit_says_why),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
