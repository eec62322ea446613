/* HTTP/2 on nghttp2: many requests at once on a connection. http2.c reads requests, http2_answer.c
 * writes answers. */
#pragma once

#include <nghttp2/nghttp2.h>

#include "http/http2_heads.h"
#include "http/http_connection.h"

enum { HTTP2_FLOODS = 5 };

struct http2 {
    nghttp2_session *session;
    struct http_exchange *reading; /* Whose head comes; NULL: none, or one that was refused. */
    struct http2_heads heads;
    void *table;  /* nghttp2's, of its streams; see http2_memory_rest. */
    bool resting; /* Nothing has come since the memory of an idle connection was given back. */
    bool calmed;  /* GOAWAY was said for a flood: nothing more is heard. */
    int64_t flood_since_ms;
    size_t flood_counts[HTTP2_FLOODS]; /* By enum http2_flood. */
    size_t continuations;              /* Of the header list that comes. */
    size_t list_bytes;                 /* Of that list, as it is without compression. */
};

void http2_reset_stream(struct http_connection *connection, int32_t stream_id, uint32_t code);

/* The functions of the engine that answer. */
void http2_reply(struct http_exchange *exchange, struct http_response *response);
void http2_start(struct http_exchange *exchange, const struct http_response *response);
void http2_write(struct http_exchange *exchange, struct text bytes);
void http2_finish(struct http_exchange *exchange, const struct http_response *response);
void http2_abort(struct http_exchange *exchange);
size_t http2_waiting(const struct http_exchange *exchange);

/* nghttp2's callback that takes the bytes of a DATA frame. */
int http2_send_data(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head,
                    size_t length, nghttp2_data_source *source, void *context);
