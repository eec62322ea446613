/* Spans of the calls that a service makes: a ring of the tracer's for all threads that call. */
#pragma once

#include "rpc/client/rpc_client_spans.h"

struct rpc_otlp_spans;
struct rpc_tracer;

/* The tracer is borrowed. RESOURCE_EXHAUSTED: no memory, or no ring is left. */
NODISCARD enum status rpc_otlp_spans_new(struct rpc_tracer *tracer, struct rpc_otlp_spans **out);

/* No client may use it any more. Accepts NULL. */
void rpc_otlp_spans_free(struct rpc_otlp_spans *spans);

/* For the configuration of a client. */
const struct rpc_client_spans *rpc_otlp_client_spans(const struct rpc_otlp_spans *spans);
