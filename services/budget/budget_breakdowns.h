/* The budget by what its money is for. Pure; classes are numbered as sotong.budget.v1.LineClass. */
#pragma once

#include "base/arena.h"
#include "budget_rules.h"

enum line_class { CLASS_NONE, CLASS_PROJECT, CLASS_BASIC, CLASS_STAFF, CLASS_RETURNS };
enum { LINE_CLASS_LAST = CLASS_RETURNS };

/* The class that a label says (기본경비…, 인력운영비…, 반환금…), CLASS_NONE where it says none, in
 * *found. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status label_class(struct arena *arena, const char *label, enum line_class *found);

/* A line beside its class. */
struct classed_line {
    int32_t parent;        /* Index of the line above, LINE_NONE at a root. */
    bool memo;             /* It and all below it repeat others. */
    enum line_class class; /* Its own; becomes the one that it belongs to. */
    struct balance own;
};

struct class_sums {
    int32_t count[LINE_CLASS_LAST + 1];
    struct balance balance[LINE_CLASS_LAST + 1]; /* That of CLASS_NONE is the total. */
};

/* Gives every line its class, that of the line above where it has none, and sums. Lines stand each
 * behind the one above. False: a sum does not fit 64 bits. */
NODISCARD bool classes_sum(struct classed_line *lines, size_t count, struct class_sums *sums);
