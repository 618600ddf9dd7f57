/* What is published and not yet written, and what becomes of it when the day or the disk is over.
 * The consensus thread stands still meanwhile: the test does its work, step by step. */
#include <unistd.h>

#include "collector/publish/work.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/publish_fixture.h"

enum {
    REPORTS = 3000, /* so many that their versions are written later */
    DAYS = 600,
    A_DAY = 86400
};

static void halt(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->mutex);
    publisher->stopping = true;
    pthread_cond_broadcast(&publisher->wake);
    pthread_mutex_unlock(&publisher->mutex);
    pthread_join(publisher->thread, NULL);
    publisher->stopping = false;
}

static void go_on(struct publisher *publisher)
{
    assert_int_equal(pthread_create(&publisher->thread, NULL, publisher_loop, publisher), 0);
}

static int open_at(void **state, const char *path)
{
    struct newsroom *room = newsroom_open(NULL, path);
    struct error error = {0};
    newsroom_publish(room);
    assert_true(publisher_wait(room->publisher, &error));
    *state = room;
    return 0;
}

static int open_empty(void **state)
{
    return open_at(state, ":memory:");
}

static char *disk_path(void)
{
    struct buffer path = {0};
    buffer_format(&path, "%s/zhanji-owing-%d.db",
                  access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
    return buffer_take(&path);
}

static int open_on_disk(void **state)
{
    auto_free char *path = disk_path();
    return open_at(state, path);
}

static int close_room(void **state)
{
    static const char *const ends[] = {"", "-wal", "-journal"};
    newsroom_close(*state);
    for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
        auto_free char *path = disk_path();
        auto_buffer struct buffer name = {0};
        buffer_format(&name, "%s%s", path, ends[i]);
        (void)unlink(name.data);
    }
    return 0;
}

/* Every report answers everything, at one station after another and on one day after another. */
struct many {
    struct store_job job;
    struct newsroom *room;
    unsigned first;
};

static bool tell_many(struct session *session, struct store_job *job, struct error *error)
{
    const struct many *many = (const struct many *)(const void *)job;
    const struct survey *survey = many->room->survey;
    for (unsigned i = many->first; i < many->first + REPORTS; i++) {
        char visited[24];
        struct date date = day_to_date(survey->earliest_visit + (int32_t)(i * 7 % DAYS));
        snprintf(visited, sizeof visited, "%04d-%02d-%02d", date.year, date.month, date.day);
        const char *station = survey->stations[i % (unsigned)survey->station_count].id;
        struct stored_report report = newsroom_report(many->room, i + 1, station, visited);
        for (int q = 0; q < survey->question_count; q++)
            report.answers[q] = (int8_t)(i % 2);
        struct newsroom_job put = {.room = many->room, .report = &report, .act = ACT_APPROVE};
        if (!newsroom_put(session, &put.job, error) || !newsroom_judge(session, &put.job, error))
            return false;
    }
    return true;
}

static void publish_many(struct newsroom *room, unsigned first, struct stale *stale)
{
    struct many many = {.job = {.run = tell_many}, .room = room, .first = first};
    struct error error = {0};
    if (!store_call(room->store, &many.job, &error) || !cycle_run(room->publisher, stale, &error))
        fail_msg("%s", error.text);
}

static uint32_t *count_reports(const struct view *view)
{
    int stations = view_survey(view)->station_count;
    uint32_t *counts = memory_zeroed((size_t)stations, sizeof *counts);
    for (int s = 0; s < stations; s++) {
        struct station_state state;
        view_station(view, s, view_today(view), &state);
        counts[s] = state.reports;
    }
    return counts;
}

static void what_is_owed_of_a_day_is_written_as_that_day_s(void **state)
{
    struct newsroom *room = *state;
    struct publisher *publisher = room->publisher;
    struct stale stale;
    auto_buffer struct buffer known_at = {0};
    buffer_day(&known_at, publisher_today(publisher));
    halt(publisher);
    stale_init(&stale, room->survey);
    publish_many(room, 0, &stale);
    assert_true(publisher->owing.left > 0);
    struct view *before = publisher_view(publisher);
    newsroom_set(room, room->now + A_DAY);
    publish_many(room, REPORTS, &stale);
    assert_true(publisher->owing.left > 0);
    stale_finish(&stale);
    go_on(publisher);
    struct view *after = newsroom_past(room, known_at.data);
    auto_free uint32_t *published = count_reports(before);
    auto_free uint32_t *remembered = count_reports(after);
    for (int s = 0; s < room->survey->station_count; s++)
        assert_int_equal(remembered[s], published[s]);
    view_drop(before);
    view_drop(after);
}

/* On the thread that writes. */
static bool mend_disk(struct session *session, struct store_job *job, struct error *error)
{
    (void)session;
    (void)job;
    (void)error;
    fault_set(FAULT_NONE, 0);
    return true;
}

