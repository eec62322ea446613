#include "reconcile_case.h"

#include <stdlib.h>
#include <string.h>

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_place(const void *left, const void *right)
{
    const type_citation *a = (*(slice_figure *const *)left)->citation;
    const type_citation *b = (*(slice_figure *const *)right)->citation;
    int order = compare_numbers(a->line, b->line);
    if (order == 0) order = compare_numbers(a->table_row, b->table_row);
    if (order == 0) order = compare_numbers(a->table_column, b->table_column);
    return order != 0 ? order : compare_numbers(a->column, b->column);
}

static int compare_name(const void *left, const void *right)
{
    return strcmp((*(slice_figure *const *)left)->name, (*(slice_figure *const *)right)->name);
}

static slice_figure **sorted_copy(struct arena *arena, const struct reconcile_input *input,
                                  int (*compare)(const void *, const void *))
{
    slice_figure **copy = arena_calloc(arena, input->figure_count + 1, sizeof(slice_figure *));
    if (copy == NULL || input->figure_count == 0) return copy;
    memcpy(copy, input->figures, input->figure_count * sizeof(slice_figure *));
    qsort(copy, input->figure_count, sizeof(slice_figure *), compare);
    return copy;
}

enum status case_open(struct reconcile_case *self, struct arena *arena,
                      const struct reconcile_input *input)
{
    *self = (struct reconcile_case){.arena = arena, .input = input, .rule = ""};
    self->by_cell = sorted_copy(arena, input, compare_place);
    self->by_name = sorted_copy(arena, input, compare_name);
    self->sheets = arena_calloc(arena, input->table_count + 1, sizeof *self->sheets);
    if (self->by_cell == NULL || self->by_name == NULL || self->sheets == NULL)
        return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < input->table_count; i++) {
        struct sheet *sheet = &self->sheets[self->sheet_count];
        if (sheet_read(arena, input->tables[i], sheet) != OK) return RESOURCE_EXHAUSTED;
        if (sheet->row_count > 0) self->sheet_count++;
    }
    return OK;
}

void case_count(struct reconcile_case *self, bool held)
{
    self->checked++;
    if (held) self->held++;
}

static enum status make_room(struct reconcile_case *self)
{
    if (self->finding_count < self->finding_capacity) return OK;
    void *grown = arena_grow(self->arena, self->findings, self->finding_count,
                             &self->finding_capacity, sizeof(report_finding *));
    if (grown == NULL) return RESOURCE_EXHAUSTED;
    self->findings = grown;
    return OK;
}

static char *copy_string(struct arena *arena, const char *string)
{
    return arena_copy(arena, string, strlen(string));
}

enum status case_add(struct reconcile_case *self, const struct claim *claim)
{
    if (self->finding_count >= FINDINGS_MAX) return OK;
    if (claim->expected == NULL || claim->explanation == NULL) return RESOURCE_EXHAUSTED;
    if (make_room(self) != OK) return RESOURCE_EXHAUSTED;
    size_t count =
        claim->figure_count < FINDING_FIGURES_MAX ? claim->figure_count : FINDING_FIGURES_MAX;
    const char *printed = claim->printed == NULL ? claim->figures[0]->printed : claim->printed;
    report_finding *finding = arena_alloc(self->arena, sizeof *finding);
    slice_figure **figures = arena_calloc(self->arena, count + 1, sizeof(slice_figure *));
    if (finding == NULL || figures == NULL) return RESOURCE_EXHAUSTED;
    *finding = (report_finding)REPORT_FINDING_INIT;
    memcpy(figures, claim->figures, count * sizeof(slice_figure *));
    finding->figures = figures;
    finding->n_figures = count;
    finding->certainty = claim->certainty;
    finding->rule = copy_string(self->arena, self->rule);
    finding->printed = copy_string(self->arena, printed);
    finding->expected = copy_string(self->arena, claim->expected);
    finding->explanation = copy_string(self->arena, claim->explanation);
    if (finding->rule == NULL || finding->printed == NULL || finding->expected == NULL ||
        finding->explanation == NULL)
        return RESOURCE_EXHAUSTED;
    self->findings[self->finding_count++] = finding;
    return OK;
}

struct place {
    int32_t line, row, column;
};

