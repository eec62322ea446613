#include "import_tables.h"

#include <string.h>

void tables_init(struct tables *tables, const struct reading_arenas *arenas,
                 const struct numeral_context *context)
{
    *tables = (struct tables){.arena = arenas->kept, .arenas = *arenas, .context = *context};
    tables->context.in_table = true;
}

bool tables_is_open(const struct tables *tables)
{
    return tables->first != NULL;
}

bool tables_has_room(const struct tables *tables)
{
    return tables->first->row_count < TABLE_ROWS_MAX && tables->cell_count < TABLE_CELLS_MAX &&
           tables->text_bytes < TABLE_TEXT_BYTES_MAX;
}

bool tables_awaits_end(const struct tables *tables)
{
    return tables->depth > 0 && tables->open[0]->form == SLICE_TABLE_FORM_HTML;
}

enum status tables_begin(struct tables *tables, slice_table_form form, int line, int column)
{
    struct table *table = arena_calloc(tables->arena, 1, sizeof *table);
    if (table == NULL) return RESOURCE_EXHAUSTED;
    table->form = form;
    table->title = (struct text){"", 0};
    table->line = line;
    table->column = column;
    if (tables->last != NULL) {
        tables->last->next = table;
        table->nested = ++tables->nested_count;
        const struct table_cell *around =
            tables->depth > 0 ? tables->open[tables->depth - 1]->cell : NULL;
        if (around != NULL && around->texts_last != NULL) {
            table->title = around->texts_last->reading->span.text;
        }
    } else {
        tables->first = table;
    }
    tables->last = table;
    tables->open[tables->depth++] = table;
    return OK;
}

