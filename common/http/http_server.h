/* A server on one TCP port: HTTP/1.1 and HTTP/2 (prior knowledge), told apart by the first bytes of
 * a connection. It lives on one libuv loop, and so do its handlers; replies may come later, from
 * the same loop. */
#pragma once

#include "base/fault.h"
#include "http/http_limits.h"
#include "http/http_message.h"

struct uv_loop_s;
struct http_server;

struct http_server_config {
    struct uv_loop_s *loop; /* Borrowed for the server's life. */
    const char *address;    /* "127.0.0.1", "::1", "0.0.0.0" … */
    int port;               /* 0: any free one. */
    struct http_limits limits;
    http_handler *handler;
    http_begin *begin; /* NULL: every request is handed over whole. */
    void *context;     /* Of both. */
};

/* Binds and listens. INVALID_ARGUMENT: no such address. UNAVAILABLE: it cannot be bound or listened
 * on; the fault names address, port and reason. */
NODISCARD enum status http_server_new(const struct http_server_config *config,
                                      struct http_server **out, struct fault *fault);

int http_server_port(const struct http_server *server);

/* Stops accepting, tells HTTP/2 peers (GOAWAY), closes idle connections, lets calls in flight
 * finish (at most drain_timeout_ms), closes all, then calls stopped(context) from the loop. */
void http_server_drain(struct http_server *server, void (*stopped)(void *context), void *context);

/* Releases a drained server; NULL is accepted. Exchanges that are not answered yet must be answered
 * before. */
void http_server_free(struct http_server *server);
