/* sotong.budget.v1.BudgetService: the tables that follow from the ledger, and the funds. */
#include <string.h>

#include "budget.h"
#include "budget_rules.h"
#include "budget_store.h"
#include "budget_wire.h"

/* The lines of a fiscal year as a table shows them: balances with everything below. */
struct table {
    struct table_record *records;
    struct rollup_line *lines;
    size_t count;
};

/* Which record is above which: the last with a smaller depth before it. */
static enum status parents_find(struct arena *arena, struct table *table)
{
    int32_t *last = arena_calloc(arena, table->count + 1, sizeof *last);
    if (last == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < table->count; i++) {
        const struct table_record *record = &table->records[i];
        int32_t depth = record->depth;
        if (depth < 0 || (size_t)depth >= table->count) return DATA_LOSS;
        table->lines[i] = (struct rollup_line){.parent = depth == 0 ? LINE_NONE : last[depth - 1],
                                               .depth = depth,
                                               .memo = record->memo,
                                               .balance = record->own};
        last[depth] = (int32_t)i;
    }
    return OK;
}

/* What is known of a line is known of those above it, up to a memo line. */
static void known_raise(struct table *table)
{
    for (size_t i = table->count; i > 0; i--) {
        const struct table_record *record = &table->records[i - 1];
        int32_t parent = table->lines[i - 1].parent;
        if (parent < 0 || record->memo) continue;
        table->records[parent].committed = table->records[parent].committed || record->committed;
        table->records[parent].spent = table->records[parent].spent || record->spent;
    }
}

static enum status table_load(struct rpc_call *call, const struct table_query *query,
                              struct table *table)
{
    struct arena *arena = rpc_arena(call);
    enum status status = table_rows(rpc_db(call), arena, query, &table->records, &table->count);
    if (status != OK) return status;
    if (table->count > TABLE_ROWS_MAX)
        return rpc_fail(call, OUT_OF_RANGE,
                        "the table has more than %d rows; ask for the lines of one publisher",
                        TABLE_ROWS_MAX);
    table->lines = arena_calloc(arena, table->count + 1, sizeof *table->lines);
    if (table->lines == NULL) return RESOURCE_EXHAUSTED;
    status = parents_find(arena, table);
    if (status != OK) return status;
    known_raise(table);
    if (rollup(table->lines, table->count)) return OK;
    return rpc_fail(call, OUT_OF_RANGE, "a sum of the table does not fit 64 bits");
}

/* The rate as a message; NULL in *message where there is none. */
static enum status rate_message(struct arena *arena, bool has_rate, struct decimal rate,
                                type_quantity **message)
{
    *message = has_rate ? percent_message(arena, rate) : NULL;
    return has_rate && *message == NULL ? RESOURCE_EXHAUSTED : OK;
}

static enum status citation_fill(struct arena *arena, const struct table_record *record,
                                 type_citation **message)
{
    if (record->citation.report_id[0] == '\0') return OK;
    *message = citation_message(arena, &record->citation);
    return *message == NULL ? RESOURCE_EXHAUSTED : OK;
}

static enum status execution_row(struct arena *arena, const struct table *table, size_t index,
                                 budget_execution_row **out)
{
    const struct table_record *record = &table->records[index];
    const struct balance *balance = &table->lines[index].balance;
    budget_execution_row *row = arena_alloc(arena, sizeof *row);
    if (row == NULL) return RESOURCE_EXHAUSTED;
    *row = (budget_execution_row)BUDGET_EXECUTION_ROW_INIT;
    row->line = string_borrow(record->name);
    row->label = string_borrow(record->label);
    row->depth = record->depth;
    row->current_won = balance->won[AMOUNT_CURRENT];
    row->committed_won = balance->won[AMOUNT_COMMITTED];
    row->spent_won = balance->won[AMOUNT_SPENT];
    row->publisher = string_borrow(record->publisher);
    struct decimal rate = {0};
    row->commitment_known = record->committed;
    row->expenditure_known = record->spent;
    bool has_rate = record->spent && execution_rate(row->spent_won, row->current_won, &rate);
    enum status status = rate_message(arena, has_rate, rate, &row->execution_rate);
    if (status == OK) status = citation_fill(arena, record, &row->citation);
    *out = row;
    return status;
}

