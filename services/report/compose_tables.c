#include "compose_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "report_records.h"

enum { THOUSAND_EXPONENT = 3, YEAR_DIGITS = 4, COLUMNS_MAX = 6, AUDIT_STATES = 4 };

static char *string_copy(struct arena *arena, const char *string)
{
    return arena_copy(arena, string, strlen(string));
}

report_composed_table *composed_table_new(struct arena *arena, const char *title, const char *unit,
                                          const char *as_of)
{
    report_composed_table *table = arena_alloc(arena, sizeof *table);
    if (table == NULL) return NULL;
    *table = (report_composed_table)REPORT_COMPOSED_TABLE_INIT;
    table->title = string_copy(arena, title);
    table->unit = string_copy(arena, unit);
    table->as_of = string_copy(arena, as_of);
    bool copied = table->title != NULL && table->unit != NULL && table->as_of != NULL;
    return copied ? table : NULL;
}

/* What a cell holds: text, or a number with its text. */
struct value {
    char *text; /* NULL: no memory. */
    type_quantity *quantity;
};

static struct value text_value(struct arena *arena, const char *text)
{
    return (struct value){string_copy(arena, text), NULL};
}

/* `1,234` or `△1,234`, and % behind a rate. */
static struct value number_value(struct arena *arena, struct decimal number, const char *unit)
{
    bool percent = strcmp(unit, "PERCENT") == 0;
    char digits[DECIMAL_STRING_BYTES];
    struct decimal shown = decimal_absolute(number);
    if (!percent) shown.exponent = 0; /* Thousands stand as they are, under their unit note. */
    decimal_format(shown, digits);
    if (percent) { /* Rates are printed without separators: 5659.2%. */
        size_t length = 0;
        for (const char *c = digits; *c != '\0'; c++) {
            if (*c != ',') digits[length++] = *c;
        }
        digits[length] = '\0';
    }
    type_quantity *quantity = arena_alloc(arena, sizeof *quantity);
    if (quantity == NULL) return (struct value){NULL, NULL};
    *quantity = (type_quantity)TYPE_QUANTITY_INIT;
    quantity->units = number.units;
    quantity->exponent = number.exponent;
    quantity->unit = string_copy(arena, unit);
    char *text =
        arena_printf(arena, "%s%s%s", number.units < 0 ? "△" : "", digits, percent ? "%" : "");
    return (struct value){quantity->unit == NULL ? NULL : text, quantity};
}

/* A unit in which tables print money. */
struct money_unit {
    const char *name;
    int32_t exponent;
};

/* The unit of the table that the row was first read from; thousands where it is not known. */
static const struct money_unit *printed_unit(const struct compose_input *input,
                                             const type_citation *citation)
{
    /* The first is the default. */
    static const struct money_unit units[] = {
        {"천원", THOUSAND_EXPONENT}, {"백만원", 6}, {"억원", 8}};
    for (size_t r = 0; citation != NULL && r < input->report_count; r++) {
        const struct compose_report *report = &input->reports[r];
        const slice_table *nearest = NULL;
        if (strcmp(report->report_id, citation->report_id) != 0) continue;
        for (size_t t = 0; t < report->tables.count; t++) {
            const slice_table *table = (const void *)report->tables.items[t];
            if (table->citation == NULL || table->citation->line > citation->line) continue;
            if (nearest == NULL || table->citation->line >= nearest->citation->line) {
                nearest = table;
            }
        }
        for (size_t i = 0; nearest != NULL && i < ARRAY_LENGTH(units); i++) {
            if (strstr(nearest->unit, units[i].name) != NULL) return &units[i];
        }
    }
    return &units[0];
}

/* The unit, unless amounts that other reports print more finely would be rounded. */
static void unit_hold(const struct money_unit **unit, int64_t won)
{
    static const struct money_unit thousand = {"천원", THOUSAND_EXPONENT};
    struct decimal shown;
    struct decimal amount = {won, 0};
    if ((*unit)->exponent == THOUSAND_EXPONENT) return;
    bool held =
        decimal_rescale(amount, (*unit)->exponent, &shown) && decimal_compare(shown, amount) == 0;
    if (!held) *unit = &thousand;
}

/* Won in a unit, halves away from zero. */
static struct value amount_value(struct arena *arena, int64_t won, const struct money_unit *unit)
{
    struct decimal amount;
    if (!decimal_rescale((struct decimal){won, 0}, unit->exponent, &amount)) {
        return text_value(arena, "-");
    }
    return number_value(arena, amount, "KRW");
}