/* The first figure that does not stand before the place. */
static size_t first_at(const struct reconcile_case *self, struct place place)
{
    size_t low = 0, high = self->input->figure_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const type_citation *at = self->by_cell[middle]->citation;
        int order = compare_numbers(at->line, place.line);
        if (order == 0) order = compare_numbers(at->table_row, place.row);
        if (order == 0) order = compare_numbers(at->table_column, place.column);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static slice_figure *find_cell_figure(const struct reconcile_case *self, struct place place,
                                      struct number number)
{
    for (size_t i = first_at(self, place); i < self->input->figure_count; i++) {
        slice_figure *figure = self->by_cell[i];
        const type_citation *at = figure->citation;
        if (at->line != place.line || at->table_row != place.row ||
            at->table_column != place.column)
            return NULL;
        struct number found = number_from_figure(figure);
        if (decimal_compare(found.value, number.value) == 0) return figure;
        if (found.value.units == number.value.units) return figure;
    }
    return NULL;
}

static slice_figure *make_cell_figure(struct reconcile_case *self, const struct sheet *sheet,
                                      size_t row, size_t column, struct number number)
{
    const struct sheet_cell *place = sheet_at(sheet, row, column);
    const slice_table *table = sheet->table;
    slice_figure *figure = arena_alloc(self->arena, sizeof *figure);
    type_quantity *quantity = arena_alloc(self->arena, sizeof *quantity);
    type_citation *citation = arena_alloc(self->arena, sizeof *citation);
    char **subject = arena_calloc(self->arena, 2, sizeof *subject);
    char *printed = copy_string(self->arena, place->cell == NULL ? "" : place->cell->text);
    char *label = copy_string(self->arena, sheet->label[row]);
    char *header = copy_string(self->arena, sheet->header[column]);
    char *unit = copy_string(self->arena, number.unit);
    if (figure == NULL || quantity == NULL || citation == NULL || subject == NULL ||
        printed == NULL || label == NULL || header == NULL || unit == NULL)
        return NULL;
    *figure = (slice_figure)SLICE_FIGURE_INIT;
    *quantity = (type_quantity)TYPE_QUANTITY_INIT;
    *citation = *table->citation;
    quantity->units = number.value.units;
    quantity->exponent = number.value.exponent;
    quantity->unit = unit;
    if (place->cell != NULL && place->cell->line > 0) citation->line = place->cell->line;
    citation->column = 0;
    citation->table_row = (int32_t)row + 1;
    citation->table_column = (int32_t)column + 1;
    subject[0] = label;
    subject[1] = header;
    figure->subject = subject;
    figure->n_subject = 2;
    figure->owner = table->owner;
    figure->quantity = quantity;
    figure->citation = citation;
    figure->period = table->period;
    figure->printed = printed;
    return figure;
}

static slice_figure *figure_at(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                               size_t column, struct number number)
{
    const struct sheet_cell *place = sheet_at(sheet, row, column);
    if (place->cell != NULL) {
        struct place at = {place->cell->line, (int32_t)row + 1, (int32_t)column + 1};
        slice_figure *figure = find_cell_figure(self, at, number);
        if (figure != NULL) return figure;
    }
    return make_cell_figure(self, sheet, row, column, number);
}

slice_figure *case_cell_figure(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                               size_t column)
{
    return figure_at(self, sheet, row, column, sheet_at(sheet, row, column)->number);
}

slice_figure *case_remark_figure(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                                 size_t column, struct decimal percent)
{
    return figure_at(self, sheet, row, column, (struct number){percent, "PERCENT", 0});
}

slice_figure *case_find_name(const struct reconcile_case *self, const char *name)
{
    slice_figure key = SLICE_FIGURE_INIT;
    key.name = (char *)(uintptr_t)name; /* Only read. */
    slice_figure *wanted = &key;
    slice_figure **found = bsearch(&wanted, self->by_name, self->input->figure_count,
                                   sizeof(slice_figure *), compare_name);
    return found == NULL ? NULL : *found;
}

bool case_next_passage(const struct reconcile_case *self, size_t *offset, struct passage *passage)
{
    size_t begin = *offset, end = begin;
    if (begin >= self->input->figure_count) return false;
    const type_citation *first = self->by_cell[begin]->citation;
    for (; end < self->input->figure_count; end++) {
        const type_citation *at = self->by_cell[end]->citation;
        if (at->line != first->line || at->table_row != first->table_row ||
            at->table_column != first->table_column)
            break;
    }
    *passage = (struct passage){self->by_cell + begin, end - begin};
    *offset = end;
    return true;
}

char *figure_label(struct arena *arena, const slice_figure *figure)
{
    return label_fold(arena, figure->n_subject == 0 ? "" : figure->subject[figure->n_subject - 1]);
}

char *sentence_sum(struct arena *arena, const struct sum_sentence *sentence)
{
    enum { PARTS_SHOWN_MAX = 12 };
    char *text = arena_copy(arena, "", 0);
    for (size_t i = 0; i < sentence->count && text != NULL; i++) {
        bool skips = sentence->count > PARTS_SHOWN_MAX && i >= PARTS_SHOWN_MAX - 1 &&
                     i + 1 < sentence->count;
        if (skips && i > PARTS_SHOWN_MAX - 1) continue;
        const struct number *part = &sentence->parts[i];
        const char *printed = skips ? "…" : number_print(arena, part->value, part->unit);
        if (printed == NULL) return NULL;
        text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : " + ", printed);
    }
    const char *sum = number_print(arena, sentence->sum, sentence->unit);
    if (text == NULL || sum == NULL) return NULL;
    return arena_printf(arena, "%s = %s", text, sum);
}

char *sentence_rate(struct arena *arena, struct number part, struct number whole,
                    struct decimal rate)
{
    const char *a = number_print(arena, part.value, part.unit);
    const char *b = number_print(arena, whole.value, whole.unit);
    const char *c = number_print(arena, rate, "PERCENT");
    if (a == NULL || b == NULL || c == NULL) return NULL;
    return arena_printf(arena, "%s ÷ %s = %s", a, b, c);
}
