#include "http/http2_flood.h"

#include <stdlib.h>
#include <string.h>

static struct http_exchange *exchange_of(nghttp2_session *session, int32_t stream_id)
{
    return nghttp2_session_get_stream_user_data(session, stream_id);
}

void http2_reset_stream(struct http_connection *connection, int32_t stream_id, uint32_t code)
{
    if (nghttp2_submit_rst_stream(connection->http2->session, NGHTTP2_FLAG_NONE, stream_id, code) !=
        0) {
        connection->close_after_flush = true;
    }
}

/* ---- Requests ---- */

static int on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *head, void *context)
{
    (void)session;
    http2_flood_frame(context, head);
    return 0;
}

/* How many calls a connection may have in the handler: streams that were reset by either side have
 * left nghttp2's count, but their calls still run. */
static bool handler_full(const struct http_connection *connection)
{
    size_t most = 2 * connection->server->config.limits.streams_max;
    return connection->in_handler >= most;
}

/* A peer that asks for more and takes nothing. */
static bool queue_full(const struct http_connection *connection)
{
    return connection->queued_bytes >
           connection->server->config.limits.queued_bytes_max / HTTP_QUEUE_SHARE;
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    struct http_connection *connection = context;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    bool refused = connection->http2->calmed || handler_full(connection) || queue_full(connection);
    struct http_exchange *exchange = refused ? NULL : http_exchange_new(connection);
    connection->http2->reading = exchange;
    if (exchange == NULL) {
        http_count(&connection->server->counters, HTTP_COUNT_STREAMS_REFUSED, 1);
        http2_reset_stream(connection, frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
        return 0;
    }
    exchange->stream_id = frame->hd.stream_id;
    exchange->request.version = HTTP_VERSION_2;
    if (nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, exchange) != 0) {
        connection->http2->reading = NULL;
        http_exchange_free(exchange);
    }
    return 0;
}

static struct text text_of(nghttp2_rcbuf *bytes)
{
    nghttp2_vec vector = nghttp2_rcbuf_get_buf(bytes);
    return (struct text){(const char *)vector.base, vector.len};
}

/* The fields stand in nghttp2's own memory, which is shared with its table of fields that come
 * again and again. There must be room; nghttp2's static names and values live for ever. */
static void hold(struct http_exchange *exchange, nghttp2_rcbuf *bytes)
{
    if (nghttp2_rcbuf_is_static(bytes)) return;
    nghttp2_rcbuf_incref(bytes);
    exchange->held[exchange->held_count++] = bytes;
}

void http2_release_fields(struct http_exchange *exchange)
{
    for (size_t i = 0; i < exchange->held_count; i++)
        nghttp2_rcbuf_decref(exchange->held[i]);
    exchange->held_count = 0;
}

/* The stream is reset; what still comes on it is read over, and its close frees the exchange. */
static void refuse_malformed(struct http_connection *connection, struct http_exchange *exchange)
{
    exchange->rules.malformed = true;
    http2_reset_stream(connection, exchange->stream_id, NGHTTP2_PROTOCOL_ERROR);
}

static void keep_target(struct http_exchange *exchange, struct text target)
{
    size_t bytes_max = exchange->server->config.limits.head_bytes_max;
    exchange->head_too_large = target.length > bytes_max;
    if (!exchange->head_too_large) http_exchange_keep_target(exchange, target);
}

/* Of the pseudo-fields nobody asks for more than these two. */
static void keep(struct http_exchange *exchange, enum http2_field field, nghttp2_rcbuf *name,
                 nghttp2_rcbuf *value)
{
    if (field == HTTP2_FIELD_IGNORED || field == HTTP2_FIELD_SCHEME ||
        field == HTTP2_FIELD_AUTHORITY) {
        return;
    }
    exchange->head_too_large = !http_exchange_hold_room(exchange);
    if (exchange->head_too_large) return;
    hold(exchange, value);
    if (!http2_field_is_pseudo(field)) hold(exchange, name);
    if (field == HTTP2_FIELD_METHOD)
        exchange->request.method = text_of(value);
    else if (field == HTTP2_FIELD_PATH)
        keep_target(exchange, text_of(value));
    else
        http_exchange_keep_field(exchange, text_of(name), text_of(value));
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, nghttp2_rcbuf *name,
                     nghttp2_rcbuf *value, uint8_t flags, void *context)
{
    (void)flags;
    struct http_connection *connection = context;
    struct text name_text = text_of(name);
    struct text value_text = text_of(value);
    http2_flood_field(connection, name_text.length + value_text.length + HTTP_FIELD_OVERHEAD_BYTES);
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    bool head = frame->headers.cat == NGHTTP2_HCAT_REQUEST;
    struct http_exchange *exchange =
        head ? connection->http2->reading : exchange_of(session, frame->hd.stream_id);
    if (exchange == NULL || exchange->rules.malformed) return 0;
    enum http2_field field = http2_field_of(name_text, value_text);
    if (!http2_rules_field(&exchange->rules, field, value_text))
        refuse_malformed(connection, exchange);
    else if (head && !exchange->head_too_large) /* Of trailers no protocol here uses any. */
        keep(exchange, field, name, value);
    return 0;
}

