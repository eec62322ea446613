/* A call on its loop, from its request to its answer. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/rpc_cancel.h"
#include "rpc/server/rpc_answer.h"
#include "rpc/server/rpc_fiber.h"
#include "rpc/server/rpc_inbox.h"
#include "rpc/server/rpc_lanes.h"
#include "rpc/server/rpc_protocol.h"
#include "rpc/server/rpc_recorder.h"
#include "rpc/server/rpc_replay.h"
#include "rpc/server/rpc_server_parts.h"

/* ---- Beginning and end ---- */

static struct rpc_call *call_take(struct rpc_loop *loop)
{
    if (alloc_should_fail()) return NULL;
    struct rpc_call *call = loop->kept;
    if (call != NULL) {
        loop->kept = call->next;
        loop->kept_count--;
    } else {
        call = malloc(sizeof *call);
        if (call == NULL) return NULL;
        arena_init(&call->arena, loop->server->config.limits.call_bytes_max);
        arena_init(&call->turn, loop->server->config.limits.call_bytes_max);
    }
    /* Its large arrays are not cleared: for a small call that would be half of the work. */
    const size_t from = offsetof(struct rpc_call, loop);
    memset((char *)call + from, 0, offsetof(struct rpc_call, cleared) - from);
    call->fault.message[0] = '\0';
    call->reason[0] = '\0';
    call->loop = loop;
    call->server = loop->server;
    call->deadline_ms = INT64_MAX;
    call->started_us = clock_monotonic_us();
    buffer_init(&call->encoded, HTTP_RESPONSE_BYTES_MAX);
    rpc_loop_add(loop, call);
    return call;
}

struct rpc_call *rpc_call_new(struct rpc_loop *loop, const struct rpc_route *route,
                              struct http_exchange *exchange)
{
    struct rpc_call *call = call_take(loop);
    if (call == NULL) return NULL;
    const struct http_request *request = http_exchange_request(exchange);
    call->exchange = exchange;
    http_exchange_take_buffer(exchange, &call->encoded);
    call->fields = request->fields;
    call->field_count = request->field_count;
    call->method = route->method;
    call->method_number = (size_t)(route - loop->server->routes.items);
    call->handler = route->handler;
    call->self = route->self;
    call->lane = route->lane;
    call->client = loop->server->config.client;
    rpc_recorder_begin(loop->recorder, call);
    return call;
}

/* A burst of large calls leaves free memory at the allocator, and many streams their stacks: they
 * go back when nothing runs. */
static void trim(struct rpc_loop *loop)
{
    if (loop->in_flight > 0 || loop->freed_bytes < RPC_TRIM_BYTES) return;
    loop->freed_bytes = 0;
    fiber_pool_free(&loop->fibers);
    (void)malloc_trim(0);
}

static void call_release(struct rpc_call *call)
{
    struct rpc_loop *loop = call->loop;
    rpc_loop_remove(loop, call);
    rpc_inbox_free(call);
    if (call->cancel != NULL) rpc_cancel_free(call->cancel);
    buffer_free(&call->encoded);
    loop->freed_bytes += call->arena.total + call->turn.total;
    if (loop->kept_count < RPC_CALLS_KEPT) {
        arena_reset(&call->arena);
        arena_reset(&call->turn);
        loop->freed_bytes -= call->arena.total + call->turn.total;
        call->next = loop->kept;
        loop->kept = call;
        loop->kept_count++;
    } else {
        arena_free(&call->arena);
        arena_free(&call->turn);
        free(call);
    }
    trim(loop);
    if (loop->draining) rpc_server_call_ended(loop);
}

void rpc_call_done(struct rpc_call *call)
{
    call->phase = RPC_PHASE_ENDING;
    call->db = NULL;
    if ((unsigned)call->status >= STATUS_COUNT) call->status = UNKNOWN;
    if (call->over != OK) call->status = rpc_call_over_fail(call);
    rpc_call_encode(call);
    if (call->status != OK) buffer_free(&call->encoded);
    rpc_recorder_end(call->loop->recorder, call);
    if (call->exchange != NULL) rpc_answer_end(call);
    call_release(call);
}

