/* The client against our own server. */
#include "rpc/client/rpc_client.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "sample.rpc.h"
#include "support/sample_server.h"
#include "support/suite.h"

enum {
    URL_BYTES = 32,
    ARENA_BYTES = 8 << 20,
    THREADS = 8,
    CALLS_PER_THREAD = 200,
};

struct caller {
    int port; /* Of the server. */
    char urls[2][URL_BYTES];
    struct rpc_peer peers[2];
    struct rpc_client *client;
    struct arena arena;
    struct fault fault;
    struct rpc_options options;
};

static void caller_init(struct caller *caller, int port)
{
    *caller = (struct caller){.port = port};
    (void)snprintf(caller->urls[0], URL_BYTES, "http://127.0.0.1:%d", port);
    (void)snprintf(caller->urls[1], URL_BYTES, "http://127.0.0.1:%d", sample_server_free_port());
    caller->peers[0] = (struct rpc_peer){"sample", caller->urls[0]};
    caller->peers[1] = (struct rpc_peer){"nobody", caller->urls[1]};
    struct rpc_client_config config = {.peers = caller->peers,
                                       .peer_count = ARRAY_LENGTH(caller->peers)};
    CU_ASSERT_EQUAL_FATAL(rpc_client_new(&config, &caller->client), OK);
    arena_init(&caller->arena, ARENA_BYTES);
    caller->options = (struct rpc_options){
        .peer = "sample", .timeout_ms = 5000, .arena = &caller->arena, .fault = &caller->fault};
}

static void caller_free(struct caller *caller)
{
    rpc_client_free(caller->client);
    arena_free(&caller->arena);
}

static enum status get_node(struct caller *caller, const char *name, sample_node **node)
{
    sample_get_node_request request = SAMPLE_GET_NODE_REQUEST_INIT;
    sample_node empty = SAMPLE_NODE_INIT;
    char id[] = "r1";
    request.name = arena_copy(&caller->arena, name, strlen(name));
    request.request_id = id;
    request.node = &empty;
    return sample_client_get_node(caller->client, &caller->options, &request, node);
}

/* Waits until the server answers. */
static void await_server(struct caller *caller)
{
    sample_node *node;
    for (int i = 0; i < 100 && get_node(caller, "a", &node) != OK; i++)
        (void)usleep(20000);
}

/* Puts the URL into a message at its %s. */
static void with_url(char message[static FAULT_BYTES_MAX], const char *pattern, const char *url)
{
    const char *mark = strstr(pattern, "%s");
    if (mark == NULL)
        (void)snprintf(message, FAULT_BYTES_MAX, "%s", pattern);
    else
        (void)snprintf(message, FAULT_BYTES_MAX, "%.*s%s%s", (int)(mark - pattern), pattern, url,
                       mark + 2);
}

static void calls_and_fails(void)
{
    static const struct {
        const char *peer, *name;
        int64_t timeout_ms;
        enum status status;
        const char *message;
    } cases[] = {
        {"sample", "a", 0, OK, ""},
        {"sample", "big", 0, OK, ""},
        {"sample", "missing", 0, NOT_FOUND, "sample: there is no node \"missing\""},
        {"sample", "flaky", 0, OK, ""},
        {"sample", "slow", 100, DEADLINE_EXCEEDED, "sample at %s: no answer before the deadline"},
        {"sample", "slow", 3000, OK, ""},
        {"sample", "", 0, INVALID_ARGUMENT, "sample: name: must not be empty"},
        {"nobody", "a", 0, UNAVAILABLE, "nobody at %s: connection refused (attempt 3 of 3)"},
        {"anybody", "a", 0, FAILED_PRECONDITION, "no service \"anybody\" is configured"},
    };
    struct caller caller;
    caller_init(&caller, sample_server_free_port());
    pid_t server = sample_server_start(caller.port);
    await_server(&caller);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        sample_node *node = NULL;
        caller.fault.message[0] = '\0';
        caller.options.peer = cases[i].peer;
        caller.options.timeout_ms = cases[i].timeout_ms;
        enum status status = get_node(&caller, cases[i].name, &node);
        CU_ASSERT_EQUAL(status, cases[i].status);
        if (status != cases[i].status) printf("\n  %s: %s", cases[i].name, caller.fault.message);
        CU_ASSERT_EQUAL(status == OK, node != NULL);
        if (status == OK) continue;
        char message[FAULT_BYTES_MAX];
        bool nobody = strcmp(cases[i].peer, "nobody") == 0;
        with_url(message, cases[i].message, caller.urls[nobody]);
        CU_ASSERT_STRING_EQUAL(caller.fault.message, message);
    }
    caller_free(&caller);
    sample_server_stop(server);
}

static void repeats_only_what_is_idempotent(void)
{
    struct caller caller;
    caller_init(&caller, sample_server_free_port());
    pid_t server = sample_server_start(caller.port);
    await_server(&caller);
    sample_node node = SAMPLE_NODE_INIT;
    sample_node *out;
    CU_ASSERT_EQUAL(sample_client_move_node(caller.client, &caller.options, &node, &out),
                    UNAVAILABLE);
    CU_ASSERT_STRING_EQUAL(caller.fault.message, "sample: call 1");
    caller_free(&caller);
    sample_server_stop(server);
}

