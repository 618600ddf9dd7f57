#include "collector/options.h"

#include <stdio.h>
#include <string.h>

#include "collector/base/number.h"

enum {
    RATE_MAX = 1000000
};

static const char usage[] =
    "usage: zhanji-collector [--db FILE] [--listen HOST:PORT] [--socket PATH] [--schema DIR]\n"
    "                        [--rate N] [--trust-proxy HEADER]\n"
    "\n"
    "  --db FILE             the database (zhanji.db); its keys lie in FILE.state/\n"
    "  --listen HOST:PORT    where pages are served (127.0.0.1:8080; port 0 picks one)\n"
    "  --socket PATH         for moderators and the operator on this machine (zhanji.sock)\n"
    "  --schema DIR          another survey, instead of the one built in\n"
    "  --rate N              reports a minute for each address prefix (60)\n"
    "  --trust-proxy HEADER  the client's address comes from this header\n"
    "\n"
    "exit codes: 0 stopped, 1 refused, 2 usage, 3 database in use\n";

struct option {
    const char *name;
    const char **value;
};

static enum options_result wrong(const char *what, const char *argument)
{
    fprintf(stderr, "zhanji-collector: %s: %s\n%s", argument, what, usage);
    return OPTIONS_WRONG;
}

/* The option that an argument names, as `--name` or `--name=value`. */
static const struct option *find(const struct option *options, size_t count, const char *argument)
{
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < count; i++)
        if (strlen(options[i].name) == length && memcmp(options[i].name, argument, length) == 0)
            return &options[i];
    return NULL;
}

static bool asks_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

/* Ahead of everything that would be made before the socket is opened. */
static bool names_port(const char *listen)
{
    uint64_t port;
    const char *colon = strrchr(listen, ':');
    return colon != NULL && number_unsigned(colon + 1, strlen(colon + 1), UINT16_MAX, &port);
}

/* A header's name (RFC 9110 §5.6.2); none that real proxies use needs other characters. */
static bool names_header(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return name[strspn(name, letters)] == '\0';
}

static enum options_result check(const struct options *options)
{
    if (!names_port(options->listen))
        return wrong("--listen takes HOST:PORT, with a port from 0 to 65535", options->listen);
    if (options->trust_proxy != NULL && !names_header(options->trust_proxy))
        return wrong("--trust-proxy takes the name of a header", options->trust_proxy);
    return OPTIONS_RUN;
}

static enum options_result read_all(int argc, char **argv, const struct option *options,
                                    size_t count)
{
    for (int i = 1; i < argc; i++) {
        const struct option *option = find(options, count, argv[i]);
        const char *equals = strchr(argv[i], '=');
        if (asks_help(argv[i])) {
            fputs(usage, stdout);
            return OPTIONS_HELP;
        }
        if (option == NULL)
            return wrong("no such option", argv[i]);
        if (equals == NULL && i + 1 == argc)
            return wrong("needs a value", argv[i]);
        *option->value = equals != NULL ? equals + 1 : argv[++i];
        if ((*option->value)[0] == '\0')
            return wrong("needs a value", option->name);
    }
    return OPTIONS_RUN;
}

enum options_result options_parse(int argc, char **argv, struct options *options_out)
{
    struct options values = {
        .db = "zhanji.db",
        .listen = "127.0.0.1:8080",
        .socket = "zhanji.sock",
    };
    const char *rate = "60";
    uint64_t number;
    const struct option options[] = {
        {"--db", &values.db},
        {"--listen", &values.listen},
        {"--socket", &values.socket},
        {"--schema", &values.schema},
        {"--rate", &rate},
        {"--trust-proxy", &values.trust_proxy},
    };
    enum options_result result = read_all(argc, argv, options, ARRAY_LENGTH(options));
    if (result != OPTIONS_RUN)
        return result;
    if (!number_unsigned(rate, strlen(rate), RATE_MAX, &number) || number == 0)
        return wrong("--rate takes a number from 1 to 1000000", rate);
    values.rate_per_minute = (unsigned)number;
    result = check(&values);
    if (result != OPTIONS_RUN)
        return result;
    *options_out = values;
    return OPTIONS_RUN;
}
