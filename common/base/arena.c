#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES_MIN = 4096, BLOCK_BYTES_LARGEST = 1 << 20, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *next;
    size_t bytes; /* Of data. */
    _Alignas(ALIGNMENT) unsigned char data[];
};

/* Tests count allocations a thread at a time; in a service these stay zero. */
static _Thread_local long fail_at;
static _Thread_local long allocations;

long alloc_fail_at(long nth)
{
    long counted = allocations;
    allocations = 0;
    fail_at = nth;
    return counted;
}

bool alloc_should_fail(void)
{
    return ++allocations == fail_at;
}

void arena_init(struct arena *arena, size_t bytes_max)
{
    *arena = (struct arena){.bytes_max = bytes_max};
}

static void free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    struct arena_block *kept = arena->block;
    if (kept != NULL && kept->bytes <= BLOCK_BYTES_MIN) {
        free_blocks(kept->next);
        kept->next = NULL;
        arena->total = kept->bytes;
    } else {
        free_blocks(kept);
        arena->block = NULL;
        arena->total = 0;
    }
    arena->used = 0;
    arena->exhausted = false;
}

void arena_free(struct arena *arena)
{
    free_blocks(arena->block);
    arena_init(arena, arena->bytes_max);
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->block, arena->used};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->block != mark.block) {
        struct arena_block *newest = arena->block;
        arena->block = newest->next;
        arena->total -= newest->bytes;
        free(newest);
    }
    arena->used = mark.used;
    arena->exhausted = false;
}

/* Adds a block that holds at least bytes. Blocks double, so that their number stays small. */
static bool block_add(struct arena *arena, size_t bytes)
{
    if (arena->total > arena->bytes_max || bytes > arena->bytes_max - arena->total) return false;
    size_t size = arena->block == NULL ? BLOCK_BYTES_MIN : arena->block->bytes * 2;
    if (size > BLOCK_BYTES_LARGEST) size = BLOCK_BYTES_LARGEST;
    if (size > arena->bytes_max - arena->total) size = arena->bytes_max - arena->total;
    if (size < bytes) size = bytes;
    struct arena_block *block = malloc(sizeof *block + size);
    if (block == NULL) return false;
    block->next = arena->block;
    block->bytes = size;
    arena->block = block;
    arena->total += size;
    arena->used = 0;
    return true;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes == 0) bytes = 1;
    if (alloc_should_fail() || bytes > SIZE_MAX - ALIGNMENT) {
        arena->exhausted = true;
        return NULL;
    }
    bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (arena->block == NULL || bytes > arena->block->bytes - arena->used) {
        if (!block_add(arena, bytes)) {
            arena->exhausted = true;
            return NULL;
        }
    }
    void *memory = arena->block->data + arena->used;
    arena->used += bytes;
    return memory;
}

void *arena_calloc(struct arena *arena, size_t count, size_t bytes)
{
    size_t whole;
    if (__builtin_mul_overflow(count, bytes, &whole)) {
        arena->exhausted = true;
        return NULL;
    }
    void *memory = arena_alloc(arena, whole);
    if (memory != NULL) memset(memory, 0, whole);
    return memory;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (copy == NULL) return NULL;
    if (length > 0) memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) return NULL;
    char *string = arena_alloc(arena, (size_t)length + 1);
    if (string != NULL) (void)vsnprintf(string, (size_t)length + 1, format, arguments);
    return string;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *string = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return string;
}

bool arena_exhausted(const struct arena *arena)
{
    return arena->exhausted;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity,
                 size_t item_bytes)
{
    size_t larger = *capacity == 0 ? 8 : *capacity * 2;
    void *grown = arena_calloc(arena, larger, item_bytes);
    if (grown == NULL) return NULL;
    if (count > 0) memcpy(grown, items, count * item_bytes);
    *capacity = larger;
    return grown;
}
