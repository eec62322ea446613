#include "reconcile_sums.h"

#include <string.h>

enum { FAR_DIVISOR = 5 }; /* A difference of more than a fifth is far. */

static bool gather(const struct sheet *sheet, const struct sum_cells *cells, struct number *total,
                   struct number *parts)
{
    const struct sheet_cell *whole = sheet_at(sheet, cells->total.row, cells->total.column);
    if (label_is_measure(sheet->label[cells->total.row])) return false;
    if (whole->content != SHEET_NUMBER && whole->content != SHEET_DASH) return false;
    *total = whole->number;
    const char *unit = total->unit;
    for (size_t i = 0; i < cells->count; i++) {
        const struct sheet_cell *part =
            sheet_at(sheet, cells->parts[i].row, cells->parts[i].column);
        if (!sheet_is_addable(part)) return false;
        parts[i] = part->number;
        if (part->content != SHEET_NUMBER) {
            parts[i] = (struct number){{0, total->value.exponent}, unit, 0};
            continue;
        }
        if (unit[0] == '\0') unit = parts[i].unit;
        if (parts[i].unit[0] != '\0' && strcmp(parts[i].unit, unit) != 0) return false;
    }
    return true;
}

static bool is_trivial(const struct sheet *sheet, const struct sum_cells *cells)
{
    if (sheet_at(sheet, cells->total.row, cells->total.column)->number.value.units != 0)
        return false;
    for (size_t i = 0; i < cells->count; i++) {
        const struct sheet_cell *part =
            sheet_at(sheet, cells->parts[i].row, cells->parts[i].column);
        if (part->content == SHEET_NUMBER && part->number.value.units != 0) return false;
    }
    return true;
}

/* A number between the least and the largest of those it should sum up, and far from their sum, is
 * their mean or rate, whatever it is called. */
static bool is_mean(struct number total, const struct number *parts, size_t count,
                    struct decimal sum)
{
    bool below = false, above = false;
    for (size_t i = 0; i < count; i++) {
        int order = decimal_compare(parts[i].value, total.value);
        below = below || order <= 0;
        above = above || order >= 0;
    }
    return below && above && !number_is_near(total.value, sum, FAR_DIVISOR);
}

struct sum_result sum_try(const struct sheet *sheet, const struct sum_cells *cells)
{
    struct number total, parts[SUM_PARTS_MAX];
    struct sum_result result = {VERDICT_UNDECIDED, true, {0, 0}};
    if (cells->count == 0 || !gather(sheet, cells, &total, parts)) return result;
    result.verdict = number_sum_verdict(total, parts, cells->count, &result.sum);
    result.trivial = is_trivial(sheet, cells);
    if (result.verdict == VERDICT_BEYOND && is_mean(total, parts, cells->count, result.sum))
        result.verdict = VERDICT_UNDECIDED;
    return result;
}

static enum status report_difference(struct reconcile_case *self, const struct sheet *sheet,
                                     const struct sum_cells *cells, const struct sum_result *result,
                                     report_finding_certainty certainty)
{
    slice_figure *figures[SUM_PARTS_MAX + 1];
    struct number parts[SUM_PARTS_MAX], total;
    size_t count = 0, part_count = 0;
    figures[count++] = case_cell_figure(self, sheet, cells->total.row, cells->total.column);
    if (figures[0] == NULL || !gather(sheet, cells, &total, parts)) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < cells->count; i++) {
        const struct sum_place *place = &cells->parts[i];
        const struct sheet_cell *cell = sheet_at(sheet, place->row, place->column);
        if (cell->content != SHEET_EMPTY) parts[part_count++] = parts[i];
        if (cell->content != SHEET_NUMBER) continue;
        figures[count] = case_cell_figure(self, sheet, place->row, place->column);
        if (figures[count++] == NULL) return RESOURCE_EXHAUSTED;
    }
    struct decimal sum = result->sum;
    if (!decimal_rescale(sum, total.value.exponent, &sum)) sum = result->sum;
    struct sum_sentence sentence = {parts, part_count, sum, total.unit};
    struct claim claim = {
        .certainty = certainty,
        .figures = figures,
        .figure_count = count,
        .expected = number_print_like(self->arena, sum, total.unit, figures[0]->printed),
        .explanation = sentence_sum(self->arena, &sentence),
    };
    return case_add(self, &claim);
}

static report_finding_certainty certainty_of(struct number total, const struct sum_result *result,
                                             enum sum_confidence confidence)
{
    bool certain =
        confidence == SUM_CERTAIN ||
        (confidence == SUM_CONFIRMED && number_is_near(total.value, result->sum, FAR_DIVISOR));
    return certain ? REPORT_FINDING_CERTAINTY_CONTRADICTION : REPORT_FINDING_CERTAINTY_SCOPE;
}

enum status sum_report(struct reconcile_case *self, const struct sheet *sheet,
                       const struct sum_cells *cells, enum sum_confidence confidence)
{
    struct sum_result result = sum_try(sheet, cells);
    struct number total = sheet_at(sheet, cells->total.row, cells->total.column)->number;
    switch (result.verdict) {
    case VERDICT_UNDECIDED:
        return OK;
    case VERDICT_HELD:
        if (!result.trivial) case_count(self, true);
        return OK;
    case VERDICT_ROUNDING:
        case_count(self, true);
        return report_difference(self, sheet, cells, &result, REPORT_FINDING_CERTAINTY_ROUNDING);
    case VERDICT_BEYOND:
        case_count(self, false);
        return report_difference(self, sheet, cells, &result,
                                 certainty_of(total, &result, confidence));
    }
    return OK;
}
