/* reports, tokens, tables, figures: what is held of the imported reports. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "ctl.h"
#include "ctl_pages.h"
#include "ctl_terminal.h"

enum ctl_exit ctl_reports(struct ctl *ctl, const struct ctl_options *options)
{
    (void)options;
    report_list_reports_response all = REPORT_LIST_REPORTS_RESPONSE_INIT;
    enum status status = ctl_all_reports(ctl, &all);
    if (status != OK) return ctl_failed(ctl, status);
    if (ctl->json) return ctl_print_json(ctl, &all.base);
    static const struct terminal_column columns[] = {
        {"report", TERMINAL_LEFT, COLUMN_KEPT},       {"as of", TERMINAL_LEFT, COLUMN_KEPT},
        {"publisher", TERMINAL_LEFT, COLUMN_ELASTIC}, {"lines", TERMINAL_RIGHT, COLUMN_EXTRA},
        {"numerals", TERMINAL_RIGHT, COLUMN_EXTRA},   {"figures", TERMINAL_RIGHT, COLUMN_KEPT},
        {"tables", TERMINAL_RIGHT, COLUMN_EXTRA},     {"records", TERMINAL_RIGHT, COLUMN_KEPT},
        {"state", TERMINAL_LEFT, COLUMN_KEPT},
    };
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < all.n_reports; i++) {
        const report_report *report = all.reports[i];
        int64_t numerals = 0, figures = 0, tables = 0, records = 0;
        for (size_t k = 0; k < report->n_kinds; k++)
            numerals += report->kinds[k]->count;
        for (size_t o = 0; o < report->n_owners; o++) {
            figures += report->owners[o]->figure_count;
            tables += report->owners[o]->table_count;
            records += report->owners[o]->record_count;
        }
        const char *state = !report->complete    ? "incomplete"
                            : report->facts_only ? "facts"
                                                 : "complete";
        terminal_table_add(&table,
                           (const char *const[]){
                               report->id,
                               report->as_of,
                               terminal_line(&ctl->arena, report->publisher),
                               terminal_number(&ctl->arena, report->line_count),
                               terminal_number(&ctl->arena, numerals),
                               terminal_number(&ctl->arena, figures),
                               terminal_number(&ctl->arena, tables),
                               report->facts_only ? "" : terminal_number(&ctl->arena, records),
                               state,
                           });
    }
    terminal_table_print(&table);
    return CTL_DONE;
}

static const char *kind_name(report_token_kind kind)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&sotong__report__v1__token__kind__descriptor, kind);
    return value == NULL ? "?" : value->name;
}

/* `31518898000 KRW`, `8–10 HOUR`, `12`; empty without a quantity. */
static const char *value_text(struct arena *arena, const type_quantity *low,
                              const type_quantity *high)
{
    if (low == NULL) return "";
    char low_text[DECIMAL_STRING_BYTES], high_text[DECIMAL_STRING_BYTES];
    decimal_format((struct decimal){low->units, low->exponent}, low_text);
    const char *gap = low->unit[0] == '\0' ? "" : " ";
    if (high == NULL) return arena_printf(arena, "%s%s%s", low_text, gap, low->unit);
    decimal_format((struct decimal){high->units, high->exponent}, high_text);
    return arena_printf(arena, "%s–%s%s%s", low_text, high_text, gap, low->unit);
}

/* `2020-03-31`, `2020-01-01–2020-03-31`; empty without a period. */
static const char *period_text(struct arena *arena, const type_period *period)
{
    if (period == NULL) return "";
    if (period->kind_case == TYPE_PERIOD_KIND_CASE_AS_OF) return period->as_of;
    if (period->kind_case != TYPE_PERIOD_KIND_CASE_INTERVAL) return "";
    return arena_printf(arena, "%s–%s", period->interval->first_day, period->interval->last_day);
}

enum ctl_exit ctl_tokens(struct ctl *ctl, const struct ctl_options *options)
{
    if (options->report == NULL) return ctl_usage("tokens: say which report: --report ID");
    report_list_tokens_response all = REPORT_LIST_TOKENS_RESPONSE_INIT;
    enum status status = ctl_all_tokens(ctl, options, &all);
    if (status == OK && all.n_tokens == 0) status = ctl_report_known(ctl, options->report);
    if (status != OK) return ctl_failed(ctl, status);
    if (ctl->json) return ctl_print_json(ctl, &all.base);
    static const struct terminal_column columns[] = {
        {"line", TERMINAL_RIGHT, COLUMN_KEPT},  {"column", TERMINAL_RIGHT, COLUMN_EXTRA},
        {"kind", TERMINAL_LEFT, COLUMN_KEPT},   {"printed", TERMINAL_LEFT, COLUMN_ELASTIC},
        {"value", TERMINAL_RIGHT, COLUMN_KEPT}, {"time", TERMINAL_LEFT, COLUMN_SPARE},
    };
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < all.n_tokens; i++) {
        const report_token *token = all.tokens[i];
        terminal_table_add(&table,
                           (const char *const[]){
                               arena_printf(&ctl->arena, "%d", token->line),
                               arena_printf(&ctl->arena, "%d", token->column),
                               kind_name(token->kind), terminal_line(&ctl->arena, token->printed),
                               value_text(&ctl->arena, token->quantity, token->quantity_high),
                               period_text(&ctl->arena, token->period)});
    }
    terminal_table_print(&table);
    return CTL_DONE;
}

