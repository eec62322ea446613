/* Memory with one lifetime: allocate many times, release once. A call, an import's block, a test
 * each own one. Nothing in an arena is freed on its own.
 *
 * An arena has a maximum; an allocation beyond it fails as exhausted memory does, with NULL, and
 * arena_exhausted() remembers it. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct arena_block;

struct arena {
    struct arena_block *block; /* The newest, which allocations come from. */
    size_t used;               /* Bytes taken from `block`. */
    size_t total;              /* Bytes of all blocks. */
    size_t bytes_max;
    bool exhausted;
};

/* An empty arena that will hold at most bytes_max bytes. Allocates nothing yet. */
void arena_init(struct arena *arena, size_t bytes_max);

/* Releases everything that was allocated; the arena is empty and usable again. Keeps one small
 * block, so that a reused arena does not go back to malloc. */
void arena_reset(struct arena *arena);

/* Releases everything, that block too. */
void arena_free(struct arena *arena);

/* A moment of an arena's life; arena_rewind releases what was allocated after it. The mark stays,
 * until the arena is reset. */
struct arena_mark {
    struct arena_block *block;
    size_t used;
};

struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Memory aligned for any type, not cleared. NULL when exhausted. */
NODISCARD void *arena_alloc(struct arena *arena, size_t bytes);

/* Cleared memory for count items; NULL when exhausted or when count × bytes overflows. */
NODISCARD void *arena_calloc(struct arena *arena, size_t count, size_t bytes);

/* A copy of length bytes with a NUL behind it. NULL when exhausted. */
NODISCARD char *arena_copy(struct arena *arena, const char *bytes, size_t length);

/* A formatted string. NULL when exhausted. */
NODISCARD char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
NODISCARD char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
    PRINTF_LIKE(2, 0);

/* An allocation failed since the last reset. */
bool arena_exhausted(const struct arena *arena);

/* Grows an array of items in the arena by doubling; *capacity and the returned pointer change. The
 * old array stays as garbage until the reset. NULL when exhausted; the old array is still valid. */
NODISCARD void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity,
                           size_t item_bytes);

/* For tests: the nth allocation from now on (counted from 1, over all arenas and buffers of this
 * thread) fails; 0 turns it off. Returns how many allocations happened since the last call. */
long alloc_fail_at(long nth);

/* Asked by everything in common/ that allocates outside an arena: true when this allocation is the
 * one to fail. */
bool alloc_should_fail(void);
