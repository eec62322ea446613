/* A call over a server whose every allocation fails once: an answer or a closed connection, never a
 * crash, and the server serves the next call. The loop runs on the test's own thread, where
 * alloc_fail_at() counts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/log.h"
#include "rpc/server/rpc_server.h"
#include "runtime_service.h"
#include "support/sockets.h"
#include "support/store.h"
#include "support/suite.h"

enum { TURNS_MAX = 2000, ALLOCATIONS_MAX = 3000 };

static char answer[SOCKET_ANSWER_BYTES];

struct fixture {
    uv_loop_t loop;
    struct db *writer;
    struct rpc_server *server;
    struct runtime state;
    char path[STORE_PATH_BYTES];
    bool stopped;
};

static void open_fixture(struct fixture *fixture)
{
    struct fault fault;
    memset(fixture, 0, sizeof *fixture);
    store_path_new(fixture->path);
    const struct db_config store = {.store = fixture->path, .access = DB_READ_WRITE};
    const struct rpc_mount mount = {&runtime_runtime_service_handlers, &fixture->state};
    struct rpc_server_config config = rpc_server_config_default();
    if (uv_loop_init(&fixture->loop) != 0 || db_open(&store, &fixture->writer, &fault) != OK ||
        db_migrate(fixture->writer, runtime_migrations, runtime_migration_count, &fault) != OK)
        abort();
    config.loop = &fixture->loop;
    config.name = "runtime";
    config.version = "0";
    config.mounts = &mount;
    config.mount_count = 1;
    config.writer = fixture->writer;
    config.store.store = fixture->path;
    if (rpc_server_new(&config, &fixture->server, &fault) != OK) abort();
}

static void stopped(void *context)
{
    struct fixture *fixture = context;
    fixture->stopped = true;
    uv_stop(&fixture->loop);
}

static void close_fixture(struct fixture *fixture)
{
    rpc_server_drain(fixture->server, stopped, fixture);
    (void)uv_run(&fixture->loop, UV_RUN_DEFAULT);
    CU_ASSERT_TRUE(fixture->stopped);
    rpc_server_free(fixture->server);
    (void)uv_run(&fixture->loop, UV_RUN_DEFAULT);
    CU_ASSERT_EQUAL(uv_loop_close(&fixture->loop), 0);
    db_close(fixture->writer);
    store_path_remove(fixture->path);
}

/* Sends the request and turns the loop until the peer has closed; the answer's length. */
static size_t call(struct fixture *fixture, const char *request, size_t length)
{
    int connection = socket_connect(rpc_server_port(fixture->server));
    CU_ASSERT_TRUE(socket_send(connection, request, length));
    size_t got = 0;
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        (void)uv_run(&fixture->loop, UV_RUN_NOWAIT);
        ssize_t count = recv(connection, answer + got, sizeof answer - 1 - got, MSG_DONTWAIT);
        if (count > 0) got += (size_t)count;
        if (count == 0 || (count < 0 && errno != EAGAIN)) break;
        if (count < 0) (void)usleep(100);
    }
    (void)close(connection);
    answer[got] = '\0';
    return got;
}

/* With their lengths: envelopes hold NULs. */
#define REQUEST(bytes)                                                                             \
    {                                                                                              \
        bytes, sizeof(bytes) - 1                                                                   \
    }
