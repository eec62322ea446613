/* An exchange over HTTP/1.1, by libcurl, which keeps the connections. Called by the engine's thread
 * with its lock held. */
#pragma once

#include "rpc/client/rpc_exchange.h"

struct rpc_http1;
struct rpc_multi;
struct rpc_engine;

/* Carries the exchange, which is in no list. */
void rpc_http1_add(struct rpc_exchange *exchange);

/* The exchange has more to send, or its caller has read. */
void rpc_http1_resume(struct rpc_http1 *transfer);

/* The exchange was given up: closes the connection. */
void rpc_http1_drop(struct rpc_http1 *transfer);

/* What the engine's multi handle for HTTP/1.1 reports to. */
struct rpc_multi *rpc_http1_multi_new(struct rpc_engine *engine);
