#include "rpc/server/rpc_inbox.h"

#include <string.h>

#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"
#include "rpc/rpc_base64.h"
#include "rpc/rpc_envelope.h"
#include "rpc/server/rpc_loop.h"
#include "rpc/server/rpc_server_parts.h"

/* ---- One message ---- */

static bool report_violation(void *context, const char *field_path, const char *description)
{
    struct rpc_call *call = context;
    (void)rpc_violation(call, field_path, "%s", description);
    return call->violation_count < RPC_VIOLATIONS_MAX;
}

/* Counts why a message could not be decoded; what the protocols call it. */
static enum status refused(struct rpc_call *call, enum status status)
{
    if (status == RESOURCE_EXHAUSTED) {
        rpc_refuse_count(call, RPC_REFUSED_CALL_BYTES);
        return status;
    }
    rpc_refuse_count(call, status == OUT_OF_RANGE ? RPC_REFUSED_NESTING : RPC_REFUSED_MESSAGE);
    return INVALID_ARGUMENT;
}

/* Nothing at all stands for the empty message. */
static enum status decode_json(struct rpc_call *call, struct text bytes, struct arena *arena,
                               ProtobufCMessage **out)
{
    struct rpc_json_reading reading = {
        .report = report_violation, .context = call, .fault = &call->fault};
    if (bytes.length == 0) bytes = text_from("{}");
    return rpc_json_read_as(arena, bytes, call->method->input, &reading, out);
}

static enum status decode(struct rpc_call *call, struct text bytes, struct arena *arena,
                          ProtobufCMessage **out)
{
    const struct rpc_message *type = call->method->input;
    call->decoded = false;
    call->bytes_in += bytes.length;
    enum status status = call->json ? decode_json(call, bytes, arena, out)
                                    : rpc_decode(arena, bytes, type, out, &call->fault);
    if (status != OK) return refused(call, status);
    call->decoded = true;
    if (rpc_check_bounds(type, *out, report_violation, call)) return OK;
    rpc_refuse_count(call, RPC_REFUSED_BOUNDS);
    return INVALID_ARGUMENT;
}

static enum status too_large(struct rpc_call *call, size_t bytes)
{
    rpc_refuse_count(call, RPC_REFUSED_MESSAGE_BYTES);
    return rpc_fail(call, RESOURCE_EXHAUSTED, "a message of %zu bytes is larger than %zu", bytes,
                    rpc_server_message_bytes_max(call->server));
}

enum status rpc_message_read(struct rpc_call *call, struct text bytes, bool compressed,
                             struct arena *arena, ProtobufCMessage **out)
{
    size_t bytes_max = rpc_server_message_bytes_max(call->server);
    if (bytes.length > bytes_max) return too_large(call, bytes.length);
    if (!compressed || bytes.length == 0) return decode(call, bytes, arena, out);
    struct buffer *unpacked = &call->loop->unpacked;
    buffer_init(unpacked, bytes_max);
    enum status status = rpc_gzip_inflate(&call->loop->gzip, bytes, unpacked, &call->fault);
    if (status == OK) {
        status = decode(call, (struct text){(const char *)unpacked->bytes, unpacked->length}, arena,
                        out);
    } else {
        rpc_refuse_count(call,
                         status == INVALID_ARGUMENT ? RPC_REFUSED_GZIP : RPC_REFUSED_MESSAGE_BYTES);
    }
    buffer_free(unpacked);
    return status;
}

/* ---- Envelopes ---- */

static enum status check_envelope(struct rpc_call *call, struct rpc_envelope envelope)
{
    if ((envelope.flags & ~RPC_ENVELOPE_COMPRESSED) != 0) {
        rpc_refuse_count(call, RPC_REFUSED_ENVELOPE);
        return rpc_fail(call, INVALID_ARGUMENT, "a message has the unknown flags %d",
                        envelope.flags);
    }
    if (envelope.flags != 0 && !call->request_gzip) {
        rpc_refuse_count(call, RPC_REFUSED_ENVELOPE);
        return rpc_fail(call, INTERNAL,
                        "a message is compressed, but the request names no compression");
    }
    if (envelope.length > rpc_server_message_bytes_max(call->server))
        return too_large(call, envelope.length);
    return OK;
}

enum status rpc_inbox_read(struct rpc_call *call, struct text *bytes, struct arena *arena,
                           ProtobufCMessage **out, bool *whole)
{
    struct rpc_envelope envelope;
    *whole = false;
    if (!rpc_envelope_read(*bytes, &envelope)) return OK;
    enum status status = check_envelope(call, envelope);
    size_t length = RPC_ENVELOPE_HEAD_BYTES + (size_t)envelope.length;
    if (status != OK || length > bytes->length) return status;
    struct text message = {bytes->bytes + RPC_ENVELOPE_HEAD_BYTES, envelope.length};
    status = rpc_message_read(call, message, envelope.flags != 0, arena, out);
    if (status != OK) return status;
    bytes->bytes += length;
    bytes->length -= length;
    *whole = true;
    return OK;
}

