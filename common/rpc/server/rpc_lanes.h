/* Where handlers run that do not run on a loop: writes on one thread that commits many at once,
 * flows on a few workers, reads on others where the store is a server's. All loops of a server
 * share them. */
#pragma once

#include "base/fault.h"
#include "db/db.h"
#include "rpc/rpc.h"
#include "rpc/server/rpc_chores.h"
#include "rpc/server/rpc_store.h"

struct rpc_job;
struct rpc_lanes;
struct rpc_metrics;

struct rpc_lanes_config {
    struct db *writer;      /* Borrowed; from the start to the stop it is the writer's alone. NULL:
                             * the service has no store. */
    struct db_config store; /* Workers open read connections to it; .store is NULL without one. */
    int workers_max;        /* Of flows … */
    int readers_max;        /* … and of reads. */
    size_t write_queue_max;
    size_t flow_queue_max;
    size_t read_queue_max;
    size_t streams_max;             /* That run at a time. */
    struct rpc_metrics *metrics;    /* Where commits are counted. */
    const struct rpc_chore *chores; /* Borrowed; run between rpc_lanes_begin_chores and _end. */
    size_t chore_count;
    size_t chore_bytes_max; /* Of a run's arena. */
    /* Something was committed, here or by another process; called on threads of the lanes. */
    void (*committed)(void *context);
    void *context;
};

/* Starts the writer. UNAVAILABLE: there is no thread. */
NODISCARD enum status rpc_lanes_new(const struct rpc_lanes_config *config, struct rpc_lanes **out,
                                    struct fault *fault);

/* Queues a call for its lane, which is not the loop's own; its loop is told when it is done.
 * UNAVAILABLE: the queue is full, or the store cannot be written (DATA_LOSS: it is damaged);
 * FAILED_PRECONDITION: a write without a store. The fault is set. */
NODISCARD enum status rpc_lanes_submit(struct rpc_lanes *lanes, struct rpc_call *call);

/* Calls that wait for the writer, and for a worker. */
struct rpc_lanes_queued {
    size_t writes;
    size_t flows;
    size_t reads;
};

void rpc_lanes_queued(struct rpc_lanes *lanes, struct rpc_lanes_queued *queued);

/* Queues what a fiber gave to rpc_write; the call's loop is told when it is done. The same errors.
 */
NODISCARD enum status rpc_lanes_submit_write(struct rpc_lanes *lanes, struct rpc_job *job);

/* Whether a stream's reads go through rpc_lanes_submit_read, since the store is a server's. */
bool rpc_lanes_reads_block(const struct rpc_lanes *lanes);

/* Queues what a fiber gave to rpc_read, where reads block; the call's loop is told when it is done.
 * UNAVAILABLE: there is no thread; the fault is set. */
NODISCARD enum status rpc_lanes_submit_read(struct rpc_lanes *lanes, struct rpc_job *job);

/* Takes a job out of its queue. False: it runs, or is done. */
bool rpc_lanes_withdraw(struct rpc_lanes *lanes, struct rpc_job *job);

/* What rpc_write of rpc.h does on a worker. */
NODISCARD enum status rpc_lanes_write(struct rpc_lanes *lanes, struct rpc_call *call,
                                      enum status (*write)(struct rpc_call *call, void *context),
                                      void *context);

/* Whether the store can be written; NULL: there is none. */
const struct rpc_store *rpc_lanes_store(const struct rpc_lanes *lanes);

/* After the use of a read connection, with no query open; from the thread that has it. True: a read
 * failed, and the connection was opened anew: its transaction has ended. Where it cannot be opened
 * the old one stays, until a read fails again. */
bool rpc_lanes_mend(struct rpc_lanes *lanes, struct db *reader);

/* Begins to run the chores, and ends it: when this returns one may still run, but no other will
 * begin. */
void rpc_lanes_begin_chores(struct rpc_lanes *lanes);
void rpc_lanes_end_chores(struct rpc_lanes *lanes);

/* How many commits have become durable, those of other processes as far as they were noticed. */
unsigned rpc_lanes_commits(const struct rpc_lanes *lanes);

/* Stops the threads, which must have no calls left, and releases all. NULL is accepted. */
void rpc_lanes_free(struct rpc_lanes *lanes);
