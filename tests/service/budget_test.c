/* The budget service over a real database file: slices in, tables out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "support/budget_slices.h"
#include "support/budget_tables.h"
#include "support/suite.h"

enum { CELLS_BYTES_MAX = 512, THOUSAND = 1000 };

static const char bureau_2012[] = "시민소통기획관";

/* The rows of one of the Seoul tables under its headings, as printed_table wants them. */
static const char **printed_rows(struct arena *arena, const char *headings,
                                 const struct printed_budget_row *rows, size_t count)
{
    const char **printed = arena_calloc(arena, count + 1, sizeof *printed);
    CU_ASSERT_PTR_NOT_NULL_FATAL(printed);
    printed[0] = headings;
    for (size_t i = 0; i < count; i++)
        printed[i + 1] = arena_printf(arena, "%s|%s|%s|%s|%s", rows[i].label, rows[i].cells[0],
                                      rows[i].cells[1], rows[i].cells[2], rows[i].cells[3]);
    return printed;
}

static enum status put_2012(struct budget_fixture *at, int32_t *records)
{
    struct printed_table table = {
        .title = "3 2012 사업 예산현황",
        .unit = "천원",
        .day = "",
        .heading_rows = 1,
        .line = 44,
        .rows = printed_rows(&at->arena, "부서 및 사업명|2012년 예산|2011년 예산|증 감|증감율",
                             seoul_2012_rows, SEOUL_2012_ROWS),
        .row_count = SEOUL_2012_ROWS + 1};
    struct printed_report report = {"seoul-2012-02", bureau_2012, "2012-02-29", 'a', &table, 1};
    return budget_put_report(at, &report, records);
}

static const char *const fund_rows[] = {
    "구분|적 요|집행금액 (원인행위기준)|비고",
    "재난계정 (시민소통)|재난기금(재난계정) 예산|1,324,280,000|",
    "|코로나19대응 홍보물 제작 및 배포(1차)|194,620,800|",
    "|코로나19 예방수칙 등 홍보물(포스터) 배포|74,100,000|",
    "|코로나19 대응 인쇄물 제작·배부 수의계약 의뢰|74,100,000|",
    "|코로나19 예방수칙 등 홍보물(현수막) 배포|120,000,000|",
    "|코로나19 대응 홍보물 제작 및 배포(2차)|10,799,800|",
    "|시정정보 제공 TV 광고비 지급|434,000,000|",
    "|시정정보 제공 라디오 광고비 지급|66,000,000|",
    "|인쇄매체 활용 시정정보 제공비 지급(신문)|225,500,000|",
    "|집행금액(계)|1,199,120,600|집행률 90.5%",
    "재난계정 (뉴미디어)|재난기금(재난계정) 예산|172,590,000|",
    "|서울시 일일보고 유튜브 생방송|104,370,000|",
    "|서울시 유튜브 생방송 운 영비용 지출|900,000|",
    "|대시민 정보제공 기획영상 제작 배포 용역|20,700,000|",
    "|온라인 활용 대시민 정보제공 2차 용역|44,710,000|",
    "|지행금액(계)|170,680,000|집행률 98.9%",
    "구호계정 (시민소통)|재난기금(구호계정) 예산|370,000,000|(집행예정)",
};

static enum status put_2020(struct budget_fixture *at, int32_t *records)
{
    struct printed_table tables[] = {
        {.title = "예 산",
         .unit = "천원, %",
         .day = "2020-03-31",
         .heading_rows = 1,
         .line = 136,
         .rows = printed_rows(&at->arena, "부서/사업명|예산현액|원인행위액|집행액|집행률",
                              seoul_2020_rows, SEOUL_2020_ROWS),
         .row_count = SEOUL_2020_ROWS + 1},
        {.title = "재난기금 집행내역",
         .unit = "원",
         .day = "2020-04-13",
         .heading_rows = 1,
         .line = 1264,
         .rows = fund_rows,
         .row_count = ARRAY_LENGTH(fund_rows)},
    };
    struct printed_report report = {"seoul-2020-04", bureau_2012,         "2020-03-31", 'b',
                                    tables,          ARRAY_LENGTH(tables)};
    return budget_put_report(at, &report, records);
}

/* Shows won in thousands, as the tables print them. */
static const char *in_thousands(struct arena *arena, int64_t won)
{
    char digits[DECIMAL_STRING_BYTES];
    CU_ASSERT_EQUAL(won % THOUSAND, 0);
    int64_t thousands = won / THOUSAND;
    decimal_format((struct decimal){thousands < 0 ? -thousands : thousands, 0}, digits);
    char *shown = arena_printf(arena, "%s%s", thousands < 0 ? "△" : "", digits);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shown);
    return shown;
}

