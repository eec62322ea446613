#include "http/http_server.h"

#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http_listener.h"
#include "http/http_secure.h"

int64_t http_now_ms(const struct http_server *server)
{
    return (int64_t)uv_now(server->config.loop);
}

enum { DATE_LOOK_MS = 100 };

const char *http_server_date(struct http_server *server)
{
    /* The loop's time costs nothing; the wall's is looked at a few times a second. */
    int64_t loop_ms = http_now_ms(server);
    if (loop_ms - server->date_looked_ms < DATE_LOOK_MS && server->date_second != 0)
        return server->date;
    server->date_looked_ms = loop_ms;
    time_t now = (time_t)(clock_now_ms() / 1000);
    if (now == server->date_second) return server->date;
    struct tm utc;
    if (gmtime_r(&now, &utc) == NULL) return server->date;
    server->date_second = now;
    (void)strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return server->date;
}

/* ---- The loop's turns ---- */

/* Tells the others how much waits here, and how much that is with theirs. */
static size_t tell_queued(struct http_server *server)
{
    uint64_t queued = http_counters_get(&server->counters, HTTP_COUNT_QUEUED_BYTES);
    size_t more = (size_t)(queued - server->queued_told); /* Or fewer: it wraps. */
    server->queued_told = queued;
    return atomic_fetch_add_explicit(&server->shared->queued_bytes, more, memory_order_relaxed) +
           more;
}

/* Answers that nobody takes must not fill the memory: whoever has most of them goes. It is one of
 * the connections of a server that has more than its share; there is such a one. */
static void bound_queues(struct http_server *server)
{
    size_t most = server->config.limits.queued_bytes_max;
    while (tell_queued(server) > most && server->queued_told > most / server->shared->servers) {
        struct http_connection *worst = NULL;
        for (struct http_connection *connection = server->connections; connection != NULL;
             connection = connection->next) {
            if (connection->closing) continue;
            if (worst == NULL || connection->queued_bytes > worst->queued_bytes) worst = connection;
        }
        if (worst == NULL || worst->queued_bytes == 0) return;
        http_count(&server->counters, HTTP_COUNT_OUTPUT_FLOODS, 1);
        http_connection_close(worst);
    }
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
        if (late) {
            http_connection_close(connection);
        } else {
            http_connection_sweep(connection, now);
        }
    }
    bound_queues(server);
}

static void prepared(uv_prepare_t *prepare)
{
    http_server_flush(prepare->data);
}

static void checked(uv_check_t *check)
{
    http_server_flush(check->data);
}

static void listener_closed(void *context)
{
    struct http_server *server = context;
    if (--server->handles_open > 0) return;
    if (server->stopped != NULL) server->stopped(server->stopped_context);
}

static void handle_closed(uv_handle_t *handle)
{
    listener_closed(handle->data);
}

/* Closes what is left when the last connection has gone. */
static void server_stopped(struct http_server *server)
{
    uv_handle_t *handles[] = {(uv_handle_t *)&server->prepare, (uv_handle_t *)&server->check,
                              (uv_handle_t *)&server->timer, (uv_handle_t *)&server->idle,
                              (uv_handle_t *)&server->adopt};
    for (size_t i = 0; i < ARRAY_LENGTH(handles); i++) {
        if (uv_is_closing(handles[i])) return;
        uv_close(handles[i], handle_closed);
    }
}

/* ---- Sockets from listeners ---- */

enum { CONNECTIONS_TRIMMED = 256 }; /* Fewer are not worth the search for free memory. */

/* What many connections took goes back when half of them have gone. */
static void trim(struct http_server *server)
{
    bool none = server->connection_count == 0;
    bool half = server->connection_count <= server->connections_peak / 2;
    if (!half) return;
    if (none) http2_memory_trim(&server->http2_memory);
    if (server->connections_peak >= CONNECTIONS_TRIMMED) (void)malloc_trim(0);
    server->connections_peak = server->connection_count;
}

/* One connection less: it has closed. */
void http_server_forget(struct http_server *server)
{
    (void)__atomic_fetch_sub(&server->load, 1, __ATOMIC_RELAXED);
    http_count(&server->counters, HTTP_COUNT_CONNECTIONS_OPEN, -1);
    server->connection_count--;
    trim(server);
    if (server->connection_count > 0) return;
    (void)tell_queued(server);
    (void)uv_timer_stop(&server->timer);
    if (server->draining) server_stopped(server);
}

static void take_one(struct http_server *server, int socket)
{
    if (server->draining || !http_connection_open(server, socket)) {
        if (server->draining) (void)close(socket);
        (void)__atomic_fetch_sub(&server->load, 1, __ATOMIC_RELAXED);
        return;
    }
    http_count(&server->counters, HTTP_COUNT_CONNECTIONS, 1);
    http_count(&server->counters, HTTP_COUNT_CONNECTIONS_OPEN, 1);
    if (server->connection_count == server->connections_peak) server->connections_peak++;
    if (server->connection_count++ == 0) {
        (void)uv_timer_start(&server->timer, sweep, HTTP_SWEEP_MS, HTTP_SWEEP_MS);
    }
}

enum { SOCKETS_A_TURN = 64 };

