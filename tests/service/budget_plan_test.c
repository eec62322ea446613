/* Plans, paces and grants over a real database file. */
#include <stdio.h>
#include <string.h>

#include "plan.rpc.h"
#include "support/budget_calls.h"
#include "support/budget_ledgers.h"
#include "support/suite.h"

enum { POINTS_MAX = 4, PARTS_MAX = 4 };

static int64_t number_of(struct db *db, const char *text)
{
    struct db_sql sql = {text, text};
    int64_t number = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &number, &sql, NULL, 0), OK);
    return number;
}

static const char grant_line[] = "lines/2020-general-0005";
static const char information_line[] = "lines/2020-general-0006";
static const char brand_line[] = "lines/2020-general-0031";

/* A point: percent × 10, or won. */
struct point {
    const char *day;
    int64_t tenths, won;
};

static enum status set_plan(struct budget_fixture *at, struct rpc_call *call, const char *line,
                            int basis, const struct point *points, size_t count)
{
    budget_set_plan_request in = BUDGET_SET_PLAN_REQUEST_INIT;
    budget_set_plan_response out = BUDGET_SET_PLAN_RESPONSE_INIT;
    budget_plan_point made[POINTS_MAX];
    type_quantity rates[POINTS_MAX];
    budget_plan_point *list[POINTS_MAX];
    for (size_t i = 0; i < count; i++) {
        made[i] = (budget_plan_point)BUDGET_PLAN_POINT_INIT;
        rates[i] = (type_quantity)TYPE_QUANTITY_INIT;
        made[i].day = string_borrow(points[i].day);
        made[i].amount_won = points[i].won;
        rates[i].units = points[i].tenths;
        rates[i].exponent = -1;
        rates[i].unit = string_borrow("PERCENT");
        if (points[i].tenths != 0) made[i].rate = &rates[i];
        list[i] = &made[i];
    }
    in.line = string_borrow(line);
    in.basis = (budget_plan_basis)basis;
    in.points = list;
    in.n_points = count;
    call_again(call);
    return budget_set_plan(&at->budget, call, &in, &out);
}

static enum status set_reason(struct budget_fixture *at, struct rpc_call *call, const char *line,
                              int reason, const char *note, const char *first, const char *last)
{
    budget_set_pace_reason_request in = BUDGET_SET_PACE_REASON_REQUEST_INIT;
    budget_set_pace_reason_response out = BUDGET_SET_PACE_REASON_RESPONSE_INIT;
    in.line = string_borrow(line);
    in.reason = (budget_pace_reason)reason;
    in.note = string_borrow(note);
    in.first_day = string_borrow(first);
    in.last_day = string_borrow(last);
    call_again(call);
    return budget_set_pace_reason(&at->budget, call, &in, &out);
}

static void list_pace(struct budget_fixture *at, struct rpc_call *call, const char *as_of,
                      bool behind, budget_list_pace_response *out)
{
    budget_list_pace_request in = BUDGET_LIST_PACE_REQUEST_INIT;
    *out = (budget_list_pace_response)BUDGET_LIST_PACE_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    in.behind = behind;
    CU_ASSERT_EQUAL_FATAL(budget_list_pace(&at->budget, call, &in, out), OK);
}

/* By March 31 the line of information had spent 755,525 of 7,209,860 thousand won, the department
 * of the brand 106,160 of 8,850,451 (committed: 3,992,660). */