static void dispatch(struct http_exchange *exchange)
{
    if (!exchange->head_too_large) {
        http_exchange_dispatch(exchange);
        return;
    }
    exchange->dispatched = true;
    exchange->connection->in_handler++;
    http_count(&exchange->server->counters, HTTP_COUNT_HEADS_TOO_LARGE, 1);
    http_reply_text(exchange, 431, "the header fields are too large");
}

/* Both windows grow by what a whole request brings; a stream's owner says when they may. */
static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream_id, const uint8_t *bytes,
                   size_t length, void *context)
{
    (void)flags;
    struct http_exchange *exchange = exchange_of(session, stream_id);
    struct text text = {(const char *)bytes, length};
    if (exchange != NULL && !exchange->rules.malformed &&
        !http2_rules_receive(&exchange->rules, length)) {
        refuse_malformed(context, exchange);
    }
    if (exchange != NULL && exchange->rules.malformed) exchange = NULL;
    if (exchange != NULL && exchange->streaming && !exchange->replied) {
        http_exchange_receive(exchange, text);
        return 0;
    }
    if (exchange != NULL && exchange->streaming) {
        return nghttp2_session_consume_connection(session, length) == 0
                   ? 0
                   : NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    if (exchange != NULL && !exchange->dispatched) {
        http_exchange_add_body(exchange, text);
        /* Answered at once: the rest of the body would only be thrown away. */
        if (exchange->request.too_large) dispatch(exchange);
    }
    return nghttp2_session_consume(session, stream_id, length) == 0 ? 0
                                                                    : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static void http2_consume(struct http_exchange *exchange, size_t bytes)
{
    struct http_connection *connection = exchange->connection;
    nghttp2_session *session = connection->http2->session;
    /* A stream that was reset or answered gets nothing more; its connection goes on. */
    bool open = exchange->stream_id != 0 && !exchange->replied;
    int error = open ? nghttp2_session_consume(session, exchange->stream_id, bytes)
                     : nghttp2_session_consume_connection(session, bytes);
    if (error != 0) connection->close_after_flush = true;
    http_connection_mark(connection);
}

static bool announces_too_much(const struct http_exchange *exchange)
{
    return exchange->rules.length > exchange->server->config.limits.body_bytes_max;
}

/* The body of this request is still to come. */
static void expect_body(struct http_connection *connection, struct http_exchange *exchange)
{
    if (!exchange->streaming && announces_too_much(exchange)) {
        exchange->request.too_large = true;
        http_count(&connection->server->counters, HTTP_COUNT_BODIES_TOO_LARGE, 1);
        dispatch(exchange);
        return;
    }
    struct text expect = http_request_field(&exchange->request, "expect");
    if (exchange->started || !text_equal(expect, text_from("100-continue"))) return;
    const nghttp2_nv status = {(uint8_t *)(uintptr_t) ":status", (uint8_t *)(uintptr_t) "100", 7, 3,
                               NGHTTP2_NV_FLAG_NONE};
    /* Without memory for it the peer waits a while and then sends all the same. */
    (void)nghttp2_submit_headers(connection->http2->session, NGHTTP2_FLAG_NONE, exchange->stream_id,
                                 NULL, &status, 1, NULL);
}

/* Trailers end their stream; a head has what a head must have; a body is as long as was said. */
static bool keeps_rules(struct http_exchange *exchange, uint8_t type, bool head, bool ends)
{
    if (head && !http2_rules_head_ends(&exchange->rules)) return false;
    if (type == NGHTTP2_HEADERS && !head && !ends) return false;
    return !ends || http2_rules_end(&exchange->rules);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    struct http_exchange *exchange = exchange_of(session, frame->hd.stream_id);
    if (exchange == NULL || exchange->rules.malformed) return 0;
    bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    bool head = frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
    if (!keeps_rules(exchange, frame->hd.type, head, ends)) {
        refuse_malformed(context, exchange);
        return 0;
    }
    exchange->ended |= ends;
    if (head && !exchange->head_too_large) (void)http_exchange_offer(exchange);
    if (exchange->replied) return 0;
    if (exchange->streaming) {
        if (ends) http_exchange_end(exchange);
    } else if (!exchange->dispatched && (ends || exchange->head_too_large)) {
        dispatch(exchange);
    }
    if (head && !ends && !exchange->replied && (!exchange->dispatched || exchange->streaming))
        expect_body(context, exchange);
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t stream_id, uint32_t code,
                           void *context)
{
    (void)code;
    struct http_connection *connection = context;
    struct http_exchange *exchange = exchange_of(session, stream_id);
    if (exchange == NULL) return 0;
    if (connection->http2->reading == exchange) connection->http2->reading = NULL;
    exchange->stream_id = 0;
    (void)nghttp2_session_set_stream_user_data(session, stream_id, NULL);
    if (!exchange->dispatched || exchange->replied) {
        http_exchange_free(exchange);
    } else {
        /* It stays on the connection's list, so that it is counted. */
        http_exchange_cancel(exchange);
    }
    return 0;
}

static int on_frame_send(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    (void)session;
    http2_flood_sent(context, frame);
    return 0;
}

static void http2_produce(struct http_connection *connection)
{
    nghttp2_session *session = connection->http2->session;
    while (connection->out.length < HTTP_OUTPUT_BYTES_MAX) {
        const uint8_t *bytes;
        ssize_t length = nghttp2_session_mem_send(session, &bytes);
        if (length < 0 ||
            buffer_append(&connection->out, bytes, length < 0 ? 0 : (size_t)length) != OK) {
            http_connection_close(connection);
            return;
        }
        if (length == 0) break;
    }
    http_connection_offer_room(connection);
    if (nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0) {
        /* After GOAWAY: the peer must be able to read it. */
        connection->shutdown_after_flush = true;
    }
}

/* ---- The connection ---- */

static nghttp2_session_callbacks *callbacks_new(void)
{
    nghttp2_session_callbacks *callbacks;
    if (alloc_should_fail() || nghttp2_session_callbacks_new(&callbacks) != 0) return NULL;
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback2(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_send);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, http2_send_data);
    return callbacks;
}

/* Floods are counted here, under names of ours: nghttp2's own bounds lie beyond. */
static void options_set(const struct http_limits *limits, nghttp2_option *option)
{
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_no_http_messaging(option, 1); /* http2_rules.h does it. */
    /* It would keep as many as may be open, for their priorities; id_error() knows enough of them.
     */
    nghttp2_option_set_no_closed_streams(option, 1);
    nghttp2_option_set_max_continuations(option, limits->continuations_max + 1);
    nghttp2_option_set_stream_reset_rate_limit(option, 2 * limits->resets_max, limits->resets_max);
    nghttp2_option_set_max_outbound_ack(option, limits->queued_frames_max);
}

static nghttp2_session *session_new(struct http_connection *connection)
{
    nghttp2_session *session = NULL;
    nghttp2_option *option;
    if (nghttp2_option_new(&option) != 0) return NULL;
    options_set(&connection->server->config.limits, option);
    nghttp2_session_callbacks *callbacks = callbacks_new();
    if (callbacks != NULL) {
        session = http2_memory_session_new(&connection->server->http2_memory, callbacks, option,
                                           connection, &connection->http2->table);
    }
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(option);
    return session;
}

static bool settings_submit(struct http_connection *connection, nghttp2_session *session)
{
    const struct http_limits *limits = &connection->server->config.limits;
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, (uint32_t)limits->streams_max},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, HTTP_STREAM_WINDOW_BYTES},
        {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, HTTP_FRAME_BYTES_MAX},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)limits->head_bytes_max},
    };
    return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, ARRAY_LENGTH(settings)) ==
               0 &&
           nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                                 HTTP_CONNECTION_WINDOW_BYTES) == 0;
}

