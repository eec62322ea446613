/* Fund tables (재난기금 집행내역): accounts of a fund, each with its budget, the items paid from it
 * and a total, as rows of one table:
 *
 *     구분              적요                    집행금액
 *     재난계정 (…)      재난기금(재난계정) 예산    1,324,280,000   opens an account
 *                      …                        194,620,800   an item
 *                      집행금액(계)            1,199,120,600   the printed total, no item
 */
#pragma once

#include <stdint.h>

#include "budget_grid.h"

struct fund_item {
    const char *label;
    int64_t won;
    int32_t line, table_row, table_column;
};

struct fund_account {
    const char *fund;    /* 재난기금 */
    const char *account; /* 재난계정 (시민소통) */
    int64_t budget_won;
    int64_t executed_won; /* The sum of the items. */
    bool has_total;
    int64_t total_won; /* As printed. */
    struct date day;
    int32_t line, table_row, table_column;
    struct fund_item *items;
    size_t item_count, item_max;
};

struct fund_table {
    const char *section;
    struct fund_account *accounts;
    size_t account_count, account_max;
    int32_t unread_count; /* Rows whose amount cannot be read; they are left out. */
};

/* Reads a table as a fund's; as_of is the report's day, for a table that does not say its own.
 * Everything kept is copied into the arena. NOT_FOUND: it is none. RESOURCE_EXHAUSTED: no memory.
 */
NODISCARD enum status fund_table_read(struct arena *arena, const struct grid *grid,
                                      struct date as_of, struct fund_table *table);
