/* Non-tax revenue over a real database file. */
#include <stdio.h>
#include <string.h>

#include "revenue.rpc.h"
#include "support/budget_calls.h"
#include "support/suite.h"

static void begin(struct budget_fixture *at, struct rpc_call *call)
{
    budget_open_fixture(at);
    calls_begin(call, at->db);
}

static void end(struct budget_fixture *at, struct rpc_call *call)
{
    calls_end(call);
    budget_close_fixture(at);
}

static enum status create(struct budget_fixture *at, struct rpc_call *call, const char *code,
                          int kind, const char *basis, budget_revenue_class **class)
{
    budget_create_revenue_class_request in = BUDGET_CREATE_REVENUE_CLASS_REQUEST_INIT;
    budget_create_revenue_class_response out = BUDGET_CREATE_REVENUE_CLASS_RESPONSE_INIT;
    in.code = string_borrow(code);
    in.publisher = string_borrow(seoul_bureau);
    in.label = string_borrow("임기제공무원 환급금");
    in.kind = (budget_revenue_kind)kind;
    in.legal_basis = string_borrow(basis);
    call_again(call);
    enum status status = budget_create_revenue_class(&at->budget, call, &in, &out);
    if (class != NULL) *class = out.revenue_class;
    return status;
}

struct recorded {
    const char *class;
    int32_t year;
    int action;
    int64_t amount_won;
    const char *day, *corrects;
};

static enum status record(struct budget_fixture *at, struct rpc_call *call,
                          const struct recorded *recorded, budget_revenue_record **made)
{
    budget_record_revenue_request in = BUDGET_RECORD_REVENUE_REQUEST_INIT;
    budget_record_revenue_response out = BUDGET_RECORD_REVENUE_RESPONSE_INIT;
    in.revenue_class = string_borrow(recorded->class);
    in.fiscal_year = recorded->year;
    in.action = (budget_revenue_action)recorded->action;
    in.amount_won = recorded->amount_won;
    in.day = string_borrow(recorded->day);
    in.corrects = string_borrow(recorded->corrects);
    call_again(call);
    enum status status = budget_record_revenue(&at->budget, call, &in, &out);
    if (made != NULL) *made = out.record;
    return status;
}

static const char refund[] = "revenueClasses/refund";
static const char fees[] = "revenueClasses/fees";

