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

static const char whole[] =
    "{\"id\":\"6F1C2C1E-5D0C-4A56-9B53-6D1A0F6F5A11\",\"station\":\"北京西站\","
    "\"visited\":\"2023-12-20T08:30+08:00\",\"basis\":\"told\",\"answers\":{\"ticket_machine\":"
    "\"payment\",\"card_condition\":\"new\"},\"note\":\"二号窗口\",\"private_note\":\"工号忘了\","
    "\"reporter\":\"abcdefghijklmnopqrstuv\"}";

static void parse(const struct survey *survey, const char *text, struct report *report)
{
    struct report_faults faults;
    if (!report_parse(survey, text, strlen(text), CASES_NOW, report, &faults))
        fail_msg("%s", faults.not_json ? faults.reason : faults.faults[0].detail);
}

static void a_report_is_read_into_numbers(void **state)
{
    const struct survey *survey = *state;
    struct report report;
    parse(survey, whole, &report);
    char id[UUID_TEXT_SIZE];
    uuid_print(report.uuid, id);
    assert_true(report.has_id);
    assert_string_equal(id, "6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11");
    assert_int_equal(report.station, survey_station(survey, "beijingxizhan"));
    assert_string_equal(report.visited_text, "2023-12-20T08:30+08:00");
    assert_int_equal(report.visited.first, day_from_date((struct date){2023, 12, 20}));
    assert_int_equal(report.basis, 2);
    assert_int_equal(report.answers[0], 0);
    assert_int_equal(report.answers[1], -1);
    assert_int_equal(report.answers[5], 0);
    assert_string_equal(report.note, "二号窗口");
    assert_string_equal(report.private_note, "工号忘了");
    assert_string_equal(report.reporter, "abcdefghijklmnopqrstuv");
    report_finish(&report);
}

static void what_is_absent_is_known_to_be_absent(void **state)
{
    const struct survey *survey = *state;
    struct report report;
    parse(survey,
          "{\"station\":\"bagou\",\"visited\":\"2023\",\"answers\":{\"foreign_id\":\"refused\"}}",
          &report);
    assert_false(report.has_id);
    assert_false(report.has_basis);
    assert_int_equal(report.basis, 0);
    assert_null(report.note);
    assert_null(report.private_note);
    assert_null(report.reporter);
    report_finish(&report);
}