static void warns_of_lines_behind_their_plan(void)
{
    static const struct point quarter[] = {{"2020-03-31", 200, 0}, {"2020-06-30", 600, 0}};
    static const struct point committed[] = {{"2020-03-31", 0, INT64_C(3992660000)}};
    struct budget_fixture at;
    struct rpc_call call;
    budget_list_pace_response out;
    budget_calls_begin(&at, &call);
    CU_ASSERT_EQUAL_FATAL(set_plan(&at, &call, information_line, 0, quarter, 2), OK);
    CU_ASSERT_EQUAL_FATAL(set_plan(&at, &call, brand_line, 1, committed, 1), OK);
    list_pace(&at, &call, "2020-03-31", false, &out);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, 2);
    CU_ASSERT_EQUAL(out.behind_count, 1);
    CU_ASSERT_EQUAL(out.unexplained_count, 1);
    const budget_pace_row *row = out.rows[0];
    CU_ASSERT_STRING_EQUAL(row->line, information_line);
    CU_ASSERT_EQUAL(row->current_won, INT64_C(7209860000));
    CU_ASSERT_EQUAL(row->actual_won, INT64_C(755525000));
    CU_ASSERT_EQUAL(row->actual_rate->units, 105);
    CU_ASSERT_EQUAL(row->planned_won, INT64_C(1441972000));
    CU_ASSERT_EQUAL(row->shortfall_won, INT64_C(686447000));
    CU_ASSERT_STRING_EQUAL(row->due_day, "2020-03-31");
    CU_ASSERT_STRING_EQUAL(row->next_day, "2020-06-30");
    CU_ASSERT_EQUAL(row->next_planned_won, INT64_C(4325916000));
    CU_ASSERT_TRUE(row->behind);
    /* The department with all its lines, and its commitments. */
    CU_ASSERT_STRING_EQUAL(out.rows[1]->line, brand_line);
    CU_ASSERT_EQUAL(out.rows[1]->actual_won, INT64_C(3992660000));
    CU_ASSERT_FALSE(out.rows[1]->behind);
    CU_ASSERT_STRING_EQUAL(out.rows[1]->next_day, "");
    /* With the reason that was given for those days; the later one counts. */
    CU_ASSERT_EQUAL_FATAL(
        set_reason(&at, &call, information_line, 4, "", "2020-01-01", "2020-12-31"), OK);
    CU_ASSERT_EQUAL_FATAL(
        set_reason(&at, &call, information_line, 1, "하반기 공모전", "2020-03-01", "2020-06-30"),
        OK);
    list_pace(&at, &call, "2020-03-31", true, &out);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, 1);
    CU_ASSERT_EQUAL(out.rows[0]->reason, BUDGET_PACE_REASON_NOT_DUE);
    CU_ASSERT_STRING_EQUAL(out.rows[0]->reason_note, "하반기 공모전");
    CU_ASSERT_EQUAL(out.behind_count, 1);
    CU_ASSERT_EQUAL(out.unexplained_count, 0);
    list_pace(&at, &call, "2020-07-01", true, &out);
    CU_ASSERT_EQUAL(out.rows[0]->reason, BUDGET_PACE_REASON_PROCEDURE);
    CU_ASSERT_EQUAL(out.rows[0]->planned_won, INT64_C(4325916000));
    /* Nothing was known of the lines before the report's day. */
    list_pace(&at, &call, "2020-03-30", false, &out);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    list_pace(&at, &call, "2019-12-31", false, &out);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    budget_calls_end(&at, &call);
}

/* The audit's lines at the end of 2019: 97.6 and 96.7 percent, here of a thousand million won. */
static void shows_the_rates_of_a_years_end(void)
{
    static const struct point target[] = {{"2019-12-31", 970, 0}};
    struct budget_fixture at;
    struct rpc_call call;
    char names[3][LINE_NAME_BYTES];
    budget_list_pace_response out;
    budget_open_fixture(&at);
    calls_begin(&call, at.db);
    (void)budget_line_new(&at, "", 2019, "총계", names[0]);
    static const char *const labels[] = {"소통관리 및 시정정보 제공", "도시브랜드담당관"};
    static const int64_t spent[] = {976000000, 967000000};
    for (size_t i = 0; i < ARRAY_LENGTH(labels); i++) {
        const char *line = budget_line_new(&at, names[0], 2019, labels[i], names[i + 1]);
        const struct entry_short entries[] = {
            {.line = line, .kind = 1, .won = 1000000000, .day = "2019-01-01"},
            {.line = line, .kind = 3, .won = spent[i], .day = "2019-12-20"},
            {.line = line, .kind = 4, .won = spent[i], .day = "2019-12-27"}};
        for (size_t e = 0; e < ARRAY_LENGTH(entries); e++)
            (void)budget_post_one(&at, entries[e]);
        CU_ASSERT_EQUAL_FATAL(set_plan(&at, &call, line, 2, target, 1), OK);
    }
    list_pace(&at, &call, "2019-12-31", false, &out);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, 2);
    CU_ASSERT_EQUAL(out.rows[0]->actual_rate->units, 976);
    CU_ASSERT_FALSE(out.rows[0]->behind);
    CU_ASSERT_EQUAL(out.rows[1]->actual_rate->units, 967);
    CU_ASSERT_EQUAL(out.rows[1]->shortfall_won, 3000000);
    /* Before the first point nothing is due. */
    list_pace(&at, &call, "2019-12-30", false, &out);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, 2);
    CU_ASSERT_EQUAL(out.behind_count, 0);
    CU_ASSERT_STRING_EQUAL(out.rows[1]->due_day, "");
    CU_ASSERT_STRING_EQUAL(out.rows[1]->next_day, "2019-12-31");
    list_pace(&at, &call, "2019-12-26", false, &out);
    CU_ASSERT_EQUAL(out.rows[1]->actual_won, 0);
    budget_calls_end(&at, &call);
}

