/* The client against a peer that misbehaves (support/fake_peer.h), and against none. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "rpc/client/rpc_client.h"
#include "rpc/rpc_cancel.h"
#include "sample.rpc.h"
#include "support/fake_peer.h"
#include "support/suite.h"

enum {
    ARENA_BYTES = 8 << 20,
    PATIENCE_MS = 60000, /* On a machine that is busy. */
    POLL_US = 5000,
    CALLS = 16,
    SHORT_MS = 100,
};

struct caller {
    struct fake_peer peer;
    struct rpc_peer peers[1];
    struct rpc_client_config config;
    struct rpc_client *client;
    struct arena arena;
    struct fault fault;
    struct rpc_reply reply;
    struct rpc_options options;
};

/* A client of the peer at this URL. */
static void client_init(struct caller *caller, const char *url)
{
    caller->peers[0] = (struct rpc_peer){.service = "fake", .url = url};
    caller->config.peers = caller->peers;
    caller->config.peer_count = 1;
    CU_ASSERT_EQUAL_FATAL(rpc_client_new(&caller->config, &caller->client), OK);
    arena_init(&caller->arena, ARENA_BYTES);
    caller->options = (struct rpc_options){.peer = "fake",
                                           .timeout_ms = PATIENCE_MS,
                                           .arena = &caller->arena,
                                           .fault = &caller->fault,
                                           .reply = &caller->reply};
}

static void caller_init(struct caller *caller)
{
    fake_peer_start(&caller->peer, 0);
    client_init(caller, caller->peer.url);
}

static void caller_free(struct caller *caller)
{
    rpc_client_free(caller->client);
    arena_free(&caller->arena);
    fake_peer_stop(&caller->peer);
}

static enum status call(const struct caller *caller, const struct rpc_options *options,
                        const char *path, bool idempotent)
{
    const struct rpc_method method = {.path = path,
                                      .name = path,
                                      .input = &sample_node_type,
                                      .output = &sample_node_type,
                                      .idempotent = idempotent};
    sample_node node = SAMPLE_NODE_INIT;
    char label[] = "label";
    ProtobufCMessage *out;
    node.label = label;
    enum status status = rpc_client_call(caller->client, options, &method, &node.base, &out);
    if (status == OK) CU_ASSERT_STRING_EQUAL(((sample_node *)out)->label, label);
    return status;
}

static bool await(atomic_int *count, int wanted)
{
    int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
    while (atomic_load(count) != wanted && clock_monotonic_ms() < end_ms)
        (void)usleep(POLL_US);
    return atomic_load(count) == wanted;
}

/* "…%s…" with the peer's URL in it. */
static void check_message(const struct caller *caller, const char *pattern)
{
    char expected[FAULT_BYTES_MAX];
    const char *mark = strstr(pattern, "%s");
    if (mark == NULL)
        (void)snprintf(expected, sizeof expected, "%s", pattern);
    else
        (void)snprintf(expected, sizeof expected, "%.*s%s%s", (int)(mark - pattern), pattern,
                       caller->peers[0].url, mark + 2);
    CU_ASSERT_STRING_EQUAL(caller->fault.message, expected);
    if (strcmp(caller->fault.message, expected) != 0) printf("\n  %s", caller->fault.message);
}

/* ---- Many calls at once ---- */

static void *call_together(void *context)
{
    struct caller *shared = context;
    struct arena arena;
    struct rpc_options options = shared->options;
    arena_init(&arena, ARENA_BYTES);
    options.arena = &arena;
    options.fault = NULL;
    options.reply = NULL;
    enum status status = call(shared, &options, "/t/Together", false);
    arena_free(&arena);
    return status == OK ? NULL : shared;
}

static void calls_share_a_connection(void)
{
    struct caller caller = {.client = NULL};
    pthread_t threads[CALLS];
    caller_init(&caller);
    atomic_store(&caller.peer.together, CALLS);
    for (int i = 0; i < CALLS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, call_together, &caller), 0);
    for (int i = 0; i < CALLS; i++) {
        void *failed;
        CU_ASSERT_EQUAL(pthread_join(threads[i], &failed), 0);
        CU_ASSERT_PTR_NULL(failed);
    }
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.connections), 1);
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.requests), CALLS);
    caller_free(&caller);
}

