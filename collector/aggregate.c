#include <stdio.h>
#include <string.h>

#include "collector/aggregate/export.h"
#include "collector/aggregate/options.h"
#include "collector/aggregate/output.h"
#include "collector/aggregate/score.h"
#include "collector/base/secret.h"

enum {
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2
};

/* The moment that --now names: the instant after it. */
static bool find_now(const struct options *options, const struct data *data, double *now_out,
                     struct error *error)
{
    struct visit visit;
    *now_out = data->now;
    if (!options->now)
        return true;
    if (!time_parse(options->now, strlen(options->now), &visit))
        return error_set(error, ERROR_INVALID, "--now %s: no time", options->now);
    *now_out = time_interval(&visit).end;
    return true;
}

static void summarise(const struct data *data, const struct options *options,
                      const struct score *score, struct buffer *buffer)
{
    const struct report_table *table = &data->table;
    if (!options->json) {
        score_print(score, buffer);
        return;
    }
    buffer_format(buffer,
                  "{\"reports\":%zu,\"items\":%zu,\"reporters\":%u,\"questions\":%u,\"truth\":",
                  table->count, table->items, table->reporters, table->questions);
    if (options->truth)
        score_json(score, buffer);
    else
        buffer_text(buffer, "null");
    buffer_text(buffer, "}\n");
}

static bool run_on(struct data *data, struct estimator *estimator, const struct options *options,
                   struct error *error)
{
    double now;
    struct score score = {0};
    if (!find_now(options, data, &now, error))
        return false;
    if (options->truth && !score_read(options->truth, data, estimator, now, &score, error))
        return false;
    if (!output_items(data, estimator, options, now, error))
        return false;
    if (options->reporters && !output_reporters(data, estimator, options->reporters, error))
        return false;
    if (options->truth || options->json) {
        auto_buffer struct buffer buffer = {0};
        summarise(data, options, &score, &buffer);
        fputs(buffer.data, stdout);
    }
    return fflush(stdout) == 0 || error_set(error, ERROR_INTERNAL, "standard output: not written");
}

static bool run_csv(const struct options *options, struct error *error)
{
    struct data data;
    if (!data_read(options->csv, &data, error))
        return false;
    struct estimator *estimator = estimator_create(&data, options);
    bool done = run_on(&data, estimator, options, error);
    estimator_destroy(estimator);
    data_finish(&data);
    return done;
}

int main(int argc, char **argv)
{
    struct options options;
    struct error error = {0};
    enum options_result parsed = options_parse(argc, argv, &options);
    if (parsed != OPTIONS_RUN)
        return parsed == OPTIONS_HELP ? 0 : EXIT_USAGE;
    bool done = secret_start(&error) &&
                (options.export ? export_run(&options, &error) : run_csv(&options, &error));
    if (!done) {
        fprintf(stderr, "zhanji-aggregate: %s\n", error.text);
        return EXIT_REFUSED;
    }
    return 0;
}
