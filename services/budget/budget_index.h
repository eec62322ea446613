/* An index of strings to numbers, in an arena: open addressing, doubled as it fills. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct index_slot {
    const char *key; /* Borrowed; NULL where the slot is free. */
    int32_t value;
};

struct budget_index {
    struct arena *arena;
    struct index_slot *slots;
    size_t slot_count, used;
};

/* The number of a key, or NULL; valid until the next index_put. */
int32_t *index_find(const struct budget_index *index, const char *key);

/* Sets the number of a key. RESOURCE_EXHAUSTED: no memory; nothing changed. */
NODISCARD enum status index_put(struct budget_index *index, const char *key, int32_t value);
