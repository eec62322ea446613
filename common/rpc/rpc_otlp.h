/* Sends spans to a collector, as OTLP over HTTP with protobuf
 * (https://opentelemetry.io/docs/specs/otlp/): a thread of its own takes them from the tracer in
 * batches. What the collector does not take is tried again a few times, then counted and gone; a
 * call never waits for any of this. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

struct rpc_otlp;
struct rpc_tracer;

enum {
    RPC_OTLP_BATCH_SPANS = 512,          /* Of one request. */
    RPC_OTLP_INTERVAL_MS = 1000,         /* Between looking for spans. */
    RPC_OTLP_TIMEOUT_MS = 5 * 1000,      /* For one request … */
    RPC_OTLP_LAST_TIMEOUT_MS = 2 * 1000, /* … and when the service stops. */
    RPC_OTLP_ATTEMPTS_MAX = 3,
    RPC_OTLP_BACKOFF_MS = 1000, /* After the first failure; twice that after the second. */
    RPC_OTLP_BODY_BYTES_MAX = 4 * 1024 * 1024,
    RPC_OTLP_URL_BYTES_MAX = 512,
};

struct rpc_otlp_config {
    const char *endpoint; /* "http://127.0.0.1:4318"; /v1/traces is appended. Borrowed. */
    const char *service;  /* "budget" */
    const char *version;
    struct rpc_tracer *tracer; /* Borrowed. */
};

/* Whether an endpoint is http:// or https:// with a host, and not too long. */
bool rpc_otlp_endpoint_valid(const char *endpoint);

/* Starts the thread. RESOURCE_EXHAUSTED: no memory, or no thread. FAILED_PRECONDITION: no libcurl.
 */
NODISCARD enum status rpc_otlp_new(const struct rpc_otlp_config *config, struct rpc_otlp **out,
                                   struct fault *fault);

/* Sends what waits, once, and ends the thread; the loops must have stopped. NULL is accepted. */
void rpc_otlp_free(struct rpc_otlp *otlp);
