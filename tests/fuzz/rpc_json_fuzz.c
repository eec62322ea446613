/* Any text: read or refused, and what was read is written, and reads as the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "rpc/rpc_codec.h"
#include "rpc/rpc_json.h"
#include "sample.rpc.h"

enum { ARENA_BYTES = 16 << 20, BUFFER_BYTES_MAX = 64 << 20 };

static const struct rpc_json_style compact = {0};

static void read_and_write(struct arena *arena, struct text json, bool ignore_unknown)
{
    struct buffer first, second;
    struct fault fault;
    ProtobufCMessage *message;
    buffer_init(&first, BUFFER_BYTES_MAX);
    buffer_init(&second, BUFFER_BYTES_MAX);
    enum status status = rpc_json_read(arena, json, &sample_everything_type,
                                       ignore_unknown, &message, &fault);
    if (status == OK) status = rpc_json_write(message, &compact, &first);
    if (status == OK) {
        struct text written = {(const char *)first.bytes, first.length};
        status = rpc_json_read(arena, written, &sample_everything_type, false, &message,
                               &fault);
        if (status == INVALID_ARGUMENT) abort();
        if (status == OK) status = rpc_json_write(message, &compact, &second);
        bool same =
            first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0;
        if (status == OK && !same) abort();
    }
    buffer_free(&first);
    buffer_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct text json = {(const char *)data, size};
    read_and_write(&arena, json, false);
    read_and_write(&arena, json, true);
    arena_free(&arena);
    return 0;
}