/* The reports' own printing: no thousands separators in rates, △ for minus. */
static const char *as_rate(struct arena *arena, const type_quantity *rate)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(rate);
    CU_ASSERT_EQUAL(rate->exponent, -1);
    CU_ASSERT_STRING_EQUAL(rate->unit, "PERCENT");
    long long tenths = rate->units < 0 ? -(long long)rate->units : (long long)rate->units;
    char *shown =
        arena_printf(arena, "%s%lld.%lld%%", rate->units < 0 ? "△" : "", tenths / 10, tenths % 10);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shown);
    return shown;
}

static void check_cell(const char *shown, const char *printed, size_t row)
{
    if (strcmp(shown, printed) != 0)
        (void)printf("row %zu: %s, printed %s\n", row + 1, shown, printed);
    CU_ASSERT_STRING_EQUAL(shown, printed);
}

static enum status get_execution(struct rpc_call *call, struct budget_fixture *at,
                                 const char *as_of, const char *publisher,
                                 budget_get_execution_response *out)
{
    budget_get_execution_request in = BUDGET_GET_EXECUTION_REQUEST_INIT;
    *out = (budget_get_execution_response)BUDGET_GET_EXECUTION_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    in.publisher = string_borrow(publisher);
    return budget_get_execution(&at->budget, call, &in, out);
}

static enum status get_comparison(struct rpc_call *call, struct budget_fixture *at,
                                  const char *as_of, budget_get_comparison_response *out)
{
    budget_get_comparison_request in = BUDGET_GET_COMPARISON_REQUEST_INIT;
    *out = (budget_get_comparison_response)BUDGET_GET_COMPARISON_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    return budget_get_comparison(&at->budget, call, &in, out);
}

