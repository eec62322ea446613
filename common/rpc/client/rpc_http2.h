/* An HTTP/2 connection of the client: nghttp2 over a connection that libcurl made. Exchanges share
 * it, each with a window of its own that moves as its caller reads.
 *
 * Everything is called by the engine's thread with its lock held. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "rpc/client/rpc_exchange.h"

struct rpc_http2;
struct rpc_route;

/* Begins to connect; it is in the route's list from now until it tells the route to forget it, and
 * frees itself. NULL: no memory. */
struct rpc_http2 *rpc_http2_new(struct rpc_route *route);

/* Connected, and takes one more exchange. An idle connection is looked at first: one that the peer
 * has closed is closed here too. */
bool rpc_http2_has_room(struct rpc_http2 *connection);

/* Not connected yet. */
bool rpc_http2_connecting(const struct rpc_http2 *connection);

/* Carries the exchange from now on, which is in no list. */
void rpc_http2_add(struct rpc_http2 *connection, struct rpc_exchange *exchange);

/* The exchange has more to send, or its caller has read. */
void rpc_http2_resume(struct rpc_http2 *connection, struct rpc_exchange *exchange);

/* The exchange was given up: tells the peer and forgets it. */
void rpc_http2_drop(struct rpc_http2 *connection, struct rpc_exchange *exchange);

/* Writes what is ready. */
void rpc_http2_flush(struct rpc_http2 *connection);

/* When something is due (a ping, its answer, the end of idleness), by clock_monotonic_ms();
 * INT64_MAX: nothing. */
int64_t rpc_http2_due_ms(const struct rpc_http2 *connection);
void rpc_http2_tick(struct rpc_http2 *connection, int64_t now_ms);

/* Says goodbye and closes. No exchange may be left. */
void rpc_http2_close(struct rpc_http2 *connection);
