/* gRPC over HTTP/2: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. */
#include <stdio.h>
#include <string.h>

#include "http/http_message.h"
#include "rpc/rpc_base64.h"
#include "rpc/server/rpc_answer.h"
#include "rpc/server/rpc_error.h"
#include "rpc/server/rpc_protocol.h"
#include "rpc/server/rpc_server_parts.h"

enum { TIMEOUT_DIGITS_MAX = 8 };

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

static enum status read_timeout(struct rpc_call *call, struct text value)
{
    int64_t number = 0;
    char unit = value.length == 0 ? ' ' : value.bytes[value.length - 1];
    struct text digits = {value.bytes, value.length == 0 ? 0 : value.length - 1};
    if (!rpc_number_read(digits, TIMEOUT_DIGITS_MAX, &number) ||
        (unit != 'n' && unit_us(unit) == 0)) {
        rpc_refuse_count(call, RPC_REFUSED_TIMEOUT);
        return rpc_fail(call, INVALID_ARGUMENT,
                        "grpc-timeout is not up to %d digits and one of H M S m u n",
                        TIMEOUT_DIGITS_MAX);
    }
    int64_t timeout_us = unit == 'n' ? number / 1000 : number * unit_us(unit);
    rpc_call_set_timeout_ms(call, timeout_us / 1000);
    return OK;
}

enum status rpc_grpc_read(struct rpc_call *call, const struct http_request *request)
{
    struct text timeout = http_request_field(request, "grpc-timeout");
    struct text encoding = http_request_field(request, "grpc-encoding");
    if (encoding.bytes != NULL) {
        enum status status = rpc_encoding_read(call, encoding, &call->request_gzip);
        if (status != OK) return status;
    }
    /* Clients of gRPC list what they can read with every call; an answer is compressed where the
     * request was. */
    call->response_gzip =
        call->request_gzip &&
        rpc_encodings_accept_gzip(http_request_field(request, "grpc-accept-encoding"));
    return timeout.bytes == NULL ? OK : read_timeout(call, timeout);
}

/* ---- Responses ---- */

void rpc_grpc_head(struct rpc_call *call, struct http_response *response)
{
    http_response_add_literal(response, "content-type", call->type->name);
    response->undated = true; /* As other servers of gRPC answer. */
    if (call->request_gzip || call->status == UNIMPLEMENTED)
        http_response_add_literal(response, "grpc-accept-encoding", rpc_encodings);
    if (call->response_gzip) http_response_add_literal(response, "grpc-encoding", "gzip");
}

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

static struct text code_text(enum status status)
{
    static const char *const codes[STATUS_COUNT] = {
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"};
    return text_from(codes[status]);
}

static struct http_field field(const char *name, struct text value)
{
    return (struct http_field){text_from(name), value, false};
}

size_t rpc_grpc_status(struct rpc_call *call,
                       struct http_field fields[static RPC_GRPC_STATUS_FIELDS_MAX])
{
    size_t count = 0;
    fields[count++] = (struct http_field){text_from("grpc-status"), code_text(call->status), true};
    if (call->status == OK) return count;
    /* Without memory the code alone must do. */
    char *message = encode_message(&call->arena, rpc_call_message(call));
    if (message != NULL) fields[count++] = field("grpc-message", text_from(message));
    if (!rpc_error_has_details(call)) return count;
    struct text status = rpc_error_status(call);
    struct text value = rpc_base64_encode(&call->arena, status);
    if (status.bytes != NULL && value.bytes != NULL)
        fields[count++] = field("grpc-status-details-bin", value);
    return count;
}

static enum status tail(struct rpc_call *call, struct http_response *response)
{
    struct http_field fields[RPC_GRPC_STATUS_FIELDS_MAX];
    size_t count = rpc_grpc_status(call, fields);
    /* An answer without messages and headers of its own is one block of fields. */
    response->trailers_only =
        !call->started && call->headers.count == 0 && response->body.length == 0;
    for (size_t i = 0; i < count; i++) {
        if (response->trailers_only) {
            response->fields[response->field_count++] = fields[i];
        } else {
            response->trailers[response->trailer_count++] = fields[i];
        }
    }
    if (response->trailers_only) {
        rpc_answer_add_fields(response, &call->trailers);
    } else {
        rpc_answer_add_trailers(response, &call->trailers);
    }
    return OK;
}

const struct rpc_protocol rpc_grpc = {
    .name = "grpc",
    .enveloped = true,
    .http2 = true,
    .read = rpc_grpc_read,
    .head = rpc_grpc_head,
    .tail = tail,
};
