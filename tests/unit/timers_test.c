/* Timers against a plain list that is searched. */
#include "base/timers.h"

#include <stdlib.h>

#include "support/suite.h"

enum { TIMERS = 300, STEPS = 200000 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static int64_t earliest(const struct timer *all)
{
    int64_t due_ms = INT64_MAX;
    for (size_t i = 0; i < TIMERS; i++) {
        if (all[i].set && all[i].due_ms < due_ms) due_ms = all[i].due_ms;
    }
    return due_ms;
}

static void the_first_is_the_earliest(void)
{
    static struct timer all[TIMERS];
    struct timers timers = {NULL};
    uint32_t state = 3;
    bool right = true;
    for (int step = 0; step < STEPS && right; step++) {
        struct timer *timer = &all[next_random(&state) % TIMERS];
        if (next_random(&state) % 3 == 0) {
            timers_clear(&timers, timer);
        } else if (next_random(&state) % 8 == 0 && timers.first != NULL) {
            timers_clear(&timers, timers.first);
        } else {
            timers_set(&timers, timer, next_random(&state) % 1000);
        }
        if (step % 16 != 0) continue;
        int64_t due_ms = earliest(all);
        right = timers.first == NULL ? due_ms == INT64_MAX : timers.first->due_ms == due_ms;
    }
    CU_ASSERT_TRUE(right);
    int64_t last = INT64_MIN;
    while (timers.first != NULL && right) {
        right = timers.first->due_ms >= last;
        last = timers.first->due_ms;
        timers_clear(&timers, timers.first);
    }
    CU_ASSERT_TRUE(right);
    CU_ASSERT_EQUAL(earliest(all), INT64_MAX);
}

SUITE("timers", {"the first is the earliest", the_first_is_the_earliest})
