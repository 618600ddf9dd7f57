/* After any decisions what is published is what the reports of the store make, computed anew. */
#include "collector/figures/build.h"
#include "collector/publish/load.h"
#include "tests/unit/publish_fixture.h"
#include "tests/unit/sheet_fixture.h"

enum {
    STEPS = 400,
    SOME_DAYS = 1700,
    REPORTERS = 9,
    STEPS_A_LOOK = 4
};

enum fate {
    FATE_PENDING,
    FATE_APPROVED,
    FATE_WITHDRAWN
};

struct told {
    struct stored_report report;
    char visited[11];
    enum fate fate;
};

struct desk {
    struct newsroom *room;
    uint64_t random;
    struct told told[STEPS * 8];
    size_t count;
};

static const char *const stations[] = {"bagou", "beijingxizhan"};

static int random_below(struct desk *desk, int limit)
{
    desk->random = desk->random * 6364136223846793005U + 1442695040888963407U;
    return (int)((desk->random >> 33) % (uint64_t)limit);
}

static int open_desk(void **state)
{
    struct desk *desk = memory_zeroed(1, sizeof *desk);
    desk->room = newsroom_open(NULL, ":memory:");
    newsroom_publish(desk->room);
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    struct desk *desk = *state;
    newsroom_close(desk->room);
    free(desk);
    return 0;
}

/* Days, of which many are the same, months and years. */
static void choose_visit(struct desk *desk, struct told *told)
{
    int32_t first = desk->room->survey->earliest_visit;
    int kind = random_below(desk, 10);
    int32_t day = first + random_below(desk, kind < 4 ? SOME_DAYS : kind < 7 ? 40 : 5);
    struct date date = day_to_date(day);
    if (kind == 0)
        snprintf(told->visited, sizeof told->visited, "%04d", date.year);
    else if (kind < 3)
        snprintf(told->visited, sizeof told->visited, "%04d-%02d", date.year, date.month);
    else
        snprintf(told->visited, sizeof told->visited, "%04d-%02d-%02d", date.year, date.month,
                 date.day);
}

static void choose_answers(struct desk *desk, struct stored_report *report)
{
    const struct survey *survey = desk->room->survey;
    memset(report->answers, -1, sizeof report->answers);
    for (int i = random_below(desk, 3); i >= 0; i--) {
        int q = random_below(desk, 4);
        report->answers[q] = (int8_t)random_below(desk, survey->questions[q].option_count);
    }
}

static struct told *new_report(struct desk *desk)
{
    struct told *told = &desk->told[desk->count++];
    choose_visit(desk, told);
    told->report = newsroom_report(desk->room, (unsigned)desk->count,
                                   stations[random_below(desk, 2)], told->visited);
    told->report.basis = random_below(desk, desk->room->survey->basis_count);
    told->report.has_reporter = random_below(desk, 3) > 0;
    if (told->report.has_reporter)
        told->report.reporter[0] = (uint8_t)(1 + random_below(desk, REPORTERS));
    choose_answers(desk, &told->report);
    return told;
}

static void approve(struct desk *desk, struct told *told)
{
    newsroom_decide(desk->room, &told->report, ACT_APPROVE);
    told->fate = FATE_APPROVED;
}

static void tell(struct desk *desk)
{
    struct told *told = new_report(desk);
    newsroom_send(desk->room, &told->report);
    if (random_below(desk, 8) > 0)
        approve(desk, told);
}

/* Many who say the same of one day: enough to move what is allowed. */
static void tell_a_burst(struct desk *desk)
{
    struct told *first = new_report(desk);
    newsroom_send(desk->room, &first->report);
    approve(desk, first);
    for (int i = 1; i < 8; i++) {
        struct told *told = new_report(desk);
        memcpy(told->report.answers, first->report.answers, sizeof told->report.answers);
        memcpy(told->visited, first->visited, sizeof told->visited);
        told->report.visited = first->report.visited;
        told->report.station = first->report.station;
        newsroom_send(desk->room, &told->report);
        approve(desk, told);
    }
}

static bool amend_run(struct session *session, struct store_job *job, struct error *error)
{
    struct newsroom_job *own = (struct newsroom_job *)(void *)job;
    uint32_t version = 0;
    return session_amend(session, own->report, &own->result, &version, error);
}

static bool withdraw_run(struct session *session, struct store_job *job, struct error *error)
{
    struct newsroom_job *own = (struct newsroom_job *)(void *)job;
    return session_withdraw(session, own->report->uuid, &own->result, error);
}

