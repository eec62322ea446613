/* Any text: read or refused. What was read is written; read again, or encoded and decoded, it is
 * written as the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"
#include "sample.rpc.h"

enum { ARENA_BYTES = 16 << 20, BUFFER_BYTES_MAX = 64 << 20 };

static const struct rpc_json_style compact = {0};

/* Writes the message, which must come out as the text. */
static void write_same(const ProtobufCMessage *message, struct text text)
{
    struct buffer again;
    buffer_init(&again, BUFFER_BYTES_MAX);
    enum status status = rpc_json_write(message, &compact, &again);
    bool same = text_equal((struct text){(const char *)again.bytes, again.length}, text);
    if (status == OK && !same) abort();
    buffer_free(&again);
}

static void read_and_write(struct arena *arena, struct text json, bool ignore_unknown)
{
    struct buffer written, encoded;
    struct fault fault;
    ProtobufCMessage *message, *again;
    buffer_init(&written, BUFFER_BYTES_MAX);
    buffer_init(&encoded, BUFFER_BYTES_MAX);
    enum status status =
        rpc_json_read(arena, json, &sample_everything_type, ignore_unknown, &message, &fault);
    if (status == OK) status = rpc_json_write(message, &compact, &written);
    if (status == OK) {
        struct text text = {(const char *)written.bytes, written.length};
        status = rpc_json_read(arena, text, &sample_everything_type, false, &again, &fault);
        if (status == INVALID_ARGUMENT) abort();
        if (status == OK) write_same(again, text);
        status = rpc_encode(message, &encoded);
        if (status != OK) abort();
        struct text bytes = {(const char *)encoded.bytes, encoded.length};
        status = rpc_decode(arena, bytes, &sample_everything_type, &again, &fault);
        if (status == INVALID_ARGUMENT) abort();
        if (status == OK) write_same(again, text);
    }
    buffer_free(&written);
    buffer_free(&encoded);
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
