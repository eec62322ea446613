/* Metadata: the request's fields as handlers see them, and those that they add to the answer. */
#include <string.h>

#include "rpc/rpc_base64.h"
#include "rpc/server/rpc_call.h"

struct text rpc_metadata(const struct rpc_call *call, const char *name)
{
    struct text wanted = text_from(name);
    for (size_t i = 0; i < call->field_count; i++) {
        if (text_equal(call->fields[i].name, wanted)) return call->fields[i].value;
    }
    return (struct text){NULL, 0};
}

bool rpc_metadata_at(const struct rpc_call *call, size_t index, struct text *name,
                     struct text *value)
{
    if (index >= call->field_count) return false;
    *name = call->fields[index].name;
    *value = call->fields[index].value;
    return true;
}

enum status rpc_metadata_bytes(struct rpc_call *call, const char *name, struct text *bytes)
{
    struct text value = rpc_metadata(call, name);
    if (value.bytes == NULL) return NOT_FOUND;
    enum status status = rpc_base64_decode(&call->arena, value, bytes);
    if (status == OK) return OK;
    return rpc_fail(call, status, "the metadata %s is not base64", name);
}

static bool binary(struct text name)
{
    return text_ends_with(name, text_from("-bin"));
}

/* Names that HTTP or a protocol gives a meaning. */
static bool reserved(struct text name)
{
    static const char *const prefixes[] = {"grpc-", "connect-", "trailer-"};
    static const char *const names[] = {"content-type",      "content-length", "content-encoding",
                                        "transfer-encoding", "connection",     "keep-alive",
                                        "proxy-connection",  "upgrade",        "te",
                                        "trailer",           "host",           "date"};
    for (size_t i = 0; i < ARRAY_LENGTH(prefixes); i++) {
        if (text_starts_with(name, text_from(prefixes[i]))) return true;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (text_equal(name, text_from(names[i]))) return true;
    }
    return false;
}

static bool name_valid(struct text name)
{
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        bool good = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' ||
                    byte == '.' || byte == '-';
        if (!good) return false;
    }
    return name.length > 0 && !reserved(name);
}

static bool value_valid(struct text value)
{
    for (size_t i = 0; i < value.length; i++) {
        if (value.bytes[i] < 0x20 || value.bytes[i] > 0x7e) return false;
    }
    return true;
}

static enum status add(struct rpc_call *call, struct rpc_added_fields *fields, const char *name,
                       struct text value)
{
    struct text name_text = text_from(name);
    if (!name_valid(name_text)) {
        return rpc_fail(call, INVALID_ARGUMENT, "the metadata's name is not one to be used");
    }
    if (!binary(name_text) && !value_valid(value)) {
        return rpc_fail(call, INVALID_ARGUMENT, "the value of the metadata %s is not ASCII", name);
    }
    size_t bytes = name_text.length + value.length;
    if (fields->count == RPC_METADATA_FIELDS_MAX ||
        bytes > RPC_METADATA_BYTES_MAX - fields->bytes) {
        return rpc_fail(call, RESOURCE_EXHAUSTED,
                        "the answer's metadata has more than %d fields or %d bytes",
                        RPC_METADATA_FIELDS_MAX, RPC_METADATA_BYTES_MAX);
    }
    struct rpc_added_field *added = arena_alloc(&call->arena, sizeof *added);
    char *name_copy = arena_copy(&call->arena, name, name_text.length);
    struct text copy =
        binary(name_text)
            ? rpc_base64_encode(&call->arena, value)
            : (struct text){arena_copy(&call->arena, value.bytes, value.length), value.length};
    if (added == NULL || name_copy == NULL || copy.bytes == NULL) {
        return rpc_fail(call, RESOURCE_EXHAUSTED, "no memory for the answer's metadata");
    }
    *added = (struct rpc_added_field){.field = {{name_copy, name_text.length}, copy}};
    if (fields->last != NULL) {
        fields->last->next = added;
    } else {
        fields->first = added;
    }
    fields->last = added;
    fields->count++;
    fields->bytes += bytes;
    return OK;
}

enum status rpc_add_header(struct rpc_call *call, const char *name, struct text value)
{
    if (call->started) {
        return rpc_fail(call, FAILED_PRECONDITION, "the answer has begun without the header %s",
                        name);
    }
    return add(call, &call->headers, name, value);
}

enum status rpc_add_trailer(struct rpc_call *call, const char *name, struct text value)
{
    return add(call, &call->trailers, name, value);
}
