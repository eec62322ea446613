#include "rpc/client/rpc_exchange.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rpc/client/rpc_client_limits.h"
#include "rpc/client/rpc_engine.h"

enum {
    MS = 1000,
    NS_PER_MS = 1000000,
    CONSUMED_BYTES_MIN = RPC_STREAM_WINDOW_BYTES / 4, /* Before the peer is told. */
};

void rpc_exchange_list_add(struct rpc_exchange_list *list, struct rpc_exchange *exchange)
{
    exchange->list = list;
    exchange->next = NULL;
    exchange->previous = list->last;
    if (list->last != NULL)
        list->last->next = exchange;
    else
        list->first = exchange;
    list->last = exchange;
    list->count++;
}

void rpc_exchange_list_remove(struct rpc_exchange *exchange)
{
    struct rpc_exchange_list *list = exchange->list;
    if (list == NULL) return;
    if (exchange->previous != NULL)
        exchange->previous->next = exchange->next;
    else
        list->first = exchange->next;
    if (exchange->next != NULL)
        exchange->next->previous = exchange->previous;
    else
        list->last = exchange->previous;
    list->count--;
    exchange->list = NULL;
    exchange->next = exchange->previous = NULL;
}

enum status rpc_exchange_new(struct rpc_engine *engine, struct rpc_route *route,
                             struct rpc_exchange **out)
{
    struct rpc_exchange *exchange = alloc_should_fail() ? NULL : calloc(1, sizeof *exchange);
    if (exchange == NULL) return RESOURCE_EXHAUSTED;
    pthread_condattr_t monotonic;
    bool ready = pthread_condattr_init(&monotonic) == 0;
    if (ready) {
        (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        ready = pthread_cond_init(&exchange->changed, &monotonic) == 0;
        (void)pthread_condattr_destroy(&monotonic);
    }
    if (!ready) {
        free(exchange);
        return RESOURCE_EXHAUSTED;
    }
    exchange->engine = engine;
    exchange->route = route;
    exchange->references = 1;
    rpc_fields_init(&exchange->fields);
    rpc_fields_init(&exchange->headers);
    rpc_fields_init(&exchange->trailers);
    buffer_init(&exchange->out, RPC_REQUEST_BYTES_MAX + (size_t)RPC_SEND_QUEUE_BYTES_MAX);
    buffer_init(&exchange->in, (size_t)2 * RPC_RESPONSE_BYTES_MAX);
    *out = exchange;
    return OK;
}

void rpc_exchange_release(struct rpc_exchange *exchange)
{
    if (--exchange->references > 0) return;
    (void)pthread_cond_destroy(&exchange->changed);
    rpc_fields_free(&exchange->fields);
    rpc_fields_free(&exchange->headers);
    rpc_fields_free(&exchange->trailers);
    buffer_free(&exchange->out);
    buffer_free(&exchange->in);
    free(exchange->path);
    free(exchange);
}

void rpc_exchange_start(struct rpc_exchange *exchange)
{
    rpc_engine_lock(exchange->engine);
    exchange->started = exchange->held = true;
    exchange->references++;
    rpc_engine_touch(exchange->engine, exchange);
    rpc_engine_unlock(exchange->engine);
}

/* Waits for a change until the deadline; false: it has passed. */
static bool await_change(struct rpc_exchange *exchange, int64_t deadline_ms)
{
    if (deadline_ms == INT64_MAX) {
        (void)pthread_cond_wait(&exchange->changed, rpc_engine_mutex(exchange->engine));
        return true;
    }
    struct timespec until = {.tv_sec = deadline_ms / MS, .tv_nsec = deadline_ms % MS * NS_PER_MS};
    return pthread_cond_timedwait(&exchange->changed, rpc_engine_mutex(exchange->engine), &until) !=
           ETIMEDOUT;
}

static size_t unsent(const struct rpc_exchange *exchange)
{
    return exchange->out.length - exchange->out_sent;
}

enum status rpc_exchange_write(struct rpc_exchange *exchange, struct text bytes, bool last,
                               int64_t deadline_ms)
{
    enum status status = OK;
    rpc_engine_lock(exchange->engine);
    while (status == OK && !exchange->ended && unsent(exchange) >= RPC_SEND_QUEUE_BYTES_MAX) {
        if (!await_change(exchange, deadline_ms)) status = DEADLINE_EXCEEDED;
    }
    if (status == OK && exchange->ended) status = CANCELLED;
    if (status == OK) status = buffer_append(&exchange->out, bytes.bytes, bytes.length);
    if (status == OK) {
        exchange->out_ended = last;
        if (exchange->started) rpc_engine_touch(exchange->engine, exchange);
    }
    rpc_engine_unlock(exchange->engine);
    return status;
}

enum status rpc_exchange_await_head(struct rpc_exchange *exchange, int64_t deadline_ms)
{
    enum status status = OK;
    rpc_engine_lock(exchange->engine);
    while (status == OK && !exchange->head_ready && !exchange->ended) {
        if (!await_change(exchange, deadline_ms)) status = DEADLINE_EXCEEDED;
    }
    if (status == OK && !exchange->head_ready) status = exchange->end;
    rpc_engine_unlock(exchange->engine);
    return status;
}

enum status rpc_exchange_read(struct rpc_exchange *exchange, size_t bytes_max, int64_t deadline_ms,
                              struct buffer *to, size_t *count)
{
    enum status status = OK;
    *count = 0;
    rpc_engine_lock(exchange->engine);
    while (status == OK && exchange->in.length == exchange->in_read && !exchange->ended) {
        if (!await_change(exchange, deadline_ms)) status = DEADLINE_EXCEEDED;
    }
    size_t ready = exchange->in.length - exchange->in_read;
    size_t taken = ready < bytes_max ? ready : bytes_max;
    if (status == OK && taken > 0)
        status = buffer_append(to, exchange->in.bytes + exchange->in_read, taken);
    else if (status == OK)
        status = exchange->end;
    if (status == OK && taken > 0) {
        *count = taken;
        exchange->in_read += taken;
        exchange->in_unconfirmed += taken;
        if (exchange->in_read == exchange->in.length) {
            buffer_clear(&exchange->in);
            exchange->in_read = 0;
        }
        if (!exchange->ended && exchange->in_unconfirmed >= CONSUMED_BYTES_MIN)
            rpc_engine_touch(exchange->engine, exchange);
    }
    rpc_engine_unlock(exchange->engine);
    return status;
}

void rpc_exchange_cancel(struct rpc_exchange *exchange)
{
    rpc_engine_lock(exchange->engine);
    bool running = !exchange->ended;
    /* An answer that has come whole, but is not read, is given up all the same. */
    exchange->ended = exchange->ended && exchange->end != OK;
    rpc_exchange_end(exchange, CANCELLED, "cancelled");
    buffer_clear(&exchange->in); /* What came before is of no use to the caller. */
    exchange->in_read = 0;
    if (running && exchange->started) rpc_engine_touch(exchange->engine, exchange);
    rpc_engine_unlock(exchange->engine);
}

void rpc_exchange_free(struct rpc_exchange *exchange)
{
    if (exchange == NULL) return;
    rpc_exchange_cancel(exchange);
    struct rpc_engine *engine = exchange->engine;
    rpc_engine_lock(engine);
    rpc_exchange_release(exchange);
    rpc_engine_unlock(engine);
}

void rpc_exchange_end(struct rpc_exchange *exchange, enum status status, const char *format, ...)
{
    if (exchange->ended) return;
    exchange->ended = true;
    exchange->end = status;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(exchange->fault.message, sizeof exchange->fault.message, format, arguments);
    va_end(arguments);
    (void)pthread_cond_broadcast(&exchange->changed);
}

bool rpc_exchange_rewind(struct rpc_exchange *exchange)
{
    bool clean = !exchange->ended && !exchange->head_ready && !exchange->out_dropped;
    if (!clean || exchange->replays >= RPC_REPLAYS_MAX) return false;
    exchange->replays++;
    exchange->out_sent = 0;
    exchange->stream_id = 0;
    exchange->end_received = false;
    exchange->unprocessed = false;
    exchange->http2 = NULL;
    exchange->http1 = NULL;
    return true;
}

size_t rpc_exchange_take_out(struct rpc_exchange *exchange, uint8_t *to, size_t length, bool *last)
{
    size_t ready = unsent(exchange);
    size_t taken = ready < length ? ready : length;
    if (taken > 0) memcpy(to, exchange->out.bytes + exchange->out_sent, taken);
    exchange->out_sent += taken;
    *last = exchange->out_ended && unsent(exchange) == 0;
    if (taken > 0 && ready >= RPC_SEND_QUEUE_BYTES_MAX)
        (void)pthread_cond_broadcast(&exchange->changed);
    bool keep = !exchange->head_ready && exchange->out_sent <= RPC_REPLAY_BYTES_MAX;
    /* Moving what is left costs as much as it is long: only when half is gone. */
    if (!keep && exchange->out_sent > 0 && exchange->out_sent >= unsent(exchange)) {
        buffer_consume(&exchange->out, exchange->out_sent);
        exchange->out_sent = 0;
        exchange->out_dropped = true;
    }
    return taken;
}

enum status rpc_exchange_put_in(struct rpc_exchange *exchange, const uint8_t *bytes, size_t length)
{
    if (exchange->in_read > 0 && exchange->in_read >= exchange->in.length / 2) {
        buffer_consume(&exchange->in, exchange->in_read);
        exchange->in_read = 0;
    }
    enum status status = buffer_append(&exchange->in, bytes, length);
    if (status == OK) (void)pthread_cond_broadcast(&exchange->changed);
    return status;
}
