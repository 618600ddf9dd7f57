/* What is learned from published reports, when, and what becomes of it. */
#include "collector/base/number.h"
#include "collector/figures/build.h"
#include "collector/figures/learn.h"
#include "collector/publish/refit.h"
#include "tests/unit/publish_fixture.h"

enum {
    STATIONS = 40,
    REPORTERS = 20,
    LIARS = 3,
    VISITS = 24,
    CHANGE_MONTH = 15 /* from 2023-01 on: 2024-04 */
};

static void refit(struct newsroom *room)
{
    publisher_refit(room->publisher);
    newsroom_wait(room);
}

/* The value of one metric. */
static double metric(const struct newsroom *room, const char *name)
{
    auto_buffer struct buffer text = {0};
    publisher_metrics(room->publisher, &text);
    buffer_char(&text, '\0');
    auto_buffer struct buffer wanted = {0};
    buffer_format(&wanted, "\n%s ", name);
    buffer_char(&wanted, '\0');
    const char *found = strstr(text.data, wanted.data);
    if (found == NULL)
        fail_msg("no metric %s", name);
    const char *digits = found + wanted.length - 1;
    double value = 0;
    assert_true(number_real(digits, strcspn(digits, "\n"), &value));
    return value;
}

static void name_reporter(struct stored_report *report, int reporter)
{
    report->has_reporter = true;
    report->reporter[0] = (uint8_t)(reporter + 1);
}

static bool is_liar(int reporter)
{
    return reporter < LIARS;
}

/* One visit a month; everywhere the machines ask for identity from one month on. */
static void tell_visit(struct newsroom *room, int station, int visit)
{
    char visited[48];
    int reporter = (station * 7 + visit * 5 + visit / 4) % REPORTERS;
    bool is_after = visit >= CHANGE_MONTH;
    snprintf(visited, sizeof visited, "%d-%02d-%02d", 2023 + visit / 12, visit % 12 + 1,
             station % 28 + 1);
    struct stored_report report = newsroom_report(room, (unsigned)(station * VISITS + visit + 1),
                                                  room->survey->stations[station].id, visited);
    newsroom_answer(room, &report, "ticket_machine",
                    is_after != is_liar(reporter) ? "id_required" : "payment");
    name_reporter(&report, reporter);
    newsroom_send(room, &report);
    newsroom_decide(room, &report, ACT_APPROVE);
}

static void tell_city(struct newsroom *room)
{
    for (int station = 0; station < STATIONS; station++)
        for (int visit = 0; visit < VISITS; visit++)
            tell_visit(room, station, visit);
}

static struct buffer all_stations(struct newsroom *room)
{
    struct buffer json = {0};
    struct view *view = newsroom_view(room);
    for (int s = 0; s < room->survey->station_count; s++) {
        struct station_state one;
        view_station(view, s, view_today(view), &one);
        view_station_json(view, &one, true, &json);
    }
    view_drop(view);
    buffer_char(&json, '\0');
    return json;
}

static void expect_same(const struct buffer *left, const struct buffer *right)
{
    assert_int_equal(left->length, right->length);
    assert_memory_equal(left->data, right->data, left->length);
}

static void the_archive_alone_is_too_little_to_learn_from(void **state)
{
    struct newsroom *room = *state;
    auto_buffer struct buffer before = all_stations(room);
    refit(room);
    auto_buffer struct buffer after = all_stations(room);
    expect_same(&before, &after);
    assert_true(metric(room, "zhanji_fits_total") > 0);
    assert_true(metric(room, "zhanji_fit_questions") < 1);
}

static void a_city_teaches_reporters_and_the_change(void **state)
{
    struct newsroom *room = *state;
    tell_city(room);
    refit(room);
    struct view *view = newsroom_view(room);
    const struct model *model = view->parts.rules->model;
    size_t good = 0;
    size_t bad = 0;
    for (size_t r = 0; r < model->reporter_count; r++) {
        good += model->accuracy[r] > 0.9;
        bad += model->accuracy[r] < 0.5;
    }
    assert_int_equal(good, REPORTERS - LIARS);
    assert_int_equal(bad, LIARS);
    auto_buffer struct buffer text = {0};
    view_summary_json(view, DAY_NONE, INT32_MAX, &text);
    json_t *summary = json_loadb(text.data, text.length, 0, NULL);
    const json_t *changes = json_object_get(summary, "city_changes");
    bool is_found = false;
    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *change = json_array_get(changes, i);
        const char *day = json_string_value(json_object_get(change, "day"));
        double share =
            json_number_value(json_object_get(json_object_get(change, "to_share"), "id_required"));
        is_found = is_found || (strncmp(day, "2024-0", 6) == 0 && share > 0.9);
    }
    if (!is_found)
        fail_msg("no citywide change in 2024");
    json_decref(summary);
    view_drop(view);
}

static void fits_come_by_themselves(void **state)
{
    struct newsroom *room = *state;
    tell_city(room);
    /* A fit takes as long as it takes: so long that nothing else can be meant by it. */
    const int64_t patience_seconds = 60;
    const struct clock clock = clock_real();
    int64_t until = clock_now(&clock) + patience_seconds;
    while (metric(room, "zhanji_fits_total") < 1 && clock_now(&clock) < until)
        newsroom_wait(room);
    assert_true(metric(room, "zhanji_fits_total") > 0);
}

static bool goes_on(void *context, int iteration, int most)
{
    (void)context;
    (void)iteration;
    (void)most;
    return true;
}

