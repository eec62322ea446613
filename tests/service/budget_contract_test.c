/* Contracts, procedures and warnings over a real database file. */
#include <stdio.h>
#include <string.h>

#include "contract.rpc.h"
#include "support/budget_calls.h"
#include "support/budget_ledgers.h"
#include "support/suite.h"

enum { MILLION = 1000000 };

static int64_t number_of(struct db *db, const char *text)
{
    struct db_sql sql = {text, text};
    int64_t number = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &number, &sql, NULL, 0), OK);
    return number;
}

static const char count_contracts[] = "SELECT count(*) FROM budget_contracts";

/* A request with its messages. */
struct drafted {
    budget_contract_terms terms;
    budget_vendor vendor;
};

static void draft_begin(struct drafted *draft)
{
    draft->vendor = (budget_vendor)BUDGET_VENDOR_INIT;
    draft->vendor.code = string_borrow("1018200001");
    draft->vendor.name = string_borrow("한빛인쇄");
    draft->terms = (budget_contract_terms)BUDGET_CONTRACT_TERMS_INIT;
    draft->terms.line = string_borrow("lines/2020-general-0004");
    draft->terms.title = string_borrow("홍보물 인쇄");
    draft->terms.vendor = &draft->vendor;
    draft->terms.kind = BUDGET_CONTRACT_KIND_GOODS;
    draft->terms.method = BUDGET_CONTRACT_METHOD_SMALL_SUM;
    draft->terms.amount_won = 22 * MILLION;
    draft->terms.contract_date = string_borrow("2020-03-02");
}

static enum status record(struct budget_fixture *at, struct rpc_call *call, struct drafted *draft,
                          budget_contract **contract)
{
    budget_record_contract_request in = BUDGET_RECORD_CONTRACT_REQUEST_INIT;
    budget_record_contract_response out = BUDGET_RECORD_CONTRACT_RESPONSE_INIT;
    in.terms = &draft->terms;
    call_again(call);
    enum status status = budget_record_contract(&at->budget, call, &in, &out);
    if (contract != NULL) *contract = out.contract;
    return status;
}

static void records_and_shows_contracts(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    struct drafted draft;
    budget_contract *made;
    budget_calls_begin(&at, &call);
    draft_begin(&draft);
    CU_ASSERT_EQUAL_FATAL(record(&at, &call, &draft, &made), OK);
    CU_ASSERT_STRING_EQUAL(made->name, "contracts/1");
    CU_ASSERT_EQUAL(made->price_won, 20 * MILLION);
    budget_get_contract_request get = BUDGET_GET_CONTRACT_REQUEST_INIT;
    budget_get_contract_response got = BUDGET_GET_CONTRACT_RESPONSE_INIT;
    get.name = made->name;
    CU_ASSERT_EQUAL_FATAL(budget_get_contract(&at.budget, &call, &get, &got), OK);
    CU_ASSERT_STRING_EQUAL(got.contract->terms->line, draft.terms.line);
    CU_ASSERT_STRING_EQUAL(got.contract->terms->title, "홍보물 인쇄");
    CU_ASSERT_STRING_EQUAL(got.contract->terms->vendor->name, "한빛인쇄");
    CU_ASSERT_EQUAL(got.contract->terms->amount_won, 22 * MILLION);
    CU_ASSERT_STRING_EQUAL(got.contract->terms->entry, "");
    CU_ASSERT_PTR_NULL(got.contract->withdrawn_time);
    get.name = string_borrow("contracts/2");
    CU_ASSERT_EQUAL(budget_get_contract(&at.budget, &call, &get, &got), NOT_FOUND);
    check_reason(&call, "CONTRACT_UNKNOWN", "contracts/2");
    budget_calls_end(&at, &call);
}

