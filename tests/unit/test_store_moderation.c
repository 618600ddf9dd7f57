#include <fcntl.h>

#include "tests/unit/store_fixture.h"

static const enum report_state all_states[] = {STATE_PENDING, STATE_APPROVED, STATE_REJECTED,
                                               STATE_WITHHELD, STATE_WITHDRAWN};

/* Brings a new report into a state. */
static struct stored_report make(struct fixture *fixture, const struct person *person,
                                 uint32_t number, enum report_state state)
{
    static const enum entry_act acts[] = {[STATE_APPROVED] = ACT_APPROVE,
                                          [STATE_REJECTED] = ACT_REJECT,
                                          [STATE_WITHHELD] = ACT_WITHHOLD};
    struct stored_report report = sample(fixture, number);
    assert_int_equal(put(fixture, &report), PUT_CREATED);
    if (state == STATE_WITHDRAWN)
        assert_int_equal(withdraw(fixture, &report), CHANGE_DONE);
    else if (state != STATE_PENDING)
        assert_int_equal(decide(fixture, person, acts[state], &report, 1), CHANGE_DONE);
    return report;
}

static void the_state_machine_is_this_table(void **state)
{
    static const struct {
        enum entry_act act;
        int to[ARRAY_LENGTH(all_states)]; /* by state before; -1: refused */
    } rows[] = {
        {ACT_APPROVE, {STATE_APPROVED, -1, -1, -1, -1}},
        {ACT_REJECT, {STATE_REJECTED, -1, -1, -1, -1}},
        {ACT_WITHHOLD, {STATE_WITHHELD, -1, -1, -1, -1}},
        {ACT_REVERT, {-1, STATE_PENDING, STATE_PENDING, STATE_PENDING, -1}},
    };
    struct fixture *fixture = *state;
    struct person lin = {0};
    uint32_t number = 0;
    add_person(fixture, &lin, "lin");
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        for (size_t before = 0; before < ARRAY_LENGTH(all_states); before++) {
            struct stored_report report = make(fixture, &lin, ++number, all_states[before]);
            int to = rows[i].to[before];
            assert_int_equal(decide(fixture, &lin, rows[i].act, &report, 1),
                             to < 0 ? CHANGE_CONFLICT : CHANGE_DONE);
            assert_int_equal(get(fixture, &report).report.state,
                             to < 0 ? (int)all_states[before] : to);
            assert_int_equal(get_published(fixture, &report).found,
                             get(fixture, &report).report.state == STATE_APPROVED);
        }
    }
}

static void a_decision_is_kept_with_its_exact_entry(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    struct decision decision;
    add_person(fixture, &lin, "lin");
    struct stored_report report = make(fixture, &lin, 1, STATE_PENDING);
    sign_decision(fixture, &decision, &lin, ACT_APPROVE, &report, 1);
    snprintf(decision.entry.note, sizeof decision.entry.note, "好");
    decision.entry.hide_note = true;
    entry_sign(&decision.entry, &lin.secret);
    buffer_clear(&decision.line);
    entry_print(&decision.entry, &decision.line);
    do_step(fixture, decide_body, &decision);
    assert_int_equal(decision.result, CHANGE_DONE);
    assert_int_equal(decision.state, STATE_APPROVED);
    for (int round = 0; round < 2; round++) {
        struct seen seen = get(fixture, &report);
        assert_string_equal(seen.report.reason, "ok");
        assert_string_equal(seen.reason_note, "好");
        assert_true(seen.report.note_hidden);
        assert_int_equal(seen.report.decided, decision.entry.at);
        assert_int_equal(seen.report.entry, 2); /* after moderator-add */
        fixture_reopen(fixture);
    }
    buffer_finish(&decision.line);
}

struct lines {
    char text[16][512];
    uint64_t numbers[16];
    size_t count;
    uint64_t total;
};

static void keep_line(void *context, uint64_t number, const char *line, size_t length)
{
    struct lines *lines = context;
    assert_true(lines->count < ARRAY_LENGTH(lines->text));
    lines->numbers[lines->count] = number;
    snprintf(lines->text[lines->count++], sizeof lines->text[0], "%.*s", (int)length, line);
}

