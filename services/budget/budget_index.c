#include "budget_index.h"

#include <string.h>

enum { SLOTS_MIN = 64 };

/* FNV-1a of 64 bits. */
static size_t hash_of(const char *key)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(1099511628211);
    return (size_t)hash;
}

/* The slot of the key, or the free one where it belongs. */
static struct index_slot *slot_of(const struct budget_index *index, const char *key)
{
    size_t at = hash_of(key) & (index->slot_count - 1);
    while (index->slots[at].key != NULL && strcmp(index->slots[at].key, key) != 0)
        at = (at + 1) & (index->slot_count - 1);
    return &index->slots[at];
}

int32_t *index_find(const struct budget_index *index, const char *key)
{
    if (index->slot_count == 0) return NULL;
    struct index_slot *slot = slot_of(index, key);
    return slot->key == NULL ? NULL : &slot->value;
}

static enum status index_grow(struct budget_index *index)
{
    struct budget_index larger = *index;
    larger.slot_count = index->slot_count == 0 ? SLOTS_MIN : index->slot_count * 2;
    larger.slots = arena_calloc(index->arena, larger.slot_count, sizeof *larger.slots);
    if (larger.slots == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < index->slot_count; i++) {
        if (index->slots[i].key != NULL) *slot_of(&larger, index->slots[i].key) = index->slots[i];
    }
    *index = larger;
    return OK;
}

enum status index_put(struct budget_index *index, const char *key, int32_t value)
{
    if (index->used * 2 >= index->slot_count) {
        enum status status = index_grow(index);
        if (status != OK) return status;
    }
    struct index_slot *slot = slot_of(index, key);
    if (slot->key == NULL) index->used++;
    *slot = (struct index_slot){key, value};
    return OK;
}
