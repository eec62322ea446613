/* The answers of the budget service over a real database file: lines, entries, funds; and every
 * handler with every allocation failing. */
#include <stdio.h>
#include <string.h>

#include "support/budget_reports.h"
#include "support/suite.h"

static int64_t number_of(struct db *db, const struct db_sql *sql)
{
    int64_t number = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &number, sql, NULL, 0), OK);
    return number;
}

static const struct db_sql count_entries = {"count_entries", "SELECT count(*) FROM budget_entries"};

static budget_get_line_response get_line(struct rpc_call *call, struct budget_fixture *at,
                                         const char *name, enum status expected)
{
    budget_get_line_request in = BUDGET_GET_LINE_REQUEST_INIT;
    budget_get_line_response out = BUDGET_GET_LINE_RESPONSE_INIT;
    in.name = string_borrow(name);
    CU_ASSERT_EQUAL_FATAL(budget_get_line(&at->budget, call, &in, &out), expected);
    return out;
}

static void names_lines_and_says_what_they_stand_at(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2012(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    calls_begin(&call, at.db);
    const budget_line *line = get_line(&call, &at, "lines/2012-general-0005", OK).line;
    CU_ASSERT_STRING_EQUAL(line->label, seoul_2012_rows[4].label);
    CU_ASSERT_STRING_EQUAL(line->parent, "lines/2012-general-0004");
    CU_ASSERT_STRING_EQUAL(line->publisher, seoul_bureau);
    CU_ASSERT_EQUAL(line->fiscal_year, 2012);
    CU_ASSERT_EQUAL(line->position, 5);
    CU_ASSERT_EQUAL(line->depth, 2);
    CU_ASSERT_EQUAL(line->current_won, INT64_C(3825986000));
    CU_ASSERT_EQUAL(line->citation->line, 49);
    CU_ASSERT_TRUE(get_line(&call, &at, "lines/2012-general-0002", OK).line->memo);
    line = get_line(&call, &at, "lines/2011-general-0044", OK).line;
    CU_ASSERT_EQUAL(line->current_won, INT64_C(64457000));
    /* The balance is that of the last snapshot; a line that came later has the next free code. */
    line = get_line(&call, &at, "lines/2024-general-0001", OK).line;
    CU_ASSERT_EQUAL(line->current_won, INT64_C(9623000));
    CU_ASSERT_EQUAL(line->committed_won, INT64_C(5002000));
    CU_ASSERT_EQUAL(line->spent_won, INT64_C(4456000));
    line = get_line(&call, &at, "lines/2024-general-0006", OK).line;
    CU_ASSERT_STRING_EQUAL(line->label, "축제");
    CU_ASSERT_STRING_EQUAL(line->parent, "lines/2024-general-0002");
    (void)get_line(&call, &at, "lines/2024-general-0007", NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(rpc_fault(&call)->message, "there is no lines/2024-general-0007");
    calls_end(&call);
    budget_close_fixture(&at);
}

static void posts_what_a_total_prints_beyond_its_parts(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(&at, NULL), OK);
    calls_begin(&call, at.db);
    budget_list_entries_request in = BUDGET_LIST_ENTRIES_REQUEST_INIT;
    budget_list_entries_response out = BUDGET_LIST_ENTRIES_RESPONSE_INIT;
    in.line = string_borrow("lines/2020-general-0001");
    CU_ASSERT_EQUAL_FATAL(budget_list_entries(&at.budget, &call, &in, &out), OK);
    /* 30,677,774 is printed where the departments add up to 30,677,773; 22,603,968 for …969. */
    CU_ASSERT_EQUAL_FATAL(out.n_entries, 2);
    CU_ASSERT_EQUAL(out.entries[0]->kind, BUDGET_ENTRY_KIND_COMMITMENT);
    CU_ASSERT_EQUAL(out.entries[0]->amount_won, 1000);
    CU_ASSERT_TRUE(out.entries[0]->rounding);
    CU_ASSERT_EQUAL(out.entries[1]->kind, BUDGET_ENTRY_KIND_EXPENDITURE);
    CU_ASSERT_EQUAL(out.entries[1]->amount_won, -1000);
    CU_ASSERT_STRING_EQUAL(out.entries[1]->effective_date, "2020-03-31");
    CU_ASSERT_EQUAL(out.entries[1]->citation->table_row, 2);
    CU_ASSERT_EQUAL(out.entries[1]->citation->table_column, 4);
    CU_ASSERT_EQUAL(out.entries[1]->citation->line, 137);
    calls_end(&call);
    budget_close_fixture(&at);
}

/* Reads all pages of lines, each page checked against its size. */
static int pages_of_lines(struct rpc_call *call, struct budget_fixture *at, int32_t year,
                          const char *publisher, int32_t size)
{
    budget_list_lines_request in = BUDGET_LIST_LINES_REQUEST_INIT;
    int lines = 0;
    in.fiscal_year = year;
    in.publisher = string_borrow(publisher);
    in.page_size = size;
    for (int page = 0; page < 100; page++) {
        budget_list_lines_response out = BUDGET_LIST_LINES_RESPONSE_INIT;
        CU_ASSERT_EQUAL_FATAL(budget_list_lines(&at->budget, call, &in, &out), OK);
        CU_ASSERT_TRUE(out.n_lines <= (size_t)size);
        for (size_t i = 0; i < out.n_lines && publisher[0] != '\0'; i++)
            CU_ASSERT_EQUAL(out.lines[i]->position, ++lines);
        if (publisher[0] == '\0') lines += (int)out.n_lines;
        if (out.next_page_token[0] == '\0') return lines;
        CU_ASSERT_EQUAL(out.n_lines, (size_t)size);
        in.page_token = out.next_page_token;
    }
    return -1;
}

static int pages_of_entries(struct rpc_call *call, struct budget_fixture *at, const char *as_of,
                            int32_t size)
{
    budget_list_entries_request in = BUDGET_LIST_ENTRIES_REQUEST_INIT;
    int entries = 0;
    char last[16] = "";
    in.as_of = string_borrow(as_of);
    in.page_size = size;
    for (int page = 0; page < 1000; page++) {
        budget_list_entries_response out = BUDGET_LIST_ENTRIES_RESPONSE_INIT;
        CU_ASSERT_EQUAL_FATAL(budget_list_entries(&at->budget, call, &in, &out), OK);
        for (size_t i = 0; i < out.n_entries; i++, entries++) {
            CU_ASSERT_TRUE(strcmp(out.entries[i]->effective_date, last) >= 0);
            (void)snprintf(last, sizeof last, "%s", out.entries[i]->effective_date);
        }
        if (out.next_page_token[0] == '\0') return entries;
        CU_ASSERT_EQUAL(out.n_entries, (size_t)size);
        in.page_token = out.next_page_token;
    }
    return -1;
}

static void pages_through_lines_and_entries(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2012(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    calls_begin(&call, at.db);
    static const int32_t sizes[] = {1, 2, 7, 44, 45, 1000};
    int64_t entries = number_of(at.db, &count_entries);
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        CU_ASSERT_EQUAL(pages_of_lines(&call, &at, 2012, seoul_bureau, sizes[i]), SEOUL_2012_ROWS);
        CU_ASSERT_EQUAL(pages_of_lines(&call, &at, 2011, seoul_bureau, sizes[i]), SEOUL_2012_ROWS);
        CU_ASSERT_EQUAL(pages_of_lines(&call, &at, 0, seoul_bureau, sizes[i]), SEOUL_2020_ROWS);
        CU_ASSERT_EQUAL(pages_of_lines(&call, &at, 0, "", sizes[i]), 5);
        CU_ASSERT_EQUAL(pages_of_lines(&call, &at, 1999, "", sizes[i]), 0);
        CU_ASSERT_EQUAL(pages_of_entries(&call, &at, "", sizes[i]), entries);
        CU_ASSERT_EQUAL(pages_of_entries(&call, &at, "2010-12-31", sizes[i]), 0);
    }
    static const char *const tokens[] = {"x", "2012-", "2012-999999", "2011-1x", "-1", "2012-1-1"};
    for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++) {
        budget_list_lines_request lines = BUDGET_LIST_LINES_REQUEST_INIT;
        budget_list_lines_response lines_out = BUDGET_LIST_LINES_RESPONSE_INIT;
        lines.page_token = string_borrow(tokens[i]);
        CU_ASSERT_EQUAL(budget_list_lines(&at.budget, &call, &lines, &lines_out), INVALID_ARGUMENT);
        budget_list_entries_request list = BUDGET_LIST_ENTRIES_REQUEST_INIT;
        budget_list_entries_response list_out = BUDGET_LIST_ENTRIES_RESPONSE_INIT;
        list.page_token = string_borrow(tokens[i]);
        CU_ASSERT_EQUAL(budget_list_entries(&at.budget, &call, &list, &list_out), INVALID_ARGUMENT);
    }
    calls_end(&call);
    budget_close_fixture(&at);
}

