#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/base/number.h"
#include "collector/http/internal.h"

enum {
    HOST_MAX = 256,
    PORT_MAX = 6
};

/* "127.0.0.1:8080", "[::1]:0", "localhost:8080", ":8080" (all addresses) */
static bool split_host(const char *host_port, char host[HOST_MAX], char port[PORT_MAX])
{
    const char *colon = strrchr(host_port, ':');
    if (colon == NULL)
        return false;
    size_t length = (size_t)(colon - host_port);
    size_t port_length = strlen(colon + 1);
    if (length > 1 && host_port[0] == '[' && colon[-1] == ']') {
        host_port++;
        length -= 2;
    }
    if (length >= HOST_MAX || port_length == 0 || port_length >= PORT_MAX)
        return false;
    memcpy(host, host_port, length);
    host[length] = '\0';
    memcpy(port, colon + 1, port_length + 1);
    uint64_t number;
    return number_unsigned(port, strlen(port), UINT16_MAX, &number);
}

static int open_address(const struct addrinfo *address)
{
    int yes = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static char *name_address(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[HOST_MAX];
    char port[PORT_MAX];
    struct buffer text = {0};
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0 ||
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return memory_text("http://?");
    bool v6 = strchr(host, ':') != NULL;
    buffer_format(&text, v6 ? "http://[%s]:%s" : "http://%s:%s", host, port);
    return buffer_take(&text);
}

int listen_tcp(const char *host_port, char **address_out, struct error *error)
{
    char host[HOST_MAX];
    char port[PORT_MAX];
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    if (!split_host(host_port, host, port)) {
        error_set(error, ERROR_INVALID, "%s: not HOST:PORT", host_port);
        return -1;
    }
    int failed = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &found);
    if (failed != 0) {
        error_set(error, ERROR_INVALID, "%s: %s", host_port, gai_strerror(failed));
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *each = found; fd < 0 && each != NULL; each = each->ai_next)
        fd = open_address(each);
    if (fd >= 0)
        *address_out = name_address(fd);
    else
        error_set(error, ERROR_INVALID, "cannot listen on %s: %s", host_port,
                  strerrordesc_np(errno));
    freeaddrinfo(found);
    return fd;
}

/* Only a refused connection says that nobody is there: a busy server, or one that speaks another
 * kind of socket, is another error. */
static bool is_served(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return true;
    bool refused = connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
                   errno == ECONNREFUSED;
    close(fd);
    return !refused;
}

/* Takes away the socket that a server left when it was killed, and nothing else. */
static bool clear_stale(const struct sockaddr_un *address, struct error *error)
{
    struct stat status;
    const char *path = address->sun_path;
    if (lstat(path, &status) != 0)
        return true;
    if (!S_ISSOCK(status.st_mode))
        return error_set(error, ERROR_CONFLICT, "%s is there and is no socket", path);
    if (is_served(address))
        return error_set(error, ERROR_CONFLICT, "%s: another server listens there", path);
    if (unlink(path) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot remove %s: %s", path,
                         strerrordesc_np(errno));
    return true;
}

/* On Linux the mode of the file is that of the socket before it is bound, so there is no moment
 * at which others can connect. */
static bool bind_private(int fd, const struct sockaddr_un *address, uint64_t *inode_out,
                         struct error *error)
{
    struct stat status;
    const char *path = address->sun_path;
    if (fchmod(fd, S_IRUSR | S_IWUSR) != 0 ||
        bind(fd, (const struct sockaddr *)address, sizeof *address) != 0 ||
        chmod(path, S_IRUSR | S_IWUSR) != 0 || listen(fd, SOMAXCONN) != 0 ||
        lstat(path, &status) != 0)
        return error_set(error, ERROR_INVALID, "cannot listen on %s: %s", path,
                         strerrordesc_np(errno));
    *inode_out = status.st_ino;
    return true;
}

int listen_unix(const char *path, uint64_t *inode_out, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path) {
        error_set(error, ERROR_INVALID, "%s: the path of a socket has 1 to %zu bytes", path,
                  sizeof address.sun_path - 1);
        return -1;
    }
    memcpy(address.sun_path, path, length);
    if (!clear_stale(&address, error))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        error_set(error, ERROR_INTERNAL, "no socket: %s", strerrordesc_np(errno));
        return -1;
    }
    if (bind_private(fd, &address, inode_out, error))
        return fd;
    close(fd);
    return -1;
}

void listen_unlink(const char *path, uint64_t inode)
{
    struct stat status;
    if (path != NULL && lstat(path, &status) == 0 && status.st_ino == inode)
        unlink(path);
}
