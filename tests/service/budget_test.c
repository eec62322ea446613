/* The budget service over a real database file: slices in, tables out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

SUITE("budget", {"shows the table of 2020 cell for cell", shows_the_table_of_2020_cell_for_cell},
      {"shows the table of 2012 cell for cell", shows_the_table_of_2012_cell_for_cell})