static void finds_a_peer_that_was_started_anew(void)
{
    struct caller caller;
    caller_init(&caller, sample_server_free_port());
    for (int i = 0; i < 3; i++) {
        pid_t server = sample_server_start(caller.port);
        if (i == 0) await_server(&caller);
        for (int wait = 0; i > 0 && wait < 100; wait++) {
            /* Another client asks whether the server is up: ours keeps its dead connection. */
            struct caller other;
            caller_init(&other, caller.port);
            sample_node *node;
            enum status up = get_node(&other, "a", &node);
            caller_free(&other);
            if (up == OK) break;
            (void)usleep(20000);
        }
        sample_node leaf = SAMPLE_NODE_INIT;
        sample_node *out;
        CU_ASSERT_EQUAL(sample_client_move_node(caller.client, &caller.options, &leaf, &out),
                        UNAVAILABLE);
        CU_ASSERT_STRING_EQUAL(caller.fault.message, "sample: call 1");
        sample_server_stop(server);
    }
    caller_free(&caller);
}

/* The end of an answer that is longer than libcurl's buffer does not wait for a timer of 200 ms. */
static void takes_answers_of_every_size(void)
{
    enum { SIZE_FIRST = 16300, SIZE_END = 24000, SIZE_STEP = 211, MOST_MS = 3000 };
    struct caller caller;
    caller_init(&caller, sample_server_free_port());
    pid_t server = sample_server_start(caller.port);
    await_server(&caller);
    int64_t begin_ms = clock_monotonic_ms();
    for (int size = SIZE_FIRST; size < SIZE_END; size += SIZE_STEP) {
        char name[URL_BYTES];
        sample_node *node = NULL;
        (void)snprintf(name, sizeof name, "size %d", size);
        CU_ASSERT_EQUAL_FATAL(get_node(&caller, name, &node), OK);
        CU_ASSERT_EQUAL(strlen(node->label), (size_t)size);
    }
    CU_ASSERT(clock_monotonic_ms() - begin_ms < MOST_MS);
    sample_server_stop(server);
    caller_free(&caller);
}

static void *call_often(void *context)
{
    struct caller mine = *(struct caller *)context;
    long failures = 0;
    arena_init(&mine.arena, ARENA_BYTES);
    mine.options.arena = &mine.arena;
    mine.options.fault = &mine.fault;
    for (int i = 0; i < CALLS_PER_THREAD; i++) {
        sample_node *node;
        arena_reset(&mine.arena);
        failures += get_node(&mine, "abc", &node) != OK || strcmp(node->label, "abc") != 0;
    }
    arena_free(&mine.arena);
    return (void *)failures;
}

static void serves_several_threads(void)
{
    struct caller caller;
    caller_init(&caller, sample_server_free_port());
    pid_t server = sample_server_start(caller.port);
    await_server(&caller);
    pthread_t threads[THREADS];
    int64_t begin_us = clock_monotonic_us();
    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, call_often, &caller), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failures;
        CU_ASSERT_EQUAL(pthread_join(threads[i], &failures), 0);
        CU_ASSERT_PTR_NULL(failures);
    }
    printf("\n  %d calls in %d ms", THREADS * CALLS_PER_THREAD,
           (int)((clock_monotonic_us() - begin_us) / 1000));
    caller_free(&caller);
    sample_server_stop(server);
}

static void posts_json(void)
{
    struct caller caller;
    caller_init(&caller, sample_server_free_port());
    pid_t server = sample_server_start(caller.port);
    await_server(&caller);
    struct text answer = {NULL, 0};
    struct text json = text_from("{\"name\": \"가\", \"requestId\": \"r\", \"node\": {}}");
    CU_ASSERT_EQUAL(rpc_client_call_json(caller.client, &caller.options,
                                         "/sotong.sample.v1.SampleService/GetNode", json, &answer),
                    OK);
    CU_ASSERT(text_equal(answer, text_from("{\"label\":\"가\"}")));
    CU_ASSERT_EQUAL(
        rpc_client_call_json(caller.client, &caller.options, "/no.Such/Method", json, &answer),
        UNIMPLEMENTED);
    json = text_from("{\"name\": 1}");
    CU_ASSERT_EQUAL(rpc_client_call_json(caller.client, &caller.options,
                                         "/sotong.sample.v1.SampleService/GetNode", json, &answer),
                    INVALID_ARGUMENT);
    CU_ASSERT_STRING_EQUAL(caller.fault.message, "sample: name, line 1, column 10: expected a "
                                                 "string, found a number");
    caller_free(&caller);
    sample_server_stop(server);
}

SUITE("rpc_client", {"calls and fails", calls_and_fails},
      {"repeats only what is idempotent", repeats_only_what_is_idempotent},
      {"finds a peer that was started anew", finds_a_peer_that_was_started_anew},
      {"takes answers of every size", takes_answers_of_every_size},
      {"serves several threads", serves_several_threads}, {"posts JSON", posts_json})
