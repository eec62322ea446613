/* HTTP/1.1 and 1.0: one request after the other on a connection. */
#include <http_parser.h>
#include <stdlib.h>
#include <string.h>

#include "http/http1_head.h"
#include "http/http_chunks.h"
#include "http/http_connection.h"

enum http1_state {
    HTTP1_HEAD,      /* Waits for a head, or has a part of one. */
    HTTP1_LENGTH,    /* Reads a body of known length. */
    HTTP1_CHUNKED,   /* Reads a chunked body. */
    HTTP1_ANSWERING, /* The handler has the request. */
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
    bool running; /* http1_run is on the stack. */
};

/* Of http_parser's callbacks. */
struct head_reader {
    struct http_exchange *exchange;
    struct text target;
    struct text name;
};

static int on_url(http_parser *parser, const char *bytes, size_t length)
{
    struct head_reader *reader = parser->data;
    reader->target = (struct text){bytes, length};
    return 0;
}

static int on_field(http_parser *parser, const char *bytes, size_t length)
{
    struct head_reader *reader = parser->data;
    reader->name = (struct text){bytes, length};
    return 0;
}

enum { FIELD_NAME_BYTES_MAX = 256 };

static int on_value(http_parser *parser, const char *bytes, size_t length)
{
    struct head_reader *reader = parser->data;
    char name[FIELD_NAME_BYTES_MAX];
    if (reader->name.length > sizeof name) {
        reader->exchange->head_too_large = true;
        return 0;
    }
    for (size_t i = 0; i < reader->name.length; i++) {
        char byte = reader->name.bytes[i];
        name[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
    }
    http_exchange_add_field(reader->exchange, (struct text){name, reader->name.length},
                            (struct text){bytes, length});
    return 0;
}

/* The body is read by this file, not by the parser. */
static int on_headers_complete(http_parser *parser)
{
    (void)parser;
    return 2;
}

static const http_parser_settings parser_settings = {
    .on_url = on_url,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_headers_complete,
};

/* ---- Answers ---- */

static enum status append_head(struct http_connection *connection, int status, bool close)
{
    const char *phrase = http_status_str((enum http_status)status);
    enum status result = buffer_printf(&connection->out, "HTTP/1.1 %d %s\r\ndate: %s\r\n", status,
                                       phrase, http_server_date(connection->server));
    if (result == OK && close) {
        result = buffer_append_string(&connection->out, "connection: close\r\n");
    }
    return result;
}

/* Answers what is no request, and ends the connection. */
static void refuse(struct http_connection *connection, int status, const char *reason)
{
    connection->http1->state = HTTP1_ENDED;
    enum status result = append_head(connection, status, true);
    if (result == OK) {
        result = buffer_printf(&connection->out,
                               "content-type: text/plain; charset=utf-8\r\n"
                               "content-length: %zu\r\n\r\n%s\n",
                               strlen(reason) + 1, reason);
    }
    if (result != OK) buffer_clear(&connection->out);
    connection->shutdown_after_flush = true;
    http_connection_mark(connection);
}

static enum status append_response(struct http_connection *connection,
                                   const struct http_exchange *exchange,
                                   const struct http_response *response, bool close)
{
    struct buffer *out = &connection->out;
    enum status result = append_head(connection, response->status, close);
    for (size_t i = 0; result == OK && i < response->field_count; i++) {
        const struct http_field *field = &response->fields[i];
        result = buffer_printf(out, "%.*s: %.*s\r\n", (int)field->name.length, field->name.bytes,
                               (int)field->value.length, field->value.bytes);
    }
    if (result == OK) {
        result = buffer_printf(out, "content-length: %zu\r\n\r\n", response->body.length);
    }
    if (result != OK || text_equal(exchange->request.method, text_from("HEAD"))) return result;
    return buffer_append(out, response->body.bytes, response->body.length);
}

static void http1_run(struct http_connection *connection, struct text bytes);

static void http1_reply(struct http_exchange *exchange, struct http_response *response)
{
    struct http_connection *connection = exchange->connection;
    struct http1 *http1 = connection->http1;
    bool unread = exchange->request.too_large;
    bool close = !http1->keep_alive || unread || connection->draining;
    size_t length_before = connection->out.length;
    enum status result = append_response(connection, exchange, response, close);
    buffer_free(&response->body);
    http1->exchange = NULL;
    http_exchange_free(exchange);
    if (result != OK) {
        /* No memory for the answer: the peer learns it by the end of the connection. */
        connection->out.length = length_before;
        close = true;
    }
    http1->state = close ? HTTP1_ENDED : HTTP1_HEAD;
    if (close) connection->shutdown_after_flush = true;
    http_connection_mark(connection);
    if (close || http1->running) return;
    http_connection_pause(connection, false);
    http1_run(connection, (struct text){NULL, 0});
}

/* ---- Requests ---- */

/* Where the head ends, behind its empty line; 0: not yet. */
static size_t head_end(struct text bytes, size_t scanned)
{
    size_t from = scanned > 3 ? scanned - 3 : 0;
    const char *found = memmem(bytes.bytes + from, bytes.length - from, "\r\n\r\n", 4);
    return found == NULL ? 0 : (size_t)(found - bytes.bytes) + 4;
}

static void complete(struct http_connection *connection)
{
    struct http1 *http1 = connection->http1;
    http1->state = HTTP1_ANSWERING;
    http_exchange_dispatch(http1->exchange);
}

/* The path of `http://host/path`, which servers must accept too; others as they are. */
static bool origin_form(struct text *target)
{
    if (target->length > 0 && target->bytes[0] == '/') return true;
    struct http_parser_url url;
    http_parser_url_init(&url);
    if (http_parser_parse_url(target->bytes, target->length, 0, &url) != 0) return false;
    if ((url.field_set & (1 << UF_PATH)) == 0) return false;
    size_t offset = url.field_data[UF_PATH].off;
    *target = (struct text){target->bytes + offset, target->length - offset};
    return target->bytes[0] == '/';
}

static struct http1_refusal read_head(struct http_connection *connection, struct text head,
                                      struct http1_head *framing)
{
    struct http1 *http1 = connection->http1;
    const struct http_limits *limits = &connection->server->config.limits;
    struct http1_refusal refusal = http1_head_check(head, limits->fields_max, framing);
    if (refusal.reason != NULL) return refusal;
    struct http_exchange *exchange = http_exchange_new(connection);
    if (exchange == NULL) return (struct http1_refusal){503, "no memory"};
    http1->exchange = exchange;
    struct head_reader reader = {.exchange = exchange};
    http_parser parser;
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &reader;
    (void)http_parser_execute(&parser, &parser_settings, head.bytes, head.length);
    enum http_errno error = HTTP_PARSER_ERRNO(&parser);
    if (error != HPE_OK) return (struct http1_refusal){400, http_errno_description(error)};
    if (!origin_form(&reader.target)) return (struct http1_refusal){400, "the target is no path"};
    http1->keep_alive = http_should_keep_alive(&parser) != 0;
    exchange->request.version = parser.http_minor == 0 ? HTTP_VERSION_1_0 : HTTP_VERSION_1_1;
    exchange->request.method = text_from(http_method_str((enum http_method)parser.method));
    if (!http_exchange_set_target(exchange, reader.target) || exchange->head_too_large) {
        return (struct http1_refusal){431, "the header fields are too large"};
    }
    return (struct http1_refusal){0, NULL};
}

static void begin_body(struct http_connection *connection, const struct http1_head *framing)
{
    struct http1 *http1 = connection->http1;
    struct http_exchange *exchange = http1->exchange;
    exchange->started_ms = http_now_ms(connection->server);
    bool body = framing->chunked || framing->content_length > 0;
    if (framing->content_length > connection->server->config.limits.body_bytes_max) {
        exchange->request.too_large = true;
    }
    if (!body || exchange->request.too_large) {
        complete(connection);
        return;
    }
    http_chunks_init(&http1->chunks);
    http1->remaining = framing->content_length;
    http1->state = framing->chunked ? HTTP1_CHUNKED : HTTP1_LENGTH;
    if (!framing->expects_continue) return;
    if (buffer_append_string(&connection->out, "HTTP/1.1 100 Continue\r\n\r\n") != OK) {
        http1->keep_alive = false;
    }
    http_connection_mark(connection);
}

/* Reads a head from the front of *bytes. False: more bytes are needed. */
static bool run_head(struct http_connection *connection, struct text *bytes)
{
    struct http1 *http1 = connection->http1;
    size_t end = head_end(*bytes, http1->scanned);
    size_t bytes_max = connection->server->config.limits.head_bytes_max;
    if ((end == 0 ? bytes->length : end) > bytes_max) {
        refuse(connection, 431, "the header fields are too large");
        return true;
    }
    if (end == 0) {
        http1->scanned = bytes->length;
        return false;
    }
    http1->scanned = 0;
    struct text head = {bytes->bytes, end};
    bytes->bytes += end;
    bytes->length -= end;
    struct http1_head framing;
    struct http1_refusal refusal = read_head(connection, head, &framing);
    if (refusal.reason == NULL) {
        begin_body(connection, &framing);
        return true;
    }
    if (http1->exchange != NULL) http_exchange_free(http1->exchange);
    http1->exchange = NULL;
    if (refusal.status == 0) {
        http1->state = HTTP1_ENDED;
        connection->close_after_flush = true;
        http_connection_mark(connection);
        return true;
    }
    refuse(connection, refusal.status, refusal.reason);
    return true;
}

static void run_length(struct http_connection *connection, struct text *bytes)
{
    struct http1 *http1 = connection->http1;
    size_t length = bytes->length;
    if (length > http1->remaining) length = (size_t)http1->remaining;
    http_exchange_add_body(http1->exchange, (struct text){bytes->bytes, length});
    bytes->bytes += length;
    bytes->length -= length;
    http1->remaining -= length;
    if (http1->remaining == 0 || http1->exchange->request.too_large) complete(connection);
}

static void run_chunked(struct http_connection *connection, struct text *bytes)
{
    struct http1 *http1 = connection->http1;
    struct text data;
    switch (http_chunks_read(&http1->chunks, bytes, &data)) {
    case HTTP_CHUNKS_MORE:
        return;
    case HTTP_CHUNKS_DATA:
        http_exchange_add_body(http1->exchange, data);
        if (http1->exchange->request.too_large) complete(connection);
        return;
    case HTTP_CHUNKS_END:
        complete(connection);
        return;
    case HTTP_CHUNKS_BAD:
        http_exchange_free(http1->exchange);
        http1->exchange = NULL;
        refuse(connection, 400, "the chunked body is malformed");
        return;
    }
}

/* An empty line before a request is allowed (RFC 9112, section 2.2); one, here. */
static void skip_empty_line(struct http1 *http1, struct text *bytes)
{
    if (http1->scanned > 0 || bytes->length < 2) return;
    if (bytes->bytes[0] != '\r' || bytes->bytes[1] != '\n') return;
    bytes->bytes += 2;
    bytes->length -= 2;
}

static void run(struct http_connection *connection, struct text *bytes)
{
    struct http1 *http1 = connection->http1;
    while (bytes->length > 0 && !connection->closing) {
        switch (http1->state) {
        case HTTP1_HEAD:
            /* Answers that nobody takes keep the next requests waiting. */
            if (connection->out.length >= HTTP_OUTPUT_BYTES_MAX) return;
            skip_empty_line(http1, bytes);
            if (bytes->length > 0 && !run_head(connection, bytes)) return;
            break;
        case HTTP1_LENGTH:
            run_length(connection, bytes);
            break;
        case HTTP1_CHUNKED:
            run_chunked(connection, bytes);
            break;
        case HTTP1_ANSWERING:
            return;
        case HTTP1_ENDED:
            bytes->length = 0;
            break;
        }
    }
}

/* Goes on with the bytes kept from before and with new ones; keeps what is left. */
static void http1_run(struct http_connection *connection, struct text bytes)
{
    struct http1 *http1 = connection->http1;
    bool kept = http1->input.length > 0;
    if (kept && buffer_append(&http1->input, bytes.bytes, bytes.length) != OK) {
        refuse(connection, 503, "no memory");
        return;
    }
    struct text rest =
        kept ? (struct text){(char *)http1->input.bytes, http1->input.length} : bytes;
    size_t whole = rest.length;
    http1->running = true;
    run(connection, &rest);
    if (connection->closing) return; /* `http1` is gone. */
    http1->running = false;
    if (kept) {
        buffer_consume(&http1->input, whole - rest.length);
    } else if (rest.length > 0 && buffer_append(&http1->input, rest.bytes, rest.length) != OK) {
        refuse(connection, 503, "no memory");
        return;
    }
    if (http1->input.length == 0) buffer_free(&http1->input);
    if (http1->state == HTTP1_HEAD && http1->input.length > 0 && http1->head_started_ms == 0) {
        http1->head_started_ms = http_now_ms(connection->server);
    }
    if (http1->state != HTTP1_HEAD || http1->input.length == 0) http1->head_started_ms = 0;
    bool pause = http1->state == HTTP1_ANSWERING ||
                 (http1->state == HTTP1_HEAD && connection->out.length >= HTTP_OUTPUT_BYTES_MAX);
    http_connection_pause(connection, pause);
}

static struct http1 *http1_new(struct http_connection *connection)
{
    struct http1 *http1 = alloc_should_fail() ? NULL : calloc(1, sizeof *http1);
    if (http1 == NULL) return NULL;
    /* A head and the read behind it, or what comes with one read while a request is answered. */
    buffer_init(&http1->input,
                connection->server->config.limits.head_bytes_max + (size_t)2 * HTTP_READ_BYTES);
    return http1;
}

static void http1_receive(struct http_connection *connection, struct text bytes)
{
    if (connection->http1 == NULL) connection->http1 = http1_new(connection);
    if (connection->http1 == NULL) {
        http_connection_close(connection);
        return;
    }
    http1_run(connection, bytes);
}

/* Goes on with requests that waited for answers before them to be taken. */
static void http1_produce(struct http_connection *connection)
{
    struct http1 *http1 = connection->http1;
    bool waits = connection->read_paused && http1->state == HTTP1_HEAD && !http1->running;
    if (!waits || connection->out.length >= HTTP_OUTPUT_BYTES_MAX) return;
    http1_run(connection, (struct text){NULL, 0});
}

static void http1_drain(struct http_connection *connection)
{
    struct http1 *http1 = connection->http1;
    bool idle = http1->state == HTTP1_HEAD && http1->input.length == 0;
    if (!idle) return; /* The next answer closes; a half head runs into its timeout. */
    connection->close_after_flush = true;
    http_connection_mark(connection);
}

static void http1_sweep(struct http_connection *connection, int64_t now_ms)
{
    struct http1 *http1 = connection->http1;
    const struct http_limits *limits = &connection->server->config.limits;
    bool head =
        http1->head_started_ms != 0 && now_ms - http1->head_started_ms > limits->head_timeout_ms;
    bool body = (http1->state == HTTP1_LENGTH || http1->state == HTTP1_CHUNKED) &&
                now_ms - http1->exchange->started_ms > limits->body_timeout_ms;
    if (!head && !body) return;
    if (http1->exchange != NULL) http_exchange_free(http1->exchange);
    http1->exchange = NULL;
    http1->head_started_ms = 0;
    refuse(connection, 408, head ? "the header fields took too long" : "the body took too long");
}

static void http1_free(struct http_connection *connection)
{
    if (connection->http1 == NULL) return;
    buffer_free(&connection->http1->input);
    free(connection->http1);
    connection->http1 = NULL;
}

const struct http_engine http1_engine = {
    .receive = http1_receive,
    .reply = http1_reply,
    .produce = http1_produce,
    .drain = http1_drain,
    .sweep = http1_sweep,
    .free = http1_free,
};
