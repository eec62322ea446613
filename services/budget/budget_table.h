/* Budget tables: which tables of a report are one, and what their rows say. Tables of execution
 * (예산현액 | 원인행위액 | 집행액 | 집행률) and of comparison (2012년 예산 | 2011년 예산 | 증감 |
 * 증감율) are known by the names of their columns; everything else is left alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "budget_grid.h"
#include "budget_tree.h"

enum budget_table_kind { BUDGET_TABLE_EXECUTION = 1, BUDGET_TABLE_COMPARISON = 2 };

/* The amounts of a row, in this order; a comparison has the first two: budget and previous. */
enum budget_amount { AMOUNT_CURRENT, AMOUNT_COMMITTED, AMOUNT_SPENT, AMOUNT_COUNT };
enum { AMOUNT_BUDGET = 0, AMOUNT_PREVIOUS = 1 };

struct budget_row {
    const char *label; /* As printed, on one line. */
    const char *key;   /* What the label names, folded; see label_key. */
    bool total;        /* The label says that it is a total. */
    int64_t won[AMOUNT_COUNT];
    int32_t line;      /* Of the text. */
    int32_t table_row; /* From 1, headings included. */
    struct tree_place place;
};

struct budget_table {
    const char *name;
    const char *section;
    struct budget_row *rows;
    size_t row_count;
    int64_t unit_won; /* To which the amounts are printed. */
    enum budget_table_kind kind;
    int32_t fiscal_year;
    struct date day; /* The day the amounts speak of. */
    int32_t line;
    int32_t unread_count;         /* Rows with an amount that cannot be read; they are left out. */
    int32_t column[AMOUNT_COUNT]; /* Of each amount in the grid, from 1 … */
    bool has[AMOUNT_COUNT];       /* … where it is printed at all. */
};

/* Reads a table as a budget table, tree included; as_of is the report's day, for a table that does
 * not say its own. Everything kept is copied into the arena. NOT_FOUND: it is none (other columns,
 * no unit of money, no row that can be read). RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status budget_table_read(struct arena *arena, const struct grid *grid,
                                        struct date as_of, struct budget_table *table);

/* Of several tables of one report, which are repeats: at least half of the rows stand in a larger
 * table (the earlier one of two equals) of the same kind and year. Fills repeats[count]. */
NODISCARD enum status budget_tables_compare(struct arena *arena, const struct budget_table *tables,
                                            size_t count, bool *repeats);

/* A cell's number in won, exactly. False: it is no amount of money. A bare number is taken times
 * 10^scale where has_scale. */
struct money_scale {
    bool has_scale;
    int32_t scale;
};
NODISCARD bool cell_won(const struct grid_cell *cell, struct money_scale scale, int64_t *won);

/* Whether a cell is empty or holds a dash for nothing. */
bool cell_is_blank(const struct grid_cell *cell);
