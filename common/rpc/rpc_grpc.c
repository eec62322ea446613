/* gRPC, unary, over HTTP/2: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. */
#include <stdio.h>
#include <string.h>

#include "http/http_message.h"
#include "rpc/rpc_base64.h"
#include "rpc/rpc_error.h"
#include "rpc/rpc_protocol.h"

enum { FRAME_HEAD_BYTES = 5, TIMEOUT_DIGITS_MAX = 8 };

bool rpc_grpc_accepts(struct text content_type)
{
    return rpc_media_type_is(content_type, "application/grpc") ||
           rpc_media_type_is(content_type, "application/grpc+proto") ||
           rpc_media_type_is(content_type, "application/grpc+json");
}

/* ---- Requests ---- */

static int64_t unit_us(char unit)
{
    switch (unit) {
    case 'H':
        return 3600LL * 1000 * 1000;
    case 'M':
        return 60LL * 1000 * 1000;
    case 'S':
        return 1000LL * 1000;
    case 'm':
        return 1000;
    case 'u':
        return 1;
    default: /* Not an enum: any byte may come. */
        return 0;
    }
}

static enum status read_timeout(struct rpc_call *call, const struct http_request *request)
{
    struct text value = http_request_field(request, "grpc-timeout");
    if (value.bytes == NULL) return OK;
    int64_t number = 0;
    bool good = value.length >= 2 && value.length <= TIMEOUT_DIGITS_MAX + 1;
    for (size_t i = 0; good && i + 1 < value.length; i++) {
        good = value.bytes[i] >= '0' && value.bytes[i] <= '9';
        number = number * 10 + (value.bytes[i] - '0');
    }
    char unit = good ? value.bytes[value.length - 1] : ' ';
    if (!good || (unit != 'n' && unit_us(unit) == 0)) {
        return rpc_fail(call, INVALID_ARGUMENT,
                        "grpc-timeout is not up to %d digits and one of H M S m u n",
                        TIMEOUT_DIGITS_MAX);
    }
    int64_t timeout_us = unit == 'n' ? number / 1000 : number * unit_us(unit);
    rpc_call_set_timeout_ms(call, timeout_us / 1000);
    return OK;
}

/* Finds the only message in the body. */
static enum status read_frame(struct rpc_call *call, struct text body, struct text *message)
{
    if (body.length < FRAME_HEAD_BYTES) {
        return rpc_fail(call, INVALID_ARGUMENT, "the body holds no message");
    }
    const unsigned char *head = (const unsigned char *)body.bytes;
    if (head[0] == 1) {
        return rpc_fail(call, UNIMPLEMENTED,
                        "the message is compressed; the only encoding here is identity");
    }
    if (head[0] != 0) {
        return rpc_fail(call, INVALID_ARGUMENT, "the message has the unknown flags %d", head[0]);
    }
    size_t length =
        (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | (size_t)head[4];
    size_t present = body.length - FRAME_HEAD_BYTES;
    if (length > present) {
        return rpc_fail(call, INVALID_ARGUMENT, "the message has %zu bytes of %zu", present,
                        length);
    }
    if (length < present) {
        return rpc_fail(call, UNIMPLEMENTED, "a unary call has one message, this has more");
    }
    *message = (struct text){body.bytes + FRAME_HEAD_BYTES, length};
    return OK;
}

static enum status read_call(struct rpc_call *call, const struct http_request *request,
                             struct text *message)
{
    struct text type = http_request_field(request, "content-type");
    call->json = rpc_media_type_is(type, "application/grpc+json");
    enum status status = read_timeout(call, request);
    if (status == OK) status = read_frame(call, request->body, message);
    return status;
}

/* ---- Responses ---- */

/* Percent-encodes what a header value cannot hold; NULL: no memory. */
static char *encode_message(struct arena *arena, const char *message)
{
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = arena_alloc(arena, strlen(message) * 3 + 1);
    if (encoded == NULL) return NULL;
    size_t length = 0;
    for (; *message != '\0'; message++) {
        unsigned char byte = (unsigned char)*message;
        if (byte >= 0x20 && byte <= 0x7e && byte != '%') {
            encoded[length++] = (char)byte;
            continue;
        }
        encoded[length++] = '%';
        encoded[length++] = digits[byte >> 4];
        encoded[length++] = digits[byte & 15];
    }
    encoded[length] = '\0';
    return encoded;
}

static void reply_error(struct rpc_call *call, struct http_response *response)
{
    char code[12];
    (void)snprintf(code, sizeof code, "%d", (int)call->status);
    response->trailers_only = true;
    http_response_add(response, "grpc-status", text_from(code));
    char *message = encode_message(&call->arena, rpc_call_message(call));
    if (message != NULL) http_response_add(response, "grpc-message", text_from(message));
    if (call->violation_count > 0 || call->reason[0] != '\0') {
        struct text status = rpc_error_status(call);
        struct text value = rpc_base64_encode(&call->arena, status);
        if (status.bytes != NULL && value.bytes != NULL) {
            http_response_add(response, "grpc-status-details-bin", value);
        }
    }
    http_reply(call->exchange, response);
}

/* Puts the frame's head before the message. */
static enum status frame(const struct buffer *message, struct buffer *out)
{
    const size_t length = message->length;
    const uint8_t head[FRAME_HEAD_BYTES] = {0, (uint8_t)(length >> 24), (uint8_t)(length >> 16),
                                            (uint8_t)(length >> 8), (uint8_t)length};
    uint8_t *end;
    enum status status = buffer_reserve(out, sizeof head + length, &end);
    if (status != OK) return status;
    memcpy(end, head, sizeof head);
    if (length > 0) memcpy(end + sizeof head, message->bytes, length);
    out->length += sizeof head + length;
    return OK;
}

static void reply(struct rpc_call *call)
{
    struct http_response response;
    http_response_init(&response, 200);
    const char *type = call->json ? "application/grpc+json" : "application/grpc";
    http_response_add(&response, "content-type", text_from(type));
    http_response_add(&response, "grpc-accept-encoding", text_from("identity"));
    if (call->status == OK && frame(&call->encoded, &response.body) != OK) {
        call->status = rpc_fail(call, RESOURCE_EXHAUSTED, "no memory for the response");
    }
    buffer_free(&call->encoded);
    if (call->status != OK) {
        reply_error(call, &response);
        return;
    }
    http_response_add_trailer(&response, "grpc-status", text_from("0"));
    http_reply(call->exchange, &response);
}

const struct rpc_protocol rpc_grpc = {.name = "grpc", .read = read_call, .reply = reply};
