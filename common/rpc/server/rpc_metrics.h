/* What a server counts of its calls and commits.
 *
 * Each thread that counts has a meter of its own: plain numbers that no other thread writes, so
 * that counting takes neither a lock nor another thread's cache line. A collector's request sums
 * them. Labels come from the server's own tables (services, methods, protocols, codes). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/exposition.h"
#include "rpc/rpc.h"

enum {
    RPC_METERS_MAX = 64,         /* Threads that serve calls. */
    RPC_METER_PROTOCOLS_MAX = 8, /* Protocols that are told apart; further ones are not. */
};

struct rpc_metrics;
struct rpc_meter;

/* A method and the service that it belongs to. A call's method_number is its place in a table of
 * these. */
struct rpc_metrics_method {
    const char *service; /* "sotong.budget.v1.BudgetService" */
    const char *method;  /* "GetLine" */
};

/* A call that has ended. */
struct rpc_metrics_call {
    size_t method_number;
    const char *protocol; /* Static: told apart by its address. */
    enum status code;
    int64_t duration_us;
    uint64_t bytes_in, bytes_out; /* Messages, without what the protocol adds. */
    bool stream;
};

/* Takes a copy of the table; its strings are borrowed for the metrics' life. RESOURCE_EXHAUSTED: no
 * memory. */
NODISCARD enum status rpc_metrics_new(const struct rpc_metrics_method *methods, size_t method_count,
                                      struct rpc_metrics **out);
void rpc_metrics_free(struct rpc_metrics *metrics);

/* A meter for one more thread, which alone may write to it; it lives as long as the metrics.
 * RESOURCE_EXHAUSTED: no memory, or RPC_METERS_MAX. */
NODISCARD enum status rpc_metrics_meter(struct rpc_metrics *metrics, struct rpc_meter **out);

/* A call begins, or ends. A stream counts as a call, and as an open stream meanwhile. */
void rpc_meter_begin(struct rpc_meter *meter, bool stream);
void rpc_meter_end(struct rpc_meter *meter, const struct rpc_metrics_call *call);

/* A call was not logged, to bound the log. */
void rpc_meter_unlogged(struct rpc_meter *meter);

/* The writer committed, or could not commit, what so many calls wrote. Only its thread calls this.
 */
void rpc_metrics_commit(struct rpc_metrics *metrics, size_t calls, int64_t duration_us, bool kept);

/* Writes all families. Any thread. */
void rpc_metrics_expose(const struct rpc_metrics *metrics, struct exposition *page);
