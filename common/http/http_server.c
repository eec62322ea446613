#include "http/http_server.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "http/http_connection.h"

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum { PREFACE_BYTES = sizeof preface - 1 };

struct http_limits http_limits_default(void)
{
    return (struct http_limits){
        .connections_max = HTTP_CONNECTIONS_MAX,
        .streams_max = HTTP_STREAMS_MAX,
        .head_bytes_max = HTTP_HEAD_BYTES_MAX,
        .fields_max = HTTP_FIELDS_MAX,
        .body_bytes_max = HTTP_BODY_BYTES_MAX,
        .bodies_bytes_max = HTTP_BODIES_BYTES_MAX,
        .head_timeout_ms = HTTP_HEAD_TIMEOUT_MS,
        .body_timeout_ms = HTTP_BODY_TIMEOUT_MS,
        .idle_timeout_ms = HTTP_IDLE_TIMEOUT_MS,
        .write_timeout_ms = HTTP_WRITE_TIMEOUT_MS,
        .drain_timeout_ms = HTTP_DRAIN_TIMEOUT_MS,
    };
}

int64_t http_now_ms(const struct http_server *server)
{
    return (int64_t)uv_now(server->config.loop);
}

const char *http_server_date(struct http_server *server)
{
    time_t now = (time_t)(clock_now_ms() / 1000);
    if (now == server->date_second) return server->date;
    struct tm utc;
    if (gmtime_r(&now, &utc) == NULL) return server->date;
    server->date_second = now;
    (void)strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return server->date;
}

/* ---- Connections ---- */

static void server_stopped(struct http_server *server);

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
    buffer_free(&connection->out);
    buffer_free(&connection->writing);
    free(connection);
    server->connection_count--;
    if (server->connection_count > 0) return;
    (void)uv_timer_stop(&server->timer);
    pool_trim(server->pool);
    if (server->draining) server_stopped(server);
}

static void dirty_remove(struct http_connection *connection)
{
    if (!connection->dirty) return;
    struct http_connection **lists[] = {&connection->server->dirty, &connection->server->flushing};
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        struct http_connection **link = lists[i];
        while (*link != NULL && *link != connection)
            link = &(*link)->next_dirty;
        if (*link != NULL) *link = connection->next_dirty;
    }
    connection->dirty = false;
}

void http_connection_close(struct http_connection *connection)
{
    if (connection->closing) return;
    connection->closing = true;
    dirty_remove(connection);
    if (connection->engine != NULL) connection->engine->free(connection);
    while (connection->exchanges != NULL)
        http_exchange_abandon(connection->exchanges);
    /* A peer whom only the end tells where a body ends must not take a part for the whole. */
    if (connection->reset_on_close && uv_tcp_close_reset(&connection->tcp, connection_closed) == 0)
        return;
    uv_close((uv_handle_t *)&connection->tcp, connection_closed);
}

void http_connection_mark(struct http_connection *connection)
{
    if (connection->dirty || connection->closing) return;
    connection->dirty = true;
    connection->next_dirty = connection->server->dirty;
    connection->server->dirty = connection;
}

static void linger(struct http_connection *connection)
{
    if (connection->lingering) return;
    connection->lingering = true;
    connection->active_ms = http_now_ms(connection->server);
    /* Half-closed: the peer reads the answer and then the end; what it still sends is dropped. */
    int socket;
    if (uv_fileno((uv_handle_t *)&connection->tcp, &socket) == 0) {
        (void)shutdown(socket, SHUT_WR);
    }
    http_connection_pause(connection, false);
}

static void flushed(struct http_connection *connection)
{
    if (connection->close_after_flush) {
        http_connection_close(connection);
    } else if (connection->shutdown_after_flush) {
        linger(connection);
    }
}

static void written(uv_write_t *write, int error)
{
    struct http_connection *connection = write->data;
    connection->write_pending = false;
    if (connection->closing) return;
    if (error != 0) {
        http_connection_close(connection);
        return;
    }
    buffer_free(&connection->writing);
    connection->active_ms = http_now_ms(connection->server);
    http_connection_pause(connection, connection->read_paused);
    http_connection_mark(connection);
}

/* Hands what uv_try_write did not take to a write that owns it. */
static void write_rest(struct http_connection *connection, size_t sent)
{
    buffer_consume(&connection->out, sent);
    struct buffer empty;
    buffer_init(&empty, connection->out.bytes_max);
    connection->writing = connection->out;
    connection->out = empty;
    connection->write.data = connection;
    connection->write_started_ms = http_now_ms(connection->server);
    uv_buf_t piece =
        uv_buf_init((char *)connection->writing.bytes, (unsigned)connection->writing.length);
    int error = uv_write(&connection->write, (uv_stream_t *)&connection->tcp, &piece, 1, written);
    if (error != 0) {
        http_connection_close(connection);
        return;
    }
    connection->write_pending = true;
    /* A peer that does not read is not read from. */
    http_connection_pause(connection, connection->read_paused);
}

