/* The accounts of a line and what each kind of entry does to them: its budget (current), what of it
 * is committed, what of that is spent. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "budget_table.h"

/* The numbers are those of sotong.budget.v1.EntryKind. */
enum entry_kind {
    ENTRY_APPROPRIATION = 1,
    ENTRY_CARRY_OVER = 2,
    ENTRY_COMMITMENT = 3,
    ENTRY_EXPENDITURE = 4,
    ENTRY_SUPPLEMENTARY = 5,
    ENTRY_TRANSFER_IN = 6,
    ENTRY_TRANSFER_OUT = 7,
    ENTRY_RELEASE = 8,
    ENTRY_REFUND = 9,
};

/* Amounts by what a table of execution calls them. */
struct balance {
    int64_t won[AMOUNT_COUNT]; /* enum budget_amount */
};

/* The account that a kind moves. */
enum budget_amount entry_account(enum entry_kind kind);

/* An entry's amount takes from its account: transfers out, releases, refunds. */
bool entry_shrinks(enum entry_kind kind);

/* By how much an entry moves each account. False: it does not fit 64 bits. */
NODISCARD bool entry_change(enum entry_kind kind, int64_t won, struct balance *change);

/* Adds a change to a balance. False: a sum does not fit 64 bits; nothing changed. */
NODISCARD bool balance_add(struct balance *balance, const struct balance *change);

/* What lines stand at by themselves becomes what they stand at with everything below them. */
struct account_line {
    int64_t id;    /* The store's. */
    int32_t above; /* Index of the line whose total it counts in, smaller than its own; -1: none. */
    struct balance balance;
    int64_t reserved_won;
};

/* False: a sum does not fit 64 bits. */
NODISCARD bool account_lines_total(struct account_line *lines, size_t count);
