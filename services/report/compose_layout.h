/* What the renderings of a composed report share: how a table's columns lie and how a figure is
 * called. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "report.rpc.h"

enum { LAYOUT_COLUMNS_MAX = 256 };

/* Columns of a table's grid. */
size_t layout_columns(const report_composed_table *table);

/* The cell that begins in a column (from 0), NULL for none. */
const slice_cell *layout_cell(const slice_row *row, size_t column);

/* How far a cell reaches: as far as it says and no cell with text stands there, within the columns
 * that no cell above covers and the rows before `end`. */
struct layout_span {
    size_t rows, columns;
};
struct layout_span layout_span(const report_composed_table *table, size_t row, size_t column,
                               size_t end, const size_t covered[static LAYOUT_COLUMNS_MAX]);

/* The cell holds a number, or a dash in place of one. */
bool layout_is_number(const slice_cell *cell);

/* Which columns hold mostly numbers below the headings. */
void layout_numeric(const report_composed_table *table, bool numeric[static LAYOUT_COLUMNS_MAX]);

/* The first of a figure's labels that the headings above it do not say already. */
size_t layout_labels_from(const slice_figure *figure);

/* A figure's time as briefly as it can be said: a day, a month, a year, or from one day to another;
 * "" for none. */
enum { LAYOUT_PERIOD_BYTES = 32 };
void layout_period(const type_period *period, char string[static LAYOUT_PERIOD_BYTES]);

/* The section continues the one before under the same heading, with another owner's data. */
bool layout_continues(const report_document *document, size_t section);

/* A qualifier in a word. */
const char *layout_qualifier(slice_qualifier qualifier);