static enum status row_begin(struct tables *tables, struct table *table)
{
    if (table->row_count == table->row_capacity) {
        struct table_row *grown = arena_grow(tables->arena, table->rows, table->row_count,
                                             &table->row_capacity, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        table->rows = grown;
    }
    table->rows[table->row_count++] = (struct table_row){.in_head = table->in_head};
    table->cell = NULL;
    return OK;
}

static enum status cell_begin(struct tables *tables, struct table *table, int column, int line)
{
    struct table_row *row = &table->rows[table->row_count - 1];
    table->cell = NULL;
    if (column >= TABLE_COLUMNS_MAX || row->count >= TABLE_COLUMNS_MAX) return OK;
    if (row->count == row->capacity) {
        struct table_cell **grown =
            arena_grow(tables->arena, row->cells, row->count, &row->capacity, sizeof *grown);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        row->cells = grown;
    }
    struct table_cell *cell = arena_calloc(tables->arena, 1, sizeof *cell);
    if (cell == NULL) return RESOURCE_EXHAUSTED;
    cell->column = column;
    cell->row_span = cell->column_span = 1;
    cell->line = line;
    cell->text = (struct text){"", 0};
    row->cells[row->count++] = cell;
    if (column + 1 > table->columns) table->columns = column + 1;
    table->cell = cell;
    tables->cell_count++;
    return OK;
}

/* Adds the run to the open cell of the innermost table, and as nested text to those around it. */
static enum status text_add(struct tables *tables, struct reading *reading)
{
    bool taken = false;
    for (int depth = tables->depth - 1; depth >= 0; depth--) {
        struct table_cell *cell = tables->open[depth]->cell;
        if (cell == NULL) continue;
        struct table_text *text = arena_calloc(tables->arena, 1, sizeof *text);
        if (text == NULL) return RESOURCE_EXHAUSTED;
        *text = (struct table_text){
            .reading = reading, .is_nested = taken, .starts_line = tables->starts_line};
        if (cell->texts == NULL) {
            cell->texts = text;
        } else {
            cell->texts_last->next = text;
        }
        cell->texts_last = text;
        taken = true;
    }
    tables->starts_line = false;
    return OK;
}

/* HTML: opens a cell in the first column that no cell from above covers. */
static enum status html_cell(struct tables *tables, struct table *table,
                             const struct html_event *event, int line)
{
    if (table->row_count == 0) {
        enum status status = row_begin(tables, table);
        if (status != OK) return status;
    }
    if (table->open_rows == NULL) {
        table->open_rows = arena_calloc(tables->arena, TABLE_COLUMNS_MAX, sizeof(int));
        if (table->open_rows == NULL) return RESOURCE_EXHAUSTED;
    }
    struct table_row *row = &table->rows[table->row_count - 1];
    int column = 0;
    if (row->count > 0) {
        const struct table_cell *last = row->cells[row->count - 1];
        column = last->column + last->column_span;
    }
    while (column < TABLE_COLUMNS_MAX && table->open_rows[column] > 0)
        column++;
    enum status status = cell_begin(tables, table, column, line);
    if (status != OK || table->cell == NULL) return status;
    struct table_cell *cell = table->cell;
    cell->row_span = event->row_span;
    cell->column_span = event->column_span;
    if (column + cell->column_span > TABLE_COLUMNS_MAX)
        cell->column_span = TABLE_COLUMNS_MAX - column;
    cell->is_heading = event->is_heading;
    for (int i = column; i < column + cell->column_span; i++)
        table->open_rows[i] = cell->row_span;
    if (column + cell->column_span > table->columns) table->columns = column + cell->column_span;
    return OK;
}

static void html_row_end(struct table *table)
{
    for (int i = 0; table->open_rows != NULL && i < table->columns; i++)
        table->open_rows[i] -= table->open_rows[i] > 0;
}

/* HTML: a tr or its end. A row that has no cell yet is used again. */
static enum status html_row(struct tables *tables, struct table *table)
{
    table->cell = NULL;
    bool empty = table->row_count > 0 && table->rows[table->row_count - 1].count == 0;
    if (!empty) {
        if (table->row_count > 0) html_row_end(table);
        enum status status = row_begin(tables, table);
        if (status != OK) return status;
    }
    table->rows[table->row_count - 1].in_head = table->in_head;
    return OK;
}

static void html_table_end(struct tables *tables)
{
    if (tables->ignored > 0) {
        tables->ignored--;
        return;
    }
    if (tables->depth == 0 || tables->open[tables->depth - 1]->form != SLICE_TABLE_FORM_HTML)
        return;
    struct table *table = tables->open[--tables->depth];
    if (table->row_count > 0 && table->rows[table->row_count - 1].count == 0) table->row_count--;
    table->cell = NULL;
    tables->starts_line = true;
}

static enum status html_event(struct tables *tables, const struct html_event *event, int line,
                              struct column_cursor *cursor)
{
    struct table *table = tables->open[tables->depth == 0 ? 0 : tables->depth - 1];
    bool in_html = tables->depth > 0 && table->form == SLICE_TABLE_FORM_HTML;
    switch (event->kind) {
    case HTML_TEXT:
        break;
    case HTML_BREAK:
        tables->starts_line = true;
        break;
    case HTML_TABLE:
        tables->starts_line = true;
        if (tables->depth == TABLE_NESTING_MAX) {
            tables->ignored++;
            return OK;
        }
        return tables_begin(tables, SLICE_TABLE_FORM_HTML, line, column_at(cursor, event->begin));
    case HTML_TABLE_END:
        html_table_end(tables);
        break;
    case HTML_HEAD:
    case HTML_BODY:
        if (!in_html) return OK;
        table->in_head = event->kind == HTML_HEAD;
        return html_row(tables, table);
    case HTML_ROW:
        tables->starts_line = true;
        if (!in_html) return OK;
        return html_row(tables, table);
    case HTML_CELL:
        return in_html ? html_cell(tables, table, event, line) : OK;
    case HTML_CELL_END:
        if (in_html) table->cell = NULL;
        break;
    }
    return OK;
}

/* Reads a part of a line: text goes to the open cell, tags move it. */
static enum status read_part(struct tables *tables, int line, struct column_cursor *cursor,
                             size_t begin, size_t end)
{
    struct html_reader reader = html_reader_of(cursor->line, begin, end);
    for (;;) {
        struct html_event event;
        bool found;
        enum status status = html_next(&reader, tables->arena, &event, &found);
        if (status != OK || !found) return status;
        struct reading *reading;
        status = readings_of_event(&tables->arenas, &tables->readings, line, cursor,
                                   &tables->context, &event, reader.offset, &reading);
        if (status == OK && event.kind != HTML_TEXT)
            status = html_event(tables, &event, line, cursor);
        if (status == OK && reading != NULL) status = text_add(tables, reading);
        if (status != OK) return status;
    }
}

static bool is_rule(struct text text)
{
    int dashes = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c != '-' && c != '=' && c != '|' && c != ' ' && c != ':' && c != '+' && c != '\t')
            return false;
        dashes += c == '-' || c == '=';
    }
    return dashes > 0;
}

