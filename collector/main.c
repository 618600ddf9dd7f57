/*
 * The server's composition root: reads the options, starts the parts in the order of their arrows,
 * serves until a signal comes, and stops them in the reverse order.
 */
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/http/http.h"
#include "collector/intake/founding.h"
#include "collector/intake/intake.h"
#include "collector/intake/keys.h"
#include "collector/intake/read.h"
#include "collector/intake/record.h"
#include "collector/intake/state.h"
#include "collector/options.h"
#include "collector/pages/cache.h"
#include "collector/pages/diagram.h"
#include "collector/pages/pages.h"
#include "collector/pages/tally.h"
#include "collector/publish/app.h"
#include "moderation/routes.h"

enum {
    EXIT_IN_USE = 3,
    STAGING_SECONDS = 3600,
    PUBLISH_INTERVAL_MS = 200
};

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

struct server {
    const struct options *options;
    struct source declared; /* the survey's declarations */
    struct source own;      /* what belongs to the program: sql/, openapi.json */
    struct survey *survey;
    struct diagram *diagram;
    struct page_cache *pages;
    struct tally *tally;
    struct store *store;
    struct server_keys keys;
    struct record *record;
    struct publisher *publisher;
    struct moderation *moderation;
    struct store_collector *collector;
    struct http_server *http;
    struct app app;
    int signals; /* a signalfd */
    int exit_code;
};

static void ignore(int signal_number)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigaction(signal_number, &action, NULL);
}

static void set_limits(void)
{
    struct rlimit no_core = {0, 0};
    struct rlimit files;
    umask(077);
    setrlimit(RLIMIT_CORE, &no_core); /* a core would hold secrets */
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* Blocked before there are threads, so that all inherit it: signals are read from one place. */
static bool start_signals(struct server *server, struct error *error)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    ignore(SIGPIPE);
    ignore(SIGXFSZ); /* a limit on file sizes is a full disk, not a crash */
    server->signals = signalfd(-1, &stops, SFD_NONBLOCK | SFD_CLOEXEC);
    return server->signals >= 0 ||
           error_set(error, ERROR_INTERNAL, "cannot read signals: %s", strerrordesc_np(errno));
}

static bool start_process(struct server *server, struct error *error)
{
    set_limits();
    json_object_seed(0);
    return start_signals(server, error) && secret_start(error);
}

static bool start_survey(struct server *server, struct error *error)
{
    server->own = (struct source){.files = schema_files, .count = schema_files_count};
    server->declared = server->own;
    server->declared.directory = server->options->schema;
    server->survey = survey_load(&server->declared, error);
    if (server->survey == NULL)
        return false;
    server->diagram = diagram_create(server->survey);
    server->pages = page_cache_create();
    server->tally = tally_create();
    return true;
}

static bool start_store(struct server *server, struct error *error)
{
    struct store_options options = {
        .path = server->options->db,
        .survey = server->survey,
        .source = &server->own,
        .clock = clock_real(),
        .staging_seconds = STAGING_SECONDS,
    };
    if (store_open(&options, &server->store, error))
        return true;
    if (error->kind == ERROR_BUSY)
        server->exit_code = EXIT_IN_USE;
    return false;
}

/* The keys lie beside the database and are touched only under its lock. */
static bool start_state(struct server *server, struct error *error)
{
    auto_buffer struct buffer folder = {0};
    buffer_format(&folder, "%s.state", server->options->db);
    return state_open(server->store, folder.data, &server->keys, error);
}

static bool start_archive(struct server *server, struct error *error)
{
    server->app = (struct app){
        .survey = server->survey,
        .store = server->store,
        .keys = &server->keys,
        .clock = clock_real(),
        .schema = &server->own,
        .diagram = server->diagram,
        .pages = server->pages,
        .tally = server->tally,
    };
    return founding_store(&server->app, &server->declared, error);
}

/* After the archive, which is where the log begins. */
static bool start_record(struct server *server, struct error *error)
{
    auto_buffer struct buffer folder = {0};
    buffer_format(&folder, "%s.state", server->options->db);
    struct record_options options = {
        .store = server->store,
        .survey = server->survey,
        .clock = clock_real(),
        .folder = folder.data,
    };
    if (!record_start(&options, &server->record, error))
        return false;
    server->app.record = server->record;
    return true;
}

