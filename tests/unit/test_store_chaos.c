#include <fcntl.h>

#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_fixture.h"

enum {
    REPORTS = 13,
    TRIES_MAX = 2000
};

/* What the store acknowledged of each report. */
struct promise {
    bool put, decided, amended, withdrawn;
    bool asked_more; /* something was asked after it, whatever became of that */
};

struct story {
    struct fixture *fixture;
    struct person lin;
    bool added;
    struct promise promises[REPORTS];
    size_t calls, refused, refused_first; /* of the first one: how many calls were before */
    bool stopped;                         /* the store gave up for good */
};

static bool ask(struct story *story, bool (*body)(struct session *, void *, struct error *),
                void *context)
{
    struct error error = {0};
    story->fixture->now += 20; /* beyond what the chores wait after a full disk */
    bool done = try_step(story->fixture->store, body, context, &error);
    story->calls++;
    if (done)
        return true;
    assert_int_equal(error.kind, ERROR_BUSY);
    if (story->refused++ == 0)
        story->refused_first = story->calls - 1;
    return false;
}

static struct stored_report told(const struct fixture *fixture, uint32_t i)
{
    struct stored_report report = sample(fixture, i * 5 % REPORTS);
    report.station = 7 + (int)(i % 5);
    report.note = i % 2 == 0 ? "a note" : NULL;
    report.has_reporter = i % 3 == 0;
    report.sealed_note = i % 4 == 0 ? "box" : NULL;
    report.sealed_length = i % 4 == 0 ? 4 : 0;
    return report;
}

static void tell_decision(struct story *story, const struct stored_report *report,
                          struct promise *promise)
{
    struct decision decision;
    sign_decision(story->fixture, &decision, &story->lin, ACT_APPROVE, report, 1);
    if (ask(story, decide_body, &decision))
        promise->decided = decision.result == CHANGE_DONE;
    buffer_finish(&decision.line);
}

static void tell_report(struct story *story, uint32_t i)
{
    struct promise *promise = &story->promises[i];
    struct stored_report report = told(story->fixture, i);
    struct put put = {.report = &report};
    struct change change = {.report = &report};
    promise->put = ask(story, put_body, &put);
    if (promise->put)
        assert_int_equal(put.result, PUT_CREATED);
    if (i % 4 == 1 && promise->put)
        tell_decision(story, &report, promise);
    report.content_hash[0] ^= 0xff;
    if (i % 6 == 1 && promise->put) {
        promise->asked_more = true;
        promise->amended = ask(story, amend_body, &change) && change.result == CHANGE_DONE;
    }
    if (i % 8 == 1 && promise->put) {
        promise->asked_more = true;
        promise->withdrawn = ask(story, withdraw_body, &change) && change.result == CHANGE_DONE;
    }
}

static void tell(struct story *story)
{
    struct person_change add = {.person = &story->lin};
    story->added = ask(story, add_body, &add);
    for (uint32_t i = 0; i < REPORTS; i++)
        tell_report(story, i);
}

static void count_fault(void *context, const char *fault)
{
    print_message("%s\n", fault);
    ++*(int *)context;
}

static bool check_body(struct session *session, void *context, struct error *error)
{
    return session_check(session, count_fault, context, error);
}

static void keep_promise(struct fixture *fixture, const struct promise *promise, uint32_t i)
{
    struct stored_report report = told(fixture, i);
    struct seen seen = get(fixture, &report);
    const struct stored_report *kept = &seen.report;
    if (promise->put)
        assert_true(seen.found);
    if (promise->withdrawn)
        assert_int_equal(kept->state, STATE_WITHDRAWN);
    if (promise->amended && !promise->withdrawn && kept->state != STATE_WITHDRAWN)
        assert_int_equal(kept->version, 2);
    if (promise->decided && !promise->asked_more)
        assert_int_equal(kept->state, STATE_APPROVED);
    if (promise->put && !promise->asked_more)
        assert_string_equal(seen.note, report.note == NULL ? "" : report.note);
}

/* A fresh store, the story with a fault in it, and then the truth of the disk. True if the fault
 * came about at all. */