static void shows_the_table_of_2020_cell_for_cell(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    int32_t records = 0;
    budget_get_execution_response out;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(put_2012(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(put_2020(&at, &records), OK);
    CU_ASSERT_TRUE(records > SEOUL_2020_ROWS);
    calls_begin(&call, at.db);
    CU_ASSERT_EQUAL_FATAL(get_execution(&call, &at, "2020-03-31", "", &out), OK);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, SEOUL_2020_ROWS);
    for (size_t i = 0; i < out.n_rows; i++) {
        const budget_execution_row *row = out.rows[i];
        const struct printed_budget_row *printed = &seoul_2020_rows[i];
        check_cell(row->label, printed->label, i);
        check_cell(in_thousands(&call.arena, row->current_won), printed->cells[0], i);
        check_cell(in_thousands(&call.arena, row->committed_won), printed->cells[1], i);
        check_cell(in_thousands(&call.arena, row->spent_won), printed->cells[2], i);
        check_cell(as_rate(&call.arena, row->execution_rate), printed->cells[3], i);
        CU_ASSERT_EQUAL(row->depth, printed->depth);
        CU_ASSERT_EQUAL(row->citation->line, 137 + (int)i);
        CU_ASSERT_EQUAL(row->citation->table_row, (int)i + 2);
        CU_ASSERT_EQUAL(row->citation->n_section_path, 2);
        CU_ASSERT_STRING_EQUAL(row->citation->report_id, "seoul-2020-04");
    }
    CU_ASSERT_EQUAL(get_execution(&call, &at, "2020-03-30", "", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    CU_ASSERT_EQUAL(get_execution(&call, &at, "2020-12-31", "다른 관", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    CU_ASSERT_EQUAL(get_execution(&call, &at, "2012-12-31", "", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    calls_end(&call);
    budget_close_fixture(&at);
}

static void shows_the_table_of_2012_cell_for_cell(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_get_comparison_response out;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(put_2012(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(put_2020(&at, NULL), OK);
    calls_begin(&call, at.db);
    CU_ASSERT_EQUAL_FATAL(get_comparison(&call, &at, "2012-02-29", &out), OK);
    CU_ASSERT_EQUAL(out.fiscal_year, 2012);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, SEOUL_2012_ROWS);
    for (size_t i = 0; i < out.n_rows; i++) {
        const budget_comparison_row *row = out.rows[i];
        const struct printed_budget_row *printed = &seoul_2012_rows[i];
        check_cell(row->label, printed->label, i);
        check_cell(in_thousands(&call.arena, row->budget_won), printed->cells[0], i);
        check_cell(in_thousands(&call.arena, row->previous_won), printed->cells[1], i);
        check_cell(in_thousands(&call.arena, row->change_won), printed->cells[2], i);
        check_cell(as_rate(&call.arena, row->change_rate), printed->cells[3], i);
        CU_ASSERT_EQUAL(row->depth, printed->depth);
        CU_ASSERT_EQUAL(row->citation->line, 45 + (int)i);
    }
    CU_ASSERT_EQUAL(get_comparison(&call, &at, "2020-12-31", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    CU_ASSERT_EQUAL(get_comparison(&call, &at, "2011-12-31", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    calls_end(&call);
    budget_close_fixture(&at);
}

/* A report of an invented bureau with one execution table. */
struct snapshot_case {
    const char *id, *publisher, *day;
    char digest;
    const char *const *rows;
    size_t row_count;
};

#define ROWS(...)                                                                                  \
    .rows = (const char *const[]){"부서/사업명|예산현액|원인행위액|집행액|집행률", __VA_ARGS__},   \
    .row_count = sizeof((const char *const[]){"", __VA_ARGS__}) / sizeof(const char *)

static enum status put_snapshot(struct budget_fixture *at, struct snapshot_case snapshot)
{
    struct printed_table table = {.title = "예산",
                                  .unit = "천원",
                                  .day = snapshot.day,
                                  .heading_rows = 1,
                                  .line = 10,
                                  .rows = snapshot.rows,
                                  .row_count = snapshot.row_count};
    struct printed_report report = {
        snapshot.id, snapshot.publisher, snapshot.day, snapshot.digest, &table, 1};
    return budget_put_report(at, &report, NULL);
}

/* The execution table as `depth label current committed spent`, rows separated by `; `. */
static void check_execution(struct budget_fixture *at, const char *as_of, const char *publisher,
                            const char *expected)
{
    struct rpc_call call;
    budget_get_execution_response out;
    char shown[CELLS_BYTES_MAX] = "";
    calls_begin(&call, at->db);
    CU_ASSERT_EQUAL_FATAL(get_execution(&call, at, as_of, publisher, &out), OK);
    size_t used = 0;
    for (size_t i = 0; i < out.n_rows && used < sizeof shown; i++)
        used += (size_t)snprintf(shown + used, sizeof shown - used, "%s%d %s %lld %lld %lld",
                                 i == 0 ? "" : "; ", out.rows[i]->depth, out.rows[i]->label,
                                 (long long)out.rows[i]->current_won / THOUSAND,
                                 (long long)out.rows[i]->committed_won / THOUSAND,
                                 (long long)out.rows[i]->spent_won / THOUSAND);
    if (strcmp(shown, expected) != 0)
        (void)printf("%s of %s:\n  %s, not\n  %s\n", as_of, publisher, shown, expected);
    CU_ASSERT_STRING_EQUAL(shown, expected);
    calls_end(&call);
}

static const struct snapshot_case march = {
    "gwangju-2024-04", "소통관", "2024-03-31", 'a',
    ROWS("합계|9,123|3,001|2,456|26.9%", "홍보과|5,023|1,501|1,000|19.9%",
         "시정 홍보|3,022|1,400|900|29.8%", "기본경비|2,001|101|100|5.0%",
         "소통과|4,100|1,500|1,456|35.5%")};
static const char march_shown[] = "0 합계 9123 3001 2456; 1 홍보과 5023 1501 1000; 2 시정 홍보 "
                                  "3022 1400 900; 2 기본경비 2001 101 "
                                  "100; 1 소통과 4100 1500 1456";
/* A project is new, one grew, one is gone. */
static const struct snapshot_case june = {
    "gwangju-2024-07", "소통관", "2024-06-30", 'b',
    ROWS("합계|9,623|5,002|4,456|46.3%", "홍보과|5,523|2,501|2,000|36.2%",
         "시정 홍보|3,022|1,900|1,700|56.3%", "축제|2,501|601|300|12.0%",
         "소통과|4,100|2,500|2,456|59.9%")};
static const char june_shown[] = "0 합계 9623 5002 4456; 1 홍보과 5523 2501 2000; 2 시정 홍보 3022 "
                                 "1900 1700; 2 축제 2501 601 300; "
                                 "1 소통과 4100 2500 2456";

static void check_both_days(struct budget_fixture *at)
{
    check_execution(at, "2024-03-30", "", "");
    check_execution(at, "2024-03-31", "", march_shown);
    check_execution(at, "2024-06-29", "소통관", march_shown);
    check_execution(at, "2024-06-30", "", june_shown);
    check_execution(at, "2024-12-31", "", june_shown);
    check_execution(at, "2025-01-01", "", "");
}

static void keeps_every_snapshot(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, june), OK);
    check_both_days(&at);
    budget_close_fixture(&at);
}

static void takes_reports_in_any_order(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, june), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    check_both_days(&at);
    budget_close_fixture(&at);
}

static int64_t number_of(struct db *db, const struct db_sql *sql)
{
    int64_t number = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &number, sql, NULL, 0), OK);
    return number;
}

static const struct db_sql count_entries = {"count_entries", "SELECT count(*) FROM budget_entries"};
static const struct db_sql sum_entries = {
    "sum_entries", "SELECT coalesce(sum(amount_won * kind), 0) FROM budget_entries"};
static const struct db_sql sum_recorded = {
    "sum_recorded", "SELECT sum(recorded_ms % 1000000000 * id) FROM budget_entries"};
static const struct db_sql count_lines = {"count_lines", "SELECT count(*) FROM budget_lines"};
static const struct db_sql count_readings = {"count_readings",
                                             "SELECT count(*) FROM budget_readings"};

static void reads_a_report_once_however_often_it_comes(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, june), OK);
    int64_t entries = number_of(at.db, &count_entries);
    int64_t sum = number_of(at.db, &sum_entries);
    int64_t recorded = number_of(at.db, &sum_recorded);
    int64_t lines = number_of(at.db, &count_lines);
    clock_set_ms(clock_now_ms() + 1000);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, june), OK);
    clock_set_ms(0);
    /* The very entries that were recorded first, with their ids and instants. */
    CU_ASSERT_EQUAL(number_of(at.db, &sum_recorded), recorded);
    CU_ASSERT_EQUAL(number_of(at.db, &count_entries), entries);
    CU_ASSERT_EQUAL(number_of(at.db, &sum_entries), sum);
    CU_ASSERT_EQUAL(number_of(at.db, &count_lines), lines);
    CU_ASSERT_EQUAL(number_of(at.db, &count_readings), 2);
    check_both_days(&at);
    budget_close_fixture(&at);
}

static void corrects_what_a_report_said_before(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    struct snapshot_case wrong = {"gwangju-2024-04", "소통관", "2024-03-31", 'a',
                                  ROWS("합계|8,123|2,001|1,456|26.9%", "홍보과|4,023|501|0|0.0%",
                                       "없던 과|4,100|1,500|1,456|35.5%")};
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, wrong), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, june), OK);
    check_execution(&at, "2024-06-30", "", june_shown);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    check_both_days(&at);
    struct snapshot_case empty = {"gwangju-2024-04", "소통관", "2024-03-31", 'a', ROWS("|||")};
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, empty), OK);
    check_execution(&at, "2024-03-31", "", "");
    check_execution(&at, "2024-06-30", "", june_shown);
    budget_close_fixture(&at);
}