/* A change of the draft, and what recording it says. */
static void refuses_bad_contracts(void)
{
    static const struct {
        const char *line, *date, *entry, *procedure;
        int64_t amount_won;
        int kind, method, vendor_class, tax_basis;
        enum status status;
        const char *reason, *field, *words;
    } cases[] = {
        {"lines/2020-general-9999", "2020-03-02", "", "", 1, 1, 1, 0, 0, NOT_FOUND, "LINE_UNKNOWN",
         "", "lines/2020-general-9999"},
        {"", "2020-03-02", "", "", 0, 1, 1, 0, 0, INVALID_ARGUMENT, "", "terms.amount_won", ""},
        {"", "2020-03-02", "", "", -5, 1, 1, 0, 0, INVALID_ARGUMENT, "", "terms.amount_won", ""},
        {"", "2021-03-02", "", "", 1, 1, 1, 0, 0, INVALID_ARGUMENT, "DATE_OUTSIDE_YEAR",
         "terms.contract_date", ""},
        {"", "2020-03-02", "", "", 1, 5, 1, 0, 0, INVALID_ARGUMENT, "", "terms.kind", ""},
        {"", "2020-03-02", "", "", 1, 1, 6, 0, 0, INVALID_ARGUMENT, "", "terms.method", ""},
        {"", "2020-03-02", "", "", 1, 1, 1, 7, 0, INVALID_ARGUMENT, "", "terms.vendor.vendor_class",
         ""},
        {"", "2020-03-02", "", "", 1, 1, 1, 0, 3, INVALID_ARGUMENT, "", "terms.tax_basis", ""},
        {"", "2020-03-02", "", "", 22000001, 1, 2, 0, 0, FAILED_PRECONDITION, "METHOD_NOT_ALLOWED",
         "terms.amount_won", "20,000,001"},
        {"", "2020-03-02", "", "", 20000001, 1, 2, 0, 2, FAILED_PRECONDITION, "METHOD_NOT_ALLOWED",
         "terms.amount_won", "20,000,000"},
        {"", "2020-03-02", "", "", 40000000, 1, 3, 0, 0, FAILED_PRECONDITION, "METHOD_NOT_ALLOWED",
         "terms.vendor.vendor_class", "prefers"},
        {"", "2020-03-02", "", "", 66000000, 1, 3, 1, 0, FAILED_PRECONDITION, "METHOD_NOT_ALLOWED",
         "terms.amount_won", "50,000,000"},
        {"", "2020-03-02", "", "", 1, 2, 4, 0, 0, FAILED_PRECONDITION, "METHOD_NOT_ALLOWED",
         "terms.procedure", "0 of the 2"},
        {"", "2020-03-02", "", "", 1, 4, 1, 0, 0, FAILED_PRECONDITION, "METHOD_NOT_ALLOWED",
         "terms.method", "press foundation"},
        {"", "2020-03-02", "", "", 1, 1, 5, 0, 0, FAILED_PRECONDITION, "METHOD_NOT_ALLOWED",
         "terms.kind", "press foundation"},
        {"", "2020-03-02", "", "procedures/9", 1, 1, 1, 0, 0, NOT_FOUND, "PROCEDURE_UNKNOWN", "",
         "procedures/9"},
        {"", "2020-03-02", "entries/x", "", 1, 1, 1, 0, 0, NOT_FOUND, "ENTRY_UNKNOWN", "",
         "entries/x"},
        {"", "2020-03-02", "entries/1", "", 1, 1, 1, 0, 0, FAILED_PRECONDITION, "NOT_A_COMMITMENT",
         "terms.entry", "entries/1"},
    };
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct drafted draft;
        draft_begin(&draft);
        if (cases[i].line[0] != '\0') draft.terms.line = string_borrow(cases[i].line);
        draft.terms.contract_date = string_borrow(cases[i].date);
        draft.terms.entry = string_borrow(cases[i].entry);
        draft.terms.procedure = string_borrow(cases[i].procedure);
        draft.terms.amount_won = cases[i].amount_won;
        draft.terms.kind = (budget_contract_kind)cases[i].kind;
        draft.terms.method = (budget_contract_method)cases[i].method;
        draft.vendor.vendor_class = (budget_vendor_class)cases[i].vendor_class;
        draft.terms.tax_basis = (budget_tax_basis)cases[i].tax_basis;
        enum status status = record(&at, &call, &draft, NULL);
        if (status != cases[i].status) (void)printf("\n    case %zu\n", i);
        CU_ASSERT_EQUAL(status, cases[i].status);
        check_reason(&call, cases[i].reason, cases[i].words);
        if (cases[i].field[0] != '\0') CU_ASSERT_TRUE(violates(&call, cases[i].field));
        CU_ASSERT_EQUAL(number_of(at.db, count_contracts), 0);
    }
    budget_calls_end(&at, &call);
}

