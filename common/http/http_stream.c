/* What the owner of an exchange does to it, and what the owner is told. */
#include <assert.h>

#include "http/http_connection.h"

/* Nothing comes from the peer or goes to it any more. While a connection closes, its engine is gone
 * before all owners know. */
static bool unreachable(const struct http_exchange *exchange)
{
    return exchange->gone || exchange->connection == NULL || exchange->connection->closing;
}

/* ---- What the owner is told ---- */

bool http_exchange_offer(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    if (server->config.begin == NULL) return false;
    if (text_equal(exchange->request.method, text_from("HEAD"))) return false;
    server->config.begin(server->config.context, exchange);
    return exchange->streaming;
}

void http_exchange_receive(struct http_exchange *exchange, struct text bytes)
{
    assert(exchange->streaming && !exchange->replied);
    exchange->unconsumed += bytes.length;
    const struct http_events *events = exchange->events;
    if (events->received != NULL) events->received(exchange->events_context, exchange, bytes);
}

void http_exchange_end(struct http_exchange *exchange)
{
    exchange->ended = true;
    if (!exchange->streaming || exchange->replied) return;
    const struct http_events *events = exchange->events;
    if (events->ended != NULL) events->ended(exchange->events_context, exchange);
}

void http_exchange_cancel(struct http_exchange *exchange)
{
    exchange->gone = true;
    exchange->wants_room = false;
    const struct http_events *events = exchange->events;
    if (events != NULL && events->cancelled != NULL)
        events->cancelled(exchange->events_context, exchange);
}

static struct http_exchange *find_room(const struct http_connection *connection)
{
    for (struct http_exchange *exchange = connection->exchanges; exchange != NULL;
         exchange = exchange->next) {
        if (exchange->wants_room && !exchange->replied &&
            connection->engine->waiting(exchange) <= HTTP_STREAM_ROOM_BYTES)
            return exchange;
    }
    return NULL;
}

void http_connection_offer_room(struct http_connection *connection)
{
    /* From the front each time: an owner that is told may release any exchange. */
    struct http_exchange *exchange;
    while (connection->wants_room && (exchange = find_room(connection)) != NULL) {
        exchange->wants_room = false;
        const struct http_events *events = exchange->events;
        if (events->drained != NULL) events->drained(exchange->events_context, exchange);
    }
    connection->wants_room = false;
    for (exchange = connection->exchanges; exchange != NULL; exchange = exchange->next)
        connection->wants_room |= exchange->wants_room;
}

/* ---- What the owner does ---- */

void http_exchange_watch(struct http_exchange *exchange, const struct http_events *events,
                         void *context)
{
    exchange->events = events;
    exchange->events_context = context;
}

void http_stream(struct http_exchange *exchange, const struct http_events *events, void *context)
{
    assert(!exchange->dispatched);
    exchange->streaming = true;
    exchange->dispatched = true;
    exchange->connection->in_handler++;
    http_exchange_watch(exchange, events, context);
}

static void consume(struct http_exchange *exchange, size_t bytes)
{
    assert(bytes <= exchange->unconsumed);
    exchange->unconsumed -= bytes;
    struct http_connection *connection = exchange->connection;
    /* A stream that was reset still holds a part of its connection's window. */
    if (bytes == 0 || connection == NULL || connection->closing) return;
    connection->engine->consume(exchange, bytes);
}

void http_stream_consume(struct http_exchange *exchange, size_t bytes)
{
    consume(exchange, bytes);
}

/* The owner lets go. False: there is no peer, and the exchange was released. */
static bool let_go(struct http_exchange *exchange)
{
    assert(exchange->dispatched && !exchange->replied);
    exchange->replied = true;
    exchange->wants_room = false;
    struct http_connection *connection = exchange->connection;
    if (connection != NULL) connection->in_handler--;
    consume(exchange, exchange->unconsumed);
    if (unreachable(exchange)) {
        http_exchange_free(exchange);
        return false;
    }
    connection->active_ms = http_now_ms(exchange->server);
    return true;
}

void http_exchange_add_answer(struct http_exchange *exchange, const struct http_field *fields,
                              size_t count)
{
    exchange->more_fields = fields;
    exchange->more_field_count = count;
}

static void add_more_fields(const struct http_exchange *exchange, struct http_response *response)
{
    size_t room = HTTP_RESPONSE_FIELDS_MAX - response->field_count;
    for (size_t i = 0; i < exchange->more_field_count && i < room; i++)
        response->fields[response->field_count++] = exchange->more_fields[i];
}

void http_reply(struct http_exchange *exchange, struct http_response *response)
{
    if (let_go(exchange)) {
        add_more_fields(exchange, response);
        exchange->connection->engine->reply(exchange, response);
        return;
    }
    buffer_free(&response->body);
}

void http_stream_start(struct http_exchange *exchange, const struct http_response *response)
{
    assert(exchange->streaming && !exchange->started && !exchange->replied);
    exchange->started = true;
    if (unreachable(exchange)) return;
    if (exchange->more_field_count == 0) {
        exchange->connection->engine->start(exchange, response);
        return;
    }
    struct http_response more = *response;
    add_more_fields(exchange, &more);
    exchange->connection->engine->start(exchange, &more);
}

bool http_stream_write(struct http_exchange *exchange, struct text bytes)
{
    assert(exchange->started && !exchange->replied);
    if (unreachable(exchange)) return true;
    struct http_connection *connection = exchange->connection;
    if (bytes.length > 0) connection->engine->write(exchange, bytes);
    if (connection->engine->waiting(exchange) < HTTP_STREAM_OUTPUT_BYTES_MAX) return true;
    exchange->wants_room = true;
    connection->wants_room = true;
    return false;
}

void http_stream_finish(struct http_exchange *exchange, struct http_response *response)
{
    if (!exchange->started) {
        http_reply(exchange, response);
        return;
    }
    if (let_go(exchange)) exchange->connection->engine->finish(exchange, response);
    buffer_free(&response->body);
}

void http_stream_abort(struct http_exchange *exchange)
{
    if (let_go(exchange)) exchange->connection->engine->abort(exchange);
}
