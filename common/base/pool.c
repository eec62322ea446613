#include "base/pool.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { CLASS_BYTES_MIN = 64, CLASS_COUNT = 6, CLASS_NONE = CLASS_COUNT, ALIGNMENT = 16 };

/* Stands before every block. */
struct head {
    union {
        struct head *next; /* While it waits. */
        size_t bytes;      /* While it is in use: what was asked for. */
    };
    size_t class;
};

struct pool {
    struct head *waiting[CLASS_COUNT]; /* CLASS_BYTES_MIN, twice that, and so on. */
    size_t kept_bytes;
    size_t used_count;
};

_Static_assert(sizeof(struct head) == ALIGNMENT, "blocks behind their heads are aligned");
_Static_assert(CLASS_BYTES_MIN << (CLASS_COUNT - 1) == POOL_BLOCK_BYTES_MAX, "the last class");

static size_t class_of(size_t bytes)
{
    if (bytes <= CLASS_BYTES_MIN) return 0;
    if (!POOL_WAITS || bytes > POOL_BLOCK_BYTES_MAX) return CLASS_NONE;
    enum { BITS = 64, CLASS_BITS_MIN = 6 };
    return (size_t)(BITS - __builtin_clzll((unsigned long long)bytes - 1) - CLASS_BITS_MIN);
}

static size_t class_bytes(size_t class)
{
    return (size_t)CLASS_BYTES_MIN << class;
}

struct pool *pool_new(void)
{
    return alloc_should_fail() ? NULL : calloc(1, sizeof(struct pool));
}

void pool_trim(struct pool *pool)
{
    for (size_t class = 0; class < CLASS_COUNT; class ++) {
        while (pool->waiting[class] != NULL) {
            struct head *head = pool->waiting[class];
            pool->waiting[class] = head->next;
            free(head);
        }
    }
    pool->kept_bytes = 0;
}

void pool_free(struct pool *pool)
{
    if (pool == NULL) return;
    assert(pool->used_count == 0);
    pool_leave(pool);
}

void pool_leave(struct pool *pool)
{
    pool_trim(pool);
    free(pool);
}

void *pool_block_alloc(struct pool *pool, size_t bytes)
{
    size_t class = class_of(bytes);
    struct head *head = class == CLASS_NONE ? NULL : pool->waiting[class];
    if (head != NULL) {
        pool->waiting[class] = head->next;
        pool->kept_bytes -= class_bytes(class);
    } else {
        size_t size = class == CLASS_NONE ? bytes : class_bytes(class);
        if (size > SIZE_MAX - sizeof *head || alloc_should_fail()) return NULL;
        head = malloc(sizeof *head + size);
        if (head == NULL) return NULL;
        head->class = class;
    }
    head->bytes = bytes;
    pool->used_count++;
    return head + 1;
}

void *pool_block_calloc(struct pool *pool, size_t count, size_t bytes)
{
    size_t all;
    if (__builtin_mul_overflow(count, bytes, &all)) return NULL;
    void *block = pool_block_alloc(pool, all);
    if (block != NULL) memset(block, 0, all);
    return block;
}

void *pool_block_resize(struct pool *pool, void *block, size_t bytes)
{
    if (block == NULL) return pool_block_alloc(pool, bytes);
    struct head *head = (struct head *)block - 1;
    if (head->class != CLASS_NONE && bytes <= class_bytes(head->class)) {
        head->bytes = bytes;
        return block;
    }
    void *larger = pool_block_alloc(pool, bytes);
    if (larger == NULL) return NULL;
    memcpy(larger, block, head->bytes < bytes ? head->bytes : bytes);
    pool_block_free(pool, block);
    return larger;
}

void pool_block_free(struct pool *pool, void *block)
{
    if (block == NULL) return;
    struct head *head = (struct head *)block - 1;
    if (pool != NULL) pool->used_count--;
    size_t size = head->class == CLASS_NONE ? 0 : class_bytes(head->class);
    if (pool == NULL || head->class == CLASS_NONE || !POOL_WAITS ||
        pool->kept_bytes + size > POOL_KEPT_BYTES_MAX) {
        free(head);
        return;
    }
    head->next = pool->waiting[head->class];
    pool->waiting[head->class] = head;
    pool->kept_bytes += size;
}

size_t pool_block_bytes(const void *block)
{
    const struct head *head = (const struct head *)block - 1;
    return head->bytes;
}