static void list_funds(struct rpc_call *call, struct budget_fixture *at, const char *as_of,
                       budget_list_funds_response *out)
{
    budget_list_funds_request in = BUDGET_LIST_FUNDS_REQUEST_INIT;
    *out = (budget_list_funds_response)BUDGET_LIST_FUNDS_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    CU_ASSERT_EQUAL_FATAL(budget_list_funds(&at->budget, call, &in, out), OK);
}

static void shows_the_fund_of_2020(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_list_funds_response out;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(&at, NULL), OK);
    calls_begin(&call, at.db);
    static const struct {
        const char *account;
        int64_t budget_won, executed_won, rate;
        size_t items;
    } expected[] = {
        {"재난계정 (시민소통)", 1324280000, 1199120600, 905, 8},
        {"재난계정 (뉴미디어)", 172590000, 170680000, 989, 4},
        {"구호계정 (시민소통)", 370000000, 0, 0, 0},
    };
    list_funds(&call, &at, "2020-04-13", &out);
    CU_ASSERT_EQUAL_FATAL(out.n_accounts, ARRAY_LENGTH(expected));
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        const budget_fund_account *account = out.accounts[i];
        CU_ASSERT_STRING_EQUAL(account->fund, "재난기금");
        CU_ASSERT_STRING_EQUAL(account->account, expected[i].account);
        CU_ASSERT_EQUAL(account->budget_won, expected[i].budget_won);
        CU_ASSERT_EQUAL(account->executed_won, expected[i].executed_won);
        CU_ASSERT_EQUAL(account->execution_rate->units, expected[i].rate);
        CU_ASSERT_EQUAL(account->n_items, expected[i].items);
        CU_ASSERT_STRING_EQUAL(account->as_of, "2020-04-13");
    }
    const budget_fund_item *item = out.accounts[0]->items[1];
    CU_ASSERT_STRING_EQUAL(item->label, "코로나19 예방수칙 등 홍보물(포스터) 배포");
    CU_ASSERT_EQUAL(item->amount_won, 74100000);
    CU_ASSERT_EQUAL(item->citation->line, 1267);
    CU_ASSERT_EQUAL(item->citation->table_row, 4);
    CU_ASSERT_EQUAL(item->citation->table_column, 3);
    list_funds(&call, &at, "", &out);
    CU_ASSERT_EQUAL(out.n_accounts, ARRAY_LENGTH(expected));
    list_funds(&call, &at, "2020-04-12", &out);
    CU_ASSERT_EQUAL(out.n_accounts, 0);
    calls_end(&call);
    budget_close_fixture(&at);
}

