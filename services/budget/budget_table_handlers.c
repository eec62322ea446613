/* sotong.budget.v1.BudgetService: the tables that follow from the ledger, and the funds. */
#include <string.h>

#include "budget.h"
#include "budget_fund_plans.h"
#include "budget_rules.h"
#include "budget_standing.h"
#include "budget_wire.h"

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

static enum status execution_row(struct arena *arena, const struct standing *table, size_t index,
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
    row->commitment_known = record->committed || record->kept;
    row->expenditure_known = record->spent || record->kept;
    bool has_rate =
        row->expenditure_known && execution_rate(row->spent_won, row->current_won, &rate);
    enum status status = rate_message(arena, has_rate, rate, &row->execution_rate);
    if (status == OK) status = citation_fill(arena, record, &row->citation);
    *out = row;
    return status;
}

static struct standing_query query_of(const char *publisher, const char *line, struct date as_of,
                                      const protobuf_timestamp *instant)
{
    struct standing_query query = {.publisher = publisher, .line = line, .as_of = as_of};
    query.has_known_at = instant_read(instant, &query.known_ms);
    return query;
}

/* Whether anything committed or spent was reported or recorded of the bureau of a record by then:
 * the records of a bureau stand together. */
static bool bureau_executes(const struct standing *table, size_t index)
{
    const char *publisher = table->records[index].publisher;
    for (size_t i = index; i < table->count; i++) {
        if (strcmp(table->records[i].publisher, publisher) != 0) return false;
        if (table->records[i].committed || table->records[i].spent) return true;
    }
    return false;
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
    struct standing table;
    const struct standing_query query = query_of(in->publisher, in->line, as_of, in->known_at);
    enum status status = standing_load(call, &query, &table);
    if (status != OK) return status;
    out->as_of = in->as_of;
    out->rows = arena_calloc(arena, table.count + 1, sizeof(budget_execution_row *));
    if (out->rows == NULL) return RESOURCE_EXHAUSTED;
    bool shown = false;
    for (size_t i = 0; i < table.count && status == OK; i++) {
        const struct table_record *record = &table.records[i];
        if (i == 0 || strcmp(record->publisher, table.records[i - 1].publisher) != 0)
            shown = in->line[0] != '\0' || bureau_executes(&table, i);
        if (!shown || record->dropped) continue;
        status = execution_row(arena, &table, i, &out->rows[out->n_rows]);
        if (status == OK) out->n_rows++;
    }
    return status;
}

/* The table of the year before, and its lines by bureau and path. */
struct base_year {
    struct standing table;
    struct budget_index paths;
};

static const char *base_key(struct arena *arena, const struct table_record *record)
{
    return arena_printf(arena, "%s\n%s", record->publisher, record->path);
}

/* Loads the year before as of the same day a year earlier; where it had no line by then, as of its
 * end. */
static enum status base_load(struct rpc_call *call, const struct standing_query *later,
                             struct base_year *base)
{
    struct arena *arena = rpc_arena(call);
    struct date_parts parts = date_to_parts(later->as_of);
    parts.year--;
    if (parts.day > date_month_days(parts.year, parts.month))
        parts.day = date_month_days(parts.year, parts.month);
    struct date_parts ends[] = {parts, {parts.year, 12, 31}};
    *base = (struct base_year){.paths = {.arena = arena}};
    enum status status = OK;
    for (size_t i = 0; i < ARRAY_LENGTH(ends) && status == OK && base->table.count == 0; i++) {
        struct standing_query query = *later;
        if (!date_from_parts(ends[i], &query.as_of)) return OK;
        status = standing_load(call, &query, &base->table);
    }
    for (size_t i = 0; i < base->table.count && status == OK; i++) {
        const char *key = base_key(arena, &base->table.records[i]);
        status = key == NULL ? RESOURCE_EXHAUSTED : index_put(&base->paths, key, (int32_t)i);
        if (status == OK)
            status = index_put(&base->paths, base->table.records[i].publisher, (int32_t)i);
    }
    return status;
}

static enum status comparison_row(struct rpc_call *call, const struct standing *table,
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
    struct standing table;
    struct base_year base;
    const struct standing_query query = query_of(in->publisher, "", as_of, in->known_at);
    enum status status = standing_load(call, &query, &table);
    if (status == OK) status = base_load(call, &query, &base);
    if (status != OK) return status;
    out->fiscal_year = date_to_parts(as_of).year;
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
                                     const char *as_of, budget_fund_account **out)
{
    struct arena *arena = rpc_arena(call);
    budget_fund_account *account = arena_alloc(arena, sizeof *account);
    if (account == NULL) return RESOURCE_EXHAUSTED;
    *account = (budget_fund_account)BUDGET_FUND_ACCOUNT_INIT;
    account->name = arena_printf(arena, "fundAccounts/%lld", (long long)fund->id);
    account->publisher = string_borrow(fund->publisher);
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
    if (status == OK) status = fund_plans_show(call, fund->id, as_of, account);
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
    const struct fund_query query = {in->as_of, in->publisher, FUND_ACCOUNTS_MAX + 1};
    enum status status = fund_list(rpc_db(call), arena, &query, &funds, &count);
    if (status != OK) return status;
    if (count > FUND_ACCOUNTS_MAX)
        return rpc_fail(call, OUT_OF_RANGE,
                        "there are more than %d accounts; ask for one publisher",
                        FUND_ACCOUNTS_MAX);
    out->accounts = arena_calloc(arena, count + 1, sizeof(budget_fund_account *));
    if (out->accounts == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count && status == OK; i++) {
        status = fund_account_fill(call, &funds[i], in->as_of, &out->accounts[i]);
        if (status == OK) out->n_accounts++;
    }
    return status;
}
