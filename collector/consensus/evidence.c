#include "collector/consensus/evidence.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/exact.h"

static const double smallest_likelihood = 1e-6;

void evidence_finish(struct evidence *evidence)
{
    for (size_t i = 0; i <= EVIDENCE_STEPS; i++) {
        free(evidence->step[i].table);
        free(evidence->step[i].filled);
    }
    *evidence = (struct evidence){0};
}

/* The step of an accuracy, emptied if it was another's. */
static struct evidence_step *find_step(struct evidence *evidence, double accuracy)
{
    size_t options = (size_t)evidence->emission->options;
    double share = accuracy > 0 ? (accuracy < 1 ? accuracy : 1) : 0;
    struct evidence_step *step = &evidence->step[(size_t)(share * EVIDENCE_STEPS + 0.5)];
    if (!step->table) {
        step->table = memory_alloc(options * options * sizeof(*step->table));
        step->filled = memory_zeroed(options, sizeof(*step->filled));
    } else if (step->accuracy < accuracy || step->accuracy > accuracy) {
        memset(step->filled, false, options * sizeof(*step->filled));
    }
    step->accuracy = accuracy;
    return step;
}

static void fill_row(const struct emission *emission, double accuracy, int answer, double *row)
{
    for (int k = 0; k < emission->options; k++) {
        double chance =
            k == answer ? accuracy : (1 - accuracy) * emission_row(emission, (size_t)k)[answer];
        row[k] = log(fmax(chance, smallest_likelihood));
    }
}

void evidence_add(struct evidence *evidence, const struct observation *seen, double accuracy,
                  double *log_likelihood)
{
    const struct emission *emission = evidence->emission;
    struct evidence_step *step = find_step(evidence, accuracy);
    double *row = step->table + (size_t)seen->answer * (size_t)emission->options;
    if (!step->filled[seen->answer]) {
        fill_row(emission, accuracy, seen->answer, row);
        step->filled[seen->answer] = true;
    }
    for (int k = 0; k < emission->options; k++)
        log_likelihood[k] += exact(seen->weight * row[k]);
}