static void shows_a_fund_as_last_reported(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_list_funds_response out;
    static const char *const may[] = {"구분|내역|금액|비고", "1계정|관광기금 예산|900|",
                                      "^|안내판|300|", "^|계|300|", "2계정|관광기금 예산|x|"};
    static const char *const july[] = {"구분|내역|금액|비고", "1계정|관광기금 예산|900|",
                                       "^|안내판|300|", "^|행사|200|", "^|계|500|"};
    struct printed_table tables[] = {
        {.title = "기금",
         .unit = "백만원",
         .day = "2024-05-31",
         .heading_rows = 1,
         .line = 5,
         .rows = may,
         .row_count = ARRAY_LENGTH(may)},
        {.title = "기금",
         .unit = "백만원",
         .day = "2024-07-31",
         .heading_rows = 1,
         .line = 5,
         .rows = july,
         .row_count = ARRAY_LENGTH(july)},
    };
    struct printed_report reports[] = {{"a", "관광과", "2024-06-30", 'a', &tables[0], 1},
                                       {"b", "관광과", "2024-08-31", 'b', &tables[1], 1}};
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_report(&at, &reports[1], NULL), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_report(&at, &reports[0], NULL), OK);
    calls_begin(&call, at.db);
    static const struct {
        const char *as_of;
        size_t accounts, items;
    } expected[] = {{"", 1, 2}, {"2024-05-30", 0, 0}, {"2024-05-31", 1, 1}, {"2024-07-31", 1, 2}};
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        list_funds(&call, &at, expected[i].as_of, &out);
        CU_ASSERT_EQUAL_FATAL(out.n_accounts, expected[i].accounts);
        if (out.n_accounts == 0) continue;
        CU_ASSERT_EQUAL(out.accounts[0]->n_items, expected[i].items);
        CU_ASSERT_EQUAL(out.accounts[0]->budget_won, 900000000);
    }
    calls_end(&call);
    budget_close_fixture(&at);
}

/* What a request does with an allocation that fails. */
typedef enum status sweep_call(struct budget_fixture *at, struct rpc_call *call);

