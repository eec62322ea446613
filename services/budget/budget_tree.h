/* The tree that a printed budget table does not mark: found from the sums.
 *
 * Rows stand in the order of the text, a parent directly before what it sums up (pre-order), and
 * the amounts of a parent are the sums of its children's, column by column, within what rounding
 * explains: each child may be off by half a printed unit. Nothing else tells a parent from a child:
 * there is no indentation, and a project may carry the name of its department.
 *
 * The rows are read from the last to the first. A row either is a leaf or sums up a run of subtrees
 * that begin right behind it; for each row the few best readings are kept, with the row at which
 * they end and how many bits of coincidence they would need to be wrong. So two equal neighbours
 * are siblings when that makes the sum above come out, and parent and child when it does not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

enum { TREE_COLUMNS_MAX = 4, TREE_ROWS_MAX = 10000, TREE_LEVELS_MAX = 12, TREE_ROOT = -1 };

/* One row of the table; the amounts are in printed units. */
struct tree_row {
    int64_t amounts[TREE_COLUMNS_MAX];
    bool total; /* Its label says that it is a total (합계, 총계, 소계, 계): a hint, no more. */
};

struct tree_table {
    const struct tree_row *rows;
    size_t row_count;    /* At most TREE_ROWS_MAX. */
    size_t column_count; /* Columns that add up, 1 to TREE_COLUMNS_MAX. */
};

/* Where a row stands in the tree. */
struct tree_place {
    int32_t parent; /* Index of the row above, which stands before it; TREE_ROOT. */
    int32_t depth;  /* 0 at a root; less than TREE_LEVELS_MAX. */
    bool memo; /* It repeats amounts of its siblings (사업예산 총계, a total at the end of the
                * table) and is not added to its parent. */
};

/* Fills places[row_count]. Every row gets a place; a row for which no sum is found is a root. Takes
 * time in proportion to the rows, whatever they hold; the arena needs under 1 KiB a row.
 * RESOURCE_EXHAUSTED: no memory. INVALID_ARGUMENT: too many rows or columns. */
NODISCARD enum status tree_infer(struct arena *arena, const struct tree_table *table,
                                 struct tree_place *places);

/* How far a printed total may lie from the sum of its parts by rounding, in printed units. */
int64_t tree_tolerance(size_t part_count);
