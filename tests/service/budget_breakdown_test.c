/* Classes of lines and carry-over, over a real database file. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "breakdown.rpc.h"
#include "support/budget_calls.h"
#include "support/budget_ledgers.h"
#include "support/suite.h"

static void totals(struct budget_fixture *at, struct rpc_call *call, const char *as_of,
                   budget_get_class_totals_response *out)
{
    budget_get_class_totals_request in = BUDGET_GET_CLASS_TOTALS_REQUEST_INIT;
    *out = (budget_get_class_totals_response)BUDGET_GET_CLASS_TOTALS_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    CU_ASSERT_EQUAL_FATAL(budget_get_class_totals(&at->budget, call, &in, out), OK);
    CU_ASSERT_EQUAL_FATAL(out->n_classes, 4);
}

static enum status set_class(struct budget_fixture *at, struct rpc_call *call, const char *line,
                             int class)
{
    budget_set_line_class_request in = BUDGET_SET_LINE_CLASS_REQUEST_INIT;
    budget_set_line_class_response out = BUDGET_SET_LINE_CLASS_RESPONSE_INIT;
    in.name = string_borrow(line);
    in.line_class = (budget_line_class) class;
    call_again(call);
    enum status status = budget_set_line_class(&at->budget, call, &in, &out);
    if (status == OK) CU_ASSERT_EQUAL((int)out.line->line_class, class);
    return status;
}

/* The report of 2012 Ⅰ prints 30,857,412 of projects (사업예산 총계) and 661,486 of the general
 * budget (일반예산 총계), whose basic expenses are 510,630 + 98,432 + 32,670 thousand won. */
static void splits_the_budget_of_2012(void)
{
    static const int64_t expected[2][4] = {{30857412, 641732, 0, 19754},
                                           {31416660, 622390, 105767, 343}};
    static const char *const days[] = {"2012-02-29", "2011-12-31"};
    struct budget_fixture at;
    struct rpc_call call;
    budget_get_class_totals_response out;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2012(&at, NULL), OK);
    calls_begin(&call, at.db);
    for (size_t d = 0; d < ARRAY_LENGTH(days); d++) {
        int64_t sum = 0;
        totals(&at, &call, days[d], &out);
        for (size_t c = 0; c < out.n_classes; c++) {
            CU_ASSERT_EQUAL((size_t)out.classes[c]->line_class, c + 1);
            CU_ASSERT_EQUAL(out.classes[c]->current_won, expected[d][c] * 1000);
            sum += expected[d][c] * 1000;
        }
        CU_ASSERT_EQUAL(out.total->current_won, sum);
    }
    totals(&at, &call, days[0], &out);
    CU_ASSERT_EQUAL(out.total->current_won, INT64_C(31518898000));
    CU_ASSERT_EQUAL(out.classes[0]->share->units, 979);
    CU_ASSERT_EQUAL(out.classes[1]->share->units, 20);
    calls_end(&call);
    budget_close_fixture(&at);
}

/* So many events say that a line's class was set: no event else is of this kind. */
static void check_class_event(struct budget_fixture *at, int64_t expected)
{
    static const struct db_sql changes = {"changes",
                                          "SELECT count(*) FROM budget_events WHERE kind = 2 "
                                          "AND line = 'lines/2024-general-0002'"};
    int64_t count = -1;
    CU_ASSERT_EQUAL_FATAL(db_query_int_values(at->db, &count, &changes, NULL, 0), OK);
    CU_ASSERT_EQUAL(count, expected);
}

