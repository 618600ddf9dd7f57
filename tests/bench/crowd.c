/*
 * Crowds that label items whose truth stays: data with a known truth for `zhanji-aggregate
 * --static`.
 *
 *   crowd                       lists the families
 *   crowd FAMILY SEED FOLDER    writes FOLDER/answers.csv (item,reporter,answer[,question]) and
 *                               truth.csv (item,answer), and prints the ceiling: the share of
 *                               items that are found by who knows what every reporter is like
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/memory.h"
#include "collector/base/number.h"
#include "tests/bench/answers.h"
#include "tests/bench/crowd_families.h"
#include "tests/bench/distributions.h"

enum {
    COMMUNITIES = 3,
    USUAL_ERRORS = 4 /* a wrong answer that is usual is so many times as likely as another */
};

static const double trap_ease = 0.5;

struct reporter {
    double (*chance)[OPTIONS_MAX]; /* by truth, then answer: a row for each option */
    bool looks;                    /* at the item: else its ease does not matter */
};

struct label {
    size_t reporter;
    int answer;
};

struct crowd {
    const struct family *family;
    uint64_t random;
    double (*usual)[OPTIONS_MAX]; /* wrong answers by truth; rows sum to 1 */
    struct reporter community[COMMUNITIES];
    struct reporter *reporters;
    double *activity; /* cumulative over reporters */
    bool *chosen;     /* reporters of the item at hand */
};

/* Some wrong answers are nearer to a truth than others. */
static void draw_usual(struct crowd *crowd)
{
    int options = crowd->family->options;
    for (int k = 0; k < options; k++) {
        for (int l = 0; l < options; l++)
            crowd->usual[k][l] = l == k ? 0 : draw_inside(&crowd->random) < 0.3 ? USUAL_ERRORS : 1;
        make_one(crowd->usual[k], options);
    }
}

/* Rows of their own accuracy, their errors where `weight` draws around the usual ones put them. */
static void draw_confusion(struct crowd *crowd, struct reporter *reporter)
{
    const struct family *family = crowd->family;
    for (int k = 0; k < family->options; k++) {
        double right = draw_beta(&crowd->random, family->accuracy, family->alike);
        double wrong[OPTIONS_MAX];
        for (int l = 0; l < family->options; l++)
            wrong[l] = l == k ? 0 : draw_gamma(&crowd->random, 2 * crowd->usual[k][l]);
        make_one(wrong, family->options);
        for (int l = 0; l < family->options; l++)
            reporter->chance[k][l] = l == k ? right : (1 - right) * wrong[l];
    }
}

static void draw_coin(struct crowd *crowd, struct reporter *reporter)
{
    const struct family *family = crowd->family;
    double right = draw_beta(&crowd->random, family->accuracy, family->alike);
    for (int k = 0; k < family->options; k++) {
        for (int l = 0; l < family->options; l++) {
            double wrong =
                family->way == DIRECTED ? crowd->usual[k][l] : 1.0 / (family->options - 1);
            reporter->chance[k][l] = l == k ? right : (1 - right) * wrong;
        }
    }
}

/* Every answer is more or less likely by the same factors, whatever the truth. */
static void draw_bias(struct crowd *crowd, struct reporter *reporter)
{
    int options = crowd->family->options;
    double liking[OPTIONS_MAX];
    draw_coin(crowd, reporter);
    for (int l = 0; l < options; l++)
        liking[l] = exp(0.8 * draw_normal(&crowd->random));
    for (int k = 0; k < options; k++) {
        for (int l = 0; l < options; l++)
            reporter->chance[k][l] *= liking[l];
        make_one(reporter->chance[k], options);
    }
}

/* What is felt is the truth, off by a leaning of one's own, and blurred the more the less accurate
 * one is. */
static void draw_grading(struct crowd *crowd, struct reporter *reporter)
{
    const struct family *family = crowd->family;
    double right = draw_beta(&crowd->random, family->accuracy, family->alike);
    double leaning = 0.4 * draw_normal(&crowd->random);
    double blur = 0.3 + 1.2 * (1 - right);
    for (int k = 0; k < family->options; k++) {
        for (int l = 0; l < family->options; l++) {
            double far = (l - k - leaning) / blur;
            reporter->chance[k][l] = exp(-far * far / 2) + 1e-3;
        }
        make_one(reporter->chance[k], family->options);
    }
}

/* One who is of a community is nearly like it: rows drawn around its rows. */
static void join_community(struct crowd *crowd, struct reporter *reporter)
{
    int options = crowd->family->options;
    const struct reporter *like =
        &crowd->community[(int)(draw_inside(&crowd->random) * COMMUNITIES)];
    for (int k = 0; k < options; k++) {
        for (int l = 0; l < options; l++)
            reporter->chance[k][l] = draw_gamma(&crowd->random, 1e-3 + 40 * like->chance[k][l]);
        make_one(reporter->chance[k], options);
    }
}

