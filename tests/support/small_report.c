#include "small_report.h"

#include <CUnit/CUnit.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "reconcile.h"

enum { ARENA_BYTES_MAX = 512 * 1024 * 1024 };

static char *copy(struct small_report *report, const char *string)
{
    char *copied = arena_copy(&report->arena, string, strlen(string));
    CU_ASSERT_PTR_NOT_NULL_FATAL(copied);
    return copied;
}

static void *room(struct small_report *report, size_t count, size_t bytes)
{
    void *memory = arena_calloc(&report->arena, count, bytes);
    CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
    return memory;
}

void small_report_init(struct small_report *report)
{
    *report = (struct small_report){.figure_count = 0};
    arena_init(&report->arena, ARENA_BYTES_MAX);
    report->figures = room(report, SMALL_FIGURES_MAX, sizeof(slice_figure *));
}

void small_report_free(struct small_report *report)
{
    arena_free(&report->arena);
}

static type_quantity *quantity_new(struct small_report *report, struct decimal value,
                                   const char *unit)
{
    type_quantity *quantity = room(report, 1, sizeof *quantity);
    *quantity = (type_quantity)TYPE_QUANTITY_INIT;
    quantity->units = value.units;
    quantity->exponent = value.exponent;
    quantity->unit = copy(report, unit);
    return quantity;
}

/* Reads digits with their separators; *rest is what stands behind. False: there are none. */
static bool read_digits(const char *printed, struct decimal *value, const char **rest)
{
    bool negative = strncmp(printed, "△", strlen("△")) == 0;
    const char *at = negative ? printed + strlen("△") : printed;
    bool fraction = false;
    *value = (struct decimal){0, 0};
    if (!isdigit((unsigned char)*at)) return false;
    for (; isdigit((unsigned char)*at) || *at == ',' || *at == '.'; at++) {
        if (*at == '.') fraction = true;
        if (!isdigit((unsigned char)*at)) continue;
        value->units = value->units * 10 + (*at - '0');
        if (fraction) value->exponent--;
    }
    if (negative) value->units = -value->units;
    *rest = at;
    return true;
}

static const char *read_scale(const char *rest, struct decimal *value)
{
    static const struct {
        const char *word;
        int32_t exponent;
    } scales[] = {{"백만", 6}, {"천", 3}, {"만", 4}, {"억", 8}};
    for (size_t i = 0; i < ARRAY_LENGTH(scales); i++) {
        if (strncmp(rest, scales[i].word, strlen(scales[i].word)) != 0) continue;
        value->exponent += scales[i].exponent;
        return rest + strlen(scales[i].word);
    }
    return rest;
}

static const char *unit_name(const char *printed)
{
    if (strcmp(printed, "원") == 0) return "KRW";
    if (strcmp(printed, "%") == 0) return "PERCENT";
    if (strcmp(printed, "%p") == 0) return "PERCENT_POINT";
    return printed;
}

static type_citation *citation_new(struct small_report *report, int line, int column)
{
    type_citation *citation = room(report, 1, sizeof *citation);
    *citation = (type_citation)TYPE_CITATION_INIT;
    citation->report_id = copy(report, "small");
    citation->line = line;
    citation->column = column;
    return citation;
}

static type_period *period_new(struct small_report *report, const char *printed)
{
    if (printed == NULL) return NULL;
    type_period *period = room(report, 1, sizeof *period);
    *period = (type_period)TYPE_PERIOD_INIT;
    const char *wave = strchr(printed, '~');
    if (wave == NULL) {
        period->kind_case = TYPE_PERIOD_KIND_CASE_AS_OF;
        period->as_of = copy(report, printed);
        return period;
    }
    period->kind_case = TYPE_PERIOD_KIND_CASE_INTERVAL;
    period->interval = room(report, 1, sizeof *period->interval);
    *period->interval = (type_date_interval)TYPE_DATE_INTERVAL_INIT;
    period->interval->first_day = copy(report, printed);
    period->interval->first_day[wave - printed] = '\0';
    period->interval->last_day = copy(report, wave + 1);
    return period;
}

static void set_subject(struct small_report *report, slice_figure *figure, const char *subject)
{
    char *labels = copy(report, subject == NULL ? "" : subject);
    figure->subject = room(report, SMALL_LABELS_MAX, sizeof *figure->subject);
    char *save = NULL;
    for (char *label = strtok_r(labels, "/", &save); label != NULL;
         label = strtok_r(NULL, "/", &save))
        figure->subject[figure->n_subject++] = label;
}

/* The name of the latest figure that prints so. */
static char *name_of(struct small_report *report, const char *printed)
{
    if (printed == NULL) return copy(report, "");
    for (size_t i = report->figure_count; i-- > 0;) {
        if (strcmp(report->figures[i]->printed, printed) == 0) return report->figures[i]->name;
    }
    CU_FAIL_FATAL("no figure prints that number");
    return NULL;
}

static void add_figure(struct small_report *report, const struct small_figure *spec)
{
    size_t index = report->figure_count;
    CU_ASSERT_FATAL(index < SMALL_FIGURES_MAX);
    slice_figure *figure = room(report, 1, sizeof *figure);
    *figure = (slice_figure)SLICE_FIGURE_INIT;
    struct decimal value;
    const char *rest = NULL;
    CU_ASSERT_TRUE_FATAL(read_digits(spec->printed, &value, &rest));
    rest = read_scale(rest, &value);
    figure->quantity = quantity_new(report, value, unit_name(rest));
    figure->printed = copy(report, spec->printed);
    figure->name = arena_printf(&report->arena, "figures/small-%d-%d", spec->line, (int)index + 1);
    figure->citation = citation_new(report, spec->line, (int)index + 1);
    figure->part_of = name_of(report, spec->part_of);
    figure->compared_with = name_of(report, spec->compared_with);
    figure->per = copy(report, spec->per == NULL ? "" : spec->per);
    figure->period = period_new(report, spec->period);
    figure->qualifiers = room(report, SMALL_BITS_MAX, sizeof *figure->qualifiers);
    for (size_t i = 0; i < SMALL_BITS_MAX && spec->qualifiers[i] != 0; i++)
        figure->qualifiers[figure->n_qualifiers++] = spec->qualifiers[i];
    set_subject(report, figure, spec->subject);
    report->figures[report->figure_count++] = figure;
}