/* ---- Failures: what is said, and what is repeated ---- */

static void failures_are_told_and_repeated(void)
{
    static const struct {
        const char *path;
        bool idempotent;
        enum rpc_wire wire;
        enum status status;
        int requests, connections; /* That the peer saw. */
        const char *message;
    } cases[] = {
        {"/t/Echo", false, RPC_WIRE_CONNECT, OK, 1, 1, ""},
        {"/t/Goaway", false, RPC_WIRE_CONNECT, OK, 2, 2, ""},
        {"/t/RefuseFirst", false, RPC_WIRE_CONNECT, OK, 2, 1, ""},
        {"/t/GoawayAndClose", false, RPC_WIRE_CONNECT, UNAVAILABLE, 1, 1,
         "fake at %s: the peer closed the connection after GOAWAY ENHANCE_YOUR_CALM: "
         "too_many_pings"},
        {"/t/GoawayAndClose", true, RPC_WIRE_CONNECT, UNAVAILABLE, 3, 3,
         "fake at %s: the peer closed the connection after GOAWAY ENHANCE_YOUR_CALM: "
         "too_many_pings (attempt 3 of 3)"},
        {"/t/Reset", true, RPC_WIRE_CONNECT, INTERNAL, 1, 1,
         "fake at %s: the stream was reset with FLOW_CONTROL_ERROR"},
        {"/t/Close", false, RPC_WIRE_CONNECT, UNAVAILABLE, 1, 1,
         "fake at %s: the peer closed the connection"},
        {"/t/Unavailable", false, RPC_WIRE_CONNECT, UNAVAILABLE, 1, 1, "fake: busy"},
        {"/t/Unavailable", true, RPC_WIRE_CONNECT, UNAVAILABLE, 3, 1,
         "fake: busy (attempt 3 of 3)"},
        {"/t/Bomb", true, RPC_WIRE_CONNECT, RESOURCE_EXHAUSTED, 1, 1,
         "fake at %s: the answer is larger than 1048576 bytes"},
        {"/t/Endless", true, RPC_WIRE_CONNECT, RESOURCE_EXHAUSTED, 1, 1,
         "fake at %s: the answer is larger than 1048576 bytes"},
        {"/t/GrpcHuge", true, RPC_WIRE_GRPC, RESOURCE_EXHAUSTED, 1, 1,
         "fake at %s: the answer is larger than 1048576 bytes"},
        {"/t/Echo", true, RPC_WIRE_GRPC, UNKNOWN, 1, 1,
         "fake at %s: answered with application/proto, not application/grpc+proto"},
        {"/t/GrpcError", true, RPC_WIRE_GRPC, NOT_FOUND, 1, 1, "fake: no 소통 100%"},
        {"/t/GrpcNever", true, RPC_WIRE_GRPC, UNAVAILABLE, 1, 1, "fake: unavailable"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct caller caller = {.client = NULL};
        caller_init(&caller);
        caller.options.wire = cases[i].wire;
        caller.options.response_bytes_max = 1 << 20;
        caller.options.gzip = strcmp(cases[i].path, "/t/Bomb") == 0;
        if (caller.options.gzip) caller.options.json = false;
        enum status status = call(&caller, &caller.options, cases[i].path, cases[i].idempotent);
        CU_ASSERT_EQUAL(status, cases[i].status);
        check_message(&caller, cases[i].message);
        CU_ASSERT_EQUAL(atomic_load(&caller.peer.requests), cases[i].requests);
        CU_ASSERT_EQUAL(atomic_load(&caller.peer.connections), cases[i].connections);
        caller_free(&caller);
    }
}

/* The peer fails all the time: soon nothing is repeated any more. */
static void retries_have_a_budget(void)
{
    struct caller caller = {.client = NULL};
    caller_init(&caller);
    caller.options.reply = NULL;
    for (int i = 0; i < CALLS; i++)
        CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Unavailable", true), UNAVAILABLE);
    /* Of ten tokens more than five must be left after a failure: the first call is tried three
     * times, the second twice, and then each once. */
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.requests), CALLS + 3);
    caller_free(&caller);
}