static void checks_without_recording(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    struct drafted draft;
    budget_calls_begin(&at, &call);
    draft_begin(&draft);
    budget_check_contract_request in = BUDGET_CHECK_CONTRACT_REQUEST_INIT;
    budget_check_contract_response out = BUDGET_CHECK_CONTRACT_RESPONSE_INIT;
    in.terms = &draft.terms;
    draft.terms.amount_won = 33 * MILLION;
    draft.vendor.vendor_class = BUDGET_VENDOR_CLASS_WOMEN;
    CU_ASSERT_EQUAL_FATAL(budget_check_contract(&at.budget, &call, &in, &out), OK);
    CU_ASSERT_FALSE(out.allowed);
    CU_ASSERT_EQUAL(out.price_won, 30 * MILLION);
    CU_ASSERT_EQUAL_FATAL(out.n_findings, 1);
    CU_ASSERT_STRING_EQUAL(out.findings[0]->reason, "PRICE_OVER_LIMIT");
    CU_ASSERT_EQUAL(out.findings[0]->limit_won, 20 * MILLION);
    CU_ASSERT_EQUAL_FATAL(out.n_allowed_methods, 2);
    CU_ASSERT_EQUAL(out.allowed_methods[0], BUDGET_CONTRACT_METHOD_COMPETITIVE);
    CU_ASSERT_EQUAL(out.allowed_methods[1], BUDGET_CONTRACT_METHOD_PREFERRED_VENDOR);
    CU_ASSERT_EQUAL(number_of(at.db, count_contracts), 0);
    budget_calls_end(&at, &call);
}

static budget_procedure *open_procedure(struct budget_fixture *at, struct rpc_call *call)
{
    budget_open_procedure_request in = BUDGET_OPEN_PROCEDURE_REQUEST_INIT;
    budget_open_procedure_response out = BUDGET_OPEN_PROCEDURE_RESPONSE_INIT;
    in.line = budget_line_2020(at, ROW_HALL);
    in.title = string_borrow("권역별 시민청 조성 기본구상 및 타당성 조사 연구 용역");
    in.amount_won = 120 * MILLION;
    CU_ASSERT_EQUAL_FATAL(budget_open_procedure(&at->budget, call, &in, &out), OK);
    CU_ASSERT_EQUAL_FATAL(out.procedure->n_next_stages, 2);
    CU_ASSERT_EQUAL(out.procedure->next_stages[0], BUDGET_PROCEDURE_STAGE_REVIEWED);
    return out.procedure;
}

static enum status move(struct budget_fixture *at, struct rpc_call *call, const char *name,
                        int stage, const char *day, budget_procedure **procedure)
{
    budget_record_stage_request in = BUDGET_RECORD_STAGE_REQUEST_INIT;
    budget_record_stage_response out = BUDGET_RECORD_STAGE_RESPONSE_INIT;
    in.name = string_borrow(name);
    in.stage = (budget_procedure_stage)stage;
    in.day = string_borrow(day);
    call_again(call);
    enum status status = budget_record_stage(&at->budget, call, &in, &out);
    if (procedure != NULL) *procedure = out.procedure;
    return status;
}

