#include "budget_fund_plans.h"

#include "budget_rules.h"
#include "budget_sql.h"
#include "budget_wire.h"

enum status fund_standing_get(struct db *db, struct arena *arena, int64_t account,
                              struct fund_standing *standing)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_fund_account_last_sql, DB_INT(account));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *standing = (struct fund_standing){.publisher = db_copy(&rows, 0, arena),
                                           .path = db_copy(&rows, 1, arena),
                                           .budget_won = db_int(&rows, 2),
                                           .executed_won = db_int(&rows, 3),
                                           .planned_won = db_int(&rows, 4)};
        if (standing->publisher == NULL || standing->path == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status;
}

enum status fund_plan_insert(struct db *db, const struct fund_standing *standing,
                             const struct fund_plan *plan, int64_t now_ms, int64_t *id)
{
    return db_query_int(db, id, &budget_fund_plan_insert_sql, DB_TEXT(standing->publisher),
                        DB_TEXT(standing->path), DB_TEXT(plan->label), DB_INT(plan->won),
                        DB_TEXT(plan->day), DB_INT(now_ms));
}

/* Columns of fund_plan_get and fund_plan_list. */
static enum status plan_read(const struct db_rows *rows, struct arena *arena,
                             struct fund_plan *plan)
{
    *plan = (struct fund_plan){.id = db_int(rows, 0),
                               .label = db_copy(rows, 1, arena),
                               .won = db_int(rows, 2),
                               .day = db_copy(rows, 3, arena),
                               .settled_day = db_copy(rows, 4, arena)};
    bool whole = plan->label != NULL && plan->day != NULL && plan->settled_day != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

enum status fund_plan_get(struct db *db, struct arena *arena, int64_t id, struct fund_plan *plan)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_fund_plan_get_sql, DB_INT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = plan_read(&rows, arena, plan);
    db_end(&rows);
    return status;
}

enum status fund_plan_settle(struct db *db, int64_t id, const char *day)
{
    return db_run(db, &budget_fund_plan_settle_sql, DB_INT(id), DB_TEXT(day));
}

enum status fund_plan_list(struct db *db, struct arena *arena, int64_t account, const char *as_of,
                           struct fund_plan **plans, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *plans = NULL;
    *count = 0;
    enum status status =
        db_query(db, &rows, &budget_fund_plan_list_sql, DB_INT(account), DB_TEXT(as_of));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct fund_plan *grown = arena_grow(arena, *plans, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *plans = grown;
        }
        status = plan_read(&rows, arena, &(*plans)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

budget_planned_fund_item *fund_plan_message(struct arena *arena, const struct fund_plan *plan)
{
    budget_planned_fund_item *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_planned_fund_item)BUDGET_PLANNED_FUND_ITEM_INIT;
    message->name = arena_printf(arena, "plannedFundItems/%lld", (long long)plan->id);
    message->label = string_borrow(plan->label);
    message->amount_won = plan->won;
    message->day = string_borrow(plan->day);
    message->settled_day = string_borrow(plan->settled_day);
    return message->name == NULL ? NULL : message;
}

enum status fund_plans_show(struct rpc_call *call, int64_t account_id, const char *as_of,
                            budget_fund_account *account)
{
    struct arena *arena = rpc_arena(call);
    struct fund_plan *plans;
    struct decimal rate;
    size_t count;
    enum status status = fund_plan_list(rpc_db(call), arena, account_id, as_of, &plans, &count);
    if (status != OK) return status;
    account->planned_items = arena_calloc(arena, count + 1, sizeof(budget_planned_fund_item *));
    if (account->planned_items == NULL) return RESOURCE_EXHAUSTED;
    int64_t used_won = account->executed_won;
    for (size_t i = 0; i < count; i++) {
        account->planned_items[i] = fund_plan_message(arena, &plans[i]);
        if (account->planned_items[i] == NULL) return RESOURCE_EXHAUSTED;
        account->n_planned_items++;
        if (__builtin_add_overflow(used_won, plans[i].won, &used_won))
            return rpc_fail(call, OUT_OF_RANGE, "what is planned of %s does not fit 64 bits",
                            account->name);
    }
    account->planned_won = used_won - account->executed_won;
    if (!execution_rate(used_won, account->budget_won, &rate)) return OK;
    account->planned_rate = percent_message(arena, rate);
    return account->planned_rate == NULL ? RESOURCE_EXHAUSTED : OK;
}
