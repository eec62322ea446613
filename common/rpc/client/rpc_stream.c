#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "rpc/client/rpc_client_call.h"
#include "rpc/client/rpc_client_spans.h"
#include "rpc/client/rpc_exchange.h"
#include "rpc/client/rpc_outcome.h"

struct rpc_stream {
    struct rpc_attempt attempt;
    struct rpc_options options;
    struct rpc_client_span span;
    const struct rpc_method *method;
    struct buffer encoded;
    bool started, closed;
    bool trial, settled;
};

static const struct rpc_dialect *stream_dialect(enum rpc_wire wire)
{
    switch (wire) {
    case RPC_WIRE_CONNECT:
        return &rpc_dialect_connect_stream;
    case RPC_WIRE_GRPC:
        return &rpc_dialect_grpc;
    case RPC_WIRE_GRPC_WEB:
        return &rpc_dialect_grpc_web;
    }
    return NULL;
}

static enum status start(struct rpc_stream *stream, const struct text *only)
{
    enum status status = rpc_attempt_start(&stream->attempt, only);
    if (status == OK)
        stream->started = true;
    else if (status == INVALID_ARGUMENT)
        status =
            fault_set(stream->options.fault, status,
                      "%s: metadata that HTTP does not allow in a field", stream->options.peer);
    else
        status = fault_set(stream->options.fault, status,
                           "%s: no memory for the request, or more than %d entries of metadata",
                           stream->options.peer, RPC_METADATA_MAX);
    return status;
}

enum status rpc_stream_open(struct rpc_client *client, const struct rpc_options *options,
                            const struct rpc_method *method, struct rpc_stream **out)
{
    struct rpc_route *route;
    bool trial;
    enum status status = rpc_client_find(client, options, &route);
    if (status == OK) status = rpc_outcome_admit(route, options->fault, &trial);
    if (status != OK) return status;
    struct rpc_stream *stream = alloc_should_fail() ? NULL : calloc(1, sizeof *stream);
    if (stream == NULL) {
        rpc_engine_lock(route->engine);
        rpc_breaker_abandoned(&route->breaker, trial);
        rpc_engine_unlock(route->engine);
        return fault_set(options->fault, RESOURCE_EXHAUSTED, "%s: no memory for the stream",
                         options->peer);
    }
    stream->options = *options;
    stream->method = method;
    stream->trial = trial;
    rpc_client_span_begin(route, &stream->options, method, &stream->span);
    buffer_init(&stream->encoded, RPC_REQUEST_BYTES_MAX);
    int64_t timeout_ms = options->timeout_ms == 0 ? -1 : options->timeout_ms;
    const struct rpc_attempt_config config = {.route = route,
                                              .options = &stream->options,
                                              .dialect = stream_dialect(options->wire),
                                              .path = method->path,
                                              .deadline_ms = rpc_client_deadline_ms(timeout_ms)};
    status = rpc_attempt_init(&stream->attempt, &config);
    if (status != OK)
        status = fault_set(options->fault, status, "%s: no memory for the stream", options->peer);
    /* A single message goes with the head. */
    if (status == OK && method->client_streams) status = start(stream, NULL);
    if (status != OK) {
        rpc_stream_free(stream);
        return status;
    }
    *out = stream;
    return OK;
}

enum status rpc_stream_send(struct rpc_stream *stream, const ProtobufCMessage *message)
{
    assert(!stream->closed);
    buffer_clear(&stream->encoded);
    enum status status =
        rpc_client_encode(&stream->options, stream->method->input, message, &stream->encoded);
    if (status != OK) return status;
    struct text bytes = {(const char *)stream->encoded.bytes, stream->encoded.length};
    if (stream->started) return rpc_attempt_send(&stream->attempt, &bytes);
    stream->closed = true;
    return start(stream, &bytes);
}

enum status rpc_stream_close(struct rpc_stream *stream)
{
    if (stream->closed) return OK;
    stream->closed = true;
    return stream->started ? rpc_attempt_send(&stream->attempt, NULL) : OK;
}

/* Once it is over: tells all who want to know. */
static enum status settle(struct rpc_stream *stream)
{
    if (!stream->settled) {
        (void)rpc_outcome_settle(&stream->attempt, stream->trial, false);
        rpc_attempt_report(&stream->attempt, 1);
        rpc_client_span_end(stream->attempt.route, &stream->span, stream->attempt.status);
        stream->settled = true;
    }
    return rpc_outcome_status(&stream->attempt, 1);
}

enum status rpc_stream_receive(struct rpc_stream *stream, struct arena *arena,
                               ProtobufCMessage **out)
{
    assert(stream->started);
    struct text bytes;
    *out = NULL;
    if (!rpc_attempt_receive(&stream->attempt, &bytes)) return settle(stream);
    if (rpc_client_decode(&stream->attempt, arena, stream->method->output, bytes, out) != OK)
        return settle(stream);
    return OK;
}

enum status rpc_stream_finish(struct rpc_stream *stream, ProtobufCMessage **out)
{
    struct text bytes;
    if (rpc_stream_close(stream) == RESOURCE_EXHAUSTED)
        rpc_attempt_end(&stream->attempt, RESOURCE_EXHAUSTED, "no memory for the request");
    /* Where it could not be closed because the call is over, the answer says why. */
    bool one = rpc_attempt_receive_one(&stream->attempt, &bytes);
    if (one && rpc_client_decode(&stream->attempt, stream->options.arena, stream->method->output,
                                 bytes, out) != OK)
        return settle(stream);
    return settle(stream);
}

void rpc_stream_cancel(struct rpc_stream *stream)
{
    rpc_exchange_cancel(stream->attempt.exchange);
}

void rpc_stream_free(struct rpc_stream *stream)
{
    if (stream == NULL) return;
    if (!stream->settled) {
        rpc_engine_lock(stream->attempt.route->engine);
        rpc_breaker_abandoned(&stream->attempt.route->breaker, stream->trial);
        rpc_engine_unlock(stream->attempt.route->engine);
    }
    rpc_client_span_end(stream->attempt.route, &stream->span, CANCELLED); /* Given up. */
    rpc_attempt_free(&stream->attempt);
    buffer_free(&stream->encoded);
    free(stream);
}