/* The report of 2020 Ⅲ1④: passed the board on 2019-09-20, two notices in February and March that
 * failed, negotiated from April on. */
static void takes_a_service_contract_through_its_stages(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    struct drafted draft;
    budget_procedure *procedure;
    budget_contract *made;
    budget_calls_begin(&at, &call);
    const char *name = open_procedure(&at, &call)->name;
    static const struct {
        int stage;
        const char *day;
    } stages[] = {{1, "2019-09-20"},
                  {2, "2020-02-10"},
                  {3, "2020-02-24"},
                  {2, "2020-03-02"},
                  {3, "2020-03-16"}};
    for (size_t i = 0; i < ARRAY_LENGTH(stages); i++) {
        CU_ASSERT_EQUAL(move(&at, &call, name, 5, stages[i].day, NULL), FAILED_PRECONDITION);
        check_reason(&call, "STAGE_OUT_OF_ORDER", "");
        CU_ASSERT_TRUE(violates(&call, "stage"));
        CU_ASSERT_EQUAL_FATAL(move(&at, &call, name, stages[i].stage, stages[i].day, NULL), OK);
    }
    draft_begin(&draft);
    draft.terms.line = budget_line_2020(&at, ROW_HALL);
    draft.terms.kind = BUDGET_CONTRACT_KIND_SERVICE;
    draft.terms.method = BUDGET_CONTRACT_METHOD_FAILED_BIDS;
    draft.terms.amount_won = 120 * MILLION;
    draft.terms.contract_date = string_borrow("2020-04-10");
    draft.terms.procedure = string_borrow(name);
    CU_ASSERT_EQUAL(record(&at, &call, &draft, NULL), FAILED_PRECONDITION);
    check_reason(&call, "STAGE_OUT_OF_ORDER", name);
    CU_ASSERT_EQUAL(move(&at, &call, name, 5, "2020-03-15", NULL), FAILED_PRECONDITION);
    CU_ASSERT_TRUE(violates(&call, "day"));
    CU_ASSERT_EQUAL_FATAL(move(&at, &call, name, 5, "2020-04-01", &procedure), OK);
    CU_ASSERT_EQUAL(procedure->failed_count, 2);
    CU_ASSERT_EQUAL(procedure->n_stages, 6);
    CU_ASSERT_STRING_EQUAL(procedure->stages[0]->day, "2019-09-20");
    CU_ASSERT_EQUAL(move(&at, &call, name, 6, "2020-04-10", NULL), FAILED_PRECONDITION);
    draft.terms.line = budget_line_2020(&at, ROW_MEDIA);
    CU_ASSERT_EQUAL(record(&at, &call, &draft, NULL), INVALID_ARGUMENT);
    check_reason(&call, "PROCEDURE_OF_ANOTHER_LINE", "");
    draft.terms.line = budget_line_2020(&at, ROW_HALL);
    CU_ASSERT_EQUAL_FATAL(record(&at, &call, &draft, &made), OK);
    CU_ASSERT_EQUAL(record(&at, &call, &draft, NULL), FAILED_PRECONDITION);
    check_reason(&call, "STAGE_OUT_OF_ORDER", "");
    budget_get_procedure_request get = BUDGET_GET_PROCEDURE_REQUEST_INIT;
    budget_get_procedure_response got = BUDGET_GET_PROCEDURE_RESPONSE_INIT;
    get.name = string_borrow(name);
    CU_ASSERT_EQUAL_FATAL(budget_get_procedure(&at.budget, &call, &get, &got), OK);
    CU_ASSERT_EQUAL(got.procedure->stage, BUDGET_PROCEDURE_STAGE_CONTRACTED);
    CU_ASSERT_STRING_EQUAL(got.procedure->contract, made->name);
    CU_ASSERT_EQUAL(got.procedure->n_next_stages, 0);
    budget_list_procedures_request list = BUDGET_LIST_PROCEDURES_REQUEST_INIT;
    budget_list_procedures_response listed = BUDGET_LIST_PROCEDURES_RESPONSE_INIT;
    list.page_size = 1;
    (void)open_procedure(&at, &call);
    CU_ASSERT_EQUAL_FATAL(budget_list_procedures(&at.budget, &call, &list, &listed), OK);
    CU_ASSERT_EQUAL_FATAL(listed.n_procedures, 1);
    list.page_token = listed.next_page_token;
    listed = (budget_list_procedures_response)BUDGET_LIST_PROCEDURES_RESPONSE_INIT;
    CU_ASSERT_EQUAL_FATAL(budget_list_procedures(&at.budget, &call, &list, &listed), OK);
    CU_ASSERT_STRING_EQUAL(listed.procedures[listed.n_procedures - 1]->name, "procedures/2");
    listed = (budget_list_procedures_response)BUDGET_LIST_PROCEDURES_RESPONSE_INIT;
    list = (budget_list_procedures_request)BUDGET_LIST_PROCEDURES_REQUEST_INIT;
    list.open = true;
    CU_ASSERT_EQUAL_FATAL(budget_list_procedures(&at.budget, &call, &list, &listed), OK);
    CU_ASSERT_EQUAL(listed.n_procedures, 1);
    budget_calls_end(&at, &call);
}

