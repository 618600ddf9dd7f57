#include <math.h>
#include <string.h>

#include "collector/consensus/members.h"
#include "collector/consensus/ways.h"

static const double centre_weight = 10; /* of what all reporters are like, in a row */

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

/* θ of a community from counts. */
static void finish_community(const struct still *still, struct community *community)
{
    size_t options = still->options;
    double *all = still->scratch;
    memset(all, 0, options * sizeof(*all));
    for (size_t l = 0; l < options; l++)
        for (size_t k = 0; k < options; k++)
            all[k] += community->chance[l * options + k];
    for (size_t l = 0; l < options; l++) {
        double *chance = community->chance + l * options;
        for (size_t k = 0; k < options; k++)
            chance[k] = fmax(chance[k] / all[k], smallest_chance);
    }
    ways_log(community->chance, options, community->log_chance);
}

static void update_community(struct still *still, size_t number)
{
    struct communities *communities = still->communities;
    struct community *community = &communities->formed[number];
    start_community(still, community);
    double members = members_gather(still, number);
    community->share = members / (double)(still->reporters + communities->count);
    finish_community(still, community);
}

static void form_community(struct still *still)
{
    struct communities *communities = still->communities;
    struct community *community = &communities->formed[communities->count];
    size_t stranger = members_find_stranger(still);
    start_community(still, community);
    members_add(still, stranger, 1, community->chance);
    finish_community(still, community);
    communities->count++;
    community->share = 1 / (double)communities->count;
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
    members_place(still);
}

bool communities_are_formed(const struct still *still, int iteration)
{
    return !still->communities || iteration > FORMED_EVERY * COMMUNITIES_MOST;
}

void communities_foretell(struct still *still)
{
    if (still->communities)
        members_foretell(still);
}
