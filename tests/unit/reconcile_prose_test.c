#include <string.h>

#include "support/small_report.h"
#include "support/suite.h"

enum { FIGURES_MAX = 8 };

struct prose_row {
    const char *name, *rule;
    struct small_figure figures[FIGURES_MAX];
    const char *found, *count;
};

static void check_rows(const struct prose_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct small_report report;
        small_report_init(&report);
        small_report_add(&report, rows[i].figures);
        const char *found = small_report_find(&report, rows[i].rule);
        const char *checks = small_report_count(&report, rows[i].rule);
        CU_ASSERT_STRING_EQUAL(found, rows[i].found);
        CU_ASSERT_STRING_EQUAL(checks, rows[i].count);
        if (strcmp(found, rows[i].found) != 0 || strcmp(checks, rows[i].count) != 0)
            printf("\n%s: %s (%s)\n", rows[i].name, found, checks);
        small_report_free(&report);
    }
}

static void composes(void)
{
    static const struct prose_row rows[] = {
        {"all parts",
         "composition",
         {{3, "접수", "79명"},
          {3, "접수/청년", "37명", .part_of = "79명"},
          {3, "접수/장애인", "23명", .part_of = "79명"},
          {3, "접수/어르신", "19명", .part_of = "79명"}},
         "",
         "1/1"},
        {"one is wrong",
         "composition",
         {{3, "선정", "12건"},
          {3, "본청", "6", .part_of = "12건"},
          {3, "사업소", "4", .part_of = "12건"},
          {3, "소방", "3", .part_of = "12건"}},
         "CONTRADICTION 12건 13건 | 6건 + 4건 + 3건 = 13건",
         "1/0"},
        {"two lists of one whole",
         "composition",
         {{3, "위촉", "100명"},
          {4, "사진", "45", .part_of = "100명"},
          {4, "영상", "55", .part_of = "100명"},
          {5, "재위촉", "66", .part_of = "100명"},
          {5, "신규", "34", .part_of = "100명"}},
         "",
         "2/2"},
        {"examples are no parts",
         "composition",
         {{3, "참석", "500명"},
          {3, "가", "20명", .part_of = "500명"},
          {3, "나", "30명", .part_of = "500명"}},
         "",
         "0/0"},
        {"other things are no parts",
         "composition",
         {{3, "교육", "6회"},
          {3, "가", "2명", .part_of = "6회"},
          {3, "나", "3명", .part_of = "6회"}},
         "",
         "0/0"},
        {"a single part is none",
         "composition",
         {{3, "교육", "6회"}, {3, "가", "5회", .part_of = "6회"}},
         "",
         "0/0"},
        {"thousands in millions",
         "composition",
         {{3, "이월", "276백만원"},
          {3, "가", "70,250천원", .part_of = "276백만원"},
          {3, "나", "205,507천원", .part_of = "276백만원"}},
         "",
         "1/1"},
        {"thousands in millions, cut",
         "composition",
         {{3, "이월", "275백만원"},
          {3, "가", "70,250천원", .part_of = "275백만원"},
          {3, "나", "205,507천원", .part_of = "275백만원"}},
         "ROUNDING 275백만원 276백만원 | 70,250천원 + 205,507천원 = 275,757천원",
         "1/1"},
        {"others that are not named",
         "composition",
         {{3, "접수", "79명"},
          {3, "청년", "50명", .part_of = "79명"},
          {3, "원로", "25명", .part_of = "79명", .qualifiers = {SLICE_QUALIFIER_AMONG_OTHERS}}},
         "",
         "0/0"},
        {"bare parts of an amount of money",
         "composition",
         {{3, "사업비", "3,200백만원"},
          {3, "국비", "1,600", .part_of = "3,200백만원"},
          {3, "시비", "1,500", .part_of = "3,200백만원"}},
         "CONTRADICTION 3,200백만원 3,100백만원 | 1,600백만원 + 1,500백만원 = 3,100백만원",
         "1/0"},
        {"a list and its total behind it",
         "composition",
         {{3, "지상파", "3"},
          {3, "케이블", "4"},
          {3, "종교", "5"},
          {3, "매체", "12개", .qualifiers = {SLICE_QUALIFIER_TOTAL}}},
         "",
         "1/1"},
        {"a list that misses its total by little",
         "composition",
         {{3, "지상파", "3"},
          {3, "케이블", "4"},
          {3, "종교", "5"},
          {3, "매체", "13개", .qualifiers = {SLICE_QUALIFIER_TOTAL}}},
         "SCOPE 13개 12개 | 3개 + 4개 + 5개 = 12개",
         "1/0"},
        {"a total and its list below",
         "composition",
         {{3, "신고", "70건", .qualifiers = {SLICE_QUALIFIER_TOTAL}},
          {5, "전화", "40건"},
          {5, "웹", "30건"}},
         "",
         "1/1"},
        {"a total and something else below",
         "composition",
         {{3, "신고", "70건", .qualifiers = {SLICE_QUALIFIER_TOTAL}},
          {5, "전화", "40건"},
          {5, "웹", "31건"}},
         "",
         "0/0"},
        {"about",
         "composition",
         {{3, "계", "30명", .qualifiers = {SLICE_QUALIFIER_ABOUT}},
          {3, "가", "15명", .part_of = "30명"},
          {3, "나", "16명", .part_of = "30명"}},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void computes_rates(void)
{
    static const struct prose_row rows[] = {
        {"it holds",
         "printed-rate",
         {{3, "사업/사업비", "1,000백만원"},
          {3, "사업/집행액", "250백만원"},
          {3, "사업/집행률", "25.0%"}},
         "",
         "1/1"},
        {"it does not",
         "printed-rate",
         {{3, "사업/소요예산", "2,000백만원"},
          {3, "사업/집행액", "250백만원"},
          {3, "사업/집행율", "15.6%"}},
         "CONTRADICTION 15.6% 12.5% | 250백만원 ÷ 2,000백만원 = 12.5%",
         "1/0"},
        {"few digits explain much",
         "printed-rate",
         {{3, "사업비", "2,460백만원"}, {3, "집행액", "4백만원"}, {3, "집행률", "0.1%"}},
         "ROUNDING 0.1% 0.2% | 4백만원 ÷ 2,460백만원 = 0.2%",
         "1/1"},
        {"what was spent comes first",
         "printed-rate",
         {{3, "집행액", "2,500백만원"}, {3, "예산", "10,000백만원"}, {3, "집행률", "27%"}},
         "CONTRADICTION 27% 25% | 2,500백만원 ÷ 10,000백만원 = 25%",
         "1/0"},
        {"a rate that is called after its part",
         "printed-rate",
         {{3, "접수", "320건"}, {3, "접수/선정", "85건"}, {3, "선정/선정률", "36.6%"}},
         "SCOPE 36.6% 26.6% | 85건 ÷ 320건 = 26.6%",
         "1/0"},
        {"some other percentage",
         "printed-rate",
         {{3, "사업비", "100백만원"}, {3, "보조금", "25백만원"}, {3, "자부담 비율", "10%"}},
         "",
         "0/0"},
        {"a rise is no rate",
         "printed-rate",
         {{3, "예산", "100백만원"},
          {3, "집행액", "25백만원"},
          {3, "집행", "10%", .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void computes_growth(void)
{
    static const struct prose_row rows[] = {
        {"it holds",
         "growth",
         {{3, "구독자", "150명", .period = "2020-03-31"},
          {3, "구독자", "100명", .period = "2019-03-31"},
          {3, "구독자", "50%", .compared_with = "100명", .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "",
         "1/1"},
        {"it does not",
         "growth",
         {{3, "구독자", "150명", .period = "2020-03-31"},
          {3, "구독자", "100명", .period = "2019-03-31"},
          {3, "구독자", "40%", .compared_with = "100명", .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "CONTRADICTION 40% 50% | (150명 − 100명) ÷ 100명 = 50%",
         "1/0"},
        {"the base was rounded",
         "growth",
         {{3, "구독자", "64천명", .period = "2020-03-31"},
          {3, "구독자", "4만명", .period = "2018-12-31"},
          {3, "구독자", "55%", .compared_with = "4만명", .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "ROUNDING 55% 60% | (64천명 − 4만명) ÷ 4만명 = 60%",
         "1/1"},
        {"a quarter against a year",
         "growth",
         {{3, "조회", "300회", .period = "2020-01-01~2020-03-31"},
          {3, "조회", "900회", .period = "2019-01-01~2019-12-31"},
          {3, "조회/동기대비", "20%", .compared_with = "900회",
           .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "SCOPE 20% △67% | (300회 − 900회) ÷ 900회 = △67%",
         "1/0"},
        {"the base is the year before, which is not printed",
         "growth",
         {{3, "홈페이지", "1,200건", .period = "2020-03-31"},
          {3, "SNS", "727건", .period = "2020-03-31"},
          {3, "SNS/전년대비 증감률", "10%", .compared_with = "727건",
           .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "",
         "0/0"},
        {"the base is called that of the year before",
         "growth",
         {{3, "관광객", "341명"},
          {3, "관광객/전년", "120명"},
          {3, "관광객/증감률", "194.2%", .compared_with = "120명",
           .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "CONTRADICTION 194.2% 184.2% | (341명 − 120명) ÷ 120명 = 184.2%",
         "1/0"},
        {"behind 대비 stands the change itself",
         "growth",
         {{3, "방류량", "1,480만마리"},
          {3, "방류량/전년", "1,325만마리", .compared_with = "1,480만마리"},
          {3, "방류량", "155만마리", .compared_with = "1,325만마리"},
          {3, "방류량", "11.7%", .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "",
         "1/1"},
        {"an arrow and a fall",
         "growth",
         {{3, "민원", "200건"},
          {3, "민원", "150건", .compared_with = "200건"},
          {3, "민원", "25%", .qualifiers = {SLICE_QUALIFIER_DECREASE}}},
         "",
         "1/1"},
        {"nothing says that they belong together",
         "growth",
         {{3, "가", "200건"},
          {3, "나", "150건"},
          {3, "다", "10%", .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void computes_changes(void)
{
    static const struct prose_row rows[] = {
        {"it holds",
         "printed-change",
         {{3, "인력", "554명"},
          {3, "인력", "524명", .compared_with = "554명"},
          {3, "인력", "△30명"}},
         "",
         "1/1"},
        {"it does not",
         "printed-change",
         {{3, "인력", "554명"},
          {3, "인력", "524명", .compared_with = "554명"},
          {3, "인력", "△31명"}},
         "CONTRADICTION △31명 △30명 | 554명 − 524명 = 30명",
         "1/0"},
        {"not linked: other things",
         "printed-change",
         {{3, "가", "524명"}, {3, "나", "554명"}, {3, "다", "△31명"}},
         "",
         "0/0"},
        {"points of percentages",
         "printed-change",
         {{3, "만족도", "77.3%"},
          {3, "만족도", "85.0%", .compared_with = "77.3%"},
          {3, "만족도", "7.7%p", .qualifiers = {SLICE_QUALIFIER_INCREASE}}},
         "",
         "1/1"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void multiplies(void)
{
    static const struct prose_row rows[] = {
        {"twelve months",
         "multiplication",
         {{3, "부수", "31,500부", .per = "월"}, {3, "부수", "378,000부", .per = "년"}},
         "",
         "1/1"},
        {"not twelve months",
         "multiplication",
         {{3, "부수", "31,500부", .per = "월"}, {3, "부수", "387,000부", .per = "년"}},
         "SCOPE 387,000부 378,000부 | 31,500부 × 12 = 378,000부",
         "1/0"},
        {"something else by the year",
         "multiplication",
         {{3, "부수", "6만부", .per = "월"}, {3, "부수", "12회", .per = "년"}},
         "",
         "0/0"},
        {"each and all",
         "multiplication",
         {{3, "대상", "42개소"},
          {3, "점검", "6회", .per = "개"},
          {3, "점검", "252회", .qualifiers = {SLICE_QUALIFIER_TOTAL}}},
         "",
         "1/1"},
        {"each and not all",
         "multiplication",
         {{3, "대상", "42개소"},
          {3, "점검", "6회", .per = "개"},
          {3, "점검", "250회", .qualifiers = {SLICE_QUALIFIER_TOTAL}}},
         "SCOPE 250회 252회 | 42개소 × 6회 = 252회",
         "1/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void divides_by_days(void)
{
    static const struct prose_row rows[] = {
        {"it holds",
         "daily-average",
         {{3, "민원", "910건", .period = "2020-01-01~2020-03-31"},
          {3, "민원", "10건", .per = "일", .qualifiers = {SLICE_QUALIFIER_AVERAGE}}},
         "",
         "1/1"},
        {"cut",
         "daily-average",
         {{3, "민원", "1,000건", .period = "2020-01-01~2020-03-31"},
          {3, "민원", "10건", .per = "일", .qualifiers = {SLICE_QUALIFIER_AVERAGE}}},
         "ROUNDING 10건 11건 | 1,000건 ÷ 91일 = 11건",
         "1/1"},
        {"days without weekends",
         "daily-average",
         {{3, "민원", "650건", .period = "2020-01-01~2020-03-31"},
          {3, "민원", "10건", .per = "일", .qualifiers = {SLICE_QUALIFIER_AVERAGE}}},
         "",
         "1/1"},
        {"more than the total allows",
         "daily-average",
         {{3, "신고", "7,774건", .period = "2020-01-22~2020-04-13"},
          {3, "신고", "102건", .per = "일",
           .qualifiers = {SLICE_QUALIFIER_AVERAGE, SLICE_QUALIFIER_MORE_THAN}}},
         "CONTRADICTION 102건 93.7건 | 7,774건 ÷ 83일 = 93.7건",
         "1/0"},
        {"no period",
         "daily-average",
         {{3, "신고", "7,774건"},
          {3, "신고", "102건", .per = "일", .qualifiers = {SLICE_QUALIFIER_AVERAGE}}},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void compares_subjects(void)
{
    static const struct prose_row rows[] = {
        {"printed twice",
         "same-subject",
         {{3, "홍보/블로그/방문자수", "107만명", .period = "2020-03-31"},
          {9, "홍보/블로그/방문자수", "105만명", .period = "2020-03-31"}},
         "SCOPE 105만명 107만명 | 105만명 ≠ 107만명",
         "1/0"},
        {"the same, more coarsely",
         "same-subject",
         {{3, "홍보/보조금", "36백만원"}, {9, "홍보/보조금", "35,999천원"}},
         "",
         "1/1"},
        {"on other days",
         "same-subject",
         {{3, "홍보/방문자수", "107명", .period = "2020-03-31"},
          {9, "홍보/방문자수", "105명", .period = "2020-02-28"}},
         "",
         "0/0"},
        {"a list",
         "same-subject",
         {{3, "홍보/교육", "1회"}, {4, "홍보/교육", "2회"}, {5, "홍보/교육", "3회"}},
         "",
         "0/0"},
        {"a total above its days",
         "daily-maximum",
         {{3, "코로나19 상담건수", "9,000건", .period = "2020-01-01~2020-01-10"},
          {9, "코로나 상담 증가", "700건", .period = "2020-01-05",
           .qualifiers = {SLICE_QUALIFIER_AT_MOST, SLICE_QUALIFIER_MAXIMUM}}},
         "SCOPE 9,000건 7,000건 | 700건 × 10일 = 7,000건 < 9,000건",
         "1/0"},
        {"a total within its days",
         "daily-maximum",
         {{3, "코로나19 상담건수", "6,000건", .period = "2020-01-01~2020-01-10"},
          {9, "코로나 상담 증가", "700건", .period = "2020-01-05",
           .qualifiers = {SLICE_QUALIFIER_MAXIMUM}}},
         "",
         "1/1"},
        {"a period that ends before it begins",
         "period-order",
         {{3, "교육", "7회", .period = "2020-05-01~2020-04-01"}},
         "CONTRADICTION 7회 2020-05-01~ | 2020-05-01 > 2020-04-01",
         "1/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void stays_quick(void)
{
    static struct small_figure line[] = {
        {1, "가/나", "79명"},
        {1, "가/청년", "37명", .part_of = "79명"},
        {1, "가/장애인", "42명", .part_of = "79명"},
        {1, "가/사업비", "100백만원"},
        {1, "가/집행액", "25백만원"},
        {1, "가/집행률", "25%"},
        {0},
    };
    struct small_report report;
    small_report_init(&report);
    for (int i = 1; i <= 2000; i++) {
        for (size_t k = 0; line[k].line != 0; k++)
            line[k].line = i;
        small_report_add(&report, line);
    }
    CU_ASSERT_STRING_EQUAL(small_report_count(&report, "composition"), "2000/2000");
    CU_ASSERT_STRING_EQUAL(small_report_count(&report, "printed-rate"), "2000/2000");
    small_report_free(&report);
}

SUITE("reconcile prose", {"composes", composes}, {"computes rates", computes_rates},
      {"computes growth", computes_growth}, {"computes changes", computes_changes},
      {"multiplies", multiplies}, {"divides by days", divides_by_days},
      {"compares subjects", compares_subjects}, {"stays quick", stays_quick})
