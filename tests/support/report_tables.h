/* Tables, figures and sources for tests of the report service, made of few words. */
#pragma once

#include "base/arena.h"
#include "slice.rpc.h"

/* A table of a report named `test`: rows end with '\n', cells with '|'; a cell that is one number
 * gets its quantity. It begins on line `line`. Stops the program when the arena is full. */
slice_table *printed_table(struct arena *arena, const char *title, int line, int heading_rows,
                           const char *rows);

/* A figure under labels that are separated by '/', which are its section path too. */
slice_figure *printed_figure(struct arena *arena, const char *labels, int line, const char *printed,
                             const char *unit);

/* The source of a report named `test` of 2020-04-21 by 소통관. */
slice_slice_source printed_source(void);

/* The text of a cell, rows and columns from 1; "" where there is none. */
const char *row_cell(const slice_row *row, int column);
