/* Streams over HTTP/1.1 and the limits that they meet: what foreign suites do not ask. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "rpc/rpc_envelope.h"
#include "rpc/rpc_gzip.h"
#include "support/runtime_server.h"
#include "support/sockets.h"
#include "support/suite.h"

#define SERVICE "/sotong.runtime.v1.RuntimeService/"

enum { LOOPS = 3, PATIENCE_MS = 60000, REQUEST_BYTES_MAX = 4096, BOMB_BYTES = 100 * 1000 * 1000 };

static char answer[SOCKET_ANSWER_BYTES];
static size_t answer_length; /* It holds NULs. */

static struct runtime_server *start(void)
{
    struct rpc_server_config config = runtime_server_config();
    config.loops = LOOPS; /* Connections are spread over them. */
    return runtime_server_start(&config);
}

/* A request whose body stays open. */
static int post(struct runtime_server *server, const char *method, const char *fields)
{
    char head[REQUEST_BYTES_MAX];
    (void)snprintf(head, sizeof head,
                   "POST " SERVICE "%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s"
                   "Transfer-Encoding: chunked\r\n\r\n",
                   method, fields);
    int connection = socket_connect(runtime_server_port(server));
    CU_ASSERT_TRUE(socket_send(connection, head, strlen(head)));
    return connection;
}

static void send_chunk(int connection, const void *bytes, size_t length)
{
    char head[32];
    (void)snprintf(head, sizeof head, "%zx\r\n", length);
    CU_ASSERT_TRUE(socket_send(connection, head, strlen(head)));
    CU_ASSERT_TRUE(socket_send(connection, bytes, length));
    CU_ASSERT_TRUE(socket_send(connection, "\r\n", 2));
}

static void send_message(int connection, uint8_t flags, const void *bytes, size_t length)
{
    uint8_t head[RPC_ENVELOPE_HEAD_BYTES];
    rpc_envelope_write((struct rpc_envelope){flags, (uint32_t)length}, head);
    send_chunk(connection, head, sizeof head);
    if (length > 0) send_chunk(connection, bytes, length);
}

static void send_json(int connection, const char *json)
{
    send_message(connection, 0, json, strlen(json));
}

static void send_end(int connection)
{
    CU_ASSERT_TRUE(socket_send(connection, "0\r\n\r\n", 5));
}

static const char connect_json[] = "Content-Type: application/connect+json\r\n";

static bool said(const char *wanted)
{
    return memmem(answer, answer_length, wanted, strlen(wanted)) != NULL;
}

/* Reads until `wanted` has come, or the end. */
static bool reads(int connection, const char *wanted)
{
    answer_length = 0;
    while (!said(wanted)) {
        ssize_t count = recv(connection, answer + answer_length, sizeof answer - answer_length, 0);
        if (count <= 0) return false;
        answer_length += (size_t)count;
    }
    return true;
}

static bool becomes(atomic_int *value, int wanted)
{
    for (int i = 0; i < PATIENCE_MS && *value != wanted; i++)
        (void)usleep(1000);
    return *value == wanted;
}

static void streams_in_both_directions(void)
{
    struct runtime_server *server = start();
    int connection = post(server, "KeepRows", connect_json);
    send_json(connection, "{\"name\":\"a\"}");
    send_json(connection, "{\"name\":\"b\"}");
    send_end(connection);
    CU_ASSERT_TRUE(reads(connection, "{\"number\":\"2\"}"));
    (void)close(connection);
    connection = post(server, "EchoRows", connect_json);
    send_json(connection, "{\"name\":\"first\"}");
    send_json(connection, "{\"name\":\"second\"}");
    send_end(connection);
    CU_ASSERT_TRUE(reads(connection, "{\"name\":\"second\"}"));
    CU_ASSERT_TRUE(said("{\"name\":\"first\"}"));
    (void)close(connection);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 2);
}

static void a_failed_write_ends_its_stream(void)
{
    struct runtime_server *server = start();
    int connection = post(server, "KeepRows", connect_json);
    send_json(connection, "{\"name\":\"a\"}");
    send_json(connection, "{\"name\":\"a\"}");
    send_end(connection);
    CU_ASSERT_TRUE(reads(connection, "\"code\":\"already_exists\""));
    (void)close(connection);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

static void watchers_see_commits_and_the_end(void)
{
    struct runtime_server *server = start();
    int connection = post(server, "WatchRow", connect_json);
    send_json(connection, "{\"name\":\"a\"}");
    send_end(connection);
    CU_ASSERT_TRUE(reads(connection, "{}"));
    char body[RUNTIME_BODY_BYTES];
    CU_ASSERT_EQUAL(
        runtime_server_call(server, "PutRow", "{\"row\":{\"name\":\"a\",\"number\":7}}", body),
        200);
    CU_ASSERT_TRUE(reads(connection, "\"number\":\"7\""));
    runtime_server_drain(server);
    CU_ASSERT_TRUE(reads(connection, "\"code\":\"unavailable\""));
    (void)close(connection);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1);
}

