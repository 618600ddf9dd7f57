#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/blend.h"
#include "tests/unit/drawn_table.h"

/*
 * Questions of many options. Models are compared with plain expectation maximisation: full tables
 * of reporter × truth × answer in doubles, every probability written out.
 */
enum {
    ITERATIONS = 40
};

static const double settled = 1e-5;
static const double least = 1e-6; /* probability */

/* A set that is drawn, and who may be asked. */
struct drawn {
    size_t items, reporters, options, each; /* labels of an item */
};

static size_t truth_of(const struct drawn *drawn, size_t item)
{
    return item * 7 % drawn->options;
}

/* Reporter r is right as often as r has it; half of the errors go to the next option. */
static uint16_t say(const struct drawn *drawn, size_t item, size_t reporter, uint64_t *random)
{
    double accuracy = 0.2 + 0.75 * (double)reporter / (double)drawn->reporters;
    size_t truth = truth_of(drawn, item);
    if (draw_uniform(random) < accuracy)
        return (uint16_t)truth;
    size_t next = (truth + 1) % drawn->options;
    return (uint16_t)(draw_below(random, 2) ? next
                                            : (size_t)draw_below(random, (int)drawn->options));
}

static void draw_table(const struct drawn *drawn, struct report_table *table)
{
    struct report_table shape = daily_shape(drawn->items, 1, (uint32_t)drawn->reporters, 0);
    struct report_table_builder *builder = report_table_builder_create();
    uint64_t random = 3;
    shape.options[0] = (uint16_t)drawn->options;
    for (size_t item = 0; item < drawn->items; item++) {
        for (size_t i = 0; i < drawn->each; i++) {
            size_t r = (size_t)draw_below(&random, (int)drawn->reporters);
            struct report_table_row row = {.item = (uint32_t)item, .reporter = (uint32_t)r};
            row.answer = say(drawn, item, r, &random);
            row.weight = draw_below(&random, 4) ? 1 : 0.5F;
            report_table_add(builder, &row);
        }
    }
    report_table_build_take(builder, &shape, table);
}

/* One learner in full; tables are by truth, then answer. */
struct plain {
    struct drawn drawn;
    const struct report_table *table;
    const struct still_kind *kind;
    double *gamma;     /* item × options */
    double *count;     /* reporter × options × options */
    double *theta;     /* the same */
    double *direction; /* options × options */
    double *prior;     /* options */
};

static double *square(const struct plain *plain, double *tables, size_t reporter)
{
    return tables + reporter * plain->drawn.options * plain->drawn.options;
}

static void plain_start(struct plain *plain)
{
    size_t options = plain->drawn.options;
    for (size_t item = 0; item < plain->drawn.items; item++) {
        double *share = plain->gamma + item * options;
        double sum = 0;
        for (size_t k = 0; k < options; k++)
            share[k] = 1e-3;
        for (size_t i = plain->table->first[item]; i < plain->table->first[item + 1]; i++)
            share[plain->table->answer[i]] += (double)plain->table->weight[i];
        for (size_t k = 0; k < options; k++)
            sum += share[k];
        for (size_t k = 0; k < options; k++)
            share[k] /= sum;
    }
}

static void plain_count(struct plain *plain)
{
    size_t options = plain->drawn.options;
    memset(plain->count, 0, plain->drawn.reporters * options * options * sizeof(*plain->count));
    for (size_t k = 0; k < options; k++) {
        double sum = 1 / (double)options;
        for (size_t item = 0; item < plain->drawn.items; item++)
            sum += plain->gamma[item * options + k];
        plain->prior[k] = plain->kind->learned_classes ? sum / (double)(plain->drawn.items + 1)
                                                       : 1 / (double)options;
    }
    for (size_t item = 0; item < plain->drawn.items; item++) {
        for (size_t i = plain->table->first[item]; i < plain->table->first[item + 1]; i++) {
            double *count = square(plain, plain->count, plain->table->reporter[i]);
            for (size_t k = 0; k < options; k++)
                count[k * options + plain->table->answer[i]] +=
                    (double)plain->table->weight[i] * plain->gamma[item * options + k];
        }
    }
}

static void plain_direct(struct plain *plain)
{
    size_t options = plain->drawn.options;
    for (size_t k = 0; k < options; k++) {
        double sum = 0;
        for (size_t l = 0; l < options; l++) {
            double mass = plain->kind->pooled_direction ? 10 / (double)options : 1;
            for (size_t r = 0; plain->kind->pooled_direction && r < plain->drawn.reporters; r++)
                mass += square(plain, plain->count, r)[k * options + l];
            plain->direction[k * options + l] = k == l ? 0 : mass;
            sum += k == l ? 0 : mass;
        }
        for (size_t l = 0; l < options; l++)
            plain->direction[k * options + l] /= sum;
    }
}

struct beta {
    double right, wrong;
};

static struct beta plain_tally(const struct plain *plain, size_t reporter)
{
    size_t options = plain->drawn.options;
    const double *count = square(plain, plain->count, reporter);
    struct beta tally = {0};
    for (size_t k = 0; k < options; k++)
        for (size_t l = 0; l < options; l++)
            *(k == l ? &tally.right : &tally.wrong) += count[k * options + l];
    return tally;
}

