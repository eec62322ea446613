#include "rpc/client/rpc_client_spans.h"

#include "base/clock.h"
#include "rpc/client/rpc_engine.h"

void rpc_client_span_begin(struct rpc_route *route, struct rpc_options *options,
                           const struct rpc_method *method, struct rpc_client_span *span)
{
    const struct rpc_client_spans *spans = rpc_engine_config(route->engine)->spans;
    span->traceparent[0] = '\0';
    if (spans == NULL) return;
    span->path = method->path;
    span->peer = route->peer->service;
    span->parent = options->traceparent;
    span->wire = options->wire;
    span->started_us = clock_monotonic_us();
    spans->begin(spans->context, span);
    if (span->traceparent[0] != '\0') options->traceparent = span->traceparent;
}

void rpc_client_span_end(struct rpc_route *route, struct rpc_client_span *span, enum status status)
{
    const struct rpc_client_spans *spans = rpc_engine_config(route->engine)->spans;
    if (spans == NULL || span->traceparent[0] == '\0') return;
    spans->end(spans->context, span, status);
    span->traceparent[0] = '\0';
}
