/* A table of a report as the rules read it: a rectangle of cells, every cell that is covered by
 * another filled with what covers it. The only place that knows the wire form of tables. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/text.h"
#include "slice.rpc.h"

enum { GRID_CELLS_MAX = 200000, GRID_COLUMNS_MAX = 64 };

struct grid_cell {
    struct text text;
    bool begins; /* The cell begins here; false where it only reaches here, or where there is none.
                  */
    bool has_number;
    struct decimal number;
    const char *unit; /* Of the number: "KRW", "PERCENT", "명", "" … */
    int32_t line;     /* Of the text, from 1. */
};

struct grid {
    const struct grid_cell *cells; /* Row by row. */
    int32_t row_count, column_count;
    int32_t heading_rows;
    const char *name;  /* "tables/…" */
    const char *title; /* Borrowed from the table, as all strings. */
    const char *unit;
    const char *section; /* The section path, its headings separated by line feeds. */
    bool has_day;        /* The table says what day it speaks of. */
    struct date day;
    int32_t line; /* On which the table begins. */
};

/* Reads a table; the grid borrows its strings and lies in the arena.
 * INVALID_ARGUMENT: it is too large for a budget table, or a cell lies outside of it.
 * RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status grid_read(struct arena *arena, const slice_table *table, struct grid *grid);

/* The cell of a row and column, both from 0 and inside the grid. */
const struct grid_cell *grid_cell_at(const struct grid *grid, int32_t row, int32_t column);