static void keeps_bureaus_apart(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    struct snapshot_case other = {
        "busan-2024-04", "대변인", "2024-03-31", 'c',
        ROWS("합계|1,111|1,001|456|41.0%", "홍보과|611|501|456|74.6%", "소통과|500|500|0|0.0%")};
    static const char other_shown[] =
        "0 합계 1111 1001 456; 1 홍보과 611 501 456; 1 소통과 500 500 0";
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, other), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, june), OK);
    check_execution(&at, "2024-03-31", "소통관", march_shown);
    check_execution(&at, "2024-06-30", "소통관", june_shown);
    check_execution(&at, "2024-06-30", "대변인", other_shown);
    char both[CELLS_BYTES_MAX];
    (void)snprintf(both, sizeof both, "%s; %s", other_shown, march_shown);
    check_execution(&at, "2024-03-31", "", both);
    budget_close_fixture(&at);
}

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
    CU_ASSERT_EQUAL_FATAL(put_2012(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, june), OK);
    calls_begin(&call, at.db);
    const budget_line *line = get_line(&call, &at, "lines/2012-general-0005", OK).line;
    CU_ASSERT_STRING_EQUAL(line->label, seoul_2012_rows[4].label);
    CU_ASSERT_STRING_EQUAL(line->parent, "lines/2012-general-0004");
    CU_ASSERT_STRING_EQUAL(line->publisher, bureau_2012);
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
    CU_ASSERT_STRING_EQUAL(rpc_fault(&call)->message, "there is no line lines/2024-general-0007");
    calls_end(&call);
    budget_close_fixture(&at);
}