static void binds_contracts_to_commitments(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    struct drafted draft;
    budget_calls_begin(&at, &call);
    char *line = budget_line_2020(&at, ROW_GRANT);
    int64_t entry = number_of(
        at.db, "SELECT entry.id FROM budget_entries AS entry JOIN budget_lines AS line ON line.id "
               "= entry.line_id WHERE line.name = 'lines/2020-general-0005' AND kind = 3");
    draft_begin(&draft);
    draft.terms.line = line;
    draft.terms.kind = BUDGET_CONTRACT_KIND_SERVICE;
    draft.terms.method = BUDGET_CONTRACT_METHOD_COMPETITIVE;
    draft.terms.entry = arena_printf(&at.arena, "entries/%d", (int)entry);
    draft.terms.amount_won = INT64_C(9703353000) - 1;
    CU_ASSERT_EQUAL_FATAL(record(&at, &call, &draft, NULL), OK);
    draft.terms.amount_won = 2;
    CU_ASSERT_EQUAL(record(&at, &call, &draft, NULL), FAILED_PRECONDITION);
    check_reason(&call, "COMMITMENT_EXCEEDED", "9703353000");
    CU_ASSERT_TRUE(violates(&call, "terms.amount_won"));
    draft.terms.amount_won = 1;
    CU_ASSERT_EQUAL(record(&at, &call, &draft, NULL), OK);
    draft.terms.line = budget_line_2020(&at, ROW_HALL);
    CU_ASSERT_EQUAL(record(&at, &call, &draft, NULL), FAILED_PRECONDITION);
    check_reason(&call, "NOT_A_COMMITMENT", "");
    /* Nothing of a commitment goes while contracts take all of it. */
    const struct entry_short back = {.line = line,
                                     .kind = BUDGET_ENTRY_KIND_COMMITMENT,
                                     .won = 1,
                                     .day = "2020-12-31",
                                     .corrects = draft.terms.entry};
    struct budget_answer answer;
    budget_post(&at, &back, 1, &answer);
    budget_check_refused(
        &answer, &(struct budget_refused){
                     FAILED_PRECONDITION, "UNDER_CONTRACT", "entries[0].amount_won",
                     "contracts take 9,703,353,000 won of entries/5; 0 can still be taken back"});
    budget_answer_end(&answer);
    /* What is withdrawn gives its share back. */
    budget_withdraw_contract_request in = BUDGET_WITHDRAW_CONTRACT_REQUEST_INIT;
    budget_withdraw_contract_response out = BUDGET_WITHDRAW_CONTRACT_RESPONSE_INIT;
    in.name = string_borrow("contracts/1");
    in.reason = string_borrow("금액 오기");
    CU_ASSERT_EQUAL_FATAL(budget_withdraw_contract(&at.budget, &call, &in, &out), OK);
    CU_ASSERT_PTR_NOT_NULL(out.contract->withdrawn_time);
    CU_ASSERT_EQUAL(budget_withdraw_contract(&at.budget, &call, &in, &out), FAILED_PRECONDITION);
    check_reason(&call, "CONTRACT_WITHDRAWN", "contracts/1");
    draft.terms.line = line;
    draft.terms.amount_won = INT64_C(9703353000) - 1;
    CU_ASSERT_EQUAL(record(&at, &call, &draft, NULL), OK);
    budget_calls_end(&at, &call);
}

