/* Writing for people: colours and aligned columns on a terminal, tabs elsewhere. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "slice.rpc.h"
#include "timestamp.rpc.h"

enum terminal_align { TERMINAL_LEFT, TERMINAL_RIGHT };

/* What becomes of a column where the terminal is too narrow for the table, in the order of the
 * steps: the elastic one is cut with `…`; extra ones are left out, the rightmost first; then spare
 * ones; at last the widest columns of words are cut as well. A line below the table names what was
 * left out. A column without a single cell that says something is left out of a terminal anyway. */
enum terminal_place {
    COLUMN_KEPT,
    COLUMN_ELASTIC, /* At most one of a table. */
    COLUMN_SPARE,
    COLUMN_EXTRA,
};

struct terminal_column {
    const char *heading;
    enum terminal_align align;
    enum terminal_place place;
};

/* Rows of cells, kept until they are printed together. */
struct terminal_table {
    struct arena *arena;
    const struct terminal_column *columns;
    size_t column_count;
    const char *const **rows;
    size_t row_count, row_capacity;
    bool bare; /* Is printed without headings; set after terminal_table_init. */
};

void terminal_table_init(struct terminal_table *table, struct arena *arena,
                         const struct terminal_column *columns, size_t column_count);

/* Adds a row of column_count cells; the strings are borrowed until the table is printed. */
void terminal_table_add(struct terminal_table *table, const char *const *cells);

/* Prints the table to standard output: aligned with headings on a terminal, where a single row that
 * is too wide has a line a cell; else a line a row with tabs between cells and the headings first.
 * A bare table has no line of headings. */
void terminal_table_print(const struct terminal_table *table);

bool terminal_is_one(void);
int terminal_width(void);

/* Bold, dim, colours: the escape sequence on a terminal, "" elsewhere. */
enum terminal_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW };
const char *terminal_style(enum terminal_style style);

/* A number with thousands separators, in the arena. */
const char *terminal_number(struct arena *arena, int64_t number);

/* Won in thousands, the unit of the printed tables, halves away from zero; with separators. */
const char *terminal_thousands(struct arena *arena, int64_t won);

/* An instant as clocks in Seoul show it, `2026-11-23T06:30:25+09:00`, whatever the machine's zone;
 * the same form is taken where an instant is asked for. */
const char *terminal_instant(struct arena *arena, const protobuf_timestamp *instant);

/* A text on one line: line feeds become spaces. */
const char *terminal_line(struct arena *arena, const char *text);

/* Labels from general to particular with ` › ` between them; at most the last `most`. */
const char *terminal_labels(struct arena *arena, char **labels, size_t count, size_t most);

/* Shows on standard error that something is going on, once a second has passed since its start and
 * standard error is a terminal. */
struct terminal_progress;
struct terminal_progress *terminal_progress_start(const char *what);
void terminal_progress_stop(struct terminal_progress *progress);
