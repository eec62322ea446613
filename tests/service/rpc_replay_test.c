/* Write ids: a call of CountRow takes effect once, whatever its encoding and however often it is
 * sent. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "support/runtime_server.h"
#include "support/sockets.h"
#include "support/suite.h"

#define SERVICE "/sotong.runtime.v1.RuntimeService/"

enum { REQUEST_BYTES_MAX = 2048, PATIENCE_MS = 60000 };

static struct runtime_server *start(void)
{
    log_init("runtime", LOG_ERROR);
    struct rpc_server_config config = runtime_server_config();
    config.loops = 2;
    struct runtime_server *server = runtime_server_start(&config);
    static char body[RUNTIME_BODY_BYTES];
    CU_ASSERT_EQUAL(
        runtime_server_call(server, "PutRow", "{\"row\":{\"name\":\"a\",\"number\":5}}", body),
        200);
    return server;
}

/* One call: JSON where it begins with a brace, otherwise protobuf. */
struct attempt {
    const char *method;
    struct text request;
    const char *answer; /* Must be in it, status line included; of protobuf, its body's end. */
    int adds;           /* How often handlers ran, this call included. */
};

#define TEXT(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static const char *const reused_content =
    "request_id r1 was used before with other content; another write needs an id of its own";

static const struct attempt attempts[] = {
    {"CountRow", TEXT("{\"requestId\":\"r1\",\"name\":\"a\",\"add\":2}"), "\"number\":\"7\"", 1},
    {"CountRow", TEXT("{\"requestId\":\"r1\",\"name\":\"a\",\"add\":2}"), "\"number\":\"7\"", 1},
    /* The same in another order, by other names, with a default that stands there. */
    {"CountRow",
     TEXT("{\"waitMs\":0,\"add\":\"2\",\"failAfter\":false,\"name\":\"a\",\"request_id\":\"r1\"}"),
     "\"number\":\"7\"", 1},
    {"CountRow", TEXT("\n\2r1\22\1a\30\2"), "\n\1a\20\7", 1},
    {"CountRow", TEXT("\30\2\50\0\22\1b\22\1a\n\2r1"), "\n\1a\20\7", 1},
    /* Other content: a number, a message that is there though it holds nothing, an unknown field.
     */
    {"CountRow", TEXT("{\"requestId\":\"r1\",\"name\":\"a\",\"add\":3}"), "409 Conflict", 1},
    {"CountRow", TEXT("{\"requestId\":\"r1\",\"name\":\"a\",\"add\":2,\"tree\":{}}"),
     "REQUEST_ID_REUSED", 1},
    {"CountRow", TEXT("\n\2r1\22\1a\30\2\30\3"), "REQUEST_ID_REUSED", 1},
    {"CountRow", TEXT("\n\2r1\22\1a\30\2\230\6\1"), "REQUEST_ID_REUSED", 1},
    /* Another method. */
    {"DiscountRow", TEXT("{\"requestId\":\"r1\",\"name\":\"a\",\"add\":2}"),
     "was used before by another method", 1},
    /* What failed is not remembered, whatever it was. */
    {"CountRow", TEXT("{\"requestId\":\"r2\",\"name\":\"a\",\"add\":1,\"failAfter\":true}"),
     "failed as it was told", 2},
    {"CountRow", TEXT("{\"requestId\":\"r2\",\"name\":\"none\",\"add\":1}"), "404 Not Found", 3},
    {"CountRow", TEXT("{\"requestId\":\"r2\",\"name\":\"a\",\"add\":1}"), "\"number\":\"8\"", 4},
    {"CountRow", TEXT("{\"requestId\":\"r2\",\"name\":\"a\",\"add\":1}"), "\"number\":\"8\"", 4},
    /* Protobuf first, JSON again; and the first answer stays what it was. */
    {"CountRow", TEXT("\n\2r3\22\1a\30\2"), "\n\1a\20\n", 5},
    {"CountRow", TEXT("{\"requestId\":\"r3\",\"name\":\"a\",\"add\":2}"), "\"number\":\"10\"", 5},
    {"CountRow", TEXT("{\"requestId\":\"r1\",\"name\":\"a\",\"add\":2}"), "\"number\":\"7\"", 5},
    /* Without an id there is no call. */
    {"CountRow", TEXT("{\"name\":\"a\",\"add\":2}"), "request_id: must not be empty", 5},
};