static void keeps_plans_and_forgets_none(void)
{
    static const struct point first[] = {{"2020-06-30", 600, 0}};
    static const struct point second[] = {{"2020-06-30", 0, 5}, {"2020-12-31", 0, 6}};
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    budget_get_plan_request in = BUDGET_GET_PLAN_REQUEST_INIT;
    budget_get_plan_response out = BUDGET_GET_PLAN_RESPONSE_INIT;
    in.line = string_borrow(brand_line);
    CU_ASSERT_EQUAL(budget_get_plan(&at.budget, &call, &in, &out), NOT_FOUND);
    check_reason(&call, "PLAN_UNKNOWN", brand_line);
    CU_ASSERT_EQUAL_FATAL(set_plan(&at, &call, brand_line, 0, first, 1), OK);
    CU_ASSERT_EQUAL_FATAL(budget_get_plan(&at.budget, &call, &in, &out), OK);
    CU_ASSERT_EQUAL(out.plan->basis, BUDGET_PLAN_BASIS_SPENT);
    CU_ASSERT_EQUAL_FATAL(out.plan->n_points, 1);
    CU_ASSERT_EQUAL(out.plan->points[0]->rate->units, 6000);
    CU_ASSERT_EQUAL(out.plan->points[0]->rate->exponent, -2);
    CU_ASSERT_EQUAL_FATAL(set_plan(&at, &call, brand_line, 1, second, 2), OK);
    out = (budget_get_plan_response)BUDGET_GET_PLAN_RESPONSE_INIT;
    CU_ASSERT_EQUAL_FATAL(budget_get_plan(&at.budget, &call, &in, &out), OK);
    CU_ASSERT_EQUAL_FATAL(out.plan->n_points, 2);
    CU_ASSERT_EQUAL(out.plan->points[1]->amount_won, 6);
    CU_ASSERT_EQUAL_FATAL(set_plan(&at, &call, brand_line, 1, NULL, 0), OK);
    CU_ASSERT_EQUAL(budget_get_plan(&at.budget, &call, &in, &out), NOT_FOUND);
    CU_ASSERT_EQUAL(number_of(at.db, "SELECT count(*) FROM budget_plans"), 3);
    budget_list_pace_response pace;
    list_pace(&at, &call, "2020-12-31", false, &pace);
    CU_ASSERT_EQUAL(pace.n_rows, 0);
    budget_calls_end(&at, &call);
}

