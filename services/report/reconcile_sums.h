/* Checking one total of a table against cells that may be its parts: what the rules for rows and
 * for columns of sums share. */
#pragma once

#include "reconcile_case.h"

enum { SUM_PARTS_MAX = 512 }; /* Of one total; longer sums are not checked. */

struct sum_place {
    size_t row, column;
};

/* A total and its parts, all in one sheet. */
struct sum_cells {
    struct sum_place total;
    struct sum_place parts[SUM_PARTS_MAX];
    size_t count;
};

struct sum_result {
    enum verdict verdict; /* UNDECIDED: a cell holds text, or the units do not fit together. */
    bool trivial;         /* All are zero. */
    struct decimal sum;
};

struct sum_result sum_try(const struct sheet *sheet, const struct sum_cells *cells);

/* How far the table's other sums confirm that these are the parts. */
enum sum_confidence {
    SUM_UNCONFIRMED, /* A difference is SCOPE. */
    SUM_CONFIRMED,   /* A contradiction, unless it is so large that these cells may not add up: who
                      * takes part twice is counted once in a total. */
    SUM_CERTAIN,
};

/* Counts the check and adds a finding where it did not come out. */
NODISCARD enum status sum_report(struct reconcile_case *self, const struct sheet *sheet,
                                 const struct sum_cells *cells, enum sum_confidence confidence);

/* The part of column-sum for sums that no label announces: see reconcile_tree.c. `done` says of
 * each row of the sheet that it has been checked as a total. */
NODISCARD enum status tree_sum_check(struct reconcile_case *self, const struct sheet *sheet,
                                     const bool *done);
