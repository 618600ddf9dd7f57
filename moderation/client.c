#include "moderation/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "collector/base/day.h"
#include "moderation/signature.h"

enum {
    CONNECT_SECONDS = 10,
    STALL_SECONDS = 120 /* without a byte */
};

void client_finish(struct client *client)
{
    curl_easy_cleanup(client->curl);
    client->curl = NULL;
}

void client_reply_finish(struct client_reply *reply)
{
    buffer_finish(&reply->body);
}

void client_json_release(json_t **json)
{
    json_decref(*json);
}

struct receiving {
    CURL *curl;
    const struct client_request *request;
    struct client_reply *reply;
};

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct receiving *receiving = context;
    const struct client_request *request = receiving->request;
    long status = 0;

    curl_easy_getinfo(receiving->curl, CURLINFO_RESPONSE_CODE, &status);
    if (request->part != NULL && status == 200)
        return request->part(request->context, bytes, size * count) ? count : 0;
    buffer_bytes(&receiving->reply->body, bytes, size * count);
    return count;
}

static void add_header(struct curl_slist **headers, const char *name, const char *value)
{
    auto_buffer struct buffer line = {0};
    struct curl_slist *longer;

    buffer_format(&line, "%s: %s", name, value);
    longer = curl_slist_append(*headers, line.data);
    if (longer != NULL)
        *headers = longer;
}

static void sign(const struct client *client, const struct client_request *request,
                 struct curl_slist **headers)
{
    const char *query = strchr(request->path, '?');
    auto_free char *path = query == NULL
                               ? memory_text(request->path)
                               : memory_slice(request->path, (size_t)(query - request->path));
    struct signed_request part = {
        .method = request->method,
        .path = path,
        .query = query == NULL ? "" : query + 1,
        .body = request->length == 0 ? "" : request->body,
        .body_length = request->length,
    };
    struct clock clock = clock_real();
    struct signature_parameters parameters = {.created = clock_now(&clock)};
    struct signature_headers values;

    memcpy(parameters.key, client->key->key, sizeof parameters.key);
    signature_nonce(parameters.nonce);
    signature_make(&part, &parameters, &client->key->secret, &values);
    add_header(headers, "Content-Digest", values.content_digest.data);
    add_header(headers, "Signature-Input", values.input.data);
    add_header(headers, "Signature", values.signature.data);
    signature_headers_finish(&values);
}

static void set_target(const struct client *client, const struct client_request *request)
{
    auto_buffer struct buffer url = {0};
    size_t length;

    if (client->socket != NULL) {
        curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
        curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
        buffer_text(&url, "http://localhost");
    } else {
        length = strlen(client->server);
        while (length > 0 && client->server[length - 1] == '/')
            length--;
        buffer_bytes(&url, client->server, length);
    }
    buffer_text(&url, request->path);
    curl_easy_setopt(client->curl, CURLOPT_URL, url.data);
}

static void set_options(const struct client *client, const struct client_request *request,
                        struct receiving *receiving, struct curl_slist *headers)
{
    CURL *curl = client->curl;

    curl_easy_reset(curl);
    set_target(client, request);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, receiving);
    if (strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->length == 0 ? "" : request->body);
    }
}

static bool say_no_server(const struct client *client, CURLcode code, struct error *error)
{
    const char *where = client->socket != NULL ? client->socket : client->server;

    if (code == CURLE_WRITE_ERROR)
        return error_set(error, ERROR_INTERNAL, "what the server sent could not be written");
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return error_set(error, ERROR_INVALID, "%s is not the URL of a server", where);
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
        return error_set(error, ERROR_BUSY, "no server at %s: start zhanji-collector or give %s",
                         where, client->socket != NULL ? "--socket" : "--server");
    return error_set(error, ERROR_BUSY, "the server at %s does not answer: %s", where,
                     curl_easy_strerror(code));
}