static void refuses_bad_plans(void)
{
    static const struct {
        const char *line;
        int basis;
        struct point points[2];
        size_t count;
        enum status status;
        const char *reason, *field;
    } cases[] = {
        {"lines/x", 0, {{"2020-06-30", 1, 0}}, 1, NOT_FOUND, "LINE_UNKNOWN", ""},
        {brand_line, 3, {{"2020-06-30", 1, 0}}, 1, INVALID_ARGUMENT, "", "basis"},
        {brand_line,
         0,
         {{"2021-06-30", 1, 0}},
         1,
         INVALID_ARGUMENT,
         "DATE_OUTSIDE_YEAR",
         "points[0].day"},
        {brand_line,
         0,
         {{"2020-06-30", 1001, 0}},
         1,
         INVALID_ARGUMENT,
         "POINT_UNCLEAR",
         "points[0].rate"},
        {brand_line, 0, {{"2020-06-30", 0, 0}}, 1, INVALID_ARGUMENT, "POINT_UNCLEAR", "points[0]"},
        {brand_line, 0, {{"2020-06-30", 5, 5}}, 1, INVALID_ARGUMENT, "POINT_UNCLEAR", "points[0]"},
        {brand_line,
         0,
         {{"2020-06-30", 5, 0}, {"2020-05-30", 6, 0}},
         2,
         INVALID_ARGUMENT,
         "POINTS_UNORDERED",
         "points[1].day"},
        {brand_line,
         0,
         {{"2020-06-30", 5, 0}, {"2020-07-30", 4, 0}},
         2,
         INVALID_ARGUMENT,
         "POINTS_UNORDERED",
         "points[1]"},
    };
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        enum status status =
            set_plan(&at, &call, cases[i].line, cases[i].basis, cases[i].points, cases[i].count);
        if (status != cases[i].status) (void)printf("\n    case %zu\n", i);
        CU_ASSERT_EQUAL(status, cases[i].status);
        check_reason(&call, cases[i].reason, "");
        if (cases[i].field[0] != '\0') CU_ASSERT_TRUE(violates(&call, cases[i].field));
    }
    CU_ASSERT_EQUAL(number_of(at.db, "SELECT count(*) FROM budget_plans"), 0);
    static const struct {
        const char *line;
        int reason;
        const char *note, *first, *last;
        enum status status;
        const char *said, *field;
    } reasons[] = {
        {"lines/x", 1, "", "2020-01-01", "", NOT_FOUND, "LINE_UNKNOWN", ""},
        {brand_line, 7, "", "2020-01-01", "", INVALID_ARGUMENT, "", "reason"},
        {brand_line, 6, "", "2020-01-01", "", INVALID_ARGUMENT, "", "note"},
        {brand_line, 1, "", "2019-01-01", "", INVALID_ARGUMENT, "DATE_OUTSIDE_YEAR", "first_day"},
        {brand_line, 1, "", "2020-01-02", "2021-01-01", INVALID_ARGUMENT, "DATE_OUTSIDE_YEAR",
         "last_day"},
        {brand_line, 1, "", "2020-01-02", "2020-01-01", INVALID_ARGUMENT, "", "last_day"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++) {
        CU_ASSERT_EQUAL(set_reason(&at, &call, reasons[i].line, reasons[i].reason, reasons[i].note,
                                   reasons[i].first, reasons[i].last),
                        reasons[i].status);
        check_reason(&call, reasons[i].said, "");
        if (reasons[i].field[0] != '\0') CU_ASSERT_TRUE(violates(&call, reasons[i].field));
    }
    CU_ASSERT_EQUAL(number_of(at.db, "SELECT count(*) FROM budget_pace_reasons"), 0);
    budget_calls_end(&at, &call);
}

struct part {
    const char *day;
    int64_t won;
};

static enum status create_grant(struct budget_fixture *at, struct rpc_call *call, const char *line,
                                int64_t total_won, const struct part *parts, size_t count,
                                budget_grant **grant)
{
    budget_create_grant_request in = BUDGET_CREATE_GRANT_REQUEST_INIT;
    budget_create_grant_response out = BUDGET_CREATE_GRANT_RESPONSE_INIT;
    budget_grantee grantee = BUDGET_GRANTEE_INIT;
    budget_new_instalment made[PARTS_MAX];
    budget_new_instalment *list[PARTS_MAX];
    for (size_t i = 0; i < count; i++) {
        made[i] = (budget_new_instalment)BUDGET_NEW_INSTALMENT_INIT;
        made[i].due_day = string_borrow(parts[i].day);
        made[i].amount_won = parts[i].won;
        list[i] = &made[i];
    }
    grantee.code = string_borrow("tbs");
    grantee.name = string_borrow("TBS미디어재단");
    in.line = string_borrow(line);
    in.grantee = &grantee;
    in.total_won = total_won;
    in.instalments = list;
    in.n_instalments = count;
    call_again(call);
    enum status status = budget_create_grant(&at->budget, call, &in, &out);
    if (grant != NULL) *grant = out.grant;
    return status;
}

