/* A request and its response, the same for HTTP/1.1 and HTTP/2.
 *
 * Everything here belongs to the server's loop thread. */
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
struct text http_request_field(const struct http_request *request, const char *name);

enum { HTTP_RESPONSE_FIELDS_MAX = 12, HTTP_RESPONSE_TRAILERS_MAX = 4 };

struct http_response {
    int status;
    struct http_field fields[HTTP_RESPONSE_FIELDS_MAX];
    size_t field_count;
    struct http_field trailers[HTTP_RESPONSE_TRAILERS_MAX]; /* HTTP/2 only. */
    size_t trailer_count;
    bool trailers_only; /* HTTP/2: the fields end the stream; there is no body. */
    struct buffer body;
};

void http_response_init(struct http_response *response, int status);

/* Adds a field or a trailer. Its texts are borrowed until http_reply; names in lower case. */
void http_response_add(struct http_response *response, const char *name, struct text value);
void http_response_add_trailer(struct http_response *response, const char *name, struct text value);

/* Answers: takes the response's body, and releases the exchange. A connection that has gone makes
 * this release alone. content-length is added by the server. */
void http_reply(struct http_exchange *exchange, struct http_response *response);

/* Answers with a line of plain text. */
void http_reply_text(struct http_exchange *exchange, int status, const char *string);

/* What a server calls for each complete request. */
typedef void http_handler(void *context, struct http_exchange *exchange);
