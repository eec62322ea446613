#include "http/http2.h"

#include <stdio.h>
#include <string.h>

enum { FRAME_HEAD_BYTES = 9 };

static nghttp2_nv nv_of(struct text name, struct text value, uint8_t flags)
{
    return (nghttp2_nv){(uint8_t *)(uintptr_t)name.bytes, (uint8_t *)(uintptr_t)value.bytes,
                        name.length, value.length, flags};
}

/* nghttp2 reads the fields when they leave: what lives until then it need not copy. */
enum { NV_LASTING = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE };

static nghttp2_nv nv_of_field(const struct http_field *field)
{
    uint8_t flags = field->literal ? NV_LASTING : NGHTTP2_NV_FLAG_NONE;
    return nv_of(field->name, field->value, flags);
}

/* ---- The body ---- */

/* How much a DATA frame takes; http2_send_data copies it right afterwards. */
static ssize_t read_body(nghttp2_session *session, int32_t stream_id, uint8_t *to, size_t space,
                         uint32_t *flags, nghttp2_data_source *source, void *context)
{
    (void)to;
    (void)context;
    struct http_exchange *exchange = source->ptr;
    size_t waiting = http2_waiting(exchange);
    if (waiting == 0 && !exchange->replied) {
        exchange->deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    size_t length = waiting < space ? waiting : space;
    exchange->started_ms = http_now_ms(exchange->server);
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (length < waiting || !exchange->replied) return (ssize_t)length;
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (exchange->trailer_count == 0) return (ssize_t)length;
    nghttp2_nv trailers[HTTP_RESPONSE_TRAILERS_MAX];
    for (size_t i = 0; i < exchange->trailer_count; i++) {
        trailers[i] = nv_of(exchange->trailers[i].name, exchange->trailers[i].value, NV_LASTING);
    }
    if (nghttp2_submit_trailer(session, stream_id, trailers, exchange->trailer_count) != 0) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    return (ssize_t)length;
}

int http2_send_data(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head,
                    size_t length, nghttp2_data_source *source, void *context)
{
    (void)session;
    (void)frame;
    struct http_connection *connection = context;
    struct http_exchange *exchange = source->ptr;
    uint8_t *end;
    if (buffer_reserve(&connection->out, FRAME_HEAD_BYTES + length, &end) != OK) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    memcpy(end, head, FRAME_HEAD_BYTES);
    if (length > 0) {
        memcpy(end + FRAME_HEAD_BYTES, exchange->reply_body.bytes + exchange->reply_sent, length);
    }
    connection->out.length += FRAME_HEAD_BYTES + length;
    exchange->reply_sent += length;
    http_connection_queued(connection, -(int64_t)length);
    /* nghttp2 would go on as long as the peer's window lets it. */
    return connection->out.length < HTTP_OUTPUT_BYTES_MAX ? 0 : NGHTTP2_ERR_PAUSE;
}

size_t http2_waiting(const struct http_exchange *exchange)
{
    return exchange->reply_body.length - exchange->reply_sent;
}

/* ---- The fields ---- */

enum { OWN_FIELDS = 3, NUMBER_BYTES = 24, STATUS_DIGITS = 3 };

static void print_status(int status, char digits[static STATUS_DIGITS + 1])
{
    digits[0] = (char)('0' + status / 100);
    digits[1] = (char)('0' + status / 10 % 10);
    digits[2] = (char)('0' + status % 10);
    digits[3] = '\0';
}

/* Sends the fields, and lets nghttp2 ask for the body. */
static int submit(struct http_exchange *exchange, const struct http_response *response,
                  bool has_length)
{
    char status[STATUS_DIGITS + 1];
    char length[NUMBER_BYTES];
    print_status(response->status, status);
    nghttp2_nv fields[HTTP_RESPONSE_FIELDS_MAX + OWN_FIELDS];
    size_t count = 0;
    fields[count++] = nv_of(text_from(":status"), (struct text){status, STATUS_DIGITS},
                            NGHTTP2_NV_FLAG_NO_COPY_NAME);
    for (size_t i = 0; i < response->field_count; i++) {
        fields[count++] = nv_of_field(&response->fields[i]);
    }
    if (!response->undated) {
        struct text date = text_from(http_server_date(exchange->server));
        fields[count++] = nv_of(text_from("date"), date, NV_LASTING);
    }
    if (has_length) {
        (void)snprintf(length, sizeof length, "%zu", exchange->reply_body.length);
        fields[count++] =
            nv_of(text_from("content-length"), text_from(length), NGHTTP2_NV_FLAG_NO_COPY_NAME);
    }
    nghttp2_session *session = exchange->connection->http2->session;
    nghttp2_data_provider provider = {.source = {.ptr = exchange}, .read_callback = read_body};
    return nghttp2_submit_response(session, exchange->stream_id, fields, count,
                                   exchange->no_body ? NULL : &provider);
}

/* Trailers are sent when flow control has let the body go, long after the reply. */
static bool keep_trailers(struct http_exchange *exchange, const struct http_response *response)
{
    if (response->trailer_count == 0) return true;
    exchange->trailers =
        arena_calloc(&exchange->arena, response->trailer_count, sizeof *exchange->trailers);
    if (exchange->trailers == NULL) return false;
    for (size_t i = 0; i < response->trailer_count; i++) {
        const struct http_field *field = &response->trailers[i];
        if (field->literal) {
            exchange->trailers[i] = *field;
            continue;
        }
        char *name = arena_copy(&exchange->arena, field->name.bytes, field->name.length);
        char *value = arena_copy(&exchange->arena, field->value.bytes, field->value.length);
        if (name == NULL || value == NULL) return false;
        exchange->trailers[i] =
            (struct http_field){{name, field->name.length}, {value, field->value.length}, true};
    }
    exchange->trailer_count = response->trailer_count;
    return true;
}

/* ---- Whole answers and streams ---- */

void http2_reply(struct http_exchange *exchange, struct http_response *response)
{
    struct http_connection *connection = exchange->connection;
    http_connection_mark(connection);
    http_exchange_drop_body(exchange);
    exchange->started_ms = http_now_ms(connection->server);
    buffer_free(&exchange->reply_body);
    exchange->reply_body = response->body;
    http_connection_queued(connection, (int64_t)response->body.length);
    exchange->no_body = (response->body.length == 0 && response->trailer_count == 0) ||
                        text_equal(exchange->request.method, text_from("HEAD"));
    bool has_length = response->trailer_count == 0 && !response->trailers_only;
    if (!keep_trailers(exchange, response) || submit(exchange, response, has_length) != 0) {
        http2_reset_stream(connection, exchange->stream_id, NGHTTP2_INTERNAL_ERROR);
    }
}

/* The answer cannot go on; its owner is told when the stream has closed. */
static void break_off(struct http_exchange *exchange)
{
    exchange->aborted = true;
    http2_reset_stream(exchange->connection, exchange->stream_id, NGHTTP2_INTERNAL_ERROR);
    http_connection_mark(exchange->connection);
}

/* nghttp2 stopped asking when there was nothing: it shall ask again. */
static void resume(struct http_exchange *exchange)
{
    exchange->started_ms = http_now_ms(exchange->server);
    http_connection_mark(exchange->connection);
    if (!exchange->deferred) return;
    exchange->deferred = false;
    int error =
        nghttp2_session_resume_data(exchange->connection->http2->session, exchange->stream_id);
    if (error == NGHTTP2_ERR_NOMEM) break_off(exchange);
}

void http2_start(struct http_exchange *exchange, const struct http_response *response)
{
    exchange->started_ms = http_now_ms(exchange->server);
    http_connection_mark(exchange->connection);
    if (submit(exchange, response, false) != 0) break_off(exchange);
}

void http2_write(struct http_exchange *exchange, struct text bytes)
{
    if (exchange->aborted) return;
    struct buffer *queue = &exchange->reply_body;
    /* What was sent makes room when it is the larger part: each byte moves once at most. */
    if (exchange->reply_sent > queue->length / 2) {
        buffer_consume(queue, exchange->reply_sent);
        exchange->reply_sent = 0;
    }
    if (buffer_append(queue, bytes.bytes, bytes.length) != OK) {
        break_off(exchange);
        return;
    }
    http_connection_queued(exchange->connection, (int64_t)bytes.length);
    resume(exchange);
}

void http2_finish(struct http_exchange *exchange, const struct http_response *response)
{
    if (exchange->aborted) return;
    if (!keep_trailers(exchange, response)) {
        break_off(exchange);
        return;
    }
    resume(exchange);
}

void http2_abort(struct http_exchange *exchange)
{
    if (!exchange->aborted) break_off(exchange);
}
