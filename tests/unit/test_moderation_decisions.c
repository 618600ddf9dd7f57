#include "tests/unit/moderation_fixture.h"

#include "moderation/canonical.h"
#include "moderation/review.h"

static struct entry make_entry(const struct fixture *fixture, enum entry_act act, const char *id)
{
    struct entry entry = {.act = act, .at = NOON, .by = BY_MODERATOR, .version = 1};

    assert_true(uuid_parse(id, strlen(id), entry.report));
    memcpy(entry.survey, fixture->survey->id, strlen(fixture->survey->id) + 1);
    if (act != ACT_REVERT)
        memcpy(entry.reason, act == ACT_APPROVE ? "ok" : "spam", 5 - (act == ACT_APPROVE) * 2);
    return entry;
}

static void print_signed(struct entry *entry, const struct person *person, struct buffer *body)
{
    auto_buffer struct buffer line = {0};

    entry_sign(entry, &person->secret);
    entry_print(entry, &line);
    buffer_json(body, line.data, line.length);
}

/* Posts a body over the "Unix socket"; the caller releases the JSON. */
static json_t *post(struct fixture *fixture, const struct buffer *body, unsigned *status_out)
{
    struct http_exchange exchange = {.request = {.method = HTTP_POST,
                                                 .path = "/api/v1/moderation/decisions",
                                                 .query = "",
                                                 .body = body->data,
                                                 .body_length = body->length,
                                                 .local = true}};
    json_t *json;

    *status_out = fixture_request(fixture, handle_decisions, &exchange);
    json = json_loadb(exchange.reply.body.data, exchange.reply.body.length, 0, NULL);
    assert_non_null(json);
    http_exchange_finish(&exchange);
    return json;
}

/* One entry: the status of the reply must be that of its result. */
static unsigned decide(struct fixture *fixture, struct entry entry, const struct person *person)
{
    auto_buffer struct buffer body = {0};
    unsigned status;
    json_t *json;
    const json_t *result;

    buffer_text(&body, "{\"entries\":[");
    print_signed(&entry, person, &body);
    buffer_text(&body, "]}");
    json = post(fixture, &body, &status);
    result = json_array_get(json_object_get(json, "results"), 0);
    assert_int_equal(json_integer_value(json_object_get(result, "status")), status);
    assert_int_equal(json_is_true(json_object_get(result, "ok")), status == 200);
    assert_int_equal(json_is_null(json_object_get(result, "error")), status == 200);
    json_decref(json);
    return status;
}

static void a_report_is_decided_once(void **state)
{
    struct fixture *fixture = *state;
    struct entry approval = make_entry(fixture, ACT_APPROVE, report_id);
    struct entry again = approval;

    again.at++;
    assert_int_equal(decide(fixture, approval, &fixture->active), 200);
    assert_int_equal(decide(fixture, approval, &fixture->active), 200);
    assert_int_equal(decide(fixture, again, &fixture->active), 409);
    assert_int_equal(decide(fixture, make_entry(fixture, ACT_REJECT, report_id), &fixture->active),
                     409);
    assert_int_equal(decide(fixture, make_entry(fixture, ACT_REVERT, report_id), &fixture->active),
                     200);
    assert_int_equal(decide(fixture, again, &fixture->active), 200);
}

static void refuses_what_a_decision_may_not_say(void **state)
{
    static const uint8_t right_to_left[] = {0xE2, 0x80, 0xAE, '!', 0}; /* U+202E */
    struct fixture *fixture = *state;
    struct entry entries[7];

    for (size_t i = 0; i < ARRAY_LENGTH(entries); i++)
        entries[i] = make_entry(fixture, i < 2 ? ACT_APPROVE : ACT_REJECT, report_id);
    memcpy(entries[0].reason, "spam", 5);
    memcpy(entries[1].survey, "elsewhere", 10);
    memcpy(entries[2].reason, "ok", 3);
    memcpy(entries[3].reason, "boring", 7);
    memcpy(entries[4].reason, "other", 6);
    entries[5].at = NOON + 301;
    memcpy(entries[6].note, right_to_left, sizeof right_to_left);
    for (size_t i = 0; i < ARRAY_LENGTH(entries); i++)
        assert_int_equal(decide(fixture, entries[i], &fixture->active), 422);
    memcpy(entries[4].note, "why", 4);
    assert_int_equal(decide(fixture, entries[4], &fixture->active), 200);
}

