/* Points in time, the next one first: a pairing heap of timers that are part of what they are for,
 * so that setting one needs no memory. Who owns the heap asks for the first and waits for it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct timer {
    int64_t due_ms;
    bool set;
    struct timer *child;
    struct timer *next;     /* The next child of the same parent. */
    struct timer *previous; /* The one before it, or for the first child the parent. */
};

struct timers {
    struct timer *first; /* NULL: none is set. */
};

/* Sets a timer, which must stay where it is until it is cleared; one that is set already moves. */
void timers_set(struct timers *timers, struct timer *timer, int64_t due_ms);

/* Takes a timer out; one that is not set is left alone. */
void timers_clear(struct timers *timers, struct timer *timer);
