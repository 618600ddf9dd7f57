/* The publisher on a real store: from approved reports to what a viewer is told. */
#include <pthread.h>

#include "tests/unit/publish_fixture.h"

static int open_tiny(void **state)
{
    struct newsroom *room = newsroom_open(TINY_SURVEY, ":memory:");
    newsroom_publish(room);
    *state = room;
    return 0;
}

/* Reads members by a path such as "questions.card_issue.answer". */
static json_t *member(json_t *json, const char *path)
{
    char name[64];
    while (json != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        memcpy(name, path, length);
        name[length] = '\0';
        json = json_object_get(json, name);
        path += length + (path[length] == '.');
    }
    return json;
}

static void expect(struct view *view, const char *station, const char *as_of, const char *path,
                   const char *wanted)
{
    json_t *json = station_json(view, station, as_of);
    auto_free char *text = json_dumps(member(json, path), JSON_ENCODE_ANY | JSON_COMPACT);
    if (text == NULL || strcmp(text, wanted) != 0)
        fail_msg("%s as of %s: %s is %s, not %s", station, as_of == NULL ? "today" : as_of, path,
                 text == NULL ? "absent" : text, wanted);
    json_decref(json);
}

static void the_archive_tells_its_story(void **state)
{
    static const struct {
        const char *station, *as_of, *path, *wanted;
    } rows[] = {
        {"beijingxizhan", "2023-07-01", "status", "\"anonymous\""},
        {"beijingxizhan", "2023-07-01", "conditions.all", "true"},
        {"beijingxizhan", NULL, "status", "\"real_name\""},
        {"beijingxizhan", NULL, "questions.ticket_machine.answer", "null"},
        {"bagou", "2023-07-01", "status", "\"anonymous\""},
        {"bagou", "2023-07-01", "questions.card_condition.answer", "\"used_worn\""},
        {"bagou", "2023-07-01", "conditions.all", "false"},
        {"bagou", NULL, "status", "\"real_name\""},
        {"bagou", NULL, "standing", "\"inferred\""},
        {"bagou", NULL, "last_visit", "\"2023-12-31\""},
        {"bagou", NULL, "reports", "1"},
        {"bagou", NULL, "reporters", "1"},
        {"jinanqiao", "2023-07-01", "status", "\"real_name\""},
        {"haidianhuangzhuang", "2023-07-01", "status", "\"real_name\""},
        {"shoujingmao", "2023-07-01", "status", "\"anonymous\""},
        {"bagou", "2000-01-01", "status", "\"not_open\""},
        {"bagou", "2021-12-31", "status", "\"unknown\""},
        {"bagou", "2021-12-31", "confidence", "null"},
    };
    struct view *view = newsroom_view(*state);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        expect(view, rows[i].station, rows[i].as_of, rows[i].path, rows[i].wanted);
    view_drop(view);
}

static void the_change_at_the_west_station_lies_in_2023_or_2024(void **state)
{
    struct view *view = newsroom_view(*state);
    struct station_state station;
    view_station(view, survey_station(view_survey(view), "beijingxizhan"), view_today(view),
                 &station);
    assert_true(station.history_count >= 2);
    const struct station_segment *last = &station.history[station.history_count - 1];
    const struct station_segment *before = last - 1;
    const struct term *statuses = view_survey(view)->statuses.terms;
    assert_string_equal(statuses[before->status].id, "anonymous");
    assert_string_equal(statuses[last->status].id, "real_name");
    assert_true(last->has_from && !last->has_until);
    assert_true(last->from.earliest >= day_of("2023-01-01"));
    assert_true(last->from.latest <= day_of("2025-01-01"));
    view_drop(view);
}

static void nothing_is_known_of_what_was_published_before_the_first_day(void **state)
{
    struct view *view = newsroom_past(*state, "2020-01-01");
    const struct survey *survey = view_survey(view);
    for (int s = 0; s < survey->station_count; s++) {
        struct station_state station;
        view_station(view, s, view_today(view), &station);
        bool is_open = survey->stations[s].opened == DAY_NONE ||
                       survey->stations[s].opened <= view_today(view);
        assert_int_equal(station.status, is_open ? survey->status_none : survey->status_not_open);
        assert_int_equal(station.reports, 0);
    }
    assert_int_equal(view_pending(view), 0);
    view_drop(view);
}