static void tells_why_by_its_status(void **state)
{
    static const char nobody[] = "00000000-0000-4000-8000-000000000000";
    struct fixture *fixture = *state;
    struct entry moved_on = make_entry(fixture, ACT_APPROVE, report_id);

    moved_on.version = 2;
    assert_int_equal(decide(fixture, moved_on, &fixture->active), 409);
    assert_int_equal(decide(fixture, make_entry(fixture, ACT_APPROVE, nobody), &fixture->active),
                     404);
    assert_int_equal(
        decide(fixture, make_entry(fixture, ACT_APPROVE, report_id), &fixture->retired), 403);
    assert_int_equal(
        decide(fixture, make_entry(fixture, ACT_APPROVE, report_id), &fixture->unknown), 403);
    assert_int_equal(decide(fixture, make_entry(fixture, ACT_REVERT, report_id), &fixture->active),
                     409);
}

static void several_entries_have_a_status_each(void **state)
{
    struct fixture *fixture = *state;
    struct entry entries[3];
    static const unsigned expected[] = {200, 409, 200, 422, 422};
    auto_buffer struct buffer body = {0};
    unsigned status;
    json_t *json;

    entries[0] = make_entry(fixture, ACT_APPROVE, report_id);
    entries[1] = make_entry(fixture, ACT_WITHHOLD, report_id);
    entries[2] = make_entry(fixture, ACT_REJECT, other_id);
    buffer_text(&body, "{\"entries\":[");
    for (size_t i = 0; i < ARRAY_LENGTH(entries); i++) {
        print_signed(&entries[i], &fixture->active, &body);
        buffer_char(&body, ',');
    }
    buffer_text(&body, "\"{}\",7]}");
    json = post(fixture, &body, &status);
    assert_int_equal(status, 200);
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        const json_t *result = json_array_get(json_object_get(json, "results"), i);
        assert_int_equal(json_integer_value(json_object_get(result, "status")), expected[i]);
    }
    json_decref(json);
}

/* More than go to the store at once. */
static void a_long_request_is_worked_off_whole(void **state)
{
    struct fixture *fixture = *state;
    auto_buffer struct buffer body = {0};
    unsigned status;
    json_t *json;

    enum {
        MANY = 200
    };

    buffer_text(&body, "{\"entries\":[");
    for (int i = 0; i < MANY; i++) {
        struct entry entry = make_entry(fixture, ACT_APPROVE, i % 2 == 0 ? report_id : other_id);
        entry.at -= i;
        if (i > 0)
            buffer_char(&body, ',');
        print_signed(&entry, &fixture->active, &body);
    }
    buffer_text(&body, "]}");
    json = post(fixture, &body, &status);
    assert_int_equal(json_array_size(json_object_get(json, "results")), MANY);
    for (size_t i = 0; i < MANY; i++) {
        const json_t *result = json_array_get(json_object_get(json, "results"), i);
        assert_int_equal(json_integer_value(json_object_get(result, "status")), i < 2 ? 200 : 409);
    }
    json_decref(json);
}

