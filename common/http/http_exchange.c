/* The life of a request between its first field and its answer. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_connection.h"

enum {
    ARENA_OVERHEAD =
        8, /* Of a head in the arena: what is made of its fields, beside their bytes. */
    FIELDS_MIN = 8,
    FIELDS_KEPT = 32, /* Fields that an exchange keeps memory for. */
};

struct http_exchange *http_exchange_new(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    struct http_exchange *exchange = server->kept;
    if (alloc_should_fail()) return NULL;
    if (exchange != NULL) {
        server->kept = exchange->next;
        server->kept_count--;
        struct arena arena = exchange->arena;
        struct buffer body = exchange->body;
        struct buffer reply = exchange->reply_body;
        struct http_field *fields = exchange->fields;
        struct nghttp2_rcbuf **held = exchange->held;
        size_t field_capacity = exchange->field_capacity, held_capacity = exchange->held_capacity;
        *exchange = (struct http_exchange){.arena = arena,
                                           .body = body,
                                           .reply_body = reply,
                                           .request.fields = fields,
                                           .fields = fields,
                                           .field_capacity = field_capacity,
                                           .held = held,
                                           .held_capacity = held_capacity};
    } else {
        exchange = calloc(1, sizeof *exchange);
        if (exchange == NULL) return NULL;
        arena_init(&exchange->arena, ARENA_OVERHEAD * server->config.limits.head_bytes_max);
        buffer_init(&exchange->body, server->config.limits.body_bytes_max);
        buffer_init(&exchange->reply_body, HTTP_RESPONSE_BYTES_MAX);
    }
    exchange->server = server;
    exchange->connection = connection;
    exchange->started_ms = http_now_ms(server);
    exchange->next = connection->exchanges;
    if (exchange->next != NULL) exchange->next->previous = exchange;
    connection->exchanges = exchange;
    server->exchange_count++;
    http_count(&server->counters, HTTP_COUNT_REQUESTS, 1);
    http_count(&server->counters, HTTP_COUNT_REQUESTS_OPEN, 1);
    return exchange;
}

static void exchange_unlink(struct http_exchange *exchange)
{
    struct http_connection *connection = exchange->connection;
    if (connection == NULL) return;
    size_t waiting = exchange->reply_body.length - exchange->reply_sent;
    http_connection_queued(connection, -(int64_t)waiting);
    exchange->reply_sent = exchange->reply_body.length;
    if (exchange->next != NULL) exchange->next->previous = exchange->previous;
    if (exchange->previous != NULL) {
        exchange->previous->next = exchange->next;
    } else {
        connection->exchanges = exchange->next;
    }
    exchange->next = NULL;
    exchange->previous = NULL;
    exchange->connection = NULL;
}

void http_exchange_delete(struct http_exchange *exchange)
{
    buffer_free(&exchange->body);
    buffer_free(&exchange->reply_body);
    arena_free(&exchange->arena);
    free(exchange->fields);
    free((void *)exchange->held);
    free(exchange);
}

/* Keeps a small buffer's memory for the next exchange. */
static void empty(struct buffer *buffer)
{
    buffer_clear(buffer);
    if (buffer->capacity > HTTP_BODY_BYTES_KEPT) buffer_free(buffer);
}

void http_exchange_free(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    exchange_unlink(exchange);
    http_exchange_drop_body(exchange);
    empty(&exchange->reply_body);
    if (exchange->held_count > 0) http2_release_fields(exchange);
    server->exchange_count--;
    http_count(&server->counters, HTTP_COUNT_REQUESTS_OPEN, -1);
    if (server->kept_count >= HTTP_EXCHANGES_KEPT) {
        http_exchange_delete(exchange);
        return;
    }
    arena_reset(&exchange->arena);
    if (exchange->field_capacity > FIELDS_KEPT) {
        free(exchange->fields);
        exchange->fields = NULL;
        exchange->field_capacity = 0;
    }
    if (exchange->held_capacity > (size_t)2 * FIELDS_KEPT) {
        free((void *)exchange->held);
        exchange->held = NULL;
        exchange->held_capacity = 0;
    }
    exchange->next = server->kept;
    server->kept = exchange;
    server->kept_count++;
}

void http_exchange_abandon(struct http_exchange *exchange)
{
    if (!exchange->dispatched || exchange->replied) {
        http_exchange_free(exchange);
        return;
    }
    exchange_unlink(exchange);
    if (!exchange->gone) http_exchange_cancel(exchange);
}

