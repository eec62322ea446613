#include "rpc/server/rpc_error.h"

#include <string.h>

#include "error_details.rpc.h"
#include "rpc/codec/rpc_codec.h"
#include "status.rpc.h"

static struct text pack(struct rpc_call *call, const ProtobufCMessage *message)
{
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(&call->arena, length);
    if (bytes == NULL) return (struct text){NULL, 0};
    (void)protobuf_c_message_pack(message, bytes);
    return (struct text){(const char *)bytes, length};
}

/* protobuf-c's messages hold `char *`; nothing writes through these. */
static char *unconst(const char *string)
{
    return (char *)(uintptr_t)string;
}

static const ProtobufCMessage *bad_request(struct rpc_call *call)
{
    size_t count = call->violation_count;
    google_bad_request *message = arena_alloc(&call->arena, sizeof *message);
    google_bad_request_field_violation *items = arena_calloc(&call->arena, count, sizeof *items);
    google_bad_request_field_violation **pointers = /* NOLINTNEXTLINE(bugprone-sizeof-expression) */
        arena_calloc(&call->arena, count, sizeof *pointers);
    if (message == NULL || items == NULL || pointers == NULL) return NULL;
    for (size_t i = 0; i < count; i++) {
        items[i] = (google_bad_request_field_violation)GOOGLE_BAD_REQUEST_FIELD_VIOLATION_INIT;
        items[i].field = unconst(call->violations[i].field);
        items[i].description = unconst(call->violations[i].description);
        pointers[i] = &items[i];
    }
    *message = (google_bad_request)GOOGLE_BAD_REQUEST_INIT;
    message->n_field_violations = count;
    message->field_violations = pointers;
    return &message->base;
}

static const ProtobufCMessage *error_info(struct rpc_call *call)
{
    google_error_info *message = arena_alloc(&call->arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (google_error_info)GOOGLE_ERROR_INFO_INIT;
    message->reason = call->reason;
    message->domain = unconst("sotong");
    return &message->base;
}

bool rpc_error_has_details(const struct rpc_call *call)
{
    return call->violation_count > 0 || call->reason[0] != '\0' || call->details != NULL;
}

/* The message of an added detail, for those who read JSON; NULL where it cannot be shown. */
static const ProtobufCMessage *unpack(struct rpc_call *call, const struct rpc_added_detail *added)
{
    if (added->descriptor == NULL) return NULL;
    ProtobufCAllocator allocator = rpc_arena_allocator(&call->arena);
    return protobuf_c_message_unpack(added->descriptor, &allocator, added->bytes.length,
                                     (const uint8_t *)added->bytes.bytes);
}

size_t rpc_error_details(struct rpc_call *call, struct rpc_detail details[static RPC_DETAILS_MAX])
{
    const ProtobufCMessage *messages[] = {
        call->violation_count > 0 ? bad_request(call) : NULL,
        call->reason[0] != '\0' ? error_info(call) : NULL,
    };
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(messages); i++) {
        if (messages[i] == NULL) continue;
        struct text bytes = pack(call, messages[i]);
        if (bytes.bytes == NULL) continue;
        details[count++] = (struct rpc_detail){messages[i]->descriptor->name, messages[i], bytes};
    }
    for (const struct rpc_added_detail *added = call->details; added != NULL; added = added->next)
        details[count++] = (struct rpc_detail){added->type, unpack(call, added), added->bytes};
    return count;
}

/* The name behind the last slash of an Any's type URL. */
static const char *type_of(const char *url)
{
    const char *slash = strrchr(url, '/');
    return slash == NULL ? url : slash + 1;
}

static bool detail_read(struct rpc_call *call, const ProtobufCMessage *detail,
                        struct rpc_added_detail *added)
{
    if (detail->descriptor == &google__protobuf__any__descriptor) {
        const Google__Protobuf__Any *any = (const Google__Protobuf__Any *)detail;
        const char *type = type_of(any->type_url);
        added->type = arena_copy(&call->arena, type, strlen(type));
        added->bytes =
            (struct text){arena_copy(&call->arena, (const char *)any->value.data, any->value.len),
                          any->value.len};
    } else {
        added->type = detail->descriptor->name;
        added->descriptor = detail->descriptor;
        added->bytes = pack(call, detail);
    }
    return added->type != NULL && added->bytes.bytes != NULL;
}

bool rpc_detail(struct rpc_call *call, const ProtobufCMessage *detail)
{
    struct rpc_added_detail *added = arena_calloc(&call->arena, 1, sizeof *added);
    if (added == NULL || !detail_read(call, detail, added)) return false;
    if (call->detail_count == RPC_DETAILS_ADDED_MAX ||
        added->bytes.length > RPC_DETAILS_ADDED_BYTES_MAX - call->detail_bytes)
        return false;
    struct rpc_added_detail **last = &call->details;
    while (*last != NULL)
        last = &(*last)->next;
    *last = added;
    call->detail_count++;
    call->detail_bytes += added->bytes.length;
    return true;
}

struct text rpc_error_status(struct rpc_call *call)
{
    struct rpc_detail details[RPC_DETAILS_MAX];
    size_t count = rpc_error_details(call, details);
    Google__Protobuf__Any items[RPC_DETAILS_MAX];
    Google__Protobuf__Any *pointers[RPC_DETAILS_MAX];
    for (size_t i = 0; i < count; i++) {
        char *url = arena_printf(&call->arena, "type.googleapis.com/%s", details[i].type);
        if (url == NULL) return (struct text){NULL, 0};
        items[i] = (Google__Protobuf__Any)GOOGLE__PROTOBUF__ANY__INIT;
        items[i].type_url = url;
        items[i].value.data = (uint8_t *)(uintptr_t)details[i].bytes.bytes;
        items[i].value.len = details[i].bytes.length;
        pointers[i] = &items[i];
    }
    google_status status = GOOGLE_STATUS_INIT;
    status.code = (int32_t)call->status;
    status.message = unconst(rpc_call_message(call));
    status.n_details = count;
    status.details = pointers;
    return pack(call, &status.base);
}
