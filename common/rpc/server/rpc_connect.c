/* The Connect protocol: https://connectrpc.com/docs/protocol. Unary calls have whole bodies,
 * streams have envelopes of which the last tells how the call ended. */
#include <stdio.h>
#include <string.h>

#include "http/http_message.h"
#include "rpc/codec/rpc_json.h"
#include "rpc/rpc_base64.h"
#include "rpc/rpc_envelope.h"
#include "rpc/server/rpc_answer.h"
#include "rpc/server/rpc_error.h"
#include "rpc/server/rpc_protocol.h"
#include "rpc/server/rpc_query.h"
#include "rpc/server/rpc_server_parts.h"

/* ---- Requests ---- */

static enum status read_timeout(struct rpc_call *call, const struct http_request *request)
{
    struct text value = http_request_field(request, "connect-timeout-ms");
    if (value.bytes == NULL) return OK;
    int64_t timeout_ms;
    if (!rpc_number_read(value, RPC_TIMEOUT_DIGITS_MAX, &timeout_ms)) {
        rpc_refuse_count(call, RPC_REFUSED_TIMEOUT);
        return rpc_fail(call, INVALID_ARGUMENT,
                        "connect-timeout-ms is not a number of up to %d digits",
                        RPC_TIMEOUT_DIGITS_MAX);
    }
    rpc_call_set_timeout_ms(call, timeout_ms);
    return OK;
}

static enum status read_head(struct rpc_call *call, const struct http_request *request)
{
    struct text version = http_request_field(request, "connect-protocol-version");
    if (version.bytes != NULL && !text_equal(version, text_from("1"))) {
        return rpc_fail(call, INVALID_ARGUMENT, "connect-protocol-version must be \"1\"");
    }
    return read_timeout(call, request);
}

static enum status read_post(struct rpc_call *call, const struct http_request *request)
{
    enum status status = read_head(call, request);
    if (status != OK) return status;
    struct text accepted = http_request_field(request, "accept-encoding");
    call->response_gzip = rpc_encodings_accept_gzip(accepted);
    return rpc_encoding_read(call, http_request_field(request, "content-encoding"),
                             &call->request_gzip);
}

static enum status read_stream(struct rpc_call *call, const struct http_request *request)
{
    enum status status = read_head(call, request);
    if (status != OK) return status;
    struct text accepted = http_request_field(request, "connect-accept-encoding");
    call->response_gzip = rpc_encodings_accept_gzip(accepted);
    return rpc_encoding_read(call, http_request_field(request, "connect-content-encoding"),
                             &call->request_gzip);
}

static enum status read_get(struct rpc_call *call, const struct http_request *request)
{
    struct text accepted = http_request_field(request, "accept-encoding");
    call->response_gzip = rpc_encodings_accept_gzip(accepted);
    return read_timeout(call, request);
}

static enum status body_message(struct rpc_call *call, const struct http_request *request,
                                struct text *bytes)
{
    (void)call;
    *bytes = request->body;
    return OK;
}

static enum status read_query(struct rpc_call *call, const struct http_request *request,
                              struct text *bytes)
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
    status = rpc_encoding_read(call, query.compression, &call->request_gzip);
    if (status != OK) return status;
    if (!text_equal(query.base64, text_from("1"))) {
        *bytes = query.message;
        return OK;
    }
    status = rpc_base64_decode(&call->arena, query.message, bytes);
    if (status == OK) return OK;
    return rpc_fail(call, status, "the query parameter `message` is not base64");
}

