#include "http/http_listener.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { ACCEPTED_A_TURN_MAX = 256 };

struct http_listener {
    struct http_listener_config config;
    uv_poll_t poll;
    int socket;
    int spare; /* A descriptor to give up when there are no more: see refuse_one. */
    int port;
    void (*closed)(void *context);
    void *closed_context;
    struct http_server *servers[];
};

/* ---- Accepting ---- */

/* Without a descriptor for it a connection would stay in the backlog and wake the loop for ever. */
static void refuse_one(struct http_listener *listener)
{
    if (listener->spare < 0) return;
    http_server_refused(listener->servers[0]);
    (void)close(listener->spare);
    int socket = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC);
    if (socket >= 0) (void)close(socket);
    listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void hand_over(struct http_listener *listener, int socket)
{
    size_t load_sum = 0, least = 0, least_load = SIZE_MAX;
    for (size_t i = 0; i < listener->config.server_count; i++) {
        size_t load = http_server_load(listener->servers[i]);
        load_sum += load;
        if (load >= least_load) continue;
        least_load = load;
        least = i;
    }
    if (load_sum < listener->config.connections_max) {
        http_server_adopt(listener->servers[least], socket);
        return;
    }
    http_server_refused(listener->servers[0]);
    (void)close(socket);
}

static void ready(uv_poll_t *poll, int status, int events)
{
    (void)events;
    struct http_listener *listener = poll->data;
    if (status != 0) return;
    for (int i = 0; i < ACCEPTED_A_TURN_MAX; i++) {
        int socket = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket >= 0) {
            hand_over(listener, socket);
        } else if (errno == EMFILE || errno == ENFILE) {
            refuse_one(listener);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

/* ---- The socket ---- */

static int address_parse(const char *address, int port, struct sockaddr_storage *parsed)
{
    if (uv_ip4_addr(address, port, (struct sockaddr_in *)parsed) == 0) return 0;
    return uv_ip6_addr(address, port, (struct sockaddr_in6 *)parsed);
}

static int port_of(int socket)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } name = {.six = {0}};
    socklen_t length = sizeof name;
    if (getsockname(socket, &name.any, &length) != 0) return 0;
    return ntohs(name.any.sa_family == AF_INET6 ? name.six.sin6_port : name.four.sin_port);
}

/* -1: errno says why. */
static int socket_listen(const struct sockaddr_storage *address)
{
    int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    int listening = socket(address->ss_family, type, 0);
    if (listening < 0) return -1;
    const int on = 1;
    socklen_t length =
        address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(listening, (const struct sockaddr *)address, length) == 0 &&
        listen(listening, HTTP_BACKLOG) == 0)
        return listening;
    int error = errno;
    (void)close(listening);
    errno = error;
    return -1;
}

static void listener_release(struct http_listener *listener)
{
    if (listener->socket >= 0) (void)close(listener->socket);
    if (listener->spare >= 0) (void)close(listener->spare);
    free(listener);
}

enum status http_listener_new(const struct http_listener_config *config, struct http_listener **out,
                              struct fault *fault)
{
    assert(config->server_count > 0 && config->server_count <= HTTP_LISTENER_SERVERS_MAX);
    struct sockaddr_storage address;
    if (address_parse(config->address, config->port, &address) != 0) {
        return fault_set(fault, INVALID_ARGUMENT, "%s is no IP address", config->address);
    }
    size_t bytes = config->server_count * sizeof(struct http_server *);
    struct http_listener *listener = calloc(1, sizeof *listener + bytes);
    if (listener == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the listener");
    listener->config = *config;
    memcpy(listener->servers, config->servers, bytes);
    listener->config.servers = listener->servers;
    listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    listener->socket = socket_listen(&address);
    int error = listener->socket < 0 ? -errno : 0;
    if (error == 0) error = uv_poll_init(config->loop, &listener->poll, listener->socket);
    if (error != 0) {
        listener_release(listener);
        return fault_set(fault, UNAVAILABLE, "cannot listen on %s port %d: %s", config->address,
                         config->port, uv_strerror(error));
    }
    listener->poll.data = listener;
    listener->port = port_of(listener->socket);
    (void)uv_poll_start(&listener->poll, UV_READABLE, ready);
    *out = listener;
    return OK;
}

int http_listener_port(const struct http_listener *listener)
{
    return listener->port;
}

static void poll_closed(uv_handle_t *handle)
{
    struct http_listener *listener = handle->data;
    if (listener->closed != NULL) listener->closed(listener->closed_context);
    free(listener);
}

void http_listener_free(struct http_listener *listener, void (*closed)(void *context),
                        void *context)
{
    if (listener == NULL) return;
    listener->closed = closed;
    listener->closed_context = context;
    uv_close((uv_handle_t *)&listener->poll, poll_closed);
    /* Peers are refused from now on, not when the loop comes round. */
    (void)close(listener->socket);
    if (listener->spare >= 0) (void)close(listener->spare);
}
