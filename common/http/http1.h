/* HTTP/1.1 and 1.0: one request after the other on a connection. http1.c reads requests,
 * http1_answer.c writes answers. */
#pragma once

#include "http/http_chunks.h"
#include "http/http_connection.h"

enum http1_state {
    HTTP1_HEAD,      /* Waits for a head, or has a part of one. */
    HTTP1_LENGTH,    /* Reads a body of known length. */
    HTTP1_CHUNKED,   /* Reads a chunked body. */
    HTTP1_ANSWERING, /* The request has come whole, the answer has not gone. */
    HTTP1_ENDED,     /* Nothing more is read. */
};

struct http1 {
    enum http1_state state;
    struct buffer input; /* Bytes that came and were not used yet. */
    size_t scanned;      /* Bytes of `input` known to hold no end of a head. */
    int64_t head_started_ms;
    uint64_t remaining; /* Of the body. */
    struct http_chunks chunks;
    struct http_exchange *exchange; /* The one that is being read or answered. */
    bool keep_alive;
    bool trailers; /* The peer said `te: trailers`. */
};

/* Answers what is no request, and ends the connection. */
void http1_refuse(struct http_connection *connection, int status, const char *reason);

/* The functions of the engine that answer. */
void http1_reply(struct http_exchange *exchange, struct http_response *response);
void http1_start(struct http_exchange *exchange, const struct http_response *response);
void http1_write(struct http_exchange *exchange, struct text bytes);
void http1_finish(struct http_exchange *exchange, const struct http_response *response);
void http1_abort(struct http_exchange *exchange);
size_t http1_waiting(const struct http_exchange *exchange);
