#include "rpc/server/rpc_answer.h"

#include <string.h>

#include "http/http_limits.h"
#include "rpc/rpc_base64.h"
#include "rpc/rpc_envelope.h"
#include "rpc/server/rpc_loop.h"
#include "rpc/server/rpc_protocol.h"

void rpc_answer_add_fields(struct http_response *response, const struct rpc_added_fields *fields)
{
    for (const struct rpc_added_field *added = fields->first; added != NULL; added = added->next)
        response->fields[response->field_count++] = added->field;
}

void rpc_answer_add_trailers(struct http_response *response, const struct rpc_added_fields *fields)
{
    for (const struct rpc_added_field *added = fields->first; added != NULL; added = added->next)
        response->trailers[response->trailer_count++] = added->field;
}

/* ---- Envelopes ---- */

bool rpc_answer_compress(struct rpc_call *call, struct buffer *bytes, size_t skip)
{
    size_t length = bytes->length - skip;
    if (!call->response_gzip || length < RPC_ANSWER_COMPRESS_BYTES_MIN) return false;
    struct buffer packed;
    buffer_init(&packed, bytes->length); /* Larger than before is not worth it. */
    struct text plain = {(const char *)bytes->bytes + skip, length};
    if (buffer_append(&packed, bytes->bytes, skip) != OK ||
        rpc_gzip_deflate(&call->loop->gzip, plain, &packed) != OK) {
        buffer_free(&packed);
        return false;
    }
    packed.bytes_max = bytes->bytes_max;
    buffer_free(bytes);
    *bytes = packed;
    return true;
}

/* Writes the head of the envelope, for which there is room before the message. */
static void seal(struct rpc_call *call, struct buffer *envelope)
{
    bool compressed = rpc_answer_compress(call, envelope, RPC_ENVELOPE_HEAD_BYTES);
    size_t length = envelope->length - RPC_ENVELOPE_HEAD_BYTES;
    rpc_envelope_write(
        (struct rpc_envelope){compressed ? RPC_ENVELOPE_COMPRESSED : 0, (uint32_t)length},
        envelope->bytes);
}

/* gRPC-Web in text. */
static enum status to_base64(struct buffer *bytes)
{
    struct buffer encoded;
    buffer_init(&encoded, bytes->bytes_max);
    enum status status =
        rpc_base64_append(&encoded, (struct text){(const char *)bytes->bytes, bytes->length});
    buffer_free(bytes);
    *bytes = encoded;
    return status;
}

/* ---- Streams ---- */

static void head(struct rpc_call *call, struct http_response *response)
{
    call->protocol->head(call, response);
    rpc_answer_add_fields(response, &call->headers);
}

void rpc_answer_start(struct rpc_call *call)
{
    struct http_response response;
    http_response_init(&response, 200);
    head(call, &response);
    call->started = true;
    http_stream_start(call->exchange, &response);
}

static void write_bytes(struct rpc_call *call, const struct buffer *bytes)
{
    struct text text = {(const char *)bytes->bytes, bytes->length};
    call->full = !http_stream_write(call->exchange, text);
}

enum status rpc_answer_send(struct rpc_call *call, const ProtobufCMessage *message)
{
    static const uint8_t no_head[RPC_ENVELOPE_HEAD_BYTES];
    struct buffer envelope;
    buffer_init(&envelope, HTTP_RESPONSE_BYTES_MAX);
    enum status status = buffer_append(&envelope, no_head, sizeof no_head);
    if (status == OK) status = rpc_call_encode_message(call, message, &envelope);
    if (status == OK) seal(call, &envelope);
    if (status == OK && call->base64) status = to_base64(&envelope);
    if (status == OK) {
        if (!call->started) rpc_answer_start(call);
        write_bytes(call, &envelope);
    }
    buffer_free(&envelope);
    return status == OK ? OK : rpc_fail(call, status, "no memory for a message of the answer");
}

/* ---- The end ---- */

/* Without memory for the answer's end, the peer must see that it is not whole. */
static void break_off(struct rpc_call *call, struct http_response *response)
{
    buffer_free(&response->body);
    if (call->started) {
        http_stream_abort(call->exchange);
    } else {
        http_reply_text(call->exchange, 503, "no memory");
    }
}

void rpc_answer_end(struct rpc_call *call)
{
    if (call->protocol->reply != NULL) {
        call->protocol->reply(call);
        return;
    }
    struct http_response response;
    http_response_init(&response, 200);
    if (call->encoded.length > 0) {
        seal(call, &call->encoded);
        response.body = call->encoded;
        buffer_init(&call->encoded, call->encoded.bytes_max);
    }
    if (!call->started) head(call, &response);
    enum status status = call->protocol->tail(call, &response);
    if (status == OK && call->base64 && response.body.length > 0) {
        status = to_base64(&response.body);
    }
    if (status != OK) {
        break_off(call, &response);
        return;
    }
    if (call->started) {
        write_bytes(call, &response.body);
        buffer_free(&response.body);
    }
    http_stream_finish(call->exchange, &response);
}