static void follows_the_classes_that_are_set(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_get_class_totals_response out;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    calls_begin(&call, at.db);
    totals(&at, &call, "2024-03-31", &out);
    CU_ASSERT_EQUAL(out.classes[0]->current_won, 7122000);
    CU_ASSERT_EQUAL(out.classes[1]->current_won, 2001000);
    CU_ASSERT_EQUAL(out.classes[1]->execution_rate->units, 50);
    CU_ASSERT_EQUAL(out.total->current_won, 9123000);
    CU_ASSERT_PTR_NULL(out.classes[2]->execution_rate);
    /* A department, all of whose lines follow but the one that its label knows. */
    CU_ASSERT_EQUAL_FATAL(set_class(&at, &call, "lines/2024-general-0002", 3), OK);
    totals(&at, &call, "2024-03-31", &out);
    CU_ASSERT_EQUAL(out.classes[0]->current_won, 4100000);
    CU_ASSERT_EQUAL(out.classes[1]->current_won, 2001000);
    CU_ASSERT_EQUAL(out.classes[2]->current_won, 3022000);
    check_class_event(&at, 1);
    CU_ASSERT_EQUAL_FATAL(set_class(&at, &call, "lines/2024-general-0002", 3), OK);
    check_class_event(&at, 1); /* As it was. */
    CU_ASSERT_EQUAL_FATAL(set_class(&at, &call, "lines/2024-general-0004", 4), OK);
    totals(&at, &call, "2024-03-31", &out);
    CU_ASSERT_EQUAL(out.classes[1]->current_won, 0);
    CU_ASSERT_EQUAL(out.classes[3]->current_won, 2001000);
    CU_ASSERT_EQUAL_FATAL(set_class(&at, &call, "lines/2024-general-0002", 0), OK);
    totals(&at, &call, "2024-03-31", &out);
    CU_ASSERT_EQUAL(out.classes[0]->current_won, 7122000);
    CU_ASSERT_EQUAL(out.total->line_count, 5);
    CU_ASSERT_EQUAL(set_class(&at, &call, "lines/2024-general-0002", 5), INVALID_ARGUMENT);
    CU_ASSERT_TRUE(violates(&call, "line_class"));
    CU_ASSERT_EQUAL(set_class(&at, &call, "lines/2024-general-0099", 1), NOT_FOUND);
    check_reason(&call, "LINE_UNKNOWN", "lines/2024-general-0099");
    static const struct db_sql close = {
        "close", "UPDATE budget_lines SET closed_ms = 1 WHERE name = 'lines/2024-general-0002'"};
    CU_ASSERT_EQUAL_FATAL(db_run_plain(at.db, &close), OK);
    CU_ASSERT_EQUAL(set_class(&at, &call, "lines/2024-general-0002", 1), FAILED_PRECONDITION);
    check_reason(&call, "LINE_CLOSED", "lines/2024-general-0002");
    calls_end(&call);
    budget_close_fixture(&at);
}

static enum status carry_over(struct budget_fixture *at, struct rpc_call *call, const char *line,
                              const char *as_of, budget_list_carry_over_response *out)
{
    budget_list_carry_over_request in = BUDGET_LIST_CARRY_OVER_REQUEST_INIT;
    *out = (budget_list_carry_over_response)BUDGET_LIST_CARRY_OVER_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    in.line = string_borrow(line);
    call_again(call);
    return budget_list_carry_over(&at->budget, call, &in, out);
}