static enum status pay(struct budget_fixture *at, struct rpc_call *call, const char *name,
                       const char *entry, budget_grant **grant)
{
    budget_pay_instalment_request in = BUDGET_PAY_INSTALMENT_REQUEST_INIT;
    budget_pay_instalment_response out = BUDGET_PAY_INSTALMENT_RESPONSE_INIT;
    in.name = string_borrow(name);
    in.entry = string_borrow(entry);
    call_again(call);
    enum status status = budget_pay_instalment(&at->budget, call, &in, &out);
    if (grant != NULL) *grant = out.grant;
    return status;
}

static budget_grant *grant_as_of(struct budget_fixture *at, struct rpc_call *call,
                                 const char *as_of)
{
    budget_get_grant_request in = BUDGET_GET_GRANT_REQUEST_INIT;
    budget_get_grant_response out = BUDGET_GET_GRANT_RESPONSE_INIT;
    in.name = string_borrow("grants/1");
    in.as_of = string_borrow(as_of);
    CU_ASSERT_EQUAL_FATAL(budget_get_grant(&at->budget, call, &in, &out), OK);
    return out.grant;
}

static const struct part thirds[] = {{"2020-03-31", 0}, {"2020-06-30", 0}, {"2020-09-30", 0}};

/* The grant of 2020: 9,703,353 of 29,110,058 thousand won, a third, was paid by March 31. */
static void pays_a_grant_in_thirds(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_grant *grant;
    budget_calls_begin(&at, &call);
    char *paid = arena_printf(
        &at.arena, "entries/%d",
        (int)number_of(at.db, "SELECT entry.id FROM budget_entries AS entry JOIN budget_lines AS "
                              "line ON line.id = entry.line_id WHERE line.name = "
                              "'lines/2020-general-0005' AND kind = 4"));
    CU_ASSERT_EQUAL_FATAL(
        create_grant(&at, &call, grant_line, INT64_C(29110058000), thirds, 3, &grant), OK);
    CU_ASSERT_STRING_EQUAL(grant->name, "grants/1");
    CU_ASSERT_EQUAL_FATAL(grant->n_instalments, 3);
    CU_ASSERT_EQUAL(grant->instalments[0]->amount_won, INT64_C(9703353000));
    CU_ASSERT_EQUAL(grant->instalments[2]->amount_won, INT64_C(9703352000));
    CU_ASSERT_EQUAL(grant->paid_won, 0);
    CU_ASSERT_STRING_EQUAL(grant->next_instalment, "grants/1/instalments/1");
    CU_ASSERT_TRUE(grant_as_of(&at, &call, "2020-04-01")->instalments[0]->overdue);
    CU_ASSERT_FALSE(grant_as_of(&at, &call, "2020-03-31")->instalments[0]->overdue);
    CU_ASSERT_EQUAL(pay(&at, &call, "grants/1/instalments/2", paid, NULL), FAILED_PRECONDITION);
    check_reason(&call, "OUT_OF_ORDER", "instalment 1");
    CU_ASSERT_EQUAL_FATAL(pay(&at, &call, "grants/1/instalments/1", paid, &grant), OK);
    CU_ASSERT_EQUAL(grant->paid_won, INT64_C(9703353000));
    CU_ASSERT_EQUAL(grant->remaining_won, INT64_C(19406705000));
    CU_ASSERT_EQUAL(grant->paid_rate->units, 333);
    CU_ASSERT_STRING_EQUAL(grant->next_instalment, "grants/1/instalments/2");
    CU_ASSERT_STRING_EQUAL(grant->instalments[0]->entry, paid);
    CU_ASSERT_EQUAL(grant_as_of(&at, &call, "2020-03-30")->paid_won, 0);
    CU_ASSERT_EQUAL(pay(&at, &call, "grants/1/instalments/1", paid, NULL), FAILED_PRECONDITION);
    check_reason(&call, "INSTALMENT_PAID", paid);
    CU_ASSERT_EQUAL(pay(&at, &call, "grants/1/instalments/2", paid, NULL), ALREADY_EXISTS);
    check_reason(&call, "ENTRY_TAKEN", paid);
    budget_calls_end(&at, &call);
}

