/* Fibers: straight-line code that can wait in the middle without holding a thread. A fiber has a
 * stack of its own and runs on the thread that resumes it, until it suspends itself or returns.
 *
 * A pool keeps stacks for the next fibers; it and its fibers belong to one thread. Stacks are
 * mapped with a guard page below them: running over ends the process instead of another fiber's
 * memory. Pages that a fiber never touches take no memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct fiber;

enum { FIBER_STACK_BYTES = 256 * 1024 };

struct fiber_pool {
    struct fiber *kept;
    size_t kept_count;
    size_t kept_max;
};

typedef void fiber_body(void *argument);

/* An empty pool, which keeps at most kept_max stacks without a fiber. */
void fiber_pool_init(struct fiber_pool *pool, size_t kept_max);

/* Releases the stacks that it keeps; all fibers must have ended. */
void fiber_pool_free(struct fiber_pool *pool);

/* A fiber that begins with its first resume. NULL: no memory. */
NODISCARD struct fiber *fiber_new(struct fiber_pool *pool, fiber_body *body, void *argument);

/* Runs the fiber until it suspends itself: true. False: its body has returned, and it is released.
 * Not called from within a fiber. */
bool fiber_resume(struct fiber *fiber);

/* From within the fiber: back to the one who resumed it, until it is resumed again. */
void fiber_suspend(struct fiber *fiber);