static void who_waits_is_told_that_the_store_failed(void **state)
{
    struct newsroom *room = *state;
    struct publisher *publisher = room->publisher;
    struct error error = {0};
    halt(publisher);
    newsroom_tell(room, 1, "bagou", "2023-12", "card_issue", "no_id");
    fault_set(FAULT_FULL, 1);
    go_on(publisher);
    assert_false(publisher_wait(publisher, &error));
    assert_int_equal(error.kind, ERROR_BUSY);
    struct newsroom_job mend = {.job = {.run = mend_disk}, .room = room};
    newsroom_call(room, &mend);
    assert_true(publisher_wait(publisher, &error));
    struct view *view = publisher_view(publisher);
    auto_free uint32_t *counts = count_reports(view);
    assert_int_equal(counts[survey_station(room->survey, "bagou")], 1);
    view_drop(view);
}

/* What came of asking for a view and a hold of one moment. */
struct exact_answer {
    struct view *view;
    struct hold *hold;
    struct error error;
    bool has_come;
};

static void exact_has_come(void *context, struct view *view, struct hold *hold,
                           const struct error *error)
{
    *(struct exact_answer *)context = (struct exact_answer){view, hold, *error, true};
}

static struct exact_answer ask_exact(struct newsroom *room)
{
    struct error error = {0};
    struct exact_answer answer = {0};
    const struct exact_view request = {exact_has_come, &answer};
    struct store_collector *collector = store_collector_create(&error);
    assert_non_null(collector);
    assert_true(publisher_exact_view(room->publisher, collector, &request, &error));
    while (!answer.has_come)
        store_collect(collector);
    store_collector_destroy(collector);
    return answer;
}

static void what_is_held_is_what_the_view_tells(void **state)
{
    struct newsroom *room = *state;
    for (unsigned i = 1; i <= 20; i++) {
        newsroom_tell(room, i, "bagou", "2023-12", "card_issue", "no_id");
        struct exact_answer answer = ask_exact(room);
        assert_int_equal(answer.error.kind, ERROR_NONE);
        assert_non_null(answer.hold);
        auto_free uint32_t *counts = count_reports(answer.view);
        assert_int_equal(counts[survey_station(room->survey, "bagou")], i);
        hold_release(answer.hold);
        view_drop(answer.view);
    }
}

static void nobody_waits_for_ever_for_an_exact_view(void **state)
{
    struct newsroom *room = *state;
    struct publisher *publisher = room->publisher;
    halt(publisher);
    publisher->options.patience_ms = 1;
    newsroom_tell(room, 1, "bagou", "2023-12", "card_issue", "no_id");
    fault_set(FAULT_FULL, 1);
    go_on(publisher);
    struct exact_answer answer = ask_exact(room);
    assert_null(answer.view);
    assert_null(answer.hold);
    assert_int_equal(answer.error.kind, ERROR_BUSY);
    struct newsroom_job mend = {.job = {.run = mend_disk}, .room = room};
    newsroom_call(room, &mend);
    publisher->options.patience_ms = 0;
    answer = ask_exact(room);
    assert_non_null(answer.hold);
    hold_release(answer.hold);
    view_drop(answer.view);
}

static void what_is_read_anyway_is_not_read_beforehand(void **state)
{
    struct newsroom *room = *state;
    struct publisher *publisher = room->publisher;
    halt(publisher);
    preload_stop(publisher);
    for (int s = 0; s < room->survey->station_count; s++) {
        record_drop(TAKE(publisher->records[s]));
        publisher->stale.stations[s] = s > 0;
    }
    preload_begin(publisher);
    assert_true(preload_is_running(publisher));
    assert_true(publisher->preload.stations[0]);
    assert_true(publisher_loaded(publisher) < 1);
    assert_false(publisher->preload.stations[1]);
    preload_stop(publisher);
    publisher->stale.stations[0] = true;
    preload_begin(publisher);
    assert_false(preload_is_running(publisher));
    assert_true(publisher_loaded(publisher) >= 1);
    go_on(publisher);
}

int main(void)
{
    fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_owed_of_a_day_is_written_as_that_day_s, open_empty,
                                        close_room),
        cmocka_unit_test_setup_teardown(who_waits_is_told_that_the_store_failed, open_on_disk,
                                        close_room),
        cmocka_unit_test_setup_teardown(what_is_held_is_what_the_view_tells, open_empty,
                                        close_room),
        cmocka_unit_test_setup_teardown(nobody_waits_for_ever_for_an_exact_view, open_on_disk,
                                        close_room),
        cmocka_unit_test_setup_teardown(what_is_read_anyway_is_not_read_beforehand, open_empty,
                                        close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
