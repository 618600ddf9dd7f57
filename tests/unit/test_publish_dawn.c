/* A new day: its sheets are made beside the decisions, and it is shown when they are there. */
#include "collector/publish/work.h"
#include "tests/unit/publish_fixture.h"

enum {
    MIDNIGHT = 16 * 3600 /* of the survey's offset, in seconds of a day of UTC */
};

static int64_t next_midnight(const struct newsroom *room)
{
    int64_t begun = room->now - (room->now + DAY_SECONDS - MIDNIGHT) % DAY_SECONDS;
    return begun + DAY_SECONDS;
}

/* Approves a report, which wakes the publisher, and sees it published: without a word of hurry. */
static void tell_and_see(struct newsroom *room, unsigned number, const char *station)
{
    struct view *view = publisher_view(room->publisher);
    uint64_t before = view_entries(view);
    view_drop(view);
    newsroom_tell(room, number, station, "2026-11", "card_issue", "no_id");
    for (bool is_seen = false; !is_seen;) {
        view = publisher_view(room->publisher);
        is_seen = view_entries(view) > before;
        view_drop(view);
        sched_yield();
    }
}

static int32_t shown_day(struct newsroom *room)
{
    struct view *view = publisher_view(room->publisher);
    int32_t day = view_today(view);
    view_drop(view);
    return day;
}

static uint64_t sheets_made(struct newsroom *room)
{
    return atomic_load(&room->publisher->counters.stations);
}

static void the_sheets_of_a_day_are_made_before_it_begins(void **state)
{
    struct newsroom *room = *state;
    const int64_t midnight = next_midnight(room);
    const uint64_t stations = (uint64_t)room->survey->station_count;
    newsroom_wait(room);
    int32_t today = shown_day(room);
    uint64_t before = sheets_made(room);
    newsroom_set(room, midnight - 30);
    tell_and_see(room, 1, "bagou");
    while (sheets_made(room) < before + 1 + stations)
        sched_yield();
    assert_int_equal(shown_day(room), today);
    tell_and_see(room, 2, "guomao");
    before = sheets_made(room);
    newsroom_set(room, midnight);
    tell_and_see(room, 3, "jinsong");
    assert_int_equal(shown_day(room), today + 1);
    assert_true(sheets_made(room) <= before + 3);
}

static void a_day_that_nobody_foresaw_is_shown_when_it_is_made(void **state)
{
    struct newsroom *room = *state;
    newsroom_wait(room);
    int32_t today = shown_day(room);
    newsroom_set(room, room->now + 3 * DAY_SECONDS);
    tell_and_see(room, 1, "bagou");
    while (shown_day(room) == today)
        sched_yield();
    assert_int_equal(shown_day(room), today + 3);
    struct view *view = publisher_view(room->publisher);
    struct newsroom *other = newsroom_open(NULL, ":memory:");
    newsroom_set(other, room->now);
    newsroom_publish(other);
    newsroom_tell(other, 1, "bagou", "2026-11", "card_issue", "no_id");
    struct view *anew = newsroom_view(other);
    for (int s = 0; s < room->survey->station_count; s++) {
        const struct blob *left = view->parts.leaves[s].document;
        const struct blob *right = anew->parts.leaves[s].document;
        assert_int_equal(blob_length(left), blob_length(right));
        assert_memory_equal(blob_data(left), blob_data(right), blob_length(left));
    }
    view_drop(anew);
    view_drop(view);
    newsroom_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_sheets_of_a_day_are_made_before_it_begins,
                                        newsroom_empty, newsroom_end),
        cmocka_unit_test_setup_teardown(a_day_that_nobody_foresaw_is_shown_when_it_is_made,
                                        newsroom_empty, newsroom_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
