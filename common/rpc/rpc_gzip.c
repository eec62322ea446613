#include "rpc/rpc_gzip.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"

enum {
    GZIP_ONLY = 16,             /* zlib: a gzip head and nothing else. */
    WINDOW_BITS = MAX_WBITS,    /* 32 KB, which every gzip may refer back to. */
    MEMORY_LEVEL = 8,           /* zlib's default. */
    PIECE_BYTES_MIN = 1024,     /* Grown by at least this much at a time … */
    PIECE_BYTES_MAX = 64 * 1024 /* … and at most by this: memory follows what was unpacked. */
};

static void *allocate(void *context, unsigned count, unsigned bytes)
{
    (void)context;
    return alloc_should_fail() ? NULL : calloc(count, bytes);
}

static void release(void *context, void *pointer)
{
    (void)context;
    free(pointer);
}

void rpc_gzip_init(struct rpc_gzip *gzip)
{
    *gzip = (struct rpc_gzip){.inflates = false};
}

void rpc_gzip_free(struct rpc_gzip *gzip)
{
    if (gzip->inflates) (void)inflateEnd(&gzip->inflate);
    if (gzip->deflates) (void)deflateEnd(&gzip->deflate);
    rpc_gzip_init(gzip);
}

static bool inflate_begin(struct rpc_gzip *gzip)
{
    if (gzip->inflates) return inflateReset(&gzip->inflate) == Z_OK;
    gzip->inflate = (z_stream){.zalloc = allocate, .zfree = release};
    gzip->inflates = inflateInit2(&gzip->inflate, WINDOW_BITS + GZIP_ONLY) == Z_OK;
    return gzip->inflates;
}

static bool deflate_begin(struct rpc_gzip *gzip)
{
    if (gzip->deflates) return deflateReset(&gzip->deflate) == Z_OK;
    gzip->deflate = (z_stream){.zalloc = allocate, .zfree = release};
    gzip->deflates = deflateInit2(&gzip->deflate, Z_BEST_SPEED, Z_DEFLATED, WINDOW_BITS + GZIP_ONLY,
                                  MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
    return gzip->deflates;
}

/* Gives the stream the next room at the end of out. False: there is none. */
static bool room(z_stream *stream, struct buffer *out, size_t wanted)
{
    size_t left = out->bytes_max - out->length;
    size_t bytes = wanted < PIECE_BYTES_MIN ? PIECE_BYTES_MIN : wanted;
    if (bytes > PIECE_BYTES_MAX) bytes = PIECE_BYTES_MAX;
    if (bytes > left) bytes = left;
    uint8_t *end;
    if (bytes == 0 || buffer_reserve(out, bytes, &end) != OK) return false;
    stream->next_out = end;
    stream->avail_out = (unsigned)bytes;
    return true;
}

/* Unpacks one piece; *done when the last member of the gzip has ended. */
static enum status inflate_piece(z_stream *stream, struct buffer *out, bool *done,
                                 struct fault *fault)
{
    static const char too_large[] = "the unpacked message is larger than %zu bytes";
    uint8_t probe; /* A message may be exactly as large as allowed: its end needs no room. */
    bool full = out->length == out->bytes_max;
    if (full) {
        stream->next_out = &probe;
        stream->avail_out = 1;
    } else if (!room(stream, out, (size_t)stream->avail_in * 4)) {
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory to unpack the message");
    }
    unsigned before = stream->avail_out;
    int code = inflate(stream, Z_NO_FLUSH);
    unsigned got = before - stream->avail_out;
    if (full && got > 0) return fault_set(fault, RESOURCE_EXHAUSTED, too_large, out->bytes_max);
    out->length += full ? 0 : got;
    if (code == Z_MEM_ERROR) {
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory to unpack the message");
    }
    bool ended = code == Z_STREAM_END;
    if (!ended && code != Z_OK && code != Z_BUF_ERROR) {
        return fault_set(fault, INVALID_ARGUMENT, "the compressed message is no gzip");
    }
    if (!ended && got == 0 && stream->avail_in == 0) {
        return fault_set(fault, INVALID_ARGUMENT, "the compressed message is cut off");
    }
    *done = ended && stream->avail_in == 0;
    if (ended && !*done) (void)inflateReset(stream); /* Another member follows. */
    return OK;
}

enum status rpc_gzip_inflate(struct rpc_gzip *gzip, struct text bytes, struct buffer *out,
                             struct fault *fault)
{
    assert(bytes.length <= UINT32_MAX);
    if (!inflate_begin(gzip)) {
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory to unpack the message");
    }
    const size_t before = out->length;
    z_stream *stream = &gzip->inflate;
    stream->next_in = (unsigned char *)(uintptr_t)bytes.bytes;
    stream->avail_in = (unsigned)bytes.length;
    enum status status = OK;
    bool done = false;
    while (status == OK && !done)
        status = inflate_piece(stream, out, &done, fault);
    if (status != OK) out->length = before;
    return status;
}

enum status rpc_gzip_deflate(struct rpc_gzip *gzip, struct text bytes, struct buffer *out)
{
    assert(bytes.length <= UINT32_MAX);
    if (!deflate_begin(gzip)) return RESOURCE_EXHAUSTED;
    const size_t before = out->length;
    z_stream *stream = &gzip->deflate;
    stream->next_in = (unsigned char *)(uintptr_t)bytes.bytes;
    stream->avail_in = (unsigned)bytes.length;
    int code = Z_OK;
    while (code == Z_OK || code == Z_BUF_ERROR) {
        if (!room(stream, out, stream->avail_in / 2)) break;
        unsigned given = stream->avail_out;
        code = deflate(stream, Z_FINISH);
        out->length += given - stream->avail_out;
    }
    if (code == Z_STREAM_END) return OK;
    out->length = before;
    return RESOURCE_EXHAUSTED;
}
