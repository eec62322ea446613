/* composition: a whole and its parts in prose. What is part of what is said by the importer
 * (part_of); where it does not say, only a list that comes out is taken for one. */
#include <stdlib.h>
#include <string.h>

#include "reconcile_case.h"

enum {
    PARTS_MAX = FINDING_FIGURES_MAX,
    NEAR_DIVISOR = 10, /* Parts that miss their whole by more than a tenth may not be all parts. */
    LIST_ITEMS_MIN = 2,
    LIST_LINES_MAX = 3, /* From a total to the line that lists its parts. */
};

static int compare_parts(const void *left, const void *right)
{
    const slice_figure *a = *(slice_figure *const *)left;
    const slice_figure *b = *(slice_figure *const *)right;
    int order = strcmp(a->part_of, b->part_of);
    if (order != 0) return order;
    if (a->citation->line != b->citation->line)
        return a->citation->line < b->citation->line ? -1 : 1;
    if (a->citation->column != b->citation->column)
        return a->citation->column < b->citation->column ? -1 : 1;
    return 0;
}

static bool same_list(const slice_figure *a, const slice_figure *b)
{
    return a->citation->line == b->citation->line && strcmp(a->part_of, b->part_of) == 0;
}

/* The parts as numbers of the whole's unit and scale; bare ones take them (`3,200백만원(국비 1,600,
 * 시비 1,600)`). False: they count other things, or are not all
 * that there are. */
static bool read_parts(struct number whole, slice_figure *const *parts, size_t count,
                       struct number *numbers)
{
    for (size_t i = 0; i < count; i++) {
        numbers[i] = number_from_figure(parts[i]);
        if (parts[i]->quantity_high != NULL) return false;
        if (figure_has(parts[i], SLICE_QUALIFIER_AMONG_OTHERS)) return false;
        bool bare = numbers[i].unit[0] == '\0';
        if (bare) numbers[i].unit = whole.unit;
        if (bare && numbers[i].value.exponent == 0)
            numbers[i].value.exponent = whole.value.exponent;
        if (strcmp(numbers[i].unit, whole.unit) != 0) return false;
    }
    return true;
}

static enum status report_parts(struct reconcile_case *self, slice_figure *whole,
                                slice_figure *const *parts, const struct sum_sentence *sentence,
                                report_finding_certainty certainty)
{
    slice_figure *figures[PARTS_MAX + 1] = {whole};
    memcpy(figures + 1, parts, sentence->count * sizeof(slice_figure *));
    struct decimal sum = sentence->sum;
    if (!decimal_rescale(sum, whole->quantity->exponent, &sum)) sum = sentence->sum;
    struct claim claim = {
        .certainty = certainty,
        .figures = figures,
        .figure_count = sentence->count + 1,
        .expected = number_print_like(self->arena, sum, sentence->unit, whole->printed),
        .explanation = sentence_sum(self->arena, sentence),
    };
    return case_add(self, &claim);
}

static enum status check_parts(struct reconcile_case *self, slice_figure *const *parts,
                               size_t count)
{
    slice_figure *whole = case_find_name(self, parts[0]->part_of);
    struct number numbers[PARTS_MAX];
    if (whole == NULL || count < 2 || count > PARTS_MAX || whole->quantity_high != NULL) return OK;
    struct number total = number_from_figure(whole);
    if (!read_parts(total, parts, count, numbers)) return OK;
    struct sum_sentence sentence = {numbers, count, {0, 0}, total.unit};
    enum verdict verdict = number_sum_verdict(total, numbers, count, &sentence.sum);
    report_finding_certainty certainty = REPORT_FINDING_CERTAINTY_ROUNDING;
    switch (verdict) {
    case VERDICT_UNDECIDED:
        return OK;
    case VERDICT_HELD:
        case_count(self, true);
        return OK;
    case VERDICT_ROUNDING:
        case_count(self, true);
        break;
    case VERDICT_BEYOND:
        /* Far from the whole they are examples of it rather than its parts. */
        if (!number_is_near(total.value, sentence.sum, NEAR_DIVISOR)) return OK;
        case_count(self, false);
        certainty = REPORT_FINDING_CERTAINTY_CONTRADICTION;
        break;
    }
    return report_parts(self, whole, parts, &sentence, certainty);
}

/* --- totals of lists ---------------------------------------------------------------------------
 */

