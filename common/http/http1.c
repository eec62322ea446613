#include "http/http1.h"

#include <http_parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/http1_head.h"

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

/* ---- Requests ---- */

/* Where the head ends, behind its empty line; 0: not yet. */
static size_t head_end(struct text bytes, size_t scanned)
{
    size_t from = scanned > 3 ? scanned - 3 : 0;
    const char *found = memmem(bytes.bytes + from, bytes.length - from, "\r\n\r\n", 4);
    return found == NULL ? 0 : (size_t)(found - bytes.bytes) + 4;
}

/* The request has come whole, or as far as it is wanted. */
static void complete(struct http_connection *connection, bool ended)
{
    struct http_exchange *exchange = connection->http1->exchange;
    connection->http1->state = HTTP1_ANSWERING;
    exchange->ended = ended;
    if (!exchange->streaming) {
        http_exchange_dispatch(exchange);
    } else {
        http_exchange_end(exchange);
    }
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

/* `te: trailers`, alone or among others. */
static bool wants_trailers(const struct http_request *request)
{
    struct text te = http_request_field(request, "te");
    static const char wanted[] = "trailers";
    for (size_t i = 0; i + sizeof wanted - 1 <= te.length; i++) {
        if (strncasecmp(te.bytes + i, wanted, sizeof wanted - 1) == 0) return true;
    }
    return false;
}

static void send_continue(struct http_connection *connection)
{
    if (buffer_append_string(&connection->out, "HTTP/1.1 100 Continue\r\n\r\n") != OK) {
        connection->http1->keep_alive = false;
    }
    http_connection_mark(connection);
}

static void begin_body(struct http_connection *connection, const struct http1_head *framing)
{
    struct http1 *http1 = connection->http1;
    struct http_exchange *exchange = http1->exchange;
    exchange->started_ms = http_now_ms(connection->server);
    bool body = framing->chunked || framing->content_length > 0;
    http_chunks_init(&http1->chunks);
    http1->remaining = framing->content_length;
    http1->state = framing->chunked ? HTTP1_CHUNKED : HTTP1_LENGTH;
    http1->trailers = wants_trailers(&exchange->request);
    exchange->ended = !body;
    bool streaming = http_exchange_offer(exchange);
    if (http1->exchange == NULL) return; /* Answered already. */
    if (!streaming && framing->content_length > connection->server->config.limits.body_bytes_max) {
        exchange->request.too_large = true;
        http_count(&connection->server->counters, HTTP_COUNT_BODIES_TOO_LARGE, 1);
    }
    if (!body || exchange->request.too_large) {
        complete(connection, !body);
    } else if (framing->expects_continue && !exchange->started) {
        send_continue(connection);
    }
}

/* Reads a head from the front of *bytes. False: more bytes are needed. */
static bool run_head(struct http_connection *connection, struct text *bytes)
{
    struct http1 *http1 = connection->http1;
    size_t end = head_end(*bytes, http1->scanned);
    size_t bytes_max = connection->server->config.limits.head_bytes_max;
    if ((end == 0 ? bytes->length : end) > bytes_max) {
        http_count(&connection->server->counters, HTTP_COUNT_HEADS_TOO_LARGE, 1);
        http1_refuse(connection, 431, "the header fields are too large");
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
    http_count(&connection->server->counters,
               refusal.status == 431 ? HTTP_COUNT_HEADS_TOO_LARGE : HTTP_COUNT_HEADS_REFUSED, 1);
    if (refusal.status == 0) {
        http1->state = HTTP1_ENDED;
        connection->close_after_flush = true;
        http_connection_mark(connection);
        return true;
    }
    http1_refuse(connection, refusal.status, refusal.reason);
    return true;
}

/* Bytes of the body; the exchange may be gone afterwards. */
static void add_body(struct http_connection *connection, struct text bytes)
{
    struct http_exchange *exchange = connection->http1->exchange;
    if (exchange->streaming) {
        http_exchange_receive(exchange, bytes);
        return;
    }
    http_exchange_add_body(exchange, bytes);
    if (exchange->request.too_large) complete(connection, false);
}

static void run_length(struct http_connection *connection, struct text *bytes)
{
    struct http1 *http1 = connection->http1;
    struct text piece = *bytes;
    if (piece.length > http1->remaining) piece.length = (size_t)http1->remaining;
    bytes->bytes += piece.length;
    bytes->length -= piece.length;
    http1->remaining -= piece.length;
    add_body(connection, piece);
    if (http1->state == HTTP1_LENGTH && http1->remaining == 0) complete(connection, true);
}

/* A chunked body that is malformed: a whole request was not handed over yet, a stream's owner
 * learns it by the end of the connection. */
static void refuse_body(struct http_connection *connection)
{
    struct http1 *http1 = connection->http1;
    struct http_exchange *exchange = http1->exchange;
    http_count(&connection->server->counters, HTTP_COUNT_HEADS_REFUSED, 1);
    if (exchange->streaming && exchange->started) {
        http1->state = HTTP1_ENDED;
        connection->close_after_flush = true;
        http_connection_mark(connection);
        return;
    }
    http1->exchange = NULL;
    http_exchange_abandon(exchange);
    http1_refuse(connection, 400, "the chunked body is malformed");
}

static void run_chunked(struct http_connection *connection, struct text *bytes)
{
    struct text data;
    switch (http_chunks_read(&connection->http1->chunks, bytes, &data)) {
    case HTTP_CHUNKS_MORE:
        return;
    case HTTP_CHUNKS_DATA:
        add_body(connection, data);
        return;
    case HTTP_CHUNKS_END:
        complete(connection, true);
        return;
    case HTTP_CHUNKS_BAD:
        refuse_body(connection);
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

/* A stream's owner has not used up what came, or nobody takes the answers. */
static bool must_wait(const struct http_connection *connection)
{
    const struct http1 *http1 = connection->http1;
    switch (http1->state) {
    case HTTP1_HEAD:
        return connection->out.length >= HTTP_OUTPUT_BYTES_MAX;
    case HTTP1_LENGTH:
    case HTTP1_CHUNKED:
        return http1->exchange->unconsumed >= HTTP_STREAM_WINDOW_BYTES;
    case HTTP1_ANSWERING:
        return true;
    case HTTP1_ENDED:
        return false;
    }
    return false;
}

static void run(struct http_connection *connection, struct text *bytes)
{
    struct http1 *http1 = connection->http1;
    while (bytes->length > 0 && !must_wait(connection)) {
        switch (http1->state) {
        case HTTP1_HEAD:
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

/* While a request is answered, the socket is read on only where somebody wants to know that the
 * peer has gone, and only as far as there is room for a further request. */
static bool must_pause(const struct http_connection *connection)
{
    const struct http1 *http1 = connection->http1;
    if (!must_wait(connection)) return false;
    if (http1->state != HTTP1_ANSWERING) return true;
    return http1->exchange->events == NULL || http1->input.length >= HTTP_READ_BYTES;
}

static void no_memory(struct http_connection *connection)
{
    if (connection->http1->exchange == NULL) {
        http1_refuse(connection, 503, "no memory");
        return;
    }
    connection->http1->state = HTTP1_ENDED;
    connection->close_after_flush = true;
    http_connection_mark(connection);
}

/* Goes on with the bytes kept from before and with new ones; keeps what is left. */
static void http1_run(struct http_connection *connection, struct text bytes)
{
    struct http1 *http1 = connection->http1;
    bool kept = http1->input.length > 0;
    if (kept && buffer_append(&http1->input, bytes.bytes, bytes.length) != OK) {
        no_memory(connection);
        return;
    }
    struct text rest =
        kept ? (struct text){(char *)http1->input.bytes, http1->input.length} : bytes;
    size_t whole = rest.length;
    run(connection, &rest);
    if (kept) {
        buffer_consume(&http1->input, whole - rest.length);
    } else if (rest.length > 0 && buffer_append(&http1->input, rest.bytes, rest.length) != OK) {
        no_memory(connection);
        return;
    }
    if (http1->input.length == 0) buffer_free(&http1->input);
    if (http1->state == HTTP1_HEAD && http1->input.length > 0 && http1->head_started_ms == 0) {
        http1->head_started_ms = http_now_ms(connection->server);
    }
    if (http1->state != HTTP1_HEAD || http1->input.length == 0) http1->head_started_ms = 0;
    http_connection_pause(connection, must_pause(connection));
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

/* Goes on with requests that waited for answers before them, and with bodies that waited for their
 * owners. */
static void http1_produce(struct http_connection *connection)
{
    http_connection_offer_room(connection);
    struct http1 *http1 = connection->http1;
    bool waits = connection->read_paused || (http1->input.length > 0 && http1->scanned == 0);
    if (waits && !must_wait(connection)) http1_run(connection, (struct text){NULL, 0});
}

static void http1_consume(struct http_exchange *exchange, size_t bytes)
{
    (void)bytes;
    if (exchange->connection->read_paused) http_connection_mark(exchange->connection);
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
                !http1->exchange->streaming &&
                now_ms - http1->exchange->started_ms > limits->body_timeout_ms;
    if (!head && !body) return;
    http_count(&connection->server->counters,
               head ? HTTP_COUNT_HEAD_TIMEOUTS : HTTP_COUNT_BODY_TIMEOUTS, 1);
    if (http1->exchange != NULL) http_exchange_free(http1->exchange);
    http1->exchange = NULL;
    http1->head_started_ms = 0;
    http1_refuse(connection, 408,
                 head ? "the header fields took too long" : "the body took too long");
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
    .start = http1_start,
    .write = http1_write,
    .finish = http1_finish,
    .abort = http1_abort,
    .consume = http1_consume,
    .waiting = http1_waiting,
    .produce = http1_produce,
    .drain = http1_drain,
    .sweep = http1_sweep,
    .free = http1_free,
};