static void the_past_shows_what_was_published_then(void **state)
{
    struct newsroom *room = *state;
    struct view *first = newsroom_view(room);
    newsroom_set(room, CASES_NOW + 3 * DAY_SECONDS);
    for (unsigned i = 0; i < 3; i++)
        newsroom_tell(room, 100 + i, "bagou", "2026-11-23", "card_issue", "no_id");
    struct view *now = newsroom_view(room);
    expect(now, "bagou", NULL, "questions.card_issue.answer", "\"no_id\"");
    expect(now, "bagou", NULL, "known_at", "\"2026-11-25\"");

    struct view *past = newsroom_past(room, "2026-11-22");
    assert_int_equal(view_known_day(past), day_of("2026-11-22"));
    json_t *then = station_json(first, "bagou", "2026-11-22");
    json_t *again = station_json(past, "bagou", "2026-11-22");
    assert_true(json_equal(then, again));
    json_decref(then);
    json_decref(again);
    struct view *kept = newsroom_past(room, "2026-11-22");
    assert_ptr_equal(kept, past);
    view_drop(kept);
    view_drop(past);
    view_drop(now);
    view_drop(first);
}

static void a_later_known_at_is_now(void **state)
{
    struct view *view = newsroom_view(*state);
    struct view *later = newsroom_past(*state, "2030-01-01");
    assert_ptr_equal(view, later);
    view_drop(view);
    view_drop(later);
}

static void a_change_of_status_is_told_once(void **state)
{
    struct newsroom *room = *state;
    size_t count = 0;
    struct view *view = newsroom_view(room);
    view_changes(view, &count);
    assert_int_equal(count, 0);
    view_drop(view);

    struct stored_report reports[3];
    static const char *const questions[] = {"card_issue", "card_topup", "window_ticket"};
    for (unsigned i = 0; i < 3; i++)
        reports[i] = newsroom_tell(room, i + 1, "bagou", "2026-11-20", questions[i], "no_id");
    view = newsroom_view(room);
    const struct status_change *changes = view_changes(view, &count);
    assert_true(count >= 1);
    const struct term *statuses = view_survey(view)->statuses.terms;
    assert_string_equal(statuses[changes[0].to].id, "anonymous");
    assert_in_range(changes[0].at, CASES_NOW, CASES_NOW + 2); /* each in a second of its own */
    size_t told = count;
    view_drop(view);
    view = newsroom_view(room);
    view_changes(view, &count);
    assert_int_equal(count, told);
    view_drop(view);

    for (unsigned i = 0; i < 3; i++)
        newsroom_decide(room, &reports[i], ACT_REVERT);
    view = newsroom_view(room);
    view_changes(view, &count);
    assert_true(count > told);
    expect(view, "bagou", NULL, "reports", "0");
    expect(view, "bagou", NULL, "pending", "3");
    view_drop(view);
}

static void what_waits_and_what_is_withheld_is_counted(void **state)
{
    struct newsroom *room = *state;
    struct stored_report report = newsroom_report(room, 1, "bagou", "2026-11-20");
    newsroom_answer(room, &report, "card_issue", "no_id");
    newsroom_send(room, &report);
    struct view *view = newsroom_view(room);
    expect(view, "bagou", NULL, "pending", "1");
    expect(view, "bagou", NULL, "reports", "0");
    assert_int_equal(view_pending(view), 1);
    view_drop(view);
    newsroom_decide(room, &report, ACT_WITHHOLD);
    view = newsroom_view(room);
    assert_int_equal(view_pending(view), 0);
    assert_int_equal(view_withheld(view), 1);
    expect(view, "bagou", NULL, "reports", "0");
    view_drop(view);
}

static void a_new_day_is_a_new_view(void **state)
{
    struct newsroom *room = *state;
    newsroom_set(room, CASES_NOW + 40 * DAY_SECONDS);
    struct view *view = newsroom_view(room);
    assert_int_equal(view_today(view), day_of("2027-01-01"));
    size_t months = 0;
    const struct month_counts *last = view_months(view, &months) + months - 1;
    assert_int_equal(last->year, 2027);
    assert_int_equal(last->month, 1);
    expect(view, "bagou", NULL, "as_of", "\"2027-01-01\"");
    view_drop(view);
}

