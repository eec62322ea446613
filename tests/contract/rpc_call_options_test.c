/* A call that a handler makes belongs to its own call: caller -> our server -> a peer. */
#include "rpc/server/rpc_call_options.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "rpc/rpc_cancel.h"
#include "sample.rpc.h"
#include "support/fake_peer.h"
#include "support/sample_server.h"
#include "support/suite.h"

enum { ARENA_BYTES = 1 << 20, PATIENCE_MS = 60000, POLL_US = 5000, URL_BYTES = 32, SHORT_MS = 300 };

struct chain {
    struct fake_peer peer;
    char url[URL_BYTES], peer_url[URL_BYTES];
    struct rpc_peer server;
    pid_t pid;
    struct rpc_client *client;
    struct arena arena;
    struct fault fault;
    struct rpc_options options;
    struct rpc_cancel cancel;
};

static enum status ask(struct chain *chain, const char *path, sample_node **out)
{
    sample_node node = SAMPLE_NODE_INIT;
    node.label = arena_copy(&chain->arena, path, strlen(path));
    return sample_client_move_node(chain->client, &chain->options, &node, out);
}

/* The server is started first: what follows has threads, which do not go well with fork. */
static void chain_init(struct chain *chain)
{
    int port = sample_server_free_port(), peer_port = sample_server_free_port();
    *chain = (struct chain){.pid = 0};
    (void)snprintf(chain->url, URL_BYTES, "http://127.0.0.1:%d", port);
    (void)snprintf(chain->peer_url, URL_BYTES, "http://127.0.0.1:%d", peer_port);
    chain->pid = sample_server_start_beside(port, chain->peer_url);
    fake_peer_start(&chain->peer, peer_port);
    chain->server = (struct rpc_peer){.service = "sample", .url = chain->url};
    const struct rpc_client_config config = {.peers = &chain->server, .peer_count = 1};
    CU_ASSERT_EQUAL_FATAL(rpc_client_new(&config, &chain->client), OK);
    arena_init(&chain->arena, ARENA_BYTES);
    rpc_cancel_init(&chain->cancel);
    chain->options = (struct rpc_options){.peer = "sample",
                                          .timeout_ms = PATIENCE_MS,
                                          .arena = &chain->arena,
                                          .fault = &chain->fault};
    int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
    sample_node *node;
    while (ask(chain, "/t/Echo", &node) != OK && clock_monotonic_ms() < end_ms)
        (void)usleep(POLL_US);
}

static void chain_free(struct chain *chain)
{
    rpc_client_free(chain->client);
    rpc_cancel_free(&chain->cancel);
    arena_free(&chain->arena);
    sample_server_stop(chain->pid);
    fake_peer_stop(&chain->peer);
}

static bool await(atomic_int *count, int wanted)
{
    int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
    while (atomic_load(count) != wanted && clock_monotonic_ms() < end_ms)
        (void)usleep(POLL_US);
    return atomic_load(count) == wanted;
}

static void the_trace_goes_on(void)
{
    static const char trace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    struct chain chain;
    sample_node *node = NULL;
    chain_init(&chain);
    chain.options.traceparent = trace;
    CU_ASSERT_EQUAL(ask(&chain, "/t/Echo", &node), OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(node);
    /* The same trace, another span. */
    CU_ASSERT_EQUAL(strncmp(node->label, trace, strlen("00-") + 32), 0);
    CU_ASSERT_EQUAL(strlen(node->label), strlen(trace));
    CU_ASSERT_NOT_EQUAL(strcmp(node->label, trace), 0);
    chain_free(&chain);
}

static void *cancel_when_it_arrives(void *context)
{
    struct chain *chain = context;
    (void)await(&chain->peer.requests, 2);
    rpc_cancel_trigger(&chain->cancel);
    return NULL;
}

static void cancelling_goes_on(void)
{
    struct chain chain;
    pthread_t thread;
    sample_node *node;
    chain_init(&chain);
    CU_ASSERT(await(&chain.peer.requests, 1));
    chain.options.cancel = &chain.cancel;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, cancel_when_it_arrives, &chain), 0);
    CU_ASSERT_EQUAL(ask(&chain, "/t/Silent", &node), CANCELLED);
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
    CU_ASSERT(await(&chain.peer.resets, 1));
    chain_free(&chain);
}

static void the_deadline_goes_on(void)
{
    struct chain chain;
    sample_node *node;
    chain_init(&chain);
    chain.options.timeout_ms = SHORT_MS;
    CU_ASSERT_EQUAL(ask(&chain, "/t/Silent", &node), DEADLINE_EXCEEDED);
    CU_ASSERT(await(&chain.peer.resets, 1));
    chain_free(&chain);
}

SUITE("rpc_call_options", {"the trace goes on", the_trace_goes_on},
      {"cancelling goes on", cancelling_goes_on}, {"the deadline goes on", the_deadline_goes_on})