static size_t count_listed(struct budget_fixture *at, struct rpc_call *call,
                           const budget_list_contracts_request *asked)
{
    size_t count = 0;
    budget_list_contracts_request in = *asked;
    for (int page = 0; page < 100; page++) {
        budget_list_contracts_response out = BUDGET_LIST_CONTRACTS_RESPONSE_INIT;
        CU_ASSERT_EQUAL_FATAL(budget_list_contracts(&at->budget, call, &in, &out), OK);
        count += out.n_contracts;
        if (out.next_page_token[0] == '\0') break;
        in.page_token = out.next_page_token;
    }
    return count;
}

/* Six negotiated contracts: 한빛인쇄 has three, two of them for one line within ten days. */
static void lay_contracts(struct budget_fixture *at, struct rpc_call *call)
{
    static const struct {
        const char *vendor, *day;
        int row, vendor_class, method;
        int64_t millions;
    } rows[] = {
        {"V1", "2020-02-03", ROW_QUALITY, 1, 2, 15}, {"V1", "2020-02-13", ROW_QUALITY, 1, 2, 14},
        {"V1", "2020-03-02", ROW_MEDIA, 1, 3, 44},   {"V2", "2020-03-03", ROW_MEDIA, 0, 2, 11},
        {"V3", "2020-03-04", ROW_MEDIA, 0, 2, 11},   {"V4", "2020-04-20", ROW_MEDIA, 0, 2, 11},
        {"V5", "2020-03-05", ROW_MEDIA, 0, 1, 900},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct drafted draft;
        draft_begin(&draft);
        draft.vendor.code = string_borrow(rows[i].vendor);
        draft.vendor.vendor_class = (budget_vendor_class)rows[i].vendor_class;
        draft.terms.line = budget_line_2020(at, rows[i].row);
        draft.terms.method = (budget_contract_method)rows[i].method;
        draft.terms.amount_won = rows[i].millions * MILLION;
        draft.terms.tax_basis = BUDGET_TAX_BASIS_NONE;
        draft.terms.contract_date = string_borrow(rows[i].day);
        CU_ASSERT_EQUAL_FATAL(record(at, call, &draft, NULL), OK);
    }
}

