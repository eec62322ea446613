#include "rpc/server/rpc_tracer.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE_BYTES = 64 };

/* put and taken count spans since the beginning; their difference is what waits. */
struct rpc_span_ring {
    alignas(CACHE_LINE_BYTES) atomic_size_t put; /* Written by the loop. */
    atomic_uint_fast64_t dropped;
    alignas(CACHE_LINE_BYTES) atomic_size_t taken; /* Written by the exporter. */
    alignas(CACHE_LINE_BYTES) struct rpc_span spans[RPC_TRACER_SPANS_MAX];
};

struct rpc_tracer {
    uint32_t ratio_ppm;
    _Atomic(struct rpc_span_ring *) rings[RPC_TRACER_RINGS_MAX];
    size_t next; /* The exporter's: where it looks first. */
    atomic_uint_fast64_t exported;
    atomic_uint_fast64_t unsent;
};

enum status rpc_tracer_new(uint32_t ratio_ppm, struct rpc_tracer **out)
{
    struct rpc_tracer *tracer = alloc_should_fail() ? NULL : calloc(1, sizeof *tracer);
    if (tracer == NULL) return RESOURCE_EXHAUSTED;
    tracer->ratio_ppm = ratio_ppm;
    *out = tracer;
    return OK;
}

void rpc_tracer_free(struct rpc_tracer *tracer)
{
    if (tracer == NULL) return;
    for (size_t i = 0; i < RPC_TRACER_RINGS_MAX; i++)
        free(atomic_load(&tracer->rings[i]));
    free(tracer);
}

bool rpc_tracer_chooses(const struct rpc_tracer *tracer, const struct rpc_trace *trace)
{
    return rpc_trace_chosen(trace, tracer->ratio_ppm);
}

enum status rpc_tracer_ring(struct rpc_tracer *tracer, struct rpc_span_ring **out)
{
    struct rpc_span_ring *ring =
        alloc_should_fail() ? NULL : aligned_alloc(CACHE_LINE_BYTES, sizeof *ring);
    if (ring == NULL) return RESOURCE_EXHAUSTED;
    atomic_init(&ring->put, 0);
    atomic_init(&ring->taken, 0);
    atomic_init(&ring->dropped, 0);
    for (size_t i = 0; i < RPC_TRACER_RINGS_MAX; i++) {
        struct rpc_span_ring *nobody = NULL;
        if (!atomic_compare_exchange_strong(&tracer->rings[i], &nobody, ring)) continue;
        *out = ring;
        return OK;
    }
    free(ring);
    return RESOURCE_EXHAUSTED;
}

void rpc_span_put(struct rpc_span_ring *ring, const struct rpc_span *span)
{
    size_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
    if (put - atomic_load_explicit(&ring->taken, memory_order_acquire) == RPC_TRACER_SPANS_MAX) {
        uint_fast64_t dropped = atomic_load_explicit(&ring->dropped, memory_order_relaxed);
        atomic_store_explicit(&ring->dropped, dropped + 1, memory_order_relaxed);
        return;
    }
    ring->spans[put % RPC_TRACER_SPANS_MAX] = *span;
    atomic_store_explicit(&ring->put, put + 1, memory_order_release);
}

static size_t ring_take(struct rpc_span_ring *ring, struct rpc_span *spans, size_t most)
{
    size_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    size_t waiting = atomic_load_explicit(&ring->put, memory_order_acquire) - taken;
    size_t count = waiting < most ? waiting : most;
    for (size_t i = 0; i < count; i++)
        spans[i] = ring->spans[(taken + i) % RPC_TRACER_SPANS_MAX];
    atomic_store_explicit(&ring->taken, taken + count, memory_order_release);
    return count;
}

/* Begins where it ended the time before, so that no ring starves behind a busy one. */
size_t rpc_tracer_take(struct rpc_tracer *tracer, struct rpc_span *spans, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < RPC_TRACER_RINGS_MAX && count < most; i++) {
        size_t at = tracer->next++ % RPC_TRACER_RINGS_MAX;
        struct rpc_span_ring *ring = atomic_load_explicit(&tracer->rings[at], memory_order_acquire);
        if (ring != NULL) count += ring_take(ring, spans + count, most - count);
    }
    return count;
}

void rpc_tracer_count(struct rpc_tracer *tracer, size_t exported, size_t unsent)
{
    (void)atomic_fetch_add_explicit(&tracer->exported, exported, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&tracer->unsent, unsent, memory_order_relaxed);
}

void rpc_tracer_counts(const struct rpc_tracer *tracer, struct rpc_tracer_counts *counts)
{
    *counts = (struct rpc_tracer_counts){
        .exported = atomic_load_explicit(&tracer->exported, memory_order_relaxed),
        .unsent = atomic_load_explicit(&tracer->unsent, memory_order_relaxed)};
    for (size_t i = 0; i < RPC_TRACER_RINGS_MAX; i++) {
        const struct rpc_span_ring *ring =
            atomic_load_explicit(&tracer->rings[i], memory_order_acquire);
        if (ring != NULL)
            counts->dropped += atomic_load_explicit(&ring->dropped, memory_order_relaxed);
    }
}