static void a_clock_may_be_five_minutes_ahead(void **state)
{
    const struct survey *survey = *state;

    static const struct {
        const char *visited;
        bool taken;
    } rows[] = {
        {"2026-11-22T16:05:00+08:00", true},
        {"2026-11-22T08:05:00Z", true},
        {"2026-11-22T08:05:01Z", false},
        {"2026-11-22T16:06+08:00", false},
        {"2026-11-22", true},
        {"2026-11-23", false},
        {"2026-11", true},
        {"2026-12", false},
        {"2026", true},
        {"2027", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        auto_buffer struct buffer text = {0};
        buffer_format(
            &text,
            "{\"station\":\"bagou\",\"visited\":\"%s\",\"answers\":{\"card_type\":\"none\"}}",
            rows[i].visited);
        struct report report;
        struct report_faults faults;
        bool taken = report_parse(survey, text.data, text.length, CASES_NOW, &report, &faults);
        if (taken != rows[i].taken)
            fail_msg("%s was %s", rows[i].visited, taken ? "taken" : "refused");
        if (taken)
            continue;
        assert_string_equal(faults.faults[0].code, "in_future");
        report_faults_finish(&faults);
    }
}

static void at_a_midnight_the_day_that_begins_is_not_the_future(void **state)
{
    const struct survey *survey = *state;
    static const char text[] =
        "{\"station\":\"bagou\",\"visited\":\"2026-11-23\",\"answers\":{\"card_type\":\"none\"}}";
    int64_t midnight = day_begin(day_from_date((struct date){2026, 11, 23}), 8 * 3600);
    struct report report;
    struct report_faults faults;
    assert_true(report_parse(survey, text, strlen(text), midnight - 300, &report, &faults));
    assert_false(report_parse(survey, text, strlen(text), midnight - 301, &report, &faults));
    report_faults_finish(&faults);
}

static void the_canonical_form_sorts_and_leaves_out(void **state)
{
    const struct survey *survey = *state;
    struct report report;
    auto_buffer struct buffer canonical = {0};
    parse(survey, whole, &report);
    report_canonical(survey, &report, &canonical);
    assert_string_equal(canonical.data,
                        "{\"answers\":{\"card_condition\":\"new\",\"ticket_machine\":\"payment\"},"
                        "\"basis\":\"told\",\"id\":\"6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11\","
                        "\"note\":\"二号窗口\",\"private_note\":\"工号忘了\","
                        "\"reporter\":\"abcdefghijklmnopqrstuv\",\"station\":\"beijingxizhan\","
                        "\"visited\":\"2023-12-20T08:30+08:00\"}");
    buffer_clear(&canonical);
    report_answers_json(survey, report.answers, &canonical);
    assert_string_equal(canonical.data,
                        "{\"ticket_machine\":\"payment\",\"card_condition\":\"new\"}");
    report_finish(&report);
}

/* Worked out apart, with Python's hashlib. */
static void nonce_and_content_hash_follow_the_formula(void **state)
{
    const struct survey *survey = *state;
    struct report report;
    uint8_t key[SECRET_KEY_SIZE];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    parse(survey, whole, &report);
    uint8_t nonce[SECRET_KEY_SIZE];
    uint8_t hash[SECRET_KEY_SIZE];
    report_nonce(key, report.uuid, nonce);
    report_content_hash(survey, &report, nonce, hash);
    auto_buffer struct buffer hex = {0};
    buffer_hex(&hex, nonce, sizeof nonce);
    buffer_char(&hex, ' ');
    buffer_hex(&hex, hash, sizeof hash);
    assert_string_equal(hex.data,
                        "b906036f48b1efc10979ec8113e4070c59adcbcb992d065e840da8fbdcd1ce85"
                        " 4838712cc1337b44c2017091308e9f2fb1b0d418357710036b294dda070a5270");
    report_finish(&report);
}

static void faults_print_as_the_errors_of_a_problem(void **state)
{
    const struct survey *survey = *state;
    static const char text[] = "{\"station\":\"guanzhuang\",\"visited\":\"2023\",\"answers\":"
                               "{\"card/type\":\"none\"},\"x\\u0000\\\"\":1}";
    struct report report;
    struct report_faults faults;
    assert_false(report_parse(survey, text, strlen(text), CASES_NOW, &report, &faults));
    auto_buffer struct buffer json = {0};
    report_faults_json(survey, &faults, &json);
    report_faults_finish(&faults);
    assert_string_equal(
        json.data,
        "[{\"pointer\":\"/station\",\"code\":\"ambiguous_station\",\"detail\":\"\\\"guanzhuang\\\" "
        "may be 管庄 (guanzhuang-l1) or 关庄 (guanzhuang-l15); send the id.\",\"candidates\":["
        "{\"id\":\"guanzhuang-l1\",\"name\":{\"zh\":\"管庄\",\"en\":\"Guanzhuang\"},"
        "\"lines\":[\"1\"]},{\"id\":\"guanzhuang-l15\",\"name\":{\"zh\":\"关庄\",\"en\":"
        "\"Guanzhuang\"},\"lines\":[\"15\"]}]},"
        "{\"pointer\":\"/answers/card~1type\",\"code\":\"unknown_question\",\"detail\":\"The "
        "survey has no such question; /api/v1/survey has them all.\"},"
        "{\"pointer\":\"/x\\u0000\\\"\",\"code\":\"unknown_field\",\"detail\":\"A report has no "
        "such field.\"}]");
}

static void what_is_no_json_says_where(void **state)
{
    const struct survey *survey = *state;

    static const struct {
        const char *text, *reason;
        bool duplicate_key;
    } rows[] = {
        {"", "line 1, column 1: the text ends too early", false},
        {"{\"站\":1,}", "line 1, column 8: a key in quotes is missing", false},
        {"{\n \"a\":1\n \"b\":2}", "line 3, column 2: a comma or } is missing", false},
        {"{\"a\":1,\"a\":2}", "line 1, column 8: the key \"a\" is there twice", true},
        {"[[[[[[[[[]]]]]]]]]", "line 1, column 9: nested too deep", false},
        {"{\"a\":\"\\ud800\"}", "line 1, column 9: half of a surrogate pair", false},
        {"{\"a\":\"\xff\"}", "line 1, column 7: not UTF-8", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct report report;
        struct report_faults faults;
        assert_false(
            report_parse(survey, rows[i].text, strlen(rows[i].text), CASES_NOW, &report, &faults));
        assert_true(faults.not_json);
        assert_int_equal(faults.count, 0);
        assert_int_equal(faults.duplicate_key, rows[i].duplicate_key);
        assert_string_equal(faults.reason, rows[i].reason);
        report_faults_finish(&faults);
    }
}

static void no_more_faults_are_listed_than_there_is_room_for(void **state)
{
    const struct survey *survey = *state;
    auto_buffer struct buffer text = {0};
    buffer_text(&text, "{\"station\":\"bagou\",\"visited\":\"2023\",\"answers\":{");
    for (int i = 0; i < 500; i++)
        buffer_format(&text, "%s\"q%d\":\"x\"", i == 0 ? "" : ",", i);
    buffer_text(&text, "}}");
    struct report report;
    struct report_faults faults;
    assert_false(report_parse(survey, text.data, text.length, CASES_NOW, &report, &faults));
    assert_int_equal(faults.count, REPORT_FAULTS_MAX);
    assert_string_equal(faults.faults[REPORT_FAULTS_MAX - 1].pointer, "/answers/q63");
    report_faults_finish(&faults);
}

static void a_report_on_another_survey_is_judged_by_that_survey(void **state)
{
    (void)state;
    struct survey *tiny = load_survey(TINY_SURVEY);
    static const char text[] =
        "{\"station\":\"xin gang\",\"visited\":\"2026-11-22\",\"basis\":"
        "\"sign\",\"answers\":{\"step_free\":\"no\",\"bicycle\":\"folded\"}}";
    struct report report;
    parse(tiny, text, &report);
    assert_int_equal(report.station, 3);
    assert_int_equal(report.answers[0], 3);
    assert_int_equal(report.basis, 1);
    report_finish(&report);
    struct report_faults faults;
    assert_false(report_parse(tiny, whole, strlen(whole), CASES_NOW, &report, &faults));
    assert_int_equal(faults.count, 4);
    report_faults_finish(&faults);
    survey_destroy(tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_read_into_numbers),
        cmocka_unit_test(what_is_absent_is_known_to_be_absent),
        cmocka_unit_test(a_clock_may_be_five_minutes_ahead),
        cmocka_unit_test(at_a_midnight_the_day_that_begins_is_not_the_future),
        cmocka_unit_test(the_canonical_form_sorts_and_leaves_out),
        cmocka_unit_test(nonce_and_content_hash_follow_the_formula),
        cmocka_unit_test(faults_print_as_the_errors_of_a_problem),
        cmocka_unit_test(what_is_no_json_says_where),
        cmocka_unit_test(no_more_faults_are_listed_than_there_is_room_for),
        cmocka_unit_test(a_report_on_another_survey_is_judged_by_that_survey),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
