/* The statements about funds; see budget_store.h. */
#include "budget_sql.h"
#include "budget_store.h"

enum status fund_unsee(struct db *db, const char *report_id)
{
    return db_run(db, &budget_fund_unsee_sql, DB_TEXT(report_id));
}

enum status fund_delete_unseen(struct db *db, const char *report_id)
{
    return db_run(db, &budget_fund_delete_unseen_sql, DB_TEXT(report_id));
}

/* What tells accounts of a bureau apart: fund and account, folded. */
static enum status account_path(struct arena *arena, const struct fund_account *account,
                                const char **path)
{
    struct text folded;
    char *joined = arena_printf(arena, "%s/%s", account->fund, account->account);
    if (joined == NULL) return RESOURCE_EXHAUSTED;
    enum status status = text_fold(arena, text_from(joined), &folded);
    if (status != OK) return status;
    *path = arena_copy(arena, folded.bytes, folded.length);
    return *path == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status fund_put(struct db *db, struct arena *arena, const struct reading *source,
                     const struct fund_account *account)
{
    const char *path;
    char day[DATE_STRING_BYTES];
    int64_t id;
    date_format(account->day, day);
    enum status status = account_path(arena, account, &path);
    if (status != OK) return status;
    status = db_query_int(db, &id, &budget_fund_put_sql, DB_TEXT(source->report_id),
                          DB_TEXT(source->scope.publisher), DB_TEXT(path), DB_TEXT(account->fund),
                          DB_TEXT(account->account), DB_INT(account->budget_won),
                          DB_INT(account->executed_won), DB_TEXT(day), DB_TEXT(source->section),
                          DB_INT(account->line), DB_INT(account->table_row),
                          DB_INT(account->table_column));
    if (status == NOT_FOUND) return OK; /* Printed before. */
    if (status == OK) status = db_run(db, &budget_fund_item_delete_sql, DB_INT(id));
    for (size_t i = 0; i < account->item_count && status == OK; i++) {
        const struct fund_item *item = &account->items[i];
        status = db_run(db, &budget_fund_item_insert_sql, DB_INT(id), DB_INT((int64_t)i + 1),
                        DB_TEXT(item->label), DB_INT(item->won), DB_INT(item->line),
                        DB_INT(item->table_row), DB_INT(item->table_column));
    }
    return status;
}

enum status fund_list(struct db *db, struct arena *arena, const struct fund_query *query,
                      struct fund_record **accounts, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *accounts = NULL;
    *count = 0;
    enum status status = db_query(db, &rows, &budget_fund_list_sql, DB_TEXT(query->as_of),
                                  DB_TEXT(query->publisher), DB_INT((int64_t)query->size));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct fund_record *grown = arena_grow(arena, *accounts, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *accounts = grown;
        }
        struct fund_record account = {.id = db_int(&rows, 0),
                                      .fund = db_copy(&rows, 1, arena),
                                      .account = db_copy(&rows, 2, arena),
                                      .budget_won = db_int(&rows, 3),
                                      .executed_won = db_int(&rows, 4),
                                      .day = db_copy(&rows, 5, arena),
                                      .citation = {.report_id = db_copy(&rows, 6, arena),
                                                   .section = db_copy(&rows, 7, arena),
                                                   .line = (int32_t)db_int(&rows, 8),
                                                   .table_row = (int32_t)db_int(&rows, 9),
                                                   .table_column = (int32_t)db_int(&rows, 10)},
                                      .publisher = db_copy(&rows, 11, arena)};
        bool whole = account.publisher != NULL && account.fund != NULL && account.account != NULL &&
                     account.day != NULL && account.citation.report_id != NULL &&
                     account.citation.section != NULL;
        if (!whole) status = RESOURCE_EXHAUSTED;
        if (!whole) break;
        (*accounts)[(*count)++] = account;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status fund_item_list(struct db *db, struct arena *arena, int64_t account,
                           struct fund_item_record **items, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *items = NULL;
    *count = 0;
    enum status status = db_query(db, &rows, &budget_fund_item_list_sql, DB_INT(account));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct fund_item_record *grown = arena_grow(arena, *items, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *items = grown;
        }
        struct fund_item_record item = {.label = db_copy(&rows, 0, arena),
                                        .won = db_int(&rows, 1),
                                        .line = (int32_t)db_int(&rows, 2),
                                        .table_row = (int32_t)db_int(&rows, 3),
                                        .table_column = (int32_t)db_int(&rows, 4)};
        if (item.label == NULL) status = RESOURCE_EXHAUSTED;
        if (item.label == NULL) break;
        (*items)[(*count)++] = item;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}
