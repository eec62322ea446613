/* Where handlers run: reads on the loop, writes on one thread that commits many at once, flows on a
 * few workers. Nothing above this file knows of threads. */
#pragma once

#include "base/fault.h"
#include "db/db.h"
#include "rpc/rpc.h"

struct uv_loop_s;
struct rpc_lanes;
struct rpc_metrics;

struct rpc_lanes_config {
    struct uv_loop_s *loop;
    struct db *writer;      /* Borrowed; from the start to the stop it is the writer's alone. NULL:
                             * the service has no store. */
    const char *store_path; /* Read connections are opened on it; NULL without a store. */
    int workers_max;
    size_t write_queue_max;
    size_t flow_queue_max;
    struct rpc_metrics *metrics; /* Where commits are counted. */
    /* A call has run and has its status; called on the loop, for reads before rpc_lanes_run
     * returns. */
    void (*done)(void *context, struct rpc_call *call);
    void *context;
};

/* Opens the loop's read connection and starts the writer. UNAVAILABLE: the store cannot be opened
 * for reading, or there is no thread. */
NODISCARD enum status rpc_lanes_new(const struct rpc_lanes_config *config, struct rpc_lanes **out,
                                    struct fault *fault);

/* Runs a decoded call in its method's lane. A full queue fails it with UNAVAILABLE. */
void rpc_lanes_run(struct rpc_lanes *lanes, struct rpc_call *call);

/* Calls that wait for the writer, and for a worker. */
struct rpc_lanes_queued {
    size_t writes;
    size_t flows;
};

void rpc_lanes_queued(struct rpc_lanes *lanes, struct rpc_lanes_queued *queued);

/* What rpc_write of rpc.h does. */
NODISCARD enum status rpc_lanes_write(struct rpc_lanes *lanes, struct rpc_call *call,
                                      enum status (*write)(struct rpc_call *call, void *context),
                                      void *context);

/* Stops the threads, which must have no calls left, and releases all, with the loop's next turn.
 * NULL is accepted. */
void rpc_lanes_free(struct rpc_lanes *lanes);
