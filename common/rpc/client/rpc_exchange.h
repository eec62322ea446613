/* One HTTP exchange of the client: a request whose body is written piece by piece, and its answer,
 * read piece by piece while the request may still be written.
 *
 * It is shared by one caller, on any thread, and the engine's thread. What the caller's functions
 * below touch is guarded by the engine's lock; they take it themselves. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/fault.h"
#include "base/text.h"
#include "rpc/client/rpc_fields.h"

struct rpc_engine;
struct rpc_route;
struct rpc_http1;
struct rpc_http2;

struct rpc_exchange {
    struct rpc_engine *engine;
    struct rpc_route *route;
    pthread_cond_t changed; /* Signalled by the engine. */

    /* The request; set before it starts. */
    bool get; /* Without a body; otherwise POST. */
    char *path;
    struct rpc_fields fields;

    /* Its body. out[0 .. out_sent) has been taken by the connection and is kept as long as the
     * exchange might be repeated. */
    struct buffer out;
    size_t out_sent;
    bool out_ended;
    bool out_dropped; /* Bytes that were sent are gone: it cannot be repeated. */

    /* The answer. */
    bool head_ready;
    int http_status;
    struct rpc_fields headers, trailers;
    struct buffer in;
    size_t in_read;        /* Bytes of `in` that the caller has taken. */
    size_t in_unconfirmed; /* Bytes taken, of which the peer has not been told. */

    /* The end. Nothing above changes afterwards. */
    bool ended;
    enum status end; /* OK: the answer is complete. */
    struct fault fault;
    bool no_answer;   /* The connection failed, or there was none: counts for the breaker. */
    bool unprocessed; /* The peer has surely not begun with it. */

    /* The engine's. */
    bool started, dirty;
    bool held;      /* One of the references is the engine's. */
    int references; /* Caller's and engine's. */
    int replays;
    struct rpc_exchange *next_dirty;
    struct rpc_exchange *next, *previous; /* In the list of `list`. */
    struct rpc_exchange_list *list;
    struct rpc_http2 *http2; /* What carries it; both NULL: it waits for a connection. */
    struct rpc_http1 *http1;
    int32_t stream_id;
    bool end_received;
};

struct rpc_exchange_list {
    struct rpc_exchange *first, *last;
    size_t count;
};

void rpc_exchange_list_add(struct rpc_exchange_list *list, struct rpc_exchange *exchange);
void rpc_exchange_list_remove(struct rpc_exchange *exchange);

/* ---- The caller's ---- */

/* A request to a peer, not started: its head may be filled in. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_exchange_new(struct rpc_engine *engine, struct rpc_route *route,
                                       struct rpc_exchange **out);

/* Hands the request to the engine. Its body is written afterwards, or is in `out` already. */
void rpc_exchange_start(struct rpc_exchange *exchange);

/* Appends to the body, or ends it. Waits while RPC_SEND_QUEUE_BYTES_MAX or more wait to be sent.
 * OK; DEADLINE_EXCEEDED; RESOURCE_EXHAUSTED: no memory; CANCELLED: the exchange has ended, whose
 * outcome says why. */
NODISCARD enum status rpc_exchange_write(struct rpc_exchange *exchange, struct text bytes,
                                         bool last, int64_t deadline_ms);

/* Waits for the answer's head. OK, DEADLINE_EXCEEDED, or how the exchange ended before. */
NODISCARD enum status rpc_exchange_await_head(struct rpc_exchange *exchange, int64_t deadline_ms);

/* Moves at most bytes_max bytes of the answer's body behind those of `to`; waits for the first.
 * *count is 0 at the end of a complete answer. DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED: no memory, or
 * how the exchange ended. */
NODISCARD enum status rpc_exchange_read(struct rpc_exchange *exchange, size_t bytes_max,
                                        int64_t deadline_ms, struct buffer *to, size_t *count);

/* Ends the exchange with CANCELLED unless it has failed, or what has come of its answer, which is
 * forgotten; from any thread that knows it to live. */
void rpc_exchange_cancel(struct rpc_exchange *exchange);

/* Lets go of it; cancels it where it has not ended. */
void rpc_exchange_free(struct rpc_exchange *exchange);

/* ---- The engine's, who holds its lock ---- */

/* The exchange is over. The first call counts. */
void rpc_exchange_end(struct rpc_exchange *exchange, enum status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Undoes a failed start, so that it can begin again on another connection. False: bytes of it are
 * gone, something was answered, or it was repeated too often. */
NODISCARD bool rpc_exchange_rewind(struct rpc_exchange *exchange);

/* Moves up to length bytes of the body to `to`; *last says that none will follow. */
size_t rpc_exchange_take_out(struct rpc_exchange *exchange, uint8_t *to, size_t length, bool *last);

/* Bytes came. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_exchange_put_in(struct rpc_exchange *exchange, const uint8_t *bytes,
                                          size_t length);

/* Gives up one reference. */
void rpc_exchange_release(struct rpc_exchange *exchange);
