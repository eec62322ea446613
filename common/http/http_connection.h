/* What the server, HTTP/1.1 and HTTP/2 share; nothing outside this folder includes it.
 *
 * All bytes of a connection pass through two places, `engine->receive` and `connection->out`: TLS
 * sits between them and the socket, see http_secure.h. */
#pragma once

#include <uv.h>

#include "http/http2_memory.h"
#include "http/http2_rules.h"
#include "http/http_message.h"
#include "http/http_server.h"

struct http_connection;

/* A version of HTTP. */
struct http_engine {
    /* Takes bytes that came; keeps what it cannot use yet. */
    void (*receive)(struct http_connection *connection, struct text bytes);
    /* Writes or schedules the response; owns the exchange and the body from here on. */
    void (*reply)(struct http_exchange *exchange, struct http_response *response);
    /* Of streams, as the functions of http_message.h; their peers are still there. */
    void (*start)(struct http_exchange *exchange, const struct http_response *response);
    void (*write)(struct http_exchange *exchange, struct text bytes);
    void (*finish)(struct http_exchange *exchange, const struct http_response *response);
    void (*abort)(struct http_exchange *exchange);
    /* Bytes of the request's body were used up. */
    void (*consume)(struct http_exchange *exchange, size_t bytes);
    /* Bytes of the answer that wait for the peer. */
    size_t (*waiting)(const struct http_exchange *exchange);
    /* Appends what is ready to connection->out, up to HTTP_OUTPUT_BYTES_MAX. */
    void (*produce)(struct http_connection *connection);
    /* Stops taking requests; closes the connection when it is idle. */
    void (*drain)(struct http_connection *connection);
    /* A time has come to look for timeouts; now is the server's. */
    void (*sweep)(struct http_connection *connection, int64_t now_ms);
    void (*free)(struct http_connection *connection);
};

extern const struct http_engine http1_engine;
extern const struct http_engine http2_engine;

struct http1;
struct http2;

struct http_connection {
    uv_tcp_t tcp;
    struct http_server *server;
    struct http_connection *next, *previous;
    struct http_connection *next_dirty;
    struct http_secure *secure;       /* NULL: plain. */
    const struct http_engine *engine; /* NULL until the first bytes told. */
    union {
        struct http1 *http1;
        struct http2 *http2;
    };
    struct http_exchange *exchanges; /* Those without a finished response. */
    size_t queued_bytes;             /* Of answers that wait for the peer. */
    size_t in_handler;     /* Exchanges whose owners have not let go, those that were reset too. */
    struct buffer out;     /* Waits for the flush. */
    struct buffer writing; /* Owned by the write under way. */
    uv_write_t write;
    int64_t accepted_ms;
    int64_t active_ms; /* When something last came or a response was written. */
    int64_t write_started_ms;
    size_t preface_length; /* Bytes of the HTTP/2 preface seen while engine is NULL. */
    bool layered;          /* Whether this is TLS is decided. */
    bool dirty;
    bool wants_room; /* Some exchange may want it. */
    bool write_pending;
    bool read_paused; /* The engine wants no more bytes for now. */
    bool reading;
    bool close_after_flush;
    bool reset_on_close; /* With a reset, so that a body that the end would close is not whole. */
    bool shutdown_after_flush; /* Then reads on until the linger timeout or the peer's end. */
    bool lingering;
    bool draining;
    bool closing;
};

struct http_exchange {
    struct http_request request;
    struct arena arena;
    struct buffer body;
    struct http_server *server;
    struct http_connection *connection; /* NULL: it has gone. */
    struct http_exchange *next, *previous;
    struct http_field *fields; /* These two keep their memory from request to request. */
    size_t field_capacity;
    struct nghttp2_rcbuf **held; /* HTTP/2: what the fields' texts stand in. */
    size_t held_capacity, held_count;
    struct http2_rules rules; /* HTTP/2. */
    size_t head_bytes;
    int64_t started_ms;
    int32_t stream_id;
    bool head_too_large;
    bool dispatched; /* It has an owner, who will reply, finish or abort. */
    bool replied;    /* The owner has let go. */
    bool streaming;  /* Taken by http_stream. */
    bool started;    /* http_stream_start was called. */
    bool ended;      /* The request has come whole. */
    bool gone;       /* Reset, or its connection closed: the owner has been told. */
    bool no_body;    /* The answer has fields alone. */
    bool wants_room; /* The owner waits for `drained`. */
    bool deferred;   /* HTTP/2: nghttp2 waits for more of the answer. */
    bool aborted;    /* HTTP/2: reset by us, not for something that the peer did. */
    const struct http_events *events;
    void *events_context;
    size_t unconsumed;        /* Bytes of a stream's body that its owner has not used up. */
    struct buffer reply_body; /* HTTP/2: sent as flow control allows. */
    size_t reply_sent;
    struct http_field *trailers;
    size_t trailer_count;
    const struct http_field *more_fields; /* Of the answer: see http_exchange_add_answer. */
    size_t more_field_count;
};