/* The same of an amount that may not be known. */
static struct value known_value(struct arena *arena, bool known, int64_t won,
                                const struct money_unit *unit)
{
    return known ? amount_value(arena, won, unit) : text_value(arena, "-");
}

static struct value won_value(struct arena *arena, int64_t won)
{
    return number_value(arena, (struct decimal){won, 0}, "KRW");
}

static struct value rate_value(struct arena *arena, const type_quantity *rate)
{
    if (rate == NULL) return text_value(arena, "-");
    return number_value(arena, (struct decimal){rate->units, rate->exponent}, "PERCENT");
}

static struct value count_value(struct arena *arena, int64_t count)
{
    return count == 0 ? text_value(arena, "-")
                      : number_value(arena, (struct decimal){count, 0}, "");
}

/* Room for the rows of a table. */
static bool rows_reserve(struct arena *arena, report_composed_table *table, size_t count)
{
    table->rows = arena_calloc(arena, count, sizeof(void *));
    return table->rows != NULL;
}

static bool row_add(struct arena *arena, report_composed_table *table, int32_t line,
                    const struct value *values, size_t count)
{
    slice_row *row = arena_alloc(arena, sizeof *row);
    slice_cell *cells = arena_calloc(arena, count, sizeof *cells);
    slice_cell **pointers = arena_calloc(arena, count, sizeof(void *));
    if (row == NULL || cells == NULL || pointers == NULL) return false;
    *row = (slice_row)SLICE_ROW_INIT;
    for (size_t i = 0; i < count; i++) {
        if (values[i].text == NULL) return false;
        cells[i] = (slice_cell)SLICE_CELL_INIT;
        cells[i].text = values[i].text;
        cells[i].quantity = values[i].quantity;
        cells[i].column = (int32_t)i + 1;
        cells[i].row_span = cells[i].column_span = 1;
        cells[i].line = line;
        pointers[i] = &cells[i];
    }
    row->cells = pointers;
    row->n_cells = count;
    table->rows[table->n_rows++] = row;
    return true;
}

static bool heading_add(struct arena *arena, report_composed_table *table,
                        const char *const *headings, size_t count)
{
    struct value values[COLUMNS_MAX];
    for (size_t i = 0; i < count; i++)
        values[i] = text_value(arena, headings[i]);
    table->heading_rows = 1;
    return row_add(arena, table, 0, values, count);
}

static int32_t line_of(const type_citation *citation)
{
    return citation == NULL ? 0 : citation->line;
}

/* Takes a further bureau, or "" for none; false: it is another one. */
static bool same_bureau(const char **only, const char *publisher)
{
    if (publisher[0] == '\0') return true;
    if (*only == NULL) *only = publisher;
    return strcmp(*only, publisher) == 0;
}

const char *composed_publisher(const struct compose_input *input)
{
    if (input->publisher[0] != '\0') return input->publisher;
    const char *only = NULL;
    bool same = true;
    for (size_t i = 0; i < input->report_count; i++)
        same &= same_bureau(&only, input->reports[i].publisher);
    for (size_t i = 0; i < input->execution_count; i++) {
        const budget_execution_row *row = input->execution[i];
        if (row->commitment_known || row->expenditure_known)
            same &= same_bureau(&only, row->publisher);
    }
    for (size_t i = 0; i < input->comparison_count; i++)
        same &= same_bureau(&only, input->comparison[i]->publisher);
    for (size_t i = 0; i < input->fund_count; i++)
        same &= same_bureau(&only, input->funds[i]->publisher);
    if (!same) return NULL;
    return only == NULL ? "" : only;
}

/* A table without rows, of this bureau. */
static report_composed_table *bureau_table_new(struct arena *arena,
                                               const struct compose_input *input, const char *title,
                                               const char *publisher, const char *unit)
{
    const char *whole = composed_publisher(input);
    if (publisher[0] != '\0' && (whole == NULL || strcmp(publisher, whole) != 0))
        title = arena_printf(arena, "%s (%s)", title, publisher);
    return title == NULL ? NULL : composed_table_new(arena, title, unit, input->as_of);
}