static void posts_what_a_total_prints_beyond_its_parts(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(put_2020(&at, NULL), OK);
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
    CU_ASSERT_EQUAL_FATAL(put_2012(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(put_2020(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    calls_begin(&call, at.db);
    static const int32_t sizes[] = {1, 2, 7, 44, 45, 1000};
    int64_t entries = number_of(at.db, &count_entries);
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        CU_ASSERT_EQUAL(pages_of_lines(&call, &at, 2012, bureau_2012, sizes[i]), SEOUL_2012_ROWS);
        CU_ASSERT_EQUAL(pages_of_lines(&call, &at, 2011, bureau_2012, sizes[i]), SEOUL_2012_ROWS);
        CU_ASSERT_EQUAL(pages_of_lines(&call, &at, 0, bureau_2012, sizes[i]), SEOUL_2020_ROWS);
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
    CU_ASSERT_EQUAL_FATAL(put_2020(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(put_2020(&at, NULL), OK);
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

static void leaves_other_slices_alone(void)
{
    struct budget_fixture at;
    static const char *const people[] = {"구분|정원|현원", "홍보과|23|22"};
    static const char *const huge[] = {"구분|예산현액|집행액", "홍보과|9223372036854775807|1",
                                       "소통과|1|1"};
    struct printed_table tables[] = {
        {.title = "인력",
         .unit = "명",
         .day = "",
         .heading_rows = 1,
         .line = 5,
         .rows = people,
         .row_count = ARRAY_LENGTH(people)},
        {.title = "예산",
         .unit = "천원",
         .day = "",
         .heading_rows = 1,
         .line = 9,
         .rows = huge,
         .row_count = ARRAY_LENGTH(huge)},
    };
    int32_t records = -1;
    budget_open_fixture(&at);
    struct printed_report none = {"none", "관", "2024-06-30", 'a', NULL, 0};
    CU_ASSERT_EQUAL(budget_put_report(&at, &none, &records), OK);
    CU_ASSERT_EQUAL(records, 0);
    struct printed_report other = {"other", "관", "2024-06-30", 'b', tables, 1};
    CU_ASSERT_EQUAL(budget_put_report(&at, &other, &records), OK);
    CU_ASSERT_EQUAL(records, 0);
    /* What does not fit 64 bits in won is no amount; the rest of the table is read. */
    struct printed_report too_large = {"huge", "관", "2024-06-30", 'c', tables, 2};
    CU_ASSERT_EQUAL(budget_put_report(&at, &too_large, &records), OK);
    check_execution(&at, "2024-06-30", "", "0 소통과 1 0 1");
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
    return get_execution(call, at, "2024-06-30", "", &out);
}

static enum status sweep_comparison(struct budget_fixture *at, struct rpc_call *call)
{
    budget_get_comparison_response out;
    return get_comparison(call, at, "2025-06-30", &out);
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
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, march), OK);
    CU_ASSERT_EQUAL_FATAL(put_snapshot(&at, june), OK);
    sweep_prepare(&at);
    static sweep_call *const calls[] = {sweep_put,     sweep_line,      sweep_lines,
                                        sweep_entries, sweep_execution, sweep_comparison,
                                        sweep_funds};
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
        sweep(&at, calls[i]);
    check_both_days(&at);
    budget_close_fixture(&at);
}

SUITE("budget", {"shows the table of 2020 cell for cell", shows_the_table_of_2020_cell_for_cell},
      {"shows the table of 2012 cell for cell", shows_the_table_of_2012_cell_for_cell},
      {"keeps every snapshot", keeps_every_snapshot},
      {"takes reports in any order", takes_reports_in_any_order},
      {"reads a report once however often it comes", reads_a_report_once_however_often_it_comes},
      {"corrects what a report said before", corrects_what_a_report_said_before},
      {"keeps bureaus apart", keeps_bureaus_apart},
      {"names lines and says what they stand at", names_lines_and_says_what_they_stand_at},
      {"posts what a total prints beyond its parts", posts_what_a_total_prints_beyond_its_parts},
      {"pages through lines and entries", pages_through_lines_and_entries},
      {"shows the fund of 2020", shows_the_fund_of_2020},
      {"shows a fund as last reported", shows_a_fund_as_last_reported},
      {"leaves other slices alone", leaves_other_slices_alone},
      {"survives every failed allocation", survives_every_failed_allocation})
