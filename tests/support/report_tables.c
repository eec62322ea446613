#include "support/report_tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { ROWS_MAX = 200, CELLS_MAX = 32, LABELS_MAX = 8 };

static void *taken(void *memory)
{
    if (memory == NULL) abort();
    return memory;
}

static type_citation *citation_at(struct arena *arena, int line)
{
    type_citation *citation = taken(arena_alloc(arena, sizeof *citation));
    *citation = (type_citation)TYPE_CITATION_INIT;
    citation->report_id = taken(arena_copy(arena, "test", strlen("test")));
    citation->line = line;
    citation->column = 1;
    return citation;
}

static type_quantity *quantity_of(struct arena *arena, struct text text)
{
    if (text.length == 0) return NULL;
    for (size_t i = 0; i < text.length; i++) {
        if (strchr("0123456789,", text.bytes[i]) == NULL) return NULL;
    }
    type_quantity *quantity = taken(arena_alloc(arena, sizeof *quantity));
    *quantity = (type_quantity)TYPE_QUANTITY_INIT;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] != ',') quantity->units = quantity->units * 10 + (text.bytes[i] - '0');
    }
    return quantity;
}

static slice_row *row_of(struct arena *arena, struct text line, int number)
{
    slice_row *row = taken(arena_alloc(arena, sizeof *row));
    *row = (slice_row)SLICE_ROW_INIT;
    row->cells = taken(arena_calloc(arena, CELLS_MAX, sizeof(void *)));
    size_t begin = 0;
    for (size_t at = 0; at <= line.length; at++) {
        if (at < line.length && line.bytes[at] != '|') continue;
        struct text text = text_trim((struct text){line.bytes + begin, at - begin});
        begin = at + 1;
        slice_cell *cell = taken(arena_alloc(arena, sizeof *cell));
        *cell = (slice_cell)SLICE_CELL_INIT;
        cell->text = taken(arena_copy(arena, text.bytes, text.length));
        cell->column = (int32_t)row->n_cells + 1;
        cell->row_span = cell->column_span = 1;
        cell->line = number;
        cell->quantity = quantity_of(arena, text);
        if (row->n_cells < CELLS_MAX) row->cells[row->n_cells++] = cell;
    }
    return row;
}

slice_table *printed_table(struct arena *arena, const char *title, int line, int heading_rows,
                           const char *rows)
{
    slice_table *table = taken(arena_alloc(arena, sizeof *table));
    *table = (slice_table)SLICE_TABLE_INIT;
    table->name = taken(arena_printf(arena, "tables/test-%d", line));
    table->owner = taken(arena_copy(arena, "report", strlen("report")));
    table->title = taken(arena_copy(arena, title, strlen(title)));
    table->citation = citation_at(arena, line);
    table->heading_rows = heading_rows;
    table->rows = taken(arena_calloc(arena, ROWS_MAX, sizeof(void *)));
    while (*rows != '\0' && table->n_rows < ROWS_MAX) {
        size_t length = strcspn(rows, "\n");
        int number = line + (int)table->n_rows;
        table->rows[table->n_rows++] = row_of(arena, (struct text){rows, length}, number);
        rows += length + (rows[length] == '\n');
    }
    return table;
}

slice_figure *printed_figure(struct arena *arena, const char *labels, int line, const char *printed,
                             const char *unit)
{
    slice_figure *figure = taken(arena_alloc(arena, sizeof *figure));
    *figure = (slice_figure)SLICE_FIGURE_INIT;
    figure->name = taken(arena_printf(arena, "figures/test-%d-1", line));
    figure->owner = taken(arena_copy(arena, "report", strlen("report")));
    figure->printed = taken(arena_copy(arena, printed, strlen(printed)));
    figure->subject = taken(arena_calloc(arena, LABELS_MAX, sizeof *figure->subject));
    figure->citation = citation_at(arena, line);
    figure->quantity = taken(arena_alloc(arena, sizeof *figure->quantity));
    *figure->quantity = (type_quantity)TYPE_QUANTITY_INIT;
    figure->quantity->units = strtoll(printed, NULL, 10);
    figure->quantity->unit = taken(arena_copy(arena, unit, strlen(unit)));
    while (*labels != '\0' && figure->n_subject < LABELS_MAX) {
        size_t length = strcspn(labels, "/");
        figure->subject[figure->n_subject++] = taken(arena_copy(arena, labels, length));
        labels += length + (labels[length] == '/');
    }
    figure->citation->section_path = figure->subject;
    figure->citation->n_section_path = figure->n_subject > 0 ? figure->n_subject - 1 : 0;
    return figure;
}

slice_slice_source printed_source(void)
{
    static char id[] = "test", as_of[] = "2020-04-21", publisher[] = "소통관", title[] = "업무보고";
    slice_slice_source source = SLICE_SLICE_SOURCE_INIT;
    source.report_id = id;
    source.as_of = as_of;
    source.publisher = publisher;
    source.title = title;
    return source;
}

const char *row_cell(const slice_row *row, int column)
{
    for (size_t i = 0; i < row->n_cells; i++) {
        if (row->cells[i]->column == column) return row->cells[i]->text;
    }
    return "";
}
