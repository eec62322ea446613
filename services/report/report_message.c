#include "report_message.h"

#include "rpc/codec/rpc_codec.h"

enum status message_pack(struct arena *arena, const ProtobufCMessage *message, struct text *bytes)
{
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *memory = arena_alloc(arena, length + 1);
    if (memory == NULL) return RESOURCE_EXHAUSTED;
    protobuf_c_message_pack(message, memory);
    *bytes = (struct text){(const char *)memory, length};
    return OK;
}

enum status message_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                           struct text bytes, ProtobufCMessage **out)
{
    ProtobufCAllocator allocator = rpc_arena_allocator(arena);
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, &allocator, bytes.length,
                                                          (const uint8_t *)bytes.bytes);
    if (message == NULL) return arena_exhausted(arena) ? RESOURCE_EXHAUSTED : DATA_LOSS;
    *out = message;
    return OK;
}

enum status message_copy(struct arena *arena, const ProtobufCMessage *message,
                         ProtobufCMessage **out)
{
    struct text bytes;
    enum status status = message_pack(arena, message, &bytes);
    if (status != OK) return status;
    return message_unpack(arena, message->descriptor, bytes, out);
}

enum status message_list_add(struct arena *arena, struct message_list *list,
                             ProtobufCMessage *message)
{
    if (list->count == list->capacity) {
        void *items = arena_grow(arena, list->items, list->count, &list->capacity, sizeof(void *));
        if (items == NULL) return RESOURCE_EXHAUSTED;
        list->items = items;
    }
    list->items[list->count++] = message;
    return OK;
}
