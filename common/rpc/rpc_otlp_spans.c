#include "rpc/rpc_otlp_spans.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "rpc/server/rpc_tracer.h"

_Static_assert((int)RPC_CLIENT_TRACEPARENT_BYTES == (int)RPC_TRACEPARENT_BYTES + 1,
               "a traceparent with its NUL");

struct rpc_otlp_spans {
    struct rpc_client_spans client;
    struct rpc_tracer *tracer;
    pthread_mutex_t lock; /* Guards what follows: a ring is one thread's at a time. */
    struct rpc_trace_ids ids;
    struct rpc_span_ring *ring;
};

/* The trace that the call belongs to: its caller's, or a new one. False: it is not sampled. */
static bool trace_of(struct rpc_otlp_spans *self, const char *parent, struct rpc_trace *trace)
{
    if (parent == NULL) {
        rpc_trace_begin(&self->ids, trace);
        if (!rpc_tracer_chooses(self->tracer, trace)) return false;
        trace->flags |= RPC_TRACE_SAMPLED;
        return true;
    }
    if (!rpc_trace_parse(text_from(parent), trace)) return false;
    rpc_trace_span_id(&self->ids, trace->span_id);
    return (trace->flags & RPC_TRACE_SAMPLED) != 0;
}

static void begin(void *context, struct rpc_client_span *span)
{
    struct rpc_otlp_spans *self = context;
    struct rpc_trace trace;
    (void)pthread_mutex_lock(&self->lock);
    bool sampled = trace_of(self, span->parent, &trace);
    (void)pthread_mutex_unlock(&self->lock);
    if (sampled) rpc_trace_format(&trace, span->traceparent);
}

static const char *protocol_of(enum rpc_wire wire)
{
    switch (wire) {
    case RPC_WIRE_CONNECT:
        return "connect";
    case RPC_WIRE_GRPC:
    case RPC_WIRE_GRPC_WEB:
        return "grpc";
    }
    return "";
}

static void end(void *context, const struct rpc_client_span *span, enum status status)
{
    struct rpc_otlp_spans *self = context;
    struct rpc_trace own, parent;
    int64_t took_us = clock_monotonic_us() - span->started_us;
    if (!rpc_trace_parse(text_from(span->traceparent), &own)) return;
    struct rpc_span exported = {.path = span->path,
                                .peer = span->peer,
                                .protocol = protocol_of(span->wire),
                                .code = status,
                                .start_us = clock_now_us() - took_us,
                                .duration_us = took_us};
    memcpy(exported.trace_id, own.trace_id, sizeof exported.trace_id);
    /* What a traceparent names is the parent of who reads it. */
    memcpy(exported.span_id, own.parent_id, sizeof exported.span_id);
    if (span->parent != NULL && rpc_trace_parse(text_from(span->parent), &parent))
        memcpy(exported.parent_id, parent.parent_id, sizeof exported.parent_id);
    (void)pthread_mutex_lock(&self->lock);
    rpc_span_put(self->ring, &exported);
    (void)pthread_mutex_unlock(&self->lock);
}

enum status rpc_otlp_spans_new(struct rpc_tracer *tracer, struct rpc_otlp_spans **out)
{
    struct rpc_otlp_spans *self = alloc_should_fail() ? NULL : calloc(1, sizeof *self);
    if (self == NULL) return RESOURCE_EXHAUSTED;
    self->client = (struct rpc_client_spans){begin, end, self};
    self->tracer = tracer;
    enum status status = rpc_tracer_ring(tracer, &self->ring);
    if (status != OK) {
        free(self);
        return status;
    }
    (void)pthread_mutex_init(&self->lock, NULL);
    rpc_trace_ids_init(&self->ids);
    *out = self;
    return OK;
}

void rpc_otlp_spans_free(struct rpc_otlp_spans *self)
{
    if (self == NULL) return;
    (void)pthread_mutex_destroy(&self->lock);
    free(self);
}

const struct rpc_client_spans *rpc_otlp_client_spans(const struct rpc_otlp_spans *self)
{
    return self == NULL ? NULL : &self->client;
}
