#include "base/allowance.h"

#include <assert.h>

/* Of all, what a purse draws at once and what it keeps: no more than either. */
enum { PIECE_SHARE = 1024, PIECE_BYTES_MAX = 64 * 1024 };

void allowance_init(struct allowance *allowance, size_t bytes_max)
{
    atomic_init(&allowance->drawn, 0);
    allowance->bytes_max = bytes_max;
}

static size_t piece_of(const struct allowance *allowance)
{
    size_t piece = allowance->bytes_max / PIECE_SHARE;
    return piece < PIECE_BYTES_MAX ? piece : (size_t)PIECE_BYTES_MAX;
}

static bool draw(struct purse *purse, size_t bytes)
{
    struct allowance *allowance = purse->allowance;
    size_t before = atomic_fetch_add_explicit(&allowance->drawn, bytes, memory_order_relaxed);
    if (before <= allowance->bytes_max && bytes <= allowance->bytes_max - before) {
        purse->held += bytes;
        return true;
    }
    (void)atomic_fetch_sub_explicit(&allowance->drawn, bytes, memory_order_relaxed);
    return false;
}

bool purse_take(struct purse *purse, size_t bytes)
{
    size_t free_bytes = purse->held - purse->used;
    if (bytes > free_bytes) {
        size_t missing = bytes - free_bytes;
        if (bytes > purse->allowance->bytes_max) return false;
        if (!draw(purse, missing + piece_of(purse->allowance)) && !draw(purse, missing))
            return false;
    }
    purse->used += bytes;
    return true;
}

void purse_give(struct purse *purse, size_t bytes)
{
    assert(bytes <= purse->used);
    purse->used -= bytes;
    size_t piece = piece_of(purse->allowance);
    size_t free_bytes = purse->held - purse->used;
    if (free_bytes <= 2 * piece) return;
    purse->held -= free_bytes - piece;
    (void)atomic_fetch_sub_explicit(&purse->allowance->drawn, free_bytes - piece,
                                    memory_order_relaxed);
}