static enum status query_message(struct rpc_call *call, const struct http_request *request,
                                 struct text *bytes)
{
    enum status status = read_query(call, request, bytes);
    if (status == INVALID_ARGUMENT) rpc_refuse_count(call, RPC_REFUSED_QUERY);
    return status;
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
    if (status == OK) status = buffer_append_byte(out, '"');
    if (status == OK && detail->message != NULL) {
        status = buffer_append_string(out, ",\"debug\":");
        if (status == OK) status = rpc_json_write(detail->message, &style, out);
    }
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

/* ---- Unary ---- */

static const char trailer_prefix[] = "trailer-";

/* A unary answer has its trailers among its headers, with a prefix. Without memory they are left
 * out. */
static void add_trailers(struct rpc_call *call, struct http_response *response)
{
    for (const struct rpc_added_field *added = call->trailers.first; added != NULL;
         added = added->next) {
        char *name = arena_printf(&call->arena, "%s%.*s", trailer_prefix,
                                  (int)added->field.name.length, added->field.name.bytes);
        if (name != NULL) http_response_add(response, name, added->field.value);
    }
}

static void reply(struct rpc_call *call)
{
    struct http_response response;
    http_response_init(&response, status_http(call->status));
    rpc_answer_add_fields(&response, &call->headers);
    add_trailers(call, &response);
    if (call->status == OK) {
        const char *type = call->json ? "application/json" : "application/proto";
        http_response_add(&response, "content-type", text_from(type));
        if (rpc_answer_compress(call, &call->encoded, 0))
            http_response_add(&response, "content-encoding", text_from("gzip"));
        response.body = call->encoded;
        buffer_init(&call->encoded, call->encoded.bytes_max);
        http_reply(call->exchange, &response);
        return;
    }
    http_response_add(&response, "content-type", text_from("application/json"));
    if (call->status == UNIMPLEMENTED)
        http_response_add(&response, "accept-encoding", text_from(rpc_encodings));
    if (append_error(call, &response.body) != OK) {
        buffer_free(&response.body); /* From the status line alone clients guess a wrong code. */
        http_reply_text(call->exchange, 503, "no memory");
        return;
    }
    http_reply(call->exchange, &response);
}

const struct rpc_protocol rpc_connect = {
    .name = "connect", .read = read_post, .message = body_message, .reply = reply};
const struct rpc_protocol rpc_connect_get = {
    .name = "connect-get", .read = read_get, .message = query_message, .reply = reply};

/* ---- Streams ---- */

static void stream_head(struct rpc_call *call, struct http_response *response)
{
    http_response_add_literal(response, "content-type", call->type->name);
    if (call->response_gzip)
        http_response_add(response, "connect-content-encoding", text_from("gzip"));
    if (call->request_gzip || call->status == UNIMPLEMENTED)
        http_response_add(response, "connect-accept-encoding", text_from(rpc_encodings));
}

/* The values of all fields with the name of this one, of which it is the first. */
static enum status append_values(const struct rpc_added_field *first, struct buffer *out)
{
    enum status status = OK;
    bool one = true;
    for (const struct rpc_added_field *added = first; status == OK && added != NULL;
         added = added->next) {
        if (!text_equal(added->field.name, first->field.name)) continue;
        status = buffer_append_string(out, one ? "[" : ",");
        if (status == OK) status = append_escaped(out, added->field.value.bytes);
        one = false;
    }
    return status == OK ? buffer_append_byte(out, ']') : status;
}

static bool seen_before(const struct rpc_added_fields *fields, const struct rpc_added_field *field)
{
    const struct rpc_added_field *other = fields->first;
    while (!text_equal(other->field.name, field->field.name))
        other = other->next;
    return other != field;
}

static enum status append_metadata(const struct rpc_added_fields *fields, struct buffer *out)
{
    enum status status = buffer_append_string(out, "\"metadata\":");
    const char *before = "{";
    for (const struct rpc_added_field *added = fields->first; status == OK && added != NULL;
         added = added->next) {
        if (seen_before(fields, added)) continue;
        status = buffer_append_string(out, before);
        if (status == OK) status = append_escaped(out, added->field.name.bytes);
        if (status == OK) status = buffer_append_byte(out, ':');
        if (status == OK) status = append_values(added, out);
        before = ",";
    }
    return status == OK ? buffer_append_byte(out, '}') : status;
}

static enum status stream_tail(struct rpc_call *call, struct http_response *response)
{
    static const uint8_t no_head[RPC_ENVELOPE_HEAD_BYTES];
    struct buffer *body = &response->body;
    const size_t head = body->length;
    bool failed = call->status != OK;
    bool metadata = call->trailers.count > 0;
    enum status status = buffer_append(body, no_head, sizeof no_head);
    if (status == OK) status = buffer_append_byte(body, '{');
    if (status == OK && failed) status = buffer_append_string(body, "\"error\":");
    if (status == OK && failed) status = append_error(call, body);
    if (status == OK && failed && metadata) status = buffer_append_byte(body, ',');
    if (status == OK && metadata) status = append_metadata(&call->trailers, body);
    if (status == OK) status = buffer_append_byte(body, '}');
    if (status != OK) return status;
    size_t length = body->length - head - RPC_ENVELOPE_HEAD_BYTES;
    rpc_envelope_write((struct rpc_envelope){RPC_ENVELOPE_END, (uint32_t)length},
                       body->bytes + head);
    return OK;
}

const struct rpc_protocol rpc_connect_stream = {
    .name = "connect-stream",
    .enveloped = true,
    .read = read_stream,
    .head = stream_head,
    .tail = stream_tail,
};