static void lists_contracts_by_what_they_are(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    lay_contracts(&at, &call);
    static const struct {
        int row;
        const char *publisher, *vendor, *first, *as_of;
        int method;
        int32_t page_size;
        size_t count;
    } cases[] = {
        {0, "", "", "", "", 0, 0, 7},           {0, "", "", "", "", 0, 2, 7},
        {ROW_QUALITY, "", "", "", "", 0, 1, 2}, {0, "다른 기관", "", "", "", 0, 0, 0},
        {0, "", "V1", "", "", 0, 0, 3},         {0, "", "", "2020-03-02", "2020-03-04", 0, 1, 3},
        {0, "", "", "", "", 3, 0, 1},           {0, "", "V1", "", "2020-02-28", 2, 0, 2},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        budget_list_contracts_request in = BUDGET_LIST_CONTRACTS_REQUEST_INIT;
        if (cases[i].row != 0) in.line = budget_line_2020(&at, cases[i].row);
        in.publisher = string_borrow(cases[i].publisher);
        in.vendor_code = string_borrow(cases[i].vendor);
        in.first_day = string_borrow(cases[i].first);
        in.as_of = string_borrow(cases[i].as_of);
        in.method = (budget_contract_method)cases[i].method;
        in.page_size = cases[i].page_size;
        CU_ASSERT_EQUAL(count_listed(&at, &call, &in), cases[i].count);
    }
    budget_withdraw_contract_request in = BUDGET_WITHDRAW_CONTRACT_REQUEST_INIT;
    budget_withdraw_contract_response out = BUDGET_WITHDRAW_CONTRACT_RESPONSE_INIT;
    in.name = string_borrow("contracts/1");
    in.reason = string_borrow("해제");
    protobuf_timestamp past = PROTOBUF_TIMESTAMP_INIT;
    CU_ASSERT_EQUAL_FATAL(budget_withdraw_contract(&at.budget, &call, &in, &out), OK);
    budget_list_contracts_request list = BUDGET_LIST_CONTRACTS_REQUEST_INIT;
    CU_ASSERT_EQUAL(count_listed(&at, &call, &list), 6);
    list.withdrawn = true;
    CU_ASSERT_EQUAL(count_listed(&at, &call, &list), 7);
    list.known_at = &past;
    CU_ASSERT_EQUAL(count_listed(&at, &call, &list), 0);
    budget_list_contracts_response listed = BUDGET_LIST_CONTRACTS_RESPONSE_INIT;
    list.page_token = string_borrow("2020-03");
    CU_ASSERT_EQUAL(budget_list_contracts(&at.budget, &call, &list, &listed), INVALID_ARGUMENT);
    budget_calls_end(&at, &call);
}

static enum status warn(struct budget_fixture *at, struct rpc_call *call, const char *first,
                        const char *as_of, int32_t split_days,
                        budget_list_contract_warnings_response *out)
{
    budget_list_contract_warnings_request in = BUDGET_LIST_CONTRACT_WARNINGS_REQUEST_INIT;
    *out = (budget_list_contract_warnings_response)BUDGET_LIST_CONTRACT_WARNINGS_RESPONSE_INIT;
    in.first_day = string_borrow(first);
    in.as_of = string_borrow(as_of);
    in.split_days = split_days;
    call_again(call);
    return budget_list_contract_warnings(&at->budget, call, &in, out);
}

