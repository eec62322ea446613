/* What is counted of calls that were refused: by the limit that they met, or by the rule that they
 * broke. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

enum rpc_refusal {
    /* Limits, by the names of their configuration. */
    RPC_REFUSED_MESSAGE_BYTES,
    RPC_REFUSED_CALL_BYTES,
    RPC_REFUSED_UNREAD_BYTES,
    RPC_REFUSED_RUNNING_STREAMS,
    RPC_REFUSED_WRITE_QUEUE,
    RPC_REFUSED_FLOW_QUEUE,
    RPC_REFUSED_READ_QUEUE,
    RPC_REFUSED_STREAM_IDLE,
    RPC_REFUSED_BODY_TIMEOUT,
    RPC_REFUSED_BODY_BYTES,
    RPC_REFUSED_STORE, /* No limit: it cannot be written. */
    /* Rules. */
    RPC_REFUSED_METHOD,
    RPC_REFUSED_HTTP_METHOD,
    RPC_REFUSED_CONTENT_TYPE,
    RPC_REFUSED_TIMEOUT,
    RPC_REFUSED_COMPRESSION,
    RPC_REFUSED_GZIP,
    RPC_REFUSED_BASE64,
    RPC_REFUSED_QUERY,
    RPC_REFUSED_ENVELOPE,
    RPC_REFUSED_NESTING,
    RPC_REFUSED_MESSAGE,
    RPC_REFUSED_BOUNDS,
};

enum { RPC_REFUSAL_COUNT = RPC_REFUSED_BOUNDS + 1 };

/* The label that /metrics shows: "message-bytes-max". */
extern const char *const rpc_refusal_names[RPC_REFUSAL_COUNT];

/* Of a server; counted and read by any thread. All zeros at the beginning. */
struct rpc_refusals {
    _Atomic uint64_t counts[RPC_REFUSAL_COUNT];
};

static inline void rpc_refusals_count(struct rpc_refusals *refusals, enum rpc_refusal refusal)
{
    (void)atomic_fetch_add_explicit(&refusals->counts[refusal], 1, memory_order_relaxed);
}
