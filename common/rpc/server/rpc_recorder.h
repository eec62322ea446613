/* What a loop's thread keeps of the calls that it serves: numbers, a line in the log, a span.
 *
 * One recorder for each loop; only that loop's thread uses it. Lines are collected and written when
 * the loop is about to wait. */
#pragma once

#include <stddef.h>

#include "base/status.h"

struct rpc_call;
struct rpc_metrics;
struct rpc_recorder;
struct rpc_tracer;
struct uv_loop_s;

/* Which calls get a line. Health checks get one only at the level `debug`. */
enum rpc_log_calls { RPC_LOG_CALLS_ALL, RPC_LOG_CALLS_FAILED, RPC_LOG_CALLS_NONE };

enum {
    RPC_LOG_CALLS_PER_SECOND_MAX = 1000, /* Lines of a loop, of calls that succeed and of calls that
                                          * fail; more are counted instead. */
    RPC_CALLER_BYTES_MAX = 64,           /* Of a User-Agent that is looked at. */
};

struct rpc_recorder_config {
    struct uv_loop_s *loop;
    struct rpc_metrics *metrics; /* Borrowed. */
    struct rpc_tracer *tracer;   /* Borrowed; NULL: no spans. */
    enum rpc_log_calls log_calls;
    const char *const *callers; /* Names of services that may call, borrowed; a line names the
                                 * caller only where it is one of them. */
    size_t caller_count;
};

/* RESOURCE_EXHAUSTED: no memory, or more loops than meters. */
NODISCARD enum status rpc_recorder_new(const struct rpc_recorder_config *config,
                                       struct rpc_recorder **out);

/* A call was made of a request: reads its trace context and who calls. */
void rpc_recorder_begin(struct rpc_recorder *recorder, struct rpc_call *call);

/* The call has its status and answer; what was kept of it is read once more, and not changed. */
void rpc_recorder_end(struct rpc_recorder *recorder, struct rpc_call *call);

/* Writes what is left; released with the loop's next turn. NULL is accepted. */
void rpc_recorder_free(struct rpc_recorder *recorder);
