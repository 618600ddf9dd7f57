#include "collector/aggregate/chains.h"

#include <math.h>

struct made {
    struct dynamics *dynamics; /* NULL: not now */
    size_t bytes;
};

struct chains {
    const struct fit *fit;
    struct made *made;   /* of each question */
    uint32_t *order;     /* a ring of the questions whose chains there are, as they were made */
    uint32_t questions;  /* the ring's room */
    uint32_t first, now; /* where it begins, and how many there are */
    size_t bytes, most_bytes;
};

struct chains *chains_create(const struct fit *fit, uint32_t questions, size_t most_bytes)
{
    struct chains *chains = memory_zeroed(1, sizeof(*chains));
    chains->fit = fit;
    chains->questions = questions;
    chains->most_bytes = most_bytes;
    chains->made = memory_zeroed(questions, sizeof(*chains->made));
    chains->order = memory_zeroed(questions, sizeof(*chains->order));
    return chains;
}

void chains_destroy(struct chains *chains)
{
    if (!chains)
        return;
    for (uint32_t q = 0; q < chains->questions; q++)
        dynamics_destroy(chains->made[q].dynamics);
    free(chains->made);
    free(chains->order);
    free(chains);
}

/* About what is kept of a bin: its rate and target, with the citywide changes and without, and a
 * row for each half day. */
static size_t measure(const struct hazard *hazard)
{
    size_t row = ((size_t)hazard->options + 2) * sizeof(double);
    return (hazard->bins + 2) * 6 * row;
}

static void drop_first(struct chains *chains)
{
    struct made *made = &chains->made[chains->order[chains->first]];
    chains->bytes -= made->bytes;
    dynamics_destroy(TAKE(made->dynamics));
    chains->first = (chains->first + 1) % chains->questions;
    chains->now--;
}

static void make(struct chains *chains, uint32_t question)
{
    struct made *made = &chains->made[question];
    struct hazard hazard;
    fit_hazard(chains->fit, question, &hazard);
    made->bytes = measure(&hazard);
    chains->bytes += made->bytes;
    while (chains->now > 0 && chains->bytes > chains->most_bytes)
        drop_first(chains);
    made->dynamics = dynamics_create(&hazard, NULL, 0, HUGE_VAL);
    hazard_finish(&hazard);
    chains->order[(chains->first + chains->now++) % chains->questions] = question;
}

const struct dynamics *chains_of(struct chains *chains, uint32_t question)
{
    if (!chains->made[question].dynamics)
        make(chains, question);
    return chains->made[question].dynamics;
}
