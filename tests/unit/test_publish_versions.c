/* What was published, as rows: knots, arrivals, numbers, states (collector/publish/versions.h). */
#include <math.h>

#include "collector/figures/encode.h"
#include "tests/unit/place_fixture.h"

static void encode_some(const struct place *place, size_t count, struct buffer *bytes)
{
    struct knots knots = knots_of(place, 2);
    knots_encode(&knots, 0, count, bytes);
    knots_finish(&knots);
}

static void knots_come_back_bit_by_bit(void **state)
{
    const struct survey *survey = *state;
    struct rules *rules = plain_rules(survey);
    struct place *place = place_with(survey, rules, survey->earliest_visit + 3);
    struct knots unpacked = knots_of(place, 2);
    const struct knots *knots = &unpacked;
    struct knots back = {.options = knots->options};
    auto_buffer struct buffer bytes = {0};
    assert_true(knots->count > BAGOU_REPORTS);
    knots_encode(knots, 0, knots->count, &bytes);
    assert_true(knots_decode(bytes.data, bytes.length, &back));
    assert_int_equal(back.count, knots->count);
    size_t cells = knots->count * (size_t)knots->options * sizeof(double);
    assert_memory_equal(back.log_likelihood, knots->log_likelihood, cells);
    assert_memory_equal(back.weight, knots->weight, cells);
    for (size_t i = 0; i < knots->count; i++) {
        assert_float_equal(back.at[i].time, knots->at[i].time, 0);
        assert_float_equal(back.at[i].begin, knots->at[i].begin, 0);
        assert_float_equal(back.at[i].end, knots->at[i].end, 0);
        assert_int_equal(back.at[i].reports, knots->at[i].reports);
        assert_int_equal(back.at[i].fresh_reporters, knots->at[i].fresh_reporters);
    }
    knots_finish(&back);
    knots_finish(&unpacked);
    place_drop(place);
    rules_drop(rules);
}

static void broken_pieces_are_refused(void **state)
{
    const struct survey *survey = *state;
    struct rules *rules = plain_rules(survey);
    struct place *place = place_with(survey, rules, DAY_NONE);
    auto_buffer struct buffer knots = {0};
    auto_buffer struct buffer arrivals = {0};
    encode_some(place, 3, &knots);
    arrivals_encode(&place->arrivals, 0, 3, &arrivals);
    for (size_t cut = 1; cut < 12; cut++) {
        struct knots back = {.options = 3};
        assert_false(knots_decode(knots.data, knots.length - cut, &back));
        knots_finish(&back);
    }
    struct knots few = {.options = 2};
    assert_false(knots_decode(knots.data, knots.length, &few));
    assert_false(knots_decode(arrivals.data, arrivals.length, &few));
    knots_finish(&few);
    struct arrivals back = {0};
    assert_false(arrivals_decode(knots.data, knots.length, &back));
    assert_false(arrivals_decode(arrivals.data, arrivals.length - 1, &back));
    arrivals_finish(&back);
    place_drop(place);
    rules_drop(rules);
}

static void an_option_that_is_newer_is_the_least_likely(void **state)
{
    const struct survey *survey = *state;
    struct rules *rules = plain_rules(survey);
    struct place *place = place_with(survey, rules, DAY_NONE);
    auto_buffer struct buffer bytes = {0};
    struct knots wider = {.options = 4};
    encode_some(place, 1, &bytes);
    assert_true(knots_decode(bytes.data, bytes.length, &wider));
    double least = fmin(wider.log_likelihood[1], wider.log_likelihood[2]);
    assert_float_equal(wider.log_likelihood[3], least, 0);
    assert_float_equal(wider.weight[3], 0, 0);
    knots_finish(&wider);
    place_drop(place);
    rules_drop(rules);
}

