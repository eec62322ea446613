/* Calls whose client has no memory for one allocation on its own thread: from the first connection
 * to the answer's last byte each of them fails once. A call then ends with an answer, with
 * RESOURCE_EXHAUSTED or with UNAVAILABLE; it never hangs, and the next one is served. What is lost
 * shows under a sanitizer. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rpc/client/rpc_client.h"
#include "sample.rpc.h"
#include "support/sample_server.h"
#include "support/suite.h"

enum {
    ARENA_BYTES = 8 << 20,
    ALLOCATIONS_MAX = 3000,
    LEAST = 5, /* Fewer were not counted: HTTP/1.1 is libcurl's. */
    PATIENCE_MS = 60000,
    POLL_US = 20000,
    URL_BYTES = 32,
    WARM_EACH = 3, /* Of so many one fails in a warm connection, too. */
};

static char url[URL_BYTES];

/* Shared with the client's thread. */
struct failing {
    atomic_long wanted;  /* The allocation that is to fail; 0: nothing new. */
    atomic_long counted; /* How many there were since. */
};

struct caller {
    struct rpc_peer peer;
    struct rpc_client *client;
    struct arena arena;
    struct fault fault;
    struct rpc_options options;
    struct failing failing;
};

enum { NONE = -1 }; /* No allocation fails from now on. */

static void turn(void *context)
{
    struct failing *failing = context;
    long wanted = atomic_exchange(&failing->wanted, 0);
    if (wanted == 0) return;
    atomic_store(&failing->counted, alloc_fail_at(wanted == NONE ? 0 : wanted));
}

static void caller_init(struct caller *caller, enum rpc_http http)
{
    *caller = (struct caller){.peer = {"sample", url, http}};
    const struct rpc_client_config config = {
        .peers = &caller->peer, .peer_count = 1, .turn = turn, .turn_context = &caller->failing};
    CU_ASSERT_EQUAL_FATAL(rpc_client_new(&config, &caller->client), OK);
    arena_init(&caller->arena, ARENA_BYTES);
    caller->options = (struct rpc_options){.peer = "sample",
                                           .timeout_ms = PATIENCE_MS,
                                           .arena = &caller->arena,
                                           .fault = &caller->fault,
                                           .one_try = true};
}

static void caller_free(struct caller *caller)
{
    rpc_client_free(caller->client);
    arena_free(&caller->arena);
}

static sample_get_node_request request_for(const char *name)
{
    static char id[] = "r1";
    static sample_node empty = SAMPLE_NODE_INIT;
    sample_get_node_request request = SAMPLE_GET_NODE_REQUEST_INIT;
    request.name = (char *)(uintptr_t)name;
    request.request_id = id;
    request.node = &empty;
    return request;
}

static enum status get_node(struct caller *caller, const char *name)
{
    sample_node *node;
    sample_get_node_request request = request_for(name);
    return sample_client_get_node(caller->client, &caller->options, &request, &node);
}

static enum status get_one(struct caller *caller)
{
    return get_node(caller, "a");
}

static enum status get_large(struct caller *caller)
{
    return get_node(caller, "big");
}

static enum status ask(struct caller *caller, struct rpc_stream *stream, sample_node **node)
{
    sample_get_node_request request = request_for("a");
    enum status status = sample_client_talk_nodes_send(stream, &request);
    /* CANCELLED: it has ended, and receiving says how. */
    if (status != OK && status != CANCELLED) return status;
    return sample_client_talk_nodes_receive(stream, &caller->arena, node);
}

/* Questions and answers in turn. */
static enum status talk(struct caller *caller)
{
    struct rpc_stream *stream;
    sample_node *node = NULL;
    enum status status = sample_client_talk_nodes_open(caller->client, &caller->options, &stream);
    if (status != OK) return status;
    for (int i = 0; i < 3 && status == OK; i++)
        status = ask(caller, stream, &node);
    if (status == OK) status = rpc_stream_close(stream);
    while (status == OK && node != NULL)
        status = sample_client_talk_nodes_receive(stream, &caller->arena, &node);
    rpc_stream_free(stream);
    return status;
}

/* Given up in the middle. */
static enum status give_up(struct caller *caller)
{
    struct rpc_stream *stream;
    sample_node *node;
    enum status status = sample_client_talk_nodes_open(caller->client, &caller->options, &stream);
    if (status != OK) return status;
    status = ask(caller, stream, &node);
    rpc_stream_cancel(stream);
    rpc_stream_free(stream);
    return status;
}

