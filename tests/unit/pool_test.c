#include "base/pool.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "support/suite.h"

static void keeps_what_is_written(void)
{
    enum { BLOCKS = 200 };
    struct pool *pool = pool_new();
    unsigned char *blocks[BLOCKS];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            blocks[i] = pool_block_calloc(pool, 1, i * 37);
            CU_ASSERT_PTR_NOT_NULL_FATAL(blocks[i]);
            CU_ASSERT_EQUAL((uintptr_t)blocks[i] % 16, 0);
            if (i > 0) CU_ASSERT_EQUAL(blocks[i][0] | blocks[i][i * 37 - 1], 0);
            memset(blocks[i], (int)i, i * 37);
        }
        for (size_t i = 1; i < BLOCKS; i++) {
            CU_ASSERT_EQUAL(blocks[i][0], i);
            CU_ASSERT_EQUAL(blocks[i][i * 37 - 1], i);
        }
        for (size_t i = 0; i < BLOCKS; i++)
            pool_block_free(pool, blocks[i]);
    }
    pool_free(pool);
}

static void resizes(void)
{
    struct pool *pool = pool_new();
    char *block = pool_block_resize(pool, NULL, 5);
    memcpy(block, "12345", 5);
    for (size_t bytes = 10; bytes < 100000; bytes *= 3) {
        block = pool_block_resize(pool, block, bytes);
        CU_ASSERT_PTR_NOT_NULL_FATAL(block);
        CU_ASSERT_NSTRING_EQUAL(block, "12345", 5);
        memset(block + 5, 'x', bytes - 5);
    }
    block = pool_block_resize(pool, block, 5);
    CU_ASSERT_NSTRING_EQUAL(block, "12345", 5);
    pool_block_free(pool, block);
    pool_free(pool);
}

static void says_when_there_is_no_memory(void)
{
    struct pool *pool = pool_new();
    CU_ASSERT_PTR_NULL(pool_block_calloc(pool, SIZE_MAX, 2));
    CU_ASSERT_PTR_NULL(pool_block_alloc(pool, SIZE_MAX));
    char *block = pool_block_alloc(pool, 64);
    (void)alloc_fail_at(1);
    CU_ASSERT_PTR_NULL(pool_block_resize(pool, block, 200)); /* The old one is still there. */
    (void)alloc_fail_at(0);
    pool_block_free(pool, block);
    pool_trim(pool);
    pool_free(pool);
}

/* What one thread allocated, another may free, even when the first has ended. */
static void lets_blocks_go_elsewhere(void)
{
    struct pool *first = pool_new();
    struct pool *second = pool_new();
    char *block = pool_block_alloc(first, 100);
    char *other = pool_block_alloc(first, 100);
    CU_ASSERT_EQUAL(pool_block_bytes(block), 100);
    pool_leave(first);
    memset(block, 'x', 100);
    pool_block_free(second, block);
    pool_block_free(NULL, other);
    block = pool_block_alloc(second, 90);
    CU_ASSERT_PTR_NOT_NULL(block);
    pool_block_free(NULL, block);
    pool_leave(second);
}

SUITE("pool", {"keeps what is written", keeps_what_is_written}, {"resizes", resizes},
      {"says when there is no memory", says_when_there_is_no_memory},
      {"lets blocks go elsewhere", lets_blocks_go_elsewhere})
