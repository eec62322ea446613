/* Decisions of the budget service that need neither store nor wire: rates, changes, and the sums
 * that a table as of a date is made of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/status.h"
#include "budget_ledger.h"

/* Rate of execution (집행률) in percent, one decimal, half up: spent ÷ current.
 * False: current is 0, or the rate does not fit. */
NODISCARD bool execution_rate(int64_t spent_won, int64_t current_won, struct decimal *rate);

/* Rate of increase (증감율) in percent, one decimal, half away from zero: change ÷ previous.
 * False: previous is 0, or the rate does not fit. */
NODISCARD bool change_rate(int64_t change_won, int64_t previous_won, struct decimal *rate);

/* A line as the sums see it. */
struct rollup_line {
    int32_t parent; /* Index of the line above, LINE_NONE at a root. */
    int32_t depth;
    bool memo; /* Not added to the line above. */
    struct balance balance;
};

/* Adds what is below every line to it: from its own entries to its balance. The lines stand in the
 * order of the table: each behind the one above it. False: a sum does not fit 64 bits. */
NODISCARD bool rollup(struct rollup_line *lines, size_t count);
