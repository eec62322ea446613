#include "budget_funds.h"

#include <string.h>

#include "budget_columns.h"
#include "budget_table.h"

enum { HEADING_ROWS_MAX = 2 };

/* The words that a fund's table is known by, folded. */
static const char fund_word[] = "기금";
static const char *const budget_endings[] = {"예산", "예산액", "예산현액", "조성액", "배정액"};
static const char *const total_endings[] = {"(계)", "합계", "소계", "총계"};

/* Which columns of a table matter, from 0. */
struct fund_columns {
    int32_t item, amount;
    int32_t heading_rows;
    struct money_scale scale;
};

static bool ends_with_any(struct text text, const char *const *endings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_ends_with(text, text_from(endings[i]))) return true;
    }
    return false;
}

static enum status columns_find(struct arena *arena, const struct grid *grid,
                                struct fund_columns *out)
{
    struct fund_columns found = {.item = -1, .amount = -1};
    found.heading_rows = grid->heading_rows < 1 ? 1 : grid->heading_rows;
    if (found.heading_rows > HEADING_ROWS_MAX || found.heading_rows >= grid->row_count)
        return NOT_FOUND;
    for (int32_t c = 0; c < grid->column_count; c++) {
        struct column_heading heading;
        enum status status =
            column_read(arena, grid_cell_at(grid, found.heading_rows - 1, c)->text, &heading);
        if (status != OK) return status;
        bool amount = heading.role == COLUMN_AMOUNT || heading.role == COLUMN_SPENT;
        if (heading.role == COLUMN_ITEM && found.item < 0) found.item = c;
        if (!amount || found.amount >= 0 || found.item < 0) continue;
        found.amount = c;
        found.scale = (struct money_scale){heading.has_scale, heading.scale};
    }
    if (found.amount < 0) return NOT_FOUND;
    if (!found.scale.has_scale)
        found.scale.has_scale = money_scale(text_from(grid->unit), &found.scale.scale);
    *out = found;
    return OK;
}

static enum status copy(struct arena *arena, struct text text, const char **out)
{
    *out = arena_copy(arena, text.bytes, text.length);
    return *out == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* The part of a label or title up to and with the word 기금; empty where it has none. */
static struct text fund_name(struct text text)
{
    ptrdiff_t at = text_find(text, text_from(fund_word));
    if (at < 0) return (struct text){"", 0};
    size_t end = (size_t)at + sizeof fund_word - 1;
    size_t begin = (size_t)at;
    while (begin > 0 && text.bytes[begin - 1] != ' ' && text.bytes[begin - 1] != '\n')
        begin--;
    return (struct text){text.bytes + begin, end - begin};
}

/* The fund that a budget row opens an account of: named by the row, else by the table's title. */
static struct text fund_of(const struct grid *grid, struct text label)
{
    struct text name = fund_name(label);
    return name.length > 0 ? name : fund_name(text_from(grid->title));
}

/* The account's name: what stands before the item's column in this row or the last above it. */
static struct text account_of(const struct grid *grid, const struct fund_columns *columns,
                              int32_t row)
{
    for (int32_t r = row; r >= columns->heading_rows; r--) {
        for (int32_t c = columns->item - 1; c >= 0; c--) {
            if (grid_cell_at(grid, r, c)->text.length > 0) return grid_cell_at(grid, r, c)->text;
        }
    }
    return grid_cell_at(grid, row, columns->item)->text;
}

static enum status account_add(struct arena *arena, struct fund_table *table, struct text fund,
                               struct text name, const struct fund_account *from)
{
    if (table->account_count == table->account_max) {
        struct fund_account *accounts = arena_grow(arena, table->accounts, table->account_count,
                                                   &table->account_max, sizeof *accounts);
        if (accounts == NULL) return RESOURCE_EXHAUSTED;
        table->accounts = accounts;
    }
    struct fund_account account = *from;
    enum status status = copy(arena, fund, &account.fund);
    if (status == OK) status = copy(arena, name, &account.account);
    if (status == OK) table->accounts[table->account_count++] = account;
    return status;
}

static enum status item_add(struct arena *arena, struct fund_account *account, struct text label,
                            const struct fund_item *from)
{
    int64_t executed;
    if (__builtin_add_overflow(account->executed_won, from->won, &executed)) return OK;
    if (account->item_count == account->item_max) {
        struct fund_item *items = arena_grow(arena, account->items, account->item_count,
                                             &account->item_max, sizeof *items);
        if (items == NULL) return RESOURCE_EXHAUSTED;
        account->items = items;
    }
    struct fund_item item = *from;
    enum status status = copy(arena, label, &item.label);
    if (status != OK) return status;
    account->items[account->item_count++] = item;
    account->executed_won = executed;
    return OK;
}

static enum status row_read(struct arena *arena, const struct grid *grid,
                            const struct fund_columns *columns, int32_t row, struct date day,
                            struct fund_table *table)
{
    const struct grid_cell *label = grid_cell_at(grid, row, columns->item);
    const struct grid_cell *amount = grid_cell_at(grid, row, columns->amount);
    struct text folded;
    enum status status = text_fold(arena, label->text, &folded);
    if (status != OK || cell_is_blank(amount) || folded.length == 0) return status;
    int64_t won;
    if (!cell_won(amount, columns->scale, &won)) {
        table->unread_count++;
        return OK;
    }
    struct fund_account *open =
        table->account_count == 0 ? NULL : &table->accounts[table->account_count - 1];
    struct text fund = fund_of(grid, label->text);
    if (fund.length > 0 && ends_with_any(folded, budget_endings, ARRAY_LENGTH(budget_endings))) {
        struct fund_account account = {.budget_won = won,
                                       .day = day,
                                       .line = label->line,
                                       .table_row = row + 1,
                                       .table_column = columns->amount + 1};
        return account_add(arena, table, fund, account_of(grid, columns, row), &account);
    }
    if (open == NULL) return OK;
    bool total =
        label_is_total(folded) || ends_with_any(folded, total_endings, ARRAY_LENGTH(total_endings));
    if (total) {
        open->has_total = true;
        open->total_won = won;
        return OK;
    }
    struct fund_item item = {
        .won = won, .line = label->line, .table_row = row + 1, .table_column = columns->amount + 1};
    return item_add(arena, open, label->text, &item);
}

enum status fund_table_read(struct arena *arena, const struct grid *grid, struct date as_of,
                            struct fund_table *table)
{
    struct fund_table read = {0};
    struct fund_columns columns = {0};
    enum status status = columns_find(arena, grid, &columns);
    struct date day = grid->has_day ? grid->day : as_of;
    for (int32_t row = columns.heading_rows; status == OK && row < grid->row_count; row++)
        status = row_read(arena, grid, &columns, row, day, &read);
    if (status != OK) return status;
    if (read.account_count == 0) return NOT_FOUND;
    status = copy(arena, text_from(grid->section), &read.section);
    if (status == OK) *table = read;
    return status;
}
