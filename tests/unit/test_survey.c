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

static void the_survey_of_the_project_is_read_whole(void **state)
{
    const struct survey *survey = *state;
    assert_string_equal(survey->id, "beijing-subway");
    assert_int_equal(survey->version, 1);
    assert_int_equal(survey->offset_seconds, 8 * 3600);
    assert_int_equal(survey->earliest_visit, day_from_date((struct date){2022, 1, 1}));
    assert_true(survey->reporter_accuracy > 0.849 && survey->reporter_accuracy < 0.851);
    assert_int_equal(survey->question_count, 10);
    assert_int_equal(survey->basis_count, 3);
    assert_int_equal(survey->condition_count, 3);
    assert_int_equal(survey->station_count, 424);
    assert_int_equal(survey->line_count, 28);
    assert_int_equal(survey->notice_count, 4);
    assert_non_null(strstr(survey->form_head.in[LANGUAGE_ZH], "身份信息"));
}

static void statuses_begin_with_those_of_the_map(void **state)
{
    const struct survey *survey = *state;
    static const char *const expected[] = {"anonymous", "real_name", "mixed", "unknown",
                                           "not_open"};
    assert_int_equal(survey->statuses.count, ARRAY_LENGTH(expected));
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        assert_string_equal(survey->statuses.terms[i].id, expected[i]);
        assert_non_null(survey->statuses.terms[i].text.in[LANGUAGE_EN]);
        assert_non_null(survey->statuses.terms[i].help.in[LANGUAGE_ZH]);
    }
    assert_int_equal(survey->status_several, 2);
    assert_int_equal(survey->status_none, 3);
    assert_int_equal(survey->status_not_open, 4);
}