/* Splits the line at a separator and reads each cell. */
static enum status read_row(struct tables *tables, const struct import_line *line, char separator)
{
    struct table *table = tables->open[0];
    struct text text = line->text;
    if (is_rule(text)) {
        if (table->ruled_rows == 0) table->ruled_rows = (int)table->row_count;
        return OK;
    }
    enum status status = row_begin(tables, table);
    if (status != OK) return status;
    struct column_cursor cursor = column_cursor_of(text);
    size_t begin = 0;
    size_t end = text.length;
    if (separator == '|') {
        /* The pipes at the line's ends bound it. */
        struct text trimmed = text_trim(text);
        begin = (size_t)(trimmed.bytes - text.bytes);
        end = begin + trimmed.length;
        if (trimmed.bytes[0] == '|') begin++;
        if (end > begin && text.bytes[end - 1] == '|' &&
            !(end > begin + 1 && text.bytes[end - 2] == '\\'))
            end--;
    }
    int column = 0;
    for (size_t at = begin; at <= end; at++) {
        bool bound = at == end || (text.bytes[at] == separator &&
                                   !(separator == '|' && at > begin && text.bytes[at - 1] == '\\'));
        if (!bound) continue;
        status = cell_begin(tables, table, column++, line->number);
        tables->starts_line = false;
        if (status == OK) status = read_part(tables, line->number, &cursor, begin, at);
        if (status != OK) return status;
        /* A table that a cell leaves open ends with the cell. */
        tables->depth = 1;
        tables->ignored = 0;
        begin = at + 1;
    }
    table->cell = NULL;
    if (table->row_count > 1 && table->rows[table->row_count - 1].count != table->rows[0].count) {
        table->is_ragged = true;
    }
    return OK;
}

enum status tables_add(struct tables *tables, const struct import_line *line)
{
    tables->text_bytes += line->text.length;
    switch (tables->first->form) {
    case SLICE_TABLE_FORM_TABS:
        return read_row(tables, line, '\t');
    case SLICE_TABLE_FORM_PIPES:
        return read_row(tables, line, '|');
    case SLICE_TABLE_FORM_HTML:
    case SLICE_TABLE_FORM_UNSPECIFIED:
        break;
    }
    struct column_cursor cursor = column_cursor_of(line->text);
    return read_part(tables, line->number, &cursor, 0, line->text.length);
}

enum status tables_add_from(struct tables *tables, const struct import_line *line,
                            struct column_cursor *cursor, size_t begin)
{
    tables->text_bytes += line->text.length;
    return read_part(tables, line->number, cursor, begin, line->text.length);
}

/* The cell's text: its runs, one on each line. */
static enum status set_text(struct tables *tables, struct table_cell *cell)
{
    size_t bytes = 0;
    for (struct table_text *each = cell->texts; each != NULL; each = each->next)
        bytes += each->reading->span.text.length + 1;
    if (bytes == 0) return OK;
    if (cell->texts->next == NULL) {
        cell->text = text_cut(text_trim(cell->texts->reading->span.text), TABLE_CELL_BYTES_MAX);
        return OK;
    }
    char *text = arena_alloc(tables->arena, bytes);
    if (text == NULL) return RESOURCE_EXHAUSTED;
    size_t length = 0;
    for (struct table_text *each = cell->texts; each != NULL; each = each->next) {
        struct text run = text_trim(each->reading->span.text);
        if (run.length == 0) continue;
        if (length > 0) text[length++] = each->starts_line ? '\n' : ' ';
        memcpy(text + length, run.bytes, run.length);
        length += run.length;
    }
    cell->text = text_cut((struct text){text, length}, TABLE_CELL_BYTES_MAX);
    return OK;
}

