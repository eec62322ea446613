#include "rpc/rpc_codec.h"

#include "rpc/rpc_wire.h"

static void *allocate(void *arena, size_t bytes)
{
    return arena_alloc(arena, bytes);
}

/* What an arena holds is released with it. */
static void release(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

ProtobufCAllocator rpc_arena_allocator(struct arena *arena)
{
    return (ProtobufCAllocator){.alloc = allocate, .free = release, .allocator_data = arena};
}

enum status rpc_decode(struct arena *arena, struct text bytes,
                       const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **out,
                       struct fault *fault)
{
    enum status status = rpc_wire_check(bytes, descriptor, fault);
    if (status != OK) return status;
    ProtobufCAllocator allocator = rpc_arena_allocator(arena);
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, &allocator, bytes.length,
                                                          (const uint8_t *)bytes.bytes);
    if (message != NULL) {
        *out = message;
        return OK;
    }
    /* protobuf-c does not tell the two apart. */
    if (arena_exhausted(arena))
        return fault_set(fault, RESOURCE_EXHAUSTED,
                         "%s of %zu bytes does not fit the call's memory of %zu bytes",
                         descriptor->short_name, bytes.length, arena->bytes_max);
    /* The bytes are well-formed; what is left is a fault of protobuf-c 1.4.1, which fails to merge
     * a message that occurs twice where both occurrences leave a oneof unset. */
    return fault_set(fault, INVALID_ARGUMENT,
                     "%s: a message within it occurs twice and cannot be merged",
                     descriptor->short_name);
}

enum status rpc_encode(const ProtobufCMessage *message, struct buffer *out)
{
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *end;
    enum status status = buffer_reserve(out, length, &end);
    if (status != OK) return status;
    out->length += protobuf_c_message_pack(message, end);
    return OK;
}

ProtobufCMessage *rpc_message_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = arena_alloc(arena, descriptor->sizeof_message);
    if (message != NULL) protobuf_c_message_init(descriptor, message);
    return message;
}
