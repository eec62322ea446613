/* Fibers that wait, end and are used again. */
#include "base/fiber.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "support/suite.h"

enum { FIBERS = 200, ROUNDS = 50, KEPT = 4, DEEP_BYTES = 100 * 1024 };

struct counter {
    struct fiber *fiber;
    int rounds;
    int count;
    double sum;
};

static void count(void *argument)
{
    struct counter *counter = argument;
    int rounds = counter->rounds; /* Lives on the fiber's stack … */
    double third = 1.0 / rounds;  /* … and in registers of floating point. */
    for (int i = 0; i < rounds; i++) {
        counter->count++;
        counter->sum += third;
        fiber_suspend(counter->fiber);
    }
}

static void fibers_take_turns(void)
{
    static struct counter counters[FIBERS];
    struct fiber_pool pool;
    fiber_pool_init(&pool, KEPT);
    for (int again = 0; again < 2; again++) {
        for (int i = 0; i < FIBERS; i++) {
            counters[i] = (struct counter){.rounds = 1 + i % ROUNDS};
            counters[i].fiber = fiber_new(&pool, count, &counters[i]);
            CU_ASSERT_PTR_NOT_NULL_FATAL(counters[i].fiber);
        }
        int running = FIBERS;
        for (int round = 0; running > 0; round++) {
            for (int i = 0; i < FIBERS; i++) {
                if (counters[i].fiber == NULL || fiber_resume(counters[i].fiber)) continue;
                CU_ASSERT_EQUAL(counters[i].count, counters[i].rounds);
                CU_ASSERT_EQUAL(round, counters[i].rounds);
                CU_ASSERT_DOUBLE_EQUAL(counters[i].sum, 1.0, 1e-9);
                counters[i].fiber = NULL;
                running--;
            }
        }
        CU_ASSERT_EQUAL(pool.kept_count, KEPT);
    }
    fiber_pool_free(&pool);
}

/* Uses much of the stack, and what printf needs of its alignment. */
static void go_deep(void *argument)
{
    struct counter *counter = argument;
    char bytes[DEEP_BYTES];
    memset(bytes, 'x', sizeof bytes);
    fiber_suspend(counter->fiber);
    char text[64];
    (void)snprintf(text, sizeof text, "%.3Lf %c", (long double)1.5, bytes[DEEP_BYTES - 1]);
    counter->count = strcmp(text, "1.500 x") == 0;
}

static void a_stack_is_deep_enough(void)
{
    struct fiber_pool pool;
    fiber_pool_init(&pool, 1);
    for (int again = 0; again < 3; again++) {
        struct counter counter = {.count = 0};
        counter.fiber = fiber_new(&pool, go_deep, &counter);
        CU_ASSERT_PTR_NOT_NULL_FATAL(counter.fiber);
        CU_ASSERT_TRUE(fiber_resume(counter.fiber));
        CU_ASSERT_FALSE(fiber_resume(counter.fiber));
        CU_ASSERT_EQUAL(counter.count, 1);
    }
    fiber_pool_free(&pool);
}

static void no_memory_is_told(void)
{
    struct fiber_pool pool;
    fiber_pool_init(&pool, 1);
    (void)alloc_fail_at(1);
    CU_ASSERT_PTR_NULL(fiber_new(&pool, count, NULL));
    (void)alloc_fail_at(0);
    fiber_pool_free(&pool);
}

SUITE("fiber", {"fibers take turns", fibers_take_turns},
      {"a stack is deep enough", a_stack_is_deep_enough}, {"no memory is told", no_memory_is_told})
