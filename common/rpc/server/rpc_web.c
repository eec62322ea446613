/* gRPC-Web: gRPC for browsers, with the trailers at the end of the body; binary, or all of it in
 * base64: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md. */
#include "http/http_message.h"
#include "rpc/rpc_envelope.h"
#include "rpc/server/rpc_protocol.h"

static enum status append_line(struct buffer *out, const struct http_field *field)
{
    enum status status = buffer_append(out, field->name.bytes, field->name.length);
    if (status == OK) status = buffer_append_string(out, ": ");
    if (status == OK) status = buffer_append(out, field->value.bytes, field->value.length);
    if (status == OK) status = buffer_append_string(out, "\r\n");
    return status;
}

static enum status tail(struct rpc_call *call, struct http_response *response)
{
    static const uint8_t no_head[RPC_ENVELOPE_HEAD_BYTES];
    struct http_field fields[RPC_GRPC_STATUS_FIELDS_MAX];
    size_t count = rpc_grpc_status(call, fields);
    struct buffer *body = &response->body;
    const size_t head = body->length;
    enum status status = buffer_append(body, no_head, sizeof no_head);
    for (size_t i = 0; status == OK && i < count; i++)
        status = append_line(body, &fields[i]);
    for (const struct rpc_added_field *added = call->trailers.first; status == OK && added != NULL;
         added = added->next)
        status = append_line(body, &added->field);
    if (status != OK) return status;
    size_t length = body->length - head - RPC_ENVELOPE_HEAD_BYTES;
    rpc_envelope_write((struct rpc_envelope){RPC_ENVELOPE_TRAILERS, (uint32_t)length},
                       body->bytes + head);
    return OK;
}

const struct rpc_protocol rpc_web = {
    .name = "grpc-web",
    .enveloped = true,
    .read = rpc_grpc_read,
    .head = rpc_grpc_head,
    .tail = tail,
};