static struct curl_slist *make_headers(const struct client *client,
                                       const struct client_request *request)
{
    struct curl_slist *headers = NULL;

    add_header(&headers, "Accept", "application/json, application/problem+json, */*;q=0.1");
    /* Without it libcurl asks before sending a body, and waits. */
    headers = curl_slist_append(headers, "Expect:");
    if (strcmp(request->method, "POST") == 0)
        add_header(&headers, "Content-Type",
                   request->type == NULL ? "application/json" : request->type);
    if (client->socket == NULL && client->key != NULL)
        sign(client, request, &headers);
    return headers;
}

static void read_head(CURL *curl, struct client_reply *reply)
{
    struct curl_header *view;
    curl_off_t retry = 0;
    long status = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry);
    reply->status = (unsigned)status;
    reply->retry_after = (unsigned)retry;
    if (curl_easy_header(curl, "Zhanji-View", 0, CURLH_HEADER, -1, &view) == CURLHE_OK)
        snprintf(reply->view, sizeof reply->view, "%s", view->value);
}

bool client_send(struct client *client, const struct client_request *request,
                 struct client_reply *reply_out, struct error *error)
{
    struct client_reply reply = {0};
    struct receiving receiving = {.request = request, .reply = &reply};
    struct curl_slist *headers;
    CURLcode code;

    if (client->curl == NULL && (client->curl = curl_easy_init()) == NULL)
        return error_set(error, ERROR_INTERNAL, "libcurl does not start");
    receiving.curl = client->curl;
    headers = make_headers(client, request);
    set_options(client, request, &receiving, headers);
    code = curl_easy_perform(client->curl);
    curl_slist_free_all(headers);
    if (code != CURLE_OK) {
        client_reply_finish(&reply);
        return say_no_server(client, code, error);
    }
    read_head(client->curl, &reply);
    *reply_out = reply;
    return true;
}

static enum error_kind kind_of(unsigned status)
{
    static const struct {
        unsigned status;
        enum error_kind kind;
    } kinds[] = {
        {401, ERROR_DENIED},   {403, ERROR_DENIED},    {404, ERROR_NOT_FOUND},
        {409, ERROR_CONFLICT}, {413, ERROR_TOO_LARGE}, {500, ERROR_INTERNAL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        if (kinds[i].status == status)
            return kinds[i].kind;
    return ERROR_INVALID;
}

bool client_refused(const struct client_reply *reply, struct error *error)
{
    auto_json json_t *problem =
        json_loadb(reply->body.data == NULL ? "" : reply->body.data, reply->body.length, 0, NULL);
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const char *title = json_string_value(json_object_get(problem, "title"));

    if (detail == NULL)
        detail = title == NULL ? "the server refused" : title;
    return error_set(error, kind_of(reply->status), "%s (%u)", detail, reply->status);
}

bool client_json(struct client *client, const struct client_request *request, json_t **json_out,
                 struct error *error)
{
    auto_reply struct client_reply reply = {0};
    json_t *json;

    if (!client_send(client, request, &reply, error))
        return false;
    if (reply.status < 200 || reply.status > 299)
        return client_refused(&reply, error);
    json = json_loadb(reply.body.data == NULL ? "" : reply.body.data, reply.body.length, 0, NULL);
    if (json == NULL)
        return error_set(error, ERROR_INTERNAL,
                         "the server did not answer with JSON: is %s one of "
                         "zhanji's?",
                         client->socket != NULL ? client->socket : client->server);
    *json_out = json;
    return true;
}

bool client_get(struct client *client, const char *path, json_t **json_out, struct error *error)
{
    struct client_request request = {.method = "GET", .path = path};

    return client_json(client, &request, json_out, error);
}

const json_t *client_decide(struct client *client, const char *body, size_t length, size_t count,
                            json_t **json_out, struct error *error)
{
    auto_reply struct client_reply reply = {0};
    const struct client_request request = {.method = "POST",
                                           .path = "/api/v1/moderation/decisions",
                                           .type = "application/json",
                                           .body = body,
                                           .length = length};
    const json_t *results;

    if (!client_send(client, &request, &reply, error))
        return NULL;
    *json_out =
        json_loadb(reply.body.data == NULL ? "" : reply.body.data, reply.body.length, 0, NULL);
    results = json_object_get(*json_out, "results");
    if (json_array_size(results) == count)
        return results;
    (void)client_refused(&reply, error);
    return NULL;
}
