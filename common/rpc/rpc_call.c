#include "rpc/rpc_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/rpc_codec.h"
#include "rpc/rpc_json.h"
#include "rpc/rpc_lanes.h"

struct arena *rpc_arena(struct rpc_call *call)
{
    return &call->arena;
}

struct db *rpc_db(struct rpc_call *call)
{
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

enum status rpc_write(struct rpc_call *call,
                      enum status (*write)(struct rpc_call *call, void *context), void *context)
{
    return rpc_lanes_write(call->lanes, call, write, context);
}

enum status rpc_receive(struct rpc_call *call, const ProtobufCMessage **in)
{
    *in = NULL;
    return rpc_fail(call, UNIMPLEMENTED, "streams are not served yet");
}

enum status rpc_send(struct rpc_call *call, const ProtobufCMessage *out)
{
    (void)out;
    return rpc_fail(call, UNIMPLEMENTED, "streams are not served yet");
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

enum status rpc_call_run(struct rpc_call *call)
{
    if (rpc_time_left_ms(call) == 0) {
        call->status =
            rpc_fail(call, DEADLINE_EXCEEDED, "the deadline passed before the call could run");
        return call->status;
    }
    call->out = rpc_message_new(&call->arena, call->method->output->descriptor);
    if (call->out == NULL) {
        call->status = rpc_fail(call, RESOURCE_EXHAUSTED, "no memory for the response");
        return call->status;
    }
    call->status = call->handler(call->self, call, call->in, call->out);
    return call->status;
}

void rpc_call_encode(struct rpc_call *call)
{
    static const struct rpc_json_style style = {.indent = false, .default_values = false};
    if (call->status != OK) return;
    enum status status =
        call->json ? rpc_json_write_as(call->method->output, call->out, &style, &call->encoded)
                   : rpc_encode(call->out, &call->encoded);
    call->bytes_out += call->encoded.length;
    if (status == OK) return;
    buffer_free(&call->encoded);
    call->status = rpc_fail(call, status, "the response could not be encoded: %s",
                            status == RESOURCE_EXHAUSTED ? "it is too large" : "internal error");
}