static void warns_with_names_and_arithmetic(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_list_contract_warnings_response out;
    budget_calls_begin(&at, &call);
    lay_contracts(&at, &call);
    CU_ASSERT_EQUAL_FATAL(warn(&at, &call, "", "2020-04-30", 0, &out), OK);
    CU_ASSERT_EQUAL(out.contract_count, 7);
    CU_ASSERT_STRING_EQUAL(out.first_day, "2020-01-01");
    CU_ASSERT_EQUAL(out.thresholds->vendor_share->units, 30);
    CU_ASSERT_EQUAL_FATAL(out.n_warnings, 3);
    const budget_contract_warning *vendor = out.warnings[0];
    CU_ASSERT_EQUAL(vendor->kind, BUDGET_CONTRACT_WARNING_KIND_VENDOR_CONCENTRATION);
    CU_ASSERT_STRING_EQUAL(vendor->vendor->code, "V1");
    CU_ASSERT_STRING_EQUAL(vendor->publisher, seoul_bureau);
    CU_ASSERT_EQUAL(vendor->n_contracts, 3);
    CU_ASSERT_EQUAL(vendor->count_share->units, 500);
    CU_ASSERT_EQUAL(vendor->price_share->units, 689);
    CU_ASSERT_STRING_EQUAL(vendor->message,
                           "한빛인쇄 has 3 of 6 negotiated contracts (50.0 %) and 73,000,000 of "
                           "106,000,000 won (68.9 %); 30 % is the threshold");
    CU_ASSERT_EQUAL(out.warnings[1]->kind, BUDGET_CONTRACT_WARNING_KIND_CLASS_CONCENTRATION);
    CU_ASSERT_EQUAL(out.warnings[1]->vendor_class, BUDGET_VENDOR_CLASS_WOMEN);
    const budget_contract_warning *split = out.warnings[2];
    CU_ASSERT_EQUAL(split->kind, BUDGET_CONTRACT_WARNING_KIND_SPLITTING);
    CU_ASSERT_STRING_EQUAL(split->line, "lines/2020-general-0041");
    CU_ASSERT_EQUAL_FATAL(split->n_contracts, 2);
    CU_ASSERT_STRING_EQUAL(split->contracts[0], "contracts/1");
    CU_ASSERT_STRING_EQUAL(split->contracts[1], "contracts/2");
    CU_ASSERT_STRING_EQUAL(split->message, "15,000,000 + 14,000,000 = 29,000,000 won within 10 "
                                           "days, over the limit of 20,000,000");
    CU_ASSERT_EQUAL_FATAL(warn(&at, &call, "", "2020-04-30", 9, &out), OK);
    CU_ASSERT_EQUAL(out.n_warnings, 2);
    CU_ASSERT_EQUAL_FATAL(warn(&at, &call, "2020-02-04", "2020-03-31", 0, &out), OK);
    CU_ASSERT_EQUAL(out.n_warnings, 0);
    CU_ASSERT_EQUAL(warn(&at, &call, "2020-05-01", "2020-04-30", 0, &out), INVALID_ARGUMENT);
    CU_ASSERT_TRUE(violates(&call, "first_day"));
    budget_calls_end(&at, &call);
}

static enum status sweep_record(struct budget_fixture *at, struct rpc_call *call)
{
    struct drafted draft;
    draft_begin(&draft);
    return record(at, call, &draft, NULL);
}

static enum status sweep_check(struct budget_fixture *at, struct rpc_call *call)
{
    struct drafted draft;
    draft_begin(&draft);
    draft.terms.amount_won = 99 * MILLION;
    budget_check_contract_request in = BUDGET_CHECK_CONTRACT_REQUEST_INIT;
    budget_check_contract_response out = BUDGET_CHECK_CONTRACT_RESPONSE_INIT;
    in.terms = &draft.terms;
    return budget_check_contract(&at->budget, call, &in, &out);
}

static enum status sweep_list(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_contracts_request in = BUDGET_LIST_CONTRACTS_REQUEST_INIT;
    budget_list_contracts_response out = BUDGET_LIST_CONTRACTS_RESPONSE_INIT;
    in.page_size = 2;
    return budget_list_contracts(&at->budget, call, &in, &out);
}

static enum status sweep_warnings(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_contract_warnings_response out;
    return warn(at, call, "", "2020-04-30", 0, &out);
}

static enum status sweep_stage(struct budget_fixture *at, struct rpc_call *call)
{
    return move(at, call, "procedures/1", 1, "2020-01-10", NULL);
}

static void survives_every_failed_allocation(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    lay_contracts(&at, &call);
    (void)open_procedure(&at, &call);
    static swept_call *const calls[] = {sweep_record, sweep_check, sweep_list, sweep_warnings,
                                        sweep_stage};
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
        sweep_allocations(&at, calls[i]);
    CU_ASSERT_EQUAL(number_of(at.db, count_contracts), 7);
    budget_calls_end(&at, &call);
}

SUITE("budget contracts in the store", {"records and shows contracts", records_and_shows_contracts},
      {"refuses bad contracts", refuses_bad_contracts},
      {"checks without recording", checks_without_recording},
      {"takes a service contract through its stages", takes_a_service_contract_through_its_stages},
      {"binds contracts to commitments", binds_contracts_to_commitments},
      {"lists contracts by what they are", lists_contracts_by_what_they_are},
      {"warns with names and arithmetic", warns_with_names_and_arithmetic},
      {"survives every failed allocation", survives_every_failed_allocation})
