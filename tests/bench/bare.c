/*
 * What libmicrohttpd does by itself, to measure ours against: GET answers SIZE bytes, POST reads
 * and forgets the body and answers a few. `bare internal|own SIZE`: its own epoll thread, or an
 * epoll loop around it as ours. Prints its address, stops at the end of its input.
 */
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/memory.h"
#include "collector/base/number.h"

struct bare {
    struct MHD_Response *page;
    struct MHD_Response *receipt;
};

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **context)
{
    static int seen;
    const struct bare *bare = cls;
    (void)url;
    (void)version;
    (void)data;
    if (*context == NULL) {
        *context = &seen;
        return MHD_YES;
    }
    if (*size == 0)
        return strcmp(method, "GET") == 0 ? MHD_queue_response(connection, 200, bare->page)
                                          : MHD_queue_response(connection, 201, bare->receipt);
    *size = 0;
    return MHD_YES;
}

static struct MHD_Response *make_response(char *text, size_t length)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "application/json");
    return response;
}

static void run_own_loop(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[2] = {{.fd = info->epoll_fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    while (fds[1].revents == 0) {
        MHD_UNSIGNED_LONG_LONG timeout = 0;
        bool now = MHD_get_timeout(daemon, &timeout) == MHD_YES && timeout == 0;
        poll(fds, 2, now ? 0 : 1000);
        MHD_run(daemon);
    }
}

int main(int argc, char **argv)
{
    uint64_t size = 0;
    if (argc != 3 || !number_unsigned(argv[2], strlen(argv[2]), 1 << 24, &size)) {
        fputs("usage: bare internal|own SIZE\n", stderr);
        return 2;
    }
    char receipt[] = "{\"id\":\"6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11\",\"status\":\"pending\"}";
    auto_free char *page = memory_alloc(size + 1);
    memset(page, 'x', size);
    struct bare bare = {make_response(page, size), make_response(receipt, sizeof receipt - 1)};
    bool own = strcmp(argv[1], "own") == 0;
    unsigned flags = own ? (unsigned)MHD_USE_EPOLL : (unsigned)MHD_USE_EPOLL_INTERNAL_THREAD;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, answer, &bare, MHD_OPTION_CONNECTION_LIMIT, 4000U, MHD_OPTION_END);
    if (daemon == NULL)
        return 1;
    printf("127.0.0.1:%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    if (own)
        run_own_loop(daemon);
    else
        getchar();
    MHD_stop_daemon(daemon);
    MHD_destroy_response(bare.page);
    MHD_destroy_response(bare.receipt);
    return 0;
}
