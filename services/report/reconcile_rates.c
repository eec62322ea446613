/* printed-rate and printed-change of tables: which columns a percentage or a change is made of is
 * told by the rows themselves; where nearly all agree on two columns, the others are in doubt. */
#include <string.h>

#include "reconcile_case.h"

enum {
    ROWS_SCORED_MAX = 1000,
    AMOUNTS_MAX = 12,
    CONFIRMED_MIN = 3,       /* Rows that must agree where no heading names the columns … */
    CONFIRMED_PER_DOUBT = 3, /* … and how many for each that does not. */
};

enum relation_kind {
    RELATION_RATE,   /* a ÷ b */
    RELATION_GROWTH, /* (a − b) ÷ b */
    RELATION_CHANGE, /* a − b */
};

struct relation {
    enum relation_kind kind;
    size_t a, b, result;
};

struct score {
    size_t held, beyond;
};

struct outcome {
    enum verdict verdict;
    bool trivial;
    struct decimal expected;
};

static bool subtract(struct number a, struct number b, struct number *difference)
{
    *difference = a;
    return strcmp(a.unit, b.unit) == 0 && decimal_subtract(a.value, b.value, &difference->value);
}

/* A change as a sum: a = b + change. */
static struct outcome try_change(struct number a, struct number b, struct number change)
{
    struct outcome outcome = {VERDICT_UNDECIDED, false, {0, 0}};
    struct number difference;
    struct decimal sum;
    if (!subtract(a, b, &difference)) return outcome;
    outcome.expected = difference.value;
    outcome.trivial = a.value.units == 0 || b.value.units == 0;
    outcome.verdict = number_sum_verdict(a, (struct number[]){b, change}, 2, &sum);
    return outcome;
}

/* Of a target that is better the lower, the rate is the inverse; and one that was passed may be
 * printed as full. */
static bool is_other_rate(struct decimal printed, struct number part, struct number whole)
{
    struct decimal inverse;
    bool full = decimal_compare(printed, (struct decimal){100, 0}) == 0;
    if (full && decimal_compare(part.value, whole.value) > 0) return true;
    enum verdict verdict = number_rate_verdict(printed, whole, part, &inverse);
    return verdict == VERDICT_HELD || verdict == VERDICT_ROUNDING;
}

static struct outcome relation_try(const struct sheet *sheet, const struct relation *relation,
                                   size_t row)
{
    struct outcome outcome = {VERDICT_UNDECIDED, true, {0, 0}};
    const struct sheet_cell *a = sheet_at(sheet, row, relation->a);
    const struct sheet_cell *b = sheet_at(sheet, row, relation->b);
    const struct sheet_cell *result = sheet_at(sheet, row, relation->result);
    if (result->content != SHEET_NUMBER) return outcome;
    if (!sheet_is_addable(a) || !sheet_is_addable(b)) return outcome;
    if (a->content == SHEET_EMPTY || b->content == SHEET_EMPTY) return outcome;
    struct number part = a->number, whole = b->number;
    if (part.unit[0] == '\0') part.unit = whole.unit;
    if (whole.unit[0] == '\0') whole.unit = part.unit;
    if (strcmp(part.unit, whole.unit) != 0) return outcome;
    if (relation->kind == RELATION_CHANGE) return try_change(part, whole, result->number);
    if (relation->kind == RELATION_GROWTH && !subtract(part, whole, &part)) return outcome;
    outcome.trivial = part.value.units == 0 || decimal_compare(part.value, whole.value) == 0;
    outcome.verdict = number_rate_verdict(result->number.value, part, whole, &outcome.expected);
    bool other = outcome.verdict == VERDICT_BEYOND && relation->kind == RELATION_RATE &&
                 is_other_rate(result->number.value, part, whole);
    if (other) outcome.verdict = VERDICT_UNDECIDED;
    return outcome;
}

static struct score relation_score(const struct sheet *sheet, const struct relation *relation)
{
    struct score score = {0, 0};
    size_t end = sheet->row_count;
    if (end - sheet->heading_count > ROWS_SCORED_MAX) end = sheet->heading_count + ROWS_SCORED_MAX;
    for (size_t row = sheet->heading_count; row < end; row++) {
        struct outcome outcome = relation_try(sheet, relation, row);
        if (outcome.verdict == VERDICT_BEYOND) score.beyond++;
        if (outcome.verdict == VERDICT_HELD && !outcome.trivial) score.held++;
        if (outcome.verdict == VERDICT_ROUNDING && !outcome.trivial) score.held++;
    }
    return score;
}

static bool header_has(const struct sheet *sheet, size_t column, const char *word)
{
    return strstr(sheet->headers[column], word) != NULL;
}

