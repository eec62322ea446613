/* Memory for a library that allocates and frees small blocks all the time, such as nghttp2: freed
 * blocks wait in lists, one a size, for the next allocation. Used by one thread at a time.
 *
 * Under AddressSanitizer every block comes from malloc, so that errors are seen. */
#pragma once

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define POOL_WAITS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_WAITS 0
#endif
#endif
#ifndef POOL_WAITS
#define POOL_WAITS 1 /* Freed blocks wait. */
#endif

struct pool;

enum {
    POOL_BLOCK_BYTES_MAX = 2048,   /* Larger blocks come from malloc and go back there. */
    POOL_KEPT_BYTES_MAX = 1 << 20, /* Freed blocks that wait, all sizes together. */
};

/* NULL: no memory. */
struct pool *pool_new(void);

/* Releases what waits. Blocks still in use must have been freed; NULL is accepted. */
void pool_free(struct pool *pool);

/* As pool_free(), at the end of a thread: blocks that are still in use may be freed into other
 * pools, as blocks of others may have been freed into this one. */
void pool_leave(struct pool *pool);

/* As malloc, calloc, realloc and free. Without a pool (NULL) free still frees. */
void *pool_block_alloc(struct pool *pool, size_t bytes);
void *pool_block_calloc(struct pool *pool, size_t count, size_t bytes);
void *pool_block_resize(struct pool *pool, void *block, size_t bytes);
void pool_block_free(struct pool *pool, void *block);

/* How many bytes were asked for. */
size_t pool_block_bytes(const void *block);

/* Gives back what waits, when the work that needed it is over. */
void pool_trim(struct pool *pool);
