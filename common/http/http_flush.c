/* How answers leave: everything that a turn of the loop has for a connection goes in one write. */
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_secure.h"

void http_connection_unmark(struct http_connection *connection)
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

static void written(uv_write_t *write, int error)
{
    struct http_connection *connection = write->data;
    connection->write_pending = false;
    if (connection->closing) return;
    if (error != 0) {
        http_connection_close(connection);
        return;
    }
    http_connection_queued(connection, -(int64_t)connection->writing.length);
    buffer_free(&connection->writing);
    connection->active_ms = http_now_ms(connection->server);
    http_connection_pause(connection, connection->read_paused);
    http_connection_mark(connection);
}

/* Hands what uv_try_write did not take to a write that owns it. */
static void write_rest(struct http_connection *connection, struct buffer *out, size_t sent)
{
    buffer_consume(out, sent);
    struct buffer empty;
    buffer_init(&empty, out->bytes_max);
    connection->writing = *out;
    *out = empty;
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
    http_connection_queued(connection, (int64_t)connection->writing.length);
    /* A peer that does not read is not read from. */
    http_connection_pause(connection, connection->read_paused);
}

/* Writes what the socket takes at once. False: that was not all, or there is no socket any more. */
static bool write_now(struct http_connection *connection, struct buffer *out)
{
    uv_buf_t piece = uv_buf_init((char *)out->bytes, (unsigned)out->length);
    int sent = uv_try_write((uv_stream_t *)&connection->tcp, &piece, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        http_connection_close(connection);
        return false;
    }
    if (sent < 0) sent = 0;
    http_count(&connection->server->counters, HTTP_COUNT_BYTES_OUT, (int64_t)out->length);
    if ((size_t)sent < out->length) {
        write_rest(connection, out, (size_t)sent);
        return false;
    }
    buffer_clear(out);
    if (out->capacity > HTTP_OUT_BYTES_KEPT) buffer_free(out);
    return true;
}

/* What is to be sent as it goes over the wire; NULL: the connection cannot go on. */
static struct buffer *wire(struct http_connection *connection)
{
    if (connection->secure == NULL) return &connection->out;
    return http_secure_seal(connection) ? &connection->secure->wire : NULL;
}

/* Everything has left. True: something more came up. */
static bool flushed(struct http_connection *connection)
{
    if (!connection->close_after_flush && !connection->shutdown_after_flush) return false;
    if (connection->secure != NULL) http_secure_end(connection);
    if (connection->secure != NULL && connection->secure->wire.length > 0) return true;
    if (connection->close_after_flush) {
        http_connection_close(connection);
    } else {
        linger(connection);
    }
    return false;
}

void http_connection_flush(struct http_connection *connection)
{
    http_connection_unmark(connection);
    size_t flushed_bytes = 0;
    while (!connection->closing && !connection->write_pending) {
        if (flushed_bytes > HTTP_TURN_BYTES_MAX) {
            http_connection_mark(connection);
            return;
        }
        if (connection->engine != NULL) connection->engine->produce(connection);
        if (connection->closing) return;
        struct buffer *out = wire(connection);
        if (out == NULL) {
            http_connection_close(connection);
            return;
        }
        flushed_bytes += out->length;
        if (out->length > 0 ? !write_now(connection, out) : !flushed(connection)) return;
    }
}

static void idled(uv_idle_t *idle)
{
    (void)idle; /* That it runs keeps the loop from waiting. */
}

/* Flushes those that are marked now; who is marked meanwhile has the next turn. */
void http_server_flush(struct http_server *server)
{
    server->flushing = server->dirty;
    server->dirty = NULL;
    while (server->flushing != NULL) {
        struct http_connection *connection = server->flushing;
        server->flushing = connection->next_dirty;
        connection->dirty = false;
        http_connection_flush(connection);
    }
    if (server->dirty != NULL) {
        (void)uv_idle_start(&server->idle, idled);
    } else {
        (void)uv_idle_stop(&server->idle);
    }
}