/* An instalment is open again when its expenditure is taken back. */
static void opens_what_was_taken_back(void)
{
    static const struct part parts[] = {{"2021-03-31", 400}, {"2021-06-30", 600}};
    struct budget_fixture at;
    struct rpc_call call;
    char line[LINE_NAME_BYTES];
    char other[LINE_NAME_BYTES];
    char entry[64];
    budget_grant *grant;
    budget_open_fixture(&at);
    calls_begin(&call, at.db);
    (void)budget_line_new(&at, "", 2021, "출연금", line);
    (void)budget_line_new(&at, "", 2021, "다른 출연금", other);
    (void)budget_post_one(
        &at, (struct entry_short){.line = line, .kind = 1, .won = 1000, .day = "2021-01-01"});
    int64_t commitment = budget_post_one(
        &at, (struct entry_short){.line = line, .kind = 3, .won = 1000, .day = "2021-03-01"});
    CU_ASSERT_EQUAL_FATAL(create_grant(&at, &call, line, 1000, parts, 2, NULL), OK);
    (void)snprintf(entry, sizeof entry, "entries/%lld", (long long)commitment);
    CU_ASSERT_EQUAL(pay(&at, &call, "grants/1/instalments/1", entry, NULL), FAILED_PRECONDITION);
    check_reason(&call, "NOT_AN_EXPENDITURE", entry);
    struct entry_short spent = {.line = line, .kind = 4, .won = 399, .day = "2021-03-02"};
    (void)snprintf(entry, sizeof entry, "entries/%lld", (long long)budget_post_one(&at, spent));
    CU_ASSERT_EQUAL(pay(&at, &call, "grants/1/instalments/1", entry, NULL), FAILED_PRECONDITION);
    check_reason(&call, "AMOUNT_DIFFERS", "399");
    spent.won = 400;
    (void)snprintf(entry, sizeof entry, "entries/%lld", (long long)budget_post_one(&at, spent));
    CU_ASSERT_EQUAL_FATAL(pay(&at, &call, "grants/1/instalments/1", entry, NULL), OK);
    (void)budget_post_one(
        &at, (struct entry_short){
                 .line = line, .kind = 4, .won = 400, .day = "2021-03-05", .corrects = entry});
    CU_ASSERT_EQUAL(grant_as_of(&at, &call, "2021-03-04")->paid_won, 400);
    CU_ASSERT_EQUAL(grant_as_of(&at, &call, "")->paid_won, 0);
    CU_ASSERT_STRING_EQUAL(grant_as_of(&at, &call, "")->next_instalment, "grants/1/instalments/1");
    CU_ASSERT_EQUAL(pay(&at, &call, "grants/1/instalments/1", entry, NULL), FAILED_PRECONDITION);
    check_reason(&call, "AMOUNT_DIFFERS", "0 won");
    spent.day = "2021-03-06";
    (void)snprintf(entry, sizeof entry, "entries/%lld", (long long)budget_post_one(&at, spent));
    CU_ASSERT_EQUAL_FATAL(pay(&at, &call, "grants/1/instalments/1", entry, &grant), OK);
    CU_ASSERT_EQUAL(grant->paid_won, 400);
    CU_ASSERT_EQUAL_FATAL(create_grant(&at, &call, other, 1000, parts, 2, NULL), OK);
    CU_ASSERT_EQUAL(pay(&at, &call, "grants/2/instalments/1", entry, NULL), FAILED_PRECONDITION);
    check_reason(&call, "NOT_AN_EXPENDITURE", "");
    budget_calls_end(&at, &call);
}