enum status budget_get_execution(struct budget *self, struct rpc_call *call,
                                 const budget_get_execution_request *in,
                                 budget_get_execution_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct date as_of;
    if (date_parse(text_from(in->as_of), &as_of) != OK)
        return rpc_violation(call, "as_of", "is no date");
    struct table table;
    struct table_query query = {.scope = {in->publisher, date_to_parts(as_of).year},
                                .as_of = in->as_of,
                                .executed = true,
                                .size = TABLE_ROWS_MAX + 1};
    enum status status = table_load(call, &query, &table);
    if (status != OK) return status;
    out->as_of = in->as_of;
    out->rows = arena_calloc(arena, table.count + 1, sizeof(budget_execution_row *));
    if (out->rows == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < table.count && status == OK; i++) {
        if (table.records[i].dropped) continue;
        status = execution_row(arena, &table, i, &out->rows[out->n_rows]);
        if (status == OK) out->n_rows++;
    }
    return status;
}

/* The table of the year before, and its lines by bureau and path. */
struct base_year {
    struct table table;
    struct budget_index paths;
};

static const char *base_key(struct arena *arena, const struct table_record *record)
{
    return arena_printf(arena, "%s\n%s", record->publisher, record->path);
}

/* Loads the year before as of the same day a year earlier; where it had no line by then, as of its
 * end. */
static enum status base_load(struct rpc_call *call, const char *publisher, struct date as_of,
                             struct base_year *base)
{
    struct arena *arena = rpc_arena(call);
    struct date_parts parts = date_to_parts(as_of);
    parts.year--;
    if (parts.day > date_month_days(parts.year, parts.month))
        parts.day = date_month_days(parts.year, parts.month);
    struct date_parts ends[] = {parts, {parts.year, 12, 31}};
    *base = (struct base_year){.paths = {.arena = arena}};
    enum status status = OK;
    for (size_t i = 0; i < ARRAY_LENGTH(ends) && status == OK && base->table.count == 0; i++) {
        struct date day;
        char string[DATE_STRING_BYTES];
        if (!date_from_parts(ends[i], &day)) return OK;
        date_format(day, string);
        struct table_query query = {
            .scope = {publisher, parts.year}, .as_of = string, .size = TABLE_ROWS_MAX + 1};
        status = table_load(call, &query, &base->table);
    }
    for (size_t i = 0; i < base->table.count && status == OK; i++) {
        const char *key = base_key(arena, &base->table.records[i]);
        status = key == NULL ? RESOURCE_EXHAUSTED : index_put(&base->paths, key, (int32_t)i);
        if (status == OK)
            status = index_put(&base->paths, base->table.records[i].publisher, (int32_t)i);
    }
    return status;
}

static enum status comparison_row(struct rpc_call *call, const struct table *table,
                                  const struct base_year *base, size_t index,
                                  budget_comparison_row **out)
{
    struct arena *arena = rpc_arena(call);
    const struct table_record *record = &table->records[index];
    budget_comparison_row *row = arena_alloc(arena, sizeof *row);
    const char *key = base_key(arena, record);
    if (row == NULL || key == NULL) return RESOURCE_EXHAUSTED;
    *row = (budget_comparison_row)BUDGET_COMPARISON_ROW_INIT;
    row->line = string_borrow(record->name);
    row->label = string_borrow(record->label);
    row->depth = record->depth;
    row->publisher = string_borrow(record->publisher);
    row->budget_won = table->lines[index].balance.won[AMOUNT_CURRENT];
    const int32_t *before = index_find(&base->paths, key);
    const struct rollup_line *lines = base->table.lines;
    if (before != NULL && lines != NULL)
        row->previous_won = lines[*before].balance.won[AMOUNT_CURRENT];
    if (__builtin_sub_overflow(row->budget_won, row->previous_won, &row->change_won))
        return rpc_fail(call, OUT_OF_RANGE, "the change of %s does not fit 64 bits", record->name);
    struct decimal rate = {0};
    bool has_rate = change_rate(row->change_won, row->previous_won, &rate);
    enum status status = rate_message(arena, has_rate, rate, &row->change_rate);
    if (status == OK) status = citation_fill(arena, record, &row->citation);
    *out = row;
    return status;
}

