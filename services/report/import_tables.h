/* Stage 2 of the import, for tables: lines → grids of cells. Three forms: cells between tabs, cells
 * between pipes, and HTML tables, on lines of their own or within a cell of another table.
 *
 * A pipe or tab table keeps a cell for each printed one, empty ones included; where a heading
 * covers several columns its column_span says so, and the covered cells stay as empty ones. HTML
 * cells have the spans of their markup, and a covered place of the grid has no cell. */
#pragma once

#include "import_lines.h"
#include "import_readings.h"

enum {
    TABLE_ROWS_MAX = 50000, /* A longer table goes on as another one. */
    TABLE_CELLS_MAX = 50000,
    TABLE_TEXT_BYTES_MAX = 2 * 1024 * 1024,
    TABLE_COLUMNS_MAX = 1000,
    TABLE_NESTING_MAX = 8,
    TABLE_CELL_BYTES_MAX = 65536,
    TABLE_HEADING_ROWS_MAX = 5,
};

/* A run of text in a cell. */
struct table_text {
    struct reading *reading;
    bool is_nested;   /* It belongs to a table within the cell, which has its figures. */
    bool starts_line; /* A line break stands before it. */
    struct table_text *next;
};

struct table_cell {
    int column; /* From 0. */
    int row_span, column_span;
    bool is_heading;
    int line;
    struct table_text *texts, *texts_last;
    struct text text;       /* Set by tables_finish. */
    struct reading *number; /* The cell is one number: the first of this. */
};

struct table_row {
    struct table_cell **cells;
    size_t count, capacity;
    bool in_head;
};

struct table {
    slice_table_form form;
    int line, column; /* Where it begins. */
    int nested;       /* Its number within the outer table, from 1; 0 for that itself. */
    struct table_row *rows;
    size_t row_count, row_capacity;
    int columns;
    int heading_rows;
    int ruled_rows; /* Rows above the ruling line. */
    bool is_ragged;
    bool in_head;            /* HTML: within thead. */
    int *open_rows;          /* HTML: how many more rows each column is covered for. */
    struct table_cell *cell; /* Open: text goes here. */
    struct text title;       /* Of a table within a cell: the text above it. */
    struct table *next;
};

struct tables {
    struct arena *arena;
    struct reading_arenas arenas;
    struct numeral_context context;
    struct table *first, *last;            /* In the order of the text. */
    struct table *open[TABLE_NESTING_MAX]; /* The innermost last. */
    int depth;
    int ignored; /* Tables open beyond TABLE_NESTING_MAX. */
    int nested_count;
    struct reading_list readings; /* Of all of them. */
    size_t cell_count, text_bytes;
    bool starts_line; /* For the next text. */
};

/* Forgets everything; the arena of what is kept was reset. */
void tables_init(struct tables *tables, const struct reading_arenas *arenas,
                 const struct numeral_context *context);

bool tables_is_open(const struct tables *tables);

/* A table of that form begins on the line. */
NODISCARD enum status tables_begin(struct tables *tables, slice_table_form form, int line,
                                   int column);

/* The line belongs to the table: cells, a ruling line, or HTML. */
NODISCARD enum status tables_add(struct tables *tables, const struct import_line *line);

/* The line from byte `begin` on holds HTML with a table: tags begin tables as they come. */
NODISCARD enum status tables_add_from(struct tables *tables, const struct import_line *line,
                                      struct column_cursor *cursor, size_t begin);

/* Is there room for another line? Otherwise finish this table and begin the next. */
bool tables_has_room(const struct tables *tables);

/* HTML: a table is still open. */
bool tables_awaits_end(const struct tables *tables);

/* Sets cells' texts and numbers and finds the heading rows of all tables since tables_init. */
NODISCARD enum status tables_finish(struct tables *tables);