static void refuses_bad_grants(void)
{
    static const struct {
        const char *line;
        int64_t total_won;
        struct part parts[3];
        size_t count;
        enum status status;
        const char *reason, *field;
    } cases[] = {
        {"lines/x", 5, {{"2020-03-31", 5}}, 1, NOT_FOUND, "LINE_UNKNOWN", ""},
        {grant_line, 0, {{"2020-03-31", 5}}, 1, INVALID_ARGUMENT, "", "total_won"},
        {grant_line, -1, {{"2020-03-31", 5}}, 1, INVALID_ARGUMENT, "", "total_won"},
        {grant_line,
         5,
         {{"2021-03-31", 5}},
         1,
         INVALID_ARGUMENT,
         "DATE_OUTSIDE_YEAR",
         "instalments[0].due_day"},
        {grant_line,
         5,
         {{"2020-03-31", 2}, {"2020-03-31", 3}},
         2,
         INVALID_ARGUMENT,
         "POINTS_UNORDERED",
         "instalments[1].due_day"},
        {grant_line,
         5,
         {{"2020-03-31", 2}, {"2020-04-30", 4}},
         2,
         INVALID_ARGUMENT,
         "SUM_DIFFERS",
         "total_won"},
        {grant_line,
         5,
         {{"2020-03-31", 5}, {"2020-04-30", 0}},
         2,
         INVALID_ARGUMENT,
         "",
         "instalments[1].amount_won"},
        {grant_line,
         5,
         {{"2020-03-31", -5}, {"2020-04-30", 10}},
         2,
         INVALID_ARGUMENT,
         "",
         "instalments[0].amount_won"},
        {grant_line,
         5,
         {{"2020-03-31", 5}, {"2020-04-30", -5}},
         2,
         INVALID_ARGUMENT,
         "",
         "instalments[1].amount_won"},
        {grant_line,
         5,
         {{"2020-03-31", INT64_MAX}, {"2020-04-30", INT64_MAX}},
         2,
         INVALID_ARGUMENT,
         "SUM_DIFFERS",
         "total_won"},
        {grant_line,
         500,
         {{"2020-03-31", 0}, {"2020-04-30", 0}},
         2,
         INVALID_ARGUMENT,
         "",
         "total_won"},
        {grant_line, 500, {{"2020-03-31", 0}}, 0, INVALID_ARGUMENT, "", "instalments"},
    };
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        enum status status = create_grant(&at, &call, cases[i].line, cases[i].total_won,
                                          cases[i].parts, cases[i].count, NULL);
        if (status != cases[i].status) (void)printf("\n    case %zu\n", i);
        CU_ASSERT_EQUAL(status, cases[i].status);
        check_reason(&call, cases[i].reason, "");
        if (cases[i].field[0] != '\0') CU_ASSERT_TRUE(violates(&call, cases[i].field));
    }
    CU_ASSERT_EQUAL(number_of(at.db, "SELECT count(*) FROM budget_grants"), 0);
    CU_ASSERT_EQUAL_FATAL(create_grant(&at, &call, grant_line, 30000, thirds, 3, NULL), OK);
    static const char *const names[] = {"grants/1/instalments/0", "grants/1/instalments/4",
                                        "grants/2/instalments/1", "grants/1",
                                        "grants/1/x/1",           "grants/1/instalments/1x"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        CU_ASSERT_EQUAL(pay(&at, &call, names[i], "entries/1", NULL), NOT_FOUND);
        check_reason(&call, "INSTALMENT_UNKNOWN", names[i]);
    }
    CU_ASSERT_EQUAL(pay(&at, &call, "grants/1/instalments/1", "entries/0", NULL), NOT_FOUND);
    check_reason(&call, "ENTRY_UNKNOWN", "entries/0");
    budget_get_grant_request in = BUDGET_GET_GRANT_REQUEST_INIT;
    budget_get_grant_response out = BUDGET_GET_GRANT_RESPONSE_INIT;
    in.name = string_borrow("grants/7");
    CU_ASSERT_EQUAL(budget_get_grant(&at.budget, &call, &in, &out), NOT_FOUND);
    check_reason(&call, "GRANT_UNKNOWN", "grants/7");
    budget_calls_end(&at, &call);
}

