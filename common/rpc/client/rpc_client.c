#include "rpc/client/rpc_client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/client/rpc_attempt.h"
#include "rpc/client/rpc_client_call.h"
#include "rpc/client/rpc_client_spans.h"
#include "rpc/client/rpc_exchange.h"
#include "rpc/client/rpc_outcome.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"

struct rpc_client {
    struct rpc_engine *engine;
};

enum status rpc_client_new(const struct rpc_client_config *config, struct rpc_client **out)
{
    struct rpc_client *client = alloc_should_fail() ? NULL : calloc(1, sizeof *client);
    if (client == NULL) return RESOURCE_EXHAUSTED;
    enum status status = rpc_engine_new(config, &client->engine);
    if (status != OK) {
        free(client);
        return status;
    }
    *out = client;
    return OK;
}

void rpc_client_free(struct rpc_client *client)
{
    if (client == NULL) return;
    rpc_engine_free(client->engine);
    free(client);
}

/* ---- What calls and streams share ---- */

enum status rpc_client_find(struct rpc_client *client, const struct rpc_options *options,
                            struct rpc_route **out)
{
    struct rpc_route *route = rpc_engine_route(client->engine, options->peer);
    if (route == NULL)
        return fault_set(options->fault, FAILED_PRECONDITION, "no service \"%s\" is configured",
                         options->peer);
    enum status status = rpc_engine_start(client->engine, options->fault);
    if (status == OK) *out = route;
    return status;
}

int64_t rpc_client_deadline_ms(int64_t timeout_ms)
{
    return timeout_ms < 0 ? INT64_MAX : clock_monotonic_ms() + timeout_ms;
}

enum status rpc_client_encode(const struct rpc_options *options, const struct rpc_message *type,
                              const ProtobufCMessage *message, struct buffer *out)
{
    static const struct rpc_json_style compact = {.indent = false};
    enum status status =
        options->json ? rpc_json_write_as(type, message, &compact, out) : rpc_encode(message, out);
    if (status == OK) return OK;
    if (status != RESOURCE_EXHAUSTED)
        return fault_set(options->fault, status, "%s: the request cannot be written as JSON",
                         options->peer);
    return fault_set(options->fault, status, "%s: no memory for the request, or more than %d bytes",
                     options->peer, RPC_REQUEST_BYTES_MAX);
}

enum status rpc_client_decode(struct rpc_attempt *attempt, struct arena *arena,
                              const struct rpc_message *type, struct text bytes,
                              ProtobufCMessage **out)
{
    struct fault wrong;
    enum status status = attempt->options->json
                             ? rpc_json_read(arena, bytes, type, true, out, &wrong)
                             : rpc_decode(arena, bytes, type, out, &wrong);
    if (status == OK) return OK;
    attempt->over = false;
    rpc_attempt_end(attempt, status == INVALID_ARGUMENT ? INTERNAL : status, "its answer: %s",
                    wrong.message);
    return attempt->status;
}

/* ---- Unary calls ---- */

/* A unary call, whatever its messages are. */
struct call {
    struct rpc_attempt_config attempt;
    struct text message;
    bool idempotent;
    /* Takes the answer's bytes; its failure is the attempt's. */
    enum status (*take)(struct rpc_attempt *attempt, struct text bytes, void *context);
    void *context;
};

static const struct rpc_dialect *unary_dialect(enum rpc_wire wire)
{
    switch (wire) {
    case RPC_WIRE_CONNECT:
        return &rpc_dialect_connect;
    case RPC_WIRE_GRPC:
        return &rpc_dialect_grpc;
    case RPC_WIRE_GRPC_WEB:
        return &rpc_dialect_grpc_web;
    }
    return NULL;
}

/* One attempt, which was begun. */
static void try_once(struct rpc_attempt *attempt, const struct call *call)
{
    struct text bytes;
    enum status status = rpc_attempt_start(attempt, &call->message);
    if (status != OK) {
        if (status == INVALID_ARGUMENT)
            rpc_attempt_end(attempt, status, "metadata that HTTP does not allow in a field");
        else
            rpc_attempt_end(attempt, status,
                            "no memory for the request, or more than %d entries of metadata",
                            RPC_METADATA_MAX);
        return;
    }
    if (!rpc_attempt_receive_one(attempt, &bytes)) return;
    (void)call->take(attempt, bytes, call->context);
}

/* Waits until `until_ms`. False: the call is over meanwhile. */
static bool wait_before(struct rpc_attempt *attempt, int64_t until_ms)
{
    /* Nothing comes to an exchange that was not started, except its end by cancelling. */
    if (rpc_exchange_await_head(attempt->exchange, until_ms) == DEADLINE_EXCEEDED) return true;
    rpc_attempt_end(attempt, CANCELLED, "cancelled");
    return false;
}

