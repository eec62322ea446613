/* execution-order: what is spent was committed before, and what is committed was budgeted, so that
 * in each row 집행액 ≤ 원인행위액 ≤ 예산현액. */
#include <string.h>

#include "reconcile_case.h"

/* From the least to the greatest. */
static const char *const amounts[] = {"집행액", "원인행위액", "예산현액"};
enum { COLUMN_NONE = -1 };

static void find_columns(const struct sheet *sheet, int columns[static ARRAY_LENGTH(amounts)])
{
    for (size_t k = 0; k < ARRAY_LENGTH(amounts); k++) {
        columns[k] = COLUMN_NONE;
        for (size_t c = sheet->column_count; c > 0; c--) {
            bool named = strncmp(sheet->header[c - 1], amounts[k], strlen(amounts[k])) == 0;
            if (named && sheet->kinds[c - 1] == SHEET_COLUMN_AMOUNT) columns[k] = (int)c - 1;
        }
    }
}

static enum status report_order(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                                const int columns[static 2], const char *const names[static 2])
{
    slice_figure *figures[2];
    struct number numbers[2];
    struct range ranges[2];
    bool ranged = true;
    for (size_t i = 0; i < ARRAY_LENGTH(figures); i++) {
        numbers[i] = sheet_at(sheet, row, (size_t)columns[i])->number;
        ranged = number_range(numbers[i], &ranges[i]) && ranged;
        figures[i] = case_cell_figure(self, sheet, row, (size_t)columns[i]);
        if (figures[i] == NULL) return RESOURCE_EXHAUSTED;
    }
    bool meet = ranged && ranges_meet(ranges[0], ranges[1]);
    char *most =
        number_print_like(self->arena, numbers[1].value, numbers[1].unit, figures[0]->printed);
    if (most == NULL) return RESOURCE_EXHAUSTED;
    struct claim claim = {
        .certainty =
            meet ? REPORT_FINDING_CERTAINTY_ROUNDING : REPORT_FINDING_CERTAINTY_CONTRADICTION,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .expected = arena_printf(self->arena, "≤ %s", most),
        .explanation = arena_printf(self->arena, "%s %s > %s %s", names[0], figures[0]->printed,
                                    names[1], figures[1]->printed),
    };
    return case_add(self, &claim);
}

static enum status check_pair(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                              const int columns[static 2], const char *const names[static 2])
{
    const struct sheet_cell *less = sheet_at(sheet, row, (size_t)columns[0]);
    const struct sheet_cell *more = sheet_at(sheet, row, (size_t)columns[1]);
    if (less->content != SHEET_NUMBER || more->content != SHEET_NUMBER) return OK;
    if (strcmp(less->number.unit, more->number.unit) != 0) return OK;
    bool held = decimal_compare(less->number.value, more->number.value) <= 0;
    case_count(self, held);
    return held ? OK : report_order(self, sheet, row, columns, names);
}

/* Each amount against the next one that the table prints. */
static enum status check_row(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                             const int columns[static ARRAY_LENGTH(amounts)])
{
    enum status status = OK;
    int last = COLUMN_NONE;
    for (size_t k = 0; k < ARRAY_LENGTH(amounts) && status == OK; k++) {
        if (columns[k] == COLUMN_NONE) continue;
        if (last != COLUMN_NONE)
            status = check_pair(self, sheet, row, (const int[]){columns[last], columns[k]},
                                (const char *const[]){amounts[last], amounts[k]});
        last = (int)k;
    }
    return status;
}

enum status execution_order_check(struct reconcile_case *self)
{
    enum status status = OK;
    for (size_t i = 0; i < self->sheet_count && status == OK; i++) {
        const struct sheet *sheet = &self->sheets[i];
        int columns[ARRAY_LENGTH(amounts)];
        find_columns(sheet, columns);
        for (size_t r = sheet->heading_count; r < sheet->row_count && status == OK; r++)
            status = check_row(self, sheet, r, columns);
    }
    return status;
}
