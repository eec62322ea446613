#include "rpc/server/rpc_loop.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "rpc/server/rpc_fiber.h"
#include "rpc/server/rpc_lanes.h"
#include "rpc/server/rpc_server_parts.h"

/* ---- The store ---- */

static void reader_end(struct rpc_loop *loop)
{
    if (!loop->reading) return;
    loop->reading = false;
    if (db_commit(loop->reader) != OK) db_rollback(loop->reader);
}

struct db *rpc_loop_reader(struct rpc_loop *loop)
{
    if (loop->reader == NULL) return NULL;
    unsigned commits = rpc_lanes_commits(loop->lanes);
    if (loop->reader_commits != commits) reader_end(loop);
    if (loop->reading) return loop->reader;
    loop->reading = db_begin(loop->reader) == OK;
    loop->reader_commits = commits;
    return loop->reader;
}

static void reader_timer_came(uv_timer_t *timer)
{
    reader_end(timer->data);
}

/* At the end of a turn: whether the transaction may go on. While others write it may not: the log
 * is cleared only where nobody reads what is in it. */
static void reader_settle(struct rpc_loop *loop)
{
    int64_t now_ms = (int64_t)uv_now(loop->uv);
    unsigned commits = rpc_lanes_commits(loop->lanes);
    if (loop->turn_commits != commits) {
        loop->turn_commits = commits;
        loop->quiet_since_ms = now_ms;
    }
    if (!loop->reading) return;
    if (now_ms - loop->quiet_since_ms < RPC_READER_QUIET_MS) {
        reader_end(loop);
    } else if (!uv_is_active((uv_handle_t *)&loop->reader_timer)) {
        (void)uv_timer_start(&loop->reader_timer, reader_timer_came, RPC_READER_MS, 0);
    }
}

/* ---- Calls and their timers ---- */

static void calls_add(struct rpc_calls *calls, struct rpc_call *call)
{
    call->previous = NULL;
    call->next = calls->first;
    if (call->next != NULL) call->next->previous = call;
    calls->first = call;
}

static void calls_remove(struct rpc_calls *calls, struct rpc_call *call)
{
    if (call->next != NULL) call->next->previous = call->previous;
    if (call->previous != NULL) {
        call->previous->next = call->next;
    } else {
        calls->first = call->next;
    }
}

void rpc_loop_add(struct rpc_loop *loop, struct rpc_call *call)
{
    calls_add(&loop->fresh, call);
    loop->in_flight++;
}

void rpc_loop_remove(struct rpc_loop *loop, struct rpc_call *call)
{
    calls_remove(call->timed ? &loop->calls : &loop->fresh, call);
    timers_clear(&loop->timers, &call->timer);
    loop->in_flight--;
}

void rpc_loop_set_timer(struct rpc_loop *loop, struct rpc_call *call)
{
    if (!call->timed) return; /* With the end of the turn, if it lasts so long. */
    int64_t due_ms = rpc_call_due_ms(call);
    if (due_ms == INT64_MAX) {
        timers_clear(&loop->timers, &call->timer);
    } else if (!call->timer.set || call->timer.due_ms != due_ms) {
        timers_set(&loop->timers, &call->timer, due_ms);
    }
}

/* Calls that began in this turn and did not end in it get their timers now. */
static void settle_fresh(struct rpc_loop *loop)
{
    while (loop->fresh.first != NULL) {
        struct rpc_call *call = loop->fresh.first;
        calls_remove(&loop->fresh, call);
        calls_add(&loop->calls, call);
        call->timed = true;
        rpc_loop_set_timer(loop, call);
    }
}

static struct rpc_call *call_of(struct timer *timer)
{
    return (struct rpc_call *)((char *)timer - offsetof(struct rpc_call, timer));
}

static void time_came(uv_timer_t *handle)
{
    struct rpc_loop *loop = handle->data;
    loop->timer_due_ms = INT64_MAX;
    int64_t now_ms = clock_monotonic_ms();
    while (loop->timers.first != NULL && loop->timers.first->due_ms <= now_ms) {
        struct timer *timer = loop->timers.first;
        timers_clear(&loop->timers, timer);
        rpc_call_time_came(call_of(timer), now_ms);
    }
}

static void set_handle(struct rpc_loop *loop)
{
    int64_t due_ms = loop->timers.first == NULL ? INT64_MAX : loop->timers.first->due_ms;
    if (due_ms == loop->timer_due_ms) return;
    loop->timer_due_ms = due_ms;
    if (due_ms == INT64_MAX) {
        (void)uv_timer_stop(&loop->timer);
        return;
    }
    int64_t left_ms = due_ms - clock_monotonic_ms();
    uv_update_time(loop->uv);
    (void)uv_timer_start(&loop->timer, time_came, left_ms > 0 ? (uint64_t)left_ms : 0, 0);
}

static void drain_over(uv_timer_t *handle)
{
    rpc_server_drain_over(handle->data);
}

void rpc_loop_set_drain_timer(struct rpc_loop *loop, int64_t ms)
{
    (void)uv_timer_start(&loop->drain_timer, drain_over, (uint64_t)ms, 0);
}

static void turn_ended(uv_prepare_t *prepare)
{
    struct rpc_loop *loop = prepare->data;
    settle_fresh(loop);
    set_handle(loop);
    if (rpc_lanes_mend(loop->lanes, loop->reader)) loop->reading = false;
    reader_settle(loop);
}

/* ---- What other threads hand over ---- */

