/*
 * Asks a server as fast as it answers, over N kept connections, one request at a time on each:
 *   load [-c N] [-d SECONDS] [-b BODY] [-t TYPE] [-H HEADER] HOST:PORT PATH
 * With -b it POSTs; "%U" in the body becomes a new random UUID each time. Prints one line:
 *   rate=… requests=… errors=… refused=… p50_us=… p99_us=… p999_us=… max_us=…
 * errors: connections that broke or stayed silent for two seconds; refused: answers of 400 and up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/buffer.h"
#include "collector/base/number.h"

enum {
    CONNECTIONS_MAX = 16384,
    INPUT_MAX = 1 << 16,
    UUID_LENGTH = 36,
    SILENCE_NS = 2000000000,
    SLOTS = 32, /* of a power of two in the histogram: 3 % exact */
    BUCKETS = 40 * SLOTS
};

struct connection {
    int fd;
    int64_t asked_ns;
    size_t length; /* of the input */
    size_t whole;  /* of the response, 0 while its head is not here */
    bool waiting;
    char *input;
};

struct load {
    struct sockaddr_in address;
    unsigned connection_count;
    unsigned seconds;
    const char *path;
    const char *body;
    const char *type;
    const char *header;
    struct buffer request;
    size_t uuid_at; /* 0: none */
    uint64_t random;
    int epoll_fd;
    struct connection *connections;
    uint64_t requests;
    uint64_t errors;
    uint64_t refused;
    int64_t longest_ns;
    uint64_t histogram[BUCKETS];
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static unsigned bucket_of(int64_t ns)
{
    uint64_t value = ns > 0 ? (uint64_t)ns : 1;
    unsigned power = 63U - (unsigned)__builtin_clzll(value);
    if (power < 5)
        return (unsigned)value;
    unsigned bucket = (power - 4) * SLOTS + (unsigned)((value >> (power - 5)) & (SLOTS - 1));
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double bucket_us(unsigned bucket)
{
    if (bucket < SLOTS)
        return bucket / 1000.0;
    unsigned power = bucket / SLOTS + 4;
    return (double)((uint64_t)(SLOTS + bucket % SLOTS) << (power - 5)) / 1000.0;
}

static double percentile_us(const struct load *load, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)load->requests);
    uint64_t seen = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += load->histogram[i];
        if (seen > wanted)
            return bucket_us(i);
    }
    return 0;
}

static uint64_t next_random(struct load *load)
{
    load->random ^= load->random << 13;
    load->random ^= load->random >> 7;
    load->random ^= load->random << 17;
    return load->random;
}

static void write_uuid(struct load *load)
{
    static const char digits[] = "0123456789abcdef";
    char *out = load->request.data + load->uuid_at;
    uint64_t bits = 0;
    for (int i = 0; i < UUID_LENGTH; i++) {
        if (i % 16 == 0)
            bits = next_random(load);
        if (i == 8 || i == 13 || i == 18 || i == 23)
            out[i] = '-';
        else
            out[i] = digits[bits & 15];
        bits >>= 4;
    }
}

static void make_request(struct load *load)
{
    struct buffer *request = &load->request;
    auto_buffer struct buffer body = {0};
    const char *mark = load->body != NULL ? strstr(load->body, "%U") : NULL;
    if (mark != NULL)
        buffer_format(&body, "%.*s%036d%s", (int)(mark - load->body), load->body, 0, mark + 2);
    else if (load->body != NULL)
        buffer_text(&body, load->body);
    buffer_format(request, "%s %s HTTP/1.1\r\nHost: localhost\r\n",
                  load->body != NULL ? "POST" : "GET", load->path);
    if (load->header != NULL)
        buffer_format(request, "%s\r\n", load->header);
    if (load->body != NULL)
        buffer_format(request, "Content-Type: %s\r\nContent-Length: %zu\r\n", load->type,
                      body.length);
    buffer_text(request, "\r\n");
    if (mark != NULL)
        load->uuid_at = request->length + (size_t)(mark - load->body);
    buffer_bytes(request, body.length != 0 ? body.data : "", body.length);
}

static void ask(struct load *load, struct connection *connection)
{
    if (load->uuid_at != 0)
        write_uuid(load);
    connection->length = connection->whole = 0;
    connection->asked_ns = now_ns();
    connection->waiting = true;
    ssize_t sent = send(connection->fd, load->request.data, load->request.length, MSG_NOSIGNAL);
    if (sent != (ssize_t)load->request.length) {
        load->errors++;
        connection->waiting = false;
    }
}

static bool open_connection(struct load *load, struct connection *connection)
{
    connection->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connection->fd < 0 ||
        connect(connection->fd, (const struct sockaddr *)&load->address, sizeof load->address) != 0)
        return false;
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = connection}};
    return epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) == 0;
}

static void open_again(struct load *load, struct connection *connection)
{
    load->errors++;
    connection->waiting = false;
    close(connection->fd);
    connection->fd = -1;
    if (open_connection(load, connection))
        ask(load, connection);
}

/* The length of the response once its head is here; SIZE_MAX if it does not say. */
static size_t response_length(const struct connection *connection)
{
    const char *end = memmem(connection->input, connection->length, "\r\n\r\n", 4);
    if (end == NULL)
        return 0;
    for (const char *line = connection->input; line < end; line++) {
        line = memchr(line, '\n', (size_t)(end - line) + 2);
        if (strncasecmp(line + 1, "Content-Length: ", 16) == 0) {
            uint64_t length = 0;
            const char *digits = line + 17;
            if (!number_unsigned(digits, strcspn(digits, "\r"), 1 << 30, &length))
                return SIZE_MAX;
            return (size_t)(end + 4 - connection->input) + length;
        }
    }
    return SIZE_MAX;
}