static void clients_that_leave_end_their_streams(void)
{
    enum { WATCHERS = 20 };
    struct runtime_server *server = start();
    int connections[WATCHERS];
    for (int i = 0; i < WATCHERS; i++) {
        connections[i] = post(server, i % 2 == 0 ? "WatchRow" : "EchoRows", connect_json);
        send_json(connections[i], "{\"name\":\"a\"}");
        if (i % 2 == 0) send_end(connections[i]);
    }
    CU_ASSERT_TRUE(becomes(&runtime_server_state(server)->streams, WATCHERS));
    for (int i = 0; i < WATCHERS; i++)
        (void)close(connections[i]);
    CU_ASSERT_TRUE(becomes(&runtime_server_state(server)->streams, 0));
    (void)runtime_server_stop(server);
}

/* Deadlines and idle timeouts, which end the handler and tell the client. */
static void time_ends_streams(void)
{
    static const struct {
        const char *method, *fields, *expected;
    } rows[] = {
        {"WatchRow", "Connect-Timeout-Ms: 200\r\n", "the deadline has passed"},
        {"EchoRows", "Connect-Timeout-Ms: 200\r\n", "the deadline has passed"},
        {"SumRows", "", "the stream was idle"},
        {"WatchRow", "Connect-Timeout-Ms: 0\r\n", "\"code\":\"deadline_exceeded\""},
    };
    struct runtime_server *server = start();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char fields[256];
        (void)snprintf(fields, sizeof fields, "%s%s", connect_json, rows[i].fields);
        int connection = post(server, rows[i].method, fields);
        send_json(connection, "{\"name\":\"a\"}");
        if (i == 0 || i == 3) send_end(connection);
        CU_ASSERT_TRUE(reads(connection, rows[i].expected));
        CU_ASSERT_TRUE(said("deadline_exceeded"));
        (void)close(connection);
    }
    CU_ASSERT_TRUE(becomes(&runtime_server_state(server)->streams, 0));
    (void)runtime_server_stop(server);
}

/* A flow that runs is not waited for when its deadline passes. */
static void a_flows_client_is_told_in_time(void)
{
    static const char body[] = "{\"name\":\"a\",\"add\":1,\"waitMs\":3000}";
    struct runtime_server *server = start();
    char request[REQUEST_BYTES_MAX];
    (void)snprintf(request, sizeof request,
                   "POST " SERVICE "AddToRow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                   "Content-Type: application/json\r\nConnect-Timeout-Ms: 300\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   strlen(body), body);
    int64_t began_ms = clock_monotonic_ms();
    answer_length = socket_exchange(runtime_server_port(server), request, answer);
    CU_ASSERT(clock_monotonic_ms() - began_ms < 2500);
    CU_ASSERT_TRUE(said("deadline_exceeded"));
    CU_ASSERT_EQUAL(runtime_server_state(server)->runs, 1);
    (void)runtime_server_stop(server); /* Waits for it. */
}

/* A server that has more to say than its client reads keeps little of it in memory. */
static void a_slow_reader_slows_its_stream(void)
{
    enum { ROWS = 100000, TEXT_BYTES = 1000, QUIET_MS = 300, KEPT_MAX = ROWS / 2 };
    struct runtime_server *server = start();
    struct runtime *state = runtime_server_state(server);
    int connection = post(server, "MakeRows", connect_json);
    send_json(connection, "{\"count\":100000,\"textBytes\":1000}");
    send_end(connection);
    int before = -1;
    for (int i = 0; i < PATIENCE_MS / QUIET_MS && (state->sent == 0 || state->sent != before);
         i++) {
        before = state->sent;
        (void)usleep(QUIET_MS * 1000);
    }
    CU_ASSERT(state->sent > 0 && state->sent < KEPT_MAX);
    char *bytes = malloc(1 << 20);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    size_t whole = 0;
    for (ssize_t got; (got = recv(connection, bytes, 1 << 20, 0)) > 0;)
        whole += (size_t)got;
    CU_ASSERT(whole > (size_t)ROWS * TEXT_BYTES);
    CU_ASSERT_EQUAL(state->sent, ROWS);
    free(bytes);
    (void)close(connection);
    (void)runtime_server_stop(server);
}

/* Refused as soon as its head is there, before memory is taken and the rest is waited for. */
static void four_gigabytes_are_refused_at_once(void)
{
    static const struct {
        const char *method, *type, *expected;
    } rows[] = {
        {"EchoRows", "application/connect+proto", "resource_exhausted"},
        {"SumRows", "application/connect+json", "resource_exhausted"},
        {"WatchRow", "application/connect+proto", "resource_exhausted"},
        {"GetRow", "application/grpc-web+proto", "grpc-status: 8"},
        {"EchoRows", "application/grpc-web", "grpc-status: 8"},
    };
    struct runtime_server *server = start();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char fields[128];
        (void)snprintf(fields, sizeof fields, "Content-Type: %s\r\n", rows[i].type);
        int connection = post(server, rows[i].method, fields);
        send_chunk(connection, "\0\xff\xff\xff\xff", RPC_ENVELOPE_HEAD_BYTES);
        CU_ASSERT_TRUE(reads(connection, rows[i].expected));
        (void)close(connection);
    }
    (void)runtime_server_stop(server);
}