void rpc_call_fail(struct rpc_call *call, enum status status)
{
    call->status = status;
    call->out = NULL;
    rpc_call_done(call);
}

/* ---- Lanes ---- */

/* A worker may take longer than the request lasts, which is answered when its deadline passes. */
static bool keep_fields(struct rpc_call *call)
{
    struct http_field *fields = arena_calloc(&call->arena, call->field_count, sizeof *fields);
    if (fields == NULL) return false;
    for (size_t i = 0; i < call->field_count; i++) {
        const struct http_field *field = &call->fields[i];
        char *name = arena_copy(&call->arena, field->name.bytes, field->name.length);
        char *value = arena_copy(&call->arena, field->value.bytes, field->value.length);
        if (name == NULL || value == NULL) return false;
        fields[i] = (struct http_field){{name, field->name.length}, {value, field->value.length}};
    }
    struct text *state = &call->trace.state;
    if (state->length > 0) state->bytes = arena_copy(&call->arena, state->bytes, state->length);
    call->fields = fields;
    return state->length == 0 || state->bytes != NULL;
}

static void submit(struct rpc_call *call)
{
    enum status status = OK;
    if (call->lane != RPC_LANE_WRITE && !keep_fields(call)) {
        status = rpc_fail(call, RESOURCE_EXHAUSTED, "no memory for the call");
    }
    if (rpc_replay_applies(call)) status = rpc_replay_prepare(call);
    call->phase = RPC_PHASE_LANE;
    if (status == OK) status = rpc_lanes_submit(call->loop->lanes, call);
    if (status != OK) rpc_call_fail(call, status);
}

/* Calls of a batch each pass one stage before any of them passes the next: the parser of HTTP/2,
 * the store and the encoder together are larger than a processor's instruction cache, and a call at
 * a time would load each of them anew. */
void rpc_calls_run_batch(void *context)
{
    struct rpc_loop *loop = context;
    size_t count = loop->batch_count;
    size_t bytes = 0;
    size_t answered = 0;
    loop->batch_count = 0;
    if (count == 0) return;
    struct db *db = rpc_loop_reader(loop);
    for (size_t i = 0; i < count; i++) {
        struct rpc_call *call = loop->batch[i];
        call->db = db;
        (void)rpc_call_run(call);
        bytes += call->arena.total;
        if (bytes <= RPC_BATCH_BYTES_MAX && i + 1 < count) continue;
        for (bytes = 0; answered <= i; answered++)
            rpc_call_done(loop->batch[answered]);
    }
}

static void read_here(struct rpc_call *call)
{
    struct rpc_loop *loop = call->loop;
    call->phase = RPC_PHASE_BATCH;
    loop->batch[loop->batch_count++] = call;
    bool more = http_exchange_request(call->exchange)->version == HTTP_VERSION_2;
    if (!more || loop->batch_count == RPC_BATCH_CALLS_MAX) rpc_calls_run_batch(loop);
}

void rpc_call_dispatch(struct rpc_call *call)
{
    switch (call->lane) {
    case RPC_LANE_READ:
        read_here(call);
        return;
    case RPC_LANE_WRITE:
    case RPC_LANE_FLOW:
    case RPC_LANE_REMOTE_READ:
        submit(call);
        return;
    case RPC_LANE_STREAM:
        rpc_fiber_run(call);
        return;
    }
}

void rpc_call_job_done(struct rpc_job *job)
{
    struct rpc_call *call = job->call;
    if (job->body != NULL) {
        rpc_fiber_go_on(call);
        return;
    }
    if (call->lane == RPC_LANE_WRITE) call->status = job->status;
    rpc_call_done(call);
}

/* ---- Calls that are over before they end ---- */

/* A worker runs the call and may do so for long: the client is told now, through a call of its own,
 * and what the worker comes to is only recorded. */