static void the_months_tell_visited_from_inferred(void **state)
{
    struct view *view = newsroom_view(*state);
    const struct survey *survey = view_survey(view);
    size_t count = 0;
    const struct month_counts *months = view_months(view, &count);
    uint32_t reports = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t all = 0;
        for (int status = 0; status < survey->statuses.count; status++) {
            assert_true(months[i].visited[status] <= months[i].all[status]);
            all += months[i].all[status];
        }
        assert_int_equal(all, survey->station_count);
        reports += months[i].reports;
    }
    assert_int_equal(reports, 13);
    const struct month_counts *july = &months[18];
    assert_int_equal(july->year * 100 + july->month, 202307);
    struct station_state state_of_bagou;
    view_station(view, survey_station(survey, "bagou"), day_of("2023-07-31"), &state_of_bagou);
    int anonymous = state_of_bagou.status;
    assert_true(july->visited[anonymous] >= 5);
    assert_int_equal(july->all[anonymous], july->visited[anonymous]);
    view_drop(view);
}

static void stations_are_found_and_filtered(void **state)
{
    struct view *view = newsroom_view(*state);
    const struct survey *survey = view_survey(view);
    int *order = memory_zeroed((size_t)survey->station_count, sizeof *order);
    struct station_filter filter = {.query = "bjxz", .line = -1, .status = -1, .standing = -1};
    assert_true(view_stations(view, &filter, view_today(view), order) >= 1);
    assert_int_equal(order[0], survey_station(survey, "beijingxizhan"));
    filter = (struct station_filter){
        .line = survey_line(survey, "10"), .status = -1, .standing = STANDING_INFERRED};
    int found = view_stations(view, &filter, view_today(view), order);
    bool has_bagou = false;
    for (int i = 0; i < found; i++)
        has_bagou = has_bagou || order[i] == survey_station(survey, "bagou");
    assert_true(has_bagou);
    assert_true(found < survey->station_count);
    free(order);
    view_drop(view);
}