static bool http2_begin(struct http_connection *connection)
{
    struct http2 *http2 = alloc_should_fail() ? NULL : calloc(1, sizeof *http2);
    if (http2 == NULL) return false;
    connection->http2 = http2;
    http2_heads_init(&http2->heads);
    http2->session = session_new(connection);
    return http2->session != NULL && settings_submit(connection, http2->session);
}

static void http2_receive(struct http_connection *connection, struct text bytes)
{
    if (connection->http2 == NULL && !http2_begin(connection)) {
        http_connection_close(connection);
        return;
    }
    struct http_server *server = connection->server;
    struct http2 *http2 = connection->http2;
    if (http2->calmed) return;
    http2->resting = false;
    ssize_t used = http2_heads_receive(&http2->heads, http2->session, bytes);
    /* What is wrong with a frame, nghttp2 tells the peer itself; this is no memory, a flood or a
     * wrong preface. */
    size_t frames_max = server->config.limits.queued_frames_max;
    bool flood = used == NGHTTP2_ERR_FLOODED ||
                 nghttp2_session_get_outbound_queue_size(http2->session) > frames_max;
    if (flood) http_count(&server->counters, HTTP_COUNT_OUTPUT_FLOODS, 1);
    if (used < 0 || flood) http_connection_close(connection);
    if (server->config.batch_ended != NULL) server->config.batch_ended(server->config.context);
}

