#include "http/http2_memory.h"

#include <stdlib.h>
#include <string.h>

/* The payload of a frame, its head, and a byte for padding: what nghttp2 1.52 asks for. Another
 * version that asks for something else gets a buffer for each session. */
enum { FRAME_BUFFER_BYTES = 16384 + 9 + 1 };

static void *memory_alloc(size_t bytes, void *context)
{
    struct http2_memory *memory = context;
    if (!memory->creating || bytes != FRAME_BUFFER_BYTES) {
        return pool_block_alloc(memory->pool, bytes);
    }
    memory->creating = false; /* A second one would hold what follows the first. */
    if (memory->frame == NULL) memory->frame = malloc(FRAME_BUFFER_BYTES);
    return memory->frame;
}

static void memory_free(void *block, void *context)
{
    struct http2_memory *memory = context;
    if (block != NULL && block == memory->frame) return;
    pool_block_free(memory->pool, block);
}

static void *memory_calloc(size_t count, size_t bytes, void *context)
{
    struct http2_memory *memory = context;
    return pool_block_calloc(memory->pool, count, bytes);
}

static void *memory_resize(void *block, size_t bytes, void *context)
{
    struct http2_memory *memory = context;
    if (block == NULL) return memory_alloc(bytes, context);
    if (block != memory->frame) return pool_block_resize(memory->pool, block, bytes);
    /* One session needs more than its share: it leaves the shared buffer to the others. */
    void *own = pool_block_alloc(memory->pool, bytes);
    if (own != NULL) {
        memcpy(own, block, bytes < FRAME_BUFFER_BYTES ? bytes : (size_t)FRAME_BUFFER_BYTES);
    }
    return own;
}

bool http2_memory_init(struct http2_memory *memory)
{
    *memory = (struct http2_memory){.pool = pool_new()};
    return memory->pool != NULL;
}

void http2_memory_free(struct http2_memory *memory)
{
    pool_free(memory->pool);
    free(memory->frame);
}

nghttp2_session *http2_memory_session_new(struct http2_memory *memory,
                                          const nghttp2_session_callbacks *callbacks,
                                          const nghttp2_option *option, void *context)
{
    nghttp2_mem allocator = {memory, memory_alloc, memory_free, memory_calloc, memory_resize};
    nghttp2_session *session = NULL;
    memory->creating = true;
    if (nghttp2_session_server_new3(&session, callbacks, context, option, &allocator) != 0)
        session = NULL;
    memory->creating = false;
    return session;
}
