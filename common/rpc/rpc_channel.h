/* One libcurl handle with its connections: what a single HTTP exchange needs. Used by one thread at
 * a time; rpc_client.c keeps a pool. */
#pragma once

#include "base/buffer.h"
#include "base/fault.h"
#include "base/text.h"
#include "rpc/rpc_client.h"

struct rpc_channel;
struct rpc_curl;

/* One POST. */
struct rpc_exchange {
    const struct rpc_peer *peer;
    const char *path;         /* "/sotong.budget.v1.BudgetService/GetLine" */
    const char *content_type; /* "application/proto" */
    struct text body;
    int64_t deadline_ms; /* By clock_monotonic_ms(). */
};

/* Borrows the library for the channel's life. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_channel_new(const struct rpc_curl *library, struct rpc_channel **out);
void rpc_channel_free(struct rpc_channel *channel);

/* Posts and waits. OK: the peer answered 200 with the content type of the request; *answer is the
 * body, valid until the next exchange. Otherwise the status of a Connect error, or what libcurl
 * met: UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL; the fault names the peer.
 *
 * A kept connection that turns out dead (its peer was started anew) is replaced once, for every
 * method: nothing came back on it, and writes carry a request id that makes a repetition safe. */
NODISCARD enum status rpc_channel_post(struct rpc_channel *channel,
                                       const struct rpc_exchange *exchange, struct text *answer,
                                       struct fault *fault);
