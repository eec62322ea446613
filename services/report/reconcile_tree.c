/* column-sum of tables whose rows form a tree without saying so. The tree is found from the sums of
 * all columns but one, and the one that is left is checked against it: so a wrong total cannot hide
 * the parts that contradict it. */
#include <string.h>

#include "budget_tree.h"
#include "reconcile_case.h"
#include "reconcile_sums.h"

enum {
    FOREST_ROWS_MIN = 5,
    FOREST_ROWS_MAX = 2000,
    STRONG_UNITS_MIN = 10000, /* Sums of smaller numbers come out by chance too often. */
};

struct forest {
    const struct sheet *sheet;
    const bool *done;
    size_t rows[FOREST_ROWS_MAX]; /* Rows of the sheet that hold numbers. */
    size_t row_count;
    size_t columns[SHEET_NUMBERS_OF_ROW_MAX];
    size_t column_count;
};

static bool column_is_whole(const struct sheet *sheet, size_t column, const struct forest *forest)
{
    for (size_t i = 0; i < forest->row_count; i++) {
        const struct sheet_cell *cell = sheet_at(sheet, forest->rows[i], column);
        if (!sheet_is_addable(cell)) return false;
    }
    return true;
}

static bool column_is_signed(const struct forest *forest, size_t column)
{
    for (size_t i = 0; i < forest->row_count; i++) {
        if (sheet_at(forest->sheet, forest->rows[i], column)->number.value.units < 0) return true;
    }
    return false;
}

static bool column_is_strong(const struct forest *forest, size_t column)
{
    for (size_t i = 0; i < forest->row_count; i++) {
        if (sheet_at(forest->sheet, forest->rows[i], column)->number.value.units >=
            STRONG_UNITS_MIN)
            return true;
    }
    return false;
}

static bool forest_read(const struct sheet *sheet, struct forest *forest)
{
    forest->sheet = sheet;
    forest->done = NULL;
    forest->row_count = forest->column_count = 0;
    for (size_t r = sheet->heading_count; r < sheet->row_count; r++) {
        bool has_number = false;
        for (size_t c = 0; c < sheet->column_count; c++) {
            has_number = has_number || (sheet->kinds[c] == SHEET_COLUMN_AMOUNT &&
                                        sheet_at(sheet, r, c)->content == SHEET_NUMBER);
        }
        if (!has_number || label_is_measure(sheet->label[r])) continue;
        if (forest->row_count == FOREST_ROWS_MAX) return false;
        forest->rows[forest->row_count++] = r;
    }
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (sheet->kinds[c] != SHEET_COLUMN_AMOUNT || !column_is_whole(sheet, c, forest)) continue;
        if (forest->column_count < SHEET_NUMBERS_OF_ROW_MAX)
            forest->columns[forest->column_count++] = c;
    }
    return forest->row_count >= FOREST_ROWS_MIN && forest->column_count > 0;
}

/* The columns that tell the tree for checking `checked`: others that are strong and do not fall;
 * the column itself where it stands alone. */
static size_t choose_columns(const struct forest *forest, size_t checked,
                             size_t columns[TREE_COLUMNS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < forest->column_count && count < TREE_COLUMNS_MAX; i++) {
        size_t column = forest->columns[i];
        if (column == checked || column_is_signed(forest, column)) continue;
        if (column_is_strong(forest, column)) columns[count++] = column;
    }
    bool alone = count == 0 && forest->column_count == 1 && !column_is_signed(forest, checked) &&
                 column_is_strong(forest, checked);
    if (alone) columns[count++] = checked;
    return count;
}

static enum status infer(struct reconcile_case *self, const struct forest *forest,
                         const size_t *columns, size_t column_count, struct tree_place *places)
{
    struct tree_row *rows = arena_calloc(self->arena, forest->row_count, sizeof *rows);
    if (rows == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < forest->row_count; i++) {
        for (size_t c = 0; c < column_count; c++)
            rows[i].amounts[c] =
                sheet_at(forest->sheet, forest->rows[i], columns[c])->number.value.units;
        rows[i].total = label_is_total(forest->sheet->label[forest->rows[i]]);
    }
    struct tree_table table = {rows, forest->row_count, column_count};
    return tree_infer(self->arena, &table, places);
}

/* The children of a parent that repeat its amounts, or those that make them up. */
static bool collect_children(const struct forest *forest, const struct tree_place *places,
                             size_t parent, bool memo, size_t column, struct sum_cells *cells)
{
    cells->total = (struct sum_place){forest->rows[parent], column};
    cells->count = 0;
    for (size_t i = parent + 1; i < forest->row_count; i++) {
        if (places[i].depth <= places[parent].depth) break;
        if (places[i].parent != (int32_t)parent || places[i].memo != memo) continue;
        if (cells->count == SUM_PARTS_MAX) return false;
        cells->parts[cells->count++] = (struct sum_place){forest->rows[i], column};
    }
    return cells->count >= 2;
}

/* The sums that told the tree are long enough not to have come out by chance. */
static bool is_confirmed(const struct forest *forest, size_t row, const size_t *columns,
                         size_t column_count)
{
    for (size_t c = 0; c < column_count; c++) {
        const struct sheet_cell *cell = sheet_at(forest->sheet, forest->rows[row], columns[c]);
        if (cell->number.value.units >= STRONG_UNITS_MIN) return true;
    }
    return false;
}

static enum status check_column(struct reconcile_case *self, const struct forest *forest,
                                size_t column, struct tree_place *places)
{
    size_t columns[TREE_COLUMNS_MAX];
    size_t count = choose_columns(forest, column, columns);
    if (count == 0) return OK;
    enum status status = infer(self, forest, columns, count, places);
    for (size_t row = 0; row < forest->row_count && status == OK; row++) {
        if (forest->done[forest->rows[row]]) continue;
        if (!is_confirmed(forest, row, columns, count)) continue;
        struct sum_cells cells;
        for (int memo = 0; memo < 2 && status == OK; memo++) {
            if (!collect_children(forest, places, row, memo == 1, column, &cells)) continue;
            status = sum_report(self, forest->sheet, &cells, SUM_CERTAIN);
        }
    }
    return status;
}

enum status tree_sum_check(struct reconcile_case *self, const struct sheet *sheet, const bool *done)
{
    struct forest *forest = arena_alloc(self->arena, sizeof *forest);
    if (forest == NULL) return RESOURCE_EXHAUSTED;
    if (!forest_read(sheet, forest)) return OK;
    forest->done = done;
    struct tree_place *places = arena_calloc(self->arena, forest->row_count, sizeof *places);
    if (places == NULL) return RESOURCE_EXHAUSTED;
    enum status status = OK;
    for (size_t i = 0; i < forest->column_count && status == OK; i++)
        status = check_column(self, forest, forest->columns[i], places);
    return status;
}
