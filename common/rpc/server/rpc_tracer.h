/* Spans on their way out: each loop puts those of its calls into a ring of its own, and one
 * exporter takes them from there. Putting never waits: what finds no room is dropped and counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rpc/server/rpc_trace.h"

enum {
    RPC_TRACER_RINGS_MAX = 64,   /* Loops. */
    RPC_TRACER_SPANS_MAX = 2048, /* Of a loop that wait for the exporter; more are dropped. */
    RPC_TRACE_PPM = 1000000,     /* A ratio is in parts of a million. */
};

struct rpc_tracer;
struct rpc_span_ring;

/* One call. Strings live as long as the tracer. */
struct rpc_span {
    uint8_t trace_id[RPC_TRACE_ID_BYTES];
    uint8_t span_id[RPC_SPAN_ID_BYTES];
    uint8_t parent_id[RPC_SPAN_ID_BYTES]; /* Zeros: none. */
    const char *path;                     /* "/sotong.budget.v1.BudgetService/GetLine" */
    const char *protocol;
    const char *peer; /* Who was called; NULL: the call was served here. */
    enum status code;
    int64_t start_us; /* Since the epoch. */
    int64_t duration_us;
};

struct rpc_tracer_counts {
    uint64_t exported;
    uint64_t dropped; /* Their ring was full. */
    uint64_t unsent;  /* The collector did not take them. */
};

/* A tracer that samples so many of the traces that begin here; those that came with a caller are
 * sampled as it said. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_tracer_new(uint32_t ratio_ppm, struct rpc_tracer **out);
void rpc_tracer_free(struct rpc_tracer *tracer);

/* Whether a trace that begins here is sampled. */
bool rpc_tracer_chooses(const struct rpc_tracer *tracer, const struct rpc_trace *trace);

/* A ring for one more loop; it lives as long as the tracer. RESOURCE_EXHAUSTED: no memory, or
 * RPC_TRACER_RINGS_MAX. */
NODISCARD enum status rpc_tracer_ring(struct rpc_tracer *tracer, struct rpc_span_ring **out);

/* From the ring's loop alone. */
void rpc_span_put(struct rpc_span_ring *ring, const struct rpc_span *span);

/* Takes up to `most` spans of all rings. From the exporter alone, as the next. */
size_t rpc_tracer_take(struct rpc_tracer *tracer, struct rpc_span *spans, size_t most);
void rpc_tracer_count(struct rpc_tracer *tracer, size_t exported, size_t unsent);

/* From any thread. */
void rpc_tracer_counts(const struct rpc_tracer *tracer, struct rpc_tracer_counts *counts);
