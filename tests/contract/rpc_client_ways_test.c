/* The client and our own server in every way that they can talk: protocols, versions of HTTP,
 * encodings, compression, kinds of call. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "rpc/client/rpc_client.h"
#include "sample.rpc.h"
#include "support/sample_server.h"
#include "support/suite.h"

enum { ARENA_BYTES = 16 << 20, PATIENCE_MS = 60000, POLL_US = 20000, URL_BYTES = 32 };

struct way {
    enum rpc_wire wire;
    enum rpc_http http;
    bool json, gzip, get;
};

struct caller {
    char url[URL_BYTES];
    struct rpc_peer peers[2]; /* The same one, by HTTP/2 and by HTTP/1.1. */
    struct rpc_client *client;
    struct arena arena;
    struct fault fault;
    struct rpc_reply reply;
    struct rpc_options options;
};

static void caller_init(struct caller *caller, int port)
{
    *caller = (struct caller){.client = NULL};
    (void)snprintf(caller->url, sizeof caller->url, "http://127.0.0.1:%d", port);
    caller->peers[0] = (struct rpc_peer){"new", caller->url, RPC_HTTP_2};
    caller->peers[1] = (struct rpc_peer){"old", caller->url, RPC_HTTP_1};
    const struct rpc_client_config config = {.peers = caller->peers, .peer_count = 2};
    CU_ASSERT_EQUAL_FATAL(rpc_client_new(&config, &caller->client), OK);
    arena_init(&caller->arena, ARENA_BYTES);
}

static void caller_free(struct caller *caller)
{
    rpc_client_free(caller->client);
    arena_free(&caller->arena);
}

static void set_way(struct caller *caller, const struct way *way)
{
    caller->options = (struct rpc_options){.peer = way->http == RPC_HTTP_1 ? "old" : "new",
                                           .timeout_ms = PATIENCE_MS,
                                           .arena = &caller->arena,
                                           .fault = &caller->fault,
                                           .wire = way->wire,
                                           .json = way->json,
                                           .gzip = way->gzip,
                                           .get = way->get,
                                           .reply = &caller->reply};
    caller->fault.message[0] = '\0';
    arena_reset(&caller->arena);
}

static sample_get_node_request request_for(struct caller *caller, const char *name)
{
    static sample_node empty = SAMPLE_NODE_INIT;
    sample_get_node_request request = SAMPLE_GET_NODE_REQUEST_INIT;
    request.name = arena_copy(&caller->arena, name, strlen(name));
    request.request_id = arena_copy(&caller->arena, "r1", 2);
    request.node = &empty;
    return request;
}

static enum status get_node(struct caller *caller, const char *name, sample_node **node)
{
    sample_get_node_request request = request_for(caller, name);
    return sample_client_get_node(caller->client, &caller->options, &request, node);
}

/* ---- What each way must carry ---- */

static void unary(struct caller *caller)
{
    sample_node *node = NULL;
    CU_ASSERT_EQUAL(get_node(caller, "소통", &node), OK);
    if (node != NULL) CU_ASSERT_STRING_EQUAL(node->label, "소통");
    node = NULL;
    CU_ASSERT_EQUAL(get_node(caller, "big", &node), OK);
    if (node != NULL) CU_ASSERT_EQUAL(strlen(node->label), SAMPLE_BIG_BYTES);
    CU_ASSERT_EQUAL(get_node(caller, "missing", &node), NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(caller->reply.message, "there is no node \"missing\"");
    CU_ASSERT_EQUAL(get_node(caller, "", &node), INVALID_ARGUMENT);
    CU_ASSERT_EQUAL_FATAL(caller->reply.detail_count, 1);
    CU_ASSERT_STRING_EQUAL(caller->reply.details[0].type, "google.rpc.BadRequest");
}

static void server_stream(struct caller *caller)
{
    sample_get_node_request request = request_for(caller, "abc");
    struct rpc_stream *stream = NULL;
    sample_node *node = NULL;
    CU_ASSERT_EQUAL_FATAL(
        sample_client_watch_nodes_open(caller->client, &caller->options, &request, &stream), OK);
    for (const char *letter = "abc"; *letter != '\0'; letter++) {
        CU_ASSERT_EQUAL(sample_client_watch_nodes_receive(stream, &caller->arena, &node), OK);
        CU_ASSERT(node != NULL && node->label[0] == *letter);
    }
    for (int i = 0; i < 2; i++) { /* The end stays the end. */
        CU_ASSERT_EQUAL(sample_client_watch_nodes_receive(stream, &caller->arena, &node), OK);
        CU_ASSERT_PTR_NULL(node);
    }
    rpc_stream_free(stream);
}

static void client_stream(struct caller *caller)
{
    struct rpc_stream *stream = NULL;
    sample_node *node = NULL;
    CU_ASSERT_EQUAL_FATAL(
        sample_client_upload_nodes_open(caller->client, &caller->options, &stream), OK);
    for (int i = 0; i < 3; i++) {
        sample_get_node_request request = request_for(caller, i < 2 ? "a" : "last");
        CU_ASSERT_EQUAL(sample_client_upload_nodes_send(stream, &request), OK);
    }
    CU_ASSERT_EQUAL(sample_client_upload_nodes_finish(stream, &node), OK);
    if (node != NULL) CU_ASSERT_STRING_EQUAL(node->label, "last");
    rpc_stream_free(stream);
}

/* With HTTP/2 each answer comes before the next question; with HTTP/1.1 all come at the end. */
static void both_stream(struct caller *caller, bool full_duplex)
{
    static const char *const names[] = {"a", "b", "c"};
    struct rpc_stream *stream = NULL;
    sample_node *node = NULL;
    size_t received = 0;
    CU_ASSERT_EQUAL_FATAL(sample_client_talk_nodes_open(caller->client, &caller->options, &stream),
                          OK);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        sample_get_node_request request = request_for(caller, names[i]);
        CU_ASSERT_EQUAL(sample_client_talk_nodes_send(stream, &request), OK);
        if (!full_duplex) continue;
        CU_ASSERT_EQUAL(sample_client_talk_nodes_receive(stream, &caller->arena, &node), OK);
        CU_ASSERT(node != NULL && strcmp(node->label, names[received++]) == 0);
    }
    CU_ASSERT_EQUAL(rpc_stream_close(stream), OK);
    while (sample_client_talk_nodes_receive(stream, &caller->arena, &node) == OK && node != NULL) {
        CU_ASSERT_FATAL(received < ARRAY_LENGTH(names));
        CU_ASSERT_STRING_EQUAL(node->label, names[received++]);
    }
    CU_ASSERT_EQUAL(received, ARRAY_LENGTH(names));
    CU_ASSERT_STRING_EQUAL(caller->fault.message, "");
    rpc_stream_free(stream);
}

