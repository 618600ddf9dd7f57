#include "tests/unit/store_fixture.h"

#include "collector/store/hold.h"

enum {
    REPORTS = 40,
    PAGE = 7
};

struct reading {
    struct hold *hold;
    struct buffer text; /* "number.version note;…" of all reports read */
    bool more, lost;
};

static bool hold_body(struct session *session, void *context, struct error *error)
{
    (void)error;
    ((struct reading *)context)->hold = session_hold(session);
    return true;
}

static void add(void *context, const struct stored_report *report)
{
    struct reading *reading = context;
    unsigned number = (unsigned)report->uuid[2] << 8 | report->uuid[3];
    buffer_format(&reading->text, "%u.%u %s %s;", number, (unsigned)report->version,
                  report->note == NULL ? "-" : report->note, report->visited_text);
}

static bool page_body(struct session *session, void *context, struct error *error)
{
    struct reading *reading = context;
    return session_hold_page(session, reading->hold, PAGE, add, reading, &reading->more,
                             &reading->lost, error);
}

static struct reading begin(struct fixture *fixture)
{
    struct reading reading = {.more = true};
    do_step(fixture, hold_body, &reading);
    return reading;
}

static void finish(struct fixture *fixture, struct reading *reading)
{
    while (reading->more)
        do_step(fixture, page_body, reading);
    hold_release(TAKE(reading->hold));
}

static struct stored_report approved(struct fixture *fixture, const struct person *person,
                                     uint32_t number)
{
    struct stored_report report = sample(fixture, number);
    report.note = "first";
    assert_int_equal(put(fixture, &report), PUT_CREATED);
    assert_int_equal(decide(fixture, person, ACT_APPROVE, &report, 1), CHANGE_DONE);
    return report;
}

/* An amendment is published in the place of what stood. */
static void amend_and_approve(struct fixture *fixture, const struct person *person,
                              struct stored_report *report)
{
    report->content_hash[0] ^= 1;
    report->note = "second";
    assert_int_equal(amend(fixture, report), CHANGE_DONE);
    assert_int_equal(decide(fixture, person, ACT_APPROVE, report, 2), CHANGE_DONE);
}

/* Every second number is published before the hold. */
static void fill(struct fixture *fixture, const struct person *person,
                 struct stored_report reports[REPORTS])
{
    for (uint32_t i = 0; i < REPORTS; i += 2)
        reports[i] = approved(fixture, person, i + 1);
}

static void change_everything(struct fixture *fixture, const struct person *person,
                              struct stored_report reports[REPORTS])
{
    for (uint32_t i = 1; i < REPORTS; i += 2)
        reports[i] = approved(fixture, person, i + 1);
    for (uint32_t i = 0; i < REPORTS; i += 4)
        if (i % 3 == 0)
            assert_int_equal(withdraw(fixture, &reports[i]), CHANGE_DONE);
        else if (i % 3 == 1)
            assert_int_equal(decide(fixture, person, ACT_REVERT, &reports[i], 1), CHANGE_DONE);
        else
            amend_and_approve(fixture, person, &reports[i]);
}

static void what_is_decided_meanwhile_is_not_seen(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    struct stored_report reports[REPORTS];
    add_person(fixture, &lin, "lin");
    fill(fixture, &lin, reports);
    struct reading before = begin(fixture);
    finish(fixture, &before);
    for (int pages = 0; pages < 4; pages++) {
        struct reading reading = begin(fixture);
        assert_true(before.text.length > 0);
        for (int i = 0; i < pages; i++)
            do_step(fixture, page_body, &reading);
        if (pages == 1)
            change_everything(fixture, &lin, reports);
        finish(fixture, &reading);
        assert_false(reading.lost);
        if (pages < 2)
            assert_string_equal(reading.text.data, before.text.data);
        else /* a later one sees what came of it, whole */
            assert_string_not_equal(reading.text.data, before.text.data);
        buffer_finish(&reading.text);
    }
    buffer_finish(&before.text);
}

static void several_read_different_moments(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    add_person(fixture, &lin, "lin");
    struct stored_report report = approved(fixture, &lin, 1);
    struct reading first = begin(fixture);
    struct reading given_up = begin(fixture);
    hold_release(given_up.hold);
    amend_and_approve(fixture, &lin, &report);
    struct reading second = begin(fixture);
    assert_int_equal(withdraw(fixture, &report), CHANGE_DONE);
    struct reading third = begin(fixture);
    finish(fixture, &third);
    finish(fixture, &first);
    finish(fixture, &second);
    assert_string_equal(first.text.data, "1.1 first 2023-12-20T08:30+08:00;");
    assert_string_equal(second.text.data, "1.2 second 2023-12-20T08:30+08:00;");
    assert_int_equal(third.text.length, 0);
    buffer_finish(&first.text);
    buffer_finish(&second.text);
}

static void a_hold_may_outlive_the_store(void **state)
{
    struct fixture *fixture = *state;
    struct reading reading = begin(fixture);
    fixture_reopen(fixture);
    hold_release(reading.hold);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)
    const struct CMUnitTest tests[] = {
        CASE(what_is_decided_meanwhile_is_not_seen),
        CASE(several_read_different_moments),
        CASE(a_hold_may_outlive_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
