#include "tests/unit/moderation_fixture.h"

#include "moderation/guard.h"
#include "moderation/signature.h"

/* A request as a moderator's tool sends it; each test changes one thing. */
struct attempt {
    struct signed_request part;
    struct signature_parameters parameters;
    struct signature_headers values;
    struct http_pair headers[3];
    struct http_exchange exchange;
};

static void sign_attempt(struct attempt *attempt, const struct person *person, int64_t created)
{
    *attempt = (struct attempt){
        .part = {"GET", "/api/v1/moderation/reports", "state=pending", "", 0},
        .parameters.created = created,
    };
    memcpy(attempt->parameters.key, person->key, SIGN_PUBLIC_SIZE);
    signature_nonce(attempt->parameters.nonce);
    signature_make(&attempt->part, &attempt->parameters, &person->secret, &attempt->values);
}

static unsigned send_attempt(struct fixture *fixture, struct attempt *attempt)
{
    struct http_exchange exchange = {.request = {.method = HTTP_GET,
                                                 .path = attempt->part.path,
                                                 .query = attempt->part.query,
                                                 .body = attempt->part.body,
                                                 .body_length = attempt->part.body_length}};
    struct asker asker;
    unsigned status = 200;

    attempt->headers[0] = (struct http_pair){"content-digest", attempt->values.content_digest.data};
    attempt->headers[1] = (struct http_pair){"signature-input", attempt->values.input.data};
    attempt->headers[2] = (struct http_pair){"signature", attempt->values.signature.data};
    exchange.request.headers = attempt->headers;
    exchange.request.header_count = ARRAY_LENGTH(attempt->headers);
    if (!guard_passes(&exchange, &fixture->app, &asker))
        status = exchange.reply.status;
    else
        assert_memory_equal(asker.key, attempt->parameters.key, SIGN_PUBLIC_SIZE);
    http_exchange_finish(&exchange);
    return status;
}

static unsigned send_as(struct fixture *fixture, const struct person *person, int64_t created)
{
    struct attempt attempt;
    unsigned status;

    sign_attempt(&attempt, person, created);
    status = send_attempt(fixture, &attempt);
    signature_headers_finish(&attempt.values);
    return status;
}

static void lets_active_moderators_pass_alone(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(send_as(fixture, &fixture->active, NOON), 200);
    assert_int_equal(send_as(fixture, &fixture->retired, NOON), 403);
    assert_int_equal(send_as(fixture, &fixture->unknown, NOON), 401);
}

static void takes_a_signature_for_sixty_seconds(void **state)
{
    struct fixture *fixture = *state;

    fixture->now = NOON + 1000;
    assert_int_equal(send_as(fixture, &fixture->active, NOON + 1000 - 61), 401);
    assert_int_equal(send_as(fixture, &fixture->active, NOON + 1000 - 60), 200);
    assert_int_equal(send_as(fixture, &fixture->active, NOON + 1000 + 60), 200);
    assert_int_equal(send_as(fixture, &fixture->active, NOON + 1000 + 61), 401);
}

static void refuses_a_signature_from_before_the_start(void **state)
{
    struct fixture *fixture = *state;

    fixture->now = NOON + 5;
    assert_int_equal(send_as(fixture, &fixture->active, NOON - 1), 401);
    assert_int_equal(send_as(fixture, &fixture->active, NOON), 200);
}

static void takes_a_nonce_once(void **state)
{
    struct fixture *fixture = *state;
    struct attempt attempt;

    sign_attempt(&attempt, &fixture->active, NOON);
    assert_int_equal(send_attempt(fixture, &attempt), 200);
    assert_int_equal(send_attempt(fixture, &attempt), 401);
    signature_headers_finish(&attempt.values);
}

/* Old nonces are forgotten only once their signatures are too old themselves. */
static void remembers_nonces_through_thousands_of_requests(void **state)
{
    struct fixture *fixture = *state;
    struct attempt first;

    sign_attempt(&first, &fixture->active, NOON);
    assert_int_equal(send_attempt(fixture, &first), 200);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(send_as(fixture, &fixture->active, NOON), 200);
    fixture->now = NOON + 60;
    assert_int_equal(send_attempt(fixture, &first), 401);
    signature_headers_finish(&first.values);
}

static void a_refused_signature_leaves_its_nonce_unused(void **state)
{
    struct fixture *fixture = *state;
    struct attempt attempt;

    sign_attempt(&attempt, &fixture->active, NOON);
    attempt.part.query = "state=approved";
    assert_int_equal(send_attempt(fixture, &attempt), 401);
    attempt.part.query = "state=pending";
    assert_int_equal(send_attempt(fixture, &attempt), 200);
    signature_headers_finish(&attempt.values);
}

static void refuses_any_part_that_was_changed(void **state)
{
    static const struct signed_request changed[] = {
        {"GET", "/api/v1/moderation/report", "state=pending", "", 0},
        {"GET", "/api/v1/moderation/reports", "", "", 0},
        {"GET", "/api/v1/moderation/reports", "state=pending", "x", 1},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ARRAY_LENGTH(changed); i++) {
        struct attempt attempt;
        sign_attempt(&attempt, &fixture->active, NOON);
        attempt.part = changed[i];
        assert_int_equal(send_attempt(fixture, &attempt), 401);
        signature_headers_finish(&attempt.values);
    }
}

static void every_header_is_needed(void **state)
{
    struct fixture *fixture = *state;

    for (size_t missing = 0; missing < 3; missing++) {
        struct attempt attempt;
        struct buffer *values[3];
        sign_attempt(&attempt, &fixture->active, NOON);
        values[0] = &attempt.values.content_digest;
        values[1] = &attempt.values.input;
        values[2] = &attempt.values.signature;
        buffer_clear(values[missing]);
        buffer_text(values[missing], "");
        values[missing]->data[0] = '\0';
        assert_int_equal(send_attempt(fixture, &attempt), 401);
        signature_headers_finish(&attempt.values);
    }
}

static void the_unix_socket_needs_no_signature(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {.request = {.local = true}};
    struct asker asker;

    assert_true(guard_passes(&exchange, &fixture->app, &asker));
    assert_false(asker.has_key);
    exchange.request.local = false;
    assert_false(guard_passes(&exchange, &fixture->app, &asker));
    assert_int_equal(exchange.reply.status, 401);
    http_exchange_finish(&exchange);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lets_active_moderators_pass_alone, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(takes_a_signature_for_sixty_seconds, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(refuses_a_signature_from_before_the_start, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(takes_a_nonce_once, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(remembers_nonces_through_thousands_of_requests,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_refused_signature_leaves_its_nonce_unused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(refuses_any_part_that_was_changed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(every_header_is_needed, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(the_unix_socket_needs_no_signature, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests_name("moderation guard", tests, NULL, NULL);
}