static void http2_drain(struct http_connection *connection)
{
    /* Streams that are open finish; then nghttp2 wants nothing more, and produce closes. */
    if (nghttp2_submit_goaway(connection->http2->session, NGHTTP2_FLAG_NONE,
                              nghttp2_session_get_last_proc_stream_id(connection->http2->session),
                              NGHTTP2_NO_ERROR, NULL, 0) != 0) {
        connection->close_after_flush = true;
    }
    http_connection_mark(connection);
}

/* An answer that did not wait for the end of its request leaves the stream half open. It is reset a
 * while later: curl 7.88 takes a reset at once for a failure and drops the answer. A stream's
 * request may take as long as its owner likes. */
static bool expired(const struct http_exchange *exchange, int64_t now_ms)
{
    if (exchange->gone) return false;
    int64_t open_ms = now_ms - exchange->started_ms; /* Since something last happened to it. */
    const struct http_limits *limits = &exchange->server->config.limits;
    if (!exchange->dispatched) return open_ms > limits->body_timeout_ms;
    if (http2_waiting(exchange) > 0) return open_ms > limits->write_timeout_ms;
    return exchange->replied && !exchange->ended && open_ms > HTTP_LINGER_TIMEOUT_MS;
}

static void expired_count(const struct http_exchange *exchange)
{
    struct http_counters *counters = &exchange->server->counters;
    if (!exchange->dispatched) {
        http_count(counters, HTTP_COUNT_BODY_TIMEOUTS, 1);
    } else if (http2_waiting(exchange) > 0) {
        http_count(counters, HTTP_COUNT_WRITE_TIMEOUTS, 1);
    }
}

/* Only what the peer sends opens streams again. */
static void rest(struct http_connection *connection, int64_t now_ms)
{
    struct http2 *http2 = connection->http2;
    if (http2->resting || now_ms - connection->active_ms <= HTTP_SWEEP_MS) return;
    http2->resting = true;
    http2_memory_rest(&connection->server->http2_memory, http2->table);
}

static void http2_sweep(struct http_connection *connection, int64_t now_ms)
{
    if (connection->exchanges == NULL) {
        rest(connection, now_ms);
        return;
    }
    struct http_exchange *next;
    for (struct http_exchange *exchange = connection->exchanges; exchange != NULL;
         exchange = next) {
        next = exchange->next;
        if (!expired(exchange, now_ms)) continue;
        expired_count(exchange);
        bool answered = exchange->replied && http2_waiting(exchange) == 0;
        uint32_t code = answered ? NGHTTP2_NO_ERROR : NGHTTP2_CANCEL;
        http2_reset_stream(connection, exchange->stream_id, code);
        exchange->started_ms = now_ms;
        http_connection_mark(connection);
    }
}

static void http2_free(struct http_connection *connection)
{
    if (connection->http2 == NULL) return;
    /* nghttp2 calls nobody while it deletes; the connection releases the exchanges after this. */
    nghttp2_session_del(connection->http2->session);
    free(connection->http2);
    connection->http2 = NULL;
}

const struct http_engine http2_engine = {
    .receive = http2_receive,
    .reply = http2_reply,
    .start = http2_start,
    .write = http2_write,
    .finish = http2_finish,
    .abort = http2_abort,
    .consume = http2_consume,
    .waiting = http2_waiting,
    .produce = http2_produce,
    .drain = http2_drain,
    .sweep = http2_sweep,
    .free = http2_free,
};