/* The same city as published reports of every station. */
static struct record *city_record(const struct survey *survey, int station)
{
    struct observed observed;
    observed_init(&observed, survey);
    for (int visit = 0; visit < VISITS; visit++) {
        int reporter = (station * 7 + visit * 5 + visit / 4) % REPORTERS;
        int32_t day = survey->earliest_visit + 365 + 30 * visit;
        struct published_answer answer = {.station = station,
                                          .visited = {.first = day, .last = day},
                                          .reporter_number = (uint32_t)reporter};
        memset(answer.answers, -1, sizeof answer.answers);
        answer.answers[0] = (int8_t)((visit >= CHANGE_MONTH) != is_liar(reporter));
        observed_add(&observed, &answer);
    }
    observed_close(&observed);
    return record_create_take(&observed);
}

/* Of too many observations the fit takes a part; reporters are known by all of theirs. */
static void a_part_of_the_stations_teaches_as_much(void **state)
{
    struct newsroom *room = *state;
    const struct survey *survey = room->survey;
    size_t stations = (size_t)survey->station_count;
    struct record **records = memory_zeroed(stations, sizeof(struct record *));
    for (size_t s = 0; s < stations; s++)
        records[s] = city_record(survey, (int)s);
    struct learn_request request = {.survey = survey,
                                    .records = records,
                                    .span = 730,
                                    .horizon = survey->earliest_visit + 3000,
                                    .progress = goes_on};
    struct learned all;
    struct learned part;
    request.most = LEARN_OBSERVATIONS;
    assert_true(learn_model(&request, &all));
    request.most = stations * VISITS / 4;
    assert_true(learn_model(&request, &part));
    assert_int_equal(all.observations, stations * VISITS);
    assert_true(part.observations < all.observations / 3);
    assert_int_equal(part.questions, 1);
    for (int r = 0; r < REPORTERS; r++) {
        assert_true((part.model->accuracy[r] < 0.5) == is_liar(r));
        assert_float_equal(part.model->accuracy[r], all.model->accuracy[r], 0.051);
    }
    model_drop(all.model);
    model_drop(part.model);
    for (size_t s = 0; s < stations; s++)
        record_drop(records[s]);
    free(records);
}

static void what_was_learned_survives_a_restart(void **state)
{
    struct newsroom *room = *state;
    tell_city(room);
    refit(room);
    auto_buffer struct buffer before = all_stations(room);
    publisher_stop(room->publisher);
    newsroom_publish(room);
    auto_buffer struct buffer after = all_stations(room);
    expect_same(&before, &after);
    struct view *view = newsroom_view(room);
    assert_int_equal(view->parts.rules->model->reporter_count > REPORTERS, 1);
    view_drop(view);
}

static void what_was_published_yesterday_stays(void **state)
{
    struct newsroom *room = *state;
    tell_city(room);
    /* Whatever fits came by themselves are of today. */
    refit(room);
    auto_buffer struct buffer before = all_stations(room);
    newsroom_set(room, room->now + 86400);
    for (int visit = 0; visit < VISITS; visit++) {
        struct stored_report report =
            newsroom_report(room, (unsigned)(STATIONS * VISITS + visit + 1), "bagou", "2025-06-01");
        newsroom_answer(room, &report, "ticket_machine", "payment");
        name_reporter(&report, visit % REPORTERS);
        newsroom_send(room, &report);
        newsroom_decide(room, &report, ACT_APPROVE);
    }
    refit(room);
    struct view *past = newsroom_past(room, "2026-11-22");
    auto_buffer struct buffer after = {0};
    for (int s = 0; s < room->survey->station_count; s++) {
        struct station_state one;
        view_station(past, s, day_of("2026-11-22"), &one);
        view_station_json(past, &one, true, &after);
    }
    buffer_char(&after, '\0');
    expect_same(&before, &after);
    view_drop(past);
}

static void stopping_gives_up_a_fit(void **state)
{
    struct newsroom *room = *state;
    tell_city(room);
    publisher_refit(room->publisher);
    publisher_stop(room->publisher);
    newsroom_publish(room);
}

static void accuracies_come_back_as_they_were_kept(void **state)
{
    (void)state;
    struct newsroom *room = newsroom_open(TINY_SURVEY, ":memory:");
    struct model *model = model_create(room->survey, 28);
    auto_buffer struct buffer text = {0};
    uint64_t reports = 0;
    double kept[19];
    for (int i = 0; i < 19; i++)
        kept[i] = (i + 1) / 20.0;
    model->accuracy = memory_zeroed(19, sizeof(double));
    memcpy(model->accuracy, kept, sizeof kept);
    model->reporter_count = 19;
    learned_encode(model, 7, &text);
    buffer_char(&text, '\0');
    assert_string_equal(text.data, "{\"reports\":7,\"accuracy\":\"bcdefghijklmnopqrst\"}");
    assert_true(learned_decode(text.data, model, &reports));
    assert_int_equal(reports, 7);
    assert_int_equal(model->reporter_count, 19);
    assert_memory_equal(model->accuracy, kept, sizeof kept);
    assert_false(learned_decode("[]", model, &reports));
    assert_false(learned_decode("", model, &reports));
    model_drop(model);
    newsroom_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_archive_alone_is_too_little_to_learn_from,
                                        newsroom_with_archive, newsroom_end),
        cmocka_unit_test_setup_teardown(a_city_teaches_reporters_and_the_change, newsroom_empty,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(fits_come_by_themselves, newsroom_empty, newsroom_end),
        cmocka_unit_test_setup_teardown(a_part_of_the_stations_teaches_as_much, newsroom_empty,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(what_was_learned_survives_a_restart, newsroom_empty,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(what_was_published_yesterday_stays, newsroom_empty,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(stopping_gives_up_a_fit, newsroom_empty, newsroom_end),
        cmocka_unit_test(accuracies_come_back_as_they_were_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
