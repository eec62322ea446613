#include "base/allowance.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "support/suite.h"

static void bounds_what_all_hold(void)
{
    enum { MOST = 1000 };
    struct allowance allowance;
    allowance_init(&allowance, MOST);
    struct purse one = {.allowance = &allowance};
    struct purse two = {.allowance = &allowance};
    CU_ASSERT_FALSE(purse_take(&one, MOST + 1));
    CU_ASSERT_FALSE(purse_take(&one, SIZE_MAX));
    CU_ASSERT_TRUE(purse_take(&one, MOST));
    CU_ASSERT_FALSE(purse_take(&two, 1));
    CU_ASSERT_FALSE(purse_take(&one, 1));
    purse_give(&one, 600);
    CU_ASSERT_TRUE(purse_take(&two, 600));
    CU_ASSERT_FALSE(purse_take(&one, 1));
    purse_give(&two, 600);
    purse_give(&one, 400);
    CU_ASSERT_TRUE(purse_take(&two, MOST));
    purse_give(&two, MOST);
}

/* What is kept at hand is little beside the whole. */
static void leaves_most_to_others(void)
{
    enum { MOST = 1 << 20 };
    struct allowance allowance;
    allowance_init(&allowance, MOST);
    struct purse one = {.allowance = &allowance};
    struct purse two = {.allowance = &allowance};
    for (size_t i = 0; i < 10000; i++)
        CU_ASSERT_TRUE(purse_take(&one, 100));
    for (size_t i = 0; i < 10000; i++)
        purse_give(&one, 100);
    CU_ASSERT_TRUE(purse_take(&two, MOST - MOST / 100));
    CU_ASSERT_TRUE(atomic_load(&allowance.drawn) <= MOST);
}

enum { THREADS = 4, STEPS = 100000, SHARED_BYTES = 1 << 16 };

static void *take_and_give(void *context)
{
    struct purse purse = {.allowance = context};
    unsigned seed = (unsigned)(uintptr_t)&purse;
    size_t held = 0;
    for (int i = 0; i < STEPS; i++) {
        size_t bytes = (size_t)rand_r(&seed) % (SHARED_BYTES / THREADS);
        if (held == 0 && purse_take(&purse, bytes)) {
            held = bytes;
        } else {
            purse_give(&purse, held);
            held = 0;
        }
    }
    purse_give(&purse, held);
    return (void *)(purse.held - purse.used); /* NOLINT: as a number. */
}

static void counts_over_threads(void)
{
    struct allowance allowance;
    pthread_t threads[THREADS];
    allowance_init(&allowance, SHARED_BYTES);
    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, take_and_give, &allowance), 0);
    size_t kept = 0;
    for (size_t i = 0; i < THREADS; i++) {
        void *left = NULL;
        CU_ASSERT_EQUAL(pthread_join(threads[i], &left), 0);
        kept += (size_t)left;
    }
    CU_ASSERT_EQUAL(atomic_load(&allowance.drawn), kept);
}

SUITE("allowance", {"bounds what all hold", bounds_what_all_hold},
      {"leaves most to others", leaves_most_to_others},
      {"counts over threads", counts_over_threads})