static void pages_through_grants(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(
            create_grant(&at, &call, i == 1 ? brand_line : grant_line, 30000, thirds, 3, NULL), OK);
    budget_list_grants_request in = BUDGET_LIST_GRANTS_REQUEST_INIT;
    size_t seen = 0;
    in.page_size = 1;
    for (int page = 0; page < 9; page++) {
        budget_list_grants_response out = BUDGET_LIST_GRANTS_RESPONSE_INIT;
        CU_ASSERT_EQUAL_FATAL(budget_list_grants(&at.budget, &call, &in, &out), OK);
        seen += out.n_grants;
        if (out.next_page_token[0] == '\0') break;
        in.page_token = out.next_page_token;
    }
    CU_ASSERT_EQUAL(seen, 3);
    in = (budget_list_grants_request)BUDGET_LIST_GRANTS_REQUEST_INIT;
    budget_list_grants_response out = BUDGET_LIST_GRANTS_RESPONSE_INIT;
    in.line = string_borrow(grant_line);
    CU_ASSERT_EQUAL_FATAL(budget_list_grants(&at.budget, &call, &in, &out), OK);
    CU_ASSERT_EQUAL(out.n_grants, 2);
    budget_calls_end(&at, &call);
}

static enum status sweep_plan(struct budget_fixture *at, struct rpc_call *call)
{
    static const struct point points[] = {{"2020-03-31", 200, 0}, {"2020-06-30", 600, 0}};
    return set_plan(at, call, information_line, 0, points, 2);
}

static enum status sweep_pace(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_pace_request in = BUDGET_LIST_PACE_REQUEST_INIT;
    budget_list_pace_response out = BUDGET_LIST_PACE_RESPONSE_INIT;
    in.as_of = string_borrow("2020-03-31");
    return budget_list_pace(&at->budget, call, &in, &out);
}

static enum status sweep_grant(struct budget_fixture *at, struct rpc_call *call)
{
    return create_grant(at, call, grant_line, 30000, thirds, 3, NULL);
}

static enum status sweep_grants(struct budget_fixture *at, struct rpc_call *call)
{
    budget_list_grants_request in = BUDGET_LIST_GRANTS_REQUEST_INIT;
    budget_list_grants_response out = BUDGET_LIST_GRANTS_RESPONSE_INIT;
    in.page_size = 1;
    return budget_list_grants(&at->budget, call, &in, &out);
}

static void survives_every_failed_allocation(void)
{
    static const struct point points[] = {{"2020-03-31", 200, 0}};
    struct budget_fixture at;
    struct rpc_call call;
    budget_calls_begin(&at, &call);
    CU_ASSERT_EQUAL_FATAL(set_plan(&at, &call, brand_line, 0, points, 1), OK);
    CU_ASSERT_EQUAL_FATAL(set_reason(&at, &call, brand_line, 1, "x", "2020-01-01", ""), OK);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(create_grant(&at, &call, grant_line, 30000, thirds, 3, NULL), OK);
    static swept_call *const calls[] = {sweep_plan, sweep_pace, sweep_grant, sweep_grants};
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
        sweep_allocations(&at, calls[i]);
    budget_calls_end(&at, &call);
}

SUITE("budget plans in the store",
      {"warns of lines behind their plan", warns_of_lines_behind_their_plan},
      {"shows the rates of a year's end", shows_the_rates_of_a_years_end},
      {"keeps plans and forgets none", keeps_plans_and_forgets_none},
      {"refuses bad plans", refuses_bad_plans}, {"pays a grant in thirds", pays_a_grant_in_thirds},
      {"opens what was taken back", opens_what_was_taken_back},
      {"refuses bad grants", refuses_bad_grants}, {"pages through grants", pages_through_grants},
      {"survives every failed allocation", survives_every_failed_allocation})