/* The report of 2020 Ⅰ: 70,250 and 205,507 thousand won, printed as 276 million. */
static void lists_what_was_carried_over(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    char root[LINE_NAME_BYTES];
    char homepage[LINE_NAME_BYTES];
    char petitions[LINE_NAME_BYTES];
    budget_list_carry_over_response out;
    struct decimal millions;
    budget_open_fixture(&at);
    calls_begin(&call, at.db);
    (void)budget_line_new(&at, "", 2020, "합계", root);
    (void)budget_line_new(&at, root, 2020, "홈페이지 관리체계 운영", homepage);
    (void)budget_line_new(&at, root, 2020, "민원제안통합관리시스템 운영", petitions);
    struct entry_short carried = {.line = homepage,
                                  .kind = 2,
                                  .won = 70250000,
                                  .day = "2020-01-01",
                                  .carry_over_type = 1,
                                  .origin_year = 2019};
    (void)budget_post_one(&at, carried);
    carried.line = petitions;
    carried.won = 205507000;
    carried.carry_over_type = 2;
    (void)budget_post_one(&at, carried);
    CU_ASSERT_EQUAL_FATAL(carry_over(&at, &call, "", "2020-03-31", &out), OK);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, 2);
    CU_ASSERT_EQUAL(out.total_won, 275757000);
    CU_ASSERT_TRUE(decimal_rescale((struct decimal){out.total_won, 0}, 6, &millions));
    CU_ASSERT_EQUAL(millions.units, 276);
    CU_ASSERT_STRING_EQUAL(out.rows[0]->line, homepage);
    CU_ASSERT_STRING_EQUAL(out.rows[0]->label, "홈페이지 관리체계 운영");
    CU_ASSERT_EQUAL(out.rows[0]->carry_over_type, BUDGET_CARRY_OVER_TYPE_EXPRESS);
    CU_ASSERT_EQUAL(out.rows[0]->origin_year, 2019);
    CU_ASSERT_EQUAL(out.rows[1]->amount_won, 205507000);
    CU_ASSERT_EQUAL(out.n_sums, 2);
    /* Another of the same type and year makes a row, and grows a sum; what is taken back goes. */
    carried.line = homepage;
    carried.won = 1000;
    carried.day = "2020-02-01";
    char wrong[64];
    (void)snprintf(wrong, sizeof wrong, "entries/%lld", (long long)budget_post_one(&at, carried));
    CU_ASSERT_EQUAL_FATAL(carry_over(&at, &call, root, "2020-03-31", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 3);
    CU_ASSERT_EQUAL_FATAL(out.n_sums, 2);
    CU_ASSERT_EQUAL(out.sums[1]->carry_over_type, BUDGET_CARRY_OVER_TYPE_ACCIDENTAL);
    CU_ASSERT_EQUAL(out.sums[1]->amount_won, 205508000);
    CU_ASSERT_EQUAL_FATAL(carry_over(&at, &call, "", "2020-01-31", &out), OK);
    CU_ASSERT_EQUAL(out.total_won, 275757000);
    carried.corrects = wrong;
    carried.day = "2020-03-01";
    (void)budget_post_one(&at, carried);
    CU_ASSERT_EQUAL_FATAL(carry_over(&at, &call, homepage, "2020-03-31", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 1);
    CU_ASSERT_EQUAL(out.total_won, 70250000);
    CU_ASSERT_EQUAL_FATAL(carry_over(&at, &call, "", "2021-03-31", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    CU_ASSERT_EQUAL(carry_over(&at, &call, "lines/x", "2020-03-31", &out), NOT_FOUND);
    check_reason(&call, "LINE_UNKNOWN", "lines/x");
    calls_end(&call);
    budget_close_fixture(&at);
}

static enum status sweep_totals(struct budget_fixture *at, struct rpc_call *call)
{
    budget_get_class_totals_request in = BUDGET_GET_CLASS_TOTALS_REQUEST_INIT;
    budget_get_class_totals_response out = BUDGET_GET_CLASS_TOTALS_RESPONSE_INIT;
    in.as_of = string_borrow("2024-03-31");
    return budget_get_class_totals(&at->budget, call, &in, &out);
}

static enum status sweep_class(struct budget_fixture *at, struct rpc_call *call)
{
    return set_class(at, call, "lines/2024-general-0002", 2);
}

static enum status sweep_carry_over(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_carry_over_response out;
    return carry_over(at, call, "", "2019-12-31", &out);
}

static void survives_every_failed_allocation(void)
{
    struct budget_fixture at;
    char line[LINE_NAME_BYTES];
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    (void)budget_line_new(&at, "", 2019, "이월", line);
    (void)budget_post_one(&at, (struct entry_short){.line = line,
                                                    .kind = 2,
                                                    .won = 5,
                                                    .day = "2019-01-01",
                                                    .carry_over_type = 3,
                                                    .origin_year = 2018});
    static swept_call *const calls[] = {sweep_totals, sweep_class, sweep_carry_over};
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
        sweep_allocations(&at, calls[i]);
    budget_close_fixture(&at);
}

SUITE("budget breakdowns", {"splits the budget of 2012", splits_the_budget_of_2012},
      {"follows the classes that are set", follows_the_classes_that_are_set},
      {"lists what was carried over", lists_what_was_carried_over},
      {"survives every failed allocation", survives_every_failed_allocation})
