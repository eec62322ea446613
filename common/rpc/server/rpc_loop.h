/* What one loop of a server owns: its calls, their timers and fibers, its read connection, and the
 * queue through which other threads hand it what they have done. */
#pragma once

#include <stdatomic.h>
#include <uv.h>

#include "base/allowance.h"
#include "base/fault.h"
#include "db/db.h"
#include "rpc/rpc_gzip.h"
#include "rpc/server/rpc_call.h"

struct http_server;
struct rpc_lanes;
struct rpc_recorder;

/* Calls, linked by `next` and `previous`. */
struct rpc_calls {
    struct rpc_call *first;
};

struct rpc_loop {
    struct rpc_server *server;
    struct rpc_lanes *lanes;
    uv_loop_t *uv;
    struct http_server *http;
    struct rpc_recorder *recorder;
    uv_loop_t own; /* What `uv` is for all but a server's first loop, which have … */
    uv_thread_t thread;
    bool draining;
    bool threaded;
    bool http_stopped;
    bool stopped; /* It has drained: no call and no connection is left. */

    struct db *reader;       /* NULL: there is no store, or it is a server's, which may block. */
    bool reading;            /* It is in a transaction, which reads share. */
    unsigned reader_commits; /* Commits that were durable when that began. */
    unsigned turn_commits;   /* Commits at the end of an earlier turn … */
    int64_t quiet_since_ms;  /* … since when, by the loop's clock, there were no more. */

    uv_prepare_t turn_end;
    uv_timer_t timer;
    uv_timer_t reader_timer; /* Ends the reader's transaction when the loop is idle. */
    uv_timer_t drain_timer;
    uv_async_t wake;
    int handles_open;
    int64_t timer_due_ms; /* Of `timer`; INT64_MAX: it is not set. */
    struct timers timers;

    struct rpc_calls fresh; /* Began in this turn: no timer is set for them yet. */
    struct rpc_calls calls; /* The others that have not ended. */
    struct rpc_call *batch[RPC_BATCH_CALLS_MAX]; /* To run together; see rpc_calls.c. */
    size_t batch_count;
    size_t in_flight;
    struct rpc_call *kept;
    size_t kept_count;
    size_t freed_bytes;  /* By calls since memory was last given back. */
    struct purse unread; /* Of what the inboxes of all calls hold. */
    struct fiber_pool fibers;
    struct rpc_gzip gzip;
    struct buffer unpacked; /* A message that came compressed, while it is decoded. */

    void (*closed)(struct rpc_loop *loop);

    atomic_size_t commit_waiters; /* Fibers that wait for a commit. */
    unsigned commits_told;        /* When they were last woken. */

    uv_mutex_t mutex; /* Guards what follows. */
    struct rpc_job *finished_first, *finished_last;
};

struct rpc_loop_config {
    struct rpc_server *server;
    struct rpc_lanes *lanes;
    struct allowance *unread; /* Of all loops. */
    uv_loop_t *uv;
    struct db_config store; /* .store is NULL without one. */
};

/* Opens the read connection and the handles of a loop that is all zeros. UNAVAILABLE: the store
 * cannot be opened for reading, or the loop takes no more handles. */
NODISCARD enum status rpc_loop_open(struct rpc_loop *loop, const struct rpc_loop_config *config,
                                    struct fault *fault);

/* Releases all; its handles close with the loop's next turn, after which closed(loop) is called.
 * No call may be left. */
void rpc_loop_close(struct rpc_loop *loop, void (*closed)(struct rpc_loop *loop));

/* The read connection, in a transaction that calls share: to take and give the store's locks costs
 * more than a small read. A commit meanwhile begins another transaction, so that nobody misses what
 * he was told is done. It ends with the loop's turn; where nothing was committed for
 * RPC_READER_QUIET_MS it goes on over turns, for RPC_READER_MS at most, so that the store's log can
 * be cleared. NULL: as `reader`. */
struct db *rpc_loop_reader(struct rpc_loop *loop);

/* From any thread: a job is done. */
void rpc_loop_post(struct rpc_loop *loop, struct rpc_job *job);

/* From any thread: something was committed. */
void rpc_loop_note_commit(struct rpc_loop *loop);

/* From any thread: the loop turns once. */
void rpc_loop_wake(struct rpc_loop *loop);

/* Sets the call's timer to the earliest of what it waits for. Calls that end in the turn in which
 * they began never come here. */
void rpc_loop_set_timer(struct rpc_loop *loop, struct rpc_call *call);

/* Ends the loop's streams, and so its draining, after so many milliseconds. */
void rpc_loop_set_drain_timer(struct rpc_loop *loop, int64_t ms);

/* Ends all calls that wait early, as the server stops. */
void rpc_loop_end_calls(struct rpc_loop *loop);

/* Wakes the streams that wait for a commit. */
void rpc_loop_tell_waiters(struct rpc_loop *loop);

/* Adds a call to those that began in this turn, and takes one out. */
void rpc_loop_add(struct rpc_loop *loop, struct rpc_call *call);
void rpc_loop_remove(struct rpc_loop *loop, struct rpc_call *call);
