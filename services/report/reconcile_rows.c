/* row-sum: columns that are called a total against the columns that they sum up. */
#include <string.h>

#include "reconcile_case.h"
#include "reconcile_sums.h"

enum { CANDIDATES_MAX = 8, NEAR_DIVISOR = 10, ROWS_SCORED_MAX = 1000 };

/* The columns that may be the parts of a total. */
struct candidate {
    size_t columns[SHEET_NUMBERS_OF_ROW_MAX];
    size_t count;
};

struct score {
    size_t held, beyond;
};

/* The part of a path before its last label; "" for a single label. */
static struct text upper_of(const struct sheet *sheet, size_t column)
{
    const char *slash = strrchr(sheet->headers[column], '/');
    if (slash == NULL) return text_from("");
    return (struct text){sheet->headers[column], (size_t)(slash - sheet->headers[column])};
}

static bool upper_is_total(struct reconcile_case *self, const struct sheet *sheet, size_t column)
{
    struct text upper = upper_of(sheet, column);
    if (upper.length == 0) return false;
    const char *label = arena_copy(self->arena, upper.bytes, upper.length);
    return label != NULL && label_is_total(label);
}

static bool is_amount(const struct sheet *sheet, size_t column)
{
    return sheet->kinds[column] == SHEET_COLUMN_AMOUNT;
}

static bool is_plain(const struct sheet *sheet, size_t column)
{
    return is_amount(sheet, column) && !label_is_total(sheet->header[column]);
}

static void add_column(struct candidate *candidate, size_t column)
{
    if (candidate->count < SHEET_NUMBERS_OF_ROW_MAX)
        candidate->columns[candidate->count++] = column;
}

/* Plain columns from one column to the other. */
static struct candidate plain_between(const struct sheet *sheet, size_t begin, size_t end)
{
    struct candidate candidate = {.count = 0};
    for (size_t c = begin; c < end; c++) {
        if (is_plain(sheet, c)) add_column(&candidate, c);
    }
    return candidate;
}

static struct candidate plain_of_group(const struct sheet *sheet, size_t total)
{
    struct candidate candidate = {.count = 0};
    struct text upper = upper_of(sheet, total);
    if (upper.length == 0) return candidate;
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (is_plain(sheet, c) && text_equal(upper_of(sheet, c), upper)) add_column(&candidate, c);
    }
    return candidate;
}

/* Subtotals, and the columns of no group that has one. */
static struct candidate subtotals_and_rest(const struct sheet *sheet, size_t total)
{
    struct candidate candidate = {.count = 0};
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (c == total || !is_amount(sheet, c)) continue;
        bool subtotal = label_is_total(sheet->header[c]);
        bool grouped = false;
        for (size_t other = 0; other < sheet->column_count && !subtotal; other++) {
            grouped =
                grouped || (is_amount(sheet, other) && other != total &&
                            label_is_total(sheet->header[other]) && upper_of(sheet, c).length > 0 &&
                            text_equal(upper_of(sheet, c), upper_of(sheet, other)));
        }
        if (!grouped) add_column(&candidate, c);
    }
    return candidate;
}

/* Under a heading that is a total: the columns of the same lowest heading elsewhere. */
static struct candidate same_heading(struct reconcile_case *self, const struct sheet *sheet,
                                     size_t total)
{
    struct candidate candidate = {.count = 0};
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (c == total || !is_amount(sheet, c)) continue;
        if (strcmp(sheet->header[c], sheet->header[total]) != 0) continue;
        if (!upper_is_total(self, sheet, c)) add_column(&candidate, c);
    }
    return candidate;
}

static size_t next_total(const struct sheet *sheet, size_t column)
{
    for (column++; column < sheet->column_count; column++) {
        if (is_amount(sheet, column) && label_is_total(sheet->header[column])) break;
    }
    return column;
}

static size_t previous_total(const struct sheet *sheet, size_t column)
{
    while (column > 0 &&
           !(is_amount(sheet, column - 1) && label_is_total(sheet->header[column - 1])))
        column--;
    return column;
}

