#include "budget_grid.h"

#include <string.h>

const struct grid_cell *grid_cell_at(const struct grid *grid, int32_t row, int32_t column)
{
    return &grid->cells[(size_t)row * (size_t)grid->column_count + (size_t)column];
}

static int32_t span_of(int32_t printed)
{
    return printed < 1 ? 1 : printed;
}

/* False: a cell lies outside of what a grid may hold. */
static bool columns_count(const slice_table *table, int32_t *column_count)
{
    *column_count = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        for (size_t i = 0; i < table->rows[row]->n_cells; i++) {
            const slice_cell *cell = table->rows[row]->cells[i];
            if (cell->column < 1 || cell->column > GRID_COLUMNS_MAX) return false;
            if (cell->column > *column_count) *column_count = cell->column;
        }
    }
    return true;
}

static struct grid_cell cell_read(const slice_cell *cell)
{
    struct grid_cell read = {
        .text = text_trim(text_from(cell->text)), .begins = true, .unit = "", .line = cell->line};
    const type_quantity *quantity = cell->quantity;
    if (quantity == NULL || quantity->exponent < DECIMAL_EXPONENT_MIN ||
        quantity->exponent > DECIMAL_EXPONENT_MAX)
        return read;
    read.has_number = true;
    read.number = (struct decimal){.units = quantity->units, .exponent = quantity->exponent};
    read.unit = quantity->unit;
    return read;
}

/* Puts a cell where it begins and wherever its spans reach within the grid. */
static void cell_spread(struct grid_cell *cells, const struct grid *grid, int32_t row,
                        const slice_cell *cell)
{
    struct grid_cell read = cell_read(cell);
    int32_t first = cell->column - 1;
    for (int32_t r = row; r < grid->row_count && r - row < span_of(cell->row_span); r++) {
        for (int32_t c = first; c < grid->column_count && c - first < span_of(cell->column_span);
             c++) {
            cells[(size_t)r * (size_t)grid->column_count + (size_t)c] = read;
            read.begins = false;
        }
    }
}

/* The last day that the table's own date line names. */
static void day_read(const slice_table *table, struct grid *grid)
{
    if (table->period == NULL) return;
    const char *day = "";
    switch (table->period->kind_case) {
    case TYPE_PERIOD_KIND_CASE_AS_OF:
        day = table->period->as_of;
        break;
    case TYPE_PERIOD_KIND_CASE_INTERVAL:
        day = table->period->interval->last_day;
        break;
    case TYPE_PERIOD_KIND_CASE_NOT_SET:
        break;
    }
    grid->has_day = date_parse(text_from(day), &grid->day) == OK;
}

static enum status section_read(struct arena *arena, const slice_table *table, const char **section)
{
    *section = "";
    if (table->citation == NULL) return OK;
    for (size_t i = 0; i < table->citation->n_section_path; i++) {
        *section = i == 0
                       ? table->citation->section_path[0]
                       : arena_printf(arena, "%s\n%s", *section, table->citation->section_path[i]);
        if (*section == NULL) return RESOURCE_EXHAUSTED;
    }
    return OK;
}

enum status grid_read(struct arena *arena, const slice_table *table, struct grid *grid)
{
    struct grid read = {.name = table->name,
                        .title = table->title,
                        .unit = table->unit,
                        .heading_rows = table->heading_rows,
                        .line = table->citation == NULL ? 0 : table->citation->line};
    if (table->n_rows > GRID_CELLS_MAX) return INVALID_ARGUMENT;
    read.row_count = (int32_t)table->n_rows;
    if (!columns_count(table, &read.column_count)) return INVALID_ARGUMENT;
    size_t count = (size_t)read.row_count * (size_t)read.column_count;
    if (count > GRID_CELLS_MAX) return INVALID_ARGUMENT;
    struct grid_cell *cells = arena_calloc(arena, count + 1, sizeof *cells);
    if (cells == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct grid_cell){.text = {"", 0}, .unit = ""};
    for (int32_t row = 0; row < read.row_count; row++) {
        const slice_row *from = table->rows[row];
        for (size_t i = 0; i < from->n_cells; i++)
            cell_spread(cells, &read, row, from->cells[i]);
    }
    read.cells = cells;
    day_read(table, &read);
    enum status status = section_read(arena, table, &read.section);
    if (status != OK) return status;
    *grid = read;
    return OK;
}