static void draw_idle(struct crowd *crowd, bool constant, struct reporter *reporter)
{
    int options = crowd->family->options;
    int liked = (int)(draw_inside(&crowd->random) * options);
    for (int k = 0; k < options; k++)
        for (int l = 0; l < options; l++)
            reporter->chance[k][l] = constant ? l == liked : 1.0 / options;
}

/* Of two answers the other one; of more, the truth's chance goes to the wrong ones. */
static void turn_contrary(struct crowd *crowd, struct reporter *reporter)
{
    int options = crowd->family->options;
    for (int k = 0; k < options; k++) {
        double right = reporter->chance[k][k];
        reporter->chance[k][k] = 1 - right;
        for (int l = 0; l < options; l++)
            reporter->chance[k][l] *= l == k ? 1 : right / fmax(1 - right, 1e-9);
    }
}

static void draw_reporter(struct crowd *crowd, struct reporter *reporter)
{
    const struct family *family = crowd->family;
    double kind = draw_inside(&crowd->random);
    reporter->looks = kind >= family->guessing + family->constant;
    if (!reporter->looks) {
        draw_idle(crowd, kind >= family->guessing, reporter);
        return;
    }
    switch (family->way) {
    case ONE_COIN:
    case DIRECTED:
        draw_coin(crowd, reporter);
        break;
    case CONFUSION:
        draw_confusion(crowd, reporter);
        break;
    case COMMUNITY:
        join_community(crowd, reporter);
        break;
    case BIASED:
        draw_bias(crowd, reporter);
        break;
    case ORDERED:
        draw_grading(crowd, reporter);
        break;
    }
    if (kind > 1 - family->contrary)
        turn_contrary(crowd, reporter);
}

static void make_reporters(struct crowd *crowd)
{
    const struct family *family = crowd->family;
    double sum = 0;
    draw_usual(crowd);
    for (int c = 0; c < COMMUNITIES; c++)
        draw_confusion(crowd, &crowd->community[c]);
    for (size_t r = 0; r < family->reporters; r++) {
        draw_reporter(crowd, &crowd->reporters[r]);
        sum += pow(draw_inside(&crowd->random), -family->heavy);
        crowd->activity[r] = sum;
    }
}

