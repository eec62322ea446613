/* A table of a report as a sheet: every cell in its place, its number read, its rows and columns
 * told apart into headings, labels, amounts and percentages. */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "reconcile_number.h"
#include "slice.rpc.h"

enum {
    SHEET_CELLS_MAX = 1000000,     /* Larger tables are not checked. */
    SHEET_HEADING_ROWS_MAX = 4,    /* Headings that a table does not declare. */
    SHEET_NUMBERS_OF_ROW_MAX = 64, /* Columns of numbers that the rules look at. */
};

enum sheet_content { SHEET_EMPTY, SHEET_DASH, SHEET_NUMBER, SHEET_TEXT };

struct sheet_cell {
    const slice_cell *cell; /* NULL: no cell covers this place. */
    enum sheet_content content;
    bool begins;          /* The cell begins here; other places of it hold nothing. */
    struct number number; /* Of SHEET_NUMBER; of SHEET_DASH zero. */
};

enum sheet_column_kind { SHEET_COLUMN_TEXT, SHEET_COLUMN_AMOUNT, SHEET_COLUMN_PERCENT };

struct sheet {
    const slice_table *table;
    size_t row_count, column_count, heading_count;
    struct sheet_cell *cells; /* Row by row. */
    /* By row: the labels of its text columns, folded, joined by '/'; "" for headings. */
    const char **labels;
    /* By row: the last of these labels. */
    const char **label;
    /* By column: its headings from the top, folded; upper ones are inherited from the left. */
    const char **headers;
    /* By column: the lowest of them. */
    const char **header;
    enum sheet_column_kind *kinds;
};

/* RESOURCE_EXHAUSTED: no memory. A table without numbers, or over the limit, has no rows. */
NODISCARD enum status sheet_read(struct arena *arena, const slice_table *table,
                                 struct sheet *sheet);

const struct sheet_cell *sheet_at(const struct sheet *sheet, size_t row, size_t column);

/* The cell can take part in a sum: a number, or nothing or a dash, which count as zero. */
bool sheet_is_addable(const struct sheet_cell *cell);

/* A label for a sum: 계, 합계, 총계, 소계, with what stands in brackets behind it, or a name that
 * ends in one of the longer words (`시민소통기획관 총계`) or in `(계)`. */
bool label_is_total(const char *folded);

/* The label is of numbers that do not add up: rates, means, prices, points, running numbers. */
bool label_is_measure(const char *folded);

/* The label is that of a sum of part of a table: 소계. */
bool label_is_subtotal(const char *folded);

/* The label without spaces, quotation marks and punctuation, in lower case; in the arena. NULL: no
 * memory. */
NODISCARD char *label_fold(struct arena *arena, const char *label);
