/* The Connect protocol, unary: https://connectrpc.com/docs/protocol. */
#include <stdio.h>
#include <string.h>

#include "http/http_message.h"
#include "rpc/rpc_base64.h"
#include "rpc/rpc_error.h"
#include "rpc/rpc_json.h"
#include "rpc/rpc_protocol.h"
#include "rpc/rpc_query.h"

bool rpc_connect_accepts(struct text content_type)
{
    if (rpc_media_type_is(content_type, "application/proto")) return true;
    return rpc_media_type_is(content_type, "application/json") && rpc_charset_is_utf8(content_type);
}

/* ---- Requests ---- */

static enum status read_timeout(struct rpc_call *call, const struct http_request *request)
{
    struct text value = http_request_field(request, "connect-timeout-ms");
    if (value.bytes == NULL) return OK;
    int64_t timeout_ms = 0;
    bool number = value.length > 0 && value.length <= RPC_TIMEOUT_DIGITS_MAX;
    for (size_t i = 0; number && i < value.length; i++) {
        number = value.bytes[i] >= '0' && value.bytes[i] <= '9';
        timeout_ms = timeout_ms * 10 + (value.bytes[i] - '0');
    }
    if (!number) {
        return rpc_fail(call, INVALID_ARGUMENT,
                        "connect-timeout-ms is not a number of up to %d digits",
                        RPC_TIMEOUT_DIGITS_MAX);
    }
    rpc_call_set_timeout_ms(call, timeout_ms);
    return OK;
}

static enum status check_encoding(struct rpc_call *call, struct text encoding)
{
    if (encoding.length == 0 || text_equal(encoding, text_from("identity"))) return OK;
    return rpc_fail(call, UNIMPLEMENTED,
                    "the compression is unknown here; the only one is \"identity\"");
}

static enum status read_post(struct rpc_call *call, const struct http_request *request,
                             struct text *message)
{
    struct text type = http_request_field(request, "content-type");
    call->json = rpc_media_type_is(type, "application/json");
    struct text version = http_request_field(request, "connect-protocol-version");
    if (version.bytes != NULL && !text_equal(version, text_from("1"))) {
        return rpc_fail(call, INVALID_ARGUMENT, "connect-protocol-version must be \"1\"");
    }
    enum status status = read_timeout(call, request);
    if (status == OK) {
        status = check_encoding(call, http_request_field(request, "content-encoding"));
    }
    if (status == OK) *message = request->body;
    return status;
}

static enum status read_get(struct rpc_call *call, const struct http_request *request,
                            struct text *message)
{
    struct rpc_query query;
    enum status status = rpc_query_parse(&call->arena, request->query, &query, &call->fault);
    if (status != OK) return status;
    call->json = text_equal(query.encoding, text_from("json"));
    if (!call->json && !text_equal(query.encoding, text_from("proto"))) {
        return rpc_fail(call, INVALID_ARGUMENT,
                        "the query parameter `encoding` must be json or proto");
    }
    if (query.connect.bytes != NULL && !text_equal(query.connect, text_from("v1"))) {
        return rpc_fail(call, INVALID_ARGUMENT, "the query parameter `connect` must be v1");
    }
    if (query.message.bytes == NULL) {
        return rpc_fail(call, INVALID_ARGUMENT, "the query parameter `message` is missing");
    }
    status = check_encoding(call, query.compression);
    if (status == OK) status = read_timeout(call, request);
    if (status != OK) return status;
    if (!text_equal(query.base64, text_from("1"))) {
        *message = query.message;
        return OK;
    }
    status = rpc_base64_decode(&call->arena, query.message, message);
    if (status == OK) return OK;
    return rpc_fail(call, status, "the query parameter `message` is not base64");
}

/* ---- Responses ---- */

static enum status append_escaped(struct buffer *out, const char *string)
{
    enum status status = buffer_append_byte(out, '"');
    for (; status == OK && *string != '\0'; string++) {
        unsigned char byte = (unsigned char)*string;
        if (byte == '"' || byte == '\\') {
            const char escaped[] = {'\\', (char)byte};
            status = buffer_append(out, escaped, sizeof escaped);
        } else if (byte < 0x20) {
            char escaped[8];
            (void)snprintf(escaped, sizeof escaped, "\\u%04x", byte);
            status = buffer_append_string(out, escaped);
        } else {
            status = buffer_append_byte(out, byte);
        }
    }
    return status == OK ? buffer_append_byte(out, '"') : status;
}

static enum status append_detail(struct rpc_call *call, const struct rpc_detail *detail,
                                 struct buffer *out)
{
    static const struct rpc_json_style style = {.indent = false, .default_values = false};
    struct text value = rpc_base64_encode(&call->arena, detail->bytes);
    if (value.bytes == NULL) return RESOURCE_EXHAUSTED;
    enum status status = buffer_append_string(out, "{\"type\":\"");
    if (status == OK) status = buffer_append_string(out, detail->type);
    if (status == OK) status = buffer_append_string(out, "\",\"value\":\"");
    if (status == OK) status = buffer_append(out, value.bytes, value.length);
    if (status == OK) status = buffer_append_string(out, "\",\"debug\":");
    if (status == OK) status = rpc_json_write(detail->message, &style, out);
    if (status == OK) status = buffer_append_byte(out, '}');
    return status;
}

static enum status append_error(struct rpc_call *call, struct buffer *out)
{
    enum status status = buffer_append_string(out, "{\"code\":\"");
    if (status == OK) status = buffer_append_string(out, status_connect_name(call->status));
    if (status == OK) status = buffer_append_string(out, "\",\"message\":");
    if (status == OK) status = append_escaped(out, rpc_call_message(call));
    struct rpc_detail details[RPC_DETAILS_MAX];
    size_t count = rpc_error_details(call, details);
    for (size_t i = 0; status == OK && i < count; i++) {
        status = buffer_append_string(out, i == 0 ? ",\"details\":[" : ",");
        if (status == OK) status = append_detail(call, &details[i], out);
    }
    if (status == OK) status = buffer_append_string(out, count > 0 ? "]}" : "}");
    return status;
}

static void reply(struct rpc_call *call)
{
    struct http_response response;
    http_response_init(&response, status_http(call->status));
    if (call->status == OK) {
        const char *type = call->json ? "application/json" : "application/proto";
        http_response_add(&response, "content-type", text_from(type));
        response.body = call->encoded;
        buffer_init(&call->encoded, call->encoded.bytes_max);
        http_reply(call->exchange, &response);
        return;
    }
    http_response_add(&response, "content-type", text_from("application/json"));
    /* Without memory the status line must do. */
    if (append_error(call, &response.body) != OK) buffer_free(&response.body);
    http_reply(call->exchange, &response);
}

const struct rpc_protocol rpc_connect = {.name = "connect", .read = read_post, .reply = reply};
const struct rpc_protocol rpc_connect_get = {
    .name = "connect-get", .read = read_get, .reply = reply};
