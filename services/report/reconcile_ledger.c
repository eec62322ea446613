/* ledger: the records of the budget service against the tables of the report: each record against
 * the row that it was first read from, or, where that is another report's, against the rows that
 * have its name. */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "reconcile_case.h"

/* The table that holds a line, or NULL: the last that begins on it or before. */
static const struct sheet *sheet_of(const struct reconcile_case *self, int32_t line)
{
    size_t low = 0, high = self->sheet_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->sheets[middle].table->citation->line <= line)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : &self->sheets[low - 1];
}

static bool row_is_at(const struct sheet *sheet, size_t row, int32_t line)
{
    for (size_t c = 0; c < sheet->column_count; c++) {
        const struct sheet_cell *cell = sheet_at(sheet, row, c);
        if (cell->cell != NULL && cell->begins) return cell->cell->line == line;
    }
    return false;
}

static enum status check_record(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                                size_t column, int64_t won)
{
    const struct sheet_cell *cell = sheet_at(sheet, row, column);
    if (cell->content != SHEET_NUMBER || strcmp(cell->number.unit, "KRW") != 0) return OK;
    struct decimal value = {won, 0};
    bool held = decimal_compare(cell->number.value, value) == 0;
    case_count(self, held);
    if (held) return OK;
    slice_figure *figure = case_cell_figure(self, sheet, row, column);
    if (figure == NULL) return RESOURCE_EXHAUSTED;
    const char *record = number_print(self->arena, value, "KRW");
    if (record == NULL) return RESOURCE_EXHAUSTED;
    struct claim claim = {
        .certainty = REPORT_FINDING_CERTAINTY_SCOPE,
        .figures = &figure,
        .figure_count = 1,
        .expected = record,
        .explanation = arena_printf(self->arena, "원장 %s ≠ %s", record, figure->printed),
    };
    return case_add(self, &claim);
}

/* The table and the row that a record was first read from; false where they are not of this report.
 */
static bool find_row(const struct reconcile_case *self, const type_citation *citation,
                     const struct sheet **sheet, size_t *row)
{
    if (citation == NULL || citation->table_row < 1) return false;
    if (strcmp(citation->report_id, self->input->report_id) != 0) return false;
    *sheet = sheet_of(self, citation->line);
    *row = (size_t)citation->table_row - 1;
    return *sheet != NULL && *row < (*sheet)->row_count && row_is_at(*sheet, *row, citation->line);
}

/* What the records say of a row, and what its columns are called. */
struct record {
    const char *words[3]; /* A heading that is or holds this; NULL at the end. */
    int64_t won[3];
    bool unknown[3]; /* There is no record of it. */
    bool whole;      /* The heading is the word, rather than holds it. */
};

/* Which of the record's amounts a column of the table prints; the count of amounts: none. */
static size_t column_amount(const struct sheet *sheet, size_t column, const struct record *record)
{
    size_t k = 0;
    const char *header = sheet->header[column];
    if (sheet->kinds[column] != SHEET_COLUMN_AMOUNT) return ARRAY_LENGTH(record->words);
    for (; k < ARRAY_LENGTH(record->words) && record->words[k] != NULL; k++) {
        bool named = record->whole ? strcmp(header, record->words[k]) == 0
                                   : strstr(header, record->words[k]) != NULL;
        if (named) return k;
    }
    return ARRAY_LENGTH(record->words);
}

static enum status check_row(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                             const struct record *record)
{
    enum status status = OK;
    for (size_t c = 0; c < sheet->column_count && status == OK; c++) {
        size_t amount = column_amount(sheet, c, record);
        if (amount == ARRAY_LENGTH(record->words) || record->unknown[amount]) continue;
        status = check_record(self, sheet, row, c, record->won[amount]);
    }
    return status;
}

/* The records of one kind, to be found by their names. */
struct named {
    const char *label; /* Folded. */
    size_t at;         /* Which record, or row of a table. */
};

struct record_list {
    struct record *records;
    struct named *names; /* By label, then place. */
    bool *checked;       /* By a row that it was read from. */
    size_t count;
};