static void a_peer_that_is_away_is_left_alone(void)
{
    struct fake_peer away;
    struct caller caller = {.client = NULL};
    fake_peer_start(&away, 0);
    fake_peer_stop(&away); /* Nobody listens there now. */
    client_init(&caller, away.url);
    caller.options.one_try = true;
    for (int i = 0; i < RPC_BREAKER_FAILURES; i++) {
        CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", true), UNAVAILABLE);
        check_message(&caller, "fake at %s: connection refused");
    }
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", true), UNAVAILABLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(caller.fault.message, "left alone after 5 failures in a row"));
    fake_peer_start(&caller.peer, away.port);
    int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
    while (call(&caller, &caller.options, "/t/Echo", true) != OK && clock_monotonic_ms() < end_ms)
        (void)usleep(POLL_US);
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.requests), 1);
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", true), OK);
    caller_free(&caller);
}

/* ---- Connections that die ---- */

static void a_dead_connection_is_found_out(void)
{
    struct caller caller = {.config = {.ping_after_ms = SHORT_MS, .ping_timeout_ms = SHORT_MS}};
    caller_init(&caller);
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Deaf", false), UNAVAILABLE);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(caller.fault.message, "the connection is dead: no answer to a ping in "));
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", false), OK);
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.connections), 2);
    caller_free(&caller);
}

/* A call that waits for long is not a dead connection. */
static void a_slow_answer_is_no_dead_connection(void)
{
    struct caller caller = {.config = {.ping_after_ms = SHORT_MS, .ping_timeout_ms = PATIENCE_MS}};
    caller_init(&caller);
    caller.options.timeout_ms = SHORT_MS * 5;
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Silent", false), DEADLINE_EXCEEDED);
    check_message(&caller, "fake at %s: no answer before the deadline");
    CU_ASSERT(await(&caller.peer.resets, 1));
    caller.options.timeout_ms = PATIENCE_MS;
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", false), OK);
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.connections), 1);
    caller_free(&caller);
}

/* The peer goes and comes back between two calls, neither of which may be repeated. */
static void a_peer_started_anew_is_found(void)
{
    struct caller caller = {.client = NULL};
    caller_init(&caller);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", false), OK);
        int port = caller.peer.port;
        fake_peer_stop(&caller.peer);
        fake_peer_start(&caller.peer, port);
    }
    caller_free(&caller);
}

static void idle_connections_are_closed(void)
{
    struct caller caller = {.config = {.idle_ms = SHORT_MS}};
    caller_init(&caller);
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", false), OK);
    CU_ASSERT(await(&caller.peer.connections_open, 0));
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", false), OK);
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.connections), 2);
    caller_free(&caller);
}

/* ---- Cancelling ---- */

struct canceller {
    struct caller *caller;
    struct rpc_cancel *cancel;
};

static void *cancel_when_it_runs(void *context)
{
    struct canceller *self = context;
    (void)await(&self->caller->peer.requests, 1);
    rpc_cancel_trigger(self->cancel);
    return NULL;
}

static void calls_are_cancelled(void)
{
    struct caller caller = {.client = NULL};
    struct rpc_cancel cancel;
    struct canceller canceller = {&caller, &cancel};
    pthread_t thread;
    caller_init(&caller);
    rpc_cancel_init(&cancel);
    caller.options.cancel = &cancel;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, cancel_when_it_runs, &canceller), 0);
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Silent", true), CANCELLED);
    check_message(&caller, "fake at %s: cancelled");
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
    CU_ASSERT(await(&caller.peer.resets, 1));
    /* Those that come later do not even begin. */
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", true), CANCELLED);
    caller.options.cancel = NULL;
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", true), OK);
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.requests), 2);
    rpc_cancel_free(&cancel);
    caller_free(&caller);
}

/* A call that waits before its next attempt, here because the peer wants it to, is cancelled too.
 */
static void waiting_calls_are_cancelled(void)
{
    struct caller caller = {.client = NULL};
    struct rpc_cancel cancel;
    struct canceller canceller = {&caller, &cancel};
    pthread_t thread;
    caller_init(&caller);
    rpc_cancel_init(&cancel);
    caller.options.wire = RPC_WIRE_GRPC;
    caller.options.cancel = &cancel;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, cancel_when_it_runs, &canceller), 0);
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/GrpcLater", true), CANCELLED);
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.requests), 1);
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
    rpc_cancel_free(&cancel);
    caller_free(&caller);
}

