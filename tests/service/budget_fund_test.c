/* What is planned of funds, over a real database file. */
#include <stdio.h>
#include <string.h>

#include "fund.rpc.h"
#include "support/budget_calls.h"
#include "support/suite.h"

static budget_fund_account *account_of(struct budget_fixture *at, struct rpc_call *call,
                                       const char *as_of, size_t index)
{
    budget_list_funds_request in = BUDGET_LIST_FUNDS_REQUEST_INIT;
    budget_list_funds_response out = BUDGET_LIST_FUNDS_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    CU_ASSERT_EQUAL_FATAL(budget_list_funds(&at->budget, call, &in, &out), OK);
    CU_ASSERT_FATAL(index < out.n_accounts);
    return out.accounts[index];
}

static enum status plan(struct budget_fixture *at, struct rpc_call *call, const char *account,
                        int64_t amount_won, const char *day, budget_planned_fund_item **item)
{
    budget_plan_fund_item_request in = BUDGET_PLAN_FUND_ITEM_REQUEST_INIT;
    budget_plan_fund_item_response out = BUDGET_PLAN_FUND_ITEM_RESPONSE_INIT;
    in.account = string_borrow(account);
    in.label = string_borrow("사회적 거리두기 인쇄물 시정정보 제공비");
    in.amount_won = amount_won;
    in.day = string_borrow(day);
    call_again(call);
    enum status status = budget_plan_fund_item(&at->budget, call, &in, &out);
    if (item != NULL) *item = out.item;
    return status;
}

static enum status settle(struct budget_fixture *at, struct rpc_call *call, const char *name,
                          const char *day)
{
    budget_settle_fund_item_request in = BUDGET_SETTLE_FUND_ITEM_REQUEST_INIT;
    budget_settle_fund_item_response out = BUDGET_SETTLE_FUND_ITEM_RESPONSE_INIT;
    in.name = string_borrow(name);
    in.day = string_borrow(day);
    call_again(call);
    return budget_settle_fund_item(&at->budget, call, &in, &out);
}

/* The report of 2020 Ⅳ: 90.5 % and 98.9 % on the basis of commitments, 99.4 % with 116,600천원 that
 * were planned of the first account. */
static void lifts_the_rate_by_what_is_planned(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_planned_fund_item *item;
    budget_calls_begin(&at, &call);
    budget_fund_account *account = account_of(&at, &call, "2020-04-13", 0);
    CU_ASSERT_EQUAL(account->execution_rate->units, 905);
    CU_ASSERT_EQUAL(account->planned_rate->units, 905);
    CU_ASSERT_EQUAL(account->planned_won, 0);
    CU_ASSERT_EQUAL_FATAL(plan(&at, &call, account->name, 116600000, "2020-04-13", &item), OK);
    account = account_of(&at, &call, "2020-04-13", 0);
    CU_ASSERT_EQUAL(account->executed_won, 1199120600);
    CU_ASSERT_EQUAL(account->execution_rate->units, 905);
    CU_ASSERT_EQUAL(account->planned_won, 116600000);
    CU_ASSERT_EQUAL(account->planned_rate->units, 994);
    CU_ASSERT_EQUAL_FATAL(account->n_planned_items, 1);
    CU_ASSERT_STRING_EQUAL(account->planned_items[0]->name, item->name);
    CU_ASSERT_STRING_EQUAL(account->planned_items[0]->day, "2020-04-13");
    account = account_of(&at, &call, "2020-04-13", 1);
    CU_ASSERT_EQUAL(account->execution_rate->units, 989);
    CU_ASSERT_EQUAL(account->planned_rate->units, 989);
    /* The report, read again, still shows it; settled, it is shown of earlier days only. */
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(&at, NULL), OK);
    CU_ASSERT_EQUAL(account_of(&at, &call, "", 0)->planned_rate->units, 994);
    CU_ASSERT_EQUAL_FATAL(settle(&at, &call, item->name, "2020-05-01"), OK);
    CU_ASSERT_EQUAL(account_of(&at, &call, "", 0)->planned_rate->units, 905);
    CU_ASSERT_EQUAL(account_of(&at, &call, "2020-05-01", 0)->planned_won, 0);
    CU_ASSERT_EQUAL(account_of(&at, &call, "2020-04-30", 0)->planned_won, 116600000);
    budget_calls_end(&at, &call);
}