static bool live_through(struct fixture *fixture, enum fault fault, long countdown,
                         struct story *story)
{
    static const char *const names[] = {"z.db", "z.db-wal", "z.db-journal"};
    struct error error = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        fixture_remove(fixture, names[i]);
    forget_unsynced(NULL);
    *story = (struct story){.fixture = fixture};
    sign_keypair(story->lin.moderator.key, &story->lin.secret);
    story->lin.moderator.name = "lin";
    fault_set(fault, countdown);
    bool opened = fixture_try_open(fixture, &fixture->store, &error);
    assert_true(opened || error.kind != ERROR_BUSY); /* that is another server's lock */
    if (opened)
        tell(story);
    else
        fixture->store = NULL;
    if (opened && fault == FAULT_FULL) {
        struct stored_report late = sample(fixture, REPORTS);
        fault_disk.fault = FAULT_NONE;
        assert_int_equal(put(fixture, &late), PUT_CREATED);
    }
    story->stopped = opened && store_has_failed(fixture->store);
    fixture_close(fixture);
    bool struck = fault_disk.failed;
    assert_true(opened || struck);
    if (fault_disk.cut)
        lose_unsynced();
    fault_set(FAULT_NONE, 0);
    fixture_open(fixture);
    int faults = 0;
    do_step(fixture, check_body, &faults);
    assert_int_equal(faults, 0);
    for (uint32_t i = 0; i < REPORTS; i++)
        keep_promise(fixture, &story->promises[i], i);
    fixture_close(fixture);
    return struck;
}

static void after_a_moment_of_full_disk(const struct story *story)
{
    /* Only what met it is refused: the store goes on. */
    assert_true(story->refused <= 1);
    assert_false(story->stopped);
}

static void after_a_full_disk(const struct story *story)
{
    assert_false(story->stopped);
}

static void after_a_broken_disk(const struct story *story)
{
    /* Once refused, always refused. */
    assert_true(story->refused == 0 || story->refused == story->calls - story->refused_first);
    assert_true(story->refused == 0 || story->stopped);
}

static void at_every_write(struct fixture *fixture, enum fault fault,
                           void (*after)(const struct story *story))
{
    long countdown = 1;
    auto_free struct story *story = memory_zeroed(1, sizeof *story);
    while (live_through(fixture, fault, countdown, story)) {
        after(story);
        assert_true(++countdown < TRIES_MAX);
    }
    assert_int_equal(story->refused, 0);
    for (size_t i = 0; i < REPORTS; i++)
        assert_true(story->promises[i].put);
    print_message("# %ld faults\n", countdown - 1);
    assert_true(countdown > 100); /* the story writes enough to mean something */
}

static void a_disk_that_is_full_once_refuses_once_and_loses_nothing(void **state)
{
    at_every_write(*state, FAULT_FULL_ONCE, after_a_moment_of_full_disk);
}

static void a_disk_that_stays_full_loses_nothing(void **state)
{
    at_every_write(*state, FAULT_FULL, after_a_full_disk);
}

static void a_disk_that_fails_stops_the_store_and_loses_nothing(void **state)
{
    at_every_write(*state, FAULT_IO_ONCE, after_a_broken_disk);
}

static void a_power_cut_that_loses_what_was_not_synced(void **state)
{
    at_every_write(*state, FAULT_CUT_LOSING, after_a_broken_disk);
}

static void a_power_cut_that_tears_what_was_not_synced(void **state)
{
    at_every_write(*state, FAULT_CUT_TEARING, after_a_broken_disk);
}

static int prepare(void **state)
{
    /* In memory: this disk is broken anyway. */
    if (fixture_prepare_in(state, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") != 0)
        return -1;
    struct fixture *fixture = *state;
    fixture->staging_seconds = 40; /* so that the story has several moves in it */
    return 0;
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, prepare, fixture_stop)
    const struct CMUnitTest tests[] = {
        CASE(a_disk_that_is_full_once_refuses_once_and_loses_nothing),
        CASE(a_disk_that_stays_full_loses_nothing),
        CASE(a_disk_that_fails_stops_the_store_and_loses_nothing),
        CASE(a_power_cut_that_loses_what_was_not_synced),
        CASE(a_power_cut_that_tears_what_was_not_synced),
    };
    /* A line each on what is broken on purpose. */
    if (freopen("/dev/null", "w", stderr) == NULL)
        return 1;
    fault_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