/* The figure can be an item of a list that a total sums up. */
static bool is_item(const slice_figure *figure, const slice_figure *total)
{
    if (figure->per[0] != '\0' || figure->part_of[0] != '\0') return false;
    if (figure->quantity_high != NULL || figure->n_qualifiers > 0) return false;
    return figure->quantity->unit[0] == '\0' || figure_same_unit(figure, total);
}

static bool is_list_total(const slice_figure *figure)
{
    return figure_has(figure, SLICE_QUALIFIER_TOTAL) && figure->quantity_high == NULL &&
           figure->n_qualifiers == 1 && figure->quantity->unit[0] != '\0' &&
           strcmp(figure->quantity->unit, "PERCENT") != 0;
}

/* A list without brackets that a total follows or stands above. That it is one is a guess, which
 * the sum confirms; one that misses by little may be wrong, any other is no list. */
static enum status check_list(struct reconcile_case *self, slice_figure *total,
                              slice_figure *const *items, size_t count)
{
    struct number numbers[PARTS_MAX], whole = number_from_figure(total);
    if (count < LIST_ITEMS_MIN || count > PARTS_MAX) return OK;
    for (size_t i = 0; i < count; i++) {
        if (!is_item(items[i], total)) return OK;
    }
    if (!read_parts(whole, items, count, numbers)) return OK;
    struct sum_sentence sentence = {numbers, count, {0, 0}, whole.unit};
    enum verdict verdict = number_sum_verdict(whole, numbers, count, &sentence.sum);
    if (verdict == VERDICT_HELD) case_count(self, true);
    if (verdict != VERDICT_BEYOND || count <= LIST_ITEMS_MIN) return OK;
    if (!number_is_near(whole.value, sentence.sum, NEAR_DIVISOR)) return OK;
    case_count(self, false);
    return report_parts(self, total, items, &sentence, REPORT_FINDING_CERTAINTY_SCOPE);
}

/* The only total of a passage, or NULL. */
static slice_figure *only_total(const struct passage *passage)
{
    slice_figure *total = NULL;
    for (size_t i = 0; i < passage->count; i++) {
        if (!is_list_total(passage->figures[i])) continue;
        if (total != NULL) return NULL;
        total = passage->figures[i];
    }
    return total;
}

static bool has_parts(const struct passage *passage, const slice_figure *total)
{
    for (size_t i = 0; i < passage->count; i++) {
        if (strcmp(passage->figures[i]->part_of, total->name) == 0) return true;
    }
    return false;
}

/* `지상파3, 중편4 등 총 7개`, and a total whose parts the next line lists. */
static enum status check_lists(struct reconcile_case *self, const struct passage *above,
                               const struct passage *passage)
{
    slice_figure *total = only_total(passage);
    if (total != NULL && passage->count > 1 && total == passage->figures[passage->count - 1])
        return check_list(self, total, passage->figures, passage->count - 1);
    total = above->count == 0 ? NULL : only_total(above);
    if (total == NULL || has_parts(above, total)) return OK;
    int32_t lines = passage->figures[0]->citation->line - total->citation->line;
    if (lines < 1 || lines > LIST_LINES_MAX || total->citation->table_row != 0) return OK;
    if (passage->figures[0]->citation->table_row != 0) return OK;
    return check_list(self, total, passage->figures, passage->count);
}

static enum status totals_of_lists_check(struct reconcile_case *self)
{
    struct passage above = {NULL, 0}, passage;
    enum status status = OK;
    for (size_t offset = 0; case_next_passage(self, &offset, &passage) && status == OK;) {
        status = check_lists(self, &above, &passage);
        above = passage;
    }
    return status;
}

enum status composition_check(struct reconcile_case *self)
{
    size_t count = 0;
    slice_figure **parts =
        arena_calloc(self->arena, self->input->figure_count + 1, sizeof(slice_figure *));
    if (parts == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < self->input->figure_count; i++) {
        if (self->by_cell[i]->part_of[0] != '\0') parts[count++] = self->by_cell[i];
    }
    qsort(parts, count, sizeof(slice_figure *), compare_parts);
    enum status status = OK;
    for (size_t begin = 0, end; begin < count && status == OK; begin = end) {
        for (end = begin + 1; end < count && same_list(parts[begin], parts[end]);)
            end++;
        status = check_parts(self, parts + begin, end - begin);
    }
    return status == OK ? totals_of_lists_check(self) : status;
}
