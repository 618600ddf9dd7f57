#include "moderation/guard.h"

#include <inttypes.h>
#include <string.h>

#include "collector/base/map.h"
#include "moderation/signature.h"
#include "moderation/worker.h"

enum {
    NONCES_FIRST_PURGE = 1024 /* nonces kept before old ones are looked for */
};

struct moderation {
    struct clock clock;
    int64_t started;
    struct moderator_list moderators;
    struct map *nonces;    /* key ‖ nonce → created */
    size_t purge_at;       /* number of nonces at which the old ones are dropped */
    struct worker *worker; /* the desk's thread; NULL before it is needed */
};

void moderator_list_finish(struct moderator_list *list)
{
    free(list->items);
    *list = (struct moderator_list){0};
}

static void list_add(void *context, const struct moderator *moderator)
{
    struct moderator_list *list = context;

    list->items = memory_resize_take(list->items, list->count + 1, sizeof *list->items);
    memcpy(list->items[list->count].key, moderator->key, SIGN_PUBLIC_SIZE);
    list->items[list->count].retired = moderator->retired != 0;
    list->count++;
}

bool moderator_list_read(struct session *session, struct moderator_list *list, struct error *error)
{
    moderator_list_finish(list);
    return session_moderators(session, list_add, list, error);
}

void guard_moderators_take(struct moderation *moderation, struct moderator_list *list)
{
    moderator_list_finish(&moderation->moderators);
    moderation->moderators = *list;
    *list = (struct moderator_list){0};
}

struct read_job {
    struct store_job job; /* the first member */
    struct moderator_list list;
};

static bool run_read(struct session *session, struct store_job *job, struct error *error)
{
    return moderator_list_read(session, &((struct read_job *)job)->list, error);
}

bool moderation_create(struct store *store, struct clock clock, struct moderation **moderation_out,
                       struct error *error)
{
    struct read_job read = {.job.run = run_read};
    struct moderation *moderation;

    if (!store_call(store, &read.job, error)) {
        moderator_list_finish(&read.list);
        return false;
    }
    moderation = memory_zeroed(1, sizeof *moderation);
    moderation->clock = clock;
    moderation->started = clock_now(&clock);
    moderation->moderators = read.list;
    moderation->nonces = map_create();
    moderation->purge_at = NONCES_FIRST_PURGE;
    *moderation_out = moderation;
    return true;
}

void moderation_stop(struct moderation *moderation)
{
    if (moderation != NULL)
        worker_stop(TAKE(moderation->worker));
}

struct worker *guard_worker(const struct app *app, struct error *error)
{
    if (app->moderation->worker == NULL)
        app->moderation->worker = worker_start(app, error);
    return app->moderation->worker;
}

void moderation_destroy(struct moderation *moderation)
{
    if (moderation == NULL)
        return;
    moderation_stop(moderation);
    moderator_list_finish(&moderation->moderators);
    map_destroy(moderation->nonces);
    free(moderation);
}

/* The next purge is at twice what is left, so that the work a request is constant on average. */
static void purge_nonces(struct moderation *moderation, int64_t now)
{
    struct map *kept = map_create();
    const void *key;
    size_t length;
    size_t cursor = 0;
    uint64_t created;

    while (map_next(moderation->nonces, &cursor, &key, &length, &created))
        if ((int64_t)created + SIGNATURE_SECONDS >= now)
            map_put(kept, key, length, created);
    map_destroy(moderation->nonces);
    moderation->nonces = kept;
    moderation->purge_at = 2 * map_size(kept) + NONCES_FIRST_PURGE;
}

static bool nonce_is_new(struct moderation *moderation,
                         const struct signature_parameters *parameters, int64_t now)
{
    uint8_t key[SIGN_PUBLIC_SIZE + SIGNATURE_NONCE_MAX];
    size_t length = strlen(parameters->nonce);
    uint64_t created;

    memcpy(key, parameters->key, SIGN_PUBLIC_SIZE);
    memcpy(key + SIGN_PUBLIC_SIZE, parameters->nonce, length);
    length += SIGN_PUBLIC_SIZE;
    if (map_get(moderation->nonces, key, length, &created))
        return false;
    if (map_size(moderation->nonces) >= moderation->purge_at)
        purge_nonces(moderation, now);
    map_put(moderation->nonces, key, length, (uint64_t)parameters->created);
    return true;
}