/* A call in which the nth allocation fails; how many there were, or 0 where there are fewer. */
static long call_failing(struct caller *caller, enum status (*call)(struct caller *caller),
                         long nth)
{
    atomic_store(&caller->failing.wanted, nth);
    enum status status = call(caller);
    bool right = status == OK || status == RESOURCE_EXHAUSTED || status == UNAVAILABLE;
    if (!right) printf("\n  allocation %ld: %d %s", nth, status, caller->fault.message);
    CU_ASSERT_TRUE(right);
    atomic_store(&caller->failing.counted, 0);
    atomic_store(&caller->failing.wanted, NONE);
    arena_reset(&caller->arena);
    status = get_one(caller);
    if (status != OK)
        printf("\n  after allocation %ld of http %d wire %d: %s", nth, caller->peer.http,
               caller->options.wire, caller->fault.message);
    CU_ASSERT_EQUAL(status, OK);
    arena_reset(&caller->arena);
    long counted = atomic_load(&caller->failing.counted);
    return counted < nth ? 0 : counted;
}

static void sweep(enum status (*call)(struct caller *caller), enum rpc_wire wire,
                  enum rpc_http http)
{
    long nth = 1;
    for (bool over = false; !over && nth < ALLOCATIONS_MAX; nth++) {
        struct caller caller;
        caller_init(&caller, http);
        caller.options.wire = wire;
        over = call_failing(&caller, call, nth) == 0; /* A connection is made. */
        (void)call_failing(&caller, call, nth);       /* There is one. */
        (void)call_failing(&caller, call, nth * WARM_EACH);
        caller_free(&caller);
    }
    CU_ASSERT(nth > LEAST);
    CU_ASSERT(nth < ALLOCATIONS_MAX);
}

static void await_server(void)
{
    struct caller caller;
    caller_init(&caller, RPC_HTTP_2);
    enum status status = UNAVAILABLE;
    for (int waited_ms = 0; waited_ms < PATIENCE_MS && status != OK; waited_ms += POLL_US / 1000) {
        status = get_one(&caller);
        if (status != OK) (void)usleep(POLL_US);
    }
    CU_ASSERT_EQUAL_FATAL(status, OK);
    caller_free(&caller);
}

static void survives_on_its_thread(void)
{
    static const struct {
        enum status (*call)(struct caller *caller);
        enum rpc_wire wire;
        enum rpc_http http;
    } ways[] = {
        {get_one, RPC_WIRE_CONNECT, RPC_HTTP_2},   {get_one, RPC_WIRE_GRPC, RPC_HTTP_2},
        {get_large, RPC_WIRE_GRPC, RPC_HTTP_2},    {talk, RPC_WIRE_GRPC, RPC_HTTP_2},
        {give_up, RPC_WIRE_GRPC, RPC_HTTP_2},      {get_one, RPC_WIRE_CONNECT, RPC_HTTP_1},
        {get_large, RPC_WIRE_CONNECT, RPC_HTTP_1},
    };
    int port = sample_server_free_port();
    pid_t server = sample_server_start(port);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    await_server();
    for (size_t i = 0; i < ARRAY_LENGTH(ways); i++)
        sweep(ways[i].call, ways[i].wire, ways[i].http);
    sample_server_stop(server);
}

/* libcurl's memory: who initialises it first decides where it comes from. */

static void *curl_malloc(size_t bytes)
{
    return alloc_should_fail() ? NULL : malloc(bytes);
}

static void *curl_calloc(size_t count, size_t bytes)
{
    return alloc_should_fail() ? NULL : calloc(count, bytes);
}

static void *curl_realloc(void *block, size_t bytes)
{
    return alloc_should_fail() ? NULL : realloc(block, bytes);
}

static char *curl_strdup(const char *string)
{
    return alloc_should_fail() ? NULL : strdup(string);
}

static void survives_in_libcurl(void)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return; /* The others have failed already. */
    CURLcode (*begin)(long, curl_malloc_callback, curl_free_callback, curl_realloc_callback,
                      curl_strdup_callback, curl_calloc_callback);
    void (*end)(void);
    void *symbols[] = {dlsym(library, "curl_global_init_mem"),
                       dlsym(library, "curl_global_cleanup")};
    CU_ASSERT_FATAL(symbols[0] != NULL && symbols[1] != NULL);
    memcpy(&begin, &symbols[0], sizeof begin);
    memcpy(&end, &symbols[1], sizeof end);
    CU_ASSERT_EQUAL_FATAL(
        begin(CURL_GLOBAL_DEFAULT, curl_malloc, free, curl_realloc, curl_strdup, curl_calloc),
        CURLE_OK);
    survives_on_its_thread();
    end();
}

SUITE("rpc_client_memory", {"survives on its thread", survives_on_its_thread},
      {"survives in libcurl", survives_in_libcurl})
