/* What the store keeps beside reports: moderators, notices, and the notes sealed to moderators. */
#include "tests/unit/store_fixture.h"

struct people {
    char text[200];
};

static void keep_person(void *context, const struct moderator *moderator)
{
    struct people *people = context;
    size_t length = strlen(people->text);
    snprintf(people->text + length, sizeof people->text - length, "%s%s ", moderator->name,
             moderator->retired != 0 ? "-" : "");
}

static bool people_body(struct session *session, void *context, struct error *error)
{
    return session_moderators(session, keep_person, context, error);
}

static void moderators_come_and_go(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    struct person other_lin = {0};
    struct person nobody = {.moderator = {.name = "nobody"}};
    struct people people = {0};
    char name[300];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(add_person(fixture, &lin, "lin"), CHANGE_DONE);
    assert_int_equal(add_person(fixture, &lin, "lin"), CHANGE_SAME);
    assert_int_equal(add_person(fixture, &other_lin, "lin"), CHANGE_CONFLICT);
    assert_int_equal(retire_person(fixture, &nobody), CHANGE_NOT_FOUND);
    assert_int_equal(retire_person(fixture, &lin), CHANGE_DONE);
    assert_int_equal(retire_person(fixture, &lin), CHANGE_SAME);
    assert_int_equal(add_person(fixture, &lin, "lin"), CHANGE_CONFLICT);
    fixture->now++;
    assert_int_equal(add_person(fixture, &other_lin, "lin"), CHANGE_DONE);
    struct person long_name = {0};
    assert_int_equal(add_person(fixture, &long_name, name), CHANGE_CONFLICT);
    do_step(fixture, people_body, &people);
    assert_string_equal(people.text, "lin- lin ");
    assert_int_equal(retire_person(fixture, &other_lin), CHANGE_DONE);
}

struct notices {
    const char *id, *json;
    enum change_result result;
    int64_t known_at;
    char seen[200];
};

static void keep_notice(void *context, const char *json, int64_t added)
{
    struct notices *notices = context;
    size_t length = strlen(notices->seen);
    snprintf(notices->seen + length, sizeof notices->seen - length, "%s@%d ", json,
             (int)(added - NOON));
}

static bool notice_body(struct session *session, void *context, struct error *error)
{
    struct notices *notices = context;
    return session_notice_add(session, notices->id, notices->json, &notices->result, error);
}

static bool notices_body(struct session *session, void *context, struct error *error)
{
    struct notices *notices = context;
    return session_notices(session, notices->known_at, keep_notice, notices, error);
}

static void notices_are_known_from_when_they_were_added(void **state)
{
    static const struct {
        const char *id, *json;
        enum change_result result;
    } rows[] = {{"n1", "{1}", CHANGE_DONE},
                {"n1", "{1}", CHANGE_SAME},
                {"n1", "{2}", CHANGE_CONFLICT},
                {"n2", "{2}", CHANGE_DONE}};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct notices add = {.id = rows[i].id, .json = rows[i].json};
        do_step(fixture, notice_body, &add);
        assert_int_equal(add.result, rows[i].result);
        fixture->now++;
    }
    struct notices early = {.known_at = NOON};
    struct notices late = {.known_at = NOON + 3};
    do_step(fixture, notices_body, &early);
    do_step(fixture, notices_body, &late);
    assert_string_equal(early.seen, "{1}@0 ");
    assert_string_equal(late.seen, "{1}@0 {2}@3 ");
}

struct sealing {
    const struct stored_report *report;
    const char *box;
};

static bool seal_body(struct session *session, void *context, struct error *error)
{
    struct sealing *sealing = context;
    return session_set_sealed(session, sealing->report->uuid, sealing->box,
                              sealing->box == NULL ? 0 : strlen(sealing->box) + 1, error);
}

static void sealed_notes_are_replaced_and_go_90_days_after_the_decision(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    add_person(fixture, &lin, "lin");
    struct stored_report report = sample(fixture, 1);
    report.sealed_note = "one";
    report.sealed_length = 4;
    put(fixture, &report);
    do_step(fixture, seal_body, &(struct sealing){&report, "two"});
    assert_string_equal(get(fixture, &report).box, "two");
    decide(fixture, &lin, ACT_APPROVE, &report, 1);

    static const struct {
        int64_t days;
        const char *box;
    } rows[] = {{89, "two"}, {90, ""}};

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        fixture->now = NOON + rows[i].days * DAY_SECONDS;
        (void)count(fixture); /* chores come after a batch */
        assert_string_equal(get(fixture, &report).box, rows[i].box);
    }
    do_step(fixture, seal_body, &(struct sealing){&report, "three"});
    assert_string_equal(get(fixture, &report).box, "three");
    do_step(fixture, seal_body, &(struct sealing){&report, NULL});
    assert_null(get(fixture, &report).report.sealed_note);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)
    const struct CMUnitTest tests[] = {
        CASE(moderators_come_and_go),
        CASE(notices_are_known_from_when_they_were_added),
        CASE(sealed_notes_are_replaced_and_go_90_days_after_the_decision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
