/* An amount of bytes that the threads of a process share. Each draws from it through a purse of its
 * own, in pieces, so that small amounts touch nothing that is shared. What purses hold and do not
 * use is at most a hundredth or so of all. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct allowance {
    atomic_size_t drawn;
    size_t bytes_max;
};

/* Used by one thread at a time. */
struct purse {
    struct allowance *allowance;
    size_t held; /* Drawn, used or not. */
    size_t used;
};

void allowance_init(struct allowance *allowance, size_t bytes_max);

/* False: with these bytes it would be more than bytes_max, and nothing changed. */
bool purse_take(struct purse *purse, size_t bytes);

void purse_give(struct purse *purse, size_t bytes);