void http_exchange_drop_body(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    purse_give(&server->bodies, exchange->body.length);
    http_count(&server->counters, HTTP_COUNT_BODIES_BYTES, -(int64_t)exchange->body.length);
    empty(&exchange->body);
    exchange->request.body = (struct text){NULL, 0};
}

static bool fields_full(const struct http_exchange *exchange, size_t bytes)
{
    const struct http_limits *limits = &exchange->server->config.limits;
    return exchange->request.field_count >= limits->fields_max ||
           bytes > limits->head_bytes_max - exchange->head_bytes;
}

/* Twice the room for items, FIELDS_MIN at least; NULL: no memory, and nothing changed. */
static void *grow(void *items, size_t *capacity, size_t item_bytes)
{
    size_t larger = *capacity == 0 ? FIELDS_MIN : 2 * *capacity;
    void *grown = alloc_should_fail() ? NULL : realloc(items, larger * item_bytes);
    if (grown != NULL) *capacity = larger;
    return grown;
}

bool http_exchange_hold_more(struct http_exchange *exchange)
{
    struct nghttp2_rcbuf **grown =
        grow((void *)exchange->held, &exchange->held_capacity, sizeof(struct nghttp2_rcbuf *));
    if (grown != NULL) exchange->held = grown;
    return grown != NULL;
}

void http_exchange_keep_field(struct http_exchange *exchange, struct text name, struct text value)
{
    if (exchange->head_too_large) return;
    struct http_request *request = &exchange->request;
    size_t bytes = name.length + value.length + HTTP_FIELD_OVERHEAD_BYTES;
    exchange->head_too_large = fields_full(exchange, bytes);
    if (exchange->head_too_large) return;
    exchange->head_bytes += bytes;
    if (request->field_count == exchange->field_capacity) {
        struct http_field *grown = grow(exchange->fields, &exchange->field_capacity, sizeof *grown);
        exchange->head_too_large = grown == NULL;
        if (grown == NULL) return;
        exchange->fields = grown;
        request->fields = grown;
    }
    exchange->fields[request->field_count++] = (struct http_field){name, value, false};
}

void http_exchange_add_field(struct http_exchange *exchange, struct text name, struct text value)
{
    if (exchange->head_too_large) return;
    exchange->head_too_large = fields_full(exchange, name.length + value.length);
    if (exchange->head_too_large) return;
    char *name_copy = arena_copy(&exchange->arena, name.bytes, name.length);
    char *value_copy = arena_copy(&exchange->arena, value.bytes, value.length);
    exchange->head_too_large = name_copy == NULL || value_copy == NULL;
    http_exchange_keep_field(exchange, (struct text){name_copy, name.length},
                             (struct text){value_copy, value.length});
}

void http_exchange_keep_target(struct http_exchange *exchange, struct text target)
{
    exchange->head_bytes += target.length;
    const char *mark = memchr(target.bytes, '?', target.length);
    size_t path_length = mark == NULL ? target.length : (size_t)(mark - target.bytes);
    exchange->request.path = (struct text){target.bytes, path_length};
    if (mark != NULL) {
        exchange->request.query = (struct text){mark + 1, target.length - path_length - 1};
    }
}

bool http_exchange_set_target(struct http_exchange *exchange, struct text target)
{
    char *copy = arena_copy(&exchange->arena, target.bytes, target.length);
    if (copy != NULL) http_exchange_keep_target(exchange, (struct text){copy, target.length});
    return copy != NULL;
}

void http_exchange_add_body(struct http_exchange *exchange, struct text bytes)
{
    if (exchange->request.too_large || bytes.length == 0) return;
    struct http_server *server = exchange->server;
    const struct http_limits *limits = &server->config.limits;
    bool small = bytes.length <= limits->body_bytes_max - exchange->body.length;
    bool room = small && purse_take(&server->bodies, bytes.length);
    if (room && buffer_append(&exchange->body, bytes.bytes, bytes.length) != OK) {
        purse_give(&server->bodies, bytes.length);
        room = false;
    }
    if (room) {
        http_count(&server->counters, HTTP_COUNT_BODIES_BYTES, (int64_t)bytes.length);
        return;
    }
    http_exchange_drop_body(exchange);
    exchange->request.too_large = true;
    http_count(&server->counters, small ? HTTP_COUNT_BODIES_REFUSED : HTTP_COUNT_BODIES_TOO_LARGE,
               1);
}

void http_exchange_dispatch(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    exchange->request.body =
        (struct text){(const char *)exchange->body.bytes, exchange->body.length};
    exchange->dispatched = true;
    exchange->connection->in_handler++;
    server->config.handler(server->config.context, exchange);
}
