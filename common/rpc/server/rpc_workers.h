/* Threads that run calls which may block, each with a read connection, and the queue before them.
 * There are those of flows, and, where the store is a server's, those of reads. */
#pragma once

#include "base/fault.h"
#include "db/db.h"
#include "rpc/server/rpc_refusals.h"

struct rpc_call;
struct rpc_job;
struct rpc_lanes;
struct rpc_workers;

struct rpc_workers_config {
    struct rpc_lanes *lanes; /* Whose they are. */
    struct db_config store;  /* What they read from; .store is NULL without one. */
    bool reads;      /* A call reads in one transaction, and once more where that was lost. */
    int workers_max; /* Started when first needed. */
    size_t queue_max;
    enum rpc_refusal refusal; /* Of calls beyond it. */
};

/* RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_workers_new(const struct rpc_workers_config *config,
                                      struct rpc_workers **out, struct fault *fault);

/* Queues a job; its call's loop is told when it is done. UNAVAILABLE: the queue is full, or
 * there is no thread; the call's fault is set. From any thread. */
NODISCARD enum status rpc_workers_submit(struct rpc_workers *workers, struct rpc_job *job);

/* Takes a job out of the queue. False: it runs, or is done. */
bool rpc_workers_withdraw(struct rpc_workers *workers, struct rpc_job *job);

/* Calls that wait. */
size_t rpc_workers_queued(struct rpc_workers *workers);

/* Stops the threads, which must have no calls left, and releases all. NULL is accepted. */
void rpc_workers_free(struct rpc_workers *workers);