static const struct text requests[] = {
    REQUEST("POST /sotong.runtime.v1.RuntimeService/GetRow HTTP/1.1\r\nHost: a\r\n"
            "Content-Type: application/json\r\nContent-Length: 12\r\nConnection: close\r\n\r\n"
            "{\"name\":\"a\"}"),
    REQUEST(
        "POST /sotong.runtime.v1.RuntimeService/GetRow HTTP/1.1\r\nHost: a\r\n"
        "Content-Type: application/proto\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "3\r\n\n\1a\r\n0\r\n\r\n"),
    REQUEST(
        "GET "
        "/sotong.runtime.v1.RuntimeService/GetRow?encoding=json&message=%7B%22name%22:%22a%22%7D "
        "HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    REQUEST("POST /sotong.runtime.v1.RuntimeService/Fail HTTP/1.1\r\nHost: a\r\n"
            "Content-Type: application/json\r\nContent-Length: 26\r\nConnection: close\r\n\r\n"
            "{\"fields\":[\"a\"],\"code\": 3}"),
    REQUEST("POST /sotong.runtime.v1.RuntimeService/PutRow HTTP/1.1\r\nHost: a\r\n"
            "Content-Type: application/json\r\nContent-Length: 23\r\nConnection: close\r\n\r\n"
            "{\"row\":{\"name\":\"none\"}}"),
    REQUEST(
        "POST /sotong.runtime.v1.RuntimeService/GetRow HTTP/1.1\r\nHost: a\r\n"
        "Content-Type: application/grpc-web-text\r\nContent-Length: 12\r\nConnection: close\r\n\r\n"
        "AAAAAAMKAWE="),
    REQUEST("POST /sotong.runtime.v1.RuntimeService/EchoRows HTTP/1.1\r\nHost: a\r\n"
            "Content-Type: application/connect+json\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n"
            "5\r\n\0\0\0\0\xc\r\nc\r\n{\"name\":\"a\"}\r\n11\r\n\0\0\0\0\xc{\"name\":\"b\"}"
            "\r\n0\r\n\r\n"),
};

/* A copy of what stands behind the answer's head; NULL: there is none. */
static char *body_of(size_t length, size_t *body_length)
{
    const char *end = strstr(answer, "\r\n\r\n");
    if (end == NULL) return NULL;
    *body_length = length - (size_t)(end - answer);
    char *copy = malloc(*body_length);
    if (copy == NULL) abort();
    memcpy(copy, end, *body_length);
    return copy;
}

static void survives_every_failed_allocation(void)
{
    struct fixture fixture;
    open_fixture(&fixture);
    for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
        bool same = false;
        int nth = 1;
        size_t length = 0;
        for (int twice = 0; twice < 2; twice++) /* A row is there, or a conflict, from now on. */
            length = call(&fixture, requests[i].bytes, requests[i].length);
        size_t expected_length = 0;
        char *expected = body_of(length, &expected_length);
        for (; nth < ALLOCATIONS_MAX && !same; nth++) {
            (void)alloc_fail_at(nth);
            length = call(&fixture, requests[i].bytes, requests[i].length);
            long counted = alloc_fail_at(0);
            size_t body_length = 0;
            char *body = body_of(length, &body_length);
            bool answered = strncmp(answer, "HTTP/1.1 ", 9) == 0 && body != NULL;
            CU_ASSERT(answered || answer[0] == '\0');
            same = counted < nth && answered && body_length == expected_length &&
                   memcmp(body, expected, body_length) == 0;
            free(body);
            if (counted < nth && !same)
                (void)printf("%ld allocations, then: %s\n", counted, answer);
            if (counted < nth) break;
        }
        CU_ASSERT_TRUE(same);
        CU_ASSERT(nth > 5);
        free(expected);
    }
    close_fixture(&fixture);
}

static const uint8_t http2_request[] =
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    "\0\0\0\4\0\0\0\0\0"                   /* SETTINGS */
    "\0\0\13\1\5\0\0\0\1"                  /* HEADERS, the end of stream 1 */
    "\x82\x86\x84\x01\x06server"           /* GET http / server: 11 bytes */
    "\0\0\10\7\0\0\0\0\0\0\0\0\0\0\0\0\0"; /* GOAWAY */

static void survives_them_over_http2(void)
{
    struct fixture fixture;
    open_fixture(&fixture);
    int nth = 1;
    bool whole = false;
    for (; nth < ALLOCATIONS_MAX && !whole; nth++) {
        (void)alloc_fail_at(nth);
        size_t length = call(&fixture, (const char *)http2_request, sizeof http2_request - 1);
        long counted = alloc_fail_at(0);
        whole = counted < nth && memmem(answer, length, "runtime 0", 9) != NULL;
        if (counted < nth) break;
    }
    CU_ASSERT_TRUE(whole);
    CU_ASSERT(nth > 3);
    close_fixture(&fixture);
}

static void begin(void)
{
    log_init("runtime", LOG_ERROR);
    CU_ASSERT_TRUE(store_count_allocations());
}

SUITE("rpc_memory", {"counts SQLite's allocations", begin},
      {"survives every failed allocation", survives_every_failed_allocation},
      {"survives them over HTTP/2", survives_them_over_http2})