static bool lines_body(struct session *session, void *context, struct error *error)
{
    struct lines *lines = context;
    return session_entries(session, 0, 16, keep_line, lines, error) &&
           session_entry_count(session, &lines->total, error);
}

static void the_log_has_every_act_in_order(void **state)
{
    static const char *const acts[] = {"moderator-add", "approve", "amend",
                                       "withdraw",      "revert",  "moderator-retire"};
    struct fixture *fixture = *state;
    struct person lin = {0};
    struct lines lines = {0};
    add_person(fixture, &lin, "lin");
    struct stored_report first = make(fixture, &lin, 1, STATE_APPROVED);
    struct stored_report second = make(fixture, &lin, 2, STATE_PENDING);
    second.content_hash[0] ^= 1;
    assert_int_equal(amend(fixture, &second), CHANGE_DONE);
    assert_int_equal(withdraw(fixture, &second), CHANGE_DONE);
    assert_int_equal(decide(fixture, &lin, ACT_REVERT, &first, 1), CHANGE_DONE);
    assert_int_equal(retire_person(fixture, &lin), CHANGE_DONE);
    do_step(fixture, lines_body, &lines);
    assert_int_equal(lines.count, ARRAY_LENGTH(acts));
    assert_int_equal(lines.total, ARRAY_LENGTH(acts));
    for (size_t i = 0; i < lines.count; i++) {
        struct entry entry;
        struct error error = {0};
        assert_int_equal(lines.numbers[i], i);
        if (!entry_parse(lines.text[i], strlen(lines.text[i]), &entry, &error))
            fail_msg("%s: %s", lines.text[i], error.text);
        assert_string_equal(entry_act_name(entry.act), acts[i]);
        assert_string_equal(entry.survey, fixture->survey->id);
        if (entry.by == BY_REPORTER)
            assert_int_equal(entry.at % 3600, 0);
    }
}

static void the_identical_entry_again_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    struct decision decision;
    add_person(fixture, &lin, "lin");
    struct stored_report report = make(fixture, &lin, 1, STATE_PENDING);
    sign_decision(fixture, &decision, &lin, ACT_APPROVE, &report, 1);
    do_step(fixture, decide_body, &decision);
    assert_int_equal(decision.result, CHANGE_DONE);
    do_step(fixture, decide_body, &decision);
    assert_int_equal(decision.result, CHANGE_SAME);
    /* Nor may anybody who kept it approve again what was reverted. */
    assert_int_equal(decide(fixture, &lin, ACT_REVERT, &report, 1), CHANGE_DONE);
    do_step(fixture, decide_body, &decision);
    assert_int_equal(decision.result, CHANGE_SAME);
    assert_int_equal(decision.state, STATE_PENDING);
    assert_int_equal(get(fixture, &report).report.state, STATE_PENDING);
    buffer_finish(&decision.line);
}

static enum change_result decide_badly(struct fixture *fixture, struct decision *decision)
{
    do_step(fixture, decide_body, decision);
    buffer_finish(&decision->line);
    return decision->result;
}

static void a_decision_that_does_not_fit_is_refused_with_its_reason(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    struct person stranger = {0};
    struct person retired = {0};
    struct decision decision;
    struct stored_report report = make(fixture, &lin, 1, STATE_PENDING);
    struct stored_report absent = sample(fixture, 2);
    add_person(fixture, &lin, "lin");
    add_person(fixture, &retired, "wei");
    retire_person(fixture, &retired);
    sign_keypair(stranger.moderator.key, &stranger.secret);

    sign_decision(fixture, &decision, &stranger, ACT_APPROVE, &report, 1);
    assert_int_equal(decide_badly(fixture, &decision), CHANGE_CONFLICT);
    assert_int_equal(decision.reason.kind, ERROR_DENIED);
    sign_decision(fixture, &decision, &retired, ACT_APPROVE, &report, 1);
    assert_int_equal(decide_badly(fixture, &decision), CHANGE_CONFLICT);
    assert_int_equal(decision.reason.kind, ERROR_DENIED);
    sign_decision(fixture, &decision, &lin, ACT_APPROVE, &absent, 1);
    assert_int_equal(decide_badly(fixture, &decision), CHANGE_NOT_FOUND);
    assert_int_equal(decision.reason.kind, ERROR_NOT_FOUND);
    sign_decision(fixture, &decision, &lin, ACT_APPROVE, &report, 2);
    assert_int_equal(decide_badly(fixture, &decision), CHANGE_CONFLICT);
    assert_non_null(strstr(decision.reason.text, "version 1"));
    sign_decision(fixture, &decision, &lin, ACT_APPROVE, &report, 1);
    snprintf(decision.entry.survey, sizeof decision.entry.survey, "elsewhere");
    assert_int_equal(decide_badly(fixture, &decision), CHANGE_CONFLICT);
    assert_int_equal(decision.reason.kind, ERROR_INVALID);
    assert_int_equal(get(fixture, &report).report.state, STATE_PENDING);
}

