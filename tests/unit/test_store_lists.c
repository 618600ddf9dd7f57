#include <fcntl.h>

#include "tests/unit/store_fixture.h"

enum {
    SEEN_MAX = 400
};

struct listing {
    struct report_filter filter;
    uint32_t numbers[SEEN_MAX]; /* of sample() */
    struct stored_report reports[SEEN_MAX];
    size_t count;
    char *next;
    bool bad_after;
};

static uint32_t number_of(const uint8_t uuid[UUID_SIZE])
{
    return (uint32_t)uuid[0] << 24 | (uint32_t)uuid[1] << 16 | (uint32_t)uuid[2] << 8 | uuid[3];
}

static void keep_report(void *context, const struct stored_report *report)
{
    struct listing *listing = context;
    assert_true(listing->count < SEEN_MAX);
    listing->reports[listing->count] = *report;
    listing->numbers[listing->count++] = number_of(report->uuid);
}

static bool page_body(struct session *session, void *context, struct error *error)
{
    struct listing *listing = context;
    return session_page(session, &listing->filter, keep_report, listing, &listing->next,
                        &listing->bad_after, error);
}

/* All pages one after the other. */
static void list(struct fixture *fixture, struct listing *listing)
{
    auto_free char *after = NULL;
    listing->count = 0;
    do {
        listing->filter.after = after;
        size_t before = listing->count;
        do_step(fixture, page_body, listing);
        assert_false(listing->bad_after);
        assert_true(listing->count - before <= listing->filter.limit);
        assert_true(listing->next == NULL || listing->count - before == listing->filter.limit);
        free(after);
        after = listing->next;
    } while (after != NULL);
}

enum {
    REPORTS = 120
};

/* Every state, three stations, several visits and arrivals, in staging, main and amendment. */
static void fill(struct fixture *fixture, struct person *lin)
{
    static const char *const visits[] = {"2023-12-20T08:30+08:00", "2022", "2023-11", "2023-12-20",
                                         "2024-06-01"};
    add_person(fixture, lin, "lin");
    for (uint32_t i = 0; i < REPORTS; i++) {
        struct stored_report report = sample(fixture, i * 7919 % 1000);
        report.station = 7 + (int)(i % 3);
        report.arrived = NOON - (int64_t)(i * 31 % 5) * 3600;
        set_visited(fixture, &report, visits[i * 13 % ARRAY_LENGTH(visits)]);
        assert_int_equal(put(fixture, &report), PUT_CREATED);
        if (i % 8 < 3)
            decide(fixture, lin, (enum entry_act)(i % 8), &report, 1);
        if (i % 8 == 3)
            withdraw(fixture, &report);
        if (i % 16 == 0) {
            report.content_hash[0] ^= 0xff;
            report.station = 10;
            amend(fixture, &report);
        }
        if (i == REPORTS / 2)
            fixture_reopen(fixture);
    }
}

static bool passes(const struct report_filter *filter, const struct stored_report *report)
{
    return (filter->published || filter->any_state || report->state == filter->state) &&
           (filter->station < 0 || report->station == filter->station);
}

static int64_t key_of(enum report_order order, const struct stored_report *report)
{
    if (order == ORDER_NEWEST_VISIT)
        return -(report->state == STATE_WITHDRAWN ? 0 : (int64_t)report->visited.last);
    return order == ORDER_OLDEST_ARRIVAL ? report->arrived : 0;
}

static void check_order(const struct listing *listing)
{
    enum report_order order = listing->filter.order;
    for (size_t i = 1; i < listing->count; i++) {
        int64_t before = key_of(order, &listing->reports[i - 1]);
        int64_t after = key_of(order, &listing->reports[i]);
        bool by_id = order == ORDER_NEWEST_VISIT ? listing->numbers[i - 1] > listing->numbers[i]
                                                 : listing->numbers[i - 1] < listing->numbers[i];
        assert_true(before < after || (before == after && by_id));
    }
}

/* What the list should have, found one by one. */
static size_t expected(struct fixture *fixture, const struct report_filter *filter)
{
    size_t count = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        struct stored_report report = sample(fixture, i);
        struct seen seen =
            filter->published ? get_published(fixture, &report) : get(fixture, &report);
        count += seen.found && passes(filter, &seen.report);
    }
    return count;
}

static void every_list_is_complete_and_in_order_whatever_the_page(void **state)
{
    static const uint32_t limits[] = {1, 7, 200};
    struct fixture *fixture = *state;
    struct person lin = {0};
    auto_free struct listing *listing = memory_zeroed(1, sizeof *listing);
    fill(fixture, &lin);
    for (int kind = -2; kind <= STATE_WITHDRAWN; kind++) {
        for (int station = -1; station < 11; station += station < 0 ? 8 : 1) {
            listing->filter = (struct report_filter){
                .published = kind == -2,
                .any_state = kind == -1,
                .state = kind < 0 ? STATE_PENDING : (enum report_state)kind,
                .station = station,
            };
            size_t count = expected(fixture, &listing->filter);
            for (size_t i = 0; i < ARRAY_LENGTH(limits) * 3; i++) {
                listing->filter.limit = limits[i % ARRAY_LENGTH(limits)];
                listing->filter.order = (enum report_order)(i / ARRAY_LENGTH(limits));
                list(fixture, listing);
                assert_int_equal(listing->count, count);
                check_order(listing);
            }
        }
    }
}