enum ctl_exit ctl_figures(struct ctl *ctl, const struct ctl_options *options)
{
    slice_list_figures_response all = SLICE_LIST_FIGURES_RESPONSE_INIT;
    enum status status = ctl_all_figures(ctl, options, &all);
    if (status == OK && all.n_figures == 0) status = ctl_report_known(ctl, options->report);
    if (status != OK) return ctl_failed(ctl, status);
    if (ctl->json) return ctl_print_json(ctl, &all.base);
    static const struct terminal_column columns[] = {
        {"report", TERMINAL_LEFT, COLUMN_EXTRA},  {"line", TERMINAL_RIGHT, COLUMN_KEPT},
        {"owner", TERMINAL_LEFT, COLUMN_EXTRA},   {"subject", TERMINAL_LEFT, COLUMN_ELASTIC},
        {"printed", TERMINAL_RIGHT, COLUMN_KEPT}, {"value", TERMINAL_RIGHT, COLUMN_SPARE},
        {"time", TERMINAL_LEFT, COLUMN_SPARE},
    };
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < all.n_figures; i++) {
        const slice_figure *figure = all.figures[i];
        terminal_table_add(
            &table, (const char *const[]){
                        figure->citation->report_id,
                        arena_printf(&ctl->arena, "%d", figure->citation->line), figure->owner,
                        terminal_labels(&ctl->arena, figure->subject, figure->n_subject, 3),
                        terminal_line(&ctl->arena, figure->printed),
                        value_text(&ctl->arena, figure->quantity, figure->quantity_high),
                        period_text(&ctl->arena, figure->period)});
    }
    terminal_table_print(&table);
    return CTL_DONE;
}

/* One table: its heading line, then its rows with a column for each of the grid. */
static enum status print_table(struct ctl *ctl, const slice_table *table)
{
    size_t width = 1;
    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
            const slice_cell *cell = table->rows[r]->cells[c];
            if (cell->column > 0 && (size_t)cell->column > width) width = (size_t)cell->column;
        }
    }
    struct terminal_column *columns = arena_calloc(&ctl->arena, width, sizeof *columns);
    if (columns == NULL) return RESOURCE_EXHAUSTED;
    (void)printf("%s%s%s  %s  line %d  %s%s%s%s\n", terminal_style(STYLE_BOLD),
                 table->title[0] == '\0' ? "(no title)" : terminal_line(&ctl->arena, table->title),
                 terminal_style(STYLE_PLAIN), table->citation->report_id, table->citation->line,
                 terminal_style(STYLE_DIM), table->owner,
                 table->unit[0] == '\0' ? "" : arena_printf(&ctl->arena, "  (%s)", table->unit),
                 terminal_style(STYLE_PLAIN));
    for (size_t c = 0; c < width; c++) {
        columns[c] = (struct terminal_column){"", c == 0 ? TERMINAL_LEFT : TERMINAL_RIGHT,
                                              c == 0 ? COLUMN_ELASTIC : COLUMN_KEPT};
    }
    struct terminal_table lines;
    terminal_table_init(&lines, &ctl->arena, columns, width);
    lines.bare = true;
    for (size_t r = 0; r < table->n_rows; r++) {
        const char **cells = arena_calloc(&ctl->arena, width, sizeof *cells);
        if (cells == NULL) return RESOURCE_EXHAUSTED;
        for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
            const slice_cell *cell = table->rows[r]->cells[c];
            if (cell->column < 1 || (size_t)cell->column > width) continue;
            cells[cell->column - 1] = terminal_line(&ctl->arena, cell->text);
        }
        terminal_table_add(&lines, cells);
    }
    terminal_table_print(&lines);
    (void)putchar('\n');
    return OK;
}

enum ctl_exit ctl_tables(struct ctl *ctl, const struct ctl_options *options)
{
    slice_list_tables_response all = SLICE_LIST_TABLES_RESPONSE_INIT;
    enum status status = ctl_all_tables(ctl, options, &all);
    if (status == OK && all.n_tables == 0) status = ctl_report_known(ctl, options->report);
    if (status != OK) return ctl_failed(ctl, status);
    if (ctl->json) return ctl_print_json(ctl, &all.base);
    for (size_t i = 0; status == OK && i < all.n_tables; i++)
        status = print_table(ctl, all.tables[i]);
    return status == OK ? CTL_DONE : ctl_failed(ctl, status);
}
