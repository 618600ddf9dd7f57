/*
 * The HTTP part without the rest of the server: GET /page answers a shared blob of SIZE bytes,
 * POST /now answers at once, POST /later is handed to another thread and comes back from it, as
 * reports do from the store. Prints its address, stops at the end of its input.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "collector/base/number.h"
#include "collector/http/http.h"

enum {
    QUEUE_MAX = 8192
};

struct queue {
    struct http_exchange *items[QUEUE_MAX];
    size_t count;
};

struct ours {
    struct blob *page;
    struct http_server *server;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct queue waiting;
    struct queue done;
    int done_fd;
    bool stopping;
};

static enum http_progress get_page(struct http_exchange *exchange, void *context)
{
    struct ours *ours = context;
    exchange->reply.public_data = true;
    return http_blob_take(exchange, blob_hold(ours->page));
}

static enum http_progress post_now(struct http_exchange *exchange, void *context)
{
    (void)context;
    exchange->reply.status = 201;
    http_set_header(exchange, "Location", "/api/v1/reports/6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11");
    buffer_text(&exchange->reply.body,
                "{\"id\":\"6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11\",\"status\":\"pending\"}");
    return HTTP_DONE;
}

static enum http_progress post_later(struct http_exchange *exchange, void *context)
{
    struct ours *ours = context;
    pthread_mutex_lock(&ours->lock);
    ours->waiting.items[ours->waiting.count++ % QUEUE_MAX] = exchange;
    pthread_mutex_unlock(&ours->lock);
    pthread_cond_signal(&ours->arrived);
    return HTTP_WAIT;
}

/* One wake-up a batch, as the store does it. */
static void *work(void *context)
{
    struct ours *ours = context;
    const uint64_t one = 1;
    pthread_mutex_lock(&ours->lock);
    while (!ours->stopping) {
        if (ours->waiting.count == 0) {
            pthread_cond_wait(&ours->arrived, &ours->lock);
            continue;
        }
        memcpy(ours->done.items + ours->done.count, ours->waiting.items,
               ours->waiting.count * sizeof ours->waiting.items[0]);
        ours->done.count += ours->waiting.count;
        ours->waiting.count = 0;
        pthread_mutex_unlock(&ours->lock);
        if (write(ours->done_fd, &one, sizeof one) < 0)
            perror("eventfd");
        pthread_mutex_lock(&ours->lock);
    }
    pthread_mutex_unlock(&ours->lock);
    return NULL;
}

static void collect(void *context)
{
    struct ours *ours = context;
    static struct queue batch;
    uint64_t count = 0;
    if (read(ours->done_fd, &count, sizeof count) < 0)
        return;
    pthread_mutex_lock(&ours->lock);
    memcpy(batch.items, ours->done.items, ours->done.count * sizeof batch.items[0]);
    batch.count = ours->done.count;
    ours->done.count = 0;
    pthread_mutex_unlock(&ours->lock);
    for (size_t i = 0; i < batch.count; i++) {
        post_now(batch.items[i], ours);
        http_resume(batch.items[i]);
    }
}

static const struct http_route routes[] = {
    {HTTP_GET, "/page", get_page, 0, NULL, 0},
    {HTTP_POST, "/now", post_now, 16384, "application/json", HTTP_RATED},
    {HTTP_POST, "/later", post_later, 16384, "application/json", HTTP_RATED},
};

static void *wait_for_end(void *server)
{
    getchar();
    http_stop(server);
    return NULL;
}

static struct blob *make_page(size_t size)
{
    struct buffer text = {0};
    for (size_t i = 0; i < size; i++)
        buffer_char(&text, 'x');
    return blob_create_take(&text, "application/json");
}

static bool start(struct ours *ours)
{
    struct error error = {0};
    const struct http_options options = {
        .listen = "127.0.0.1:0", .rate_per_minute = 60, .clock = clock_real(), .context = ours};
    const struct http_route *const tables[] = {routes};
    const size_t lengths[] = {ARRAY_LENGTH(routes)};
    ours->server = http_create(&options, tables, lengths, 1, &error);
    ours->done_fd = eventfd(0, EFD_NONBLOCK);
    if (ours->server == NULL || !http_watch(ours->server, ours->done_fd, collect, ours)) {
        fprintf(stderr, "ours: %s\n", error.text);
        return false;
    }
    printf("%s\n", http_address(ours->server) + strlen("http://"));
    return fflush(stdout) == 0;
}

static void stop_worker(struct ours *ours, pthread_t worker)
{
    pthread_mutex_lock(&ours->lock);
    ours->stopping = true;
    pthread_mutex_unlock(&ours->lock);
    pthread_cond_signal(&ours->arrived);
    pthread_join(worker, NULL);
}

int main(int argc, char **argv)
{
    static struct ours ours;
    pthread_t worker;
    pthread_t watcher;
    uint64_t size = 0;
    struct error error = {0};
    if (argc != 2 || !number_unsigned(argv[1], strlen(argv[1]), 1 << 24, &size)) {
        fputs("usage: ours SIZE\n", stderr);
        return 2;
    }
    pthread_mutex_init(&ours.lock, NULL);
    pthread_cond_init(&ours.arrived, NULL);
    ours.page = make_page(size);
    if (!secret_start(&error) || !start(&ours) || pthread_create(&worker, NULL, work, &ours) != 0 ||
        pthread_create(&watcher, NULL, wait_for_end, ours.server) != 0)
        return 1;
    http_run(ours.server);
    stop_worker(&ours, worker);
    pthread_join(watcher, NULL);
    http_destroy(ours.server);
    blob_drop(ours.page);
    return 0;
}