static void send_call(int connection, const char *method, struct text request)
{
    char head[REQUEST_BYTES_MAX];
    (void)snprintf(head, sizeof head,
                   "POST " SERVICE "%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                   "Content-Type: application/%s\r\nContent-Length: %zu\r\n\r\n",
                   method, request.bytes[0] == '{' ? "json" : "proto", request.length);
    CU_ASSERT_TRUE(socket_send(connection, head, strlen(head)));
    CU_ASSERT_TRUE(socket_send(connection, request.bytes, request.length));
}

static void answers_once_and_for_all(void)
{
    static char answer[SOCKET_ANSWER_BYTES];
    struct runtime_server *server = start();
    for (size_t i = 0; i < ARRAY_LENGTH(attempts); i++) {
        const struct attempt *attempt = &attempts[i];
        int connection = socket_connect(runtime_server_port(server));
        send_call(connection, attempt->method, attempt->request);
        size_t length = socket_read_all(connection, answer);
        (void)close(connection);
        bool found = memmem(answer, length, attempt->answer, strlen(attempt->answer)) != NULL;
        CU_ASSERT_TRUE(found);
        if (!found) (void)printf("\n%zu: %s\nhas no %s", i, answer, attempt->answer);
        CU_ASSERT_EQUAL(runtime_server_state(server)->runs, 1 + attempt->adds);
        if (strcmp(attempt->answer, "409 Conflict") == 0) {
            CU_ASSERT_PTR_NOT_NULL(strstr(answer, reused_content));
            CU_ASSERT_PTR_NOT_NULL(strstr(answer, "already_exists"));
        }
    }
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1);
}

/* A client on a thread. */
struct client {
    struct runtime_server *server;
    pthread_t thread;
    const char *json;
    int status;
    char body[RUNTIME_BODY_BYTES];
};

static void *client_main(void *argument)
{
    struct client *client = argument;
    client->status = runtime_server_call(client->server, "CountRow", client->json, client->body);
    return NULL;
}

static void wait_for_runs(struct runtime_server *server, int runs)
{
    for (int i = 0; i < PATIENCE_MS && runtime_server_state(server)->runs < runs; i++)
        (void)usleep(1000);
    CU_ASSERT(runtime_server_state(server)->runs >= runs);
}

/* How many calls wait for the writer. */
static bool queued_become(struct runtime_server *server, int wanted)
{
    static char page[SOCKET_ANSWER_BYTES];
    char line[64];
    (void)snprintf(line, sizeof line, "sotong_lane_queue_length{lane=\"write\"} %d\n", wanted);
    for (int i = 0; i < PATIENCE_MS; i++) {
        (void)socket_exchange(runtime_server_port(server),
                              "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                              page);
        if (strstr(page, line) != NULL) return true;
        (void)usleep(1000);
    }
    return false;
}

/* While a slow write holds the writer, the same call gathers several times: of those that share a
 * transaction the first runs, and one that failed leaves the next one to run. */
static void replays_within_a_batch(void)
{
    static const char slow[] = "{\"requestId\":\"slow\",\"name\":\"a\",\"waitMs\":1500}";
    static const char again[] = "{\"requestId\":\"again\",\"name\":\"a\",\"add\":1}";
    static const char other[] = "{\"requestId\":\"again\",\"name\":\"a\",\"add\":2}";
    enum { SAME = 6, CLIENTS = SAME + 2 };
    static struct client clients[CLIENTS];
    struct runtime_server *server = start();
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.server = server, .json = i == 0 ? slow : again};
        if (i == CLIENTS - 1) {
            CU_ASSERT_TRUE(queued_become(server, SAME));
            clients[i].json = other;
        }
        if (pthread_create(&clients[i].thread, NULL, client_main, &clients[i]) != 0) abort();
        if (i == 0) wait_for_runs(server, 2);
    }
    for (int i = 0; i < CLIENTS; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        bool refused = i == CLIENTS - 1;
        CU_ASSERT_EQUAL(clients[i].status, refused ? 409 : 200);
        const char *wanted = i == 0 ? "\"5\"" : refused ? "REQUEST_ID_REUSED" : "\"6\"";
        CU_ASSERT_PTR_NOT_NULL(strstr(clients[i].body, wanted));
    }
    CU_ASSERT_EQUAL(runtime_server_state(server)->runs, 3);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 1);
}

SUITE("rpc_replay", {"answers once and for all", answers_once_and_for_all},
      {"replays within a batch", replays_within_a_batch})
