#ifndef ZHANJI_TESTS_HTTP_HARNESS_H
#define ZHANJI_TESTS_HTTP_HARNESS_H

/* A server in a thread of its own, and a client that sends what it is told, byte for byte. */

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/number.h"
#include "collector/http/http.h"

struct harness {
    struct http_server *server;
    pthread_t thread;
    bool running;
};

struct client {
    int fd;
    struct buffer input; /* received, not yet read */
};

struct response {
    int status; /* 0: the connection ended without one */
    struct buffer head;
    struct buffer body;
};

__attribute__((unused)) static void *harness_run(void *server)
{
    http_run(server);
    return NULL;
}

__attribute__((unused)) static void harness_start(struct harness *harness,
                                                  const struct http_options *options,
                                                  const struct http_route *routes, size_t count)
{
    struct error error = {0};
    struct http_options given = *options;
    if (given.clock.now == NULL)
        given.clock = clock_real();
    if (given.listen == NULL && given.socket_path == NULL)
        given.listen = "127.0.0.1:0";
    harness->server = http_create(&given, &routes, &count, 1, &error);
    if (harness->server == NULL)
        fail_msg("%s", error.text);
    harness->running = false;
}

__attribute__((unused)) static void harness_go(struct harness *harness)
{
    assert_int_equal(pthread_create(&harness->thread, NULL, harness_run, harness->server), 0);
    harness->running = true;
}

__attribute__((unused)) static void harness_stop(struct harness *harness)
{
    http_stop(harness->server);
    if (harness->running)
        pthread_join(harness->thread, NULL);
    http_destroy(harness->server);
    harness->server = NULL;
}

__attribute__((unused)) static void client_open(struct client *client,
                                                const struct harness *harness)
{
    uint64_t port = 0;
    const char *text = strrchr(http_address(harness->server), ':') + 1;
    assert_true(number_unsigned(text, strlen(text), 65535, &port));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *client = (struct client){.fd = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(connect(client->fd, (struct sockaddr *)&address, sizeof address), 0);
}

__attribute__((unused)) static void client_open_local(struct client *client, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    *client = (struct client){.fd = socket(AF_UNIX, SOCK_STREAM, 0)};
    assert_int_equal(connect(client->fd, (struct sockaddr *)&address, sizeof address), 0);
}

__attribute__((unused)) static void client_close(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    buffer_finish(&client->input);
}

/* The server may have hung up already: that shows in what is read. */
__attribute__((unused)) static void client_send(struct client *client, const char *bytes,
                                                size_t length)
{
    while (length > 0) {
        ssize_t sent = send(client->fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

__attribute__((unused)) static void client_say(struct client *client, const char *text)
{
    client_send(client, text, strlen(text));
}

__attribute__((unused)) static bool client_receive(struct client *client)
{
    char bytes[16384];
    ssize_t count = recv(client->fd, bytes, sizeof bytes, 0);
    if (count <= 0)
        return false;
    buffer_bytes(&client->input, bytes, (size_t)count);
    return true;
}

__attribute__((unused)) static void client_drop(struct client *client, size_t length)
{
    memmove(client->input.data, client->input.data + length, client->input.length - length + 1);
    client->input.length -= length;
}

__attribute__((unused)) static void response_finish(struct response *response)
{
    buffer_finish(&response->head);
    buffer_finish(&response->body);
    response->status = 0;
}

/* The value of a header as a string that the caller frees; NULL if absent. */
__attribute__((unused)) static char *response_header(const struct response *response,
                                                     const char *name)
{
    size_t length = strlen(name);
    for (const char *line = response->head.data; line != NULL; line = strstr(line, "\r\n")) {
        line += strncmp(line, "\r\n", 2) == 0 ? 2 : 0;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return memory_slice(line + length + 2, strcspn(line + length + 2, "\r"));
    }
    return NULL;
}

__attribute__((unused)) static bool response_has(const struct response *response, const char *name,
                                                 const char *value)
{
    auto_free char *found = response_header(response, name);
    return found != NULL && strcmp(found, value) == 0;
}

__attribute__((unused)) static bool client_take(struct client *client, size_t length,
                                                struct buffer *out)
{
    while (client->input.length < length)
        if (!client_receive(client))
            return false;
    buffer_bytes(out, client->input.data, length);
    client_drop(client, length);
    return true;
}

__attribute__((unused)) static bool client_take_line(struct client *client, struct buffer *out)
{
    for (;;) {
        char *end = client->input.length > 0 ? strstr(client->input.data, "\r\n") : NULL;
        if (end != NULL)
            return client_take(client, (size_t)(end + 2 - client->input.data), out);
        if (!client_receive(client))
            return false;
    }
}

__attribute__((unused)) static bool client_take_chunks(struct client *client, struct buffer *out)
{
    for (;;) {
        auto_buffer struct buffer line = {0};
        size_t length = 0;
        if (!client_take_line(client, &line))
            return false;
        for (const char *digit = line.data; *digit != '\r'; digit++)
            length =
                length * 16 + (size_t)(*digit <= '9' ? *digit - '0' : (*digit | 32) - 'a' + 10);
        if (!client_take(client, length, out))
            return false;
        buffer_clear(&line);
        if (!client_take(client, 2, &line))
            return false;
        if (length == 0)
            return true;
    }
}

/* Reads one response; `head_only` for those to HEAD. False: the connection ended in it. */
__attribute__((unused)) static bool client_read(struct client *client, bool head_only,
                                                struct response *response)
{
    uint64_t length = 0;
    *response = (struct response){0};
    do {
        auto_buffer struct buffer line = {0};
        if (!client_take_line(client, &line))
            return false;
        buffer_bytes(&response->head, line.data, line.length);
    } while (response->head.length < 4 ||
             strcmp(response->head.data + response->head.length - 4, "\r\n\r\n") != 0);
    response->status = (response->head.data[9] - '0') * 100 + (response->head.data[10] - '0') * 10 +
                       response->head.data[11] - '0';
    if (head_only || response->status == 304 || response->status == 100)
        return true;
    if (response_has(response, "Transfer-Encoding", "chunked"))
        return client_take_chunks(client, &response->body);
    auto_free char *text = response_header(response, "Content-Length");
    assert_non_null(text);
    assert_true(number_unsigned(text, strlen(text), SIZE_MAX, &length));
    return client_take(client, length, &response->body);
}

/* Sends and reads on a connection of its own. */
__attribute__((unused)) static bool ask(const struct harness *harness, const char *request,
                                        struct response *response)
{
    struct client client;
    client_open(&client, harness);
    client_say(&client, request);
    bool good = client_read(&client, strncmp(request, "HEAD", 4) == 0, response);
    client_close(&client);
    return good;
}

/* Waits until the server closes the connection; false if it says something first. */
__attribute__((unused)) static bool client_is_closed(struct client *client)
{
    return client->input.length == 0 && !client_receive(client);
}

#endif
