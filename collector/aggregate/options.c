#include "collector/aggregate/options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "collector/aggregate/spans.h"
#include "collector/base/number.h"

static const char help[] =
    "Usage: zhanji-aggregate --csv FILE [OPTION]...\n"
    "       zhanji-aggregate --export FILE.ndjson [OPTION]...\n"
    "Finds the most probable truth behind what many reporters of unequal reliability said,\n"
    "also when that truth changes with time, and says how sure it is.\n"
    "\n"
    "  --csv FILE        columns item,reporter,answer and optionally time and question, in any\n"
    "                    order and among others; at most 1,000 different answers a question;\n"
    "                    time: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss][Z|+hh:mm]\n"
    "                    (a space for the T will do; without an offset it is UTC)\n"
    "  --export FILE     a server's /api/v1/export/reports.ndjson: recomputes its figures\n"
    "  --now TIME        the moment to tell about (default: the last report)\n"
    "  --static          truth never changes (so it is without a column time)\n"
    "  --method METHOD   zhanji (default), dawid-skene, majority, latest, window:DAYS\n"
    "                    (majority of the last DAYS, else the latest), decay:DAYS (votes\n"
    "                    halve every DAYS)\n"
    "  --truth FILE      item,answer[,time]: prints accuracy, Brier score and calibration\n"
    "  --out FILE        item,answer,p,standing,reports (the default, to standard output)\n"
    "  --history FILE    item,answer,from_earliest,…,until_latest,confidence\n"
    "  --reporters FILE  reporter,reports,accuracy,low,high\n"
    "  --json            the summary as one JSON object; of an export each station as the\n"
    "                    server's API gives it, one a line\n"
    "  --help            this text\n"
    "A FILE of - is standard input or output. Exit: 0 done, 1 refused, 2 usage.\n";

struct text_option {
    const char *name;
    size_t place;
};

static const struct text_option text_options[] = {
    {"--csv", offsetof(struct options, csv)},
    {"--export", offsetof(struct options, export)},
    {"--now", offsetof(struct options, now)},
    {"--truth", offsetof(struct options, truth)},
    {"--out", offsetof(struct options, out)},
    {"--history", offsetof(struct options, history)},
    {"--reporters", offsetof(struct options, reporters)},
};

struct method_name {
    const char *name;
    enum method method;
    bool takes_days;
};

static const struct method_name methods[] = {
    {"zhanji", METHOD_ZHANJI, false},     {"dawid-skene", METHOD_DAWID_SKENE, false},
    {"majority", METHOD_MAJORITY, false}, {"latest", METHOD_LATEST, false},
    {"window:", METHOD_WINDOW, true},     {"decay:", METHOD_DECAY, true},
};

static bool wrong(const char *what, const char *argument)
{
    fprintf(stderr, "zhanji-aggregate: %s: %s (--help tells more)\n", argument, what);
    return false;
}

static bool parse_method(const char *text, struct options *options)
{
    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
        const struct method_name *method = &methods[i];
        size_t length = strlen(method->name);
        bool matches = method->takes_days ? strncmp(text, method->name, length) == 0
                                          : strcmp(text, method->name) == 0;
        if (!matches)
            continue;
        options->method = method->method;
        if (!method->takes_days)
            return true;
        const char *days = text + length;
        bool valid = number_real(days, strlen(days), &options->days) && options->days > 0;
        return valid || wrong("needs a number of days above 0", text);
    }
    return wrong("no such method", text);
}

static const char **text_place(struct options *options, const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(text_options); i++) {
        if (strcmp(name, text_options[i].name) == 0) {
            void *place = (char *)options + text_options[i].place;
            return place;
        }
    }
    return NULL;
}

static bool parse_one(int argc, char **argv, int *position, struct options *options)
{
    const char *argument = argv[*position];
    if (strcmp(argument, "--static") == 0) {
        options->fixed_truth = true;
        return true;
    }
    if (strcmp(argument, "--json") == 0) {
        options->json = true;
        return true;
    }
    const char **place = text_place(options, argument);
    bool is_method = strcmp(argument, "--method") == 0;
    if (!place && !is_method)
        return wrong("no such option", argument);
    if (*position + 1 == argc)
        return wrong("needs a value", argument);
    const char *value = argv[++*position];
    if (is_method)
        return parse_method(value, options);
    *place = value;
    return true;
}

/* An export tells of days. */
static bool now_is_read(const struct options *options)
{
    struct visit visit;
    int32_t day;
    size_t length = strlen(options->now);
    return options->export ? day_parse(options->now, length, &day)
                           : time_parse(options->now, length, &visit);
}

static bool is_standard(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

size_t options_parts(const struct options *options, struct options parts_out[OPTIONS_PARTS])
{
    struct options *items = &parts_out[0];
    struct options *history = &parts_out[1];
    struct options *stations = &parts_out[2];
    parts_out[0] = *options;
    if (is_standard(options->out) + is_standard(options->history) + options->json < 2)
        return 1;
    *history = *items;
    *stations = *items;
    items->history = stations->history = NULL;
    history->out = stations->out = NULL;
    items->json = history->json = false;
    return OPTIONS_PARTS;
}

static bool check(const struct options *options)
{
    if (options->now && !now_is_read(options))
        return wrong(options->export ? "--now is no day" : "--now is no time", options->now);
    if (!options->csv == !options->export)
        return wrong("give --csv FILE or --export FILE", options->csv ? "--export" : "--csv");
    if (is_standard(options->csv) && is_standard(options->truth))
        return wrong("only one of --csv and --truth can be standard input", "-");
    bool differs = options->method != METHOD_ZHANJI || options->fixed_truth || options->reporters ||
                   options->truth;
    if (options->export && differs)
        return wrong("goes with --now, --out, --history and --json only", "--export");
    return true;
}

enum options_result options_parse(int argc, char **argv, struct options *options_out)
{
    struct options options = {.method = METHOD_ZHANJI};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(help, stdout);
            return fflush(stdout) == 0 ? OPTIONS_HELP : OPTIONS_WRONG;
        }
        if (!parse_one(argc, argv, &i, &options))
            return OPTIONS_WRONG;
    }
    if (!check(&options))
        return OPTIONS_WRONG;
    bool is_told = options.history || options.reporters || options.truth;
    if (!options.out && !is_told && !(options.export && options.json))
        options.out = "-";
    *options_out = options;
    return OPTIONS_RUN;
}