static enum status no_memory(const struct call *call)
{
    return fault_set(call->attempt.options->fault, RESOURCE_EXHAUSTED, "%s: no memory for the call",
                     call->attempt.route->peer->service);
}

/* Tries until an attempt succeeds, or must not be followed by another. */
static enum status call_peer(const struct call *call)
{
    const struct rpc_options *options = call->attempt.options;
    int64_t wait_until_ms = 0;
    for (int number = 1;; number++) {
        struct rpc_attempt attempt;
        bool trial = false;
        enum status status = OK;
        /* What came before, told by the last attempt, is worth more than that the peer is left
         * alone now. */
        if (number == 1) status = rpc_outcome_admit(call->attempt.route, options->fault, &trial);
        if (status != OK) return status;
        if (rpc_attempt_init(&attempt, &call->attempt) != OK) {
            rpc_attempt_free(&attempt);
            return no_memory(call);
        }
        if (number == 1 || wait_before(&attempt, wait_until_ms)) try_once(&attempt, call);
        bool again = rpc_outcome_settle(&attempt, trial, call->idempotent);
        wait_until_ms = clock_monotonic_ms() + rpc_outcome_wait_ms(&attempt, number + 1);
        again = again && !options->one_try && number < RPC_ATTEMPTS_MAX &&
                wait_until_ms < call->attempt.deadline_ms;
        status = rpc_outcome_status(&attempt, number);
        if (!again) rpc_attempt_report(&attempt, number);
        rpc_attempt_free(&attempt);
        if (!again) return status;
    }
}

static enum status prepare(struct rpc_client *client, const struct rpc_options *options,
                           const char *path, struct call *call)
{
    struct rpc_route *route;
    enum status status = rpc_client_find(client, options, &route);
    if (status != OK) return status;
    int64_t timeout_ms = options->timeout_ms == 0 ? RPC_TIMEOUT_MS : options->timeout_ms;
    *call = (struct call){.attempt = {.route = route,
                                      .options = options,
                                      .dialect = unary_dialect(options->wire),
                                      .path = path,
                                      .deadline_ms = rpc_client_deadline_ms(timeout_ms)}};
    return OK;
}

/* Where the message of an answer goes. */
struct message_place {
    const struct rpc_message *type;
    ProtobufCMessage **out;
};

static enum status take_message(struct rpc_attempt *attempt, struct text bytes, void *context)
{
    const struct message_place *place = context;
    return rpc_client_decode(attempt, attempt->options->arena, place->type, bytes, place->out);
}

enum status rpc_client_call(struct rpc_client *client, const struct rpc_options *options,
                            const struct rpc_method *method, const ProtobufCMessage *in,
                            ProtobufCMessage **out)
{
    assert(!method->client_streams && !method->server_streams);
    struct call call;
    struct rpc_options own = *options;
    own.get = own.get && method->no_side_effects;
    enum status status = prepare(client, &own, method->path, &call);
    if (status != OK) return status;
    struct buffer body;
    struct rpc_client_span span;
    struct message_place place = {method->output, out};
    rpc_client_span_begin(call.attempt.route, &own, method, &span);
    buffer_init(&body, RPC_REQUEST_BYTES_MAX);
    status = rpc_client_encode(options, method->input, in, &body);
    if (status == OK) {
        call.message = (struct text){(const char *)body.bytes, body.length};
        call.idempotent = method->idempotent;
        call.take = take_message;
        call.context = &place;
        status = call_peer(&call);
    }
    rpc_client_span_end(call.attempt.route, &span, status);
    buffer_free(&body);
    return status;
}

static enum status take_json(struct rpc_attempt *attempt, struct text bytes, void *context)
{
    struct text *answer = context;
    const char *copy = arena_copy(attempt->options->arena, bytes.bytes, bytes.length);
    if (copy == NULL) {
        attempt->over = false;
        rpc_attempt_end(attempt, RESOURCE_EXHAUSTED, "the answer of %zu bytes does not fit",
                        bytes.length);
        return attempt->status;
    }
    *answer = (struct text){copy, bytes.length};
    return OK;
}

enum status rpc_client_call_json(struct rpc_client *client, const struct rpc_options *options,
                                 const char *path, struct text json, struct text *answer)
{
    struct call call;
    struct rpc_options own = *options;
    own.json = true;
    own.get = false;
    enum status status = prepare(client, &own, path, &call);
    if (status != OK) return status;
    call.message = json;
    call.take = take_json;
    call.context = answer;
    return call_peer(&call);
}
