#include "reconcile_projects.h"

#include <stdlib.h>
#include <string.h>

enum { YEAR_DIGITS = 4, PERCENT = 100 };

static int compare_budget(const void *left, const void *right)
{
    const struct project *a = left, *b = right;
    return decimal_compare(a->budget.value, b->budget.value);
}

/* The columns that a table of projects has; SIZE_MAX for none. */
struct columns {
    size_t budget, spent, rate;
};

static bool holds(const char *text, const char *word)
{
    return strstr(text, word) != NULL;
}

/* How well a heading names the current budget of the report's year; 0: not at all. */
static int budget_rank(const char *header, const char *year)
{
    if (holds(header, "예산현액")) return 4;
    if (!holds(header, "예산") && !holds(header, "사업비")) return 0;
    if (holds(header, "증감") || holds(header, "집행") || holds(header, "지출")) return 0;
    if (year[0] != '\0' && holds(header, year)) return 3;
    for (const char *at = header; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9') return 0; /* Of another year. */
    }
    return holds(header, "예산") ? 2 : 1;
}

static bool find_columns(const struct sheet *sheet, const char *year, struct columns *columns)
{
    *columns = (struct columns){SIZE_MAX, SIZE_MAX, SIZE_MAX};
    int best = 0;
    for (size_t c = 0; c < sheet->column_count; c++) {
        const char *header = sheet->header[c];
        bool spent = holds(header, "집행") || holds(header, "지출");
        if (sheet->kinds[c] == SHEET_COLUMN_PERCENT && spent && columns->rate == SIZE_MAX)
            columns->rate = c;
        if (sheet->kinds[c] != SHEET_COLUMN_AMOUNT) continue;
        if (spent && !holds(header, "예정") && !holds(header, "잔액") && columns->spent == SIZE_MAX)
            columns->spent = c;
        int rank = budget_rank(header, year);
        if (rank > best) {
            best = rank;
            columns->budget = c;
        }
    }
    return columns->budget != SIZE_MAX;
}

static bool is_won(const struct sheet_cell *cell)
{
    return cell->content == SHEET_NUMBER && strcmp(cell->number.unit, "KRW") == 0;
}

static size_t add_table(const struct sheet *sheet, const struct columns *columns,
                        struct project *projects, size_t room)
{
    size_t count = 0;
    for (size_t row = sheet->heading_count; row < sheet->row_count && count < room; row++) {
        const struct sheet_cell *budget = sheet_at(sheet, row, columns->budget);
        if (!is_won(budget) || sheet->label[row][0] == '\0') continue;
        struct project *project = &projects[count++];
        *project = (struct project){.label = sheet->label[row],
                                    .budget = budget->number,
                                    .sheet = sheet,
                                    .row = row,
                                    .budget_column = columns->budget};
        if (columns->spent != SIZE_MAX && is_won(sheet_at(sheet, row, columns->spent))) {
            project->spent = sheet_at(sheet, row, columns->spent)->number;
            project->spent_column = columns->spent;
            project->has_spent = true;
        }
        if (columns->rate == SIZE_MAX) continue;
        const struct sheet_cell *rate = sheet_at(sheet, row, columns->rate);
        if (rate->content != SHEET_NUMBER) continue;
        project->rate = rate->number;
        project->rate_column = columns->rate;
        project->has_rate = true;
    }
    return count;
}

static enum status add_ledger(struct reconcile_case *self, struct projects *projects, size_t room)
{
    const struct reconcile_input *input = self->input;
    for (size_t i = 0; i < input->execution_count && projects->count < room; i++) {
        const budget_execution_row *row = input->execution[i];
        const char *label = label_fold(self->arena, row->label);
        if (label == NULL) return RESOURCE_EXHAUSTED;
        if (row->citation == NULL) continue;
        struct project *project = &projects->rows[projects->count++];
        *project = (struct project){.label = label,
                                    .budget = {{row->current_won, 0}, "KRW", 0},
                                    .spent = {{row->spent_won, 0}, "KRW", 0},
                                    .has_spent = true,
                                    .citation = row->citation};
        if (row->execution_rate == NULL) continue;
        project->rate = (struct number){
            {row->execution_rate->units, row->execution_rate->exponent}, "PERCENT", 0};
        project->has_rate = true;
    }
    return OK;
}