/* Copies a few out of the queue, whose lock is then free again for the listener. */
static size_t take_some(struct http_server *server, int sockets[static SOCKETS_A_TURN])
{
    uv_mutex_lock(&server->adopt_mutex);
    size_t count = server->adopted.length / sizeof(int);
    if (count > SOCKETS_A_TURN) count = SOCKETS_A_TURN;
    if (count > 0) memcpy(sockets, server->adopted.bytes, count * sizeof(int));
    buffer_consume(&server->adopted, count * sizeof(int));
    if (server->adopted.length == 0) buffer_free(&server->adopted);
    uv_mutex_unlock(&server->adopt_mutex);
    return count;
}

static void take_adopted(uv_async_t *async)
{
    struct http_server *server = async->data;
    int sockets[SOCKETS_A_TURN];
    size_t count;
    while ((count = take_some(server, sockets)) > 0) {
        for (size_t i = 0; i < count; i++)
            take_one(server, sockets[i]);
    }
}

void http_server_adopt(struct http_server *server, int socket)
{
    uv_mutex_lock(&server->adopt_mutex);
    enum status status = buffer_append(&server->adopted, &socket, sizeof socket);
    if (status == OK) (void)__atomic_fetch_add(&server->load, 1, __ATOMIC_RELAXED);
    uv_mutex_unlock(&server->adopt_mutex);
    if (status == OK) {
        (void)uv_async_send(&server->adopt);
    } else {
        (void)close(socket);
    }
}

size_t http_server_load(const struct http_server *server)
{
    return __atomic_load_n(&server->load, __ATOMIC_RELAXED);
}

void http_server_refused(struct http_server *server)
{
    http_count(&server->counters, HTTP_COUNT_CONNECTIONS_REFUSED, 1);
}

const struct http_counters *http_server_counters(const struct http_server *server)
{
    return &server->counters;
}

/* ---- Beginning and end ---- */

/* The async handle comes first: it alone may fail. */
static int handles_init(struct http_server *server)
{
    uv_loop_t *loop = server->config.loop;
    int error = uv_async_init(loop, &server->adopt, take_adopted);
    if (error != 0) return error;
    (void)uv_prepare_init(loop, &server->prepare);
    (void)uv_check_init(loop, &server->check);
    (void)uv_timer_init(loop, &server->timer);
    (void)uv_idle_init(loop, &server->idle);
    server->adopt.data = server->prepare.data = server->check.data = server->timer.data = server;
    server->idle.data = server;
    (void)uv_prepare_start(&server->prepare, prepared);
    (void)uv_check_start(&server->check, checked);
    server->handles_open = 5;
    return 0;
}

static void server_release(struct http_server *server)
{
    int sockets[SOCKETS_A_TURN];
    size_t count;
    while ((count = take_some(server, sockets)) > 0) {
        for (size_t i = 0; i < count; i++)
            (void)close(sockets[i]);
    }
    uv_mutex_destroy(&server->adopt_mutex);
    BIO_meth_free(server->secure_method);
    free(server->plain);
    http2_memory_free(&server->http2_memory);
    free(server);
}

static enum status secure_prepare(struct http_server *server, struct fault *fault)
{
    if (server->config.tls == NULL) return OK;
    server->secure_method = http_secure_method_new();
    server->plain = malloc(HTTP_SECURE_RECORD_BYTES);
    if (server->secure_method != NULL && server->plain != NULL) return OK;
    return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for TLS");
}

/* Its own port, where it has an address. */
static enum status listen_alone(struct http_server *server, struct fault *fault)
{
    const struct http_server_config *config = &server->config;
    if (config->address == NULL) return OK;
    const struct http_listener_config listener = {.loop = config->loop,
                                                  .address = config->address,
                                                  .port = config->port,
                                                  .connections_max = config->limits.connections_max,
                                                  .servers = &server,
                                                  .server_count = 1};
    enum status status = http_listener_new(&listener, &server->listener, fault);
    if (status == OK) server->port = http_listener_port(server->listener);
    return status;
}

void http_shared_init(struct http_shared *shared, const struct http_limits *limits, size_t servers)
{
    allowance_init(&shared->bodies, limits->bodies_bytes_max);
    atomic_init(&shared->queued_bytes, 0);
    atomic_init(&shared->handshakes, 0);
    shared->servers = servers;
}

enum status http_server_new(const struct http_server_config *config, struct http_server **out,
                            struct fault *fault)
{
    struct http_server *server = calloc(1, sizeof *server);
    if (server == NULL ||
        !http2_memory_init(&server->http2_memory, config->limits.connections_max) ||
        uv_mutex_init(&server->adopt_mutex) != 0) {
        if (server != NULL) http2_memory_free(&server->http2_memory);
        free(server);
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the server");
    }
    server->config = *config;
    http_shared_init(&server->alone, &config->limits, 1);
    server->shared = config->shared == NULL ? &server->alone : config->shared;
    server->bodies.allowance = &server->shared->bodies;
    buffer_init(&server->adopted, config->limits.connections_max * sizeof(int));
    enum status status = secure_prepare(server, fault);
    if (status == OK) status = listen_alone(server, fault);
    if (status != OK) {
        server_release(server);
        return status;
    }
    if (handles_init(server) != 0) {
        http_listener_free(server->listener, NULL, NULL);
        server_release(server);
        return fault_set(fault, UNAVAILABLE, "no more descriptors for the server");
    }
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
    if (server->listener != NULL) {
        server->handles_open++;
        http_listener_free(server->listener, listener_closed, server);
        server->listener = NULL;
    }
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
        http_exchange_delete(exchange);
    }
    server_release(server);
}
