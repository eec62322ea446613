/* Stage 5 of the import: which service owns what a label speaks of. The rules are data
 * (owners.tsv); this file only weighs them. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "service_list.h"

/* How much each owner's words weigh in a label or in several. */
struct owner_weights {
    int weights[SERVICE_COUNT];
};

struct owner_rule {
    const char *pattern; /* Folded: lower case, no white space. */
    size_t length;
    enum service owner;
    int weight;
    int next; /* Another rule with the same hash, or -1. */
};

enum { OWNER_BUCKETS = 512 };

struct import_owners {
    struct owner_rule *rules;
    size_t count;
    int buckets[OWNER_BUCKETS]; /* By a pattern's first character; -1 for none. */
};

/* Reads rules: lines of pattern, owner and weight between tabs, `#` for comments. INVALID_ARGUMENT:
 * a line is none of these. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status owners_read(struct arena *arena, struct text rules,
                                  struct import_owners *owners);

/* Reads the rules that are built in. */
NODISCARD enum status owners_builtin(struct arena *arena, struct import_owners *owners);

/* Weighs the words of one label. Of two patterns that overlap, the longer counts. */
struct owner_weights owners_weigh(const struct import_owners *owners, struct text label);

/* What stands above a label counts less than the label: adds its own weights to a part of those
 * above. */
struct owner_weights owners_below(struct owner_weights above, struct owner_weights own);

/* The owner with the greatest weight; `report` where nothing weighs. */
enum service owners_choose(const struct owner_weights *weights);

/* The service's name: "budget". */
const char *owner_name(enum service owner);
