#ifndef ZHANJI_COLLECTOR_OPTIONS_H
#define ZHANJI_COLLECTOR_OPTIONS_H

#include "collector/base/memory.h"

/* The command line of zhanji-collector (design §7). */
struct options {
    const char *db;
    const char *listen;
    const char *socket;
    const char *schema; /* a folder, or NULL: the one built in */
    const char *trust_proxy;
    unsigned rate_per_minute;
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_HELP, /* was printed to standard output */
    OPTIONS_WRONG /* what is wrong was printed to standard error */
};

enum {
    OPTIONS_EXIT_USAGE = 2
};

NODISCARD enum options_result options_parse(int argc, char **argv, struct options *options_out);

#endif
