#ifndef ZHANJI_AGGREGATE_OPTIONS_H
#define ZHANJI_AGGREGATE_OPTIONS_H

#include "collector/base/memory.h"

/* The command line of zhanji-aggregate (design §7). */
enum method {
    METHOD_ZHANJI,
    METHOD_MAJORITY,
    METHOD_LATEST,
    METHOD_WINDOW,
    METHOD_DECAY,
    METHOD_DAWID_SKENE
};

struct options {
    const char *csv;    /* one of these two */
    const char *export; /* a server's reports.ndjson */
    const char *now;
    const char *truth;
    const char *out;
    const char *history;
    const char *reporters;
    enum method method;
    double days; /* of window and decay */
    bool fixed_truth;
    bool json;
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_HELP, /* was printed to standard output */
    OPTIONS_WRONG /* what is wrong was printed to standard error */
};

enum {
    OPTIONS_PARTS = 3
};

/* Items, history and --json so that nothing is mixed on standard output: all in one part, or one
 * after the other. Returns how many parts. */
size_t options_parts(const struct options *options, struct options parts_out[OPTIONS_PARTS]);
NODISCARD enum options_result options_parse(int argc, char **argv, struct options *options_out);

#endif
