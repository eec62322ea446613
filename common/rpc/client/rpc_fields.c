#include "rpc/client/rpc_fields.h"

#include <ctype.h>

void rpc_fields_init(struct rpc_fields *fields)
{
    *fields = (struct rpc_fields){.items = NULL};
    arena_init(&fields->arena, RPC_FIELDS_BYTES_MAX);
}

void rpc_fields_free(struct rpc_fields *fields)
{
    arena_free(&fields->arena);
    rpc_fields_init(fields);
}

enum status rpc_fields_add(struct rpc_fields *fields, struct text name, struct text value)
{
    if (fields->count == fields->capacity) {
        struct rpc_entry *items = arena_grow(&fields->arena, fields->items, fields->count,
                                             &fields->capacity, sizeof *fields->items);
        if (items == NULL) return RESOURCE_EXHAUSTED;
        fields->items = items;
    }
    char *name_copy = arena_copy(&fields->arena, name.bytes, name.length);
    char *value_copy = arena_copy(&fields->arena, value.bytes, value.length);
    if (name_copy == NULL || value_copy == NULL) return RESOURCE_EXHAUSTED;
    for (char *c = name_copy; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    fields->items[fields->count++] = (struct rpc_entry){name_copy, {value_copy, value.length}};
    return OK;
}

enum status rpc_fields_add_string(struct rpc_fields *fields, const char *name, const char *value)
{
    return rpc_fields_add(fields, text_from(name), text_from(value));
}

struct text rpc_fields_find(const struct rpc_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->items[i].name, name) == 0) return fields->items[i].value;
    }
    return (struct text){NULL, 0};
}

bool rpc_name_is_binary(const char *name)
{
    return text_ends_with(text_from(name), text_from("-bin"));
}