/* The headings say what the percentage is made of: 집행률 of 집행액 and 예산. */
static bool is_named_rate(const struct sheet *sheet, const struct relation *relation)
{
    static const char *const stems[] = {"집행", "지출", "달성", "추진", "처리", "이행", "완료"};
    static const char *const wholes[] = {"예산", "계획", "목표", "접수", "대상", "총"};
    bool stem = false, whole = false;
    if (relation->kind != RELATION_RATE) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(stems); i++)
        stem = stem || (header_has(sheet, relation->result, stems[i]) &&
                        header_has(sheet, relation->a, stems[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(wholes); i++)
        whole = whole || header_has(sheet, relation->b, wholes[i]);
    return stem && whole;
}

static bool is_change_header(const char *header)
{
    static const char *const words[] = {"증감", "증△감", "증(△)감", "차액", "증감액", "증가액"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (strstr(header, words[i]) != NULL) return true;
    }
    return false;
}

/* `2012년 예산 | 2011년 예산 | 증감`: the headings say what the change is of. */
static bool is_change_of_years(const struct sheet *sheet, const struct relation *relation)
{
    return relation->kind == RELATION_CHANGE && header_has(sheet, relation->a, "년") &&
           header_has(sheet, relation->b, "년");
}

static bool is_believed(const struct sheet *sheet, const struct relation *relation,
                        struct score score)
{
    bool named = relation->kind == RELATION_CHANGE || is_named_rate(sheet, relation);
    if (named) return score.held >= 1 && score.held >= score.beyond;
    return score.held >= CONFIRMED_MIN && score.held >= CONFIRMED_PER_DOUBT * score.beyond;
}

static char *explain(struct reconcile_case *self, const struct relation *relation,
                     const struct outcome *outcome, struct number a, struct number b)
{
    if (relation->kind == RELATION_RATE) return sentence_rate(self->arena, a, b, outcome->expected);
    const char *left = number_print(self->arena, a.value, a.unit);
    const char *right = number_print(self->arena, b.value, b.unit);
    bool change = relation->kind == RELATION_CHANGE;
    const char *result = number_print(self->arena, outcome->expected, change ? a.unit : "PERCENT");
    if (left == NULL || right == NULL || result == NULL) return NULL;
    if (change) return arena_printf(self->arena, "%s − %s = %s", left, right, result);
    return arena_printf(self->arena, "(%s − %s) ÷ %s = %s", left, right, right, result);
}

static enum status report_row(struct reconcile_case *self, const struct sheet *sheet,
                              const struct relation *relation, size_t row, bool sure)
{
    struct outcome outcome = relation_try(sheet, relation, row);
    if (outcome.verdict == VERDICT_UNDECIDED) return OK;
    case_count(self, outcome.verdict != VERDICT_BEYOND);
    if (outcome.verdict == VERDICT_HELD) return OK;
    slice_figure *figures[] = {case_cell_figure(self, sheet, row, relation->result),
                               case_cell_figure(self, sheet, row, relation->a),
                               case_cell_figure(self, sheet, row, relation->b)};
    if (figures[0] == NULL || figures[1] == NULL || figures[2] == NULL) return RESOURCE_EXHAUSTED;
    struct number a = sheet_at(sheet, row, relation->a)->number;
    struct number b = sheet_at(sheet, row, relation->b)->number;
    struct number result = sheet_at(sheet, row, relation->result)->number;
    report_finding_certainty certainty =
        sure ? REPORT_FINDING_CERTAINTY_CONTRADICTION : REPORT_FINDING_CERTAINTY_SCOPE;
    if (outcome.verdict == VERDICT_ROUNDING) certainty = REPORT_FINDING_CERTAINTY_ROUNDING;
    struct claim claim = {
        .certainty = certainty,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .expected =
            number_print_like(self->arena, outcome.expected, result.unit, figures[0]->printed),
        .explanation = explain(self, relation, &outcome, a, b),
    };
    return case_add(self, &claim);
}

static enum status report_relation(struct reconcile_case *self, const struct sheet *sheet,
                                   const struct relation *relation, bool sure)
{
    enum status status = OK;
    for (size_t row = sheet->heading_count; row < sheet->row_count && status == OK; row++)
        status = report_row(self, sheet, relation, row, sure);
    return status;
}

static size_t amount_columns(const struct sheet *sheet, size_t without, size_t columns[AMOUNTS_MAX])
{
    size_t count = 0;
    for (size_t c = 0; c < sheet->column_count && count < AMOUNTS_MAX; c++) {
        if (c != without && sheet->kinds[c] == SHEET_COLUMN_AMOUNT) columns[count++] = c;
    }
    return count;
}

struct choice {
    struct relation relation;
    struct score score;
    bool found;
};

static void consider(const struct sheet *sheet, const struct relation *relation,
                     struct choice *choice)
{
    struct score score = relation_score(sheet, relation);
    if (!is_believed(sheet, relation, score)) return;
    bool better = !choice->found || score.held > choice->score.held ||
                  (score.held == choice->score.held && score.beyond < choice->score.beyond);
    if (better) *choice = (struct choice){*relation, score, true};
}

static enum status check_column(struct reconcile_case *self, const struct sheet *sheet,
                                size_t column, const enum relation_kind *kinds, size_t kind_count)
{
    size_t columns[AMOUNTS_MAX];
    size_t count = amount_columns(sheet, column, columns);
    struct choice choice = {.found = false};
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            for (size_t k = 0; k < kind_count && i != j; k++) {
                struct relation relation = {kinds[k], columns[i], columns[j], column};
                consider(sheet, &relation, &choice);
            }
        }
    }
    if (!choice.found) return OK;
    bool sure = choice.score.held >= 2 || is_change_of_years(sheet, &choice.relation);
    return report_relation(self, sheet, &choice.relation, sure);
}

