/* Any bytes as envelopes, as gzip, and as the base64 of gRPC-Web: what is read is written as the
 * same, and nothing grows past its bound. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz/fuzz.h"
#include "rpc/rpc_base64.h"
#include "rpc/rpc_envelope.h"
#include "rpc/rpc_gzip.h"

enum { UNPACKED_BYTES_MAX = 1 << 20, ARENA_BYTES = 16 << 20 };

static void check_envelopes(struct text bytes)
{
    struct rpc_envelope envelope;
    while (rpc_envelope_read(bytes, &envelope)) {
        uint8_t head[RPC_ENVELOPE_HEAD_BYTES];
        rpc_envelope_write(envelope, head);
        if (memcmp(head, bytes.bytes, sizeof head) != 0) abort();
        size_t left = bytes.length - sizeof head;
        if (envelope.length > left) return;
        bytes.bytes += sizeof head + envelope.length;
        bytes.length = left - envelope.length;
    }
    if (bytes.length >= RPC_ENVELOPE_HEAD_BYTES) abort();
}

static void check_gzip(struct text bytes)
{
    struct rpc_gzip gzip;
    struct buffer plain, packed, again;
    struct fault fault;
    rpc_gzip_init(&gzip);
    buffer_init(&plain, UNPACKED_BYTES_MAX);
    buffer_init(&packed, UNPACKED_BYTES_MAX * 2);
    buffer_init(&again, UNPACKED_BYTES_MAX);
    enum status status = rpc_gzip_inflate(&gzip, bytes, &plain, &fault);
    if (status != OK && plain.length > 0) abort();
    if (plain.length > UNPACKED_BYTES_MAX) abort();
    struct text text = {(const char *)plain.bytes, plain.length};
    if (status == OK && rpc_gzip_deflate(&gzip, text, &packed) != OK) abort();
    if (status == OK) {
        struct text back = {(const char *)packed.bytes, packed.length};
        if (rpc_gzip_inflate(&gzip, back, &again, &fault) != OK) abort();
        bool same = again.length == plain.length &&
                    (plain.length == 0 || memcmp(again.bytes, plain.bytes, plain.length) == 0);
        if (!same) abort();
    }
    buffer_free(&again);
    buffer_free(&packed);
    buffer_free(&plain);
    rpc_gzip_free(&gzip);
}

/* By groups of four, as gRPC-Web's bodies are read, and whole, as header values are. */
static void check_base64(struct text text)
{
    struct arena arena;
    struct buffer groups;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&groups, ARENA_BYTES);
    bool good = text.length % 4 == 0;
    for (size_t at = 0; good && at < text.length; at += 4) {
        uint8_t bytes[3];
        size_t length = 0;
        good = rpc_base64_quantum(text.bytes + at, bytes, &length);
        if (good && (length < 1 || length > sizeof bytes)) abort();
        if (good && buffer_append(&groups, bytes, length) != OK) abort();
    }
    struct text whole, again;
    enum status status = rpc_base64_decode(&arena, text, &whole);
    if (status == OK) {
        struct text encoded = rpc_base64_encode(&arena, whole);
        if (rpc_base64_decode(&arena, encoded, &again) != OK) abort();
        if (!text_equal(whole, again)) abort();
        bool same = whole.length == groups.length &&
                    (whole.length == 0 || memcmp(whole.bytes, groups.bytes, whole.length) == 0);
        if (good && !same) abort();
    }
    buffer_free(&groups);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text bytes = {(const char *)data, size};
    check_envelopes(bytes);
    check_gzip(bytes);
    check_base64(bytes);
    return 0;
}