static void options_of_status_questions_carry_their_status(void **state)
{
    const struct survey *survey = *state;

    static const struct {
        const char *question, *option;
        int status;
        bool for_status;
    } rows[] = {
        {"ticket_machine", "payment", 0, true},         {"ticket_machine", "id_required", 1, true},
        {"ticket_machine", "out_of_service", -1, true}, {"card_issue", "no_id", 0, true},
        {"window_ticket", "refused", -1, true},         {"card_type", "t_union", -1, false},
        {"paid_area_counter", "no", -1, false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const struct survey_question *question =
            &survey->questions[survey_question(survey, rows[i].question)];
        int option = survey_option(question, rows[i].option);
        assert_int_equal(question->for_status, rows[i].for_status);
        assert_int_equal(question->options[option].status, rows[i].status);
    }
}

static void more_help_weights_and_conditions_are_there(void **state)
{
    const struct survey *survey = *state;
    assert_false(survey->questions[survey_question(survey, "paid_area_counter")].more);
    assert_true(survey->questions[survey_question(survey, "cards_per_id")].more);
    assert_non_null(survey->questions[0].term.help.in[LANGUAGE_EN]);
    assert_null(survey->questions[2].term.help.in[LANGUAGE_EN]);
    assert_true(survey->basis[2].weight < 0.51 && survey->basis[2].weight > 0.49);
    const struct survey_condition *fresh = &survey->conditions[2];
    assert_string_equal(fresh->term.id, "new_card");
    assert_string_equal(survey->questions[fresh->question].term.id, "card_condition");
    assert_string_equal(survey->questions[fresh->question].options[fresh->option].term.id, "new");
    assert_string_equal(fresh->term.text.in[LANGUAGE_EN], "New card");
}

static void a_text_is_found_by_id_and_an_unknown_id_stands_for_itself(void **state)
{
    const struct survey *survey = *state;
    assert_string_equal(term_text(&survey->texts, "not_seen", LANGUAGE_EN), "Not seen");
    assert_string_equal(term_text(&survey->reasons, "spam", LANGUAGE_ZH), "广告或刷报");
    assert_string_equal(term_text(&survey->reasons, "boredom", LANGUAGE_ZH), "boredom");
    assert_null(term_find(&survey->states, "lost"));
    assert_int_equal(survey_question(survey, "nothing"), -1);
    assert_int_equal(survey_basis(survey, "told"), 2);
    assert_int_equal(survey_station(survey, "beijingxizhan") >= 0, true);
    assert_int_equal(survey_station(survey, "北京西站"), -1);
}

static void stations_know_their_lines_and_opening(void **state)
{
    const struct survey *survey = *state;
    const struct station *bagou = &survey->stations[survey_station(survey, "bagou")];
    assert_int_equal(bagou->opened, day_from_date((struct date){2008, 7, 19}));
    assert_int_equal(bagou->line_count, 2);
    assert_string_equal(survey->lines[bagou->lines[0]].id, "10");
    assert_string_equal(survey->lines[bagou->lines[1]].id, "xijiao");
    const struct line *first = &survey->lines[survey_line(survey, "1")];
    assert_false(first->loop);
    assert_true(survey->lines[survey_line(survey, "10")].loop);
    assert_string_equal(survey->stations[first->stops[0].station].id, "pingguoyuan");
    assert_int_equal(first->stops[0].opened.first, day_from_date((struct date){1973, 4, 23}));
    assert_int_equal(first->stops[0].suspended.first, day_from_date((struct date){2020, 4, 18}));
    assert_int_equal(first->stops[0].suspended.last, day_from_date((struct date){2026, 5, 31}));
    assert_int_equal(first->stops[2].suspended.last, INT32_MAX);
    assert_int_equal(first->stops[4].suspended.first, DAY_NONE);
}

static void notices_name_what_they_change_and_assert(void **state)
{
    const struct survey *survey = *state;
    const struct notice *last = &survey->notices[3];
    assert_string_equal(last->id, "2024-real-name");
    assert_true(last->everywhere);
    assert_true(notice_applies(last, 17));
    assert_int_equal(last->kind, NOTICE_FINDING);
    assert_int_equal(last->from.first, day_from_date((struct date){2024, 1, 1}));
    assert_int_equal(last->from.last, day_from_date((struct date){2024, 12, 31}));
    assert_null(last->until_text);
    assert_true(last->expects_change[survey_question(survey, "ticket_machine")]);
    assert_int_equal(last->asserts[survey_question(survey, "ticket_machine")], -1);
    assert_int_equal(last->asserts[survey_question(survey, "card_issue")], 1);
    assert_false(survey->notices[2].expects_change[0]);
}

static void a_second_survey_is_only_other_files(void **state)
{
    (void)state;
    struct survey *survey = load_survey(TINY_SURVEY);
    assert_string_equal(survey->id, "river-ferries");
    assert_int_equal(survey->offset_seconds, -(3 * 3600 + 1800));
    assert_int_equal(survey->statuses.count, 5);
    assert_string_equal(survey->statuses.terms[survey->status_several].id, "limited");
    assert_string_equal(survey->statuses.terms[survey->status_none].id, "no_word");
    assert_int_equal(survey->stations[0].opened, DAY_NONE);
    assert_int_equal(survey->stations[3].opened, day_from_date((struct date){2025, 4, 1}));
    const struct notice *winter = &survey->notices[0];
    assert_false(winter->everywhere);
    assert_int_equal(winter->station_count, 3);
    assert_false(notice_applies(winter, survey_station(survey, "new-harbour")));
    assert_true(notice_applies(winter, survey_station(survey, "mill-landing")));
    int found[4];
    assert_int_equal(survey_find_station(survey, "bridge", 6, found, 4), 2);
    survey_destroy(survey);
}

static void a_notice_from_elsewhere_is_judged_alike(void **state)
{
    const struct survey *survey = *state;

    static const struct {
        const char *json, *fault;
    } rows[] = {
        {"[]", "NOTICE: the whole: must be an object"},
        {"{\"id\":\"x\",\"from\":\"2024-13\"}",
         "NOTICE: /from: must be a date such as 2024, 2024-01 or 2024-01-15"},
        {"{\"id\":\"x\",\"from\":\"2024\",\"kind\":\"rumour\"}",
         "NOTICE: /kind: must be official, press or finding"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        json_t *json = json_loads(rows[i].json, 0, NULL);
        struct notice notice;
        struct error error = {0};
        assert_false(notice_parse(survey, json, "NOTICE", &notice, &error));
        assert_string_equal(error.text, rows[i].fault);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_survey_of_the_project_is_read_whole),
        cmocka_unit_test(statuses_begin_with_those_of_the_map),
        cmocka_unit_test(options_of_status_questions_carry_their_status),
        cmocka_unit_test(more_help_weights_and_conditions_are_there),
        cmocka_unit_test(a_text_is_found_by_id_and_an_unknown_id_stands_for_itself),
        cmocka_unit_test(stations_know_their_lines_and_opening),
        cmocka_unit_test(notices_name_what_they_change_and_assert),
        cmocka_unit_test(a_second_survey_is_only_other_files),
        cmocka_unit_test(a_notice_from_elsewhere_is_judged_alike),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
