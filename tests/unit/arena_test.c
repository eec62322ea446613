#include "base/arena.h"

#include <string.h>

#include "support/suite.h"

static void allocates_aligned_and_cleared(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t bytes = 1; bytes < 5000; bytes += 37) {
        unsigned char *memory = arena_calloc(&arena, 1, bytes);
        CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
        CU_ASSERT_EQUAL((size_t)memory % 16, 0);
        CU_ASSERT_EQUAL(memory[0] | memory[bytes - 1], 0);
        memset(memory, 0xFF, bytes);
    }
    arena_free(&arena);
}

static void stops_at_its_maximum(void)
{
    struct arena arena;
    arena_init(&arena, 10000);
    CU_ASSERT_PTR_NOT_NULL(arena_alloc(&arena, 9000));
    CU_ASSERT_FALSE(arena_exhausted(&arena));
    CU_ASSERT_PTR_NULL(arena_alloc(&arena, 9000));
    CU_ASSERT_TRUE(arena_exhausted(&arena));
    arena_reset(&arena);
    CU_ASSERT_FALSE(arena_exhausted(&arena));
    CU_ASSERT_PTR_NOT_NULL(arena_alloc(&arena, 9000));
    arena_free(&arena);
}

static void refuses_overflow(void)
{
    struct arena arena;
    arena_init(&arena, 10000);
    CU_ASSERT_PTR_NULL(arena_calloc(&arena, (size_t)-1, 16));
    CU_ASSERT_PTR_NULL(arena_alloc(&arena, (size_t)-1));
    arena_free(&arena);
}

static void fails_when_told(void)
{
    struct arena arena;
    arena_init(&arena, 10000);
    (void)alloc_fail_at(2);
    CU_ASSERT_PTR_NOT_NULL(arena_alloc(&arena, 8));
    CU_ASSERT_PTR_NULL(arena_alloc(&arena, 8));
    CU_ASSERT_PTR_NOT_NULL(arena_alloc(&arena, 8));
    CU_ASSERT_EQUAL(alloc_fail_at(0), 3);
    arena_free(&arena);
}

static void prints_and_grows(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    CU_ASSERT_STRING_EQUAL(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    size_t capacity = 0;
    int *numbers = NULL;
    for (int i = 0; i < 1000; i++) {
        if ((size_t)i == capacity) {
            numbers = arena_grow(&arena, numbers, (size_t)i, &capacity, sizeof *numbers);
        }
        CU_ASSERT_PTR_NOT_NULL_FATAL(numbers);
        numbers[i] = i;
    }
    CU_ASSERT_EQUAL(numbers[999], 999);
    arena_free(&arena);
}

static void rewinds(void)
{
    static const size_t sizes[] = {8, 4000, 9000};
    struct arena arena;
    arena_init(&arena, 40000);
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        struct arena_mark mark = arena_mark(&arena); /* At first of an empty one. */
        for (int turn = 0; turn < 100; turn++) {
            char *memory = arena_alloc(&arena, sizes[i]);
            CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
            memset(memory, turn, sizes[i]);
            if (turn == 0) CU_ASSERT_PTR_NULL(arena_alloc(&arena, 40000));
            arena_rewind(&arena, mark);
            CU_ASSERT_FALSE(arena_exhausted(&arena));
        }
        char *kept = arena_copy(&arena, "kept", 4);
        mark = arena_mark(&arena);
        CU_ASSERT_PTR_NOT_NULL(arena_alloc(&arena, 9000));
        arena_rewind(&arena, mark);
        CU_ASSERT_STRING_EQUAL(kept, "kept");
    }
    arena_free(&arena);
}

SUITE("arena", {"allocates aligned and cleared", allocates_aligned_and_cleared},
      {"stops at its maximum", stops_at_its_maximum}, {"refuses overflow", refuses_overflow},
      {"fails when told", fails_when_told}, {"prints and grows", prints_and_grows},
      {"rewinds", rewinds})