static enum status sweep_line(struct budget_fixture *at, struct rpc_call *call)
{
    budget_get_line_request in = BUDGET_GET_LINE_REQUEST_INIT;
    budget_get_line_response out = BUDGET_GET_LINE_RESPONSE_INIT;
    in.name = string_borrow("lines/2024-general-0002");
    return budget_get_line(&at->budget, call, &in, &out);
}

static enum status sweep_lines(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_lines_request in = BUDGET_LIST_LINES_REQUEST_INIT;
    budget_list_lines_response out = BUDGET_LIST_LINES_RESPONSE_INIT;
    in.page_size = 3;
    return budget_list_lines(&at->budget, call, &in, &out);
}

static enum status sweep_entries(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_entries_request in = BUDGET_LIST_ENTRIES_REQUEST_INIT;
    budget_list_entries_response out = BUDGET_LIST_ENTRIES_RESPONSE_INIT;
    in.page_size = 3;
    return budget_list_entries(&at->budget, call, &in, &out);
}

static enum status sweep_execution(struct budget_fixture *at, struct rpc_call *call)
{
    budget_get_execution_response out;
    return budget_ask_execution(call, at, "2024-06-30", "", &out);
}

static enum status sweep_comparison(struct budget_fixture *at, struct rpc_call *call)
{
    budget_get_comparison_response out;
    return budget_ask_comparison(call, at, "2025-06-30", &out);
}

static enum status sweep_funds(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_funds_request in = BUDGET_LIST_FUNDS_REQUEST_INIT;
    budget_list_funds_response out = BUDGET_LIST_FUNDS_RESPONSE_INIT;
    return budget_list_funds(&at->budget, call, &in, &out);
}

static const char *const sweep_comparison_rows[] = {
    "구분|2025 예산액|2024 예산액|증감액|%", "총계|9,001|9,123|△122|△1.3",
    "홍보과|5,501|5,023|478|9.5", "소통과|3,500|4,100|△600|△14.6"};
static const char *const sweep_fund_rows[] = {"구분|내역|금액", "1계정|관광기금 예산|900",
                                              "^|안내판|300"};

static enum status sweep_put(struct budget_fixture *at, struct rpc_call *call)
{
    (void)call;
    return budget_put_request(at, at->prepared, NULL);
}

static void sweep_prepare(struct budget_fixture *at)
{
    struct printed_table tables[] = {
        {.title = "",
         .unit = "천원",
         .day = "",
         .heading_rows = 1,
         .line = 5,
         .rows = sweep_comparison_rows,
         .row_count = ARRAY_LENGTH(sweep_comparison_rows)},
        {.title = "기금",
         .unit = "원",
         .day = "",
         .heading_rows = 1,
         .line = 15,
         .rows = sweep_fund_rows,
         .row_count = ARRAY_LENGTH(sweep_fund_rows)},
    };
    struct printed_report report = {"sweep", "소통관", "2025-01-31", 'd', tables, 2};
    at->prepared = budget_report_request(at, &report);
}

/* Runs a call again and again, the first, second, third … allocation in it failing. */
static void sweep(struct budget_fixture *at, sweep_call *run)
{
    enum { ALLOCATIONS_MAX = 20000 };
    bool finished = false;
    for (long nth = 1; nth < ALLOCATIONS_MAX && !finished; nth++) {
        struct rpc_call call;
        calls_begin(&call, at->db);
        (void)alloc_fail_at(nth);
        enum status status = run(at, &call);
        (void)alloc_fail_at(0);
        if (status != OK && status != RESOURCE_EXHAUSTED)
            (void)printf("allocation %ld: %s\n", nth, status_name(status));
        CU_ASSERT_TRUE(status == OK || status == RESOURCE_EXHAUSTED);
        finished = status == OK;
        calls_end(&call);
    }
    CU_ASSERT_TRUE(finished);
}

static void survives_every_failed_allocation(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    sweep_prepare(&at);
    static sweep_call *const calls[] = {sweep_put,     sweep_line,      sweep_lines,
                                        sweep_entries, sweep_execution, sweep_comparison,
                                        sweep_funds};
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
        sweep(&at, calls[i]);
    budget_check_both_days(&at);
    budget_close_fixture(&at);
}

SUITE("budget answers",
      {"names lines and says what they stand at", names_lines_and_says_what_they_stand_at},
      {"posts what a total prints beyond its parts", posts_what_a_total_prints_beyond_its_parts},
      {"pages through lines and entries", pages_through_lines_and_entries},
      {"shows the fund of 2020", shows_the_fund_of_2020},
      {"shows a fund as last reported", shows_a_fund_as_last_reported},
      {"survives every failed allocation", survives_every_failed_allocation})