/* --- rates in remarks ---------------------------------------------------------------------- */

/* `집행률 90.5%` in a cell of words: the percentage. */
static bool read_remark(const struct sheet_cell *cell, struct decimal *percent)
{
    static const char *const names[] = {"집행률", "집행율", "지출률", "지출율"};
    if (cell->content != SHEET_TEXT || !cell->begins) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const char *at = strstr(cell->cell->text, names[i]);
        struct text rest;
        if (at == NULL) continue;
        at += strlen(names[i]);
        while (*at == ' ' || *at == ':')
            at++;
        return number_parse(text_from(at), percent, &rest) &&
               text_starts_with(rest, text_from("%"));
    }
    return false;
}

/* The nearest row above, in the group of rows that one total closes, that is the budget. */
static bool find_budget(const struct sheet *sheet, size_t row, size_t column, size_t *budget)
{
    while (row-- > sheet->heading_count) {
        if (sheet_at(sheet, row, column)->content != SHEET_NUMBER) continue;
        if (label_is_total(sheet->label[row])) return false;
        *budget = row;
        if (strstr(sheet->label[row], "예산") != NULL) return true;
    }
    return false;
}

static enum status check_remark(struct reconcile_case *self, const struct sheet *sheet, size_t row,
                                size_t column, struct decimal percent)
{
    size_t amount = column, budget;
    while (amount > 0 && sheet->kinds[amount] != SHEET_COLUMN_AMOUNT)
        amount--;
    if (sheet_at(sheet, row, amount)->content != SHEET_NUMBER) return OK;
    if (!find_budget(sheet, row, amount, &budget)) return OK;
    struct number part = sheet_at(sheet, row, amount)->number;
    struct number whole = sheet_at(sheet, budget, amount)->number;
    struct outcome outcome;
    outcome.verdict = number_rate_verdict(percent, part, whole, &outcome.expected);
    if (outcome.verdict == VERDICT_UNDECIDED) return OK;
    case_count(self, outcome.verdict != VERDICT_BEYOND);
    if (outcome.verdict == VERDICT_HELD) return OK;
    slice_figure *figures[] = {case_remark_figure(self, sheet, row, column, percent),
                               case_cell_figure(self, sheet, row, amount),
                               case_cell_figure(self, sheet, budget, amount)};
    if (figures[0] == NULL || figures[1] == NULL || figures[2] == NULL) return RESOURCE_EXHAUSTED;
    struct claim claim = {
        .certainty = outcome.verdict == VERDICT_ROUNDING ? REPORT_FINDING_CERTAINTY_ROUNDING
                                                         : REPORT_FINDING_CERTAINTY_SCOPE,
        .figures = figures,
        .figure_count = ARRAY_LENGTH(figures),
        .printed = number_print(self->arena, percent, "PERCENT"),
        .expected = number_print(self->arena, outcome.expected, "PERCENT"),
        .explanation = sentence_rate(self->arena, part, whole, outcome.expected),
    };
    return claim.printed == NULL ? RESOURCE_EXHAUSTED : case_add(self, &claim);
}

static enum status check_remarks(struct reconcile_case *self, const struct sheet *sheet)
{
    enum status status = OK;
    for (size_t row = sheet->heading_count; row < sheet->row_count; row++) {
        for (size_t c = 1; c < sheet->column_count && status == OK; c++) {
            struct decimal percent;
            if (sheet->kinds[c] != SHEET_COLUMN_TEXT) continue;
            if (!read_remark(sheet_at(sheet, row, c), &percent)) continue;
            status = check_remark(self, sheet, row, c, percent);
        }
    }
    return status;
}

enum status table_rate_check(struct reconcile_case *self)
{
    static const enum relation_kind kinds[] = {RELATION_RATE, RELATION_GROWTH};
    enum status status = OK;
    for (size_t i = 0; i < self->sheet_count; i++) {
        const struct sheet *sheet = &self->sheets[i];
        for (size_t c = 0; c < sheet->column_count && status == OK; c++) {
            if (sheet->kinds[c] == SHEET_COLUMN_PERCENT)
                status = check_column(self, sheet, c, kinds, ARRAY_LENGTH(kinds));
        }
        if (status == OK) status = check_remarks(self, sheet);
    }
    return status;
}

enum status printed_change_check(struct reconcile_case *self)
{
    static const enum relation_kind kinds[] = {RELATION_CHANGE};
    enum status status = OK;
    for (size_t i = 0; i < self->sheet_count; i++) {
        const struct sheet *sheet = &self->sheets[i];
        for (size_t c = 0; c < sheet->column_count && status == OK; c++) {
            bool change =
                sheet->kinds[c] == SHEET_COLUMN_AMOUNT && is_change_header(sheet->header[c]);
            if (change) status = check_column(self, sheet, c, kinds, ARRAY_LENGTH(kinds));
        }
    }
    return status;
}
