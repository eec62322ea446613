/* budget: lines, entries, tables and funds. */
#include "breakdown.rpc.h"
#include "budget.rpc.h"
#include "ctl_budget.h"
#include "ctl_terminal.h"

const struct verb_column line_columns[LINE_COLUMNS] = {
    {"과목", "label", SHOW_LABEL, false, COLUMN_ELASTIC},
    {"예산현액", "current_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"원인행위액", "committed_won", SHOW_TEXT, true, COLUMN_SPARE},
    {"집행액", "spent_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"예약액", "reserved_won", SHOW_TEXT, true, COLUMN_EXTRA},
    {"구분", "line_class", SHOW_TEXT, false, COLUMN_EXTRA},
    {"마감", "closed", SHOW_MARK, false, COLUMN_EXTRA},
    {"이름", "name", SHOW_TEXT, false, COLUMN_KEPT},
};

const struct verb_column entry_columns[ENTRY_COLUMNS] = {
    {"기입", "name", SHOW_TEXT, false, COLUMN_KEPT},
    {"일자", "effective_date", SHOW_TEXT, false, COLUMN_KEPT},
    {"종류", "kind", SHOW_TEXT, false, COLUMN_KEPT},
    {"금액(원)", "amount_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"과목", "line", SHOW_TEXT, false, COLUMN_KEPT},
    {"정정", "corrects", SHOW_TEXT, false, COLUMN_SPARE},
    {"적요", "description", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"출처", "citation", SHOW_TEXT, false, COLUMN_EXTRA},
    {"끝수", "rounding", SHOW_MARK, false, COLUMN_EXTRA},
    {"마감 후", "after_closing", SHOW_MARK, false, COLUMN_EXTRA},
    {"기입일시", "recorded_time", SHOW_TEXT, false, COLUMN_EXTRA},
};

static const struct verb_column comparison_columns[] = {
    {"천원", "label", SHOW_LABEL, false, COLUMN_ELASTIC},
    {"예산", "budget_won", SHOW_THOUSANDS, true, COLUMN_KEPT},
    {"전년", "previous_won", SHOW_THOUSANDS, true, COLUMN_KEPT},
    {"증감", "change_won", SHOW_THOUSANDS, true, COLUMN_KEPT},
    {"증감율", "change_rate", SHOW_TEXT, true, COLUMN_KEPT},
    {"이름", "line", SHOW_TEXT, false, COLUMN_SPARE},
};

/* What nothing is known of is no 0. */
static enum ctl_exit show_execution(struct ctl *ctl, const ProtobufCMessage *message)
{
    static const struct terminal_column columns[] = {
        {"천원", TERMINAL_LEFT, COLUMN_ELASTIC},      {"예산현액", TERMINAL_RIGHT, COLUMN_KEPT},
        {"원인행위액", TERMINAL_RIGHT, COLUMN_SPARE}, {"집행액", TERMINAL_RIGHT, COLUMN_KEPT},
        {"집행률", TERMINAL_RIGHT, COLUMN_KEPT},      {"이름", TERMINAL_LEFT, COLUMN_SPARE},
    };
    const budget_get_execution_response *answer = (const budget_get_execution_response *)message;
    struct terminal_table table;
    struct arena *arena = &ctl->arena;
    terminal_table_init(&table, arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < answer->n_rows; i++) {
        const budget_execution_row *row = answer->rows[i];
        const ProtobufCMessage *base = &row->base;
        terminal_table_add(
            &table,
            (const char *const[]){
                message_show(arena, base, "label", SHOW_LABEL),
                message_show(arena, base, "current_won", SHOW_THOUSANDS),
                row->commitment_known ? message_show(arena, base, "committed_won", SHOW_THOUSANDS)
                                      : "–",
                row->expenditure_known ? message_show(arena, base, "spent_won", SHOW_THOUSANDS)
                                       : "–",
                row->execution_rate == NULL
                    ? "–"
                    : message_show(arena, base, "execution_rate", SHOW_TEXT),
                row->line});
    }
    if (answer->n_rows > 0)
        terminal_table_print(&table);
    else
        (void)fprintf(stderr, "sotong: no execution is known as of %s\n", answer->as_of);
    return CTL_DONE;
}

static void fund_row(struct terminal_table *table, const char *label, const char *won,
                     const char *executed, const char *rate, const char *day, const char *publisher)
{
    terminal_table_add(table, (const char *const[]){label, won, executed, rate, day, publisher});
}

static enum ctl_exit show_funds(struct ctl *ctl, const ProtobufCMessage *message)
{
    static const struct terminal_column columns[] = {
        {"기금·계정·적요", TERMINAL_LEFT, COLUMN_ELASTIC},
        {"예산(원)", TERMINAL_RIGHT, COLUMN_KEPT},
        {"집행(원)", TERMINAL_RIGHT, COLUMN_KEPT},
        {"집행률", TERMINAL_RIGHT, COLUMN_KEPT},
        {"기준일", TERMINAL_LEFT, COLUMN_SPARE},
        {"기관", TERMINAL_LEFT, COLUMN_SPARE},
    };
    const budget_list_funds_response *answer = (const budget_list_funds_response *)message;
    struct terminal_table table;
    struct arena *arena = &ctl->arena;
    terminal_table_init(&table, arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < answer->n_accounts; i++) {
        const budget_fund_account *account = answer->accounts[i];
        fund_row(&table, arena_printf(arena, "%s %s", account->fund, account->account),
                 terminal_number(arena, account->budget_won),
                 terminal_number(arena, account->executed_won),
                 message_show(arena, &account->base, "execution_rate", SHOW_TEXT), account->as_of,
                 terminal_line(arena, account->publisher));
        for (size_t k = 0; k < account->n_items; k++)
            fund_row(&table, arena_printf(arena, "  %s", account->items[k]->label), "",
                     terminal_number(arena, account->items[k]->amount_won), "", "", "");
    }
    if (answer->n_accounts > 0)
        terminal_table_print(&table);
    else
        (void)fputs("sotong: there is nothing\n", stderr);
    return CTL_DONE;
}

static const struct verb_column class_columns[] = {
    {"구분", "line_class", SHOW_TEXT, false, COLUMN_KEPT},
    {"과목 수", "line_count", SHOW_TEXT, true, COLUMN_EXTRA},
    {"예산현액(원)", "current_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"원인행위액(원)", "committed_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"집행액(원)", "spent_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"집행률", "execution_rate", SHOW_TEXT, true, COLUMN_KEPT},
    {"비중", "share", SHOW_TEXT, true, COLUMN_EXTRA},
};

static const struct verb_column carry_over_columns[] = {
    {"과목", "label", SHOW_TEXT, false, COLUMN_ELASTIC},
    {"종류", "carry_over_type", SHOW_TEXT, false, COLUMN_KEPT},
    {"연도", "origin_year", SHOW_NUMBER, true, COLUMN_KEPT},
    {"금액(원)", "amount_won", SHOW_TEXT, true, COLUMN_KEPT},
    {"이름", "line", SHOW_TEXT, false, COLUMN_SPARE},
};

static const struct verb verbs[] = {
    {.name = "lines",
     .summary = "the lines of a year with what they stand at (과목); without --year of the last",
     .service = &budget_budget_service,
     .method = "ListLines",
     .fields = {{"year", "fiscal_year", "YEAR", NULL, VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION}},
     .shown = "lines",
     .columns = line_columns,
     .column_count = LINE_COLUMNS},
    {.name = "line",
     .summary = "one line",
     .service = &budget_budget_service,
     .method = "GetLine",
     .fields = {{"LINE", "name", NULL, "lines/", VERB_ARGUMENT}},
     .shown = "line",
     .columns = line_columns,
     .column_count = LINE_COLUMNS},
    {.name = "entry",
     .summary = "one entry",
     .service = &budget_budget_service,
     .method = "GetEntry",
     .fields = {{"ENTRY", "name", NULL, "entries/", VERB_ARGUMENT}},
     .shown = "entry",
     .columns = entry_columns,
     .column_count = ENTRY_COLUMNS},
    {.name = "entries",
     .summary = "entries of the ledger, oldest first (원장)",
     .service = &budget_budget_service,
     .method = "ListEntries",
     .fields = {{"line", "line", "LINE", "lines/", VERB_OPTION},
                {"below", "below", NULL, NULL, VERB_FLAG},
                {"kind", "kinds", "KIND,…", NULL, VERB_OPTION},
                {"from", "first_day", "DATE", NULL, VERB_OPTION},
                {"as-of", "as_of", "DATE", NULL, VERB_OPTION},
                {"known-at", "known_at", "INSTANT", NULL, VERB_OPTION},
                {"year", "fiscal_year", "YEAR", NULL, VERB_OPTION}},
     .shown = "entries",
     .columns = entry_columns,
     .column_count = ENTRY_COLUMNS},
    {.name = "execution",
     .summary = "the execution table (집행 현황), in thousands of won",
     .service = &budget_budget_service,
     .method = "GetExecution",
     .fields = {{"as-of", "as_of", "DATE", NULL, VERB_OPTION_REQUIRED},
                {"known-at", "known_at", "INSTANT", NULL, VERB_OPTION},
                {"line", "line", "LINE", "lines/", VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION}},
     .show = show_execution},
    {.name = "comparison",
     .summary = "two years side by side (예산 증감), in thousands of won",
     .service = &budget_budget_service,
     .method = "GetComparison",
     .fields = {{"as-of", "as_of", "DATE", NULL, VERB_OPTION_REQUIRED},
                {"known-at", "known_at", "INSTANT", NULL, VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION}},
     .shown = "rows",
     .columns = comparison_columns,
     .column_count = ARRAY_LENGTH(comparison_columns)},
    {.name = "classes",
     .summary = "totals by what the money is for (사업예산·일반예산)",
     .service = &budget_breakdown_service,
     .method = "GetClassTotals",
     .fields = {{"as-of", "as_of", "DATE", NULL, VERB_OPTION_REQUIRED},
                {"known-at", "known_at", "INSTANT", NULL, VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION}},
     .shown = "classes",
     .columns = class_columns,
     .column_count = ARRAY_LENGTH(class_columns)},
    {.name = "carry-over",
     .summary = "what was carried over, by type and year of origin (이월)",
     .service = &budget_breakdown_service,
     .method = "ListCarryOver",
     .fields = {{"as-of", "as_of", "DATE", NULL, VERB_OPTION_REQUIRED},
                {"known-at", "known_at", "INSTANT", NULL, VERB_OPTION},
                {"line", "line", "LINE", "lines/", VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION}},
     .shown = "rows",
     .columns = carry_over_columns,
     .column_count = ARRAY_LENGTH(carry_over_columns)},
    {.name = "funds",
     .summary = "funds with their accounts and items (기금)",
     .service = &budget_budget_service,
     .method = "ListFunds",
     .fields = {{"as-of", "as_of", "DATE", NULL, VERB_OPTION},
                {"publisher", "publisher", "NAME", NULL, VERB_OPTION}},
     .show = show_funds},
};

const struct verb_group budget_reading = {"Reading", verbs, ARRAY_LENGTH(verbs)};