static struct text unread(const struct rpc_inbox *inbox)
{
    if (inbox->bytes.bytes == NULL) return (struct text){NULL, 0};
    if (inbox->bytes.length == 0) return (struct text){"", 0}; /* There may be no buffer. */
    return (struct text){(const char *)inbox->bytes.bytes + inbox->taken,
                         inbox->bytes.length - inbox->taken};
}

/* Lets the peer send more of the message that is read next. */
static void grant(struct rpc_call *call)
{
    struct rpc_inbox *inbox = &call->inbox;
    struct text bytes = unread(inbox);
    struct rpc_envelope envelope;
    size_t wanted = RPC_ENVELOPE_HEAD_BYTES;
    if (rpc_envelope_read(bytes, &envelope) &&
        envelope.length <= rpc_server_message_bytes_max(call->server)) {
        wanted += envelope.length;
    }
    if (wanted > bytes.length) wanted = bytes.length;
    if (wanted <= inbox->granted) return;
    /* In base64 the peer's bytes were consumed when they came. */
    if (!call->base64 && call->exchange != NULL) {
        http_stream_consume(call->exchange, wanted - inbox->granted);
    }
    inbox->granted = wanted;
}

enum status rpc_inbox_next(struct rpc_call *call, struct arena *arena, ProtobufCMessage **out,
                           bool *whole)
{
    struct rpc_inbox *inbox = &call->inbox;
    struct text bytes = unread(inbox);
    size_t before = bytes.length;
    grant(call);
    enum status status = rpc_inbox_read(call, &bytes, arena, out, whole);
    if (status != OK || !*whole) return status;
    size_t length = before - bytes.length;
    inbox->taken += length;
    inbox->granted -= length;
    if (inbox->taken == inbox->bytes.length) {
        rpc_inbox_free(call);
    } else {
        grant(call);
    }
    return OK;
}

size_t rpc_inbox_left(const struct rpc_call *call)
{
    return call->inbox.bytes.length - call->inbox.taken + call->inbox.quantum_length;
}

void rpc_inbox_free(struct rpc_call *call)
{
    struct rpc_inbox *inbox = &call->inbox;
    purse_give(&call->loop->unread, inbox->bytes.length);
    buffer_free(&inbox->bytes);
    inbox->taken = 0;
    inbox->granted = 0;
}

/* ---- What came ---- */

/* Moves what was not read to the front when that costs little for what it frees. */
static void compact(struct rpc_call *call)
{
    struct rpc_inbox *inbox = &call->inbox;
    if (inbox->taken < inbox->bytes.length / 2) return;
    purse_give(&call->loop->unread, inbox->taken);
    buffer_consume(&inbox->bytes, inbox->taken);
    inbox->taken = 0;
}

static enum status append(struct rpc_call *call, const void *bytes, size_t length)
{
    struct rpc_inbox *inbox = &call->inbox;
    compact(call);
    inbox->bytes.bytes_max = rpc_server_message_bytes_max(call->server) + RPC_ENVELOPE_HEAD_BYTES +
                             RPC_INBOX_WINDOW_BYTES;
    if (!purse_take(&call->loop->unread, length)) {
        rpc_refuse_count(call, RPC_REFUSED_UNREAD_BYTES);
        return rpc_fail(call, RESOURCE_EXHAUSTED,
                        "the server holds more than %zu bytes of messages that are not read yet",
                        call->server->config.limits.unread_bytes_max);
    }
    if (buffer_append(&inbox->bytes, bytes, length) != OK) {
        purse_give(&call->loop->unread, length);
        rpc_refuse_count(call, RPC_REFUSED_UNREAD_BYTES);
        return rpc_fail(call, RESOURCE_EXHAUSTED,
                        "the stream has more than %zu bytes that are not read yet, or no memory",
                        inbox->bytes.bytes_max);
    }
    return OK;
}

/* Four characters of base64; a message may end in padding, and another follow. */
static enum status append_quantum(struct rpc_call *call, const char quantum[static 4])
{
    uint8_t bytes[3];
    size_t length;
    if (!rpc_base64_quantum(quantum, bytes, &length)) {
        rpc_refuse_count(call, RPC_REFUSED_BASE64);
        return rpc_fail(call, INVALID_ARGUMENT, "the body is not base64");
    }
    return append(call, bytes, length);
}

static enum status append_base64(struct rpc_call *call, struct text bytes)
{
    struct rpc_inbox *inbox = &call->inbox;
    http_stream_consume(call->exchange, bytes.length);
    for (size_t i = 0; i < bytes.length; i++) {
        inbox->quantum[inbox->quantum_length++] = bytes.bytes[i];
        if (inbox->quantum_length < sizeof inbox->quantum) continue;
        inbox->quantum_length = 0;
        enum status status = append_quantum(call, inbox->quantum);
        if (status != OK) return status;
    }
    return OK;
}

enum status rpc_inbox_add(struct rpc_call *call, struct text bytes)
{
    enum status status =
        call->base64 ? append_base64(call, bytes) : append(call, bytes.bytes, bytes.length);
    if (status == OK) grant(call);
    return status;
}
