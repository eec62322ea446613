/* A connection from its socket's first byte to its end. */
#include "http/http_secure.h"

#include <stdlib.h>
#include <unistd.h>

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum { PREFACE_BYTES = sizeof preface - 1 };

/* ---- Beginning and end ---- */

static void never_opened(uv_handle_t *handle)
{
    free(handle->data);
}

/* Closes the socket where there is no memory. */
static struct http_connection *connection_new(struct http_server *server, int socket)
{
    struct http_connection *connection = alloc_should_fail() ? NULL : calloc(1, sizeof *connection);
    if (connection == NULL || uv_tcp_init(server->config.loop, &connection->tcp) != 0) {
        free(connection);
        (void)close(socket);
        return NULL;
    }
    connection->tcp.data = connection;
    if (uv_tcp_open(&connection->tcp, socket) == 0) return connection;
    (void)close(socket);
    uv_close((uv_handle_t *)&connection->tcp, never_opened);
    return NULL;
}

bool http_connection_open(struct http_server *server, int socket)
{
    struct http_connection *connection = connection_new(server, socket);
    if (connection == NULL) return false;
    (void)uv_tcp_nodelay(&connection->tcp, 1);
    connection->server = server;
    buffer_init(&connection->out, HTTP_RESPONSE_BYTES_MAX + HTTP_OUTPUT_BYTES_MAX);
    buffer_init(&connection->writing, HTTP_RESPONSE_BYTES_MAX + HTTP_OUTPUT_BYTES_MAX);
    connection->accepted_ms = connection->active_ms = http_now_ms(server);
    connection->next = server->connections;
    if (connection->next != NULL) connection->next->previous = connection;
    server->connections = connection;
    http_connection_pause(connection, false);
    return true;
}

static void connection_closed(uv_handle_t *handle)
{
    struct http_connection *connection = handle->data;
    struct http_server *server = connection->server;
    if (connection->next != NULL) connection->next->previous = connection->previous;
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        server->connections = connection->next;
    }
    http_secure_free(connection);
    buffer_free(&connection->out);
    buffer_free(&connection->writing);
    free(connection);
    http_server_forget(server);
}

void http_connection_close(struct http_connection *connection)
{
    if (connection->closing) return;
    connection->closing = true;
    http_connection_unmark(connection);
    if (connection->engine != NULL) connection->engine->free(connection);
    while (connection->exchanges != NULL)
        http_exchange_abandon(connection->exchanges);
    http_connection_queued(connection, -(int64_t)connection->queued_bytes);
    /* A peer whom only the end tells where a body ends must not take a part for the whole. */
    if (connection->reset_on_close && uv_tcp_close_reset(&connection->tcp, connection_closed) == 0)
        return;
    uv_close((uv_handle_t *)&connection->tcp, connection_closed);
}

void http_connection_queued(struct http_connection *connection, int64_t bytes)
{
    connection->queued_bytes += (size_t)bytes;
    http_count(&connection->server->counters, HTTP_COUNT_QUEUED_BYTES, bytes);
}

/* ---- Reading ---- */

/* Tells the version by the first bytes; until then they can only be a part of the preface. */
static void connection_begin(struct http_connection *connection, struct text bytes)
{
    size_t seen = connection->preface_length;
    size_t compared = 0;
    while (seen + compared < PREFACE_BYTES && compared < bytes.length &&
           bytes.bytes[compared] == preface[seen + compared])
        compared++;
    bool matches = compared == bytes.length || seen + compared == PREFACE_BYTES;
    if (matches && seen + compared < PREFACE_BYTES) {
        connection->preface_length = seen + compared;
        return;
    }
    connection->engine = matches ? &http2_engine : &http1_engine;
    if (seen > 0) connection->engine->receive(connection, (struct text){preface, seen});
    if (!connection->closing) connection->engine->receive(connection, bytes);
}

void http_connection_deliver(struct http_connection *connection, struct text bytes)
{
    if (connection->engine == NULL) {
        connection_begin(connection, bytes);
    } else {
        connection->engine->receive(connection, bytes);
    }
}

enum { TLS_HANDSHAKE = 0x16 }; /* The first byte of a record that begins one. */

/* Answers what is not in the port's layer, in words that a person sees who asks with curl. */
static void refuse_layer(struct http_connection *connection, enum http_counter counter,
                         const char *line)
{
    static const char head[] = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n"
                               "content-type: text/plain; charset=utf-8\r\n";
    http_count(&connection->server->counters, counter, 1);
    if (buffer_printf(&connection->out, "%scontent-length: %zu\r\n\r\n%s", head, strlen(line),
                      line) != OK)
        connection->close_after_flush = true;
    connection->shutdown_after_flush = true;
    http_connection_mark(connection);
}