report_composed_table *composed_execution(struct arena *arena, const struct compose_input *input,
                                          size_t first, size_t end)
{
    static const char *const headings[] = {"부서/사업명", "예산현액", "원인행위액", "집행액",
                                           "집행률"};
    const struct money_unit *unit = printed_unit(input, input->execution[first]->citation);
    for (size_t i = first; i < end; i++) {
        unit_hold(&unit, input->execution[i]->current_won);
        unit_hold(&unit, input->execution[i]->committed_won);
        unit_hold(&unit, input->execution[i]->spent_won);
    }
    char *note = arena_printf(arena, "%s, %%", unit->name);
    if (note == NULL) return NULL;
    report_composed_table *table =
        bureau_table_new(arena, input, "예산 집행 현황", input->execution[first]->publisher, note);
    if (table == NULL || !rows_reserve(arena, table, end - first + 1)) return NULL;
    if (!heading_add(arena, table, headings, ARRAY_LENGTH(headings))) return NULL;
    for (size_t i = first; i < end; i++) {
        const budget_execution_row *row = input->execution[i];
        const struct value values[] = {
            text_value(arena, row->label),
            amount_value(arena, row->current_won, unit),
            known_value(arena, row->commitment_known, row->committed_won, unit),
            known_value(arena, row->expenditure_known, row->spent_won, unit),
            rate_value(arena, row->execution_rate),
        };
        if (!row_add(arena, table, line_of(row->citation), values, ARRAY_LENGTH(values))) {
            return NULL;
        }
    }
    table->citation = input->execution[first]->citation;
    return table;
}

report_composed_table *composed_comparison(struct arena *arena, const struct compose_input *input,
                                           size_t first, size_t end)
{
    const struct money_unit *unit = printed_unit(input, input->comparison[first]->citation);
    for (size_t i = first; i < end; i++) {
        unit_hold(&unit, input->comparison[i]->budget_won);
        unit_hold(&unit, input->comparison[i]->previous_won);
        unit_hold(&unit, input->comparison[i]->change_won);
    }
    char *note = arena_printf(arena, "%s, %%", unit->name);
    if (note == NULL) return NULL;
    report_composed_table *table =
        bureau_table_new(arena, input, "예산 증감 현황", input->comparison[first]->publisher, note);
    if (table == NULL || !rows_reserve(arena, table, end - first + 1)) return NULL;
    char year[YEAR_DIGITS + 1] = "";
    (void)snprintf(year, sizeof year, "%.4s", input->as_of);
    char *later = arena_printf(arena, "%s년 예산", year);
    char *earlier = arena_printf(arena, "%ld년 예산", strtol(year, NULL, 10) - 1);
    if (later == NULL || earlier == NULL) return NULL;
    const char *headings[] = {"부서 및 사업명", later, earlier, "증 감", "증감율"};
    if (!heading_add(arena, table, headings, ARRAY_LENGTH(headings))) return NULL;
    for (size_t i = first; i < end; i++) {
        const budget_comparison_row *row = input->comparison[i];
        const struct value values[] = {
            text_value(arena, row->label),
            amount_value(arena, row->budget_won, unit),
            amount_value(arena, row->previous_won, unit),
            amount_value(arena, row->change_won, unit),
            rate_value(arena, row->change_rate),
        };
        if (!row_add(arena, table, line_of(row->citation), values, ARRAY_LENGTH(values))) {
            return NULL;
        }
    }
    table->citation = input->comparison[first]->citation;
    return table;
}

report_composed_table *composed_funds(struct arena *arena, const struct compose_input *input,
                                      size_t first, size_t end)
{
    static const char *const headings[] = {"기금", "계정", "예산", "집행금액 (원인행위기준)",
                                           "집행률"};
    report_composed_table *table =
        bureau_table_new(arena, input, "기금 집행 현황", input->funds[first]->publisher, "원, %");
    if (table == NULL || !rows_reserve(arena, table, end - first + 1)) return NULL;
    if (!heading_add(arena, table, headings, ARRAY_LENGTH(headings))) return NULL;
    for (size_t i = first; i < end; i++) {
        const budget_fund_account *account = input->funds[i];
        const struct value values[] = {
            text_value(arena, account->fund),           text_value(arena, account->account),
            won_value(arena, account->budget_won),      won_value(arena, account->executed_won),
            rate_value(arena, account->execution_rate),
        };
        if (!row_add(arena, table, line_of(account->citation), values, ARRAY_LENGTH(values))) {
            return NULL;
        }
    }
    table->citation = input->funds[first]->citation;
    return table;
}

report_composed_table *composed_organization(struct arena *arena,
                                             const struct compose_report *report)
{
    static const char *const headings[] = {"부서", "팀"};
    const struct message_list *units = &report->units;
    report_composed_table *table = composed_table_new(arena, "조직", "", report->as_of);
    if (table == NULL || !rows_reserve(arena, table, units->count + 1)) return NULL;
    if (!heading_add(arena, table, headings, ARRAY_LENGTH(headings))) return NULL;
    for (size_t i = 0; i < units->count; i++) {
        const report_organization_unit *unit = (const void *)units->items[i];
        if (unit->depth != 1) continue;
        char *teams = arena_copy(arena, "", 0);
        for (size_t k = i + 1; teams != NULL && k < units->count; k++) {
            const report_organization_unit *team = (const void *)units->items[k];
            if (team->depth < 2) break;
            teams = arena_printf(arena, "%s%s%s", teams, teams[0] == '\0' ? "" : ", ", team->label);
        }
        const struct value values[] = {text_value(arena, unit->label), {teams, NULL}};
        if (!row_add(arena, table, line_of(unit->citation), values, ARRAY_LENGTH(values))) {
            return NULL;
        }
        if (table->citation == NULL) table->citation = unit->citation;
    }
    return table;
}