static void an_object_is_taken_in_any_order_of_its_keys(void **state)
{
    struct fixture *fixture = *state;
    struct entry entry = make_entry(fixture, ACT_REJECT, report_id);
    auto_buffer struct buffer line = {0};
    auto_buffer struct buffer body = {0};
    unsigned status;
    json_t *json;
    json_t *object;
    json_t *turned = json_object();
    const char *key;
    json_t *value;
    char *dump;

    memcpy(entry.note, "\xE7\xAB\x99", 4);
    entry_sign(&entry, &fixture->active.secret);
    entry_print(&entry, &line);
    object = json_loadb(line.data, line.length, 0, NULL);
    json_object_set(turned, "version", json_object_get(object, "version"));
    json_object_foreach (object, key, value)
        json_object_set(turned, key, value);
    dump = json_dumps(turned, JSON_INDENT(2));
    buffer_format(&body, "{\"entries\": [%s]}", dump);
    json = post(fixture, &body, &status);
    assert_int_equal(status, 200);
    json_decref(json);
    json_decref(object);
    json_decref(turned);
    free(dump);
}

static void refuses_bodies_that_are_no_requests(void **state)
{
    static const struct {
        const char *body;
        unsigned status;
    } bad[] = {
        {"", 400},
        {"{", 400},
        {"{\"entries\":[],\"entries\":[]}", 400},
        {"[]", 422},
        {"{}", 422},
        {"{\"entries\":{}}", 422},
        {"{\"entries\":[]}", 422},
        {"{\"entries\":[\"x\"],\"more\":1}", 422},
        {"{\"entries\":[{\"act\":true}]}", 422},
        {"{\"entries\":[null]}", 422},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        auto_buffer struct buffer body = {0};
        unsigned status;
        buffer_text(&body, bad[i].body);
        buffer_bytes(&body, "", 0);
        if (body.data == NULL)
            buffer_reserve(&body, 1)[0] = '\0';
        json_decref(post(fixture, &body, &status));
        if (status != bad[i].status)
            fail_msg("%s: %u", bad[i].body, status);
    }
}

static void the_queue_shows_what_waits(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {.request = {.method = HTTP_GET, .local = true}};
    json_t *json;
    const json_t *report;

    assert_int_equal(decide(fixture, make_entry(fixture, ACT_APPROVE, other_id), &fixture->active),
                     200);
    assert_int_equal(fixture_request(fixture, handle_queue, &exchange), 200);
    json = json_loadb(exchange.reply.body.data, exchange.reply.body.length, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(json, "reports")), 1);
    report = json_array_get(json_object_get(json, "reports"), 0);
    assert_string_equal(json_string_value(json_object_get(report, "id")), report_id);
    assert_string_equal(json_string_value(json_object_get(report, "state")), "pending");
    assert_string_equal(json_string_value(json_object_get(report, "visited")), "2023-12-20");
    assert_true(json_is_null(json_object_get(json, "next")));
    json_decref(json);
    http_exchange_finish(&exchange);
}

static void canonical_lines_are_sorted_and_ascii(void **state)
{
    auto_buffer struct buffer line = {0};
    json_t *json = json_loads("{\"b\": 2, \"a\": \"\xE7\xAB\x99\", \"B\": -1}", 0, NULL);

    (void)state;
    assert_true(canonical_line(json, &line, NULL));
    assert_string_equal(line.data, "{\"B\":-1,\"a\":\"\\u7ad9\",\"b\":2}");
    json_decref(json);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_FIXTURE(a_report_is_decided_once),
        WITH_FIXTURE(refuses_what_a_decision_may_not_say),
        WITH_FIXTURE(tells_why_by_its_status),
        WITH_FIXTURE(several_entries_have_a_status_each),
        WITH_FIXTURE(a_long_request_is_worked_off_whole),
        WITH_FIXTURE(an_object_is_taken_in_any_order_of_its_keys),
        WITH_FIXTURE(refuses_bodies_that_are_no_requests),
        WITH_FIXTURE(the_queue_shows_what_waits),
        cmocka_unit_test(canonical_lines_are_sorted_and_ascii),
    };

    return cmocka_run_group_tests_name("moderation decisions", tests, NULL, NULL);
}