static size_t suggest(struct reconcile_case *self, const struct sheet *sheet, size_t total,
                      struct candidate candidates[CANDIDATES_MAX])
{
    size_t count = 0;
    if (!label_is_total(sheet->header[total])) {
        candidates[count++] = same_heading(self, sheet, total);
        return count;
    }
    candidates[count++] = plain_of_group(sheet, total);
    candidates[count++] = plain_between(sheet, total + 1, next_total(sheet, total));
    candidates[count++] = plain_between(sheet, previous_total(sheet, total), total);
    candidates[count++] = plain_between(sheet, total + 1, sheet->column_count);
    candidates[count++] = plain_between(sheet, 0, total);
    candidates[count++] = subtotals_and_rest(sheet, total);
    return count;
}

static bool collect(const struct candidate *candidate, struct sum_place total,
                    struct sum_cells *cells)
{
    cells->total = total;
    cells->count = 0;
    for (size_t i = 0; i < candidate->count; i++)
        cells->parts[cells->count++] = (struct sum_place){total.row, candidate->columns[i]};
    return cells->count >= 2;
}

static struct score score_candidate(const struct sheet *sheet, size_t total,
                                    const struct candidate *candidate)
{
    struct score score = {0, 0};
    struct sum_cells cells;
    size_t end = sheet->row_count;
    if (end - sheet->heading_count > ROWS_SCORED_MAX) end = sheet->heading_count + ROWS_SCORED_MAX;
    for (size_t row = sheet->heading_count; row < end; row++) {
        if (!collect(candidate, (struct sum_place){row, total}, &cells)) continue;
        struct sum_result result = sum_try(sheet, &cells);
        if (result.trivial || result.verdict == VERDICT_UNDECIDED) continue;
        if (result.verdict == VERDICT_BEYOND)
            score.beyond++;
        else
            score.held++;
    }
    return score;
}

static enum status report(struct reconcile_case *self, const struct sheet *sheet, size_t total,
                          const struct candidate *candidate, enum sum_confidence confidence)
{
    enum status status = OK;
    struct sum_cells cells;
    for (size_t row = sheet->heading_count; row < sheet->row_count && status == OK; row++) {
        if (!collect(candidate, (struct sum_place){row, total}, &cells)) continue;
        status = sum_report(self, sheet, &cells, confidence);
    }
    return status;
}

/* A table with a single row, whose only total misses its parts by little. */
static bool is_lone_and_near(const struct sheet *sheet, size_t total,
                             const struct candidate *candidate)
{
    struct sum_cells cells;
    if (sheet->row_count - sheet->heading_count != 1) return false;
    if (!collect(candidate, (struct sum_place){sheet->heading_count, total}, &cells)) return false;
    struct sum_result result = sum_try(sheet, &cells);
    struct decimal whole = sheet_at(sheet, sheet->heading_count, total)->number.value;
    struct decimal difference, tenfold;
    return result.verdict == VERDICT_BEYOND && decimal_subtract(whole, result.sum, &difference) &&
           decimal_multiply(difference, (struct decimal){NEAR_DIVISOR, 0}, &tenfold) &&
           decimal_compare(decimal_absolute(tenfold), decimal_absolute(whole)) <= 0;
}

static enum status check_total(struct reconcile_case *self, const struct sheet *sheet, size_t total)
{
    struct candidate candidates[CANDIDATES_MAX];
    size_t count = suggest(self, sheet, total, candidates), best = 0;
    struct score best_score = {0, 0};
    for (size_t i = 0; i < count; i++) {
        struct score score = score_candidate(sheet, total, &candidates[i]);
        bool better = score.held > best_score.held ||
                      (score.held == best_score.held && score.beyond < best_score.beyond);
        if (score.held == 0 || !better) continue;
        best = i;
        best_score = score;
    }
    if (best_score.held > 0 && best_score.held >= best_score.beyond)
        return report(self, sheet, total, &candidates[best],
                      best_score.held >= 2 ? SUM_CONFIRMED : SUM_UNCONFIRMED);
    for (size_t i = 0; i < count; i++) {
        if (is_lone_and_near(sheet, total, &candidates[i]))
            return report(self, sheet, total, &candidates[i], SUM_UNCONFIRMED);
    }
    return OK;
}

enum status row_sum_check(struct reconcile_case *self)
{
    enum status status = OK;
    for (size_t i = 0; i < self->sheet_count; i++) {
        const struct sheet *sheet = &self->sheets[i];
        for (size_t c = 0; c < sheet->column_count && status == OK; c++) {
            if (!is_amount(sheet, c)) continue;
            if (!label_is_total(sheet->header[c]) && !upper_is_total(self, sheet, c)) continue;
            status = check_total(self, sheet, c);
        }
    }
    return status;
}
