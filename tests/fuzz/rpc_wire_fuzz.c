/* Any bytes: decoded or refused. What was decoded is encoded, and decoded again as the same; and
 * protobuf-c, which reads the same messages in its own way, agrees. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_field.h"
#include "rpc/codec/rpc_json.h"
#include "sample.rpc.h"

enum { ARENA_BYTES = 16 << 20, BUFFER_BYTES_MAX = 64 << 20 };

static bool ignore(void *context, const char *field_path, const char *description)
{
    (void)context;
    return field_path != NULL && description != NULL;
}

/* No message stands within it: then nothing is merged, which protobuf-c does not do right. */
static bool is_flat(const ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && rpc_field_is_set(message, field))
            return false;
    }
    return true;
}

static struct text pack(struct arena *arena, const ProtobufCMessage *message)
{
    uint8_t *bytes = arena_alloc(arena, protobuf_c_message_get_packed_size(message) + 1);
    if (bytes == NULL) return (struct text){NULL, 0};
    return (struct text){(char *)bytes, protobuf_c_message_pack(message, bytes)};
}

/* What protobuf-c makes of the bytes must be what we made of them, as protobuf-c writes both. It
 * refuses groups, and its strings end at a NUL. */
static void compare(struct arena *arena, struct text bytes, const ProtobufCMessage *message)
{
    ProtobufCAllocator allocator = rpc_arena_allocator(arena);
    ProtobufCMessage *other = protobuf_c_message_unpack(message->descriptor, &allocator,
                                                        bytes.length, (const uint8_t *)bytes.bytes);
    if (other == NULL) return;
    struct text ours = pack(arena, message);
    struct text theirs = pack(arena, other);
    if (ours.bytes == NULL || theirs.bytes == NULL) return;
    static const char nul[] = {(char)RPC_NUL_FIRST, (char)RPC_NUL_SECOND};
    if (!text_equal(ours, theirs) && text_find(ours, (struct text){nul, sizeof nul}) < 0) abort();
}

static void encode_again(struct arena *arena, struct text bytes, const ProtobufCMessage *message,
                         struct buffer *buffer)
{
    ProtobufCMessage *same;
    if (is_flat(message)) compare(arena, bytes, message);
    if (rpc_encode(message, buffer) != OK) abort();
    struct text first = {arena_copy(arena, (char *)buffer->bytes, buffer->length), buffer->length};
    if (first.bytes == NULL) return;
    enum status status = rpc_decode(arena, first, &sample_everything_type, &same, NULL);
    if (status == INVALID_ARGUMENT) abort();
    if (status != OK) return;
    compare(arena, first, same);
    buffer_clear(buffer);
    if (rpc_encode(same, buffer) != OK) abort();
    if (!text_equal((struct text){(char *)buffer->bytes, buffer->length}, first)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct buffer buffer;
    struct fault fault;
    ProtobufCMessage *message;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&buffer, BUFFER_BYTES_MAX);
    struct text bytes = {(const char *)data, size};
    if (rpc_decode(&arena, bytes, &sample_everything_type, &message, &fault) == OK) {
        encode_again(&arena, bytes, message, &buffer);
        static const struct rpc_json_style style = {.default_values = true};
        buffer_clear(&buffer);
        if (rpc_json_write(message, &style, &buffer) == INVALID_ARGUMENT) abort();
    }
    if (rpc_decode(&arena, bytes, &sample_get_node_request_type, &message, &fault) == OK)
        (void)rpc_check_bounds(&sample_get_node_request_type, message, ignore, NULL);
    buffer_free(&buffer);
    arena_free(&arena);
    return 0;
}
