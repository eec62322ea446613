/* The server from the outside: protocols, lanes, deadlines, draining. gRPC is tested with foreign
 * clients in tests/contract. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "rpc/server/rpc_limits.h"
#include "support/runtime_server.h"
#include "support/sockets.h"
#include "support/suite.h"

static char answer[SOCKET_ANSWER_BYTES];
static char body[RUNTIME_BODY_BYTES];

static struct runtime_server *start(void)
{
    log_init("runtime", LOG_ERROR);
    struct rpc_server_config config = runtime_server_config();
    return runtime_server_start(&config);
}

#define SERVICE "/sotong.runtime.v1.RuntimeService/"

/* Requests without Host and Connection, which the test adds. */
static const struct {
    const char *start; /* Request line and fields. */
    const char *body;  /* NULL: none */
    const char *wanted[3];
} requests[] = {
    {"GET / HTTP/1.1\r\n", NULL, {"200 OK", "runtime 1.2.3"}},
    {"HEAD / HTTP/1.1\r\n", NULL, {"200 OK"}},
    {"DELETE / HTTP/1.1\r\n", NULL, {"405 ", "allow: GET, HEAD, POST"}},
    {"GET /nothing HTTP/1.1\r\n", NULL, {"404 "}},
    {"POST " SERVICE "None HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{}",
     {"404 ",
      "{\"code\":\"unimplemented\",\"message\":\"sotong.runtime.v1.RuntimeService has no "
      "such method; it has ",
      ", PutRow"}},
    {"POST /sotong.none.v1.NoneService/Get HTTP/1.1\r\nContent-Type: application/grpc-web\r\n",
     "",
     {"200 ", "grpc-status: 12",
      "no such service; it has grpc.health.v1.Health, sotong.runtime.v1.RuntimeService\r"}},
    {"GET " SERVICE "None HTTP/1.1\r\n", NULL, {"404 ", "text/plain", "it has "}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: text/plain\r\n",
     "{}",
     {"415 ", "accept-post: application/proto",
      "GetRow takes content-type application/proto, application/json, application/grpc,"}},
    {"POST " SERVICE "EchoRows HTTP/1.1\r\nContent-Type: text/plain\r\n",
     "{}",
     {"415 ", "EchoRows takes content-type application/grpc, application/grpc+proto,"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\n", "{}", {"415 "}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json; charset=euc-kr\r\n",
     "{}",
     {"415 "}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/connect+json\r\n",
     "{}",
     {"415 "}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/grpc\r\n", "{}", {"505 "}},
    {"PUT " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{}",
     {"405 ", "allow: GET, POST"}},
    {"GET " SERVICE "PutRow HTTP/1.1\r\n", NULL, {"405 ", "allow: POST"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: Application/JSON;charset=UTF-8\r\n",
     "{\"name\":\"none\"}",
     {"404 Not Found", "application/json",
      "{\"code\":\"not_found\",\"message\":\"there is no row none\"}"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/proto\r\n",
     "\n\4none",
     {"404 Not Found", "content-type: application/json", "not_found"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/proto\r\n",
     "\n\5none",
     {"400 Bad Request", "invalid_argument"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"name\":",
     {"400 Bad Request", "\"message\":\"name, line 1, column 9: ",
      "{\"field\":\"name\",\"description\":\"line 1, column 9: expected a string, found the "
      "end\"}"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"name\":\"\xff\"}",
     {"400 Bad Request", "{\"description\":\"not UTF-8 at byte 9\"}", "google.rpc.BadRequest"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"nome\":1}",
     {"400 Bad Request", "nome", "\"description\":\"line 1, column 2: GetRowRequest has no field"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n",
     "",
     {"400 Bad Request", "name: must not be empty", "google.rpc.BadRequest"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n"
     "Connect-Protocol-Version: 2\r\n",
     "{\"name\":\"x\"}",
     {"400 ", "connect-protocol-version"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n"
     "Content-Encoding: br\r\n",
     "{\"name\":\"x\"}",
     {"501 ", "unimplemented", "identity"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n"
     "Connect-Timeout-Ms: 1s\r\n",
     "{\"name\":\"x\"}",
     {"400 ", "connect-timeout-ms"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n"
     "Connect-Timeout-Ms: 0\r\n",
     "{\"name\":\"x\"}",
     {"504 ", "deadline_exceeded"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: application/json\r\n"
     "Connect-Timeout-Ms: 9999999999\r\nConnect-Protocol-Version: 1\r\n"
     "Content-Encoding: identity\r\n",
     "{\"name\":\"x\"}",
     {"404 "}},
    {"GET " SERVICE "GetRow?connect=v1&encoding=json&message=%7B%22name%22%3A%22%EA%B0%80%22%7D"
     " HTTP/1.1\r\n",
     NULL,
     {"404 ", "there is no row \xea\xb0\x80"}},
    {"GET " SERVICE "GetRow?encoding=json&base64=1&message=eyJuYW1lIjoieSJ9 HTTP/1.1\r\n",
     NULL,
     {"404 ", "there is no row y"}},
    {"GET " SERVICE "GetRow?encoding=proto&base64=1&message=CgF5&compression=identity HTTP/1.1\r\n",
     NULL,
     {"404 ", "there is no row y"}},
    {"GET " SERVICE "GetRow?encoding=json&base64=1&message=e*J HTTP/1.1\r\n",
     NULL,
     {"400 ", "base64"}},
    {"GET " SERVICE "GetRow?encoding=json HTTP/1.1\r\n", NULL, {"400 ", "`message` is missing"}},
    {"GET " SERVICE "GetRow?message=%7B%7D HTTP/1.1\r\n", NULL, {"400 ", "`encoding`"}},
    {"GET " SERVICE "GetRow?encoding=json&message=%7 HTTP/1.1\r\n", NULL, {"400 ", "percent"}},
    {"GET " SERVICE "GetRow?connect=v2&encoding=json&message=%7B%7D HTTP/1.1\r\n",
     NULL,
     {"400 ", "`connect`"}},
    {"GET " SERVICE "GetRow?encoding=json&compression=br&message=%7B%7D HTTP/1.1\r\n",
     NULL,
     {"501 ", "identity"}},
    {"POST " SERVICE "Fail HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"code\":8,\"message\":\"say \\\"no\\\"\\n\",\"reason\":\"TOO_MANY\"}",
     {"429 ", "\"message\":\"say \\\"no\\\"\\u000a\"",
      "{\"type\":\"google.rpc.ErrorInfo\",\"value\":\"CghUT09fTUFOWRIGc290b25n\",\"debug\":"
      "{\"reason\":\"TOO_MANY\",\"domain\":\"sotong\"}}"}},
    {"POST " SERVICE "Fail HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"fields\":[\"a.b\",\"c\"]}",
     {"400 ", "\"message\":\"a.b: is wrong\"", "{\"field\":\"c\",\"description\":\"is wrong\"}"}},
    {"POST " SERVICE "Fail HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"code\":5}",
     {"404 ", "\"message\":\"not_found\""}},
    {"POST " SERVICE "Fail HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"code\":77}",
     {"500 ", "\"code\":\"unknown\""}},
    {"POST /grpc.health.v1.Health/Check HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{}",
     {"200 ", "{\"status\":\"SERVING\"}"}},
    {"POST /grpc.health.v1.Health/Check HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"service\":\"sotong.runtime.v1.RuntimeService\"}",
     {"200 ", "{\"status\":\"SERVING\"}"}},
    {"POST /grpc.health.v1.Health/Check HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"service\":\"grpc.health.v1.Health\"}",
     {"200 ", "{\"status\":\"SERVING\"}"}},
    {"POST /grpc.health.v1.Health/Check HTTP/1.1\r\nContent-Type: application/json\r\n",
     "{\"service\":\"other\"}",
     {"404 ", "not_found"}},
};

static void answers_every_request(void)
{
    struct runtime_server *server = start();
    for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
        char request[2048];
        const char *content = requests[i].body == NULL ? "" : requests[i].body;
        char length[64] = "";
        if (requests[i].body != NULL)
            (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(content));
        (void)snprintf(request, sizeof request, "%sHost: a\r\nConnection: close\r\n%s\r\n%s",
                       requests[i].start, length, content);
        (void)socket_exchange(runtime_server_port(server), request, answer);
        for (size_t n = 0; n < 3 && requests[i].wanted[n] != NULL; n++) {
            bool found = strstr(answer, requests[i].wanted[n]) != NULL;
            CU_ASSERT_TRUE(found);
            if (!found)
                (void)printf("%s\n-> %s\nhas no %s\n", request, answer, requests[i].wanted[n]);
        }
    }
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

static void runs_every_lane(void)
{
    struct runtime_server *server = start();
    CU_ASSERT_EQUAL(
        runtime_server_call(server, "PutRow", "{\"row\":{\"name\":\"a\",\"number\":5}}", body),
        200);
    CU_ASSERT_STRING_EQUAL(body, "{\"name\":\"a\",\"number\":\"5\"}");
    CU_ASSERT_EQUAL(
        runtime_server_call(server, "PutRow", "{\"row\":{\"name\":\"a\",\"number\":6}}", body),
        409);
    CU_ASSERT_PTR_NOT_NULL(strstr(body, "already_exists"));
    CU_ASSERT_EQUAL(runtime_server_call(server, "AddToRow", "{\"name\":\"a\",\"add\":2}", body),
                    200);
    CU_ASSERT_STRING_EQUAL(body, "{\"name\":\"a\",\"number\":\"7\"}");
    CU_ASSERT_EQUAL(runtime_server_call(server, "AddToRow",
                                        "{\"name\":\"a\",\"add\":2,\"failAfter\":true}", body),
                    409);
    CU_ASSERT_PTR_NOT_NULL(strstr(body, "failed as it was told"));
    CU_ASSERT_EQUAL(runtime_server_call(server, "AddToRow", "{\"name\":\"b\",\"add\":2}", body),
                    404);
    CU_ASSERT_EQUAL(runtime_server_call(server, "GetRow", "{\"name\":\"a\"}", body), 200);
    CU_ASSERT_STRING_EQUAL(body, "{\"name\":\"a\",\"number\":\"7\"}");
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1);
}

/* A client on a thread. */
struct client {
    struct runtime_server *server;
    pthread_t thread;
    const char *method;
    char json[256];
    int status;
    char body[RUNTIME_BODY_BYTES];
};

static void *client_main(void *argument)
{
    struct client *client = argument;
    client->status =
        runtime_server_call(client->server, client->method, client->json, client->body);
    return NULL;
}

static void client_start(struct client *client)
{
    if (pthread_create(&client->thread, NULL, client_main, client) != 0) abort();
}

/* Waits until so many handlers have begun. */
static void wait_for_runs(struct runtime_server *server, int runs)
{
    for (int i = 0; i < 10000 && runtime_server_state(server)->runs < runs; i++)
        (void)usleep(1000);
    CU_ASSERT(runtime_server_state(server)->runs >= runs);
}

/* While a slow write holds the writer the others gather; they then share a commit, and the failure
 * of one of them undoes itself alone. */
static void commits_a_group_and_undoes_one(void)
{
    struct runtime_server *server = start();
    enum { CLIENTS = 24 };
    struct client *clients = calloc(CLIENTS, sizeof *clients);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].server = server;
        clients[i].method = "PutRow";
        (void)snprintf(clients[i].json, sizeof clients[i].json,
                       "{\"row\":{\"name\":\"row-%d\"},\"failAfter\":%s,\"waitMs\":%d}", i,
                       i % 3 == 1 ? "true" : "false", i == 0 ? 200 : 0);
        client_start(&clients[i]);
        if (i == 0) wait_for_runs(server, 1);
    }
    for (int i = 0; i < CLIENTS; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        CU_ASSERT_EQUAL(clients[i].status, i % 3 == 1 ? 409 : 200);
    }
    free(clients);
    CU_ASSERT_EQUAL(runtime_server_stop(server), CLIENTS - CLIENTS / 3);
}

/* When the shared commit fails no reply of the group may say otherwise. */
static void fails_a_group_whose_commit_fails(void)
{
    struct runtime_server *server = start();
    enum { CLIENTS = 6 };
    static struct client clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.server = server, .method = "PutRow"};
        (void)snprintf(clients[i].json, sizeof clients[i].json,
                       "{\"row\":{\"name\":\"row-%d\",\"parent\":\"%s\"},\"waitMs\":%d,"
                       "\"failAfter\":%s}",
                       i, i == 3 ? "missing" : "", i == 0 ? 1000 : 0, i == 4 ? "true" : "false");
        client_start(&clients[i]);
        if (i == 0) wait_for_runs(server, 1);
    }
    for (int i = 0; i < CLIENTS; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        CU_ASSERT_EQUAL(clients[i].status, i == 0 ? 200 : 503);
        if (i > 0) CU_ASSERT_PTR_NOT_NULL(strstr(clients[i].body, "could not commit"));
    }
    CU_ASSERT_EQUAL(runtime_server_call(server, "PutRow", "{\"row\":{\"name\":\"row-1\"}}", body),
                    200);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 2);
}

/* Reads go on while the writer and all workers are busy. */
static void reads_while_others_wait(void)
{
    struct runtime_server *server = start();
    CU_ASSERT_EQUAL(runtime_server_call(server, "PutRow", "{\"row\":{\"name\":\"a\"}}", body), 200);
    static struct client clients[4];
    for (size_t i = 0; i < ARRAY_LENGTH(clients); i++) {
        clients[i] = (struct client){.server = server, .method = i == 0 ? "PutRow" : "AddToRow"};
        (void)snprintf(clients[i].json, sizeof clients[i].json,
                       i == 0 ? "{\"row\":{\"name\":\"b\"},\"waitMs\":1200}"
                              : "{\"name\":\"a\",\"add\":1,\"waitMs\":1200}");
        client_start(&clients[i]);
    }
    wait_for_runs(server, 4); /* The first row, the slow write, and two of the three flows. */
    int64_t before = clock_monotonic_ms();
    CU_ASSERT_EQUAL(runtime_server_call(server, "GetRow", "{\"name\":\"a\"}", body), 200);
    CU_ASSERT(clock_monotonic_ms() - before < 1000);
    for (size_t i = 0; i < ARRAY_LENGTH(clients); i++) {
        (void)pthread_join(clients[i].thread, NULL);
        CU_ASSERT_EQUAL(clients[i].status, 200);
    }
    CU_ASSERT_EQUAL(runtime_server_call(server, "GetRow", "{\"name\":\"a\"}", body), 200);
    CU_ASSERT_PTR_NOT_NULL(strstr(body, "\"number\":\"3\""));
    CU_ASSERT_EQUAL(runtime_server_stop(server), 2);
}

/* Waits until the reads of turns share a transaction. */
static void wait_for_quiet(void)
{
    (void)usleep((RPC_READER_QUIET_MS + 2 * RPC_READER_MS) * 1000);
}

static void read_number(int connection, int number)
{
    static const char request[] = "POST " SERVICE "GetRow HTTP/1.1\r\nHost: x\r\n"
                                  "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n"
                                  "{\"name\":\"a\"}";
    char wanted[32];
    (void)snprintf(wanted, sizeof wanted, "\"number\":\"%d\"}", number);
    CU_ASSERT(socket_send(connection, request, sizeof request - 1));
    CU_ASSERT(socket_read_until(connection, "\"}", answer));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, wanted));
}

/* A read sees what a write before it was told is done, also on a loop that knows nothing of it and
 * whose reads go on over turns. Each connection goes to the loop that has fewest. */
static void reads_what_was_committed(void)
{
    log_init("runtime", LOG_ERROR);
    struct rpc_server_config config = runtime_server_config();
    config.loops = 2;
    struct runtime_server *server = runtime_server_start(&config);
    CU_ASSERT_EQUAL(
        runtime_server_call(server, "PutRow", "{\"row\":{\"name\":\"a\",\"number\":1}}", body),
        200);
    int on_first = socket_connect(runtime_server_port(server));
    int on_second = socket_connect(runtime_server_port(server));
    for (int number = 1; number <= 2; number++) {
        read_number(on_second, number);
        wait_for_quiet();
        read_number(on_second, number);
        CU_ASSERT_EQUAL(runtime_server_call(server, "AddToRow", "{\"name\":\"a\",\"add\":1}", body),
                        200);
        read_number(on_second, number + 1);
    }
    (void)close(on_first);
    (void)close(on_second);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1);
}

/* A transaction that reads of several turns share ends by itself: the store's log can be cleared.
 */
static void lets_go_of_the_store(void)
{
    static const struct db_sql clear = {"clear", "PRAGMA wal_checkpoint(TRUNCATE)"};
    struct runtime_server *server = start();
    CU_ASSERT_EQUAL(runtime_server_call(server, "PutRow", "{\"row\":{\"name\":\"a\"}}", body), 200);
    wait_for_quiet();
    CU_ASSERT_EQUAL(runtime_server_call(server, "GetRow", "{\"name\":\"a\"}", body), 200);
    struct db *db = NULL;
    struct fault fault;
    const struct db_config config = {.store = runtime_server_store(server),
                                     .access = DB_READ_WRITE};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &db, &fault), OK);
    int64_t busy = 1;
    for (int64_t end_ms = clock_monotonic_ms() + 60000; busy != 0 && clock_monotonic_ms() < end_ms;)
        CU_ASSERT_EQUAL_FATAL(db_query_int_values(db, &busy, &clear, NULL, 0), OK);
    CU_ASSERT_EQUAL(busy, 0);
    db_close(db);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1);
}

/* A call whose time is over when its turn comes is not run. */
static void does_not_run_what_is_late(void)
{
    struct runtime_server *server = start();
    static struct client slow;
    slow = (struct client){
        .server = server, .method = "PutRow", .json = "{\"row\":{\"name\":\"a\"},\"waitMs\":1000}"};
    client_start(&slow);
    wait_for_runs(server, 1);
    const char *json = "{\"row\":{\"name\":\"b\"}}";
    char request[512];
    (void)snprintf(request, sizeof request,
                   "POST " SERVICE
                   "PutRow HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                   "Connect-Timeout-Ms: 100\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                   strlen(json), json);
    (void)socket_exchange(runtime_server_port(server), request, answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "504 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "deadline_exceeded"));
    (void)pthread_join(slow.thread, NULL);
    CU_ASSERT_EQUAL(slow.status, 200);
    CU_ASSERT_EQUAL(runtime_server_state(server)->runs, 1);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1);
}

static void refuses_when_the_queues_are_full(void)
{
    log_init("runtime", LOG_ERROR);
    struct rpc_server_config config = runtime_server_config();
    config.limits.write_queue_max = 2;
    config.limits.flow_queue_max = 2;
    config.workers_max = 1;
    struct runtime_server *server = runtime_server_start(&config);
    /* The row that the second round adds to is there, whoever is refused in the first. */
    static struct client first;
    first = (struct client){
        .server = server, .method = "PutRow", .json = "{\"row\":{\"name\":\"row\"}}"};
    client_start(&first);
    (void)pthread_join(first.thread, NULL);
    CU_ASSERT_EQUAL(first.status, 200);
    static const char *const methods[] = {"PutRow", "AddToRow"};
    for (size_t m = 0; m < ARRAY_LENGTH(methods); m++) {
        enum { CLIENTS = 8 };
        static struct client clients[CLIENTS];
        int refused = 0;
        for (int i = 0; i < CLIENTS; i++) {
            clients[i] = (struct client){.server = server, .method = methods[m]};
            (void)snprintf(clients[i].json, sizeof clients[i].json,
                           m == 0 ? "{\"row\":{\"name\":\"row-%d\"},\"waitMs\":500}"
                                  : "{\"name\":\"row\",\"add\":%d,\"waitMs\":500}",
                           i);
            client_start(&clients[i]);
        }
        for (int i = 0; i < CLIENTS; i++) {
            (void)pthread_join(clients[i].thread, NULL);
            CU_ASSERT(clients[i].status == 200 || clients[i].status == 503);
            refused += clients[i].status == 503;
            if (clients[i].status == 503) CU_ASSERT_PTR_NOT_NULL(strstr(clients[i].body, "2 "));
        }
        CU_ASSERT(refused >= 1);
    }
    (void)runtime_server_stop(server);
}

static void finishes_calls_when_it_drains(void)
{
    struct runtime_server *server = start();
    static struct client clients[2];
    clients[0] = (struct client){
        .server = server, .method = "PutRow", .json = "{\"row\":{\"name\":\"a\"},\"waitMs\":200}"};
    clients[1] = (struct client){.server = server,
                                 .method = "AddToRow",
                                 .json = "{\"name\":\"a\",\"add\":1,\"waitMs\":300}"};
    for (size_t i = 0; i < ARRAY_LENGTH(clients); i++) {
        client_start(&clients[i]);
        wait_for_runs(server, (int)i + 1);
    }
    runtime_server_drain(server);
    for (size_t i = 0; i < ARRAY_LENGTH(clients); i++) {
        (void)pthread_join(clients[i].thread, NULL);
        CU_ASSERT_EQUAL(clients[i].status, 200);
    }
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1);
}

static int post_and_stay(struct runtime_server *server, const char *method, const char *json)
{
    char request[512];
    (void)snprintf(request, sizeof request,
                   "POST " SERVICE "%s HTTP/1.1\r\nHost: a\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   method, strlen(json), json);
    int connection = socket_connect(runtime_server_port(server));
    CU_ASSERT_TRUE(socket_send(connection, request, strlen(request)));
    return connection;
}

/* A number of GET /metrics; -1: it is not there. */
static int metric(struct runtime_server *server, const char *name)
{
    static char page[SOCKET_ANSWER_BYTES];
    (void)socket_exchange(runtime_server_port(server),
                          "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", page);
    const char *line = strstr(page, name);
    return line == NULL ? -1 : atoi(line + strlen(name));
}

static bool metric_becomes(struct runtime_server *server, const char *name, int wanted)
{
    for (int i = 0; i < 10000 && metric(server, name) != wanted; i++)
        (void)usleep(1000);
    return metric(server, name) == wanted;
}

/* Clients that leave before their answers: calls that have not begun never begin, one that runs
 * finishes, and the server stays sound. */
static void drops_the_calls_of_clients_that_leave(void)
{
    enum { LEAVING = 5 };
    static const char queued[] = "sotong_lane_queue_length{lane=\"write\"} ";
    struct runtime_server *server = start();
    int leaving[LEAVING];
    int first = post_and_stay(server, "PutRow", "{\"row\":{\"name\":\"a\"},\"waitMs\":2000}");
    wait_for_runs(server, 1);
    for (int i = 0; i < LEAVING; i++)
        leaving[i] = post_and_stay(server, "PutRow", "{\"row\":{\"name\":\"b\"}}");
    CU_ASSERT_TRUE(metric_becomes(server, queued, LEAVING));
    for (int i = 0; i < LEAVING; i++)
        (void)close(leaving[i]);
    CU_ASSERT_TRUE(metric_becomes(server, queued, 0));
    (void)close(first);
    CU_ASSERT_EQUAL(runtime_server_state(server)->runs, 1);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1); /* Stops while it still runs. */
}

static void refuses_what_is_too_large(void)
{
    log_init("runtime", LOG_ERROR);
    struct rpc_server_config config = runtime_server_config();
    config.http.body_bytes_max = 1000;
    struct runtime_server *server = runtime_server_start(&config);
    char json[1200];
    (void)snprintf(json, sizeof json, "{\"name\":\"%01100d\"}", 1);
    CU_ASSERT_EQUAL(runtime_server_call(server, "GetRow", json, body), 429);
    CU_ASSERT_PTR_NOT_NULL(strstr(body, "resource_exhausted"));
    CU_ASSERT_PTR_NOT_NULL(strstr(body, "1000 bytes"));
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

static void refuses_a_port_in_use(void)
{
    struct runtime_server *server = start();
    struct rpc_server_config config = runtime_server_config();
    config.port = runtime_server_port(server);
    uv_loop_t loop;
    CU_ASSERT_EQUAL(uv_loop_init(&loop), 0);
    config.loop = &loop;
    struct rpc_server *second = NULL;
    struct fault fault;
    CU_ASSERT_EQUAL(rpc_server_new(&config, &second, &fault), UNAVAILABLE);
    char wanted[32];
    (void)snprintf(wanted, sizeof wanted, "port %d", config.port);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, wanted));
    CU_ASSERT_PTR_NULL(second);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
    (void)runtime_server_stop(server);
}

SUITE("rpc_server", {"answers every request", answers_every_request},
      {"runs every lane", runs_every_lane},
      {"commits a group and undoes one", commits_a_group_and_undoes_one},
      {"fails a group whose commit fails", fails_a_group_whose_commit_fails},
      {"reads while others wait", reads_while_others_wait},
      {"reads what was committed", reads_what_was_committed},
      {"lets go of the store", lets_go_of_the_store},
      {"does not run what is late", does_not_run_what_is_late},
      {"refuses when the queues are full", refuses_when_the_queues_are_full},
      {"finishes calls when it drains", finishes_calls_when_it_drains},
      {"drops the calls of clients that leave", drops_the_calls_of_clients_that_leave},
      {"refuses what is too large", refuses_what_is_too_large},
      {"refuses a port in use", refuses_a_port_in_use})