static bool start_publisher(struct server *server, struct error *error)
{
    struct publisher_options options = {
        .survey = server->survey,
        .store = server->store,
        .clock = clock_real(),
        .interval_ms = PUBLISH_INTERVAL_MS,
    };
    if (!publisher_start(&options, &server->publisher, error))
        return false;
    server->app.publisher = server->publisher;
    return true;
}

static bool start_moderation(struct server *server, struct error *error)
{
    if (!moderation_create(server->store, clock_real(), &server->moderation, error))
        return false;
    server->app.moderation = server->moderation;
    return true;
}

static bool start_http(struct server *server, struct error *error)
{
    const struct http_route *const tables[] = {intake_routes, read_routes, record_routes,
                                               moderation_routes, pages_routes};
    const size_t lengths[] = {intake_routes_count, read_routes_count, record_routes_count,
                              moderation_routes_count, pages_routes_count};
    struct http_options options = {
        .listen = server->options->listen,
        .socket_path = server->options->socket,
        .rate_per_minute = server->options->rate_per_minute,
        .trust_proxy = server->options->trust_proxy,
        .clock = clock_real(),
        .context = &server->app,
        .problem_page = pages_problem,
    };
    server->http = http_create(&options, tables, lengths, ARRAY_LENGTH(tables), error);
    server->app.http = server->http;
    return server->http != NULL;
}

static void collect(void *context)
{
    store_collect(context);
}

static void release(void *context)
{
    store_release(context);
}

static void stop(void *context)
{
    struct server *server = context;
    struct signalfd_siginfo signal_info;
    while (read(server->signals, &signal_info, sizeof signal_info) > 0)
        http_stop(server->http);
}

static bool start_watches(struct server *server, struct error *error)
{
    server->collector = store_collector_create(error);
    if (server->collector == NULL)
        return false;
    server->app.collector = server->collector;
    http_on_turn(server->http, release, server->store);
    return http_watch(server->http, store_collector_fd(server->collector), collect,
                      server->collector) &&
           http_watch(server->http, server->signals, stop, server);
}

static bool announce(struct server *server, struct error *error)
{
    fprintf(stderr, "zhanji-collector: survey %s with %d stations, database %s\n",
            server->survey->id, server->survey->station_count, server->options->db);
    if (printf("listening on %s\n", http_address(server->http)) < 0 || fflush(stdout) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot write to standard output: %s",
                         strerrordesc_np(errno));
    return true;
}

static bool (*const steps[])(struct server *server, struct error *error) = {
    start_process,   start_survey,     start_store, start_state,   start_archive, start_record,
    start_publisher, start_moderation, start_http,  start_watches, announce,
};

/* Jobs that are still with the store answer their exchanges before these go. */
static void finish(struct server *server)
{
    moderation_stop(server->moderation);
    if (server->publisher != NULL)
        publisher_stop(server->publisher);
    record_stop(server->record);
    if (server->store != NULL)
        store_close(server->store);
    record_destroy(server->record);
    if (server->collector != NULL)
        store_collect(server->collector);
    if (server->http != NULL)
        http_destroy(server->http);
    if (server->collector != NULL)
        store_collector_destroy(server->collector);
    moderation_destroy(server->moderation);
    page_cache_destroy(server->pages);
    tally_destroy(server->tally);
    diagram_destroy(server->diagram);
    if (server->survey != NULL)
        survey_destroy(server->survey);
    keys_wipe(&server->keys);
    if (server->signals >= 0)
        close(server->signals);
}

int main(int argc, char **argv)
{
    struct options options;
    struct error error = {0};
    enum options_result parsed = options_parse(argc, argv, &options);
    if (parsed != OPTIONS_RUN)
        return parsed == OPTIONS_HELP ? EXIT_SUCCESS : OPTIONS_EXIT_USAGE;
    memory_keep_freed();
    struct server server = {.options = &options, .signals = -1, .exit_code = EXIT_FAILURE};
    bool started = true;
    for (size_t i = 0; i < ARRAY_LENGTH(steps) && started; i++)
        started = steps[i](&server, &error);
    if (started)
        http_run(server.http);
    else
        fprintf(stderr, "zhanji-collector: %s\n", error.text);
    finish(&server);
    if (started)
        fprintf(stderr, "zhanji-collector: stopped\n");
    return started ? EXIT_SUCCESS : server.exit_code;
}