/* At most every row of every table, or of the ledger. */
static size_t projects_room(const struct reconcile_case *self)
{
    size_t rows = 1;
    for (size_t i = 0; i < self->sheet_count && rows < PROJECTS_MAX; i++)
        rows += self->sheets[i].row_count;
    if (rows < self->input->execution_count) rows = self->input->execution_count;
    return rows < PROJECTS_MAX ? rows : PROJECTS_MAX;
}

enum status projects_read(struct reconcile_case *self, struct projects *projects)
{
    char year[YEAR_DIGITS + 1] = "";
    const char *as_of = self->input->as_of;
    if (as_of != NULL && strlen(as_of) >= YEAR_DIGITS) memcpy(year, as_of, YEAR_DIGITS);
    projects->count = 0;
    size_t room = projects_room(self);
    projects->rows = arena_calloc(self->arena, room, sizeof *projects->rows);
    if (projects->rows == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < self->sheet_count; i++) {
        struct columns columns;
        if (!find_columns(&self->sheets[i], year, &columns)) continue;
        projects->count += add_table(&self->sheets[i], &columns, projects->rows + projects->count,
                                     room - projects->count);
    }
    if (projects->count == 0 && add_ledger(self, projects, room) != OK) return RESOURCE_EXHAUSTED;
    if (projects->count > 0)
        qsort(projects->rows, projects->count, sizeof *projects->rows, compare_budget);
    return OK;
}

size_t projects_from(const struct projects *projects, struct decimal value)
{
    size_t low = 0, high = projects->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (decimal_compare(projects->rows[middle].budget.value, value) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int name_likeness(const char *project, const char *label)
{
    struct text name = text_from(project);
    int pairs = 0, found = 0;
    for (size_t offset = 0; offset < name.length;) {
        size_t begin = offset;
        (void)text_next(name, &offset);
        size_t behind = offset;
        if (behind >= name.length) break;
        (void)text_next(name, &behind);
        struct text pair = {name.bytes + begin, behind - begin};
        pairs++;
        if (text_find(text_from(label), pair) >= 0) found++;
    }
    return pairs == 0 ? 0 : found * PERCENT / pairs;
}

static slice_figure *ledger_figure(struct reconcile_case *self, const struct project *project,
                                   struct number number)
{
    slice_figure *figure = arena_alloc(self->arena, sizeof *figure);
    type_quantity *quantity = arena_alloc(self->arena, sizeof *quantity);
    type_citation *citation = arena_alloc(self->arena, sizeof *citation);
    char **subject = arena_calloc(self->arena, 1, sizeof *subject);
    char *label = arena_copy(self->arena, project->label, strlen(project->label));
    char *unit = arena_copy(self->arena, number.unit, strlen(number.unit));
    char *printed = number_print(self->arena, number.value, number.unit);
    if (figure == NULL || quantity == NULL || citation == NULL || subject == NULL ||
        label == NULL || unit == NULL || printed == NULL)
        return NULL;
    *figure = (slice_figure)SLICE_FIGURE_INIT;
    *quantity = (type_quantity)TYPE_QUANTITY_INIT;
    *citation = *project->citation;
    quantity->units = number.value.units;
    quantity->exponent = number.value.exponent;
    quantity->unit = unit;
    subject[0] = label;
    figure->subject = subject;
    figure->n_subject = 1;
    figure->quantity = quantity;
    figure->citation = citation;
    figure->printed = printed;
    return figure;
}

enum status project_figures(struct reconcile_case *self, const struct project *project,
                            slice_figure *figures[3], size_t *count)
{
    const struct number numbers[] = {project->rate, project->spent, project->budget};
    const size_t columns[] = {project->rate_column, project->spent_column, project->budget_column};
    const bool has[] = {project->has_rate, project->has_spent, true};
    *count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(has); i++) {
        if (!has[i]) continue;
        slice_figure *figure = project->sheet == NULL ? ledger_figure(self, project, numbers[i])
                                                      : case_cell_figure(self, project->sheet,
                                                                         project->row, columns[i]);
        if (figure == NULL) return RESOURCE_EXHAUSTED;
        figures[(*count)++] = figure;
    }
    return OK;
}