static void change(struct desk *desk, struct told *told,
                   bool (*run)(struct session *, struct store_job *, struct error *))
{
    struct newsroom_job job = {.job = {.run = run}, .room = desk->room, .report = &told->report};
    newsroom_call(desk->room, &job);
    assert_int_equal(job.result, CHANGE_DONE);
}

static void amend(struct desk *desk, struct told *told)
{
    choose_visit(desk, told);
    assert_true(visit_parse(told->visited, strlen(told->visited),
                            desk->room->survey->offset_seconds, &told->report.visited));
    choose_answers(desk, &told->report);
    told->report.version++;
    told->report.content_hash[SECRET_KEY_SIZE - 1]++;
    change(desk, told, amend_run);
    told->fate = FATE_PENDING;
}

/* A new report, or something else happens to one that there is. Of one second the same decision
 * would be the same entry. */
static void take_step(struct desk *desk)
{
    newsroom_set(desk->room, desk->room->now + 1);
    int kind = random_below(desk, 20);
    struct told *told = desk->count > 0 ? &desk->told[random_below(desk, (int)desk->count)] : NULL;
    if (told == NULL || kind < 12 || told->fate == FATE_WITHDRAWN)
        tell(desk);
    else if (kind == 12)
        tell_a_burst(desk);
    else if (told->fate == FATE_PENDING)
        approve(desk, told);
    else if (kind < 15) {
        newsroom_decide(desk->room, &told->report, ACT_REVERT);
        told->fate = FATE_PENDING;
    } else if (kind < 18)
        amend(desk, told);
    else {
        change(desk, told, withdraw_run);
        told->fate = FATE_WITHDRAWN;
    }
}

static struct sheet *sheet_anew(struct desk *desk, const struct view *view, int station)
{
    struct error error = {0};
    const struct survey *survey = desk->room->survey;
    size_t count = (size_t)survey->station_count;
    auto_free bool *wanted = memory_zeroed(count, sizeof *wanted);
    auto_free struct record **records = memory_zeroed(count, sizeof(struct record *));
    wanted[station] = true;
    assert_true(load_records(desk->room->store, survey, wanted, NULL, records, &error));
    struct place *place =
        place_observe(view->parts.rules, station, &records[station]->observed, NULL, PLACE_ALL);
    struct sheet *sheet = sheet_create(place, view->parts.days, NULL);
    place_drop(place);
    record_drop(records[station]);
    return sheet;
}

static void expect_view(struct desk *desk)
{
    struct view *view = newsroom_view(desk->room);
    for (size_t i = 0; i < ARRAY_LENGTH(stations); i++) {
        int station = survey_station(desk->room->survey, stations[i]);
        struct sheet *wanted = sheet_anew(desk, view, station);
        expect_sheet(view->parts.leaves[station].sheet, wanted);
        sheet_drop(wanted);
    }
    view_drop(view);
}

static bool add_notice(struct session *session, struct store_job *job, struct error *error)
{
    struct newsroom_job *own = (struct newsroom_job *)(void *)job;
    return session_notice_add(session, "test-notice", own->notice, &own->result, error);
}

static void give_notice(struct desk *desk)
{
    struct newsroom_job job = {
        .job = {.run = add_notice},
        .room = desk->room,
        .notice =
            "{\"id\":\"test-notice\",\"from\":\"2024-11\",\"scope\":{\"stations\":[\"bagou\"]},"
            "\"kind\":\"official\",\"source\":{\"zh\":\"甲\",\"en\":\"A\"},"
            "\"text\":{\"zh\":\"乙\",\"en\":\"B\"},\"expects_change\":[\"card_issue\"],"
            "\"asserts\":{\"window_ticket\":\"refused\"}}"};
    newsroom_call(desk->room, &job);
    assert_int_equal(job.result, CHANGE_DONE);
}

/* Several decisions may come into one publication; the server may stop and start between two, a
 * notice come, and a day pass. */
static void every_publication_is_what_the_reports_make(void **state)
{
    struct desk *desk = *state;
    for (int step = 0; step < STEPS; step++) {
        take_step(desk);
        if (step == STEPS / 3)
            give_notice(desk);
        if (step == STEPS / 2) {
            publisher_stop(desk->room->publisher);
            newsroom_publish(desk->room);
        }
        if (step % 100 == 99)
            newsroom_set(desk->room, desk->room->now + DAY_SECONDS);
        if (random_below(desk, STEPS_A_LOOK) == 0)
            expect_view(desk);
    }
    expect_view(desk);
    assert_true(desk->count > STEPS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_publication_is_what_the_reports_make, open_desk,
                                        close_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
