/* A request and its response, the same for HTTP/1.1 and HTTP/2, whole or as streams.
 *
 * A request is handed over whole, to http_handler, unless http_begin took it as a stream when its
 * head was there. Everything here belongs to the server's loop thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"

enum http_version { HTTP_VERSION_1_0, HTTP_VERSION_1_1, HTTP_VERSION_2 };

/* A header or trailer field; the name in lower case. */
struct http_field {
    struct text name;
    struct text value;
    bool literal; /* Of an answer: both texts are literals, which need no copies. */
};

struct http_request {
    enum http_version version;
    struct text method;
    struct text path;  /* Up to the question mark, as it came: still percent-encoded. */
    struct text query; /* Behind it. */
    const struct http_field *fields;
    size_t field_count;
    struct text body;
    bool too_large; /* The body passed the limit and was dropped; the connection closes after the
                     * answer (HTTP/1.1) or the stream does (HTTP/2). */
};

/* One request on its way to its response. The handler answers it exactly once, now or later; until
 * then the request stays valid, even when its connection has gone. */
struct http_exchange;

const struct http_request *http_exchange_request(const struct http_exchange *exchange);

/* Memory that lives as long as the exchange. */
struct arena *http_exchange_arena(struct http_exchange *exchange);

/* Releases the request's body early, when it has been decoded. */
void http_exchange_drop_body(struct http_exchange *exchange);

/* The value of a field, by its name in lower case; bytes is NULL where there is none. Of several
 * with one name, the first. */
static inline struct text http_request_field(const struct http_request *request, const char *name)
{
    struct text wanted = text_from(name);
    for (size_t i = 0; i < request->field_count; i++) {
        if (text_equal(request->fields[i].name, wanted)) return request->fields[i].value;
    }
    return (struct text){NULL, 0};
}

/* An empty buffer for the body of the answer, with memory of an earlier one where there is some.
 * The caller owns it. */
void http_exchange_take_buffer(struct http_exchange *exchange, struct buffer *out);

enum { HTTP_RESPONSE_FIELDS_MAX = 64, HTTP_RESPONSE_TRAILERS_MAX = 64 };

struct http_response {
    int status;
    struct http_field fields[HTTP_RESPONSE_FIELDS_MAX];
    size_t field_count;
    struct http_field trailers[HTTP_RESPONSE_TRAILERS_MAX]; /* HTTP/2, and streams. */
    size_t trailer_count;
    bool trailers_only; /* HTTP/2: the fields end the stream; there is no body. */
    bool undated;       /* Without a Date field, as the protocol's other servers answer. */
    struct buffer body;
};

void http_response_init(struct http_response *response, int status);

/* Adds a field or a trailer. Its texts are borrowed until http_reply; names in lower case. */
void http_response_add(struct http_response *response, const char *name, struct text value);
void http_response_add_trailer(struct http_response *response, const char *name, struct text value);

/* The same of two literals, which are not copied. */
void http_response_add_literal(struct http_response *response, const char *name, const char *value);
void http_response_add_literal_trailer(struct http_response *response, const char *name,
                                       const char *value);

/* Answers: takes the response's body, and releases the exchange. A connection that has gone makes
 * this release alone. content-length is added by the server. */
void http_reply(struct http_exchange *exchange, struct http_response *response);

/* Fields that the answer will have besides its own, whoever gives it; borrowed until then. */
void http_exchange_add_answer(struct http_exchange *exchange, const struct http_field *fields,
                              size_t count);

/* Answers with a line of plain text. */
void http_reply_text(struct http_exchange *exchange, int status, const char *string);

/* What a server calls for each complete request. */
typedef void http_handler(void *context, struct http_exchange *exchange);

/* What a server calls for each head of a request, before its body: it may call http_stream. Not for
 * HEAD, whose answers have no body. */
typedef void http_begin(void *context, struct http_exchange *exchange);

/* What happens to an exchange while it runs. Any may be NULL. None is called from within a function
 * of this header, and none after the exchange was finished. */
struct http_events {
    /* Bytes of the body; they count against the peer's window until http_stream_consume. */
    void (*received)(void *context, struct http_exchange *exchange, struct text bytes);
    /* The body has come whole. */
    void (*ended)(void *context, struct http_exchange *exchange);
    /* After http_stream_write said that the peer is slow: there is room again. */
    void (*drained)(void *context, struct http_exchange *exchange);
    /* The peer has reset the stream or has gone: nothing comes or goes any more. The exchange must
     * still be finished (or answered), which then only releases it. */
    void (*cancelled)(void *context, struct http_exchange *exchange);
};

/* Tells an exchange's owner what happens to it. For a whole request only `cancelled` matters. */
void http_exchange_watch(struct http_exchange *exchange, const struct http_events *events,
                         void *context);

/* In http_begin: takes the request as a stream. The handler is not called; `received` and `ended`
 * are, and the answer may begin before the request has ended (over HTTP/1.1 peers mostly wait). */
void http_stream(struct http_exchange *exchange, const struct http_events *events, void *context);

/* So many bytes of the body have been used up: the peer may send as many more. */
void http_stream_consume(struct http_exchange *exchange, size_t bytes);

/* Begins the answer: status and fields of the response; its body and trailers are not looked at.
 * Sent with the first bytes, or when this turn of the loop ends. */
void http_stream_start(struct http_exchange *exchange, const struct http_response *response);

/* Sends bytes, which are copied. False: HTTP_STREAM_OUTPUT_BYTES_MAX or more wait for the peer; the
 * bytes were taken all the same, but the caller waits for `drained` before it writes more. */
bool http_stream_write(struct http_exchange *exchange, struct text bytes);

/* Ends the answer with the trailers of `response`, and releases the exchange. Without
 * http_stream_start before, it is http_reply. HTTP/1.1 sends trailers to those who said
 * `te: trailers`, HTTP/1.0 to nobody. */
void http_stream_finish(struct http_exchange *exchange, struct http_response *response);

/* Breaks the answer off, so that the peer sees that it is not whole (RST_STREAM, or the end of the
 * connection), and releases the exchange. */
void http_stream_abort(struct http_exchange *exchange);