enum { OUT_BYTES_KEPT = 4096 };

static void connection_flush(struct http_connection *connection)
{
    size_t flushed_bytes = 0;
    while (!connection->closing && !connection->write_pending) {
        if (flushed_bytes > HTTP_TURN_BYTES_MAX) {
            http_connection_mark(connection);
            return;
        }
        if (connection->engine != NULL) connection->engine->produce(connection);
        if (connection->closing) return;
        struct buffer *out = &connection->out;
        if (out->length == 0) {
            flushed(connection);
            return;
        }
        uv_buf_t piece = uv_buf_init((char *)out->bytes, (unsigned)out->length);
        int sent = uv_try_write((uv_stream_t *)&connection->tcp, &piece, 1);
        if (sent < 0 && sent != UV_EAGAIN) {
            http_connection_close(connection);
            return;
        }
        if (sent < 0) sent = 0;
        flushed_bytes += (size_t)sent;
        if ((size_t)sent < out->length) {
            write_rest(connection, (size_t)sent);
            return;
        }
        buffer_clear(out);
        if (out->capacity > OUT_BYTES_KEPT) buffer_free(out);
    }
}

static void idled(uv_idle_t *idle)
{
    (void)idle; /* That it runs keeps the loop from waiting. */
}

/* Flushes those that are marked now; who is marked meanwhile has the next turn. */
static void flush_dirty(struct http_server *server)
{
    server->flushing = server->dirty;
    server->dirty = NULL;
    while (server->flushing != NULL) {
        struct http_connection *connection = server->flushing;
        server->flushing = connection->next_dirty;
        connection->dirty = false;
        connection_flush(connection);
    }
    if (server->dirty != NULL) {
        (void)uv_idle_start(&server->idle, idled);
    } else {
        (void)uv_idle_stop(&server->idle);
    }
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
    connection->active_ms = http_now_ms(connection->server);
    struct text bytes = {buffer->base, (size_t)length};
    if (connection->engine == NULL) {
        connection_begin(connection, bytes);
    } else {
        connection->engine->receive(connection, bytes);
    }
    http_connection_mark(connection);
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

static void sweep(uv_timer_t *timer);

static void connection_free_unused(uv_handle_t *handle)
{
    free(handle->data);
}

static void accept_one(uv_stream_t *listener, int error)
{
    struct http_server *server = listener->data;
    if (error != 0) return;
    struct http_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL || uv_tcp_init(server->config.loop, &connection->tcp) != 0) {
        free(connection);
        return;
    }
    connection->tcp.data = connection;
    bool full = server->connection_count >= server->config.limits.connections_max;
    if (uv_accept(listener, (uv_stream_t *)&connection->tcp) != 0 || full || server->draining) {
        uv_close((uv_handle_t *)&connection->tcp, connection_free_unused);
        return;
    }
    (void)uv_tcp_nodelay(&connection->tcp, 1);
    connection->server = server;
    buffer_init(&connection->out, HTTP_RESPONSE_BYTES_MAX + HTTP_OUTPUT_BYTES_MAX);
    buffer_init(&connection->writing, HTTP_RESPONSE_BYTES_MAX + HTTP_OUTPUT_BYTES_MAX);
    connection->accepted_ms = connection->active_ms = http_now_ms(server);
    connection->next = server->connections;
    if (connection->next != NULL) connection->next->previous = connection;
    server->connections = connection;
    if (server->connection_count++ == 0) {
        (void)uv_timer_start(&server->timer, sweep, HTTP_SWEEP_MS, HTTP_SWEEP_MS);
    }
    http_connection_pause(connection, false);
}

/* ---- Timeouts ---- */

static bool connection_expired(const struct http_connection *connection, int64_t now)
{
    const struct http_limits *limits = &connection->server->config.limits;
    if (connection->lingering) return now - connection->active_ms > HTTP_LINGER_TIMEOUT_MS;
    if (connection->write_pending) {
        return now - connection->write_started_ms > limits->write_timeout_ms;
    }
    if (connection->engine == NULL) return now - connection->accepted_ms > limits->head_timeout_ms;
    return connection->exchanges == NULL && now - connection->active_ms > limits->idle_timeout_ms;
}

static void sweep(uv_timer_t *timer)
{
    struct http_server *server = timer->data;
    int64_t now = http_now_ms(server);
    bool late =
        server->draining && now - server->drain_started_ms > server->config.limits.drain_timeout_ms;
    struct http_connection *next;
    for (struct http_connection *connection = server->connections; connection != NULL;
         connection = next) {
        next = connection->next;
        if (connection->closing) continue;
        if (late || connection_expired(connection, now)) {
            http_connection_close(connection);
        } else if (connection->engine != NULL && !connection->lingering) {
            connection->engine->sweep(connection, now);
        }
    }
}