static size_t draw_active(struct crowd *crowd)
{
    double wanted = draw_inside(&crowd->random) * crowd->activity[crowd->family->reporters - 1];
    size_t low = 0;
    size_t high = crowd->family->reporters - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (crowd->activity[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How a reporter answers: ease e makes of the odds of the truth their power e. */
static void ease_answers(const struct reporter *reporter, int options, int truth, double ease,
                         double *share)
{
    bool is_eased = reporter->looks && fabs(ease - 1) > 0;
    for (int l = 0; l < options; l++) {
        double chance = reporter->chance[truth][l];
        share[l] = is_eased ? pow(chance, ease) : chance;
    }
    make_one(share, options);
}

struct item {
    int truth;
    int shown; /* the answer that it seems to have */
    double ease;
};

static void classes(const struct family *family, double *share)
{
    for (int k = 0; k < family->options; k++)
        share[k] = pow(family->rarity, k);
    make_one(share, family->options);
}

static struct item draw_item(struct crowd *crowd)
{
    const struct family *family = crowd->family;
    struct item item;
    double share[OPTIONS_MAX];
    classes(family, share);
    item.truth = draw_share(&crowd->random, share, family->options);
    item.ease = exp(family->difficulty * draw_normal(&crowd->random));
    bool misleads = draw_inside(&crowd->random) < family->traps;
    item.shown = misleads ? draw_share(&crowd->random, crowd->usual[item.truth], family->options)
                          : item.truth;
    item.ease *= misleads ? trap_ease : 1;
    return item;
}

/* The mean number of labels, or one less, or one more; nobody labels an item twice. */
static size_t draw_labels(struct crowd *crowd, const struct item *item, struct label *labels)
{
    size_t most = crowd->family->reporters;
    double drawn = crowd->family->each - 1 + 3 * draw_inside(&crowd->random);
    size_t count = drawn < 1 ? 1 : drawn > (double)most ? most : (size_t)drawn;
    int options = crowd->family->options;
    memset(crowd->chosen, 0, most * sizeof(*crowd->chosen));
    for (size_t i = 0; i < count;) {
        double share[OPTIONS_MAX];
        size_t r = draw_active(crowd);
        if (crowd->chosen[r])
            continue;
        crowd->chosen[r] = true;
        ease_answers(&crowd->reporters[r], options, item->shown, item->ease, share);
        labels[i++] = (struct label){r, draw_share(&crowd->random, share, options)};
    }
    return count;
}

/* Adds to p, of what seems to be, the chance of the labels where items are as easy as that. */
static void add_chances(const struct crowd *crowd, const struct label *labels, size_t count,
                        double ease, double part, double *p)
{
    int options = crowd->family->options;
    for (int k = 0; k < options; k++) {
        double chance = part;
        for (size_t i = 0; i < count; i++) {
            double share[OPTIONS_MAX];
            ease_answers(&crowd->reporters[labels[i].reporter], options, k, ease, share);
            chance *= share[labels[i].answer];
        }
        p[k] += chance;
    }
}

/* Whether who knows everything but the truths finds this one; ease at points of equal chance. */
static bool is_found(const struct crowd *crowd, int truth, const struct label *labels, size_t count)
{
    static const double points[] = {-1.645, -1.036, -0.674, -0.385, -0.126,
                                    0.126,  0.385,  0.674,  1.036,  1.645};
    const struct family *family = crowd->family;
    double share[OPTIONS_MAX];
    double plain[OPTIONS_MAX] = {0};
    double trapped[OPTIONS_MAX] = {0};
    int best = 0;
    /* Where items are all as easy one point is enough. */
    size_t count_of_points = family->difficulty > 0 ? ARRAY_LENGTH(points) : 1;
    for (size_t i = 0; i < count_of_points; i++) {
        double ease = exp(family->difficulty * points[i]);
        add_chances(crowd, labels, count, ease, 1, plain);
        if (family->traps > 0)
            add_chances(crowd, labels, count, ease * trap_ease, 1, trapped);
    }
    classes(family, share);
    for (int k = 0; k < family->options; k++) {
        double sum = (1 - family->traps) * plain[k];
        for (int l = 0; l < family->options; l++)
            sum += family->traps * crowd->usual[k][l] * trapped[l];
        share[k] *= sum;
        best = share[k] > share[best] ? k : best;
    }
    return best == truth;
}

/* Answers of different questions have different names. */
static void write_label(const struct family *family, size_t item, int answer, bool with_question,
                        FILE *file)
{
    size_t question = family->questions > 0 ? item % family->questions : 0;
    if (family->questions > 0)
        fprintf(file, "q%04zu-", question);
    write_answer(file, family->options, answer);
    if (family->questions > 0 && with_question)
        fprintf(file, ",q%04zu", question);
    putc('\n', file);
}

/* Returns the ceiling. */
static double write_set(struct crowd *crowd, FILE *answers, FILE *truth)
{
    const struct family *family = crowd->family;
    size_t found = 0;
    struct label *labels = memory_zeroed(family->reporters, sizeof(*labels));
    fprintf(answers, "item,reporter,answer%s\n", family->questions > 0 ? ",question" : "");
    fputs("item,answer\n", truth);
    for (size_t i = 0; i < family->items; i++) {
        struct item item = draw_item(crowd);
        size_t count = draw_labels(crowd, &item, labels);
        for (size_t j = 0; j < count; j++) {
            fprintf(answers, "i%05zu,r%04zu,", i, labels[j].reporter);
            write_label(family, i, labels[j].answer, true, answers);
        }
        fprintf(truth, "i%05zu,", i);
        write_label(family, i, item.truth, false, truth);
        found += is_found(crowd, item.truth, labels, count);
    }
    free(labels);
    return (double)found / (double)family->items;
}

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return file;
}

static const struct family *find_family(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++)
        if (strcmp(families[i].name, name) == 0)
            return &families[i];
    fprintf(stderr, "crowd: %s: no such family\n", name);
    exit(2);
}

static void start(struct crowd *crowd)
{
    size_t reporters = crowd->family->reporters;
    size_t options = (size_t)crowd->family->options;
    crowd->reporters = memory_zeroed(reporters, sizeof(*crowd->reporters));
    crowd->activity = memory_zeroed(reporters, sizeof(double));
    crowd->chosen = memory_zeroed(reporters, sizeof(bool));
    crowd->usual = memory_zeroed(options, sizeof(*crowd->usual));
    for (size_t r = 0; r < reporters; r++)
        crowd->reporters[r].chance = memory_zeroed(options, sizeof(*crowd->reporters[r].chance));
    for (size_t c = 0; c < COMMUNITIES; c++)
        crowd->community[c].chance = memory_zeroed(options, sizeof(*crowd->community[c].chance));
}

static void finish(struct crowd *crowd)
{
    for (size_t r = 0; r < crowd->family->reporters; r++)
        free(crowd->reporters[r].chance);
    for (size_t c = 0; c < COMMUNITIES; c++)
        free(crowd->community[c].chance);
    free(crowd->reporters);
    free(crowd->activity);
    free(crowd->chosen);
    free(crowd->usual);
}

int main(int argc, char **argv)
{
    uint64_t seed;
    if (argc == 1) {
        for (size_t i = 0; i < ARRAY_LENGTH(families); i++)
            puts(families[i].name);
        return 0;
    }
    if (argc != 4 || !number_unsigned(argv[2], strlen(argv[2]), 1000000000, &seed)) {
        fputs("Usage: crowd [FAMILY SEED FOLDER]\n", stderr);
        return 2;
    }
    struct crowd crowd = {.family = find_family(argv[1]), .random = seed * 1000003};
    start(&crowd);
    make_reporters(&crowd);
    FILE *answers = create(argv[3], "answers.csv");
    FILE *truth = create(argv[3], "truth.csv");
    printf("%.4f\n", write_set(&crowd, answers, truth));
    fclose(answers);
    fclose(truth);
    finish(&crowd);
    return 0;
}