static void a_mark_of_another_list_is_refused(void **state)
{
    static const char *const marks[] = {"x", "!!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                        "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct fixture *fixture = *state;
    auto_free struct listing *listing = memory_zeroed(1, sizeof *listing);
    listing->filter = (struct report_filter){
        .any_state = true, .station = -1, .order = ORDER_NEWEST_VISIT, .limit = 5};
    for (size_t i = 0; i < ARRAY_LENGTH(marks); i++) {
        listing->filter.after = marks[i];
        do_step(fixture, page_body, listing);
        assert_true(listing->bad_after);
        assert_null(listing->next);
    }
}

static void counts_follow_every_state(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    fill(fixture, &lin);
    for (int round = 0; round < 2; round++) {
        struct counted counted = count(fixture);
        uint64_t all = 0;
        for (int station = 7; station <= 10; station++) {
            struct report_filter filter = {.state = STATE_PENDING, .station = station};
            assert_int_equal(counted.pending[station], expected(fixture, &filter));
            all += counted.pending[station];
        }
        assert_int_equal(counted.counts.pending_all, all);
        assert_int_equal(counted.counts.withheld, REPORTS / 8);
        fixture_reopen(fixture);
    }
    struct counted late = {.since = INT64_MAX};
    do_step(fixture, counts_body, &late);
    assert_int_equal(late.counts.withheld, 0);
}

struct published {
    int station;
    struct published_answer answers[SEEN_MAX];
    size_t count;
};

static void keep_answer(void *context, const struct published_answer *answer)
{
    struct published *published = context;
    assert_true(published->count < SEEN_MAX);
    published->answers[published->count++] = *answer;
}

static bool published_body(struct session *session, void *context, struct error *error)
{
    struct published *published = context;
    return session_published(session, published->station, keep_answer, published, error);
}

static void what_the_aggregator_gets_is_what_is_public(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    auto_free struct published *published = memory_zeroed(1, sizeof *published);
    fill(fixture, &lin);
    for (published->station = -1; published->station < 11; published->station++) {
        struct report_filter filter = {.published = true, .station = published->station};
        published->count = 0;
        do_step(fixture, published_body, published);
        assert_int_equal(published->count, expected(fixture, &filter));
        for (size_t i = 0; i < published->count; i++) {
            const struct published_answer *answer = &published->answers[i];
            struct stored_report report = sample(fixture, number_of(answer->uuid));
            struct seen seen = get_published(fixture, &report);
            assert_true(i == 0 || number_of(answer[-1].uuid) < number_of(answer->uuid));
            assert_int_equal(answer->station, seen.report.station);
            assert_int_equal(answer->visited.first, seen.report.visited.first);
            assert_int_equal(answer->visited.last, seen.report.visited.last);
            assert_memory_equal(answer->answers, seen.report.answers, sizeof answer->answers);
            assert_true(answer->reporter_number == UINT32_MAX);
        }
    }
}

static void reporters_are_numbered_and_forgotten_with_their_last_report(void **state)
{
    struct fixture *fixture = *state;
    struct person lin = {0};
    auto_free struct published *published = memory_zeroed(1, sizeof *published);
    published->station = -1;
    add_person(fixture, &lin, "lin");
    for (uint32_t i = 0; i < 6; i++) {
        struct stored_report report = sample(fixture, i);
        report.has_reporter = true;
        report.reporter[0] = (uint8_t)(i % 2);
        put(fixture, &report);
        decide(fixture, &lin, ACT_APPROVE, &report, 1);
        assert_int_equal(get(fixture, &report).report.reporter_number, 1 + i % 2);
    }
    do_step(fixture, published_body, published);
    assert_int_equal(published->answers[0].reporter_number, 1);
    assert_int_equal(published->answers[1].reporter_number, 2);
    assert_int_equal(published->answers[4].reporter_number, 1);
    for (uint32_t i = 0; i < 6; i += 2) {
        struct stored_report report = sample(fixture, i);
        withdraw(fixture, &report);
    }
    struct stored_report again = sample(fixture, 50);
    again.has_reporter = true;
    put(fixture, &again);
    decide(fixture, &lin, ACT_APPROVE, &again, 1);
    /* A number is not given to somebody else, nor to the same one again. */
    assert_int_equal(get(fixture, &again).report.reporter_number, 3);
}

struct version {
    struct version_row row;
    char seen[200];
    int64_t known_at, major;
};

static bool version_body(struct session *session, void *context, struct error *error)
{
    return session_version_put(session, context, error);
}

static void keep_version(void *context, const struct version_row *row)
{
    struct version *version = context;
    size_t length = strlen(version->seen);
    snprintf(version->seen + length, sizeof version->seen - length, "%d.%d@%d=%.*s ",
             (int)row->major, (int)row->minor, (int)row->at, (int)row->length,
             (const char *)row->body);
}

static bool versions_body(struct session *session, void *context, struct error *error)
{
    struct version *version = context;
    return session_versions(session, "knots", version->major, version->known_at, keep_version,
                            version, error);
}

static void versions_tell_what_was_published_when(void **state)
{
    static const struct version_row rows[] = {
        {"knots", 1, 0, 100, "a", 1},  {"knots", 1, 1, 100, "b", 1},  {"knots", 2, 0, 100, "c", 1},
        {"model", 0, 0, 100, "m", 1},  {"knots", 1, 0, 200, "a", 1},  /* the same: nothing */
        {"knots", 1, 0, 300, "A", 1},  {"knots", 1, 1, 300, "", 0},   /* gone */
        {"knots", 3, 0, 300, "", 0},                                  /* was never there */
        {"knots", 2, 0, 400, "C", 1},  {"knots", 2, 0, 400, "CC", 2}, /* the same moment */
        {"knots", 1, 0, 250, "AA", 2},                                /* a clock set back */
    };

    static const struct {
        int64_t known_at, major;
        const char *seen;
    } expected[] = {
        {99, -1, ""},
        {100, -1, "1.0@100=a 1.1@100=b 2.0@100=c "},
        {299, -1, "1.0@100=a 1.1@100=b 2.0@100=c "},
        {300, -1, "1.0@300=AA 2.0@100=c "},
        {399, 2, "2.0@100=c "},
        {9999, -1, "1.0@300=AA 2.0@400=CC "},
        {9999, 1, "1.0@300=AA "},
        {9999, 3, ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct version_row row = rows[i];
        do_step(fixture, version_body, &row);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        struct version version = {.known_at = expected[i].known_at, .major = expected[i].major};
        do_step(fixture, versions_body, &version);
        assert_string_equal(version.seen, expected[i].seen);
    }
}

struct copying {
    struct store_backup backup;
    bool finished;
};

static void copying_finish(struct store_job *job)
{
    ((struct copying *)job)->finished = true;
}

static void copy_out(int fd, uint64_t size, const char *path)
{
    char bytes[4096];
    FILE *file = fopen(path, "wb");
    for (ssize_t got = read(fd, bytes, sizeof bytes); got > 0;
         got = read(fd, bytes, sizeof bytes)) {
        assert_int_equal(fwrite(bytes, 1, (size_t)got, file), (size_t)got);
        size -= (uint64_t)got;
    }
    assert_int_equal(size, 0);
    fclose(file);
}

static void a_backup_is_made_while_reports_arrive_and_can_be_opened(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    struct person lin = {0};
    struct store_collector *collector = store_collector_create(&error);
    struct copying copying = {.backup.job = {.collector = collector, .finish = copying_finish}};
    struct copying second = {.backup.job = {.collector = collector, .finish = copying_finish}};
    fill(fixture, &lin);
    assert_true(store_backup(fixture->store, &copying.backup, &error));
    bool refused = !store_backup(fixture->store, &second.backup, &error);
    for (uint32_t i = 5000; !copying.finished || (!refused && !second.finished); i++) {
        struct stored_report report = sample(fixture, i);
        assert_int_equal(put(fixture, &report), PUT_CREATED);
        (void)store_collect(collector);
    }
    assert_int_equal(copying.backup.job.error.kind, ERROR_NONE);
    if (!refused)
        close(second.backup.fd);
    struct report_filter everything = {.any_state = true, .station = -1};
    size_t count = expected(fixture, &everything);
    fixture_close(fixture);
    snprintf(fixture->path, sizeof fixture->path, "%s/copy.db", fixture->folder);
    copy_out(copying.backup.fd, copying.backup.size, fixture->path);
    close(copying.backup.fd);
    fixture_open(fixture);
    assert_int_equal(expected(fixture, &everything), count);
    store_collector_destroy(collector);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)
    const struct CMUnitTest tests[] = {
        CASE(every_list_is_complete_and_in_order_whatever_the_page),
        CASE(a_mark_of_another_list_is_refused),
        CASE(counts_follow_every_state),
        CASE(what_the_aggregator_gets_is_what_is_public),
        CASE(reporters_are_numbered_and_forgotten_with_their_last_report),
        CASE(versions_tell_what_was_published_when),
        CASE(a_backup_is_made_while_reports_arrive_and_can_be_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