/* ---- The server ---- */

static void prepared(uv_prepare_t *prepare)
{
    flush_dirty(prepare->data);
}

static void checked(uv_check_t *check)
{
    flush_dirty(check->data);
}

static void handle_closed(uv_handle_t *handle)
{
    struct http_server *server = handle->data;
    if (--server->handles_open > 0) return;
    if (server->stopped != NULL) server->stopped(server->stopped_context);
}

/* Closes what is left when the last connection has gone. */
static void server_stopped(struct http_server *server)
{
    uv_handle_t *handles[] = {(uv_handle_t *)&server->prepare, (uv_handle_t *)&server->check,
                              (uv_handle_t *)&server->timer, (uv_handle_t *)&server->idle};
    for (size_t i = 0; i < ARRAY_LENGTH(handles); i++) {
        if (uv_is_closing(handles[i])) return;
        uv_close(handles[i], handle_closed);
    }
}

static int address_parse(const char *address, int port, struct sockaddr_storage *parsed)
{
    if (uv_ip4_addr(address, port, (struct sockaddr_in *)parsed) == 0) return 0;
    return uv_ip6_addr(address, port, (struct sockaddr_in6 *)parsed);
}

static int port_of(uv_tcp_t *listener)
{
    struct sockaddr_storage name;
    int length = sizeof name;
    if (uv_tcp_getsockname(listener, (struct sockaddr *)&name, &length) != 0) return 0;
    if (name.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&name)->sin6_port);
    return ntohs(((struct sockaddr_in *)&name)->sin_port);
}

static void handles_init(struct http_server *server)
{
    uv_loop_t *loop = server->config.loop;
    (void)uv_prepare_init(loop, &server->prepare);
    (void)uv_check_init(loop, &server->check);
    (void)uv_timer_init(loop, &server->timer);
    (void)uv_idle_init(loop, &server->idle);
    server->listener.data = server->prepare.data = server->check.data = server->timer.data = server;
    server->idle.data = server;
    (void)uv_prepare_start(&server->prepare, prepared);
    (void)uv_check_start(&server->check, checked);
    server->handles_open = 5;
}

static void failed_closed(uv_handle_t *handle)
{
    struct http_server *server = handle->data;
    pool_free(server->pool);
    free(server);
}

enum status http_server_new(const struct http_server_config *config, struct http_server **out,
                            struct fault *fault)
{
    struct sockaddr_storage address;
    if (address_parse(config->address, config->port, &address) != 0) {
        return fault_set(fault, INVALID_ARGUMENT, "%s is no IP address", config->address);
    }
    struct http_server *server = calloc(1, sizeof *server);
    if (server == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the server");
    server->pool = pool_new();
    if (server->pool == NULL) {
        free(server);
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the server");
    }
    server->config = *config;
    server->listener.data = server;
    int error = uv_tcp_init(config->loop, &server->listener);
    if (error != 0) {
        pool_free(server->pool);
        free(server);
        return fault_set(fault, UNAVAILABLE, "no socket: %s", uv_strerror(error));
    }
    error = uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0);
    if (error == 0) error = uv_listen((uv_stream_t *)&server->listener, HTTP_BACKLOG, accept_one);
    if (error != 0) {
        uv_close((uv_handle_t *)&server->listener, failed_closed);
        return fault_set(fault, UNAVAILABLE, "cannot listen on %s port %d: %s", config->address,
                         config->port, uv_strerror(error));
    }
    server->port = port_of(&server->listener);
    handles_init(server);
    *out = server;
    return OK;
}

int http_server_port(const struct http_server *server)
{
    return server->port;
}

void http_server_drain(struct http_server *server, void (*stopped)(void *context), void *context)
{
    if (server->draining) return;
    server->draining = true;
    server->stopped = stopped;
    server->stopped_context = context;
    server->drain_started_ms = http_now_ms(server);
    uv_close((uv_handle_t *)&server->listener, handle_closed);
    struct http_connection *next;
    for (struct http_connection *connection = server->connections; connection != NULL;
         connection = next) {
        next = connection->next;
        if (connection->closing) continue;
        connection->draining = true;
        if (connection->engine == NULL) {
            http_connection_close(connection);
        } else {
            connection->engine->drain(connection);
        }
    }
    if (server->connection_count == 0) server_stopped(server);
}

void http_server_free(struct http_server *server)
{
    if (server == NULL) return;
    assert(server->connection_count == 0 && server->exchange_count == 0);
    while (server->kept != NULL) {
        struct http_exchange *exchange = server->kept;
        server->kept = exchange->next;
        arena_free(&exchange->arena);
        free(exchange);
    }
    pool_free(server->pool);
    free(server);
}