static void the_approved_version_stands_until_the_new_one_is_decided(void **state)
{
    static const struct {
        enum entry_act act;
        bool published;
        uint32_t version;
    } rows[] = {{ACT_APPROVE, true, 3}, {ACT_REJECT, false, 0}, {ACT_WITHHOLD, false, 0}};
    struct fixture *fixture = *state;
    struct person lin = {0};
    add_person(fixture, &lin, "lin");
    for (uint32_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct stored_report report = make(fixture, &lin, i, STATE_APPROVED);
        for (int turn = 0; turn < 2; turn++) {
            report.content_hash[0]++;
            report.station = 8 + turn;
            report.note = turn == 0 ? "first thought" : "second thought";
            assert_int_equal(amend(fixture, &report), CHANGE_DONE);
            assert_int_equal(amend(fixture, &report), CHANGE_SAME);
        }
        struct seen current = get(fixture, &report);
        assert_int_equal(current.report.version, 3);
        assert_int_equal(current.report.state, STATE_PENDING);
        assert_int_equal(current.report.station, 9);
        assert_string_equal(current.note, "second thought");
        struct seen public = get_published(fixture, &report);
        assert_int_equal(public.report.version, 1);
        assert_int_equal(public.report.station, 7);
        assert_string_equal(public.note, "");
        assert_int_equal(count(fixture).pending[9], 1);
        assert_int_equal(count(fixture).pending[8], 0);
        assert_int_equal(decide(fixture, &lin, rows[i].act, &report, 1), CHANGE_CONFLICT);
        assert_int_equal(decide(fixture, &lin, rows[i].act, &report, 3), CHANGE_DONE);
        assert_int_equal(count(fixture).pending[9], 0);
        public = get_published(fixture, &report);
        assert_int_equal(public.found, rows[i].published);
        assert_int_equal(public.report.version, rows[i].version);
        assert_string_equal(get(fixture, &report).note, "second thought");
    }
}

static void anything_but_a_withdrawn_report_may_be_amended(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    add_person(fixture, &lin, "lin");
    for (uint32_t i = 0; i < ARRAY_LENGTH(all_states); i++) {
        struct stored_report report = make(fixture, &lin, i, all_states[i]);
        report.content_hash[0]++;
        assert_int_equal(amend(fixture, &report),
                         all_states[i] == STATE_WITHDRAWN ? CHANGE_CONFLICT : CHANGE_DONE);
        if (all_states[i] == STATE_WITHDRAWN)
            continue;
        struct seen seen = get(fixture, &report);
        assert_int_equal(seen.report.state, STATE_PENDING);
        assert_int_equal(seen.report.version, 2);
        assert_string_equal(seen.report.reason, "");
    }
    assert_int_equal(count(fixture).counts.pending_all, 4);
    struct stored_report absent = sample(fixture, 99);
    assert_int_equal(amend(fixture, &absent), CHANGE_NOT_FOUND);
    assert_int_equal(withdraw(fixture, &absent), CHANGE_NOT_FOUND);
}

static bool file_has(const struct fixture *fixture, const char *name, const char *word)
{
    char path[160];
    struct error error = {0};
    auto_buffer struct buffer bytes = {0};
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    if (!file_read(path, 1 << 26, &bytes, &error))
        return false;
    return bytes.length > 0 && memmem(bytes.data, bytes.length, word, strlen(word)) != NULL;
}

