#include "rpc/server/rpc_fiber.h"

#include <assert.h>

#include "base/clock.h"
#include "rpc/server/rpc_answer.h"
#include "rpc/server/rpc_inbox.h"
#include "rpc/server/rpc_lanes.h"
#include "rpc/server/rpc_loop.h"
#include "rpc/server/rpc_server_parts.h"

/* ---- The fiber ---- */

static void fiber_main(void *argument)
{
    (void)rpc_call_run(argument);
}

void rpc_fiber_run(struct rpc_call *call)
{
    struct rpc_loop *loop = call->loop;
    struct fiber *fiber = NULL;
    size_t streams_max = call->server->config.limits.running_streams_max;
    size_t running = atomic_fetch_add(&call->server->fibers_running, 1);
    if (running < streams_max) fiber = fiber_new(&loop->fibers, fiber_main, call);
    if (fiber == NULL) {
        (void)atomic_fetch_sub(&call->server->fibers_running, 1);
        rpc_refuse_count(call, RPC_REFUSED_RUNNING_STREAMS);
        rpc_call_fail(call,
                      rpc_fail(call, RESOURCE_EXHAUSTED, "the server runs %zu streams; at most %zu",
                               running, streams_max));
        return;
    }
    call->phase = RPC_PHASE_FIBER;
    call->fiber = fiber;
    call->commits_seen = rpc_lanes_commits(loop->lanes);
    rpc_fiber_go_on(call);
}

void rpc_fiber_go_on(struct rpc_call *call)
{
    call->wait = RPC_WAIT_NONE;
    if (fiber_resume(call->fiber)) {
        rpc_loop_set_timer(call->loop, call);
        return;
    }
    call->fiber = NULL;
    (void)atomic_fetch_sub(&call->server->fibers_running, 1);
    rpc_call_done(call);
}

/* Back to the loop until what is waited for has come, or the call is over: its status then. */
static enum status wait_for(struct rpc_call *call, enum rpc_wait wait, int64_t wait_ms)
{
    assert(call->fiber != NULL); /* Only handlers with a fiber can wait. */
    int64_t now_ms = clock_monotonic_ms();
    call->wait = wait;
    call->wait_until_ms = wait_ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + wait_ms;
    fiber_suspend(call->fiber);
    return call->over == OK || wait == RPC_WAIT_JOB ? OK : rpc_call_over_fail(call);
}

static int64_t idle_timeout_ms(const struct rpc_call *call)
{
    int64_t timeout_ms = call->method->idle_timeout_ms;
    if (timeout_ms == 0) return call->server->config.limits.stream_idle_timeout_ms;
    return timeout_ms < 0 ? INT64_MAX : timeout_ms;
}

/* ---- What handlers call ---- */

struct arena *rpc_turn_arena(struct rpc_call *call)
{
    return &call->turn;
}

void rpc_turn_end(struct rpc_call *call)
{
    arena_reset(&call->turn);
}

enum status rpc_receive(struct rpc_call *call, const ProtobufCMessage **in)
{
    assert(call->method->client_streams);
    rpc_turn_end(call);
    if (call->over != OK) return rpc_call_over_fail(call);
    for (;;) {
        ProtobufCMessage *message = NULL;
        bool whole;
        enum status status = rpc_inbox_next(call, &call->turn, &message, &whole);
        if (status != OK) return status;
        if (whole || (call->inbox.ended && rpc_inbox_left(call) == 0)) {
            *in = message;
            return OK;
        }
        if (call->inbox.ended) {
            rpc_refuse_count(call, RPC_REFUSED_ENVELOPE);
            return rpc_fail(call, INVALID_ARGUMENT, "the last message of the stream is cut off");
        }
        status = wait_for(call, RPC_WAIT_MESSAGE, idle_timeout_ms(call));
        if (status != OK) return status;
    }
}