static bool check_time(const struct moderation *moderation, int64_t created, int64_t now,
                       struct error *error)
{
    if (created < now - SIGNATURE_SECONDS || created > now + SIGNATURE_SECONDS)
        return error_set(error, ERROR_INVALID,
                         "the signature was made %" PRId64 " s %s now by the server's clock; at "
                         "most %d s are allowed: set the clock and sign again",
                         created < now ? now - created : created - now,
                         created < now ? "before" : "after", SIGNATURE_SECONDS);
    if (created < moderation->started)
        return error_set(error, ERROR_INVALID,
                         "the signature was made before the server started: sign again");
    return true;
}

/* Refuses a key that was never a moderator's. */
static bool find_moderator(const struct moderation *moderation, const uint8_t key[SIGN_PUBLIC_SIZE],
                           bool *retired_out, struct error *error)
{
    const struct moderator_list *list = &moderation->moderators;

    for (size_t i = 0; i < list->count; i++) {
        if (memcmp(list->items[i].key, key, SIGN_PUBLIC_SIZE) != 0)
            continue;
        *retired_out = list->items[i].retired;
        return true;
    }
    return error_set(error, ERROR_INVALID,
                     "no moderator has this key: the operator adds one with zhanji-moderate "
                     "moderator add");
}

static const char *const method_names[] = {
    [HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE"};

static bool check_signature(const struct http_exchange *exchange,
                            const struct signature_parameters *parameters, struct error *error)
{
    const struct http_request *request = &exchange->request;
    const char *digest = http_header(exchange, "Content-Digest");
    const char *signature = http_header(exchange, "Signature");
    struct signed_request signed_part = {
        .method = method_names[request->method],
        .path = request->path,
        .query = request->query,
        .body = request->body,
        .body_length = request->body_length,
    };

    if (digest == NULL || signature == NULL)
        return error_set(error, ERROR_INVALID, "Content-Digest or Signature is missing");
    return signature_verify(&signed_part, parameters, digest, signature, error);
}

/* The cheap checks come first: a signature costs a hundred times the rest, and only moderators'
 * nonces are kept. ERROR_DENIED (403) is for who did sign with a retired key; all else is 401. */
static bool check_request(const struct http_exchange *exchange, const struct app *app,
                          struct signature_parameters *parameters, struct error *error)
{
    struct moderation *moderation = app->moderation;
    const char *input = http_header(exchange, "Signature-Input");
    int64_t now = clock_now(&moderation->clock);
    bool is_retired;

    if (input == NULL)
        return error_set(error, ERROR_INVALID, "this needs a moderator's signature (RFC 9421)");
    if (!signature_parse(input, parameters, error) ||
        !check_time(moderation, parameters->created, now, error) ||
        !find_moderator(moderation, parameters->key, &is_retired, error) ||
        !check_signature(exchange, parameters, error))
        return false;
    if (is_retired)
        return error_set(error, ERROR_DENIED, "this moderator's key was retired");
    return nonce_is_new(moderation, parameters, now) ||
           error_set(error, ERROR_INVALID, "this nonce was used before: sign again");
}

bool guard_passes(struct http_exchange *exchange, const struct app *app, struct asker *asker_out)
{
    struct signature_parameters parameters;
    struct error error = {0};

    exchange->reply.no_store = true;
    *asker_out = (struct asker){0};
    if (exchange->request.local)
        return true;
    if (check_request(exchange, app, &parameters, &error)) {
        asker_out->has_key = true;
        memcpy(asker_out->key, parameters.key, SIGN_PUBLIC_SIZE);
        return true;
    }
    if (error.kind != ERROR_DENIED)
        http_set_header(exchange, "WWW-Authenticate", "Signature");
    http_problem(exchange, error.kind == ERROR_DENIED ? 403 : 401, "%s", error.text);
    return false;
}
