/* Writes that share a transaction: each one's failure undoes it alone, whether or not it had a
 * savepoint, and how often their handlers run for that. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "support/runtime_server.h"
#include "support/sockets.h"
#include "support/suite.h"

enum { PATIENCE_MS = 60000, GROUP_MAX = 6 };

/* One write of a group, in the order of their arrival. */
struct write {
    const char *method;
    const char *json;
    int status;
};

struct group {
    const char *name;
    int runs; /* Of handlers, with what ran in vain. */
    int rows; /* That it adds. */
    struct write writes[GROUP_MAX];
};

#define PUT(name, status)                                                                          \
    {                                                                                              \
        "PutRow", "{\"row\":{\"name\":\"" name "\"}}", status                                      \
    }
#define PUT_AND_FAIL(name)                                                                         \
    {                                                                                              \
        "PutRow", "{\"row\":{\"name\":\"" name "\"},\"failAfter\":true}", 409                      \
    }
#define ADD(name)                                                                                  \
    {                                                                                              \
        "AddToRow", "{\"name\":\"" name "\",\"add\":1}", 200                                       \
    }

static const struct group groups[] = {
    {"all succeed", 3, 3, {PUT("a", 200), PUT("b", 200), PUT("c", 200)}},
    {"one fails that changed nothing",
     4,
     3,
     {PUT("a", 200), PUT("b", 200), PUT("a", 409), PUT("c", 200)}},
    {"the first fails late", 3, 2, {PUT_AND_FAIL("a"), PUT("a", 200), PUT("b", 200)}},
    {"the third fails late, and all run again",
     7,
     3,
     {PUT("a", 200), PUT("b", 200), PUT_AND_FAIL("c"), PUT("c", 200)}},
    {"two fail late, and all run again once",
     6,
     1,
     {PUT("a", 200), PUT_AND_FAIL("b"), PUT_AND_FAIL("c"), PUT_AND_FAIL("d")}},
    {"a flow's write runs once",
     4,
     2,
     {PUT("a", 200), ADD("slow"), PUT_AND_FAIL("b"), PUT("b", 200)}},
};

struct client {
    struct runtime_server *server;
    const struct write *write;
    pthread_t thread;
    int status;
    char body[RUNTIME_BODY_BYTES];
};

static void *client_main(void *argument)
{
    struct client *client = argument;
    client->status = runtime_server_call(client->server, client->write->method, client->write->json,
                                         client->body);
    return NULL;
}

static void client_start(struct client *client, struct runtime_server *server,
                         const struct write *write)
{
    *client = (struct client){.server = server, .write = write};
    if (pthread_create(&client->thread, NULL, client_main, client) != 0) abort();
}

static void client_join(struct client *client)
{
    (void)pthread_join(client->thread, NULL);
    CU_ASSERT_EQUAL(client->status, client->write->status);
    if (client->status != client->write->status) (void)printf("\n%s", client->body);
}

static void wait_for_runs(struct runtime_server *server, int runs)
{
    for (int i = 0; i < PATIENCE_MS && runtime_server_state(server)->runs < runs; i++)
        (void)usleep(1000);
    CU_ASSERT(runtime_server_state(server)->runs >= runs);
}

/* So many calls wait for the writer. */
static void wait_for_queue(struct runtime_server *server, int wanted)
{
    static char page[SOCKET_ANSWER_BYTES];
    char line[64];
    bool there = false;
    (void)snprintf(line, sizeof line, "sotong_lane_queue_length{lane=\"write\"} %d\n", wanted);
    for (int i = 0; i < PATIENCE_MS && !there; i++) {
        if (i > 0) (void)usleep(1000);
        (void)socket_exchange(runtime_server_port(server),
                              "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                              page);
        there = strstr(page, line) != NULL;
    }
    CU_ASSERT_TRUE(there);
}

/* While a slow write holds the writer, the others gather in their order. Returns how often handlers
 * ran for them. */
static int group_run(struct runtime_server *server, const struct write *slow,
                     const struct group *group)
{
    static struct client clients[GROUP_MAX + 1];
    int before = runtime_server_state(server)->runs;
    int count = 0;
    client_start(&clients[GROUP_MAX], server, slow);
    wait_for_runs(server, before + 1);
    for (; count < GROUP_MAX && group->writes[count].method != NULL; count++) {
        client_start(&clients[count], server, &group->writes[count]);
        wait_for_queue(server, count + 1);
    }
    client_join(&clients[GROUP_MAX]);
    for (int i = 0; i < count; i++)
        client_join(&clients[i]);
    return runtime_server_state(server)->runs - before - 1;
}

static const struct write slow = {"PutRow", "{\"row\":{\"name\":\"slow\"},\"waitMs\":2000}", 200};
static const struct write slow_again = {"PutRow", "{\"row\":{\"name\":\"slower\"},\"waitMs\":2000}",
                                        200};

static struct runtime_server *start(void)
{
    log_init("runtime", LOG_ERROR);
    struct rpc_server_config config = runtime_server_config();
    config.loops = 2;
    return runtime_server_start(&config);
}

static void each_fails_alone(void)
{
    static char body[RUNTIME_BODY_BYTES];
    for (size_t i = 0; i < ARRAY_LENGTH(groups); i++) {
        const struct group *group = &groups[i];
        struct runtime_server *server = start();
        int runs = group_run(server, &slow, group);
        CU_ASSERT_EQUAL(runs, group->runs);
        if (runs != group->runs) (void)printf("\n%s: %d runs", group->name, runs);
        CU_ASSERT_EQUAL(runtime_server_call(server, "GetRow", "{\"name\":\"slow\"}", body), 200);
        bool added = strcmp(group->writes[1].method, "AddToRow") == 0;
        CU_ASSERT_EQUAL(strstr(body, "\"number\":\"1\"") != NULL, added);
        CU_ASSERT_EQUAL(runtime_server_stop(server), group->rows + 1);
    }
}

/* Who makes groups run twice does so once in a while. */
static void the_next_group_is_careful(void)
{
    static const struct group again = {
        "again", 4, 3, {PUT("d", 200), PUT("e", 200), PUT_AND_FAIL("f"), PUT("g", 200)}};
    struct runtime_server *server = start();
    CU_ASSERT_EQUAL(group_run(server, &slow, &groups[3]), groups[3].runs);
    CU_ASSERT_EQUAL(group_run(server, &slow_again, &again), again.runs);
    CU_ASSERT_EQUAL(runtime_server_stop(server), groups[3].rows + again.rows + 2);
}

SUITE("rpc_group", {"each fails alone", each_fails_alone},
      {"the next group is careful", the_next_group_is_careful})
