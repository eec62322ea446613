/* The chunked transfer coding (RFC 9112, section 7.1), read strictly: two readers who disagree on
 * where a chunk ends are how requests are smuggled. Extensions and trailers are read over. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum {
    HTTP_CHUNK_EXTENSION_BYTES_MAX = 256,
    HTTP_CHUNK_TRAILER_BYTES_MAX = 4096,
    HTTP_CHUNK_DIGITS_MAX = 8
};

enum http_chunks_state {
    HTTP_CHUNKS_SIZE,
    HTTP_CHUNKS_EXTENSION,
    HTTP_CHUNKS_SIZE_LF,
    HTTP_CHUNKS_BYTES,
    HTTP_CHUNKS_BYTES_CR,
    HTTP_CHUNKS_BYTES_LF,
    HTTP_CHUNKS_TRAILER_START,
    HTTP_CHUNKS_TRAILER,
    HTTP_CHUNKS_TRAILER_LF,
    HTTP_CHUNKS_LAST_LF,
};

struct http_chunks {
    enum http_chunks_state state;
    uint64_t remaining; /* Bytes of the chunk. */
    unsigned digits;
    size_t line_bytes; /* Of the extension or of all trailers. */
};

enum http_chunks_result {
    HTTP_CHUNKS_MORE, /* All of the input was read. */
    HTTP_CHUNKS_DATA, /* *data is a part of the body. */
    HTTP_CHUNKS_END,  /* The body has ended; the rest of the input belongs to the next request. */
    HTTP_CHUNKS_BAD,  /* Malformed, or past a limit above. */
};

void http_chunks_init(struct http_chunks *chunks);

/* Reads from the front of *in and moves it. */
enum http_chunks_result http_chunks_read(struct http_chunks *chunks, struct text *in,
                                         struct text *data);