static void a_gzip_bomb_is_refused(void)
{
    static const struct {
        const char *method, *fields, *expected;
    } rows[] = {
        {"GetRow", "Content-Type: application/grpc-web+proto\r\ngrpc-encoding: gzip\r\n",
         "grpc-status: 8"},
        {"EchoRows",
         "Content-Type: application/connect+proto\r\nconnect-content-encoding: gzip\r\n",
         "resource_exhausted"},
    };
    struct rpc_gzip gzip;
    struct buffer packed;
    rpc_gzip_init(&gzip);
    buffer_init(&packed, BOMB_BYTES);
    char *zeros = calloc(1, BOMB_BYTES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(zeros);
    CU_ASSERT_EQUAL(rpc_gzip_deflate(&gzip, (struct text){zeros, BOMB_BYTES}, &packed), OK);
    free(zeros);
    struct runtime_server *server = start();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        int connection = post(server, rows[i].method, rows[i].fields);
        send_message(connection, RPC_ENVELOPE_COMPRESSED, packed.bytes, packed.length);
        CU_ASSERT_TRUE(reads(connection, rows[i].expected));
        (void)close(connection);
    }
    (void)runtime_server_stop(server);
    buffer_free(&packed);
    rpc_gzip_free(&gzip);
}

/* What breaks a protocol's rules; each in one request that ends. */
static void broken_streams_are_refused(void)
{
    static const struct {
        const char *method, *type, *bytes;
        size_t length;
        const char *expected;
    } rows[] = {
        {"EchoRows", "application/connect+json", "\0\0\0\0\x09{\"name\"", 12, "is cut off"},
        {"EchoRows", "application/connect+json", "\0\0\0", 3, "is cut off"},
        {"EchoRows", "application/connect+json", "\x40\0\0\0\0", 5, "unknown flags 64"},
        {"EchoRows", "application/connect+json", "\1\0\0\0\0", 5, "\"code\":\"internal\""},
        {"EchoRows", "application/connect+json", "\0\0\0\0\2{]", 7,
         "\"code\":\"invalid_argument\""},
        {"EchoRows", "application/connect+json", "\0\0\0\0\2{}", 7, "name: "},
        {"WatchRow", "application/connect+json", "", 0, "\"code\":\"unimplemented\""},
        {"GetRow", "application/grpc-web", "\0\0\0\0\3\n\1a\0\0\0\0\3\n\1a", 16, "grpc-status: 12"},
        {"GetRow", "application/connect+json", "\0\0\0\0\2{}", 7, "415 "},
        {"EchoRows", "application/json", "{}", 2, "415 "},
        {"EchoRows", "application/grpc", "", 0, "505 "},
        {"GetRow", "application/grpc-web-text", "AAAAAAMKAWE=", 12, "cnBjLXN0YXR1czogNQ0K"},
        {"GetRow", "application/grpc-web-text", "AAAA*AMKAWE=", 12, "cnBjLXN0YXR1czogMw0K"},
        {"None", "application/connect+json", "", 0, "404 "},
        {"None", "application/grpc-web", "", 0, "grpc-status: 12"},
    };
    struct runtime_server *server = start();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char fields[128];
        (void)snprintf(fields, sizeof fields, "Content-Type: %s\r\n", rows[i].type);
        int connection = post(server, rows[i].method, fields);
        if (rows[i].length > 0) send_chunk(connection, rows[i].bytes, rows[i].length);
        (void)socket_send(connection, "0\r\n\r\n", 5);
        answer_length = socket_read_all(connection, answer);
        bool found = said(rows[i].expected);
        CU_ASSERT_TRUE(found);
        if (!found) (void)printf("\n  row %zu wants %s: %s", i, rows[i].expected, answer);
        (void)close(connection);
    }
    (void)runtime_server_stop(server);
}

static void quiet(void)
{
    log_init("runtime", LOG_ERROR);
}

SUITE("rpc_streams", {"logs errors alone", quiet},
      {"streams in both directions", streams_in_both_directions},
      {"a failed write ends its stream", a_failed_write_ends_its_stream},
      {"watchers see commits and the end", watchers_see_commits_and_the_end},
      {"clients that leave end their streams", clients_that_leave_end_their_streams},
      {"time ends streams", time_ends_streams},
      {"a flow's client is told in time", a_flows_client_is_told_in_time},
      {"a slow reader slows its stream", a_slow_reader_slows_its_stream},
      {"4 GB are refused at once", four_gigabytes_are_refused_at_once},
      {"a gzip bomb is refused", a_gzip_bomb_is_refused},
      {"broken streams are refused", broken_streams_are_refused})