static double log_beta(double a, double b)
{
    return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/* What accuracies are beforehand: of coins by the likelihood of their tallies. */
static struct beta plain_expect(const struct plain *plain)
{
    static const double weights[] = {2, 4, 7, 10, 20, 40, 80};
    struct beta all = {15, 5};
    struct beta best = {7.5, 2.5};
    double most = -HUGE_VAL;
    for (size_t r = 0; r < plain->drawn.reporters; r++) {
        struct beta tally = plain_tally(plain, r);
        all = (struct beta){all.right + tally.right, all.wrong + tally.wrong};
    }
    double mean = all.right / (all.right + all.wrong);
    for (size_t i = 0; plain->kind->way == STILL_COIN && i < ARRAY_LENGTH(weights); i++) {
        struct beta tried = {weights[i] * mean, weights[i] * (1 - mean)};
        double found = -pow(log(weights[i] / 10), 2) / 2;
        for (size_t r = 0; r < plain->drawn.reporters; r++) {
            struct beta tally = plain_tally(plain, r);
            found += log_beta(tried.right + tally.right, tried.wrong + tally.wrong) -
                     log_beta(tried.right, tried.wrong);
        }
        best = found > most ? tried : best;
        most = fmax(most, found);
    }
    return best;
}

static double plain_chance(const struct plain *plain, double count, double all, double prior)
{
    if (plain->kind->way == STILL_COIN)
        return prior;
    if (plain->kind->way == STILL_LAPLACE)
        return (count + 1) / (all + (double)plain->drawn.options);
    return (count + plain->kind->strength * prior) / (all + plain->kind->strength);
}

static void plain_update(struct plain *plain, size_t reporter, const struct beta *expected)
{
    size_t options = plain->drawn.options;
    const double *count = square(plain, plain->count, reporter);
    double *theta = square(plain, plain->theta, reporter);
    struct beta tally = plain_tally(plain, reporter);
    double right = expected->right + tally.right;
    double accuracy = right / (right + expected->wrong + tally.wrong);
    for (size_t k = 0; k < options; k++) {
        double all = 0;
        for (size_t l = 0; l < options; l++)
            all += count[k * options + l];
        for (size_t l = 0; l < options; l++) {
            size_t cell = k * options + l;
            double prior = k == l ? accuracy : (1 - accuracy) * plain->direction[cell];
            theta[cell] = fmax(plain_chance(plain, count[cell], all, prior), least);
        }
    }
}

/* The E step of an item; the largest change of its posterior. */
static double plain_item(struct plain *plain, size_t item)
{
    size_t options = plain->drawn.options;
    double *gamma = plain->gamma + item * options;
    auto_free double *log_p = memory_zeroed(options, sizeof(*log_p));
    double greatest = -HUGE_VAL;
    double sum = 0;
    double moved = 0;
    for (size_t k = 0; k < options; k++) {
        log_p[k] = log(plain->prior[k]);
        for (size_t i = plain->table->first[item]; i < plain->table->first[item + 1]; i++) {
            const double *theta = square(plain, plain->theta, plain->table->reporter[i]);
            log_p[k] +=
                (double)plain->table->weight[i] * log(theta[k * options + plain->table->answer[i]]);
        }
        greatest = fmax(greatest, log_p[k]);
    }
    for (size_t k = 0; k < options; k++)
        sum += exp(log_p[k] - greatest);
    for (size_t k = 0; k < options; k++) {
        double p = exp(log_p[k] - greatest) / sum;
        moved = fmax(moved, fabs(p - gamma[k]));
        gamma[k] = p;
    }
    return moved;
}

static void plain_learn(struct plain *plain)
{
    size_t tables = plain->drawn.reporters * plain->drawn.options * plain->drawn.options;
    plain->gamma = memory_zeroed(plain->drawn.items * plain->drawn.options, sizeof(double));
    plain->count = memory_zeroed(tables, sizeof(double));
    plain->theta = memory_zeroed(tables, sizeof(double));
    plain->direction = memory_zeroed(tables / plain->drawn.reporters, sizeof(double));
    plain->prior = memory_zeroed(plain->drawn.options, sizeof(double));
    double moved = 1;
    plain_start(plain);
    for (int iteration = 0; iteration < ITERATIONS && moved >= settled; iteration++) {
        plain_count(plain);
        plain_direct(plain);
        struct beta expected = plain_expect(plain);
        for (size_t r = 0; r < plain->drawn.reporters; r++)
            plain_update(plain, r, &expected);
        moved = 0;
        for (size_t item = 0; item < plain->drawn.items; item++)
            moved = fmax(moved, plain_item(plain, item));
    }
}

static void plain_finish(struct plain *plain)
{
    free(plain->gamma);
    free(plain->count);
    free(plain->theta);
    free(plain->direction);
    free(plain->prior);
}

/* All items and reporters of a table of one question. */
struct whole {
    uint32_t *items, *number;
    struct labels *labels;
};

static void take_whole(const struct report_table *table, struct whole *whole)
{
    whole->items = memory_zeroed(table->items, sizeof(*whole->items));
    whole->number = memory_zeroed(table->reporters + 1, sizeof(*whole->number));
    for (uint32_t i = 0; i < table->items; i++)
        whole->items[i] = i;
    for (uint32_t r = 0; r <= table->reporters; r++)
        whole->number[r] = r;
    struct labels_task task = {table,         whole->items,     table->items, table->options[0],
                               whole->number, table->reporters, NULL};
    whole->labels = labels_create(&task);
}

static void finish_whole(struct whole *whole)
{
    labels_destroy(whole->labels);
    free(whole->items);
    free(whole->number);
}

/* The largest difference of a posterior from the plain learner's. */
static double compare(const struct drawn *drawn, const struct report_table *table,
                      const struct still_kind *kind)
{
    struct whole whole;
    struct plain plain = {.drawn = *drawn, .table = table, .kind = kind};
    double most = 0;
    take_whole(table, &whole);
    struct still *still = still_create(whole.labels, kind, -1, NULL);
    plain_learn(&plain);
    for (size_t item = 0; item < drawn->items; item++) {
        auto_free double *p = memory_zeroed(drawn->options, sizeof(*p));
        still_add_posterior(still, item, 1, 1, p);
        for (size_t k = 0; k < drawn->options; k++)
            most = fmax(most, fabs(p[k] - plain.gamma[item * drawn->options + k]));
    }
    plain_finish(&plain);
    still_destroy(still);
    finish_whole(&whole);
    return most;
}

static void wide_models_agree_with_full_tables(void **state)
{
    (void)state;
    static const size_t options[] = {17, 64, 200};
    static const struct still_kind kinds[] = {
        {"coin", STILL_COIN, 0, 1, true, true},
        {"even coin", STILL_COIN, 0, 1, false, false},
        {"own", STILL_OWN, 8, 1, true, true},
        {"laplace", STILL_LAPLACE, 0, 1, false, true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
        struct drawn drawn = {300, 15, options[i], 9};
        struct report_table table;
        draw_table(&drawn, &table);
        for (size_t kind = 0; kind < ARRAY_LENGTH(kinds); kind++)
            assert_true(compare(&drawn, &table, &kinds[kind]) < 1e-6);
        report_table_finish(&table);
    }
}

/* How many items have their greatest p at their truth. */
static size_t count_right(const struct drawn *drawn, const double *p)
{
    size_t right = 0;
    for (size_t item = 0; item < drawn->items; item++) {
        size_t best = 0;
        for (size_t k = 1; k < drawn->options; k++)
            best = p[item * drawn->options + k] > p[item * drawn->options + best] ? k : best;
        right += best == truth_of(drawn, item);
    }
    return right;
}

static void votes(const struct drawn *drawn, const struct report_table *table, double *p)
{
    for (size_t item = 0; item < drawn->items; item++)
        for (size_t i = table->first[item]; i < table->first[item + 1]; i++)
            p[item * drawn->options + table->answer[i]] += (double)table->weight[i];
}

static void a_wide_blend_finds_more_than_the_majority(void **state)
{
    (void)state;
    static const struct drawn drawn = {500, 25, 100, 4};
    struct report_table table;
    auto_free double *found = memory_zeroed(drawn.items * drawn.options, sizeof(*found));
    auto_free double *voted = memory_zeroed(drawn.items * drawn.options, sizeof(*voted));
    draw_table(&drawn, &table);
    votes(&drawn, &table, voted);
    struct blend *blend = blend_create(&table, NULL, NULL, NULL);
    for (size_t item = 0; item < drawn.items; item++)
        blend_posterior(blend, item, found + item * drawn.options);
    assert_true(count_right(&drawn, found) > count_right(&drawn, voted) + drawn.items / 20);
    blend_destroy(blend);
    report_table_finish(&table);
}

/* Full tables of so many reporters would take 96 GB. */
static void rows_of_a_wide_question_are_those_that_were_given(void **state)
{
    (void)state;
    static const struct drawn drawn = {2000, 8000, 1000, 6};
    static const struct still_kind kind = {"own", STILL_OWN, 8, 1, true, true};
    struct report_table table;
    struct whole whole;
    auto_free double *p = memory_zeroed(drawn.items * drawn.options, sizeof(*p));
    draw_table(&drawn, &table);
    take_whole(&table, &whole);
    assert_true(whole.labels->rows <= table.count);
    struct still *still = still_create(whole.labels, &kind, -1, NULL);
    for (size_t item = 0; item < drawn.items; item++)
        still_add_posterior(still, item, 1, 1, p + item * drawn.options);
    assert_true(count_right(&drawn, p) > drawn.items * 8 / 10);
    still_destroy(still);
    finish_whole(&whole);
    report_table_finish(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_models_agree_with_full_tables),
        cmocka_unit_test(a_wide_blend_finds_more_than_the_majority),
        cmocka_unit_test(rows_of_a_wide_question_are_those_that_were_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
