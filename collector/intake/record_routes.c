/* GET /log/…: C2SP tlog-tiles, and the lists that entries have the digest or the root of. What is
 * served is a part of the published tree, so a full tile never changes. */
#include <inttypes.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/intake/record_internal.h"
#include "collector/publish/app.h"

struct serving {
    struct store_job job; /* the first member */
    struct http_exchange *exchange;
    struct tile tile;
    uint64_t entry; /* of the reports it covers */
    int32_t day;
    bool found;
    uint32_t count; /* entries of the bundle so far */
    struct buffer body;
};

static const char text_type[] = "text/plain; charset=utf-8";
static const char bytes_type[] = "application/octet-stream";

static void finish(struct store_job *job)
{
    struct serving *serving = (struct serving *)job;
    struct http_exchange *exchange = serving->exchange;
    if (job->error.kind != ERROR_NONE)
        http_error(exchange, &job->error);
    else if (!serving->found)
        http_problem(exchange, 404, "The log has no such part");
    else {
        exchange->reply.immutable = true;
        exchange->reply.body = serving->body;
        serving->body = (struct buffer){0};
    }
    buffer_finish(&serving->body);
    free(serving);
    http_resume(exchange);
}

/* Sends the job; the serving is the store's from then on. */
static enum http_progress send(struct http_exchange *exchange, const struct app *app,
                               const struct serving *wanted,
                               bool (*run)(struct session *, struct store_job *, struct error *))
{
    struct error error = {0};
    struct serving *serving = memory_zeroed(1, sizeof *serving);
    *serving = *wanted;
    serving->exchange = exchange;
    serving->job.collector = app->collector;
    serving->job.run = run;
    serving->job.finish = finish;
    exchange->reply.public_data = true;
    if (store_submit(app->store, &serving->job, &error))
        return HTTP_WAIT;
    free(serving);
    return http_error(exchange, &error);
}

static void add_entry(void *context, uint64_t number, const char *line, size_t length)
{
    struct serving *serving = context;
    (void)number;
    tile_bundle_add(&serving->body, line, length);
    serving->count++;
}

static void add_leaf(void *context, uint64_t number, const char *line, size_t length)
{
    struct serving *serving = context;
    struct hash leaf = merkle_leaf(line, length);
    (void)number;
    buffer_bytes(&serving->body, leaf.bytes, sizeof leaf.bytes);
    serving->count++;
}

static bool run_nodes(struct session *session, struct serving *serving, struct error *error)
{
    uint8_t hashes[TILE_WIDTH][SECRET_KEY_SIZE];
    const struct tile *tile = &serving->tile;
    if (!session_nodes(session, (unsigned)tile->level, tile->index * TILE_WIDTH, tile->width,
                       hashes, &serving->count, error))
        return false;
    buffer_bytes(&serving->body, hashes, serving->count * sizeof hashes[0]);
    return true;
}

static bool run_tile(struct session *session, struct store_job *job, struct error *error)
{
    struct serving *serving = (struct serving *)job;
    const struct tile *tile = &serving->tile;
    bool read = tile->level > 0
                    ? run_nodes(session, serving, error)
                    : session_entries(session, tile->index * TILE_WIDTH, tile->width,
                                      tile->level == 0 ? add_leaf : add_entry, serving, error);
    serving->found = serving->count == tile->width;
    return read;
}

static enum http_progress serve_tile(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    struct serving serving = {0};
    auto_buffer struct buffer path = {0};
    buffer_format(&path, "tile/%s", exchange->request.arguments[0]);
    bool is_tile = tile_path_parse(path.data, path.length, &serving.tile);
    uint64_t size = record_size(app->record);
    if (!is_tile || tile_width(serving.tile.level, serving.tile.index, size) < serving.tile.width)
        return http_problem(exchange, 404, "The log has no such tile");
    exchange->reply.type = bytes_type;
    return send(exchange, app, &serving, run_tile);
}

static enum http_progress serve_checkpoint(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    auto_buffer struct buffer reason = {0};
    struct blob *blob = record_checkpoint(app->record);
    if (record_refuses(app->record, &reason) || blob == NULL) {
        blob_drop(blob);
        return http_problem(exchange, 503, "The log is not signed at present");
    }
    exchange->reply.public_data = true;
    exchange->reply.type = text_type;
    buffer_bytes(&exchange->reply.body, blob_data(blob), blob_length(blob));
    blob_drop(blob);
    return HTTP_DONE;
}

static enum http_progress serve_verifier(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    auto_buffer struct buffer verifier = {0};
    record_verifier(app->record, &verifier);
    if (verifier.length == 0)
        return http_problem(exchange, 503, "The log is not signed at present");
    exchange->reply.public_data = true;
    exchange->reply.type = text_type;
    buffer_format(&exchange->reply.body, "%s\n", verifier.data);
    return HTTP_DONE;
}

static bool run_received(struct session *session, struct store_job *job, struct error *error)
{
    struct serving *serving = (struct serving *)job;
    return session_received(session, serving->day, &serving->body, &serving->found, error);
}

static enum http_progress serve_received(struct http_exchange *exchange, void *context)
{
    const char *day = exchange->request.arguments[0];
    struct serving serving = {0};
    if (!day_parse(day, strlen(day), &serving.day))
        return http_problem(exchange, 404, "A day is written YYYY-MM-DD");
    exchange->reply.type = text_type;
    return send(exchange, context, &serving, run_received);
}

static bool run_covered(struct session *session, struct store_job *job, struct error *error)
{
    struct serving *serving = (struct serving *)job;
    auto_buffer struct buffer ids = {0};
    if (!session_covered(session, serving->entry, &ids, &serving->found, error))
        return false;
    for (size_t at = 0; at + UUID_SIZE <= ids.length; at += UUID_SIZE) {
        char text[UUID_TEXT_SIZE];
        uuid_print((const uint8_t *)ids.data + at, text);
        buffer_format(&serving->body, "%s\n", text);
    }
    return true;
}

static enum http_progress serve_covered(struct http_exchange *exchange, void *context)
{
    const char *number = exchange->request.arguments[0];
    const struct app *app = context;
    struct serving serving = {0};
    if (!number_unsigned(number, strlen(number), INT64_MAX, &serving.entry) ||
        serving.entry >= record_size(app->record))
        return http_problem(exchange, 404, "The log has no such entry");
    exchange->reply.type = text_type;
    return send(exchange, app, &serving, run_covered);
}

const struct http_route record_routes[] = {
    {HTTP_GET, "/log/checkpoint", serve_checkpoint, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/log/vkey", serve_verifier, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/log/received/{day}", serve_received, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/log/reports/{entry}", serve_covered, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/log/tile/{path...}", serve_tile, 0, NULL, HTTP_PUBLIC},
};
const size_t record_routes_count = ARRAY_LENGTH(record_routes);
