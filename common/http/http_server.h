/* A server on one TCP port: HTTP/1.1 and HTTP/2 (prior knowledge), told apart by the first bytes of
 * a connection. It lives on one libuv loop, and so do its handlers; replies may come later, from
 * the same loop. */
#pragma once

#include <stdatomic.h>

#include "base/allowance.h"
#include "base/fault.h"
#include "http/http_counters.h"
#include "http/http_limits.h"
#include "http/http_message.h"

struct uv_loop_s;
struct http_server;
struct http_tls;

/* What the servers of a process share, so that limits are the process's. */
struct http_shared {
    struct allowance bodies;
    atomic_size_t queued_bytes; /* Of each server as it last looked. */
    atomic_size_t handshakes;   /* Of TLS, under way. */
    size_t servers;
};

void http_shared_init(struct http_shared *shared, const struct http_limits *limits, size_t servers);

struct http_server_config {
    struct uv_loop_s *loop; /* Borrowed for the server's life. */
    const char *address;    /* "127.0.0.1", "::1", "0.0.0.0" …; NULL: sockets come from
                             * http_server_adopt alone, see http_listener.h. */
    int port;               /* 0: any free one. */
    struct http_limits limits;
    struct http_shared *shared; /* Borrowed; NULL: there is no other server. */
    struct http_tls *tls;       /* Borrowed, see http_tls.h; NULL: no TLS. */
    bool allow_plain;           /* With TLS: what does not begin a handshake is served too. */
    http_handler *handler;
    http_begin *begin; /* NULL: every request is handed over whole. */
    /* Called when all requests that one read of HTTP/2 brought were handed over; NULL: nobody asks.
     */
    void (*batch_ended)(void *context);
    void *context; /* Of all three. */
};

/* Binds and listens. INVALID_ARGUMENT: no such address. UNAVAILABLE: it cannot be bound or listened
 * on; the fault names address, port and reason. */
NODISCARD enum status http_server_new(const struct http_server_config *config,
                                      struct http_server **out, struct fault *fault);

/* 0 without an address. */
int http_server_port(const struct http_server *server);

/* Takes a connected socket, from any thread; it is served from the server's loop. A server that
 * drains closes it. Not after the drained server has called `stopped`. */
void http_server_adopt(struct http_server *server, int socket);

/* Counts a connection that was refused; from its loop's thread. */
void http_server_refused(struct http_server *server);

/* How many connections it has, those included that it was just handed. From any thread. */
size_t http_server_load(const struct http_server *server);

/* Borrowed for the server's life; see http_counters.h for who may read. */
const struct http_counters *http_server_counters(const struct http_server *server);

/* Stops accepting, tells HTTP/2 peers (GOAWAY), closes idle connections, lets calls in flight
 * finish (at most drain_timeout_ms), closes all, then calls stopped(context) from the loop. */
void http_server_drain(struct http_server *server, void (*stopped)(void *context), void *context);

/* Releases a drained server; NULL is accepted. Exchanges that are not answered yet must be answered
 * before. */
void http_server_free(struct http_server *server);