/* One number fills the cell; a second may stand behind it in brackets (`131(80)`). */
static void set_number(struct table_cell *cell)
{
    const struct table_text *only = cell->texts;
    if (only == NULL || only->next != NULL || only->reading->count == 0) return;
    const struct reading *reading = only->reading;
    const struct numeral *numeral = &reading->numerals[0];
    if (numeral->kind != NUMERAL_QUANTITY) return;
    struct text text = reading->span.text;
    if (text_trim((struct text){text.bytes, numeral->begin}).length > 0) return;
    struct text rest =
        text_trim((struct text){text.bytes + numeral->end, text.length - numeral->end});
    bool bracket = rest.length > 1 && rest.bytes[0] == '(' && rest.bytes[rest.length - 1] == ')';
    if (rest.length > 0 && !bracket) return;
    cell->number = only->reading;
}

static bool row_has_number(const struct table_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i]->number != NULL) return true;
    }
    return false;
}

static bool row_is_headings(const struct table_row *row)
{
    if (row->in_head) return true;
    for (size_t i = 0; i < row->count; i++) {
        if (!row->cells[i]->is_heading) return false;
    }
    return row->count > 0;
}

static bool cell_empty(const struct table_row *row, size_t i)
{
    return i >= row->count || row->cells[i]->text.length == 0;
}

/* The row below a heading row fills the places that its groups leave empty. */
static bool row_fills(const struct table_row *above, const struct table_row *row)
{
    if (row_has_number(row) || !cell_empty(row, 0)) return false;
    bool fills = false;
    for (size_t i = 1; i < row->count; i++)
        fills |= cell_empty(above, i) && !cell_empty(row, i);
    return fills;
}

/* Rows that only head others: above the ruling line, marked as such, or without numbers above rows
 * that have them. */
static void set_heading_rows(struct table *table)
{
    int rows = 0;
    int limit = (int)table->row_count < TABLE_HEADING_ROWS_MAX ? (int)table->row_count
                                                               : TABLE_HEADING_ROWS_MAX;
    if (table->form == SLICE_TABLE_FORM_HTML) {
        while (rows < limit && row_is_headings(&table->rows[rows]))
            rows++;
    }
    if (table->ruled_rows > 0 && table->ruled_rows <= limit) rows = table->ruled_rows;
    if (rows == 0 && table->row_count > 1 && !row_has_number(&table->rows[0]) &&
        table->form != SLICE_TABLE_FORM_HTML) {
        rows = 1;
    }
    if (rows == 0 && table->form == SLICE_TABLE_FORM_HTML && table->row_count > 1 &&
        !row_has_number(&table->rows[0]) && row_has_number(&table->rows[table->row_count - 1])) {
        rows = 1;
    }
    while (rows > 0 && rows < limit - 1 && row_fills(&table->rows[rows - 1], &table->rows[rows]))
        rows++;
    table->heading_rows = rows;
}

/* A heading above empty cells covers them where the row below has something of its own. */
static void set_heading_spans(struct table *table)
{
    if (table->form == SLICE_TABLE_FORM_HTML) return;
    for (int r = 0; r < table->heading_rows; r++) {
        struct table_row *row = &table->rows[r];
        const struct table_row *below = r + 1 < table->heading_rows ? &table->rows[r + 1] : NULL;
        if (below == NULL && table->heading_rows > 1) break;
        for (size_t i = 0; i < row->count; i++) {
            if (cell_empty(row, i)) continue;
            int span = 1;
            while (i + (size_t)span < row->count && cell_empty(row, i + (size_t)span) &&
                   (below == NULL || !cell_empty(below, i + (size_t)span)))
                span++;
            row->cells[i]->column_span = span;
        }
    }
}

enum status tables_finish(struct tables *tables)
{
    for (struct table *table = tables->first; table != NULL; table = table->next) {
        for (size_t r = 0; r < table->row_count; r++) {
            for (size_t i = 0; i < table->rows[r].count; i++) {
                struct table_cell *cell = table->rows[r].cells[i];
                enum status status = set_text(tables, cell);
                if (status != OK) return status;
                set_number(cell);
            }
        }
        set_heading_rows(table);
        set_heading_spans(table);
    }
    return OK;
}
