/* column-sum: rows that are called a total, and rows that the sums of a table's columns show to be
 * one, against the rows that they sum up. */
#include <string.h>

#include "reconcile_case.h"
#include "reconcile_sums.h"

enum {
    NEAR_TENTHS = 1, /* A lone total that differs by less than this many tenths is in doubt. */
    PLAIN_ROWS_MIN = 3,
};

/* A run of rows that may be the parts of a total. */
struct run {
    size_t begin, end;
    bool
        totals_only; /* Of the run, the rows that are totals themselves; else those that are not. */
};

struct score {
    size_t held, beyond;
};

static bool row_is_total(const struct sheet *sheet, size_t row)
{
    return label_is_total(sheet->label[row]);
}

static bool collect(const struct sheet *sheet, size_t total, size_t column, struct run run,
                    struct sum_cells *cells)
{
    cells->total = (struct sum_place){total, column};
    cells->count = 0;
    for (size_t row = run.begin; row < run.end; row++) {
        if (row == total || row_is_total(sheet, row) != run.totals_only) continue;
        if (label_is_measure(sheet->label[row])) continue;
        const struct sheet_cell *cell = sheet_at(sheet, row, column);
        if (cell->content == SHEET_EMPTY && !cell->begins) continue;
        if (cells->count == SUM_PARTS_MAX) return false;
        cells->parts[cells->count++] = (struct sum_place){row, column};
    }
    return cells->count >= 2;
}

static struct score score_run(const struct sheet *sheet, size_t total, struct run run)
{
    struct score score = {0, 0};
    struct sum_cells cells;
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (sheet->kinds[c] != SHEET_COLUMN_AMOUNT) continue;
        if (!collect(sheet, total, c, run, &cells)) continue;
        struct sum_result result = sum_try(sheet, &cells);
        if (result.trivial || result.verdict == VERDICT_UNDECIDED) continue;
        if (result.verdict == VERDICT_BEYOND)
            score.beyond++;
        else
            score.held++;
    }
    return score;
}

static bool better(struct score a, struct score b)
{
    if (a.held != b.held) return a.held > b.held;
    return a.beyond < b.beyond;
}

static size_t previous_total(const struct sheet *sheet, size_t row)
{
    while (row > sheet->heading_count && !row_is_total(sheet, row - 1))
        row--;
    return row;
}

static size_t next_total(const struct sheet *sheet, size_t row)
{
    for (row++; row < sheet->row_count && !row_is_total(sheet, row);)
        row++;
    return row;
}

/* The runs that the table's layout suggests: everything, up to the next total, totals alone. */
static size_t suggest_runs(const struct sheet *sheet, size_t total, struct run runs[6])
{
    size_t first = sheet->heading_count, last = sheet->row_count, count = 0;
    runs[count++] = (struct run){total + 1, next_total(sheet, total), false};
    runs[count++] = (struct run){previous_total(sheet, total), total, false};
    runs[count++] = (struct run){total + 1, last, false};
    runs[count++] = (struct run){first, total, false};
    runs[count++] = (struct run){total + 1, last, true};
    runs[count++] = (struct run){first, total, true};
    return count;
}

/* A run that ends above the total and begins anywhere in its group: the budget of a fund's account
 * stands above the items that the total sums up. Only if every column agrees. */
static bool find_run_above(const struct sheet *sheet, size_t total, struct run *found)
{
    enum { RUN_ROWS_MAX = 200 };
    size_t first = previous_total(sheet, total);
    if (total - first > RUN_ROWS_MAX) first = total - RUN_ROWS_MAX;
    for (size_t begin = first; begin + 2 <= total; begin++) {
        struct run run = {begin, total, false};
        struct score score = score_run(sheet, total, run);
        if (score.held == 0 || score.beyond > 0) continue;
        *found = run;
        return true;
    }
    return false;
}

static enum status report_run(struct reconcile_case *self, const struct sheet *sheet, size_t total,
                              struct run run, enum sum_confidence confidence)
{
    enum status status = OK;
    struct sum_cells cells;
    for (size_t c = 0; c < sheet->column_count && status == OK; c++) {
        if (sheet->kinds[c] != SHEET_COLUMN_AMOUNT) continue;
        if (!collect(sheet, total, c, run, &cells)) continue;
        status = sum_report(self, sheet, &cells, confidence);
    }
    return status;
}

/* A table of one column of numbers with one total, which misses its parts by little. */
static bool is_lone_and_near(const struct sheet *sheet, size_t total, struct run *run)
{
    size_t totals = 0, amounts = 0, column = 0, rows = sheet->row_count - sheet->heading_count;
    for (size_t r = sheet->heading_count; r < sheet->row_count; r++)
        totals += row_is_total(sheet, r);
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (sheet->kinds[c] != SHEET_COLUMN_AMOUNT) continue;
        amounts++;
        column = c;
    }
    bool edge = total == sheet->heading_count || total + 1 == sheet->row_count;
    if (totals != 1 || amounts != 1 || !edge || rows < PLAIN_ROWS_MIN) return false;
    *run = (struct run){sheet->heading_count, sheet->row_count, false};
    struct sum_cells cells;
    if (!collect(sheet, total, column, *run, &cells)) return false;
    struct sum_result result = sum_try(sheet, &cells);
    struct decimal whole = sheet_at(sheet, total, column)->number.value, difference, limit;
    return result.verdict == VERDICT_BEYOND && decimal_subtract(whole, result.sum, &difference) &&
           decimal_multiply(whole, (struct decimal){NEAR_TENTHS, -1}, &limit) &&
           decimal_compare(decimal_absolute(difference), decimal_absolute(limit)) <= 0;
}

static enum status check_total(struct reconcile_case *self, const struct sheet *sheet, size_t total,
                               bool *found)
{
    struct run runs[6], best = {0, 0, false};
    struct score best_score = {0, 0};
    size_t count = suggest_runs(sheet, total, runs);
    for (size_t i = 0; i < count; i++) {
        struct score score = score_run(sheet, total, runs[i]);
        if (score.held == 0 || !better(score, best_score)) continue;
        best = runs[i];
        best_score = score;
    }
    if (best_score.held > 0 && best_score.held >= best_score.beyond) {
        *found = true;
        return report_run(self, sheet, total, best,
                          best_score.held >= 2 ? SUM_CONFIRMED : SUM_UNCONFIRMED);
    }
    if (find_run_above(sheet, total, &best)) {
        *found = true;
        return report_run(self, sheet, total, best, SUM_UNCONFIRMED);
    }
    if (is_lone_and_near(sheet, total, &best)) {
        *found = true;
        return report_run(self, sheet, total, best, SUM_UNCONFIRMED);
    }
    return OK;
}

enum status column_sum_check(struct reconcile_case *self)
{
    enum status status = OK;
    for (size_t i = 0; i < self->sheet_count && status == OK; i++) {
        const struct sheet *sheet = &self->sheets[i];
        bool *done = arena_calloc(self->arena, sheet->row_count, sizeof *done);
        if (done == NULL) return RESOURCE_EXHAUSTED;
        for (size_t row = sheet->heading_count; row < sheet->row_count && status == OK; row++) {
            if (row_is_total(sheet, row)) status = check_total(self, sheet, row, &done[row]);
        }
        if (status == OK) status = tree_sum_check(self, sheet, done);
    }
    return status;
}
