/* Any text as the query of a Connect GET: read or refused; what was read is no longer than its
 * text, and written with every byte escaped it reads as the same. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "fuzz/fuzz.h"
#include "rpc/server/rpc_query.h"

enum { ARENA_BYTES = 16 << 20 };

static void append(struct buffer *out, const char *name, struct text value)
{
    if (value.bytes == NULL) return;
    if (buffer_append_byte(out, '&') != OK || buffer_append_string(out, name) != OK ||
        buffer_append_byte(out, '=') != OK)
        abort();
    for (size_t i = 0; i < value.length; i++) {
        char escaped[4];
        (void)snprintf(escaped, sizeof escaped, "%%%02X", (unsigned char)value.bytes[i]);
        if (buffer_append_string(out, escaped) != OK) abort();
    }
}

static bool same(struct text a, struct text b)
{
    return (a.bytes == NULL) == (b.bytes == NULL) && (a.bytes == NULL || text_equal(a, b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct buffer out;
    struct fault fault;
    struct rpc_query query, again;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&out, ARENA_BYTES);
    struct text text = {(const char *)data, size};
    if (rpc_query_parse(&arena, text, &query, &fault) == OK) {
        append(&out, "connect", query.connect);
        append(&out, "encoding", query.encoding);
        append(&out, "message", query.message);
        append(&out, "base64", query.base64);
        append(&out, "compression", query.compression);
        struct text written = {(const char *)out.bytes, out.length};
        if (out.length > size * 3 + 5) abort();
        if (rpc_query_parse(&arena, written, &again, &fault) != OK) abort();
        if (!same(query.connect, again.connect) || !same(query.encoding, again.encoding) ||
            !same(query.message, again.message) || !same(query.base64, again.base64) ||
            !same(query.compression, again.compression))
            abort();
    }
    buffer_free(&out);
    arena_free(&arena);
    return 0;
}