static void documents_are_json_and_say_what_the_view_says(void **state)
{
    struct view *view = newsroom_view(*state);
    for (int which = 0; which < VIEW_DOCUMENTS; which++) {
        struct blob *blob = view_document(view, (enum view_document)which);
        json_t *json = json_loadb(blob_data(blob), blob_length(blob), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(json);
        json_decref(json);
        blob_drop(blob);
    }
    int bagou = survey_station(view_survey(view), "bagou");
    struct blob *blob = view_station_document(view, bagou);
    json_t *ready = json_loadb(blob_data(blob), blob_length(blob), 0, NULL);
    json_t *made = station_json(view, "bagou", NULL);
    assert_true(json_equal(ready, made));
    json_decref(ready);
    json_decref(made);
    blob_drop(blob);
    auto_buffer struct buffer header = {0};
    view_export_header(view, &header);
    json_t *json = json_loadb(header.data, header.length, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(member(json, "model.questions"));
    assert_null(memchr(header.data, '\n', header.length));
    json_decref(json);
    view_drop(view);
}

static void an_unchanged_station_keeps_its_document(void **state)
{
    struct newsroom *room = *state;
    struct view *before = newsroom_view(room);
    newsroom_tell(room, 1, "bagou", "2023-06-20", "card_issue", "no_id");
    struct view *after = newsroom_view(room);
    const struct survey *survey = view_survey(before);
    static const char *const stations[] = {"bagou", "beijingxizhan"};
    for (size_t i = 0; i < 2; i++) {
        struct blob *old = view_station_document(before, survey_station(survey, stations[i]));
        struct blob *new = view_station_document(after, survey_station(survey, stations[i]));
        assert_int_equal(old == new, i == 1);
        blob_drop(old);
        blob_drop(new);
    }
    view_drop(before);
    view_drop(after);
}

/* The changes that a view tells, which stay the same after a restart. */
static void expect_changes(struct newsroom *room, size_t least)
{
    size_t count = 0;
    size_t again = 0;
    struct view *before = newsroom_view(room);
    const struct status_change *changes = view_changes(before, &count);
    assert_true(count >= least);
    for (size_t i = 1; i < count; i++) {
        assert_true(changes[i - 1].at > changes[i].at);
        assert_int_equal(changes[i - 1].from, changes[i].to);
    }
    publisher_stop(room->publisher);
    newsroom_publish(room);
    struct view *after = newsroom_view(room);
    const struct status_change *kept = view_changes(after, &again);
    assert_int_equal(again, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(kept[i].at, changes[i].at);
        assert_int_equal(kept[i].from, changes[i].from);
        assert_int_equal(kept[i].to, changes[i].to);
    }
    view_drop(before);
    view_drop(after);
}

/* Nor does a clock that was set back, or one that stands still, put one change in another's place. */
static void changes_keep_the_order_in_which_they_were_published(void **state)
{
    static const int64_t turns[] = {0, -3 * 86400, 0, 60, 0, 5 * 86400};
    static const char *const questions[] = {"card_issue", "card_topup", "window_ticket"};
    struct newsroom *room = *state;
    struct stored_report reports[3];
    for (unsigned i = 0; i < 3; i++)
        reports[i] = newsroom_tell(room, i + 1, "bagou", "2026-11-20", questions[i], "no_id");
    expect_changes(room, 1);
    for (size_t turn = 0; turn < ARRAY_LENGTH(turns); turn++) {
        newsroom_set(room, room->now + turns[turn]);
        for (unsigned i = 0; i < 3; i++)
            newsroom_decide(room, &reports[i], turn % 2 == 0 ? ACT_REVERT : ACT_APPROVE);
        expect_changes(room, 2 + turn);
    }
}

static void a_restart_shows_the_same(void **state)
{
    struct newsroom *room = *state;
    newsroom_tell(room, 1, "bagou", "2026-11-20", "card_issue", "no_id");
    struct view *before = newsroom_view(room);
    json_t *then = station_json(before, "bagou", NULL);
    size_t changes = 0;
    view_changes(before, &changes);
    view_drop(before);
    publisher_stop(room->publisher);
    newsroom_publish(room);
    for (int round = 0; round < 2; round++) {
        struct view *after = round == 0 ? publisher_view(room->publisher) : newsroom_view(room);
        json_t *now = station_json(after, "bagou", NULL);
        assert_true(json_equal(then, now));
        size_t count = 0;
        view_changes(after, &count);
        assert_int_equal(count, changes);
        json_decref(now);
        view_drop(after);
    }
    json_decref(then);
}

static void only_so_many_may_wait_for_the_past(void **state)
{
    struct newsroom *room = *state;
    struct error error = {0};
    struct past_answer answers[400] = {0};
    struct store_collector *collector = store_collector_create(&error);
    size_t waiting = 0;
    size_t refused = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
        const struct past_view request = {day_of("2026-11-01") - (int32_t)i, past_has_come,
                                          &answers[i]};
        struct view *view = NULL;
        struct error busy = {0};
        assert_false(publisher_past_view(room->publisher, collector, &request, &view, &busy));
        refused += busy.kind == ERROR_BUSY;
        waiting += busy.kind == ERROR_NONE;
    }
    assert_true(refused > 0 && waiting > 0);
    size_t come = 0;
    while (come < waiting)
        come += store_collect(collector);
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++)
        view_drop(answers[i].view);
    store_collector_destroy(collector);
}

struct reader {
    struct publisher *publisher;
    int station;
    bool has_stopped;
    size_t views, torn;
};

/* A document and the figures of the same view always agree. */
static bool is_torn(struct view *view, int station)
{
    struct station_state state;
    auto_buffer struct buffer json = {0};
    view_station(view, station, view_today(view), &state);
    view_station_json(view, &state, true, &json);
    struct blob *blob = view_station_document(view, station);
    bool differs =
        blob_length(blob) != json.length || memcmp(blob_data(blob), json.data, json.length) != 0;
    blob_drop(blob);
    return differs;
}

static void *read_views(void *context)
{
    struct reader *reader = context;
    while (!__atomic_load_n(&reader->has_stopped, __ATOMIC_ACQUIRE)) {
        struct view *view = publisher_view(reader->publisher);
        reader->torn += is_torn(view, reader->station);
        __atomic_fetch_add(&reader->views, 1, __ATOMIC_RELAXED);
        view_drop(view);
    }
    return NULL;
}

