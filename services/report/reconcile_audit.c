/* listed-findings: a summary of cases by state against the cases that are listed with their states.
 * A case is a cell that says what has become of it (`추진상황 : 완료`, or `완료` below the heading
 * 처리상태); a summary is a table with a
 * column for each of at least two such states. */
#include <string.h>

#include "reconcile_case.h"

enum { STATES_MAX = 16, STATE_BYTES_MAX = 64 };

struct state {
    const char *name; /* Folded. */
    int64_t count;
};

struct states {
    struct state states[STATES_MAX];
    size_t count;
    int64_t listed; /* Cases of all states. */
};

/* What cases call their state. */
static const char *const keys[] = {"추진상황", "조치상황", "처리상황", "추진상태",
                                   "처리상태", "조치상태", "이행상태", "처리여부"};

static const char *find_key(const char *text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        const char *key = strstr(text, keys[i]);
        if (key == NULL) continue;
        const char *behind = key + strlen(keys[i]);
        while (*behind == ' ')
            behind++;
        if (*behind == ':') return key;
    }
    return NULL;
}

/* The state that a folded text begins with; NULL: none that is known. Longer names come first. */
static const char *state_of(const char *folded)
{
    static const char *const names[] = {"추진완료", "추진중", "검토중", "진행중", "처리중",
                                        "미반영",   "미완료", "완료",   "반영",   "불가"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (strncmp(folded, names[i], strlen(names[i])) == 0) return names[i];
    }
    return NULL;
}

static enum status count_case(struct reconcile_case *self, const char *printed,
                              struct states *states)
{
    struct text behind = text_cut(text_from(printed), STATE_BYTES_MAX);
    const char *copy = arena_copy(self->arena, behind.bytes, behind.length);
    const char *folded = copy == NULL ? NULL : label_fold(self->arena, copy);
    if (folded == NULL) return RESOURCE_EXHAUSTED;
    states->listed++;
    const char *name = state_of(folded);
    for (size_t i = 0; name != NULL && i < states->count; i++) {
        if (strcmp(states->states[i].name, name) != 0) continue;
        states->states[i].count++;
        return OK;
    }
    if (name != NULL && states->count < STATES_MAX)
        states->states[states->count++] = (struct state){name, 1};
    return OK;
}

/* The column of a table whose heading is what cases call their state, or 0. */
static int32_t state_column(struct reconcile_case *self, const slice_table *table)
{
    for (size_t r = 0; r < table->n_rows && (int32_t)r < table->heading_rows; r++) {
        for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
            const char *folded = label_fold(self->arena, table->rows[r]->cells[c]->text);
            for (size_t i = 0; folded != NULL && i < ARRAY_LENGTH(keys); i++) {
                if (strcmp(folded, keys[i]) == 0) return table->rows[r]->cells[c]->column;
            }
        }
    }
    return 0;
}

/* Counts the cases of a table with a column for their states. */
static enum status count_column(struct reconcile_case *self, const slice_table *table,
                                struct states *states)
{
    int32_t column = state_column(self, table);
    for (size_t r = (size_t)table->heading_rows; column > 0 && r < table->n_rows; r++) {
        for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
            const slice_cell *cell = table->rows[r]->cells[c];
            if (cell->column != column || cell->text[0] == '\0' || find_key(cell->text) != NULL)
                continue;
            enum status status = count_case(self, cell->text, states);
            if (status != OK) return status;
        }
    }
    return OK;
}

static enum status count_cases(struct reconcile_case *self, struct states *states)
{
    for (size_t i = 0; i < self->input->table_count; i++) {
        const slice_table *table = self->input->tables[i];
        for (size_t r = 0; r < table->n_rows; r++) {
            for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
                const char *key = find_key(table->rows[r]->cells[c]->text);
                if (key == NULL) continue;
                if (count_case(self, strchr(key, ':') + 1, states) != OK) return RESOURCE_EXHAUSTED;
            }
        }
        enum status status = count_column(self, table, states);
        if (status != OK) return status;
    }
    return OK;
}

static int64_t count_of(const struct states *states, const char *name)
{
    for (size_t i = 0; i < states->count; i++) {
        if (strcmp(states->states[i].name, name) == 0) return states->states[i].count;
    }
    return 0;
}

static bool is_state(const char *header)
{
    const char *name = state_of(header);
    return name != NULL && strcmp(name, header) == 0;
}

/* The row and the column of the summary's total; false where the table is no summary. */
static bool find_summary(const struct sheet *sheet, size_t *row, size_t *column)
{
    size_t states = 0;
    bool has_row = false, has_column = false;
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (is_state(sheet->header[c])) states++;
        if (has_column || sheet->kinds[c] != SHEET_COLUMN_AMOUNT) continue;
        has_column = label_is_total(sheet->header[c]);
        *column = c;
    }
    for (size_t r = sheet->heading_count; r < sheet->row_count && !has_row; r++) {
        has_row = label_is_total(sheet->label[r]);
        *row = r;
    }
    return states >= 2 && has_row && has_column;
}

static enum status check_state(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                               size_t column, const struct states *states)
{
    const struct sheet_cell *cell = sheet_at(sheet, row, column);
    if (cell->content != SHEET_NUMBER) return OK;
    struct decimal counted = {count_of(states, sheet->header[column]), 0};
    bool held = decimal_compare(cell->number.value, counted) == 0;
    case_count(self, held);
    if (held) return OK;
    slice_figure *figure = case_cell_figure(self, sheet, row, column);
    if (figure == NULL) return RESOURCE_EXHAUSTED;
    struct claim claim = {
        .certainty = REPORT_FINDING_CERTAINTY_CONTRADICTION,
        .figures = &figure,
        .figure_count = 1,
        .expected = number_print_like(self->arena, counted, cell->number.unit, figure->printed),
        .explanation = arena_printf(self->arena, "%s %lld건 ≠ %s", sheet->header[column],
                                    (long long)counted.units, figure->printed),
    };
    return case_add(self, &claim);
}

enum status listed_findings_check(struct reconcile_case *self)
{
    struct states states = {.count = 0};
    enum status status = count_cases(self, &states);
    if (status != OK || states.listed < 2) return status;
    for (size_t i = 0; i < self->sheet_count && status == OK; i++) {
        const struct sheet *sheet = &self->sheets[i];
        size_t row = 0, column = 0;
        if (!find_summary(sheet, &row, &column)) continue;
        /* Only where all cases are listed can their states be compared. */
        struct decimal listed = {states.listed, 0};
        const struct sheet_cell *total = sheet_at(sheet, row, column);
        if (total->content != SHEET_NUMBER) continue;
        if (decimal_compare(total->number.value, listed) != 0) continue;
        case_count(self, true);
        for (size_t c = 0; c < sheet->column_count && status == OK; c++) {
            if (is_state(sheet->header[c])) status = check_state(self, sheet, row, c, &states);
        }
    }
    return status;
}