static int compare_named(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = strcmp(a->label, b->label);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

static size_t group_end(const struct named *names, size_t from, size_t count)
{
    size_t end = from;
    while (end < count && strcmp(names[end].label, names[from].label) == 0)
        end++;
    return end;
}

static enum status list_init(struct reconcile_case *self, size_t count, struct record_list *list)
{
    *list = (struct record_list){
        .records = arena_calloc(self->arena, count + 1, sizeof *list->records),
        .names = arena_calloc(self->arena, count + 1, sizeof *list->names),
        .checked = arena_calloc(self->arena, count + 1, sizeof *list->checked)};
    bool made = list->records != NULL && list->names != NULL && list->checked != NULL;
    return made ? OK : RESOURCE_EXHAUSTED;
}

/* Checks a record against the row that it was read from, and keeps it for list_check. */
static enum status list_add(struct reconcile_case *self, const type_citation *citation,
                            const char *label, const struct record *record,
                            struct record_list *list)
{
    size_t row = 0, at = list->count++;
    const struct sheet *sheet = NULL;
    list->records[at] = *record;
    list->names[at] = (struct named){label_fold(self->arena, label), at};
    if (list->names[at].label == NULL) return RESOURCE_EXHAUSTED;
    list->checked[at] = find_row(self, citation, &sheet, &row);
    return list->checked[at] ? check_row(self, sheet, row, record) : OK;
}

/* The table prints at least two of the amounts that a record has, so that it is of such records. */
static bool is_of_records(const struct sheet *sheet, const struct record *record)
{
    int found = 0;
    for (size_t c = 0; c < sheet->column_count; c++)
        found += column_amount(sheet, c, record) < ARRAY_LENGTH(record->words);
    return found >= 2;
}

/* Pairs records and rows of one name in their order, where there are as many of one as of the
 * other. */
static enum status group_check(struct reconcile_case *self, const struct sheet *sheet,
                               const struct record_list *list, const struct named *records,
                               const struct named *rows, size_t count)
{
    enum status status = OK;
    for (size_t i = 0; i < count && status == OK; i++) {
        if (list->checked[records[i].at]) continue;
        status = check_row(self, sheet, rows[i].at, &list->records[records[i].at]);
    }
    return status;
}

static enum status sheet_check(struct reconcile_case *self, const struct sheet *sheet,
                               const struct record_list *list)
{
    size_t count = 0;
    struct named *rows = arena_calloc(self->arena, sheet->row_count + 1, sizeof *rows);
    if (rows == NULL) return RESOURCE_EXHAUSTED;
    for (size_t r = sheet->heading_count; r < sheet->row_count; r++) {
        if (sheet->label[r][0] != '\0') rows[count++] = (struct named){sheet->label[r], r};
    }
    if (count > 1) qsort(rows, count, sizeof *rows, compare_named);
    enum status status = OK;
    size_t record = 0, row = 0;
    while (status == OK && record < list->count && row < count) {
        int order = strcmp(list->names[record].label, rows[row].label);
        size_t record_end = group_end(list->names, record, list->count);
        size_t row_end = group_end(rows, row, count);
        if (order == 0 && record_end - record == row_end - row)
            status =
                group_check(self, sheet, list, &list->names[record], &rows[row], row_end - row);
        if (order <= 0) record = record_end;
        if (order >= 0) row = row_end;
    }
    return status;
}

/* The records that other reports brought, or calls, against the rows that have their names. */
static enum status list_check(struct reconcile_case *self, struct record_list *list)
{
    size_t left = 0;
    for (size_t i = 0; i < list->count; i++)
        left += !list->checked[i];
    if (left == 0) return OK;
    qsort(list->names, list->count, sizeof *list->names, compare_named);
    enum status status = OK;
    for (size_t i = 0; i < self->sheet_count && status == OK; i++) {
        if (is_of_records(&self->sheets[i], &list->records[0]))
            status = sheet_check(self, &self->sheets[i], list);
    }
    return status;
}

static enum status check_execution(struct reconcile_case *self)
{
    const struct reconcile_input *input = self->input;
    struct record_list list;
    enum status status = list_init(self, input->execution_count, &list);
    for (size_t i = 0; i < input->execution_count && status == OK; i++) {
        const budget_execution_row *row = input->execution[i];
        struct record record = {.words = {"예산현액", "원인행위액", "집행액"},
                                .won = {row->current_won, row->committed_won, row->spent_won},
                                .unknown = {false, !row->commitment_known, !row->expenditure_known},
                                .whole = true};
        status = list_add(self, row->citation, row->label, &record, &list);
    }
    return status == OK ? list_check(self, &list) : status;
}

static enum status check_comparison(struct reconcile_case *self, int year)
{
    const struct reconcile_input *input = self->input;
    struct record_list list;
    const char *now = arena_printf(self->arena, "%d년예산", year);
    const char *before = arena_printf(self->arena, "%d년예산", year - 1);
    if (now == NULL || before == NULL) return RESOURCE_EXHAUSTED;
    enum status status = list_init(self, input->comparison_count, &list);
    for (size_t i = 0; i < input->comparison_count && status == OK; i++) {
        const budget_comparison_row *row = input->comparison[i];
        struct record record = {.words = {now, before, "증감액"},
                                .won = {row->budget_won, row->previous_won, row->change_won}};
        status = list_add(self, row->citation, row->label, &record, &list);
    }
    return status == OK ? list_check(self, &list) : status;
}

enum status ledger_check(struct reconcile_case *self)
{
    const struct reconcile_input *input = self->input;
    enum status status = check_execution(self);
    struct date day;
    if (status != OK || input->comparison_count == 0) return status;
    if (date_parse(text_from(input->as_of), &day) != OK) return OK;
    return check_comparison(self, date_to_parts(day).year);
}
