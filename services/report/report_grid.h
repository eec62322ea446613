/* A report's table as a grid: what stands in row r and column c, cells that cover several places
 * included; and the labels that tables print. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "slice.rpc.h"

enum { GRID_ROWS_MAX = 2000, GRID_COLUMNS_MAX = 100 };

struct grid {
    const slice_table *table;
    size_t rows, columns;
    size_t heading_rows; /* As the table says, else the rows before the first with a number. */
    const slice_cell **cells;
};

/* INVALID_ARGUMENT: larger than GRID_ROWS_MAX × GRID_COLUMNS_MAX, or empty. RESOURCE_EXHAUSTED: no
 * memory. */
NODISCARD enum status grid_read(struct arena *arena, const slice_table *table, struct grid *grid);

/* The cell that covers a place, NULL for none. */
const slice_cell *grid_cell(const struct grid *grid, size_t row, size_t column);

/* Its text without the spaces around it; empty for none. */
struct text grid_text(const struct grid *grid, size_t row, size_t column);

/* The place's cell is a single number, with or without another in brackets: `131(80)`. */
NODISCARD bool grid_number(struct text text, int64_t *number, bool *has_inner, int64_t *inner);

/* A label as its word: letters that were spaced out for looks are closed (`총 계`, `일 반 직`), as
 * are the spaces around a middle dot. NULL: no memory. */
NODISCARD char *label_close(struct arena *arena, struct text label);

/* The label is one of the words, spaces set aside / holds one of them. Lists end with NULL. */
bool label_is_one_of(struct text label, const char *const *words);
bool label_has_one_of(struct text label, const char *const *words);
bool label_ends_with_one_of(struct text label, const char *const *words);
