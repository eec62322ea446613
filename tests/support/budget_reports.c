#include "support/budget_reports.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

const char seoul_bureau[] = "시민소통기획관";

/* The rows of one of the Seoul tables under its headings, as printed_table wants them. */
static const char **printed_rows(struct arena *arena, const char *headings,
                                 const struct printed_budget_row *rows, size_t count)
{
    const char **printed = arena_calloc(arena, count + 1, sizeof *printed);
    CU_ASSERT_PTR_NOT_NULL_FATAL(printed);
    if (printed == NULL) return NULL;
    printed[0] = headings;
    for (size_t i = 0; i < count; i++)
        printed[i + 1] = arena_printf(arena, "%s|%s|%s|%s|%s", rows[i].label, rows[i].cells[0],
                                      rows[i].cells[1], rows[i].cells[2], rows[i].cells[3]);
    return printed;
}

enum status budget_put_seoul_2012(struct budget_fixture *at, int32_t *records)
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
    struct printed_report report = {"seoul-2012-02", seoul_bureau, "2012-02-29", 'a', &table, 1};
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

enum status budget_put_seoul_2020(struct budget_fixture *at, int32_t *records)
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
    struct printed_report report = {"seoul-2020-04", seoul_bureau,        "2020-03-31", 'b',
                                    tables,          ARRAY_LENGTH(tables)};
    return budget_put_report(at, &report, records);
}

enum status budget_ask_execution(struct rpc_call *call, struct budget_fixture *at,
                                 const char *as_of, const char *publisher,
                                 budget_get_execution_response *out)
{
    budget_get_execution_request in = BUDGET_GET_EXECUTION_REQUEST_INIT;
    *out = (budget_get_execution_response)BUDGET_GET_EXECUTION_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    in.publisher = string_borrow(publisher);
    return budget_get_execution(&at->budget, call, &in, out);
}

enum status budget_ask_comparison(struct rpc_call *call, struct budget_fixture *at,
                                  const char *as_of, budget_get_comparison_response *out)
{
    budget_get_comparison_request in = BUDGET_GET_COMPARISON_REQUEST_INIT;
    *out = (budget_get_comparison_response)BUDGET_GET_COMPARISON_RESPONSE_INIT;
    in.as_of = string_borrow(as_of);
    return budget_get_comparison(&at->budget, call, &in, out);
}

const struct snapshot_case budget_march = {
    "gwangju-2024-04", "소통관", "2024-03-31", 'a',
    ROWS("합계|9,123|3,001|2,456|26.9%", "홍보과|5,023|1,501|1,000|19.9%",
         "시정 홍보|3,022|1,400|900|29.8%", "기본경비|2,001|101|100|5.0%",
         "소통과|4,100|1,500|1,456|35.5%")};
const char budget_march_shown[] = "0 합계 9123 3001 2456; 1 홍보과 5023 1501 1000; 2 시정 홍보 "
                                  "3022 1400 900; 2 기본경비 2001 101 "
                                  "100; 1 소통과 4100 1500 1456";
/* A project is new, one grew, one is gone. */
const struct snapshot_case budget_june = {
    "gwangju-2024-07", "소통관", "2024-06-30", 'b',
    ROWS("합계|9,623|5,002|4,456|46.3%", "홍보과|5,523|2,501|2,000|36.2%",
         "시정 홍보|3,022|1,900|1,700|56.3%", "축제|2,501|601|300|12.0%",
         "소통과|4,100|2,500|2,456|59.9%")};
const char budget_june_shown[] = "0 합계 9623 5002 4456; 1 홍보과 5523 2501 2000; 2 시정 홍보 3022 "
                                 "1900 1700; 2 축제 2501 601 300; "
                                 "1 소통과 4100 2500 2456";

enum status budget_put_snapshot(struct budget_fixture *at, struct snapshot_case snapshot)
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

void budget_check_execution(struct budget_fixture *at, const char *as_of, const char *publisher,
                            const char *expected)
{
    struct rpc_call call;
    budget_get_execution_response out;
    char shown[CELLS_BYTES_MAX] = "";
    calls_begin(&call, at->db);
    CU_ASSERT_EQUAL_FATAL(budget_ask_execution(&call, at, as_of, publisher, &out), OK);
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

void budget_check_both_days(struct budget_fixture *at)
{
    budget_check_execution(at, "2024-03-30", "", "");
    budget_check_execution(at, "2024-03-31", "", budget_march_shown);
    budget_check_execution(at, "2024-06-29", "소통관", budget_march_shown);
    budget_check_execution(at, "2024-06-30", "", budget_june_shown);
    budget_check_execution(at, "2024-12-31", "", budget_june_shown);
    budget_check_execution(at, "2025-01-01", "", "");
}