struct http_server {
    struct http_server_config config;
    struct http_listener *listener; /* NULL: sockets come from elsewhere. */
    uv_mutex_t adopt_mutex;
    struct buffer adopted; /* Sockets that listeners handed over: ints. */
    uv_async_t adopt;
    size_t load; /* Atomic: connections and sockets in `adopted`. */
    struct http_counters counters;
    struct bio_method_st *secure_method; /* How OpenSSL reads and writes; NULL without TLS. */
    char *plain;                         /* A record of TLS, opened; NULL without TLS. */
    uv_prepare_t prepare;
    uv_check_t check;
    uv_timer_t timer;
    uv_idle_t idle; /* Runs while connections have more to send than one turn lets them. */
    struct http_connection *connections;
    struct http_connection *dirty;    /* Have something to send. */
    struct http_connection *flushing; /* Those of them that this turn has not reached. */
    size_t connection_count;
    struct http_shared alone; /* What `shared` is where there is no other server. */
    struct http_shared *shared;
    struct purse bodies;  /* Of all requests that are not answered yet. */
    uint64_t queued_told; /* What of shared->queued_bytes is this server's. */
    struct http2_memory http2_memory;
    size_t connections_peak; /* Since memory was last given back. */
    struct http_exchange *kept;
    size_t kept_count;
    size_t exchange_count;
    int handles_open;
    int port;
    bool draining;
    int64_t drain_started_ms;
    void (*stopped)(void *context);
    void *stopped_context;
    char date[32]; /* The Date field of this second. */
    int64_t date_second;
    int64_t date_looked_ms;
    char input[HTTP_READ_BYTES];
};

/* Milliseconds of the loop's clock. */
int64_t http_now_ms(const struct http_server *server);

/* The Date field's value. */
const char *http_server_date(struct http_server *server);

/* A new exchange of the connection; NULL: no memory. */
struct http_exchange *http_exchange_new(struct http_connection *connection);

/* Releases the exchange and takes it off its connection. */
void http_exchange_free(struct http_exchange *exchange);

/* Frees the memory of an exchange that was released. */
void http_exchange_delete(struct http_exchange *exchange);

/* HTTP/2: makes room in `held`; see http_exchange_hold_room. */
bool http_exchange_hold_more(struct http_exchange *exchange);

/* Its connection has gone, or its stream: releases it, or leaves it to the handler's reply. */
void http_exchange_abandon(struct http_exchange *exchange);

/* Adds a field of the request (copied; the name must be in lower case). Sets head_too_large instead
 * where a limit is passed. */
void http_exchange_add_field(struct http_exchange *exchange, struct text name, struct text value);

/* The same of texts that live as long as the exchange. */
void http_exchange_keep_field(struct http_exchange *exchange, struct text name, struct text value);

/* Splits a target that lives as long as the exchange into path and query. */
void http_exchange_keep_target(struct http_exchange *exchange, struct text target);

/* HTTP/2: lets go of what the fields' texts stand in. */
void http2_release_fields(struct http_exchange *exchange);

/* Splits a target into path and query, copied. False: no memory. */
bool http_exchange_set_target(struct http_exchange *exchange, struct text target);

/* Adds bytes of the body. Sets request.too_large and drops the body where a limit is passed. */
void http_exchange_add_body(struct http_exchange *exchange, struct text bytes);

/* Hands a complete request to the handler. */
void http_exchange_dispatch(struct http_exchange *exchange);

/* Offers a request whose head is complete as a stream; true: it was taken. Its owner may have
 * answered it already. */
bool http_exchange_offer(struct http_exchange *exchange);

/* Hands bytes of the body to a stream's owner. */
void http_exchange_receive(struct http_exchange *exchange, struct text bytes);

/* Tells a stream's owner that the body has come whole. */
void http_exchange_end(struct http_exchange *exchange);

/* Tells owners that wait for room when they have it. Called when bytes have left. */
void http_connection_offer_room(struct http_connection *connection);

/* Marks the exchange as gone and tells its owner, who may release it at once. */
void http_exchange_cancel(struct http_exchange *exchange);

/* HTTP/2: room for two more in `held`. False: no memory. */
static inline bool http_exchange_hold_room(struct http_exchange *exchange)
{
    return exchange->held_capacity - exchange->held_count >= 2 || http_exchange_hold_more(exchange);
}

/* Sends what marked connections have. */
void http_server_flush(struct http_server *server);

/* A connection has closed. */
void http_server_forget(struct http_server *server);

/* Serves a socket. False: no memory; it was closed. */
bool http_connection_open(struct http_server *server, int socket);

/* So many bytes more wait for the peer; negative: fewer. */
void http_connection_queued(struct http_connection *connection, int64_t bytes);

/* Takes bytes that are HTTP. */
void http_connection_deliver(struct http_connection *connection, struct text bytes);

/* Looks for timeouts. */
void http_connection_sweep(struct http_connection *connection, int64_t now_ms);

/* Has the connection flushed at the end of this turn of the loop. */
void http_connection_mark(struct http_connection *connection);

/* Flushes it now. It may close. */
void http_connection_flush(struct http_connection *connection);
void http_connection_unmark(struct http_connection *connection);

/* Stops or resumes reading from the socket. */
void http_connection_pause(struct http_connection *connection, bool paused);

/* Closes now. The exchanges that the handler has stay; the others are released. */
void http_connection_close(struct http_connection *connection);