enum status rpc_send(struct rpc_call *call, const ProtobufCMessage *out)
{
    assert(call->method->server_streams);
    while (call->full && call->over == OK) {
        enum status status = wait_for(call, RPC_WAIT_ROOM, idle_timeout_ms(call));
        if (status != OK) return status;
    }
    if (call->over != OK) return rpc_call_over_fail(call);
    return rpc_answer_send(call, out);
}

void rpc_send_headers(struct rpc_call *call)
{
    if (call->over == OK && !call->started) rpc_answer_start(call);
}

enum status rpc_sleep(struct rpc_call *call, int64_t ms)
{
    if (call->over != OK) return rpc_call_over_fail(call);
    return wait_for(call, RPC_WAIT_TIME, ms > 0 ? ms : 0);
}

enum status rpc_wait_commit(struct rpc_call *call)
{
    struct rpc_loop *loop = call->loop;
    rpc_turn_end(call);
    while (call->over == OK && !rpc_server_draining(call->server) &&
           rpc_lanes_commits(loop->lanes) == call->commits_seen) {
        loop->commit_waiters++;
        enum status status = OK;
        /* One that came before the writer could see that somebody waits is not missed. */
        if (rpc_lanes_commits(loop->lanes) == call->commits_seen) {
            status = wait_for(call, RPC_WAIT_COMMIT, INT64_MAX);
        }
        loop->commit_waiters--;
        if (status != OK) return status;
    }
    if (call->over != OK) return rpc_call_over_fail(call);
    if (rpc_server_draining(call->server)) return rpc_fail(call, UNAVAILABLE, "the server stops");
    call->commits_seen = rpc_lanes_commits(loop->lanes);
    return OK;
}

/* Another thread has a pointer into this stack: nothing else may end this. A call that is over
 * withdraws the job where it has not begun. */
static enum status job_wait(struct rpc_call *call)
{
    (void)wait_for(call, RPC_WAIT_JOB, INT64_MAX);
    return call->job.state == RPC_JOB_DONE ? call->job.status : rpc_call_over_fail(call);
}

enum status rpc_fiber_write(struct rpc_call *call, rpc_job_body *write, void *context)
{
    if (call->over != OK) return rpc_call_over_fail(call);
    call->job =
        (struct rpc_job){.call = call, .lane = RPC_LANE_WRITE, .body = write, .context = context};
    enum status status = rpc_lanes_submit_write(call->loop->lanes, &call->job);
    return status == OK ? job_wait(call) : status;
}

static enum status read_here(struct rpc_call *call, rpc_job_body *read, void *context)
{
    call->db = rpc_loop_reader(call->loop);
    enum status status = read(call, context);
    call->db = NULL;
    return status;
}

static enum status read_elsewhere(struct rpc_call *call, rpc_job_body *read, void *context)
{
    call->job =
        (struct rpc_job){.call = call, .lane = RPC_LANE_STREAM, .body = read, .context = context};
    enum status status = rpc_lanes_submit_read(call->loop->lanes, &call->job);
    return status == OK ? job_wait(call) : status;
}

enum status rpc_fiber_read(struct rpc_call *call, rpc_job_body *read, void *context)
{
    struct rpc_lanes *lanes = call->loop->lanes;
    const int64_t until_ms = clock_monotonic_ms() + RPC_STREAM_PATIENCE_MS;
    if (call->over != OK) return rpc_call_over_fail(call);
    for (;;) {
        call->commits_seen = rpc_lanes_commits(lanes);
        if (!rpc_lanes_reads_block(lanes)) return read_here(call, read, context);
        enum status status = read_elsewhere(call, read, context);
        bool away = status == UNAVAILABLE && call->over == OK;
        if (!away || rpc_server_draining(call->server) || clock_monotonic_ms() >= until_ms)
            return status;
        call->fault.message[0] = '\0';
        status = wait_for(call, RPC_WAIT_TIME, RPC_STREAM_RETRY_MS);
        if (status != OK) return status;
    }
}
