#include "rpc/server/rpc_call.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"
#include "rpc/rpc_envelope.h"
#include "rpc/server/rpc_fiber.h"
#include "rpc/server/rpc_lanes.h"
#include "rpc/server/rpc_loop.h"
#include "rpc/server/rpc_protocol.h"

struct arena *rpc_arena(struct rpc_call *call)
{
    return &call->arena;
}

struct db *rpc_db(struct rpc_call *call)
{
    assert(call->fiber == NULL || call->db != NULL); /* A stream's handler gets it by rpc_read. */
    return call->db;
}

struct fault *rpc_fault(struct rpc_call *call)
{
    return &call->fault;
}

struct rpc_client *rpc_call_client(struct rpc_call *call)
{
    return call->client;
}

int64_t rpc_time_left_ms(const struct rpc_call *call)
{
    if (call->deadline_ms == INT64_MAX) return INT64_MAX;
    int64_t left = call->deadline_ms - clock_monotonic_ms();
    return left > 0 ? left : 0;
}

void rpc_call_set_timeout_ms(struct rpc_call *call, int64_t timeout_ms)
{
    int64_t now = clock_monotonic_ms();
    call->deadline_ms = timeout_ms > INT64_MAX - now ? INT64_MAX : now + timeout_ms;
}

enum status rpc_fail(struct rpc_call *call, enum status status, const char *format, ...)
{
    char message[FAULT_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return fault_set(&call->fault, status, "%s", message);
}

static void violation_add(struct rpc_call *call, const char *field, const char *description)
{
    size_t bytes = strlen(field) + strlen(description);
    if (call->violation_count == RPC_VIOLATIONS_MAX) return;
    if (bytes > RPC_VIOLATIONS_BYTES_MAX - call->violation_bytes) return;
    char *field_copy = arena_copy(&call->arena, field, strlen(field));
    char *description_copy = arena_copy(&call->arena, description, strlen(description));
    if (field_copy == NULL || description_copy == NULL) return;
    call->violation_bytes += bytes;
    call->violations[call->violation_count++] =
        (struct rpc_field_violation){field_copy, description_copy};
}

enum status rpc_violation(struct rpc_call *call, const char *field, const char *format, ...)
{
    struct fault fault;
    char description[FAULT_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(description, sizeof description, format, arguments);
    va_end(arguments);
    enum status status = fault_set(&fault, INVALID_ARGUMENT, "%s", description);
    violation_add(call, field, fault.message);
    return status;
}

enum status rpc_reason(struct rpc_call *call, enum status status, const char *reason)
{
    (void)snprintf(call->reason, sizeof call->reason, "%s", reason);
    return status;
}

bool rpc_cancelled(const struct rpc_call *call)
{
    return call->cancelled || rpc_time_left_ms(call) == 0;
}

enum status rpc_read(struct rpc_call *call, rpc_job_body *read, void *context)
{
    return call->fiber != NULL ? rpc_fiber_read(call, read, context) : read(call, context);
}

enum status rpc_write(struct rpc_call *call, rpc_job_body *write, void *context)
{
    if (call->fiber != NULL) return rpc_fiber_write(call, write, context);
    return rpc_lanes_write(call->loop->lanes, call, write, context);
}

const char *rpc_traceparent(struct rpc_call *call)
{
    char *traceparent = arena_alloc(&call->arena, RPC_TRACEPARENT_BYTES + 1);
    if (traceparent == NULL) return NULL;
    rpc_trace_format(&call->trace, traceparent);
    return traceparent;
}

const char *rpc_tracestate(struct rpc_call *call)
{
    if (call->trace.state.length == 0) return NULL;
    return arena_copy(&call->arena, call->trace.state.bytes, call->trace.state.length);
}

const char *rpc_call_message(struct rpc_call *call)
{
    if (call->fault.message[0] != '\0') return call->fault.message;
    if (call->violation_count > 0) {
        (void)fault_set(&call->fault, INVALID_ARGUMENT, "%s: %s", call->violations[0].field,
                        call->violations[0].description);
        return call->fault.message;
    }
    if (call->status == RESOURCE_EXHAUSTED) return "the call needs more memory than it may have";
    return status_connect_name(call->status);
}

enum status rpc_call_over_fail(struct rpc_call *call)
{
    const char *message = NULL;
    if (call->over == CANCELLED) message = "the client has gone or has cancelled the call";
    if (call->over == UNAVAILABLE) message = "the server stops";
    if (call->over == DEADLINE_EXCEEDED) {
        message = call->idle ? "the stream was idle for too long" : "the deadline has passed";
    }
    /* For others the fault was set when it happened. */
    return message == NULL ? call->over : rpc_fail(call, call->over, "%s", message);
}

enum status rpc_call_run(struct rpc_call *call)
{
    call->out = NULL;
    if (call->cancelled) {
        call->status = rpc_fail(call, CANCELLED, "the call was over before it could run");
        return call->status;
    }
    if (rpc_time_left_ms(call) == 0) {
        call->status =
            rpc_fail(call, DEADLINE_EXCEEDED, "the deadline passed before the call could run");
        return call->status;
    }
    if (!call->method->server_streams) {
        call->out = rpc_message_new(&call->arena, call->method->output->descriptor);
        if (call->out == NULL) {
            call->status = rpc_fail(call, RESOURCE_EXHAUSTED, "no memory for the response");
            return call->status;
        }
    }
    call->status = call->handler(call->self, call, call->in, call->out);
    return call->status;
}

void rpc_call_forget(struct rpc_call *call)
{
    call->status = OK;
    call->out = NULL;
    call->fault.message[0] = '\0';
    call->reason[0] = '\0';
    call->violation_count = call->violation_bytes = 0;
    call->headers = call->trailers = (struct rpc_added_fields){NULL, NULL, 0, 0};
    call->details = NULL;
    call->detail_count = call->detail_bytes = 0;
    buffer_clear(&call->encoded);
}

void rpc_call_encode(struct rpc_call *call)
{
    if (call->status != OK || call->out == NULL) return;
    enum status status = OK;
    /* Room for the envelope's head, which is written when the length is known. */
    if (call->protocol->enveloped) {
        static const uint8_t head[RPC_ENVELOPE_HEAD_BYTES];
        status = buffer_append(&call->encoded, head, sizeof head);
    }
    if (status == OK) status = rpc_call_encode_message(call, call->out, &call->encoded);
    call->out = NULL;
    if (status == OK) return;
    buffer_free(&call->encoded);
    call->status = status;
}

enum status rpc_call_encode_message(struct rpc_call *call, const ProtobufCMessage *message,
                                    struct buffer *out)
{
    static const struct rpc_json_style style = {.indent = false, .default_values = false};
    const size_t before = out->length;
    enum status status = call->json ? rpc_json_write_as(call->method->output, message, &style, out)
                                    : rpc_encode(message, out);
    call->bytes_out += out->length - before;
    if (status == OK) return OK;
    return rpc_fail(call, status, "the response could not be encoded: %s",
                    status == RESOURCE_EXHAUSTED ? "it is too large" : "internal error");
}
