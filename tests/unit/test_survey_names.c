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

static void a_station_is_found_by_every_name_it_has(void **state)
{
    const struct survey *survey = *state;

    static const struct {
        const char *typed, *id;
    } rows[] = {
        {"beijingxizhan", "beijingxizhan"},
        {"BEIJINGXIZHAN", "beijingxizhan"},
        {"北京西站", "beijingxizhan"},
        {"北京西", "beijingxizhan"},
        {"北京西站地铁站", "beijingxizhan"},
        {"  北京西站\t", "beijingxizhan"},
        {"　北京西站　", "beijingxizhan"},
        {"西客站", "beijingxizhan"},
        {"Beijing West", "beijingxizhan"},
        {"beijing west railway station", "beijingxizhan"},
        {"bei jing xi zhan", "beijingxizhan"},
        {"Bei Jing XI zhan", "beijingxizhan"},
        {"巴沟", "bagou"},
        {"巴沟站", "bagou"},
        {"巴沟地铁站", "bagou"},
        {"巴溝", "bagou"},
        {"巴溝地鐵站", "bagou"},
        {"Bagou", "bagou"},
        {"ba gou", "bagou"},
        {"北京", "beijingzhan"},
        {"北京站", "beijingzhan"},
        {"北京站地铁站", "beijingzhan"},
        {"清河", "qinghezhan"},
        {"清河站", "qinghezhan"},
        {"丰台", "fengtaizhan"},
        {"黄村火车站", "huangcunhuochezhan"},
        {"管庄", "guanzhuang-l1"},
        {"关庄", "guanzhuang-l15"},
        {"关庄站", "guanzhuang-l15"},
        {"guanzhuang-l15", "guanzhuang-l15"},
        {"Tian'anmen West", "tiananmenxi"},
        {"tian’anmen west", "tiananmenxi"},
        {"Ｔ３", "sanhaohangzhanlou"},
        {"T2航站楼", "erhaohangzhanlou"},
        {"PKU", "beijingdaxuedongmen"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        int found[4];
        int count = survey_find_station(survey, rows[i].typed, strlen(rows[i].typed), found, 4);
        if (count != 1 || strcmp(survey->stations[found[0]].id, rows[i].id) != 0)
            fail_msg("%s: %d found, the first is %s", rows[i].typed, count,
                     count > 0 ? survey->stations[found[0]].id : "none");
    }
}

static void what_no_station_is_called_finds_none(void **state)
{
    const struct survey *survey = *state;
    static const char *const rows[] = {"",       " ",        "站",       "地铁站",
                                       "上海站", "巴",       "巴沟站站", "bagou2",
                                       "bjxz",   "巴沟\x01", "\xe5\xb7", "Bagou Station"};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        int found;
        if (survey_find_station(survey, rows[i], strlen(rows[i]), &found, 1) != 0)
            fail_msg("\"%s\" found %s", rows[i], survey->stations[found].id);
    }
    char endless[5000];
    memset(endless, 'a', sizeof endless);
    assert_int_equal(survey_find_station(survey, endless, sizeof endless, NULL, 0), 0);
    assert_int_equal(survey_find_station(survey, "bagou\0", 6, NULL, 0), 0);
}

static void a_shared_name_gives_all_who_share_it_in_catalogue_order(void **state)
{
    const struct survey *survey = *state;
    static const char *const rows[] = {"guanzhuang", "Guanzhuang", "guan zhuang", "GUAN ZHUANG "};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        int found[4];
        assert_int_equal(survey_find_station(survey, rows[i], strlen(rows[i]), found, 4), 2);
        assert_string_equal(survey->stations[found[0]].id, "guanzhuang-l1");
        assert_string_equal(survey->stations[found[1]].id, "guanzhuang-l15");
        assert_int_equal(survey_find_station(survey, rows[i], strlen(rows[i]), found, 1), 2);
    }
}

