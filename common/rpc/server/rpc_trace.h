/* Trace context, as https://www.w3.org/TR/trace-context/ says: which trace a call belongs to, and
 * whose call made it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

enum {
    RPC_TRACE_ID_BYTES = 16,
    RPC_SPAN_ID_BYTES = 8,
    RPC_TRACEPARENT_BYTES = 55,     /* 00-{32 digits}-{16 digits}-{2 digits} */
    RPC_TRACESTATE_BYTES_MAX = 512, /* More is not passed on. */
    RPC_TRACESTATE_MEMBERS_MAX = 32,
    RPC_TRACE_SAMPLED = 1, /* A flag. */
};

struct rpc_trace {
    uint8_t trace_id[RPC_TRACE_ID_BYTES];
    uint8_t span_id[RPC_SPAN_ID_BYTES];   /* This call's own. */
    uint8_t parent_id[RPC_SPAN_ID_BYTES]; /* The caller's; zeros: the trace begins here. */
    uint8_t flags;
    struct text state; /* tracestate as it came; empty: none. */
};

/* Where ids come from: one source for each thread. */
struct rpc_trace_ids {
    uint64_t state[4];
};

/* Seeds from the system. */
void rpc_trace_ids_init(struct rpc_trace_ids *ids);

/* A new span id, never zero. */
void rpc_trace_span_id(struct rpc_trace_ids *ids, uint8_t span_id[static RPC_SPAN_ID_BYTES]);

/* Begins a trace: a new trace id and span id, no parent, no flags. */
void rpc_trace_begin(struct rpc_trace_ids *ids, struct rpc_trace *trace);

/* Reads a traceparent: trace_id, parent_id, flags; clears the rest. False: it is malformed, and the
 * trace untouched. */
bool rpc_trace_parse(struct text traceparent, struct rpc_trace *trace);

/* Whether a tracestate is well-formed and within the limits above; what is not is not passed on. */
bool rpc_tracestate_valid(struct text state);

/* Whether a trace that begins is sampled: by its id alone, so that all who ask agree. The ratio is
 * in parts of a million. */
bool rpc_trace_chosen(const struct rpc_trace *trace, uint32_t ratio_ppm);

/* The traceparent for calls that this call makes, with a NUL. */
void rpc_trace_format(const struct rpc_trace *trace,
                      char traceparent[static RPC_TRACEPARENT_BYTES + 1]);

/* Lower case hexadecimal digits, two a byte, without a NUL. */
void rpc_trace_hex(const uint8_t *bytes, size_t length, char *digits);
