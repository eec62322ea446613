/* One port for the servers of several loops: connections spread evenly, are bounded together, and
 * end with their servers. */
#include "http/http_listener.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "support/sockets.h"
#include "support/suite.h"

enum { SERVERS = 3, CONNECTIONS_MAX = 12, WAIT_MS = 60 * 1000, POLL_US = 2000 };

struct member {
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t drain;
    struct http_server *server;
};

static struct member members[SERVERS];
static struct http_listener *listener;
static uv_barrier_t listener_closed;
static char answer[SOCKET_ANSWER_BYTES];

static void handle(void *context, struct http_exchange *exchange)
{
    const struct member *member = context;
    char text[32];
    (void)snprintf(text, sizeof text, "loop %d", (int)(member - members));
    http_reply_text(exchange, 200, text);
}

static void nothing(void *context)
{
    (void)context;
}

/* The listener's loop closes it; the others wait until that has happened. */
static void drain(uv_async_t *async)
{
    struct member *member = async->data;
    if (member == &members[0]) http_listener_free(listener, nothing, NULL);
    (void)uv_barrier_wait(&listener_closed);
    uv_close((uv_handle_t *)async, NULL);
    http_server_drain(member->server, nothing, NULL);
}

static void run(void *context)
{
    struct member *member = context;
    (void)uv_run(&member->loop, UV_RUN_DEFAULT);
    http_server_free(member->server);
    if (uv_loop_close(&member->loop) != 0) abort();
}

static void begin(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)uv_barrier_init(&listener_closed, SERVERS);
    struct http_server *servers[SERVERS];
    struct fault fault;
    for (size_t i = 0; i < SERVERS; i++) {
        struct member *member = &members[i];
        if (uv_loop_init(&member->loop) != 0) abort();
        if (uv_async_init(&member->loop, &member->drain, drain) != 0) abort();
        member->drain.data = member;
        const struct http_server_config config = {.loop = &member->loop,
                                                  .limits = http_limits_default(),
                                                  .handler = handle,
                                                  .context = member};
        CU_ASSERT_EQUAL_FATAL(http_server_new(&config, &member->server, &fault), OK);
        CU_ASSERT_EQUAL(http_server_port(member->server), 0);
        servers[i] = member->server;
    }
    const struct http_listener_config config = {.loop = &members[0].loop,
                                                .address = "127.0.0.1",
                                                .connections_max = CONNECTIONS_MAX,
                                                .servers = servers,
                                                .server_count = SERVERS};
    CU_ASSERT_EQUAL_FATAL(http_listener_new(&config, &listener, &fault), OK);
    for (size_t i = 0; i < SERVERS; i++) {
        if (uv_thread_create(&members[i].thread, run, &members[i]) != 0) abort();
    }
}

static void end(void)
{
    for (size_t i = 0; i < SERVERS; i++)
        (void)uv_async_send(&members[i].drain);
    for (size_t i = 0; i < SERVERS; i++)
        (void)uv_thread_join(&members[i].thread);
    uv_barrier_destroy(&listener_closed);
}

static bool comes_to_carry(size_t member, size_t wanted)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (http_server_load(members[member].server) != wanted && clock_monotonic_ms() < until)
        (void)usleep(POLL_US);
    return http_server_load(members[member].server) == wanted;
}

/* Opens connections until there are as many as are allowed, each served. */
static void fill(int connections[static CONNECTIONS_MAX])
{
    static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        connections[i] = socket_connect(http_listener_port(listener));
        CU_ASSERT_TRUE(socket_send(connections[i], get, sizeof get - 1));
        CU_ASSERT_TRUE(socket_read_until(connections[i], "loop ", answer));
    }
}

static void spreads_connections_and_bounds_them(void)
{
    int connections[CONNECTIONS_MAX];
    begin();
    fill(connections);
    for (size_t i = 0; i < SERVERS; i++)
        CU_ASSERT_EQUAL(http_server_load(members[i].server), CONNECTIONS_MAX / SERVERS);
    int more = socket_connect(http_listener_port(listener));
    CU_ASSERT_EQUAL(socket_read_all(more, answer), 0);
    (void)close(more);
    const struct http_counters *counters = http_server_counters(members[0].server);
    CU_ASSERT_EQUAL(http_counters_get(counters, HTTP_COUNT_CONNECTIONS_REFUSED), 1);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        (void)close(connections[i]);
    for (size_t i = 0; i < SERVERS; i++)
        CU_ASSERT_TRUE(comes_to_carry(i, 0));
    fill(connections); /* There is room again. */
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        (void)close(connections[i]);
    end();
}

/* Connections that are idle or were never served do not keep a server from its end. */
static void ends_with_its_servers(void)
{
    begin();
    int connections[CONNECTIONS_MAX];
    fill(connections);
    int port = http_listener_port(listener);
    end();
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        CU_ASSERT_EQUAL(socket_read_all(connections[i], answer), 0);
        (void)close(connections[i]);
    }
    CU_ASSERT_EQUAL(socket_connect(port), -1);
}

static void says_what_is_wrong_with_an_address(void)
{
    begin();
    struct http_server *servers[] = {members[0].server};
    struct http_listener_config config = {.loop = &members[0].loop,
                                          .address = "localhost",
                                          .connections_max = 1,
                                          .servers = servers,
                                          .server_count = 1};
    struct http_listener *other;
    struct fault fault;
    CU_ASSERT_EQUAL(http_listener_new(&config, &other, &fault), INVALID_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "localhost is no IP address"));
    config.address = "127.0.0.1";
    config.port = http_listener_port(listener);
    CU_ASSERT_EQUAL(http_listener_new(&config, &other, &fault), UNAVAILABLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "address already in use"));
    end();
}

SUITE("http_listener", {"spreads connections and bounds them", spreads_connections_and_bounds_them},
      {"ends with its servers", ends_with_its_servers},
      {"says what is wrong with an address", says_what_is_wrong_with_an_address})