/* ---- What comes besides the message ---- */

static const struct rpc_entry *find_entry(struct rpc_entries entries, const char *name, size_t nth)
{
    for (size_t i = 0; i < entries.count; i++) {
        if (strcmp(entries.items[i].name, name) == 0 && nth-- == 0) return &entries.items[i];
    }
    return NULL;
}

static void check_entry(struct rpc_entries entries, const char *name, size_t nth, struct text value)
{
    const struct rpc_entry *entry = find_entry(entries, name, nth);
    CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
    CU_ASSERT(text_equal(entry->value, value));
}

static void metadata_goes_both_ways(void)
{
    static const struct rpc_entry sent[] = {
        {"x-text", {"a b", 3}}, {"x-bytes-bin", {"\0\xff\x7f", 3}},
        {"X-Twice", {"1", 1}},  {"x-twice", {"2", 1}},
        {"x-empty", {"", 0}},
    };
    struct caller caller = {.client = NULL};
    caller_init(&caller);
    caller.options.metadata = sent;
    caller.options.metadata_count = ARRAY_LENGTH(sent);
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", false), OK);
    struct rpc_entries headers = caller.reply.headers;
    CU_ASSERT_EQUAL(caller.reply.http_status, 200);
    CU_ASSERT_EQUAL(caller.reply.attempts, 1);
    check_entry(headers, "x-text", 0, text_from("a b"));
    check_entry(headers, "x-bytes-bin", 0, (struct text){"\0\xff\x7f", 3});
    check_entry(headers, "x-twice", 0, text_from("1"));
    check_entry(headers, "x-twice", 1, text_from("2"));
    check_entry(headers, "x-empty", 0, text_from(""));
    caller_free(&caller);
}

static void errors_have_details(void)
{
    struct caller caller = {.client = NULL};
    caller_init(&caller);
    caller.options.wire = RPC_WIRE_GRPC;
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/GrpcError", false), NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(caller.reply.message, "no 소통 100%");
    CU_ASSERT_EQUAL_FATAL(caller.reply.detail_count, 1);
    CU_ASSERT_STRING_EQUAL(caller.reply.details[0].type, "google.rpc.ErrorInfo");
    CU_ASSERT(text_equal(caller.reply.details[0].value, (struct text){"\x0a\x01R", 3}));
    /* Values joined by a comma are two. */
    check_entry(caller.reply.trailers, "x-trailer-bin", 0, (struct text){"\0\x01\x02", 3});
    check_entry(caller.reply.trailers, "x-trailer-bin", 1, (struct text){"\xff\xfe", 2});
    caller_free(&caller);
}

/* A field's end in a value would begin another field. */
static void metadata_is_checked(void)
{
    static const struct rpc_entry wrong[] = {
        {"x-text", {"a\r\nx-b: c", 9}},
        {"x-nul", {"\0", 1}},
        {"x y", {"", 0}},
        {"", {"a", 1}},
        {":path", {"/", 1}},
        {"x:", {"", 0}},
    };
    struct caller caller = {.client = NULL};
    caller_init(&caller);
    caller.options.metadata_count = 1;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        caller.options.metadata = &wrong[i];
        CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", false), INVALID_ARGUMENT);
    }
    CU_ASSERT_EQUAL(atomic_load(&caller.peer.requests), 0);
    caller_free(&caller);
}

/* Whichever allocation of the calling thread fails: the call ends well, or for want of memory. */
static void allocations_may_fail(void)
{
    enum { ALLOCATIONS_MAX = 500 };
    struct caller caller = {.client = NULL};
    caller_init(&caller);
    caller.options.gzip = false;
    int failures = 0;
    bool reached = true;
    for (long nth = 1; nth < ALLOCATIONS_MAX && reached; nth++) {
        arena_reset(&caller.arena);
        (void)alloc_fail_at(nth);
        enum status status = call(&caller, &caller.options, "/t/Echo", true);
        reached = alloc_fail_at(0) >= nth;
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        failures += status != OK;
    }
    CU_ASSERT(!reached && failures > 3);
    CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", true), OK);
    caller_free(&caller);
}

/* ---- Peers that speak something else ---- */

struct stranger {
    int listener;
    const char *says; /* To whoever has said something; then it closes. */
    size_t bytes;
};

