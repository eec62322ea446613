#include "http/http2_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The payload of a frame, its head, and a byte for padding: what nghttp2 1.52 asks for. Another
 * version that asks for something else gets a buffer for each session. */
enum { FRAME_BUFFER_BYTES = 16384 + 9 + 1 };

static void *memory_alloc(size_t bytes, void *context)
{
    struct http2_memory *memory = context;
    if (!memory->creating || memory->frame_taken || bytes != FRAME_BUFFER_BYTES) {
        return pool_block_alloc(memory->pool, bytes);
    }
    memory->frame_taken = true;
    if (memory->frame == NULL) memory->frame = malloc(FRAME_BUFFER_BYTES);
    return memory->frame;
}

static bool is_page(const struct http2_memory *memory, const void *block)
{
    bool aligned = (uintptr_t)block % PAGE_BYTES == 0; /* Few blocks of the pool are. */
    return aligned && block != NULL && memory->pages != NULL && pages_own(memory->pages, block);
}

static void memory_free(void *block, void *context)
{
    struct http2_memory *memory = context;
    if (block != NULL && block == memory->frame) return;
    if (is_page(memory, block)) {
        pages_give(memory->pages, block);
    } else {
        pool_block_free(memory->pool, block);
    }
}

static void *memory_calloc(size_t count, size_t bytes, void *context)
{
    struct http2_memory *memory = context;
    bool table = memory->creating && memory->table == NULL && memory->pages != NULL && count > 0 &&
                 bytes == PAGE_BYTES / count;
    if (table) memory->table = pages_take(memory->pages);
    if (table && memory->table != NULL) return memory->table;
    return pool_block_calloc(memory->pool, count, bytes);
}

static void *memory_resize(void *block, size_t bytes, void *context)
{
    struct http2_memory *memory = context;
    if (block == NULL) return memory_alloc(bytes, context);
    bool page = is_page(memory, block);
    if (block != memory->frame && !page) return pool_block_resize(memory->pool, block, bytes);
    /* One session needs more than its share: it leaves the shared buffer to the others. */
    size_t had = page ? (size_t)PAGE_BYTES : (size_t)FRAME_BUFFER_BYTES;
    void *own = pool_block_alloc(memory->pool, bytes);
    if (own == NULL) return NULL;
    memcpy(own, block, bytes < had ? bytes : had);
    if (page) pages_give(memory->pages, block);
    return own;
}

bool http2_memory_init(struct http2_memory *memory, size_t sessions)
{
    *memory = (struct http2_memory){.pool = pool_new(), .pages = pages_new(sessions)};
    return memory->pool != NULL;
}

void http2_memory_free(struct http2_memory *memory)
{
    pool_free(memory->pool);
    pages_free(memory->pages);
    free(memory->frame);
}

nghttp2_session *http2_memory_session_new(struct http2_memory *memory,
                                          const nghttp2_session_callbacks *callbacks,
                                          const nghttp2_option *option, void *context, void **table)
{
    nghttp2_mem allocator = {memory, memory_alloc, memory_free, memory_calloc, memory_resize};
    nghttp2_session *session = NULL;
    memory->creating = true;
    memory->frame_taken = false;
    memory->table = NULL;
    if (nghttp2_session_server_new3(&session, callbacks, context, option, &allocator) != 0)
        session = NULL;
    memory->creating = false;
    *table = memory->table;
    return session;
}

void http2_memory_rest(struct http2_memory *memory, void *table)
{
    if (table != NULL) pages_rest(memory->pages, table);
}

void http2_memory_trim(struct http2_memory *memory)
{
    pool_trim(memory->pool);
    if (memory->pages != NULL) pages_trim(memory->pages);
}