static void every_id_and_chinese_name_leads_to_its_own_station(void **state)
{
    const struct survey *survey = *state;
    for (int i = 0; i < survey->station_count; i++) {
        const struct station *station = &survey->stations[i];
        const char *const names[] = {station->id, station->name.in[LANGUAGE_ZH]};
        for (size_t n = 0; n < ARRAY_LENGTH(names); n++) {
            int found = -1;
            if (survey_find_station(survey, names[n], strlen(names[n]), &found, 1) != 1 ||
                found != i)
                fail_msg("%s does not lead to %s", names[n], station->id);
        }
    }
}

/* The first answer, and how many there are (0: any number). */
static void what_one_types_finds_the_station_first(void **state)
{
    const struct survey *survey = *state;

    static const struct {
        const char *typed, *first;
        int count;
    } rows[] = {
        {"北京西", "beijingxizhan", 1},
        {"xizhan", "beijingxizhan", 0},
        {"bjxz", "beijingxizhan", 1},
        {"Beijing West", "beijingxizhan", 1},
        {"west railway", "beijingxizhan", 0},
        {"北京西站", "beijingxizhan", 1},
        {"ba gou", "bagou", 0},
        {"巴沟站", "bagou", 1},
        {"jingxi", "beijingxizhan", 0},
        {"森林公园", "senlingongyuannanmen", 0},
        {"forest park", "senlingongyuannanmen", 0},
        {"guanzhuang", "guanzhuang-l1", 2},
        {"国图", "guojiatushuguan", 1},
    };

    auto_free int *order = memory_zeroed((size_t)survey->station_count, sizeof *order);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        int count = survey_search(survey, rows[i].typed, strlen(rows[i].typed), order);
        if (count == 0 || strcmp(survey->stations[order[0]].id, rows[i].first) != 0)
            fail_msg("%s: %d found, the first is %s", rows[i].typed, count,
                     count > 0 ? survey->stations[order[0]].id : "none");
        if (rows[i].count != 0)
            assert_int_equal(count, rows[i].count);
    }
}

static void exact_comes_before_prefix_before_part(void **state)
{
    const struct survey *survey = *state;
    auto_free int *order = memory_zeroed((size_t)survey->station_count, sizeof *order);
    int count = survey_search(survey, "东坝", strlen("东坝"), order);
    assert_int_equal(count, 4);
    assert_string_equal(survey->stations[order[0]].id, "dongba");
    count = survey_search(survey, "西单", strlen("西单"), order);
    assert_string_equal(survey->stations[order[0]].id, "xidan");
    assert_true(count >= 1);
    count = survey_search(survey, "天", strlen("天"), order);
    int part = 0;
    while (part < count &&
           strncmp(survey->stations[order[part]].name.in[LANGUAGE_ZH], "天", 3) == 0)
        part++;
    assert_true(part > 1);
    for (int i = part; i < count; i++)
        assert_int_not_equal(strncmp(survey->stations[order[i]].name.in[LANGUAGE_ZH], "天", 3), 0);
}

static void nothing_typed_gives_all_and_nonsense_none(void **state)
{
    const struct survey *survey = *state;
    auto_free int *order = memory_zeroed((size_t)survey->station_count, sizeof *order);
    assert_int_equal(survey_search(survey, "", 0, order), survey->station_count);
    assert_int_equal(order[5], 5);
    assert_int_equal(survey_search(survey, "  ", 2, order), survey->station_count);
    assert_int_equal(survey_search(survey, "qqqq", 4, order), 0);
    assert_int_equal(survey_search(survey, "\xff", 1, order), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_station_is_found_by_every_name_it_has),
        cmocka_unit_test(what_no_station_is_called_finds_none),
        cmocka_unit_test(a_shared_name_gives_all_who_share_it_in_catalogue_order),
        cmocka_unit_test(every_id_and_chinese_name_leads_to_its_own_station),
        cmocka_unit_test(what_one_types_finds_the_station_first),
        cmocka_unit_test(exact_comes_before_prefix_before_part),
        cmocka_unit_test(nothing_typed_gives_all_and_nonsense_none),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
