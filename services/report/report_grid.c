#include "report_grid.h"

#include <string.h>

enum { LABEL_BYTES_MAX = 1024, NUMBER_DIGITS_MAX = 15 };

/* Rows before the first that has a number. */
static size_t heading_rows_of(const slice_table *table)
{
    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
            if (table->rows[r]->cells[c]->quantity != NULL) return r;
        }
    }
    return table->n_rows > 0 ? 1 : 0;
}

static size_t span_of(int32_t span)
{
    return span < 1 ? 1 : (size_t)span;
}

enum status grid_read(struct arena *arena, const slice_table *table, struct grid *grid)
{
    size_t rows = table->n_rows, columns = 0;
    if (rows == 0 || rows > GRID_ROWS_MAX) return INVALID_ARGUMENT;
    for (size_t r = 0; r < rows; r++) {
        const slice_row *row = table->rows[r];
        for (size_t c = 0; c < row->n_cells; c++) {
            const slice_cell *cell = row->cells[c];
            if (cell->column < 1 || cell->column > GRID_COLUMNS_MAX) return INVALID_ARGUMENT;
            size_t end = (size_t)cell->column - 1 + span_of(cell->column_span);
            if (end > columns) columns = end;
        }
    }
    if (columns == 0 || columns > GRID_COLUMNS_MAX) return INVALID_ARGUMENT;
    const slice_cell **cells = arena_calloc(arena, rows * columns, sizeof(void *));
    if (cells == NULL) return RESOURCE_EXHAUSTED;
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < table->rows[r]->n_cells; i++) {
            const slice_cell *cell = table->rows[r]->cells[i];
            size_t first = (size_t)cell->column - 1;
            size_t down = r + span_of(cell->row_span);
            for (size_t y = r; y < down && y < rows; y++) {
                for (size_t x = first; x < first + span_of(cell->column_span); x++) {
                    cells[y * columns + x] = cell;
                }
            }
        }
    }
    size_t headings =
        table->heading_rows > 0 ? (size_t)table->heading_rows : heading_rows_of(table);
    *grid = (struct grid){table, rows, columns, headings < rows ? headings : rows, cells};
    return OK;
}

const slice_cell *grid_cell(const struct grid *grid, size_t row, size_t column)
{
    if (row >= grid->rows || column >= grid->columns) return NULL;
    return grid->cells[row * grid->columns + column];
}

struct text grid_text(const struct grid *grid, size_t row, size_t column)
{
    const slice_cell *cell = grid_cell(grid, row, column);
    return cell == NULL ? text_from("") : text_trim(text_from(cell->text));
}

/* Digits with thousands separators at *offset, which moves behind them. */
static bool digits_read(struct text text, size_t *offset, int64_t *number)
{
    int digits = 0;
    int64_t value = 0;
    size_t at = *offset;
    for (; at < text.length; at++) {
        char c = text.bytes[at];
        if (c == ',' && digits > 0) continue;
        if (c < '0' || c > '9') break;
        if (++digits > NUMBER_DIGITS_MAX) return false;
        value = value * 10 + (c - '0');
    }
    if (digits == 0) return false;
    *offset = at;
    *number = value;
    return true;
}

static void spaces_skip(struct text text, size_t *offset)
{
    while (*offset < text.length && text.bytes[*offset] == ' ')
        (*offset)++;
}

bool grid_number(struct text text, int64_t *number, bool *has_inner, int64_t *inner)
{
    size_t offset = 0;
    *has_inner = false;
    if (!digits_read(text, &offset, number)) return false;
    if (text_starts_with((struct text){text.bytes + offset, text.length - offset},
                         text_from("명"))) {
        offset += strlen("명");
    }
    spaces_skip(text, &offset);
    if (offset == text.length) return true;
    if (text.bytes[offset] != '(') return false;
    offset++;
    spaces_skip(text, &offset);
    if (!digits_read(text, &offset, inner)) return false;
    spaces_skip(text, &offset);
    if (offset + 1 != text.length || text.bytes[offset] != ')') return false;
    *has_inner = true;
    return true;
}

static bool is_space(uint32_t point)
{
    return point == ' ' || point == '\t' || point == '\n' || point == 0xa0 || point == 0x3000;
}

/* Every word of the label is a single character. */
static bool is_spaced_out(struct text label)
{
    size_t letters = 0;
    for (size_t at = 0; at < label.length;) {
        if (is_space(text_next(label, &at))) {
            letters = 0;
        } else if (++letters > 1) {
            return false;
        }
    }
    return true;
}

char *label_close(struct arena *arena, struct text label)
{
    static const uint32_t middle_dot = 0xb7, hangul_dot = 0x318d;
    label = text_trim(label);
    char *out = arena_alloc(arena, label.length + 1);
    if (out == NULL) return NULL;
    bool spaced_out = is_spaced_out(label), space = false, dot = false;
    size_t length = 0;
    for (size_t at = 0; at < label.length;) {
        size_t begin = at;
        uint32_t point = text_next(label, &at);
        if (is_space(point)) {
            space = true;
            continue;
        }
        bool is_dot = point == middle_dot || point == hangul_dot;
        if (space && !spaced_out && !is_dot && !dot && length > 0) out[length++] = ' ';
        memcpy(out + length, label.bytes + begin, at - begin);
        length += at - begin;
        space = false;
        dot = is_dot;
    }
    out[length] = '\0';
    return out;
}

/* The label without its spaces; longer ones are cut, they are no words. */
static struct text squeeze(struct text label, char memory[static LABEL_BYTES_MAX])
{
    size_t length = 0;
    label = text_cut(label, LABEL_BYTES_MAX);
    for (size_t at = 0; at < label.length;) {
        size_t begin = at;
        if (is_space(text_next(label, &at))) continue;
        memcpy(memory + length, label.bytes + begin, at - begin);
        length += at - begin;
    }
    return (struct text){memory, length};
}

bool label_is_one_of(struct text label, const char *const *words)
{
    char memory[LABEL_BYTES_MAX];
    struct text squeezed = squeeze(label, memory);
    for (; *words != NULL; words++) {
        if (text_equal(squeezed, text_from(*words))) return true;
    }
    return false;
}

bool label_has_one_of(struct text label, const char *const *words)
{
    char memory[LABEL_BYTES_MAX];
    struct text squeezed = squeeze(label, memory);
    for (; *words != NULL; words++) {
        if (text_find(squeezed, text_from(*words)) >= 0) return true;
    }
    return false;
}

bool label_ends_with_one_of(struct text label, const char *const *words)
{
    char memory[LABEL_BYTES_MAX];
    struct text squeezed = squeeze(label, memory);
    for (; *words != NULL; words++) {
        if (text_ends_with(squeezed, text_from(*words))) return true;
    }
    return false;
}