static int64_t findings_count(const struct message_list *findings, const char *kind,
                              report_audit_state state)
{
    int64_t count = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const report_audit_finding *finding = (const void *)findings->items[i];
        bool of_kind = kind == NULL || strcmp(finding->kind, kind) == 0;
        bool in_state = state == REPORT_AUDIT_STATE_UNSPECIFIED || finding->state == state;
        if (of_kind && in_state) count++;
    }
    return count;
}

static bool totals_row_add(struct arena *arena, report_composed_table *table,
                           const struct message_list *findings, const char *kind, int32_t line)
{
    struct value values[AUDIT_STATES + 2];
    values[0] = text_value(arena, kind == NULL ? "계" : kind);
    values[1] = count_value(arena, findings_count(findings, kind, REPORT_AUDIT_STATE_UNSPECIFIED));
    for (int state = 1; state <= AUDIT_STATES; state++) {
        values[state + 1] =
            count_value(arena, findings_count(findings, kind, (report_audit_state)state));
    }
    return row_add(arena, table, line, values, ARRAY_LENGTH(values));
}

report_composed_table *composed_audit_totals(struct arena *arena,
                                             const struct compose_report *report)
{
    const struct message_list *findings = &report->findings;
    report_composed_table *table =
        composed_table_new(arena, "조치내역 (처리결과에서 집계)", "건", report->as_of);
    if (table == NULL || !rows_reserve(arena, table, findings->count + 2)) return NULL;
    const char *headings[AUDIT_STATES + 2] = {"구 분", "계"};
    for (int state = 1; state <= AUDIT_STATES; state++) {
        headings[state + 1] = audit_state_word((report_audit_state)state);
    }
    if (!heading_add(arena, table, headings, ARRAY_LENGTH(headings))) return NULL;
    if (!totals_row_add(arena, table, findings, NULL, 0)) return NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const report_audit_finding *finding = (const void *)findings->items[i];
        bool first = true;
        for (size_t k = 0; first && k < i; k++) {
            const report_audit_finding *before = (const void *)findings->items[k];
            first = strcmp(before->kind, finding->kind) != 0;
        }
        int32_t line = line_of(finding->citation);
        if (first && !totals_row_add(arena, table, findings, finding->kind, line)) return NULL;
        if (table->citation == NULL) table->citation = finding->citation;
    }
    return table;
}

report_composed_table *composed_findings(struct arena *arena, const struct compose_report *report)
{
    static const char *const headings[] = {"구 분", "요구사항", "부서", "추진상황"};
    const struct message_list *findings = &report->findings;
    report_composed_table *table = composed_table_new(arena, "처리결과", "", report->as_of);
    if (table == NULL || !rows_reserve(arena, table, findings->count + 1)) return NULL;
    if (!heading_add(arena, table, headings, ARRAY_LENGTH(headings))) return NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const report_audit_finding *finding = (const void *)findings->items[i];
        char *departments = arena_copy(arena, "", 0);
        for (size_t k = 0; departments != NULL && k < finding->n_departments; k++) {
            departments = arena_printf(arena, "%s%s%s", departments, k == 0 ? "" : ", ",
                                       finding->departments[k]);
        }
        const struct value values[] = {
            text_value(arena, finding->kind),
            text_value(arena, finding->demand),
            {departments, NULL},
            text_value(arena, audit_state_word(finding->state)),
        };
        if (!row_add(arena, table, line_of(finding->citation), values, ARRAY_LENGTH(values))) {
            return NULL;
        }
        if (table->citation == NULL) table->citation = finding->citation;
    }
    return table;
}

report_composed_table *composed_copy(struct arena *arena, const slice_table *table)
{
    const char *as_of = "";
    if (table->period != NULL && table->period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF) {
        as_of = table->period->as_of;
    }
    report_composed_table *copy = composed_table_new(arena, table->title, table->unit, as_of);
    if (copy == NULL) return NULL;
    copy->rows = table->rows;
    copy->n_rows = table->n_rows;
    copy->heading_rows = table->heading_rows;
    copy->citation = table->citation;
    return copy;
}
