#include "collector/consensus/members.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/kernel.h"

static const double least_member = 1e-6; /* counts for nothing */

static void add_reporter(const struct still *still, size_t reporter, double part, double *sum)
{
    size_t options = still->options;
    const struct labels *labels = still->labels;
    for (size_t row = labels->first_row[reporter]; row < labels->first_row[reporter + 1]; row++) {
        const double *count = still->counts + row * options;
        double *of_answer = sum + labels->answer[row] * options;
        for (size_t k = 0; k < options; k++)
            of_answer[k] += part * count[k];
    }
}

void KERNEL(members_add)(const struct still *still, size_t reporter, double part, double *sum)
{
    add_reporter(still, reporter, part, sum);
}

double KERNEL(members_gather)(struct still *still, size_t number)
{
    const struct communities *communities = still->communities;
    double members = 1;
    for (size_t r = 0; r < still->reporters; r++) {
        double member = communities->member[r * COMMUNITIES_MOST + number];
        members += member;
        if (member > least_member)
            add_reporter(still, r, member, communities->formed[number].chance);
    }
    return members;
}

/* Σ of products, and `sum`: one by one where they are few, else four by four. */
UNROLLED double add_products(double sum, const double *left, const double *right, size_t count)
{
    size_t i = 0;
    lanes four = lanes_all(0);
    bool many = count > STILL_FEW;
    for (; many && i + LANES <= count; i += LANES)
        four += lanes_load(left + i) * lanes_load(right + i);
    for (; i < count; i++)
        sum += left[i] * right[i];
    return many ? sum + lanes_sum(four)[0] : sum;
}

/* Σ N·log θ of a reporter in a community. */
static double likelihood(const struct still *still, size_t reporter,
                         const struct community *community)
{
    size_t options = still->options;
    const struct labels *labels = still->labels;
    double sum = 0;
    for (size_t row = labels->first_row[reporter]; row < labels->first_row[reporter + 1]; row++) {
        const double *count = still->counts + row * options;
        const double *log_chance = community->log_chance + labels->answer[row] * options;
        sum = add_products(sum, count, log_chance, options);
    }
    return sum;
}

/* The same by the reporter's own counts, of which each row has one more, spread evenly. */
static double own_likelihood(const struct still *still, size_t reporter)
{
    size_t options = still->options;
    size_t first = still->labels->first_row[reporter] * options;
    size_t end = still->labels->first_row[reporter + 1] * options;
    double sum = 0;
    for (size_t k = 0; k < options; k++) {
        double all = 1;
        for (size_t cell = first + k; cell < end; cell += options)
            all += still->counts[cell];
        for (size_t cell = first + k; cell < end; cell += options) {
            double count = still->counts[cell];
            sum += count > 0 ? count * log((count + 1 / (double)options) / all) : 0;
        }
    }
    return sum;
}

/* The reporter who is least like any community. */
size_t KERNEL(members_find_stranger)(const struct still *still)
{
    const struct communities *communities = still->communities;
    double most = -HUGE_VAL;
    size_t found = 0;
    for (size_t r = 0; r < still->reporters; r++) {
        double nearest = -HUGE_VAL;
        for (size_t c = 0; c < communities->count; c++)
            nearest = fmax(nearest, likelihood(still, r, &communities->formed[c]));
        double strange = own_likelihood(still, r) - nearest;
        found = strange > most ? r : found;
        most = fmax(most, strange);
    }
    return found;
}

/* Of which communities a reporter is a member. */
static void place_reporter(struct still *still, size_t reporter)
{
    struct communities *communities = still->communities;
    double *member = communities->member + reporter * COMMUNITIES_MOST;
    double greatest = -HUGE_VAL;
    double sum = 0;
    for (size_t c = 0; c < communities->count; c++) {
        const struct community *community = &communities->formed[c];
        member[c] = log(community->share) + likelihood(still, reporter, community);
        greatest = fmax(greatest, member[c]);
    }
    for (size_t c = 0; c < communities->count; c++)
        sum += member[c] = exp(member[c] - greatest);
    for (size_t c = 0; c < communities->count; c++)
        member[c] /= sum;
}

/* log θ of a row: its mean over the communities of its reporter, or that of the mean θ. */
static void update_row(struct still *still, size_t row, const double *member, bool foretold)
{
    size_t options = still->options;
    const struct communities *communities = still->communities;
    float *log_chance = still->log_chance + row * options;
    double *mean = still->scratch;
    memset(mean, 0, options * sizeof(*mean));
    for (size_t c = 0; c < communities->count; c++) {
        const struct community *community = &communities->formed[c];
        const double *of = (foretold ? community->chance : community->log_chance) +
                           still->labels->answer[row] * options;
        for (size_t k = 0; member[c] >= least_member && k < options; k++)
            mean[k] += member[c] * of[k];
    }
    for (size_t k = 0; k < options; k++)
        log_chance[k] = (float)(foretold ? log(mean[k]) : mean[k]);
}

static void update_chances(struct still *still, size_t reporter, bool foretold)
{
    const uint32_t *first = still->labels->first_row + reporter;
    const double *member = still->communities->member + reporter * COMMUNITIES_MOST;
    for (size_t row = first[0]; row < first[1]; row++)
        update_row(still, row, member, foretold);
}

void KERNEL(members_place)(struct still *still)
{
    for (size_t r = 0; r < still->reporters; r++) {
        place_reporter(still, r);
        update_chances(still, r, false);
    }
}

void KERNEL(members_foretell)(struct still *still)
{
    for (size_t r = 0; r < still->reporters; r++)
        update_chances(still, r, true);
}