enum status budget_get_comparison(struct budget *self, struct rpc_call *call,
                                  const budget_get_comparison_request *in,
                                  budget_get_comparison_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct date as_of;
    if (date_parse(text_from(in->as_of), &as_of) != OK)
        return rpc_violation(call, "as_of", "is no date");
    struct table table;
    struct base_year base;
    struct table_query query = {.scope = {in->publisher, date_to_parts(as_of).year},
                                .as_of = in->as_of,
                                .size = TABLE_ROWS_MAX + 1};
    enum status status = table_load(call, &query, &table);
    if (status == OK) status = base_load(call, in->publisher, as_of, &base);
    if (status != OK) return status;
    out->fiscal_year = query.scope.fiscal_year;
    out->rows = arena_calloc(arena, table.count + 1, sizeof(budget_comparison_row *));
    if (out->rows == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < table.count && status == OK; i++) {
        const struct table_record *record = &table.records[i];
        if (record->dropped || index_find(&base.paths, record->publisher) == NULL) continue;
        status = comparison_row(call, &table, &base, i, &out->rows[out->n_rows]);
        if (status == OK) out->n_rows++;
    }
    return status;
}

static enum status fund_items(struct rpc_call *call, const struct fund_record *fund,
                              budget_fund_account *account)
{
    struct arena *arena = rpc_arena(call);
    struct fund_item_record *items;
    size_t count;
    enum status status = fund_item_list(rpc_db(call), arena, fund->id, &items, &count);
    if (status != OK) return status;
    account->items = arena_calloc(arena, count + 1, sizeof(budget_fund_item *));
    if (account->items == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        budget_fund_item *item = arena_alloc(arena, sizeof *item);
        if (item == NULL) return RESOURCE_EXHAUSTED;
        *item = (budget_fund_item)BUDGET_FUND_ITEM_INIT;
        item->label = string_borrow(items[i].label);
        item->amount_won = items[i].won;
        struct citation citation = fund->citation;
        citation.line = items[i].line;
        citation.table_row = items[i].table_row;
        citation.table_column = items[i].table_column;
        item->citation = citation_message(arena, &citation);
        if (item->citation == NULL) return RESOURCE_EXHAUSTED;
        account->items[account->n_items++] = item;
    }
    return OK;
}

static enum status fund_account_fill(struct rpc_call *call, const struct fund_record *fund,
                                     budget_fund_account **out)
{
    struct arena *arena = rpc_arena(call);
    budget_fund_account *account = arena_alloc(arena, sizeof *account);
    if (account == NULL) return RESOURCE_EXHAUSTED;
    *account = (budget_fund_account)BUDGET_FUND_ACCOUNT_INIT;
    account->name = arena_printf(arena, "fundAccounts/%lld", (long long)fund->id);
    account->fund = string_borrow(fund->fund);
    account->account = string_borrow(fund->account);
    account->budget_won = fund->budget_won;
    account->executed_won = fund->executed_won;
    account->as_of = string_borrow(fund->day);
    account->citation = citation_message(arena, &fund->citation);
    if (account->name == NULL || account->citation == NULL) return RESOURCE_EXHAUSTED;
    struct decimal rate = {0};
    bool has_rate = execution_rate(fund->executed_won, fund->budget_won, &rate);
    enum status status = rate_message(arena, has_rate, rate, &account->execution_rate);
    if (status == OK) status = fund_items(call, fund, account);
    *out = account;
    return status;
}

enum status budget_list_funds(struct budget *self, struct rpc_call *call,
                              const budget_list_funds_request *in, budget_list_funds_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct fund_record *funds;
    size_t count;
    enum status status =
        fund_list(rpc_db(call), arena, in->as_of, FUND_ACCOUNTS_MAX, &funds, &count);
    if (status != OK) return status;
    out->accounts = arena_calloc(arena, count + 1, sizeof(budget_fund_account *));
    if (out->accounts == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count && status == OK; i++) {
        status = fund_account_fill(call, &funds[i], &out->accounts[i]);
        if (status == OK) out->n_accounts++;
    }
    return status;
}
