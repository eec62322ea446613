/* The fields of an HTTP head or of trailers, in their order. Names are in lower case. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

enum { RPC_FIELDS_BYTES_MAX = 128 * 1024 };

/* One field, or one piece of a call's metadata. */
struct rpc_entry {
    const char *name;  /* In lower case. */
    struct text value; /* With a NUL behind it. */
};

struct rpc_entries {
    const struct rpc_entry *items;
    size_t count;
};

struct rpc_fields {
    struct arena arena; /* Holds them. */
    struct rpc_entry *items;
    size_t count, capacity;
};

/* None; allocates nothing yet. */
void rpc_fields_init(struct rpc_fields *fields);
void rpc_fields_free(struct rpc_fields *fields);

/* Copies a field. RESOURCE_EXHAUSTED: no memory, or all together would take more than
 * RPC_FIELDS_BYTES_MAX. */
NODISCARD enum status rpc_fields_add(struct rpc_fields *fields, struct text name,
                                     struct text value);
NODISCARD enum status rpc_fields_add_string(struct rpc_fields *fields, const char *name,
                                            const char *value);

/* The value of the first field of this name; bytes is NULL: none. */
struct text rpc_fields_find(const struct rpc_fields *fields, const char *name);

/* Names that end in -bin: their values are bytes, and travel as base64. */
bool rpc_name_is_binary(const char *name);