static void a_new_report_rewrites_only_its_own_part_of_the_past(void **state)
{
    const struct survey *survey = *state;
    struct numbering numbering;
    struct error error = {0};
    assert_true(numbering_load(survey, NULL, &numbering, &error));
    struct rules *rules = plain_rules(survey);
    struct place *before = place_with(survey, rules, DAY_NONE);
    struct place *same = place_with(survey, rules, DAY_NONE);
    struct place *after = place_with(survey, rules, survey->earliest_visit + 1000);
    struct batch all = {0};
    struct batch none = {0};
    struct batch one = {0};
    batch_add_place(&all, &numbering, NULL, before);
    batch_add_place(&none, &numbering, before, same);
    batch_add_place(&one, &numbering, before, after);
    size_t pieces = (size_t)BAGOU_REPORTS * 7 / CHUNK_DAYS;
    assert_true(all.count >= 2 * pieces && all.count <= 2 * (pieces + 2));
    assert_int_equal(none.count, 0);
    assert_int_equal(one.count, 2);
    assert_string_equal(one.rows[0].kind, "knots");
    assert_string_equal(one.rows[1].kind, "visits");
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(one.rows[i].minor, (survey->earliest_visit + 1000) / CHUNK_DAYS);
    batch_finish(&all);
    batch_finish(&none);
    batch_finish(&one);
    place_drop(before);
    place_drop(same);
    place_drop(after);
    rules_drop(rules);
    numbering_finish(&numbering);
}

static void what_is_gone_leaves_an_empty_row(void **state)
{
    const struct survey *survey = *state;
    struct numbering numbering;
    struct error error = {0};
    assert_true(numbering_load(survey, NULL, &numbering, &error));
    struct rules *rules = plain_rules(survey);
    struct place *with = place_with(survey, rules, survey->earliest_visit + 3500);
    struct place *without = place_with(survey, rules, DAY_NONE);
    struct batch batch = {0};
    batch_add_place(&batch, &numbering, with, without);
    assert_int_equal(batch.count, 2);
    assert_int_equal(batch.rows[0].length, 0);
    assert_int_equal(batch.rows[1].length, 0);
    batch_finish(&batch);
    place_drop(with);
    place_drop(without);
    rules_drop(rules);
    numbering_finish(&numbering);
}

static void numbers_stay_when_the_catalogue_grows(void **state)
{
    const struct survey *survey = *state;
    struct numbering numbering;
    struct error error = {0};
    const char *stored =
        "{\"stations\":[\"was_there_once\",\"bagou\"],\"questions\":[\"card_topup\"]}";
    assert_true(numbering_load(survey, stored, &numbering, &error));
    int bagou = survey_station(survey, "bagou");
    int topup = survey_question(survey, "card_topup");
    assert_true(numbering.grown);
    assert_int_equal(numbering.stations[bagou], 1);
    assert_int_equal(numbering.questions[topup], 0);
    assert_int_equal(numbering_station(&numbering, survey, 1), bagou);
    assert_int_equal(numbering_station(&numbering, survey, 0), -1);
    assert_int_equal(numbering_station(&numbering, survey, -1), -1);
    assert_int_equal(numbering_question(&numbering, survey, 0), topup);
    auto_free char *text = json_dumps(numbering.json, 0);
    struct numbering again;
    assert_true(numbering_load(survey, text, &again, &error));
    assert_false(again.grown);
    for (int s = 0; s < survey->station_count; s++)
        assert_int_equal(again.stations[s], numbering.stations[s]);
    numbering_finish(&again);
    numbering_finish(&numbering);
    assert_false(numbering_load(survey, "[]", &again, &error));
}

static void a_state_comes_back(void **state)
{
    const struct survey *survey = *state;
    const struct status_change rows[] = {
        {.from = 0, .to = 1, .standing = STANDING_INFERRED, .confidence = 0.7412345},
        {.from = -1,
         .to = survey->status_none,
         .standing = STANDING_UNKNOWN,
         .confidence = nan("")},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        auto_buffer struct buffer body = {0};
        struct status_change back = {0};
        state_encode(survey, &rows[i], &body);
        assert_true(state_decode(survey, body.data, body.length, &back));
        assert_int_equal(back.from, rows[i].from);
        assert_int_equal(back.to, rows[i].to);
        assert_int_equal(back.standing, rows[i].standing);
        assert_int_equal(isnan(back.confidence), isnan(rows[i].confidence));
        if (!isnan(rows[i].confidence))
            assert_float_equal(back.confidence, rows[i].confidence, 0);
    }
    struct status_change back;
    assert_false(state_decode(survey, "anonymous", 9, &back));
    assert_false(state_decode(survey, "a b c x", 7, &back));
}

