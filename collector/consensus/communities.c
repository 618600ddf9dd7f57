#include <math.h>
#include <string.h>

#include "collector/consensus/still_state.h"

static const double centre_weight = 10;  /* of what all reporters are like, in a row */
static const double least_member = 1e-6; /* counts for nothing */

enum {
    FORMED_EVERY = 2 /* iterations: what a community is like settles a little in between */
};

struct communities *communities_create(size_t reporters, size_t options)
{
    struct communities *communities = memory_zeroed(1, sizeof(*communities));
    size_t cells = options * options;
    communities->tables = memory_zeroed(2 * COMMUNITIES_MOST * cells, sizeof(double));
    for (size_t c = 0; c < COMMUNITIES_MOST; c++) {
        communities->formed[c].chance = communities->tables + 2 * c * cells;
        communities->formed[c].log_chance = communities->formed[c].chance + cells;
    }
    communities->member = memory_zeroed(reporters * COMMUNITIES_MOST, sizeof(double));
    for (size_t r = 0; r < reporters; r++)
        communities->member[r * COMMUNITIES_MOST] = 1;
    communities->count = 1;
    return communities;
}

void communities_destroy(struct communities *communities)
{
    if (!communities)
        return;
    free(communities->tables);
    free(communities->member);
    free(communities);
}

/* Where a community begins: one accuracy, and errors in the common direction. */
static void start_community(const struct still *still, struct community *community)
{
    for (size_t cell = 0; cell < still->options * still->options; cell++)
        community->chance[cell] = centre_weight * still->direction[cell];
}

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

/* θ of a community from counts. */
static void finish_community(const struct still *still, struct community *community)
{
    size_t options = still->options;
    double *all = still->scratch;
    memset(all, 0, options * sizeof(*all));
    for (size_t l = 0; l < options; l++)
        for (size_t k = 0; k < options; k++)
            all[k] += community->chance[l * options + k];
    for (size_t cell = 0; cell < options * options; cell++) {
        double chance = fmax(community->chance[cell] / all[cell % options], smallest_chance);
        community->chance[cell] = chance;
        community->log_chance[cell] = log(chance);
    }
}

static void update_community(struct still *still, size_t number)
{
    struct communities *communities = still->communities;
    struct community *community = &communities->formed[number];
    double members = 1;
    start_community(still, community);
    for (size_t r = 0; r < still->reporters; r++) {
        double member = communities->member[r * COMMUNITIES_MOST + number];
        members += member;
        if (member > least_member)
            add_reporter(still, r, member, community->chance);
    }
    community->share = members / (double)(still->reporters + communities->count);
    finish_community(still, community);
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
        for (size_t k = 0; k < options; k++)
            sum += count[k] * log_chance[k];
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
static size_t find_stranger(const struct still *still)
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

static void form_community(struct still *still)
{
    struct communities *communities = still->communities;
    struct community *community = &communities->formed[communities->count];
    size_t stranger = find_stranger(still);
    start_community(still, community);
    add_reporter(still, stranger, 1, community->chance);
    finish_community(still, community);
    communities->count++;
    community->share = 1 / (double)communities->count;
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

/* What all reporters are like, into the table of ν. */
static void find_centre(const struct still *still)
{
    size_t options = still->options;
    double mean = habits_mean(still, 0);
    double *centre = still->direction;
    habits_direct(still, 0, centre);
    for (size_t cell = 0; cell < options * options; cell++) {
        bool right = cell / options == cell % options;
        centre[cell] = right ? mean : (1 - mean) * centre[cell];
    }
}

void communities_update(struct still *still, int iteration)
{
    find_centre(still);
    for (size_t c = 0; c < still->communities->count; c++)
        update_community(still, c);
    bool due = iteration > 0 && iteration % FORMED_EVERY == 0;
    if (due && still->communities->count < COMMUNITIES_MOST)
        form_community(still);
    for (size_t r = 0; r < still->reporters; r++) {
        place_reporter(still, r);
        update_chances(still, r, false);
    }
}

bool communities_are_formed(const struct still *still, int iteration)
{
    return !still->communities || iteration > FORMED_EVERY * COMMUNITIES_MOST;
}

void communities_foretell(struct still *still)
{
    for (size_t r = 0; still->communities && r < still->reporters; r++)
        update_chances(still, r, true);
}