static void refuses_what_the_fund_does_not_have(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_planned_fund_item *item;
    budget_calls_begin(&at, &call);
    const char *name = account_of(&at, &call, "", 0)->name;
    CU_ASSERT_EQUAL(plan(&at, &call, "fundAccounts/99", 1, "2020-04-13", NULL), NOT_FOUND);
    check_reason(&call, "ACCOUNT_UNKNOWN", "fundAccounts/99");
    CU_ASSERT_EQUAL(plan(&at, &call, "1", 1, "2020-04-13", NULL), NOT_FOUND);
    check_reason(&call, "ACCOUNT_UNKNOWN", "1");
    CU_ASSERT_EQUAL(plan(&at, &call, name, 0, "2020-04-13", NULL), INVALID_ARGUMENT);
    CU_ASSERT_TRUE(violates(&call, "amount_won"));
    CU_ASSERT_EQUAL(plan(&at, &call, name, 125159401, "2020-04-13", NULL), FAILED_PRECONDITION);
    check_reason(&call, "FUND_EXCEEDED", "125159400");
    CU_ASSERT_EQUAL_FATAL(plan(&at, &call, name, 125159400, "2020-04-13", &item), OK);
    CU_ASSERT_EQUAL(plan(&at, &call, name, 1, "2020-04-13", NULL), FAILED_PRECONDITION);
    check_reason(&call, "FUND_EXCEEDED", "0 won");
    CU_ASSERT_EQUAL(settle(&at, &call, item->name, "2020-04-12"), INVALID_ARGUMENT);
    CU_ASSERT_TRUE(violates(&call, "day"));
    CU_ASSERT_EQUAL(settle(&at, &call, "plannedFundItems/9", "2020-04-13"), NOT_FOUND);
    check_reason(&call, "ITEM_UNKNOWN", "plannedFundItems/9");
    CU_ASSERT_EQUAL_FATAL(settle(&at, &call, item->name, "2020-04-13"), OK);
    CU_ASSERT_EQUAL(settle(&at, &call, item->name, "2020-04-14"), FAILED_PRECONDITION);
    check_reason(&call, "ITEM_SETTLED", "2020-04-13");
    CU_ASSERT_EQUAL(plan(&at, &call, name, 1, "2020-04-13", NULL), OK);
    budget_calls_end(&at, &call);
}

static enum status sweep_plan(struct budget_fixture *at, struct rpc_call *call)
{
    return plan(at, call, "fundAccounts/1", 1, "2020-04-13", NULL);
}

static enum status sweep_settle(struct budget_fixture *at, struct rpc_call *call)
{
    return settle(at, call, "plannedFundItems/1", "2020-04-14");
}

static enum status sweep_list(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_funds_request in = BUDGET_LIST_FUNDS_REQUEST_INIT;
    budget_list_funds_response out = BUDGET_LIST_FUNDS_RESPONSE_INIT;
    return budget_list_funds(&at->budget, call, &in, &out);
}

static void survives_every_failed_allocation(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    CU_ASSERT_EQUAL_FATAL(plan(&at, &call, "fundAccounts/1", 5, "2020-04-13", NULL), OK);
    static swept_call *const calls[] = {sweep_plan, sweep_settle, sweep_list};
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
        sweep_allocations(&at, calls[i]);
    budget_calls_end(&at, &call);
}

static size_t account_count(struct budget_fixture *at, struct rpc_call *call, const char *publisher,
                            enum status expected)
{
    budget_list_funds_request in = BUDGET_LIST_FUNDS_REQUEST_INIT;
    budget_list_funds_response out = BUDGET_LIST_FUNDS_RESPONSE_INIT;
    in.publisher = string_borrow(publisher);
    call_again(call);
    CU_ASSERT_EQUAL_FATAL(budget_list_funds(&at->budget, call, &in, &out), expected);
    for (size_t i = 0; i < out.n_accounts && publisher[0] != '\0'; i++)
        CU_ASSERT_STRING_EQUAL(out.accounts[i]->publisher, publisher);
    return out.n_accounts;
}

static void tells_bureaus_apart(void)
{
    static const struct db_sql other = {
        "other",
        "INSERT INTO budget_fund_accounts (report_id, publisher, path, fund, account, "
        "budget_won, executed_won, day, section, text_line, table_row, table_column, seen) "
        "SELECT 'b', '바다국', path, fund, account, budget_won, executed_won, day, section, "
        "text_line, table_row, table_column, 1 FROM budget_fund_accounts WHERE id = 1"};
    static const struct db_sql many = {
        "many",
        "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted "
        "WHERE n < 1000) "
        "INSERT INTO budget_fund_accounts (report_id, publisher, path, fund, account, "
        "budget_won, executed_won, day, section, text_line, table_row, table_column, seen) "
        "SELECT 'c', '강국', 'path ' || n, '기금', '계정', 1, 1, '2020-01-01', '', 1, 1, 1, 1 "
        "FROM counted"};
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    size_t own = account_count(&at, &call, "", OK);
    CU_ASSERT_EQUAL_FATAL(db_run_plain(at.db, &other), OK);
    CU_ASSERT_EQUAL(account_count(&at, &call, "", OK), own + 1);
    CU_ASSERT_EQUAL(account_count(&at, &call, seoul_bureau, OK), own);
    CU_ASSERT_EQUAL(account_count(&at, &call, "바다국", OK), 1);
    CU_ASSERT_EQUAL(account_count(&at, &call, "산국", OK), 0);
    CU_ASSERT_EQUAL_FATAL(db_run_plain(at.db, &many), OK);
    (void)account_count(&at, &call, "", OUT_OF_RANGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(rpc_fault(&call)->message, "more than 1000 accounts"));
    CU_ASSERT_EQUAL(account_count(&at, &call, "강국", OK), 1000);
    budget_calls_end(&at, &call);
}

SUITE("budget funds", {"lifts the rate by what is planned", lifts_the_rate_by_what_is_planned},
      {"refuses what the fund does not have", refuses_what_the_fund_does_not_have},
      {"tells bureaus apart", tells_bureaus_apart},
      {"survives every failed allocation", survives_every_failed_allocation})