static void a_model_comes_back_to_the_last_bit(void **state)
{
    const struct survey *survey = *state;
    struct model *model = model_create(survey, model_round_span(1000));
    struct hazard *hazard = &model->questions[1].hazard;
    hazard->bins = 4;
    hazard->rate = memory_zeroed(4, sizeof(double));
    hazard->target = memory_zeroed(12, sizeof(double));
    hazard->accepted = memory_zeroed(4, 1);
    for (size_t bin = 0; bin < 4; bin++) {
        hazard->rate[bin] = bin == 2 ? 1.0 / 3 : hazard->base_rate;
        hazard->accepted[bin] = bin == 2;
        for (size_t k = 0; k < 3; k++)
            hazard->target[bin * 3 + k] = bin == 2 ? (double)k / 7 : hazard->base_target[k];
    }
    auto_buffer struct buffer text = {0};
    auto_buffer struct buffer again = {0};
    struct error error = {0};
    model_json(model, survey, &text);
    struct model *back = model_parse(survey, text.data, text.length, &error);
    assert_non_null(back);
    model_json(back, survey, &again);
    assert_string_equal(text.data, again.data);
    assert_memory_equal(back->questions[1].hazard.rate, hazard->rate, 4 * sizeof(double));
    assert_memory_equal(back->questions[1].hazard.target, hazard->target, 12 * sizeof(double));
    struct model *copy = model_with_span(back, 28);
    assert_memory_equal(copy->questions[1].hazard.target, hazard->target, 12 * sizeof(double));
    assert_null(model_parse(survey, "[", 1, &error));
    model_drop(copy);
    model_drop(back);
    model_drop(model);
}

static void the_span_moves_in_steps(void **state)
{
    (void)state;
    assert_float_equal(model_round_span(0), 28, 0);
    assert_float_equal(model_round_span(-(double)INFINITY), 28, 0);
    assert_float_equal(model_round_span(28), 28, 0);
    double span = model_round_span(1000);
    assert_true(span >= 1000 && span < 1000 * 1.1);
    assert_float_equal(model_round_span(span), span, 1e-6);
    assert_float_equal(model_round_span(span * 0.99), span, 0);
}

static void arrivals_count_reports_and_who_is_new(void **state)
{
    const struct survey *survey = *state;
    struct observed observed;
    observed_init(&observed, survey);
    const struct published_answer answers[] = {
        answer_on(100, 2, 1, 7),
        answer_on(50, 2, 1, 7),
        answer_on(50, 2, 1, CONSENSUS_NOBODY),
        answer_on(50, 2, 1, CONSENSUS_NOBODY),
        answer_on(50, 2, 0, CONSENSUS_NOBODY),
        answer_on(100, 2, 0, 9),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++)
        observed_add(&observed, &answers[i]);
    observed_close(&observed);
    struct arrivals arrivals;
    observed_arrivals(&observed, &arrivals);
    assert_int_equal(arrivals.count, 2);
    assert_int_equal(arrivals.at[0].first, 50);
    assert_int_equal(arrivals.at[0].reports, 4);
    assert_int_equal(arrivals.at[0].fresh_reporters, 3);
    assert_int_equal(arrivals.at[1].reports, 2);
    assert_int_equal(arrivals.at[1].fresh_reporters, 1);
    auto_buffer struct buffer bytes = {0};
    struct arrivals back = {0};
    arrivals_encode(&arrivals, 0, arrivals.count, &bytes);
    assert_true(arrivals_decode(bytes.data, bytes.length, &back));
    assert_int_equal(back.count, 2);
    assert_memory_equal(back.at, arrivals.at, 2 * sizeof back.at[0]);
    arrivals_finish(&back);
    arrivals_finish(&arrivals);
    observed_finish(&observed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knots_come_back_bit_by_bit),
        cmocka_unit_test(broken_pieces_are_refused),
        cmocka_unit_test(an_option_that_is_newer_is_the_least_likely),
        cmocka_unit_test(a_new_report_rewrites_only_its_own_part_of_the_past),
        cmocka_unit_test(what_is_gone_leaves_an_empty_row),
        cmocka_unit_test(numbers_stay_when_the_catalogue_grows),
        cmocka_unit_test(a_state_comes_back),
        cmocka_unit_test(a_model_comes_back_to_the_last_bit),
        cmocka_unit_test(the_span_moves_in_steps),
        cmocka_unit_test(arrivals_count_reports_and_who_is_new),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
