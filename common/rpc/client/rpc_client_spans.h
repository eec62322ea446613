/* Calls as their caller sees them, for traces. Who exports traces gives the client two functions;
 * each call and stream that is sampled then has a span of its own, which is the parent of the
 * peer's. Retries are one span. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "rpc/client/rpc_client.h"

struct rpc_route;

enum { RPC_CLIENT_TRACEPARENT_BYTES = 56 }; /* With a NUL. */

struct rpc_client_span {
    const char *path;   /* The method's. */
    const char *peer;   /* As the configuration names it. */
    const char *parent; /* The traceparent of who calls; NULL: a trace begins here. */
    enum rpc_wire wire;
    int64_t started_us;                             /* By clock_monotonic_us(). */
    char traceparent[RPC_CLIENT_TRACEPARENT_BYTES]; /* The call's own; "": it has no span. */
};

/* From any thread. */
struct rpc_client_spans {
    /* A call begins: writes its traceparent, where it is sampled. */
    void (*begin)(void *context, struct rpc_client_span *span);
    /* A call that has one has ended. */
    void (*end)(void *context, const struct rpc_client_span *span, enum status status);
    void *context;
};

/* For the client: begins a span for a call with these options, which then carry its traceparent;
 * the span must live as long as they. Ends it; a second end, or that of a call without a span, does
 * nothing. */
void rpc_client_span_begin(struct rpc_route *route, struct rpc_options *options,
                           const struct rpc_method *method, struct rpc_client_span *span);
void rpc_client_span_end(struct rpc_route *route, struct rpc_client_span *span, enum status status);
