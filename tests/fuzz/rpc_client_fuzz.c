/* Any bytes as what a server answers our client, over HTTP/2 behind its SETTINGS or over HTTP/1.1.
 * Every call comes to an end, with an answer that was read whole or with a status, and leaves
 * nothing behind. The first two bytes choose: the protocol, the version of HTTP, how the call is
 * made, and the size of the pieces in which the rest comes. */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "rpc/client/rpc_client.h"
#include "sample.rpc.h"

enum {
    INPUT_BYTES_MAX = 1 << 16,
    PIECES_MAX = 16,
    URL_BYTES = 32,
    ARENA_BYTES = 4 << 20,
    MESSAGE_BYTES_MAX = 1 << 20,
    MESSAGES_MAX = 64,
    TIMEOUT_MS = 10000, /* Never met: the server closes when all has been said. */
};

/* Bits of the first byte above the protocol. */
enum { WIRES = 3, WIRE_BITS = 3, HTTP_2 = 4, JSON = 8, GZIP = 16, STREAM = 32, GET = 64 };

/* The server: one connection an input. */
struct target {
    int listener;
    char url[URL_BYTES];
    pthread_mutex_t lock;
    const uint8_t *bytes; /* What it says. */
    size_t length, piece;
    bool http2;
};

static void say(int peer, const uint8_t *bytes, size_t length, size_t piece)
{
    while (length > 0) {
        ssize_t sent = send(peer, bytes, length < piece ? length : piece, MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

static void *serve(void *context)
{
    static const uint8_t settings[9] = {0, 0, 0, 4};
    struct target *target = context;
    char asked[4096];
    for (;;) {
        int peer = accept(target->listener, NULL, NULL);
        if (peer < 0) abort();
        (void)recv(peer, asked, sizeof asked,
                   0); /* Streams and requests are begun by the client. */
        (void)pthread_mutex_lock(&target->lock);
        if (target->http2) say(peer, settings, sizeof settings, sizeof settings);
        say(peer, target->bytes, target->length, target->piece);
        (void)pthread_mutex_unlock(&target->lock);
        (void)shutdown(peer, SHUT_WR);
        while (recv(peer, asked, sizeof asked, 0) > 0)
            continue;
        (void)close(peer);
    }
    return NULL;
}

static void target_init(struct target *target)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    pthread_t thread;
    (void)signal(SIGPIPE, SIG_IGN);
    target->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (target->listener < 0 || bind(target->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(target->listener, SOMAXCONN) != 0 ||
        getsockname(target->listener, (struct sockaddr *)&address, &length) != 0 ||
        pthread_mutex_init(&target->lock, NULL) != 0 ||
        pthread_create(&thread, NULL, serve, target) != 0)
        abort();
    (void)snprintf(target->url, sizeof target->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
}

static enum status call_unary(struct rpc_client *client, const struct rpc_options *options,
                              const sample_get_node_request *request)
{
    sample_node *node = NULL;
    enum status status = sample_client_get_node(client, options, request, &node);
    if ((status == OK) != (node != NULL)) abort();
    return status;
}

static enum status call_stream(struct rpc_client *client, const struct rpc_options *options,
                               const sample_get_node_request *request)
{
    struct rpc_stream *stream;
    sample_node *node = NULL;
    enum status status = sample_client_watch_nodes_open(client, options, request, &stream);
    if (status != OK) return status;
    for (int i = 0; i < MESSAGES_MAX; i++) {
        status = sample_client_watch_nodes_receive(stream, options->arena, &node);
        if (status != OK || node == NULL) break;
    }
    rpc_stream_free(stream);
    return status;
}

static void call(const struct target *target, uint8_t way)
{
    static char name[] = "a";
    static sample_node empty = SAMPLE_NODE_INIT;
    bool http2 = (way & HTTP_2) != 0;
    const struct rpc_peer peer = {"sample", target->url, http2 ? RPC_HTTP_2 : RPC_HTTP_1};
    const struct rpc_client_config config = {.peers = &peer, .peer_count = 1};
    struct rpc_client *client;
    struct arena arena;
    struct fault fault = {.message = ""};
    struct rpc_reply reply = {.attempts = 0};
    arena_init(&arena, ARENA_BYTES);
    if (rpc_client_new(&config, &client) != OK) abort();
    const struct rpc_options options = {.peer = "sample",
                                        .timeout_ms = TIMEOUT_MS,
                                        .arena = &arena,
                                        .fault = &fault,
                                        .reply = &reply,
                                        .wire = (enum rpc_wire)(way % (WIRE_BITS + 1) % WIRES),
                                        .json = (way & JSON) != 0,
                                        .gzip = (way & GZIP) != 0,
                                        .get = (way & GET) != 0,
                                        .one_try = true,
                                        .response_bytes_max = MESSAGE_BYTES_MAX};
    sample_get_node_request request = SAMPLE_GET_NODE_REQUEST_INIT;
    request.name = request.request_id = name;
    request.node = &empty;
    bool stream = (way & STREAM) != 0;
    enum status status =
        stream ? call_stream(client, &options, &request) : call_unary(client, &options, &request);
    /* An answer may say DEADLINE_EXCEEDED; the client's own words for it are a hang. */
    if (status == DEADLINE_EXCEEDED && strstr(fault.message, "before the deadline") != NULL &&
        reply.http_status == 0)
        abort();
    if (status != OK && fault.message[0] == '\0') abort();
    rpc_client_free(client);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct target target;
    if (target.url[0] == '\0') target_init(&target);
    if (size < 2 || size > INPUT_BYTES_MAX) return 0;
    (void)pthread_mutex_lock(&target.lock);
    target.bytes = data + 2;
    target.length = size - 2;
    target.piece = data[1] == 0 ? size : size / PIECES_MAX + data[1];
    target.http2 = (data[0] & HTTP_2) != 0;
    (void)pthread_mutex_unlock(&target.lock);
    call(&target, data[0]);
    /* The server may not have said all of it, which is not ours to keep. */
    (void)pthread_mutex_lock(&target.lock);
    target.length = 0;
    (void)pthread_mutex_unlock(&target.lock);
    return 0;
}