static void answer_early(struct rpc_call *call)
{
    struct rpc_call *answer = call_take(call->loop);
    if (answer == NULL) return; /* Then the client has to wait. */
    answer->method = call->method;
    answer->protocol = call->protocol;
    answer->type = call->type;
    answer->json = call->json;
    answer->base64 = call->base64;
    answer->exchange = call->exchange;
    answer->over = call->over;
    answer->phase = RPC_PHASE_ENDING;
    answer->status = rpc_call_over_fail(answer);
    call->exchange = NULL;
    rpc_answer_end(answer);
    call_release(answer);
}

static void end_in_lane(struct rpc_call *call)
{
    if (rpc_lanes_withdraw(call->loop->lanes, &call->job)) {
        rpc_call_fail(call, call->over);
    } else if (call->lane != RPC_LANE_WRITE && call->over != CANCELLED) {
        answer_early(call);
    }
}

static void end_on_fiber(struct rpc_call *call)
{
    switch (call->wait) {
    case RPC_WAIT_NONE: /* It runs, and will see. */
        return;
    case RPC_WAIT_JOB: /* Another thread has a pointer into its stack. */
        if (rpc_lanes_withdraw(call->loop->lanes, &call->job)) rpc_fiber_go_on(call);
        return;
    case RPC_WAIT_MESSAGE:
    case RPC_WAIT_ROOM:
    case RPC_WAIT_TIME:
    case RPC_WAIT_COMMIT:
        rpc_fiber_go_on(call);
        return;
    }
}

void rpc_call_end_early(struct rpc_call *call, enum status why)
{
    if (call->over != OK) return;
    call->over = why;
    call->cancelled = true;
    struct rpc_cancel *cancel = atomic_load(&call->cancel);
    if (cancel != NULL) rpc_cancel_trigger(cancel);
    switch (call->phase) {
    case RPC_PHASE_READING:
        rpc_call_fail(call, why);
        return;
    case RPC_PHASE_LANE:
        end_in_lane(call);
        return;
    case RPC_PHASE_FIBER:
        end_on_fiber(call);
        return;
    case RPC_PHASE_BATCH: /* It runs, and will see. */
    case RPC_PHASE_ENDING:
        return;
    }
}

/* ---- Time ---- */

static int64_t body_due_ms(const struct rpc_call *call)
{
    return call->started_us / 1000 + call->server->config.http.body_timeout_ms;
}

int64_t rpc_call_due_ms(const struct rpc_call *call)
{
    if (call->over != OK) return INT64_MAX;
    int64_t due_ms = call->deadline_ms;
    if (call->phase == RPC_PHASE_READING && body_due_ms(call) < due_ms) due_ms = body_due_ms(call);
    if (call->wait != RPC_WAIT_NONE && call->wait_until_ms < due_ms) due_ms = call->wait_until_ms;
    return due_ms;
}

void rpc_call_time_came(struct rpc_call *call, int64_t now_ms)
{
    if (now_ms >= call->deadline_ms) {
        rpc_call_end_early(call, DEADLINE_EXCEEDED);
    } else if (call->phase == RPC_PHASE_READING && now_ms >= body_due_ms(call)) {
        rpc_refuse_count(call, RPC_REFUSED_BODY_TIMEOUT);
        rpc_call_fail(call, rpc_fail(call, DEADLINE_EXCEEDED,
                                     "the request took longer to come than %lld ms",
                                     (long long)call->server->config.http.body_timeout_ms));
    } else if (call->wait == RPC_WAIT_TIME && now_ms >= call->wait_until_ms) {
        rpc_fiber_go_on(call);
    } else if (call->wait != RPC_WAIT_NONE && now_ms >= call->wait_until_ms) {
        call->idle = true;
        rpc_refuse_count(call, RPC_REFUSED_STREAM_IDLE);
        rpc_call_end_early(call, DEADLINE_EXCEEDED);
    } else {
        rpc_loop_set_timer(call->loop, call);
    }
}
