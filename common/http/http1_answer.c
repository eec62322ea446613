#include <http_parser.h>
#include <stdio.h>
#include <string.h>

#include "http/http1.h"

static enum status append_text(struct buffer *out, struct text text)
{
    return buffer_append(out, text.bytes, text.length);
}

static enum status append_field(struct buffer *out, const struct http_field *field)
{
    enum status status = append_text(out, field->name);
    if (status == OK) status = append_text(out, text_from(": "));
    if (status == OK) status = append_text(out, field->value);
    if (status == OK) status = append_text(out, text_from("\r\n"));
    return status;
}

static enum status append_head(struct http_connection *connection, int status, bool close)
{
    const char *phrase = http_status_str((enum http_status)status);
    enum status result = buffer_printf(&connection->out, "HTTP/1.1 %d %s\r\ndate: %s\r\n", status,
                                       phrase, http_server_date(connection->server));
    if (result == OK && close) {
        result = append_text(&connection->out, text_from("connection: close\r\n"));
    }
    return result;
}

static enum status append_fields(struct http_connection *connection,
                                 const struct http_response *response, bool close)
{
    enum status result = append_head(connection, response->status, close);
    for (size_t i = 0; result == OK && i < response->field_count; i++)
        result = append_field(&connection->out, &response->fields[i]);
    return result;
}

void http1_refuse(struct http_connection *connection, int status, const char *reason)
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

/* The answer is complete: the next request, or the end of the connection. */
static void answered(struct http_exchange *exchange, bool close)
{
    struct http_connection *connection = exchange->connection;
    struct http1 *http1 = connection->http1;
    http1->exchange = NULL;
    http_exchange_free(exchange);
    http1->state = close ? HTTP1_ENDED : HTTP1_HEAD;
    if (close) connection->shutdown_after_flush = true;
    http_connection_mark(connection);
}

static enum status append_response(struct http_connection *connection,
                                   const struct http_exchange *exchange,
                                   const struct http_response *response, bool close)
{
    struct buffer *out = &connection->out;
    enum status result = append_fields(connection, response, close);
    if (result == OK) {
        result = buffer_printf(out, "content-length: %zu\r\n\r\n", response->body.length);
    }
    if (result != OK || text_equal(exchange->request.method, text_from("HEAD"))) return result;
    return buffer_append(out, response->body.bytes, response->body.length);
}

void http1_reply(struct http_exchange *exchange, struct http_response *response)
{
    struct http_connection *connection = exchange->connection;
    bool close = !connection->http1->keep_alive || !exchange->ended || connection->draining;
    size_t length_before = connection->out.length;
    enum status result = append_response(connection, exchange, response, close);
    buffer_free(&response->body);
    if (result != OK) {
        /* No memory for the answer: the peer learns it by the end of the connection. */
        connection->out.length = length_before;
        close = true;
    }
    answered(exchange, close);
}

/* ---- Streams ---- */

/* The rest of the answer cannot be sent: the peer must see that it is not whole. The owner is told
 * when the connection closes. */
static void break_off(struct http_exchange *exchange)
{
    struct http_connection *connection = exchange->connection;
    connection->http1->state = HTTP1_ENDED;
    connection->close_after_flush = true;
    connection->reset_on_close = exchange->request.version == HTTP_VERSION_1_0;
    http_connection_mark(connection);
}

void http1_start(struct http_exchange *exchange, const struct http_response *response)
{
    struct http_connection *connection = exchange->connection;
    struct http1 *http1 = connection->http1;
    bool chunked = exchange->request.version != HTTP_VERSION_1_0;
    http1->keep_alive &= chunked && !connection->draining;
    size_t length_before = connection->out.length;
    enum status result = append_fields(connection, response, !http1->keep_alive);
    if (result == OK && chunked) {
        result = append_text(&connection->out, text_from("transfer-encoding: chunked\r\n"));
    }
    if (result == OK) result = append_text(&connection->out, text_from("\r\n"));
    if (result != OK) {
        connection->out.length = length_before;
        break_off(exchange);
    }
    http_connection_mark(connection);
}

enum { CHUNK_HEAD_BYTES = 24 };

void http1_write(struct http_exchange *exchange, struct text bytes)
{
    struct http_connection *connection = exchange->connection;
    struct buffer *out = &connection->out;
    if (connection->close_after_flush) return; /* Broken off. */
    bool chunked = exchange->request.version != HTTP_VERSION_1_0;
    char head[CHUNK_HEAD_BYTES];
    int length = snprintf(head, sizeof head, "%zx\r\n", bytes.length);
    size_t length_before = out->length;
    enum status result = chunked ? buffer_append(out, head, (size_t)length) : OK;
    if (result == OK) result = append_text(out, bytes);
    if (result == OK && chunked) result = append_text(out, text_from("\r\n"));
    if (result != OK) {
        out->length = length_before;
        break_off(exchange);
    }
    http_connection_mark(connection);
}

static enum status append_end(struct http_connection *connection,
                              const struct http_response *response)
{
    struct buffer *out = &connection->out;
    enum status result = append_text(out, text_from("0\r\n"));
    size_t count = connection->http1->trailers ? response->trailer_count : 0;
    for (size_t i = 0; result == OK && i < count; i++)
        result = append_field(out, &response->trailers[i]);
    return result == OK ? append_text(out, text_from("\r\n")) : result;
}

void http1_finish(struct http_exchange *exchange, const struct http_response *response)
{
    struct http_connection *connection = exchange->connection;
    if (connection->close_after_flush) { /* Broken off. */
        answered(exchange, true);
        return;
    }
    bool chunked = exchange->request.version != HTTP_VERSION_1_0;
    size_t length_before = connection->out.length;
    if (chunked && append_end(connection, response) != OK) {
        connection->out.length = length_before;
        break_off(exchange);
    }
    bool close = !connection->http1->keep_alive || !exchange->ended || connection->draining;
    answered(exchange, close);
}

void http1_abort(struct http_exchange *exchange)
{
    break_off(exchange);
    answered(exchange, true);
}

size_t http1_waiting(const struct http_exchange *exchange)
{
    const struct http_connection *connection = exchange->connection;
    return connection->out.length + (connection->write_pending ? connection->writing.length : 0);
}