static void finish(struct load *load, struct connection *connection)
{
    int64_t taken = now_ns() - connection->asked_ns;
    load->requests++;
    load->histogram[bucket_of(taken)]++;
    if (taken > load->longest_ns)
        load->longest_ns = taken;
    load->refused += connection->input[9] >= '4';
    ask(load, connection);
}

/* Only the head is kept; of a long body just the length counts. */
static void receive(struct load *load, struct connection *connection)
{
    bool begun = connection->whole != 0;
    char *out = connection->input + (begun ? INPUT_MAX / 2 : connection->length);
    size_t room = begun ? INPUT_MAX / 2 : INPUT_MAX - connection->length;
    ssize_t count = recv(connection->fd, out, room, 0);
    if (count <= 0) {
        open_again(load, connection);
        return;
    }
    connection->length += (size_t)count;
    if (!begun)
        connection->whole = response_length(connection);
    if (connection->whole == SIZE_MAX)
        open_again(load, connection);
    else if (connection->whole != 0 && connection->length >= connection->whole)
        finish(load, connection);
}

static void run(struct load *load)
{
    struct epoll_event events[256];
    int64_t until = now_ns() + (int64_t)load->seconds * 1000000000;
    for (unsigned i = 0; i < load->connection_count; i++)
        ask(load, &load->connections[i]);
    while (now_ns() < until) {
        int count = epoll_wait(load->epoll_fd, events, 256, 100);
        for (int i = 0; i < count; i++)
            receive(load, events[i].data.ptr);
    }
}

static void count_silent(struct load *load)
{
    int64_t now = now_ns();
    for (unsigned i = 0; i < load->connection_count; i++) {
        const struct connection *connection = &load->connections[i];
        load->errors += connection->waiting && now - connection->asked_ns > SILENCE_NS;
    }
}

static bool parse_address(struct load *load, const char *text)
{
    char host[64];
    uint64_t port = 0;
    const char *colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof host ||
        !number_unsigned(colon + 1, strlen(colon + 1), 65535, &port))
        return false;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    load->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return inet_pton(AF_INET, host, &load->address.sin_addr) == 1;
}

static bool parse_count(const char *text, uint64_t most, unsigned *out)
{
    uint64_t value = 0;
    if (!number_unsigned(text, strlen(text), most, &value) || value == 0)
        return false;
    *out = (unsigned)value;
    return true;
}

static bool parse_option(struct load *load, int option, const char *value)
{
    switch (option) {
    case 'c':
        return parse_count(value, CONNECTIONS_MAX, &load->connection_count);
    case 'd':
        return parse_count(value, 3600, &load->seconds);
    case 'b':
        load->body = value;
        return true;
    case 't':
        load->type = value;
        return true;
    case 'H':
        load->header = value;
        return true;
    default:
        return false;
    }
}

static bool parse_arguments(struct load *load, int argc, char **argv)
{
    for (int option = getopt(argc, argv, "c:d:b:t:H:"); option != -1;
         option = getopt(argc, argv, "c:d:b:t:H:"))
        if (!parse_option(load, option, optarg))
            return false;
    if (argc - optind != 2 || !parse_address(load, argv[optind]))
        return false;
    load->path = argv[optind + 1];
    return true;
}

static bool open_all(struct load *load)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    load->epoll_fd = epoll_create1(0);
    load->connections = memory_zeroed(load->connection_count, sizeof *load->connections);
    for (unsigned i = 0; i < load->connection_count; i++) {
        load->connections[i].input = memory_alloc(INPUT_MAX);
        if (!open_connection(load, &load->connections[i])) {
            fprintf(stderr, "load: connection %u: %s\n", i, strerror(errno));
            return false;
        }
    }
    return true;
}

static void close_all(struct load *load)
{
    for (unsigned i = 0; i < load->connection_count; i++) {
        if (load->connections[i].fd >= 0)
            close(load->connections[i].fd);
        free(load->connections[i].input);
    }
    free(load->connections);
    buffer_finish(&load->request);
}

int main(int argc, char **argv)
{
    static struct load load = {.connection_count = 64,
                               .seconds = 3,
                               .type = "application/json",
                               .random = 88172645463325252};
    load.random ^= (uint64_t)now_ns();
    if (!parse_arguments(&load, argc, argv)) {
        fputs("usage: load [-c N] [-d SECONDS] [-b BODY] [-t TYPE] [-H HEADER] HOST:PORT PATH\n",
              stderr);
        return 2;
    }
    make_request(&load);
    if (!open_all(&load))
        return 1;
    int64_t begun = now_ns();
    run(&load);
    double seconds = (double)(now_ns() - begun) / 1e9;
    count_silent(&load);
    printf("rate=%.0f requests=%llu errors=%llu refused=%llu p50_us=%.0f p99_us=%.0f "
           "p999_us=%.0f max_us=%.0f\n",
           (double)load.requests / seconds, (unsigned long long)load.requests,
           (unsigned long long)load.errors, (unsigned long long)load.refused,
           percentile_us(&load, 0.5), percentile_us(&load, 0.99), percentile_us(&load, 0.999),
           (double)load.longest_ns / 1000);
    close_all(&load);
    return 0;
}