void rpc_loop_post(struct rpc_loop *loop, struct rpc_job *job)
{
    uv_mutex_lock(&loop->mutex);
    job->next = NULL;
    bool first = loop->finished_first == NULL;
    if (first) {
        loop->finished_first = job;
    } else {
        loop->finished_last->next = job;
    }
    loop->finished_last = job;
    uv_mutex_unlock(&loop->mutex);
    if (first) rpc_loop_wake(loop);
}

void rpc_loop_note_commit(struct rpc_loop *loop)
{
    if (loop->commit_waiters > 0) rpc_loop_wake(loop);
}

void rpc_loop_wake(struct rpc_loop *loop)
{
    (void)uv_async_send(&loop->wake);
}

/* Goes over all calls; what is done to one must leave the others. */
static void visit_calls(struct rpc_loop *loop, void (*visit)(struct rpc_call *call))
{
    settle_fresh(loop);
    struct rpc_call *next;
    for (struct rpc_call *call = loop->calls.first; call != NULL; call = next) {
        next = call->next;
        visit(call);
    }
}

static void tell_waiter(struct rpc_call *call)
{
    if (call->wait == RPC_WAIT_COMMIT) rpc_fiber_go_on(call);
}

void rpc_loop_tell_waiters(struct rpc_loop *loop)
{
    if (loop->commit_waiters > 0) visit_calls(loop, tell_waiter);
}

static void end_call(struct rpc_call *call)
{
    rpc_call_end_early(call, UNAVAILABLE);
}

void rpc_loop_end_calls(struct rpc_loop *loop)
{
    visit_calls(loop, end_call);
}

static void woken(uv_async_t *wake)
{
    struct rpc_loop *loop = wake->data;
    uv_mutex_lock(&loop->mutex);
    struct rpc_job *job = loop->finished_first;
    loop->finished_first = loop->finished_last = NULL;
    uv_mutex_unlock(&loop->mutex);
    struct rpc_job *next;
    for (; job != NULL; job = next) {
        next = job->next;
        rpc_call_job_done(job);
    }
    unsigned commits = rpc_lanes_commits(loop->lanes);
    if (loop->commits_told != commits) {
        loop->commits_told = commits;
        rpc_loop_tell_waiters(loop);
    }
    rpc_server_woken(loop);
}

/* ---- Beginning and end ---- */

static bool handles_open(struct rpc_loop *loop)
{
    if (uv_mutex_init(&loop->mutex) != 0) abort(); /* Fails only when called wrongly. */
    loop->wake.data = loop->turn_end.data = loop->timer.data = loop->drain_timer.data = loop;
    loop->reader_timer.data = loop;
    if (uv_async_init(loop->uv, &loop->wake, woken) != 0) {
        uv_mutex_destroy(&loop->mutex);
        return false;
    }
    (void)uv_timer_init(loop->uv, &loop->timer);
    (void)uv_timer_init(loop->uv, &loop->reader_timer);
    (void)uv_timer_init(loop->uv, &loop->drain_timer);
    /* Prepare handles run last started first: this one after those that flush connections. */
    (void)uv_prepare_init(loop->uv, &loop->turn_end);
    (void)uv_prepare_start(&loop->turn_end, turn_ended);
    loop->handles_open = 5;
    return true;
}

enum status rpc_loop_open(struct rpc_loop *loop, const struct rpc_loop_config *config,
                          struct fault *fault)
{
    loop->server = config->server;
    loop->lanes = config->lanes;
    loop->unread.allowance = config->unread;
    loop->uv = config->uv;
    loop->timer_due_ms = INT64_MAX;
    if (config->store.store != NULL && !db_is_remote(config->store.store)) {
        struct db_config store = config->store;
        store.access = DB_READ_ONLY;
        enum status status = db_open(&store, &loop->reader, fault);
        if (status != OK) return status;
    }
    if (!handles_open(loop)) {
        db_close(loop->reader);
        return fault_set(fault, UNAVAILABLE, "the loop takes no more handles");
    }
    fiber_pool_init(&loop->fibers, RPC_FIBERS_KEPT);
    rpc_gzip_init(&loop->gzip);
    buffer_init(&loop->unpacked, 0);
    return OK;
}

static void handle_closed(uv_handle_t *handle)
{
    struct rpc_loop *loop = handle->data;
    if (--loop->handles_open > 0) return;
    uv_mutex_destroy(&loop->mutex);
    void (*closed)(struct rpc_loop *) = loop->closed;
    closed(loop);
}

void rpc_loop_close(struct rpc_loop *loop, void (*closed)(struct rpc_loop *loop))
{
    assert(loop->in_flight == 0);
    loop->closed = closed;
    reader_end(loop);
    db_close(loop->reader);
    while (loop->kept != NULL) {
        struct rpc_call *call = loop->kept;
        loop->kept = call->next;
        arena_free(&call->arena);
        arena_free(&call->turn);
        free(call);
    }
    fiber_pool_free(&loop->fibers);
    rpc_gzip_free(&loop->gzip);
    buffer_free(&loop->unpacked);
    uv_close((uv_handle_t *)&loop->turn_end, handle_closed);
    uv_close((uv_handle_t *)&loop->timer, handle_closed);
    uv_close((uv_handle_t *)&loop->reader_timer, handle_closed);
    uv_close((uv_handle_t *)&loop->drain_timer, handle_closed);
    uv_close((uv_handle_t *)&loop->wake, handle_closed);
}
