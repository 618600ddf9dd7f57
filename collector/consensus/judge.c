#include <math.h>

#include "collector/consensus/kernel.h"
#include "collector/consensus/lanes.h"
#include "collector/consensus/still_state.h"

/* Posteriors, tempered, and what they foretell of the labels that were held out. */

static const double least_log = -700;

/* γ^temper of many states; of 0 it is as good as that. */
static void raise_many(const float *gamma, double temper, size_t states, double *p)
{
    size_t s = 0;
    for (; s + LANES <= states; s += LANES) {
        lanes power = temper * lanes_log(lanes_load_narrow(gamma + s));
        lanes_store(p + s, lanes_exp(lanes_greater(power, lanes_all(least_log))));
    }
    for (; s < states; s++)
        p[s] = pow((double)gamma[s], temper);
}

/* An item's posterior over the states, to a power. */
static void temper_posterior(const struct still *still, size_t place, double temper, double *p)
{
    const float *gamma = still->gamma + place * still->states;
    bool many = still->options > STILL_FEW;
    if (many)
        raise_many(gamma, temper, still->states, p);
    for (size_t s = 0; !many && s < still->states; s++)
        p[s] = pow((double)gamma[s], temper);
    double sum = still_sum(0, p, still->states, many);
    for (size_t s = 0; s < still->states; s++)
        p[s] /= sum;
}

void KERNEL(still_add_posterior)(const struct still *still, size_t place, double temper,
                                 double weight, double *p)
{
    double *tempered = still->scratch;
    temper_posterior(still, place, temper, tempered);
    for (size_t first = 0; first < still->states; first += still->options)
        for (size_t k = 0; k < still->options; k++)
            p[k] += weight * tempered[first + k];
}

/* θ of a row. */
static void read_row(const struct still *still, size_t row, double *chance)
{
    const float *log_chance = still->log_chance + row * still->states;
    size_t s = 0;
    for (; still->options > STILL_FEW && s + LANES <= still->states; s += LANES)
        lanes_store(chance + s, lanes_exp(lanes_load_narrow(log_chance + s)));
    for (; s < still->states; s++)
        chance[s] = exp((double)log_chance[s]);
}

/* P(answer) of a label by a posterior over the states. */
static double foresee(const double *chance, const double *p, size_t states)
{
    double sum = 0;
    for (size_t s = 0; s < states; s++)
        sum += p[s] * chance[s];
    return fmax(sum, smallest_chance);
}

/* What was held out, by its answer and by the truth of its item. */
struct shares {
    double *answer, *truth; /* options */
};

static void add_label(const struct still *still, size_t place, const struct label *label,
                      struct shares *shares, struct still_verdict *verdict)
{
    const float *gamma = still->gamma + place * still->states;
    double weight = (double)label->weight;
    size_t answer = still->labels->answer[label->row];
    verdict->judged += weight;
    shares->answer[answer] += weight;
    for (size_t s = answer; s < still->states; s += still->options)
        verdict->agreement += weight * (double)gamma[s];
    for (size_t first = 0; first < still->states; first += still->options)
        for (size_t k = 0; k < still->options; k++)
            shares->truth[k] += weight * (double)gamma[first + k];
}

/* How often answers and truths agree if they are drawn apart from each other. */
static double agree_by_chance(const struct shares *shares, size_t options)
{
    double judged = 0;
    double sum = 0;
    for (size_t k = 0; k < options; k++) {
        judged += shares->answer[k];
        sum += shares->answer[k] * shares->truth[k];
    }
    return judged > 0 ? sum / judged : 0;
}

/* `tempered` has room for the item's posterior by each temper. */
static void judge_item(const struct still *still, size_t place, double *tempered,
                       struct shares *shares, struct still_verdict *verdict, double *found)
{
    const struct labels *labels = still->labels;
    double *chance = still->scratch;
    for (size_t t = 0; t < STILL_TEMPERS; t++)
        temper_posterior(still, place, still_tempers[t], tempered + t * still->states);
    for (size_t i = labels->first[place]; i < labels->first[place + 1]; i++) {
        const struct label *label = &labels->label[i];
        if (still_learns(still, place, i))
            continue;
        add_label(still, place, label, shares, verdict);
        read_row(still, label->row, chance);
        for (size_t t = 0; t < STILL_TEMPERS; t++) {
            const double *p = tempered + t * still->states;
            found[t] += (double)label->weight * log(foresee(chance, p, still->states));
        }
    }
}

void KERNEL(still_judge)(const struct still *still, struct still_verdict *verdict, double *found)
{
    auto_free double *tempered = memory_zeroed(STILL_TEMPERS * still->states, sizeof(*tempered));
    auto_free double *rows = memory_zeroed(2 * still->options, sizeof(*rows));
    struct shares shares = {rows, rows + still->options};
    for (size_t place = 0; place < still->items; place++)
        judge_item(still, place, tempered, &shares, verdict, found + place * STILL_TEMPERS);
    verdict->by_chance += agree_by_chance(&shares, still->options);
}