static bool any_file_has(const struct fixture *fixture, const char *word)
{
    return file_has(fixture, "z.db", word) || file_has(fixture, "z.db-wal", word);
}

static void withdrawing_erases_the_words_from_the_files(void **state)
{
    static const char canary[] = "canary-in-the-public-note";
    static const char sealed[] = "canary-in-the-sealed-note";
    struct fixture *fixture = *state;
    struct person lin = {0};
    add_person(fixture, &lin, "lin");
    for (uint32_t round = 0; round < 4; round++) {
        struct stored_report report = sample(fixture, round);
        report.note = canary;
        report.sealed_note = sealed;
        report.sealed_length = sizeof sealed;
        report.has_reporter = true;
        memcpy(report.reporter, "canary-reporter!", sizeof report.reporter);
        put(fixture, &report);
        if (round == 1)
            fixture_reopen(fixture);
        if (round == 2)
            decide(fixture, &lin, ACT_APPROVE, &report, 1);
        if (round == 3) {
            decide(fixture, &lin, ACT_APPROVE, &report, 1);
            report.content_hash[0]++;
            amend(fixture, &report);
        }
        assert_true(any_file_has(fixture, canary));
        assert_int_equal(withdraw(fixture, &report), CHANGE_DONE);
        assert_int_equal(withdraw(fixture, &report), CHANGE_SAME);
        assert_false(any_file_has(fixture, canary));
        assert_false(any_file_has(fixture, sealed));
        assert_false(any_file_has(fixture, "canary-reporter!"));
        struct seen seen = get(fixture, &report);
        assert_int_equal(seen.report.state, STATE_WITHDRAWN);
        assert_int_equal(seen.report.station, -1);
        assert_memory_equal(seen.report.content_hash, report.content_hash,
                            sizeof report.content_hash);
        assert_false(seen.report.has_reporter);
        assert_false(get_published(fixture, &report).found);
    }
    assert_int_equal(count(fixture).counts.pending_all, 0);
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

static void no_story_leaves_a_fault_between_the_tables(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    add_person(fixture, &lin, "lin");
    uint32_t seed = 1;
    for (int turn = 0; turn < 600; turn++) {
        seed = seed * 1664525 + 1013904223;
        struct stored_report report = sample(fixture, seed >> 8 & 31);
        uint32_t version = get(fixture, &report).report.version;
        report.content_hash[1] = (uint8_t)(seed >> 16);
        report.note = (seed & 0x10000) != 0 ? "note" : NULL;
        report.sealed_note = (seed & 0x20000) != 0 ? "box" : NULL;
        report.sealed_length = report.sealed_note == NULL ? 0 : 4;
        report.has_reporter = (seed & 0x40000) != 0;
        report.reporter[0] = (uint8_t)(seed >> 24 & 3);
        switch (seed >> 28) {
        case 0:
            (void)withdraw(fixture, &report);
            break;
        case 1:
        case 2:
            (void)amend(fixture, &report);
            break;
        case 3:
        case 4:
        case 5:
        case 6:
        case 7:
            (void)decide(fixture, &lin, (enum entry_act)(seed >> 28 & 3), &report, version);
            break;
        case 8:
            fixture_reopen(fixture);
            break;
        default:
            (void)put(fixture, &report);
        }
    }
    int faults = 0;
    do_step(fixture, check_body, &faults);
    assert_int_equal(faults, 0);
    uint64_t before = count(fixture).counts.pending_all;
    fixture_reopen(fixture);
    assert_int_equal(count(fixture).counts.pending_all, before);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)
    const struct CMUnitTest tests[] = {
        CASE(the_state_machine_is_this_table),
        CASE(a_decision_is_kept_with_its_exact_entry),
        CASE(the_log_has_every_act_in_order),
        CASE(the_identical_entry_again_changes_nothing),
        CASE(a_decision_that_does_not_fit_is_refused_with_its_reason),
        CASE(the_approved_version_stands_until_the_new_one_is_decided),
        CASE(anything_but_a_withdrawn_report_may_be_amended),
        CASE(withdrawing_erases_the_words_from_the_files),
        CASE(no_story_leaves_a_fault_between_the_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
