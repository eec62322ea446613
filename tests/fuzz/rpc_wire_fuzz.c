/* Any bytes: decoded or refused, and what was decoded is encoded and decoded again. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "rpc/rpc_codec.h"
#include "rpc/rpc_json.h"
#include "sample.rpc.h"

enum { ARENA_BYTES = 16 << 20, BUFFER_BYTES_MAX = 64 << 20 };

static bool ignore(void *context, const char *field_path, const char *description)
{
    (void)context;
    return field_path != NULL && description != NULL;
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
        if (rpc_encode(message, &buffer) != OK) abort();
        struct text again = {(const char *)buffer.bytes, buffer.length};
        enum status status =
            rpc_decode(&arena, again, &sample_everything_type, &message, &fault);
        if (status == INVALID_ARGUMENT) abort();
        static const struct rpc_json_style style = {.default_values = true};
        buffer_clear(&buffer);
        if (status == OK) status = rpc_json_write(message, &style, &buffer);
        if (status == INVALID_ARGUMENT) abort();
    }
    if (rpc_decode(&arena, bytes, &sample_get_node_request_type, &message, &fault) == OK)
        (void)rpc_check_bounds(&sample_get_node_request_type, message, ignore, NULL);
    buffer_free(&buffer);
    arena_free(&arena);
    return 0;
}
