#include "rpc/rpc_client.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "rpc/rpc_channel.h"
#include "rpc/rpc_codec.h"
#include "rpc/rpc_curl.h"

enum {
    ATTEMPTS_MAX = 3,
    BACKOFF_MS = 50, /* Before the second attempt; four times that before the third. */
    BACKOFF_FACTOR = 4,
    IDLE_CHANNELS_MAX = 8,
    REQUEST_BYTES_MAX = 64 * 1024 * 1024,
};

struct rpc_client {
    struct rpc_client_config config;
    pthread_mutex_t lock; /* Guards what follows. */
    struct rpc_channel *idle[IDLE_CHANNELS_MAX];
    size_t idle_count;
    size_t busy_count;
    struct rpc_curl library; /* Loaded by the first call. */
};

enum status rpc_client_new(const struct rpc_client_config *config, struct rpc_client **out)
{
    struct rpc_client *client = alloc_should_fail() ? NULL : calloc(1, sizeof *client);
    if (client == NULL) return RESOURCE_EXHAUSTED;
    client->config = *config;
    if (pthread_mutex_init(&client->lock, NULL) != 0) {
        free(client);
        return RESOURCE_EXHAUSTED;
    }
    *out = client;
    return OK;
}

void rpc_client_free(struct rpc_client *client)
{
    if (client == NULL) return;
    assert(client->busy_count == 0);
    for (size_t i = 0; i < client->idle_count; i++)
        rpc_channel_free(client->idle[i]);
    rpc_curl_unload(&client->library);
    (void)pthread_mutex_destroy(&client->lock);
    free(client);
}

/* A channel for one call: the one used last, whose connections are the likeliest to live. */
static enum status borrow(struct rpc_client *client, const struct rpc_peer *peer,
                          struct rpc_channel **out, struct fault *fault)
{
    struct rpc_channel *channel = NULL;
    (void)pthread_mutex_lock(&client->lock);
    enum status status = rpc_curl_load(&client->library, fault);
    if (status == OK) client->busy_count++;
    if (status == OK && client->idle_count > 0) channel = client->idle[--client->idle_count];
    (void)pthread_mutex_unlock(&client->lock);
    if (status != OK) return status;
    if (channel == NULL) status = rpc_channel_new(&client->library, &channel);
    if (status == OK) {
        *out = channel;
        return OK;
    }
    (void)pthread_mutex_lock(&client->lock);
    client->busy_count--;
    (void)pthread_mutex_unlock(&client->lock);
    return fault_set(fault, status, "%s: no memory for the call", peer->service);
}

static void give_back(struct rpc_client *client, struct rpc_channel *channel)
{
    (void)pthread_mutex_lock(&client->lock);
    client->busy_count--;
    if (client->idle_count < IDLE_CHANNELS_MAX) {
        client->idle[client->idle_count++] = channel;
        channel = NULL;
    }
    (void)pthread_mutex_unlock(&client->lock);
    rpc_channel_free(channel);
}

static const struct rpc_peer *find_peer(const struct rpc_client *client, const char *service)
{
    for (size_t i = 0; i < client->config.peer_count; i++) {
        if (strcmp(client->config.peers[i].service, service) == 0) return &client->config.peers[i];
    }
    return NULL;
}

/* Waits before the next attempt, between half of the backoff and all of it, so that callers which
 * failed together do not return together. False: the deadline comes first. */
static bool wait_for_attempt(int attempt, int64_t deadline_ms)
{
    int64_t backoff_us = BACKOFF_MS * 1000L;
    for (int i = 1; i < attempt; i++)
        backoff_us *= BACKOFF_FACTOR;
    backoff_us = backoff_us / 2 + clock_monotonic_us() % (backoff_us / 2);
    if (clock_monotonic_ms() + backoff_us / 1000 >= deadline_ms) return false;
    struct timespec pause = {.tv_sec = backoff_us / 1000000,
                             .tv_nsec = backoff_us % 1000000 * 1000};
    (void)nanosleep(&pause, NULL);
    return true;
}

/* Posts until an attempt succeeds, or must not be followed by another. */
static enum status post(struct rpc_channel *channel, const struct rpc_exchange *exchange,
                        bool idempotent, struct text *answer, struct fault *fault)
{
    for (int attempt = 1;; attempt++) {
        enum status status = rpc_channel_post(channel, exchange, answer, fault);
        bool again = status == UNAVAILABLE && idempotent && attempt < ATTEMPTS_MAX;
        if (!again || !wait_for_attempt(attempt, exchange->deadline_ms)) return status;
    }
}

/* What the two kinds of calls share: from options to an exchange. */
static enum status prepare(const struct rpc_client *client, const struct rpc_options *options,
                           struct rpc_exchange *exchange)
{
    exchange->peer = find_peer(client, options->peer);
    int64_t timeout_ms = options->timeout_ms == 0 ? RPC_TIMEOUT_MS : options->timeout_ms;
    exchange->deadline_ms = clock_monotonic_ms() + timeout_ms;
    if (exchange->peer != NULL) return OK;
    return fault_set(options->fault, FAILED_PRECONDITION, "no service \"%s\" is configured",
                     options->peer);
}

enum status rpc_client_call(struct rpc_client *client, const struct rpc_options *options,
                            const struct rpc_method *method, const ProtobufCMessage *in,
                            ProtobufCMessage **out)
{
    struct rpc_exchange exchange = {.path = method->path, .content_type = "application/proto"};
    enum status status = prepare(client, options, &exchange);
    if (status != OK) return status;
    struct buffer body;
    buffer_init(&body, REQUEST_BYTES_MAX);
    struct rpc_channel *channel = NULL;
    status = rpc_encode(in, &body);
    if (status != OK)
        status = fault_set(options->fault, status,
                           "%s: no memory for the request, or more than %d bytes",
                           exchange.peer->service, REQUEST_BYTES_MAX);
    else
        status = borrow(client, exchange.peer, &channel, options->fault);
    if (status != OK) goto done;
    exchange.body = (struct text){(const char *)body.bytes, body.length};
    struct text answer;
    status = post(channel, &exchange, method->idempotent, &answer, options->fault);
    if (status != OK) goto done;
    struct fault wrong;
    status = rpc_decode(options->arena, answer, method->output, out, &wrong);
    if (status != OK)
        status = fault_set(options->fault, status == INVALID_ARGUMENT ? INTERNAL : status,
                           "%s at %s: its answer: %s", exchange.peer->service, exchange.peer->url,
                           wrong.message);
done:
    if (channel != NULL) give_back(client, channel);
    buffer_free(&body);
    return status;
}

enum status rpc_client_call_json(struct rpc_client *client, const struct rpc_options *options,
                                 const char *path, struct text json, struct text *answer)
{
    struct rpc_exchange exchange = {.path = path, .content_type = "application/json", .body = json};
    enum status status = prepare(client, options, &exchange);
    if (status != OK) return status;
    struct rpc_channel *channel = NULL;
    status = borrow(client, exchange.peer, &channel, options->fault);
    if (status != OK) return status;
    struct text body;
    status = post(channel, &exchange, false, &body, options->fault);
    if (status == OK) {
        const char *copy = arena_copy(options->arena, body.bytes, body.length);
        if (copy == NULL)
            status = fault_set(options->fault, RESOURCE_EXHAUSTED,
                               "%s: the answer of %zu bytes does not fit", exchange.peer->service,
                               body.length);
        else
            *answer = (struct text){copy, body.length};
    }
    give_back(client, channel);
    return status;
}