void small_report_add(struct small_report *report, const struct small_figure *figures)
{
    for (; figures->line > 0; figures++)
        add_figure(report, figures);
}

static slice_cell *cell_new(struct small_report *report, const struct small_table *spec, char *text)
{
    slice_cell *cell = room(report, 1, sizeof *cell);
    *cell = (slice_cell)SLICE_CELL_INIT;
    cell->text = text;
    cell->row_span = cell->column_span = 1;
    struct decimal value;
    const char *rest = NULL;
    if (!read_digits(text, &value, &rest)) return cell;
    if (*rest == '\0') {
        value.exponent += spec->exponent;
        cell->quantity = quantity_new(report, value, spec->unit == NULL ? "" : spec->unit);
    } else if (strcmp(rest, "%") == 0) {
        cell->quantity = quantity_new(report, value, "PERCENT");
    }
    return cell;
}

static void add_row(struct small_report *report, const struct small_table *spec, slice_table *table,
                    char *text)
{
    enum { CELLS_MAX = 32 };
    slice_row *row = room(report, 1, sizeof *row);
    *row = (slice_row)SLICE_ROW_INIT;
    row->cells = room(report, CELLS_MAX, sizeof(slice_cell *));
    for (char *next; text != NULL; text = next) {
        next = strchr(text, '|');
        if (next != NULL) *next++ = '\0';
        slice_cell *cell = cell_new(report, spec, text);
        cell->line = spec->line + (int)table->n_rows;
        cell->column = (int)row->n_cells + 1;
        row->cells[row->n_cells++] = cell;
    }
    table->rows[table->n_rows++] = row;
}

void small_report_table(struct small_report *report, const struct small_table *spec)
{
    slice_table *table = room(report, 1, sizeof *table);
    *table = (slice_table)SLICE_TABLE_INIT;
    table->unit = copy(report, spec->unit_note == NULL ? "" : spec->unit_note);
    table->heading_rows = spec->headings;
    table->citation = citation_new(report, spec->line, 1);
    table->rows = room(report, strlen(spec->text) + 1, sizeof(slice_row *));
    char *text = copy(report, spec->text), *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        add_row(report, spec, table, line);
    CU_ASSERT_FATAL(report->table_count < SMALL_TABLES_MAX);
    report->tables[report->table_count++] = table;
}

static struct reconcile_input input_of(struct small_report *report)
{
    return (struct reconcile_input){
        .report_id = "small",
        .as_of = "2020-03-31",
        .publisher = "",
        .figures = report->figures,
        .figure_count = report->figure_count,
        .tables = report->tables,
        .table_count = report->table_count,
        .execution = report->execution,
        .execution_count = report->execution_count,
        .comparison = report->comparison,
        .comparison_count = report->comparison_count,
    };
}

static void run(struct small_report *report, struct reconcile_output *output)
{
    struct reconcile_input input = input_of(report);
    struct fault fault = {""};
    CU_ASSERT_EQUAL_FATAL(reconcile_run(&report->arena, &input, output, &fault), OK);
}

enum status small_report_run_failing(struct small_report *report, int nth)
{
    struct reconcile_input input = input_of(report);
    struct reconcile_output output;
    struct fault fault = {""};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    alloc_fail_at(nth);
    enum status status = reconcile_run(&arena, &input, &output, &fault);
    alloc_fail_at(0);
    if (status != OK) CU_ASSERT(fault.message[0] != '\0');
    arena_free(&arena);
    return status;
}

static const char *certainty_name(report_finding_certainty certainty)
{
    if (certainty == REPORT_FINDING_CERTAINTY_CONTRADICTION) return "CONTRADICTION";
    return certainty == REPORT_FINDING_CERTAINTY_ROUNDING ? "ROUNDING" : "SCOPE";
}

const char *small_report_find(struct small_report *report, const char *rule)
{
    struct reconcile_output output;
    run(report, &output);
    char *text = copy(report, "");
    for (size_t i = 0; i < output.finding_count; i++) {
        const report_finding *finding = output.findings[i];
        if (strcmp(finding->rule, rule) != 0) continue;
        text = arena_printf(&report->arena, "%s%s%s %s %s | %s", text, text[0] == '\0' ? "" : "\n",
                            certainty_name(finding->certainty), finding->printed, finding->expected,
                            finding->explanation);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        CU_ASSERT_TRUE(finding->n_figures > 0 && finding->figures[0]->citation->line > 0);
    }
    return text;
}

const char *small_report_count(struct small_report *report, const char *rule)
{
    struct reconcile_output output;
    run(report, &output);
    for (size_t i = 0; i < output.rule_count; i++) {
        if (strcmp(output.rules[i]->rule, rule) != 0) continue;
        char *count =
            arena_printf(&report->arena, "%d/%d", output.rules[i]->checked, output.rules[i]->held);
        CU_ASSERT_PTR_NOT_NULL_FATAL(count);
        return count;
    }
    return "no such rule";
}