static void readers_see_whole_views_while_others_are_published(void **state)
{
    struct newsroom *room = *state;
    struct reader readers[2];
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) {
        readers[i] = (struct reader){.publisher = room->publisher,
                                     .station = survey_station(room->survey, "bagou")};
        assert_int_equal(pthread_create(&threads[i], NULL, read_views, &readers[i]), 0);
    }
    for (unsigned i = 0; i < 8; i++) {
        newsroom_tell(room, i + 1, "bagou", "2026-11-20", "card_issue", "no_id");
        view_drop(newsroom_view(room));
        view_drop(newsroom_past(room, "2026-11-21"));
        newsroom_set(room, room->now + DAY_SECONDS);
    }
    for (size_t i = 0; i < 2; i++) {
        __atomic_store_n(&readers[i].has_stopped, true, __ATOMIC_RELEASE);
        pthread_join(threads[i], NULL);
        assert_true(readers[i].views > 0);
        assert_int_equal(readers[i].torn, 0);
    }
}

static bool add_notice(struct session *session, struct store_job *job, struct error *error)
{
    struct newsroom_job *own = (struct newsroom_job *)(void *)job;
    return session_notice_add(session, "test-notice", own->notice, &own->result, error);
}

static void a_notice_of_the_operator_moves_what_nobody_visited(void **state)
{
    struct newsroom *room = *state;
    struct view *before = newsroom_view(room);
    expect(before, "bagou", NULL, "questions.foreign_id.answer", "\"accepted\"");
    view_drop(before);
    struct newsroom_job job = {
        .job = {.run = add_notice},
        .room = room,
        .notice =
            "{\"id\":\"test-notice\",\"from\":\"2026-11-01\",\"scope\":{\"stations\":[\"bagou\"]},"
            "\"kind\":\"official\",\"source\":{\"zh\":\"甲\",\"en\":\"A\"},"
            "\"text\":{\"zh\":\"乙\",\"en\":\"B\"},\"expects_change\":[\"foreign_id\"],"
            "\"asserts\":{\"foreign_id\":\"refused\"}}"};
    newsroom_call(room, &job);
    assert_int_equal(job.result, CHANGE_DONE);
    struct view *view = newsroom_view(room);
    expect(view, "bagou", NULL, "questions.foreign_id.answer", "\"refused\"");
    expect(view, "beijingxizhan", NULL, "questions.foreign_id.answer", "\"accepted\"");
    size_t count = 0;
    view_notices(view, &count);
    assert_int_equal(count, (size_t)room->survey->notice_count + 1);
    view_drop(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_archive_tells_its_story, newsroom_with_archive,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(the_change_at_the_west_station_lies_in_2023_or_2024,
                                        newsroom_with_archive, newsroom_end),
        cmocka_unit_test_setup_teardown(nothing_is_known_of_what_was_published_before_the_first_day,
                                        newsroom_with_archive, newsroom_end),
        cmocka_unit_test_setup_teardown(the_past_shows_what_was_published_then,
                                        newsroom_with_archive, newsroom_end),
        cmocka_unit_test_setup_teardown(a_later_known_at_is_now, newsroom_empty, newsroom_end),
        cmocka_unit_test_setup_teardown(a_change_of_status_is_told_once, newsroom_empty,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(what_waits_and_what_is_withheld_is_counted, newsroom_empty,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(a_new_day_is_a_new_view, newsroom_empty, newsroom_end),
        cmocka_unit_test_setup_teardown(the_months_tell_visited_from_inferred,
                                        newsroom_with_archive, newsroom_end),
        cmocka_unit_test_setup_teardown(stations_are_found_and_filtered, newsroom_with_archive,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(documents_are_json_and_say_what_the_view_says,
                                        newsroom_with_archive, newsroom_end),
        cmocka_unit_test_setup_teardown(an_unchanged_station_keeps_its_document,
                                        newsroom_with_archive, newsroom_end),
        cmocka_unit_test_setup_teardown(changes_keep_the_order_in_which_they_were_published,
                                        newsroom_empty, newsroom_end),
        cmocka_unit_test_setup_teardown(a_restart_shows_the_same, newsroom_with_archive,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(only_so_many_may_wait_for_the_past, open_tiny,
                                        newsroom_end),
        cmocka_unit_test_setup_teardown(readers_see_whole_views_while_others_are_published,
                                        newsroom_empty, newsroom_end),
        cmocka_unit_test_setup_teardown(a_notice_of_the_operator_moves_what_nobody_visited,
                                        newsroom_empty, newsroom_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