/* A stream that is given up leaves the connection usable; what had come of it is forgotten. */
static void given_up(struct caller *caller)
{
    struct rpc_stream *stream = NULL;
    sample_node *node = NULL;
    sample_get_node_request request = request_for(caller, "abc");
    CU_ASSERT_EQUAL_FATAL(
        sample_client_watch_nodes_open(caller->client, &caller->options, &request, &stream), OK);
    CU_ASSERT_EQUAL(sample_client_watch_nodes_receive(stream, &caller->arena, &node), OK);
    (void)usleep(POLL_US); /* Mostly all has come by now; where not, less is tested. */
    rpc_stream_cancel(stream);
    CU_ASSERT_EQUAL(sample_client_watch_nodes_receive(stream, &caller->arena, &node), CANCELLED);
    rpc_stream_free(stream);
    CU_ASSERT_EQUAL_FATAL(sample_client_talk_nodes_open(caller->client, &caller->options, &stream),
                          OK);
    rpc_stream_cancel(stream);
    CU_ASSERT_EQUAL(sample_client_talk_nodes_receive(stream, &caller->arena, &node), CANCELLED);
    rpc_stream_free(stream);
    CU_ASSERT_EQUAL_FATAL(sample_client_talk_nodes_open(caller->client, &caller->options, &stream),
                          OK);
    rpc_stream_free(stream);
    CU_ASSERT_EQUAL(get_node(caller, "a", &node), OK);
}

static void every_way(void)
{
    static const struct way ways[] = {
        {RPC_WIRE_CONNECT, RPC_HTTP_2, false, false, false},
        {RPC_WIRE_CONNECT, RPC_HTTP_2, false, false, true},
        {RPC_WIRE_CONNECT, RPC_HTTP_2, false, true, false},
        {RPC_WIRE_CONNECT, RPC_HTTP_2, true, true, true},
        {RPC_WIRE_CONNECT, RPC_HTTP_1, false, false, false},
        {RPC_WIRE_CONNECT, RPC_HTTP_1, true, true, false},
        {RPC_WIRE_CONNECT, RPC_HTTP_1, true, false, true},
        {RPC_WIRE_GRPC, RPC_HTTP_2, false, false, false},
        {RPC_WIRE_GRPC, RPC_HTTP_2, false, true, false},
        {RPC_WIRE_GRPC, RPC_HTTP_2, true, false, false},
        {RPC_WIRE_GRPC_WEB, RPC_HTTP_2, false, false, false},
        {RPC_WIRE_GRPC_WEB, RPC_HTTP_2, true, true, false},
        {RPC_WIRE_GRPC_WEB, RPC_HTTP_1, false, true, false},
        {RPC_WIRE_GRPC_WEB, RPC_HTTP_1, true, false, false},
    };
    struct caller caller;
    int port = sample_server_free_port();
    caller_init(&caller, port);
    pid_t server = sample_server_start(port);
    int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
    sample_node *node;
    set_way(&caller, &ways[0]);
    while (get_node(&caller, "a", &node) != OK && clock_monotonic_ms() < end_ms)
        (void)usleep(POLL_US);
    for (size_t i = 0; i < ARRAY_LENGTH(ways); i++) {
        unsigned failures = CU_get_number_of_failures();
        set_way(&caller, &ways[i]);
        unary(&caller);
        set_way(&caller, &ways[i]);
        server_stream(&caller);
        client_stream(&caller);
        both_stream(&caller, ways[i].http == RPC_HTTP_2);
        given_up(&caller);
        if (CU_get_number_of_failures() != failures)
            printf("\n  way %zu: %s", i, caller.fault.message);
    }
    caller_free(&caller);
    sample_server_stop(server);
}

SUITE("rpc_client_ways", {"every way", every_way})
