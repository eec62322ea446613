/* The client's engine: one thread that owns all sockets. Callers hand it exchanges (rpc_exchange.h)
 * and wait; it dials, pools connections by peer, and carries exchanges over HTTP/2 (rpc_http2.h) or
 * HTTP/1.1 (rpc_http1.h).
 *
 * The lock guards everything. The engine's thread holds it whenever it runs and lets go of it only
 * while it sleeps, so that what the carriers' files do needs no locks of its own. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <sys/epoll.h>

#include "rpc/client/rpc_client.h"
#include "rpc/client/rpc_client_limits.h"
#include "rpc/client/rpc_curl.h"
#include "rpc/client/rpc_exchange.h"
#include "rpc/client/rpc_retry.h"

struct rpc_engine;
struct rpc_multi;

/* What a file descriptor's events are told to. */
struct rpc_watch {
    void (*ready)(struct rpc_watch *watch, uint32_t events); /* EPOLLIN, EPOLLOUT… */
    int fd;                                                  /* -1: not watched. */
    uint32_t events;
};

/* One peer as the engine sees it. */
struct rpc_route {
    struct rpc_engine *engine;
    const struct rpc_peer *peer;
    bool tls;
    bool http1;            /* Known to speak HTTP/1.1 only. */
    const char *authority; /* "127.0.0.1:8441", within the peer's URL. */
    size_t authority_length;
    struct rpc_http2 *connections[RPC_CONNECTIONS_MAX];
    size_t connection_count;
    struct rpc_exchange_list waiting; /* For a connection. */
    bool pump;                        /* Looked at before the engine sleeps. */
    struct rpc_budget budget;
    struct rpc_breaker breaker;
};

/* Names the peers and their ways; starts nothing yet. RESOURCE_EXHAUSTED: no memory.
 * INVALID_ARGUMENT: a URL is neither http:// nor https://. */
NODISCARD enum status rpc_engine_new(const struct rpc_client_config *config,
                                     struct rpc_engine **out);

/* Closes everything. No exchange may be left. */
void rpc_engine_free(struct rpc_engine *engine);

/* Loads libcurl and starts the thread, where that has not been done. */
NODISCARD enum status rpc_engine_start(struct rpc_engine *engine, struct fault *fault);

/* The peer of this name; NULL: none. */
struct rpc_route *rpc_engine_route(struct rpc_engine *engine, const char *service);

void rpc_engine_lock(struct rpc_engine *engine);
void rpc_engine_unlock(struct rpc_engine *engine);
pthread_mutex_t *rpc_engine_mutex(struct rpc_engine *engine);

/* The engine will look at the exchange: it is new, was cancelled, has more to send, or more room.
 * With the lock held. */
void rpc_engine_touch(struct rpc_engine *engine, struct rpc_exchange *exchange);

/* ---- For the carriers ---- */

const struct rpc_curl *rpc_engine_curl(struct rpc_engine *engine);
const struct rpc_client_config *rpc_engine_config(struct rpc_engine *engine);

/* The multi handle of HTTP/1.1, which keeps its connections; NULL: no memory. Whoever takes it for
 * a transfer gives it back; when nobody has had it for a while, its connections are closed. */
struct rpc_multi *rpc_engine_take_http1(struct rpc_engine *engine);
void rpc_engine_give_http1(struct rpc_engine *engine);

/* Watches for events, changes them, or with 0 stops. False: no memory. */
bool rpc_engine_watch(struct rpc_engine *engine, struct rpc_watch *watch, int fd, uint32_t events);

/* Calls free_it(item) when no event can be under way to it any more. The grave is part of the item,
 * so that this needs no memory. */
struct rpc_grave {
    struct rpc_grave *next;
    void *item;
    void (*free_it)(void *item);
};
void rpc_engine_bury(struct rpc_engine *engine, struct rpc_grave *grave, void *item,
                     void (*free_it)(void *item));

/* Timers of libcurl's handles are looked through here. */
void rpc_engine_add_multi(struct rpc_engine *engine, struct rpc_multi *multi);
void rpc_engine_remove_multi(struct rpc_engine *engine, struct rpc_multi *multi);

/* The exchange has ended or is no longer carried: takes it from its list and gives up the engine's
 * reference once it has ended. */
void rpc_engine_finish(struct rpc_engine *engine, struct rpc_exchange *exchange);

/* Something changed at a peer's connections: before the engine sleeps again it gives them what
 * waits, and dials another if needed. */
void rpc_route_pump(struct rpc_route *route);

/* The exchange is tried again from the start on another connection, where that is possible;
 * otherwise it ends with UNAVAILABLE and the message. */
void rpc_route_again(struct rpc_route *route, struct rpc_exchange *exchange, const char *why);

/* A connection is of no more use for new exchanges. */
void rpc_route_forget(struct rpc_route *route, struct rpc_http2 *connection);

/* A connection could not be made: those who waited for it learn why. */
void rpc_route_unreachable(struct rpc_route *route, enum status status, const char *why);

/* The peer speaks HTTP/1.1 only. */
void rpc_route_use_http1(struct rpc_route *route);
