/* The server as its own files see it: rpc_server.c begins and ends it, rpc_requests.c makes calls
 * of requests, rpc_calls.c follows a call from its request to its answer. */
#pragma once

#include "http/http_server.h"
#include "rpc/server/rpc_call.h"
#include "rpc/server/rpc_health.h"
#include "rpc/server/rpc_loop.h"
#include "rpc/server/rpc_reflection.h"
#include "rpc/server/rpc_refusals.h"
#include "rpc/server/rpc_routes.h"
#include "rpc/server/rpc_server.h"

struct http_listener;

struct rpc_server {
    struct rpc_server_config config;
    struct rpc_lanes *lanes;
    struct rpc_metrics *metrics;
    struct rpc_refusals refusals;
    struct rpc_routes routes;
    struct health health;
    struct reflection reflection;
    const struct rpc_handlers *mounted[RPC_MOUNTS_MAX];
    struct http_shared shared;
    struct allowance unread; /* What purses of loops draw from. */
    struct rpc_loop *loops;  /* The first is the one of the configuration. */
    size_t loop_count;
    size_t loops_opened;
    struct http_listener *listener;
    int port;
    atomic_bool listener_closed;
    atomic_bool gives_up; /* It could not start. */
    atomic_bool draining;
    atomic_size_t loops_running; /* Threads of loops. */
    atomic_size_t fibers_running;
    bool stopped_told;
    void (*stopped)(void *context);
    void *stopped_context;
};

/* ---- rpc_requests.c: what a loop's http_server calls ---- */

/* Both with a struct rpc_loop as the context. */
void rpc_request_begin(void *context, struct http_exchange *exchange);
void rpc_request_handle(void *context, struct http_exchange *exchange);

/* ---- rpc_calls.c ---- */

/* A call of a request, among its loop's. NULL: no memory. */
struct rpc_call *rpc_call_new(struct rpc_loop *loop, const struct rpc_route *route,
                              struct http_exchange *exchange);

/* Runs a call whose request has been read, in its lane. */
void rpc_call_dispatch(struct rpc_call *call);

/* Runs the reads of this loop, the context, that wait for one another, and answers them. */
void rpc_calls_run_batch(void *context);

/* It has its status: answers, records and releases it. */
void rpc_call_done(struct rpc_call *call);

/* Ends it with this status and no more; the fault is set. */
void rpc_call_fail(struct rpc_call *call, enum status status);

/* Nobody waits for it any more: the peer has gone (CANCELLED), its time is over
 * (DEADLINE_EXCEEDED), the server stops (UNAVAILABLE), or its request cannot be read (others; the
 * fault is set). It may be released here. */
void rpc_call_end_early(struct rpc_call *call, enum status why);

/* When the call's timer is due: its deadline, the end of what it waits for, or the time that its
 * request has to come; INT64_MAX: never. */
int64_t rpc_call_due_ms(const struct rpc_call *call);

/* The call's timer has come. It may be released here. */
void rpc_call_time_came(struct rpc_call *call, int64_t now_ms);

/* The writer or a worker has done a job of this loop. */
void rpc_call_job_done(struct rpc_job *job);

/* Counts that the call was refused. From any thread. */
static inline void rpc_refuse_count(const struct rpc_call *call, enum rpc_refusal refusal)
{
    rpc_refusals_count(&call->server->refusals, refusal);
}

/* ---- rpc_server.c ---- */

/* The largest message that a call may send. */
size_t rpc_server_message_bytes_max(const struct rpc_server *server);

/* The server drains: streams should come to an end. */
bool rpc_server_draining(const struct rpc_server *server);

/* Another thread has woken this loop. */
void rpc_server_woken(struct rpc_loop *loop);

/* A call of a loop that drains has ended. */
void rpc_server_call_ended(struct rpc_loop *loop);

/* The loop's drain time is over: its streams end. */
void rpc_server_drain_over(struct rpc_loop *loop);
