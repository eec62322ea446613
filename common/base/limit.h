/* Limits that a configuration may change: one table names them, gives each a unit, a default and
 * bounds, and says where it lies in a struct. Every field of such a struct is a size_t or an
 * int64_t. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/text.h"

struct limit_info {
    const char *name; /* "connections-max"; its last word but `max` is its unit where it has one. */
    const char *help; /* What happens beyond it, as a phrase. */
    size_t offset;
    int64_t normal; /* The default. */
    int64_t least, most;
};

/* A table and the struct that it describes. */
struct limit_set {
    const struct limit_info *infos;
    size_t count;
    void *limits;
};

/* Gives every limit its default. */
void limits_reset(const struct limit_set *set);

int64_t limit_get(const struct limit_set *set, size_t index);

/* Sets one. NOT_FOUND: no limit of the set has this name. INVALID_ARGUMENT: the value is no whole
 * number within the bounds; the fault names the limit and the bounds. */
NODISCARD enum status limit_put(const struct limit_set *set, struct text name, struct text value,
                                struct fault *fault);
