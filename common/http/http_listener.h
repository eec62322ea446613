/* One listening socket for several servers, each on a loop of its own: the sockets that it accepts
 * go to the server with the fewest connections. */
#pragma once

#include "http/http_server.h"

struct http_listener;

struct http_listener_config {
    struct uv_loop_s *loop;             /* Borrowed; accepts on it. That of servers[0]. */
    const char *address;                /* "127.0.0.1", "::1", "0.0.0.0" … */
    int port;                           /* 0: any free one. */
    size_t connections_max;             /* Of all servers together. */
    struct http_server *const *servers; /* Copied; made without an address. They outlive it. */
    size_t server_count;
};

enum { HTTP_LISTENER_SERVERS_MAX = 256 };

/* Binds and listens. INVALID_ARGUMENT: no such address. UNAVAILABLE: it cannot be bound or listened
 * on; the fault names address, port and reason. */
NODISCARD enum status http_listener_new(const struct http_listener_config *config,
                                        struct http_listener **out, struct fault *fault);

int http_listener_port(const struct http_listener *listener);

/* Stops accepting and releases the listener, from its loop's thread; NULL is accepted. Only then
 * may the servers be drained: a socket that was handed over before is closed by a server that
 * drains. `closed(context)` is called from the loop when nothing refers to it any more. */
void http_listener_free(struct http_listener *listener, void (*closed)(void *context),
                        void *context);
