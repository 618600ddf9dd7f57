/*
 * What the fit takes for one label in one iteration, as the aggregator does it: with weights, bins
 * and the whole confusion of every reporter, in one thread.
 *
 *   fit_rate FILE.csv
 */
#include <stdio.h>
#include <time.h>

#include "collector/aggregate/data.h"
#include "collector/base/secret.h"
#include "collector/consensus/fit.h"

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct data data;
    if (argc != 2) {
        fputs("Usage: fit_rate FILE.csv\n", stderr);
        return 2;
    }
    if (!secret_start(&error) || !data_read(argv[1], &data, &error)) {
        fprintf(stderr, "fit_rate: %s\n", error.text);
        return 1;
    }
    double start = processor_seconds();
    report_table_weigh(&data.table, true);
    double weighed = processor_seconds();
    const struct fit_options options = {.prior_accuracy = 0.75,
                                        .origin = data.table.interval[0].time};
    struct fit *fit = fit_create(&data.table, &options);
    double fitted = processor_seconds();
    double steps = (double)data.table.count * fit_iterations(fit);
    printf("zhanji: %.1f ns a label and iteration (CPU; %d iterations; weights %.2f s)\n",
           (fitted - weighed) / steps * 1e9, fit_iterations(fit), weighed - start);
    fit_destroy(fit);
    data_finish(&data);
    return 0;
}
