#include "rpc/codec/rpc_field.h"

#include <stdlib.h>

/* An entry and where it stands in its map. */
struct placed {
    ProtobufCMessage *entry;
    size_t at;
};

static int compare_keys(const ProtobufCMessage *left, const ProtobufCMessage *right)
{
    const ProtobufCFieldDescriptor *key = &left->descriptor->fields[0];
    const void *a = rpc_field_value(left, key);
    const void *b = rpc_field_value(right, key);
    if (key->type == PROTOBUF_C_TYPE_STRING) return strcmp(*(char *const *)a, *(char *const *)b);
    return memcmp(a, b, rpc_item_bytes(key->type));
}

/* By key, and entries of the same key in the order in which they came. */
static int compare_placed(const void *a, const void *b)
{
    const struct placed *left = a;
    const struct placed *right = b;
    int order = compare_keys(left->entry, right->entry);
    return order != 0 ? order : (left->at > right->at) - (left->at < right->at);
}

enum status rpc_map_unite(struct arena *arena, ProtobufCMessage **entries, size_t *count)
{
    if (*count < 2) return OK;
    struct placed *placed = arena_calloc(arena, *count, sizeof *placed);
    if (placed == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < *count; i++)
        placed[i] = (struct placed){entries[i], i};
    qsort(placed, *count, sizeof *placed, compare_placed);
    bool twice = false;
    for (size_t begin = 0, end; begin < *count; begin = end) {
        end = begin + 1;
        while (end < *count && compare_keys(placed[begin].entry, placed[end].entry) == 0)
            entries[placed[end++].at] = NULL;
        /* The last one takes the first one's place. */
        entries[placed[begin].at] = placed[end - 1].entry;
        twice = twice || end > begin + 1;
    }
    size_t kept = 0;
    for (size_t i = 0; twice && i < *count; i++) {
        if (entries[i] != NULL) entries[kept++] = entries[i];
    }
    if (twice) *count = kept;
    return OK;
}
