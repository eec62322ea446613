#include "rpc/codec/rpc_codec.h"

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

ProtobufCMessage *rpc_message_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = arena_alloc(arena, descriptor->sizeof_message);
    if (message != NULL) protobuf_c_message_init(descriptor, message);
    return message;
}