static void lay(struct budget_fixture *at, struct rpc_call *call)
{
    CU_ASSERT_EQUAL_FATAL(create(at, call, "refund", 6, "공무원연금법", NULL), OK);
    CU_ASSERT_EQUAL_FATAL(create(at, call, "fees", 2, "", NULL), OK);
    static const struct recorded records[] = {
        {refund, 2020, 1, 3000, "2020-02-01", ""}, {refund, 2020, 2, 1000, "2020-03-01", ""},
        {refund, 2020, 3, 500, "2020-06-01", ""},  {fees, 2020, 1, 1500, "2020-03-31", ""},
        {fees, 2020, 2, 1500, "2020-03-31", ""},   {fees, 2021, 1, 70, "2021-01-04", ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(records); i++)
        CU_ASSERT_EQUAL_FATAL(record(at, call, &records[i], NULL), OK);
}

static void adds_classes_with_their_law(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_revenue_class *class;
    begin(&at, &call);
    CU_ASSERT_EQUAL_FATAL(create(&at, &call, "refund", 6, "공무원연금법", &class), OK);
    CU_ASSERT_STRING_EQUAL(class->name, refund);
    CU_ASSERT_STRING_EQUAL(class->legal_basis, "공무원연금법");
    CU_ASSERT_EQUAL(create(&at, &call, "refund", 6, "공무원연금법", NULL), ALREADY_EXISTS);
    check_reason(&call, "CLASS_TAKEN", refund);
    CU_ASSERT_EQUAL(create(&at, &call, "rent", 4, "", NULL), INVALID_ARGUMENT);
    CU_ASSERT_TRUE(violates(&call, "legal_basis"));
    CU_ASSERT_EQUAL(create(&at, &call, "rent", 8, "공유재산법", NULL), INVALID_ARGUMENT);
    CU_ASSERT_TRUE(violates(&call, "kind"));
    end(&at, &call);
}

static void check_row(const budget_revenue_row *row, int64_t assessed, int64_t collected,
                      int64_t written_off, int64_t outstanding, int64_t rate)
{
    CU_ASSERT_EQUAL(row->assessed_won, assessed);
    CU_ASSERT_EQUAL(row->collected_won, collected);
    CU_ASSERT_EQUAL(row->written_off_won, written_off);
    CU_ASSERT_EQUAL(row->outstanding_won, outstanding);
    if (rate < 0) {
        CU_ASSERT_PTR_NULL(row->collection_rate);
    } else {
        CU_ASSERT_PTR_NOT_NULL_FATAL(row->collection_rate);
        CU_ASSERT_EQUAL(row->collection_rate->units, rate);
    }
}

static void list(struct budget_fixture *at, struct rpc_call *call, const char *as_of,
                 budget_list_revenue_response *out)
{
    budget_list_revenue_request in = BUDGET_LIST_REVENUE_REQUEST_INIT;
    *out = (budget_list_revenue_response)BUDGET_LIST_REVENUE_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    CU_ASSERT_EQUAL_FATAL(budget_list_revenue(&at->budget, call, &in, out), OK);
}

static void sums_classes_as_of_a_day(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_list_revenue_response out;
    begin(&at, &call);
    lay(&at, &call);
    list(&at, &call, "2020-03-31", &out);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, 2);
    CU_ASSERT_STRING_EQUAL(out.rows[0]->revenue_class->name, fees);
    CU_ASSERT_STRING_EQUAL(out.rows[0]->revenue_class->legal_basis, "지방자치법 제137조");
    check_row(out.rows[0], 1500, 1500, 0, 0, 1000);
    check_row(out.rows[1], 3000, 1000, 0, 2000, 333);
    check_row(out.total, 4500, 2500, 0, 2000, 556);
    list(&at, &call, "2020-12-31", &out);
    check_row(out.total, 4500, 2500, 500, 1500, 556);
    list(&at, &call, "2020-01-31", &out);
    check_row(out.total, 0, 0, 0, 0, -1);
    list(&at, &call, "2022-12-31", &out);
    CU_ASSERT_STRING_EQUAL(out.rows[0]->revenue_class->legal_basis, "지방자치법 제154조");
    budget_list_revenue_request in = BUDGET_LIST_REVENUE_REQUEST_INIT;
    protobuf_timestamp past = PROTOBUF_TIMESTAMP_INIT;
    in.as_of = string_borrow("2020-12-31");
    in.known_at = &past;
    out = (budget_list_revenue_response)BUDGET_LIST_REVENUE_RESPONSE_INIT;
    CU_ASSERT_EQUAL_FATAL(budget_list_revenue(&at.budget, &call, &in, &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    end(&at, &call);
}

/* A list that does not hold all is refused, not cut. */
static void refuses_more_classes_than_it_lists(void)
{
    static const struct db_sql many = {
        "many", "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted "
                "WHERE n < 10000) "
                "INSERT INTO budget_revenue_classes (code, publisher, label, kind, legal_basis, "
                "recorded_ms) SELECT 'many-' || n, '바다국', 'x', 1, '', 1 FROM counted"};
    struct budget_fixture at;
    struct rpc_call call;
    budget_list_revenue_response out;
    begin(&at, &call);
    lay(&at, &call);
    CU_ASSERT_EQUAL_FATAL(db_run_plain(at.db, &many), OK);
    budget_list_revenue_request in = BUDGET_LIST_REVENUE_REQUEST_INIT;
    in.as_of = string_borrow("2020-12-31");
    out = (budget_list_revenue_response)BUDGET_LIST_REVENUE_RESPONSE_INIT;
    CU_ASSERT_EQUAL(budget_list_revenue(&at.budget, &call, &in, &out), OUT_OF_RANGE);
    check_reason(&call, "", "more than 10000 classes");
    in.publisher = string_borrow("바다국");
    out = (budget_list_revenue_response)BUDGET_LIST_REVENUE_RESPONSE_INIT;
    call_again(&call);
    CU_ASSERT_EQUAL(budget_list_revenue(&at.budget, &call, &in, &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 10000);
    end(&at, &call);
}

static void refuses_bad_records(void)
{
    static const struct {
        struct recorded record;
        enum status status;
        const char *reason, *field;
    } cases[] = {
        {{refund, 2020, 1, 0, "2020-02-01", ""}, INVALID_ARGUMENT, "", "amount_won"},
        {{refund, 2020, 1, -1, "2020-02-01", ""}, INVALID_ARGUMENT, "", "amount_won"},
        {{refund, 2020, 4, 1, "2020-02-01", ""}, INVALID_ARGUMENT, "", "action"},
        {{refund, 2020, 1, 1, "2021-02-01", ""}, INVALID_ARGUMENT, "DATE_OUTSIDE_YEAR", "day"},
        {{"revenueClasses/x", 2020, 1, 1, "2020-02-01", ""}, NOT_FOUND, "CLASS_UNKNOWN", ""},
        {{"refund", 2020, 1, 1, "2020-02-01", ""}, NOT_FOUND, "CLASS_UNKNOWN", ""},
        {{refund, 2020, 2, 1501, "2020-07-01", ""},
         FAILED_PRECONDITION,
         "NOT_ASSESSED",
         "amount_won"},
        {{refund, 2020, 2, 1, "2020-01-31", ""}, FAILED_PRECONDITION, "NOT_ASSESSED", "amount_won"},
        {{refund, 2020, 1, INT64_MAX, "2020-02-01", ""}, OUT_OF_RANGE, "AMOUNT_OVERFLOW", ""},
        {{refund, 2020, 1, 1, "2020-02-01", "revenueRecords/99"}, NOT_FOUND, "RECORD_UNKNOWN", ""},
        {{refund, 2020, 1, 1, "2020-02-01", "1"}, NOT_FOUND, "RECORD_UNKNOWN", ""},
        {{refund, 2020, 2, 1, "2020-02-01", "revenueRecords/1"},
         INVALID_ARGUMENT,
         "NOT_CORRECTABLE",
         "corrects"},
        {{refund, 2020, 1, 1, "2020-01-31", "revenueRecords/1"},
         INVALID_ARGUMENT,
         "NOT_CORRECTABLE",
         "corrects"},
        {{refund, 2020, 1, 3001, "2020-02-01", "revenueRecords/1"},
         FAILED_PRECONDITION,
         "CORRECTED_ALREADY",
         "amount_won"},
        {{refund, 2020, 1, 1501, "2020-02-01", "revenueRecords/1"},
         FAILED_PRECONDITION,
         "NOT_ASSESSED",
         "amount_won"},
    };
    struct budget_fixture at;
    struct rpc_call call;
    budget_list_revenue_response out;
    begin(&at, &call);
    lay(&at, &call);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        enum status status = record(&at, &call, &cases[i].record, NULL);
        if (status != cases[i].status) (void)printf("\n    case %zu\n", i);
        CU_ASSERT_EQUAL(status, cases[i].status);
        check_reason(&call, cases[i].reason, "");
        if (cases[i].field[0] != '\0') CU_ASSERT_TRUE(violates(&call, cases[i].field));
    }
    list(&at, &call, "2020-12-31", &out);
    check_row(out.total, 4500, 2500, 500, 1500, 556);
    end(&at, &call);
}

static void takes_records_back(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_revenue_record *made;
    budget_list_revenue_response out;
    begin(&at, &call);
    lay(&at, &call);
    struct recorded wrong = {refund, 2020, 2, 400, "2020-04-01", "revenueRecords/2"};
    CU_ASSERT_EQUAL_FATAL(record(&at, &call, &wrong, &made), OK);
    CU_ASSERT_EQUAL(made->amount_won, -400);
    CU_ASSERT_STRING_EQUAL(made->corrects, "revenueRecords/2");
    wrong.corrects = made->name;
    CU_ASSERT_EQUAL(record(&at, &call, &wrong, NULL), INVALID_ARGUMENT);
    check_reason(&call, "NOT_CORRECTABLE", "");
    wrong.corrects = "revenueRecords/2";
    wrong.amount_won = 601;
    CU_ASSERT_EQUAL(record(&at, &call, &wrong, NULL), FAILED_PRECONDITION);
    check_reason(&call, "CORRECTED_ALREADY", "revenueRecords/2");
    wrong.amount_won = 600;
    CU_ASSERT_EQUAL(record(&at, &call, &wrong, NULL), OK);
    list(&at, &call, "2020-03-31", &out);
    CU_ASSERT_EQUAL(out.total->collected_won, 2500);
    list(&at, &call, "2020-04-01", &out);
    CU_ASSERT_EQUAL(out.total->collected_won, 1500);
    end(&at, &call);
}

static size_t records_listed(struct budget_fixture *at, struct rpc_call *call, const char *class,
                             int32_t year, const char *as_of, int32_t page_size)
{
    budget_list_revenue_records_request in = BUDGET_LIST_REVENUE_RECORDS_REQUEST_INIT;
    size_t count = 0;
    in.revenue_class = string_borrow(class);
    in.fiscal_year = year;
    in.as_of = string_borrow(as_of);
    in.page_size = page_size;
    for (int page = 0; page < 100; page++) {
        budget_list_revenue_records_response out = BUDGET_LIST_REVENUE_RECORDS_RESPONSE_INIT;
        CU_ASSERT_EQUAL_FATAL(budget_list_revenue_records(&at->budget, call, &in, &out), OK);
        count += out.n_records;
        if (out.next_page_token[0] == '\0') break;
        in.page_token = out.next_page_token;
    }
    return count;
}

static void pages_through_records(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    begin(&at, &call);
    lay(&at, &call);
    for (int32_t size = 0; size < 8; size++) {
        CU_ASSERT_EQUAL(records_listed(&at, &call, "", 0, "", size), 6);
        CU_ASSERT_EQUAL(records_listed(&at, &call, refund, 0, "", size), 3);
        CU_ASSERT_EQUAL(records_listed(&at, &call, fees, 2020, "", size), 2);
        CU_ASSERT_EQUAL(records_listed(&at, &call, "", 0, "2020-03-01", size), 2);
        CU_ASSERT_EQUAL(records_listed(&at, &call, "fees", 0, "", size), 0);
    }
    end(&at, &call);
}

static enum status sweep_create(struct budget_fixture *at, struct rpc_call *call)
{
    return create(at, call, "swept", 2, "", NULL);
}

static enum status sweep_record(struct budget_fixture *at, struct rpc_call *call)
{
    struct recorded wrong = {refund, 2020, 2, 400, "2020-04-01", "revenueRecords/2"};
    return record(at, call, &wrong, NULL);
}

static enum status sweep_list(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_revenue_request in = BUDGET_LIST_REVENUE_REQUEST_INIT;
    budget_list_revenue_response out = BUDGET_LIST_REVENUE_RESPONSE_INIT;
    in.as_of = string_borrow("2020-12-31");
    return budget_list_revenue(&at->budget, call, &in, &out);
}

static enum status sweep_records(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_revenue_records_request in = BUDGET_LIST_REVENUE_RECORDS_REQUEST_INIT;
    budget_list_revenue_records_response out = BUDGET_LIST_REVENUE_RECORDS_RESPONSE_INIT;
    in.page_size = 3;
    return budget_list_revenue_records(&at->budget, call, &in, &out);
}

static void survives_every_failed_allocation(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    begin(&at, &call);
    lay(&at, &call);
    static swept_call *const calls[] = {sweep_create, sweep_record, sweep_list, sweep_records};
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
        sweep_allocations(&at, calls[i]);
    end(&at, &call);
}

SUITE("budget revenue in the store", {"adds classes with their law", adds_classes_with_their_law},
      {"sums classes as of a day", sums_classes_as_of_a_day},
      {"refuses more classes than it lists", refuses_more_classes_than_it_lists},
      {"refuses bad records", refuses_bad_records}, {"takes records back", takes_records_back},
      {"pages through records", pages_through_records},
      {"survives every failed allocation", survives_every_failed_allocation})