static void *be_strange(void *context)
{
    const struct stranger *stranger = context;
    char heard[FAULT_BYTES_MAX];
    int fd;
    while ((fd = accept(stranger->listener, NULL, NULL)) >= 0) {
        ssize_t count = read(fd, heard, sizeof heard);
        if (count > 0) count = write(fd, stranger->says, stranger->bytes);
        /* Closed without a reset, which would take what it said with it. */
        (void)shutdown(fd, SHUT_WR);
        while (count > 0)
            count = read(fd, heard, sizeof heard);
        (void)close(fd);
    }
    return NULL;
}

static void other_languages_are_told(void)
{
#define WORDS(text) text, sizeof text - 1
    static const struct {
        const char *scheme, *says;
        size_t bytes;
        const char *message;
    } rows[] = {
        {"http", WORDS("\x15\x03\x03\x00\x02\x02\x46"),
         "fake at %s: the peer speaks TLS: its URL should begin with https://"},
        {"http", WORDS("HTTP/1.1 400 Bad Request\r\n\r\n"),
         "fake at %s: the peer answers HTTP/2 with HTTP/1.1: where its port speaks TLS, its URL "
         "should begin with https://"},
        {"http", WORDS(""),
         "fake at %s: the peer closed the connection before it said anything: where its port "
         "speaks "
         "TLS, its URL should begin with https://"},
        {"https", WORDS("HTTP/1.1 400 Bad Request\r\n\r\n"),
         "fake at %s: the peer speaks no TLS: its URL should begin with http://"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof address;
        struct stranger stranger = {socket(AF_INET, SOCK_STREAM, 0), rows[i].says, rows[i].bytes};
        pthread_t thread;
        char url[FAKE_URL_BYTES];
        struct caller caller = {.client = NULL};
        CU_ASSERT_EQUAL_FATAL(bind(stranger.listener, (struct sockaddr *)&address, length), 0);
        CU_ASSERT_EQUAL_FATAL(listen(stranger.listener, CALLS), 0);
        CU_ASSERT_EQUAL_FATAL(getsockname(stranger.listener, (struct sockaddr *)&address, &length),
                              0);
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, be_strange, &stranger), 0);
        (void)snprintf(url, sizeof url, "%s://127.0.0.1:%d", rows[i].scheme,
                       ntohs(address.sin_port));
        client_init(&caller, url);
        caller.options.one_try = true;
        CU_ASSERT_EQUAL(call(&caller, &caller.options, "/t/Echo", true), UNAVAILABLE);
        check_message(&caller, rows[i].message);
        rpc_client_free(caller.client);
        arena_free(&caller.arena);
        (void)shutdown(stranger.listener, SHUT_RDWR);
        (void)pthread_join(thread, NULL);
        (void)close(stranger.listener);
    }
#undef WORDS
}

static void wrong_configurations_are_refused(void)
{
    static const char *const urls[] = {"127.0.0.1:1", "ftp://127.0.0.1", "http://", ""};
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        const struct rpc_peer peer = {.service = "fake", .url = urls[i]};
        const struct rpc_client_config config = {.peers = &peer, .peer_count = 1};
        struct rpc_client *client;
        CU_ASSERT_EQUAL(rpc_client_new(&config, &client), INVALID_ARGUMENT);
    }
}

SUITE("rpc_client_peer", {"calls share a connection", calls_share_a_connection},
      {"failures are told and repeated", failures_are_told_and_repeated},
      {"retries have a budget", retries_have_a_budget},
      {"a peer that is away is left alone", a_peer_that_is_away_is_left_alone},
      {"a dead connection is found out", a_dead_connection_is_found_out},
      {"a slow answer is no dead connection", a_slow_answer_is_no_dead_connection},
      {"a peer started anew is found", a_peer_started_anew_is_found},
      {"idle connections are closed", idle_connections_are_closed},
      {"calls are cancelled", calls_are_cancelled},
      {"waiting calls are cancelled", waiting_calls_are_cancelled},
      {"metadata goes both ways", metadata_goes_both_ways},
      {"errors have details", errors_have_details}, {"metadata is checked", metadata_is_checked},
      {"other languages are told", other_languages_are_told},
      {"allocations may fail", allocations_may_fail},
      {"wrong configurations are refused", wrong_configurations_are_refused})
