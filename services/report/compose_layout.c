#include "compose_layout.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"

static size_t column_of(const slice_cell *cell, size_t index)
{
    return cell->column < 1 ? index : (size_t)cell->column - 1;
}

size_t layout_columns(const report_composed_table *table)
{
    size_t columns = 0;
    for (size_t r = 0; r < table->n_rows; r++) {
        const slice_row *row = table->rows[r];
        for (size_t c = 0; c < row->n_cells; c++) {
            const slice_cell *cell = row->cells[c];
            size_t span = cell->column_span < 1 ? 1 : (size_t)cell->column_span;
            size_t end = column_of(cell, c) + span;
            if (end > columns) columns = end;
        }
    }
    return columns < LAYOUT_COLUMNS_MAX ? columns : LAYOUT_COLUMNS_MAX;
}

const slice_cell *layout_cell(const slice_row *row, size_t column)
{
    /* Cells stand in the order of their columns, each in its own place or before it. */
    size_t i = column < row->n_cells ? column + 1 : row->n_cells;
    for (; i > 0; i--) {
        size_t here = column_of(row->cells[i - 1], i - 1);
        if (here == column) return row->cells[i - 1];
        if (here < column) break;
    }
    return NULL;
}

/* No cell with text begins in these places. */
static bool is_free(const slice_row *row, size_t column, size_t columns)
{
    for (size_t x = column; x < column + columns; x++) {
        const slice_cell *cell = layout_cell(row, x);
        if (cell != NULL && cell->text[0] != '\0') return false;
    }
    return true;
}

struct layout_span layout_span(const report_composed_table *table, size_t row, size_t column,
                               size_t end, const size_t covered[static LAYOUT_COLUMNS_MAX])
{
    struct layout_span span = {1, 1};
    const slice_cell *cell = layout_cell(table->rows[row], column);
    if (cell == NULL) return span;
    size_t wide = cell->column_span < 1 ? 1 : (size_t)cell->column_span;
    size_t high = cell->row_span < 1 ? 1 : (size_t)cell->row_span;
    while (span.columns < wide && column + span.columns < LAYOUT_COLUMNS_MAX &&
           covered[column + span.columns] == 0 &&
           is_free(table->rows[row], column + span.columns, 1)) {
        span.columns++;
    }
    while (span.rows < high && row + span.rows < end &&
           is_free(table->rows[row + span.rows], column, span.columns)) {
        span.rows++;
    }
    return span;
}

bool layout_is_number(const slice_cell *cell)
{
    if (cell->quantity != NULL) return true;
    struct text text = text_trim(text_from(cell->text));
    if (text.length == 0) return false;
    if (text_equal(text, text_from("-"))) return true;
    if (text_starts_with(text, text_from("△"))) return true;
    size_t at = 0;
    for (; at < text.length; at++) {
        if (strchr("0123456789,.()% ", text.bytes[at]) == NULL) return false;
    }
    return true;
}

void layout_numeric(const report_composed_table *table, bool numeric[static LAYOUT_COLUMNS_MAX])
{
    size_t numbers[LAYOUT_COLUMNS_MAX] = {0}, filled[LAYOUT_COLUMNS_MAX] = {0};
    for (size_t r = (size_t)table->heading_rows; r < table->n_rows; r++) {
        const slice_row *row = table->rows[r];
        for (size_t c = 0; c < row->n_cells; c++) {
            const slice_cell *cell = row->cells[c];
            size_t column = column_of(cell, c);
            if (column >= LAYOUT_COLUMNS_MAX || cell->text[0] == '\0') continue;
            filled[column]++;
            if (layout_is_number(cell)) numbers[column]++;
        }
    }
    for (size_t c = 0; c < LAYOUT_COLUMNS_MAX; c++) {
        numeric[c] = filled[c] > 0 && numbers[c] * 2 > filled[c];
    }
}

size_t layout_labels_from(const slice_figure *figure)
{
    size_t at = 0;
    if (figure->citation == NULL) return 0;
    for (size_t i = 0; i < figure->citation->n_section_path && at < figure->n_subject; i++) {
        if (strcmp(figure->citation->section_path[i], figure->subject[at]) == 0) at++;
    }
    return at < figure->n_subject ? at : 0;
}

void layout_period(const type_period *period, char string[static LAYOUT_PERIOD_BYTES])
{
    enum { DECEMBER = 12 };
    string[0] = '\0';
    if (period == NULL) return;
    if (period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF) {
        (void)snprintf(string, LAYOUT_PERIOD_BYTES, "%s", period->as_of);
        return;
    }
    if (period->kind_case != TYPE_PERIOD_KIND_CASE_INTERVAL) return;
    const char *first_day = period->interval->first_day, *last_day = period->interval->last_day;
    struct date first, last;
    bool closed = date_parse(text_from(first_day), &first) == OK &&
                  date_parse(text_from(last_day), &last) == OK;
    if (closed) {
        struct date_parts from = date_to_parts(first), to = date_to_parts(last);
        bool months =
            from.day == 1 && from.year == to.year && to.day == date_month_days(to.year, to.month);
        if (first.days == last.days) {
            (void)snprintf(string, LAYOUT_PERIOD_BYTES, "%s", first_day);
            return;
        }
        if (months && from.month == 1 && to.month == DECEMBER) {
            (void)snprintf(string, LAYOUT_PERIOD_BYTES, "%d년", from.year);
            return;
        }
        if (months && from.month == to.month) {
            (void)snprintf(string, LAYOUT_PERIOD_BYTES, "%d년 %d월", from.year, from.month);
            return;
        }
        if (months) {
            (void)snprintf(string, LAYOUT_PERIOD_BYTES, "%d년 %d∼%d월", from.year, from.month,
                           to.month);
            return;
        }
    }
    (void)snprintf(string, LAYOUT_PERIOD_BYTES, "%.10s∼%.10s", first_day, last_day);
}

bool layout_continues(const report_document *document, size_t section)
{
    if (section == 0) return false;
    const report_section *before = document->sections[section - 1];
    const report_section *here = document->sections[section];
    return before->owner[0] != '\0' && here->owner[0] != '\0' &&
           strcmp(before->owner, here->owner) != 0 && before->depth == here->depth &&
           strcmp(before->heading, here->heading) == 0;
}

const char *layout_qualifier(slice_qualifier qualifier)
{
    switch (qualifier) {
    case SLICE_QUALIFIER_ABOUT:
        return "약";
    case SLICE_QUALIFIER_MORE_THAN:
        return "초과";
    case SLICE_QUALIFIER_AT_MOST:
        return "이하";
    case SLICE_QUALIFIER_PLANNED:
        return "예정";
    case SLICE_QUALIFIER_CUMULATIVE:
        return "누적";
    case SLICE_QUALIFIER_AVERAGE:
        return "평균";
    case SLICE_QUALIFIER_TOTAL:
        return "총";
    case SLICE_QUALIFIER_INCREASE:
        return "증가";
    case SLICE_QUALIFIER_DECREASE:
        return "감소";
    case SLICE_QUALIFIER_MAXIMUM:
        return "최대";
    case SLICE_QUALIFIER_AMONG_OTHERS:
        return "등";
    case SLICE_QUALIFIER_UNSPECIFIED:
        break;
    }
    return "";
}