/* Decides by the first byte whether this is TLS. False: it may not be what it is. */
static bool begin_layer(struct http_connection *connection, unsigned char first)
{
    struct http_server *server = connection->server;
    connection->layered = true;
    if (first == TLS_HANDSHAKE && server->config.tls == NULL) {
        /* It would be waited for as the beginning of a head. */
        refuse_layer(connection, HTTP_COUNT_HEADS_REFUSED, "this port speaks no TLS.\n");
        return false;
    }
    if (first != TLS_HANDSHAKE) {
        bool plain = server->config.tls == NULL || server->config.allow_plain;
        if (!plain)
            refuse_layer(connection, HTTP_COUNT_PLAIN_REFUSED, "this port speaks TLS alone.\n");
        return plain;
    }
    if (http_secure_open(connection)) return true;
    http_connection_close(connection);
    return false;
}

static void receive(struct http_connection *connection, struct text bytes)
{
    if (!connection->layered && !begin_layer(connection, (unsigned char)bytes.bytes[0])) return;
    if (connection->secure == NULL) {
        http_connection_deliver(connection, bytes);
    } else {
        http_secure_receive(connection, bytes);
    }
}

static void give_input(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct http_connection *connection = handle->data;
    *buffer = uv_buf_init(connection->server->input, HTTP_READ_BYTES);
}

static void have_input(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct http_connection *connection = stream->data;
    if (connection->closing || length == 0) return;
    if (length < 0) {
        http_connection_close(connection);
        return;
    }
    if (connection->lingering || connection->shutdown_after_flush) return;
    if (connection->close_after_flush) return;
    connection->active_ms = http_now_ms(connection->server);
    http_count(&connection->server->counters, HTTP_COUNT_BYTES_IN, length);
    receive(connection, (struct text){buffer->base, (size_t)length});
    /* At once, while what was answered is still in the processor's caches. */
    http_connection_flush(connection);
}

void http_connection_pause(struct http_connection *connection, bool paused)
{
    connection->read_paused = paused;
    if (connection->closing) return;
    bool read = (!paused && !connection->write_pending) || connection->lingering;
    if (read == connection->reading) return;
    connection->reading = read;
    if (!read) {
        (void)uv_read_stop((uv_stream_t *)&connection->tcp);
        return;
    }
    if (uv_read_start((uv_stream_t *)&connection->tcp, give_input, have_input) != 0) {
        connection->close_after_flush = true; /* Not here: owners may be calling. */
        http_connection_mark(connection);
    }
}

/* ---- Timeouts ---- */

static bool shaking_hands(const struct http_connection *connection)
{
    return connection->secure != NULL && !connection->secure->established;
}

static bool connection_expired(const struct http_connection *connection, int64_t now)
{
    struct http_counters *counters = &connection->server->counters;
    const struct http_limits *limits = &connection->server->config.limits;
    int64_t accepted_ms = now - connection->accepted_ms;
    int64_t active_ms = now - connection->active_ms;
    enum http_counter counter = HTTP_COUNT_IDLE_TIMEOUTS;
    bool expired = false;
    if (connection->lingering) return active_ms > HTTP_LINGER_TIMEOUT_MS;
    if (connection->write_pending) {
        expired = now - connection->write_started_ms > limits->write_timeout_ms;
        counter = HTTP_COUNT_WRITE_TIMEOUTS;
    } else if (shaking_hands(connection)) {
        expired = accepted_ms > limits->handshake_timeout_ms;
        counter = HTTP_COUNT_HANDSHAKE_TIMEOUTS;
    } else if (connection->engine == NULL) {
        expired = accepted_ms > limits->head_timeout_ms;
        counter = HTTP_COUNT_HEAD_TIMEOUTS;
    } else {
        expired = connection->exchanges == NULL && active_ms > limits->idle_timeout_ms;
    }
    if (expired) http_count(counters, counter, 1);
    return expired;
}

void http_connection_sweep(struct http_connection *connection, int64_t now_ms)
{
    if (connection->closing) return;
    if (connection_expired(connection, now_ms)) {
        http_connection_close(connection);
        return;
    }
    if (connection->engine != NULL && !connection->lingering) {
        connection->engine->sweep(connection, now_ms);
    }
    /* An idle connection keeps no memory for what it may once say. */
    bool idle = connection->exchanges == NULL && connection->out.length == 0;
    if (!idle || now_ms - connection->active_ms <= HTTP_SWEEP_MS) return;
    buffer_free(&connection->out);
    if (connection->secure != NULL && connection->secure->wire.length == 0)
        buffer_free(&connection->secure->wire);
}
