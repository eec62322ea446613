/* What calls do to the ledger, for tests of reads and imports: straight into the store, without the
 * rules that calls keep. */
#pragma once

#include "budget_posting.h"
#include "support/budget_slices.h"

/* A line as CreateLine makes it. Positions are the caller's: of all lines of a bureau and year in
 * the order of the tree. */
struct made_line {
    const char *publisher, *path, *label;
    int32_t fiscal_year, depth, position;
    int64_t parent_id; /* 0: none. */
    int64_t created_ms;
};

/* The new line's id. */
int64_t budget_make_line(struct budget_fixture *at, const struct made_line *line);

/* Posts an entry of this day in a transaction of its own, recorded now; corrects: 0 for nothing.
 * The entry's id. */
struct posted {
    int64_t line_id;
    enum entry_kind kind;
    int64_t won;
    const char *day;
    int64_t corrects;
};
int64_t budget_post(struct budget_fixture *at, struct posted posted);

/* The id of a line by its path. */
int64_t budget_line_id(struct budget_fixture *at, const char *path);
