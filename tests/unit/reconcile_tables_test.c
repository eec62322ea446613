#include <string.h>

#include "support/small_report.h"
#include "support/suite.h"

struct table_row {
    const char *name, *rule;
    struct small_table table;
    const char *found, *count; /* count: NULL for any. */
};

static void check_rows(const struct table_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct small_report report;
        small_report_init(&report);
        small_report_table(&report, &rows[i].table);
        const char *found = small_report_find(&report, rows[i].rule);
        CU_ASSERT_STRING_EQUAL(found, rows[i].found);
        if (strcmp(found, rows[i].found) != 0) printf("\n%s: %s\n", rows[i].name, found);
        if (rows[i].count != NULL) {
            const char *checks = small_report_count(&report, rows[i].rule);
            CU_ASSERT_STRING_EQUAL(checks, rows[i].count);
            if (strcmp(checks, rows[i].count) != 0) printf("\n%s: %s\n", rows[i].name, checks);
        }
        small_report_free(&report);
    }
}

static void sums_columns(void)
{
    static const struct table_row rows[] = {
        {"a total above its parts",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|남|여\n계|30|12\n가|10|5\n나|20|7"},
         "",
         "2/2"},
        {"one column is off, the other confirms the parts",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|남|여\n계|30|13\n가|10|5\n나|20|7"},
         "SCOPE 13 12 | 5 + 7 = 12",
         "2/1"},
        {"two columns confirm",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|건|완료|추진 중\n계|9|6|4\n가|5|4|1\n나|4|2|2"},
         "CONTRADICTION 4 3 | 1 + 2 = 3",
         "3/2"},
        {"a total that says how many rows it sums up",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .text =
              "연번|공약|비|전|후\n1|가|287|287|-\n2|나|45|36|9\n3|다|64|50|14\n계|3건|396|373|25"},
         "CONTRADICTION 25 23 | 0 + 9 + 14 = 23",
         NULL},
        {"a dash is zero",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|건|완료\n계|9|4\n가|5|4\n나|4|-"},
         "",
         "2/2"},
        {"a total below its parts",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|건\n가|15\n나|14\n합 계|29"},
         "",
         "1/1"},
        {"a lone total that misses by little",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|건\n가|15\n나|14\n합 계|28"},
         "SCOPE 28 29 | 15 + 14 = 29",
         NULL},
        {"a lone total that sums up something else",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|건\n가|15\n나|14\n합 계|290"},
         "",
         "0/0"},
        {"subtotals and their total",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .text = "구분|건|명\n총계|10|36\n소계|3|11\n가|1|5\n나|2|6\n소계|7|25\n다|3|12\n라|4|13"},
         "",
         "6/6"},
        {"rounded parts may miss their total",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원",
          .unit = "KRW",
          .exponent = 3,
          .text = "구분|올해|작년\n계|31|24\n가|10|11\n나|20|13"},
         "ROUNDING 31 30 | 10천원 + 20천원 = 30천원",
         "2/2"},
        {"counts may not",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .text = "구분|올해|작년|재작년\n계|31|24|5\n가|10|11|2\n나|20|13|3"},
         "CONTRADICTION 31 30 | 10 + 20 = 30",
         NULL},
        {"the items of a fund without its budget",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .unit_note = "원",
          .unit = "KRW",
          .text = "구분|적요|금액|비고\n가|예산|5,000|\n|홍보물|1,200|\n|광고|2,300|\n|집행금액(계)"
                  "|3,500|"},
         "",
         "1/1"},
        {"who takes part twice is counted once",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .text = "구분|회|연인원|실인원\n계|30|800|400\n가|20|500|300\n나|10|300|250"},
         "SCOPE 400 550 | 300 + 250 = 550",
         "3/2"},
        {"a mean in the row of totals",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .text = "구분|학교|학생|면적대비\n초|20|500|25.0\n중|10|300|30.0\n계|30|800|26.7"},
         "",
         "2/2"},
        {"a mean among the rows",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|건|명\n계|30|12\n가|10|5\n나|20|7\n평균|15|6"},
         "",
         "2/2"},
        {"회계 and 통계 are no totals",
         "column-sum",
         {.line = 5, .headings = 1, .text = "구분|건\n회계|15\n통계|14\n가|3"},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

/* 가국 = 나과 + 다과, 나과 = two projects, 다과 = three. */
#define TREE_HEAD "부서|예산|원인행위액|집행액\n"
#define TREE_TAIL                                                                                  \
    "사업1|20,100|10,010|4,001\n사업2|11,170|5,020|3,007\n"                                    \
    "다과|50,333|20,202|10,101\n사업3|30,111|10,101|5,050\n사업4|10,111|5,050|2,525\n"       \
    "사업5|10,111|5,051|2,526\n"

static void sums_trees_that_are_not_marked(void)
{
    static const struct table_row rows[] = {
        {"all sums hold",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원",
          .unit = "KRW",
          .exponent = 3,
          .text = TREE_HEAD "가국|81,603|35,232|17,109\n나과|31,270|15,030|7,008\n" TREE_TAIL},
         "",
         "9/9"},
        {"a thousand won off is rounding",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원",
          .unit = "KRW",
          .exponent = 3,
          .text = TREE_HEAD "가국|81,603|35,233|17,109\n나과|31,270|15,030|7,008\n" TREE_TAIL},
         "ROUNDING 35,233 35,232 | 15,030천원 + 20,202천원 = 35,232천원",
         "9/9"},
        {"more is none, and the other columns tell the parts",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원",
          .unit = "KRW",
          .exponent = 3,
          .text = TREE_HEAD "가국|81,603|35,232|17,109\n나과|31,270|16,030|7,008\n" TREE_TAIL},
         "CONTRADICTION 35,232 36,232 | 16,030천원 + 20,202천원 = 36,232천원\n"
         "CONTRADICTION 16,030 15,030 | 10,010천원 + 5,020천원 = 15,030천원",
         "5/3"},
        {"numbers that are no tree",
         "column-sum",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원",
          .unit = "KRW",
          .exponent = 3,
          .text = "사업|예산|집행액\n가|10,201|5\n나|20,133|7\n다|17,421|9\n라|50,000|11\n마|11,"
                  "111|2\n"},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void sums_rows(void)
{
    static const struct table_row rows[] = {
        {"a total and its columns",
         "row-sum",
         {.line = 5, .headings = 1, .text = "구분|계|제언|기타\n건수|41|30|11"},
         "",
         "1/1"},
        {"one row, off by little",
         "row-sum",
         {.line = 5, .headings = 1, .text = "구분|계|제언|기타\n건수|41|30|12"},
         "SCOPE 41 42 | 30 + 12 = 42",
         NULL},
        {"other rows confirm",
         "row-sum",
         {.line = 5, .headings = 1, .text = "구분|계|남|여\n가|5|3|2\n나|9|4|5\n다|8|4|3"},
         "CONTRADICTION 8 7 | 4 + 3 = 7",
         "3/2"},
        {"a heading of two lines, people with women in brackets",
         "row-sum",
         {.line = 5,
          .headings = 1,
          .text = "구분|총계||행정직||관리직|\n|정원|현원|정원|현원|정원|현원\n"
                  "가과|9|8(4)|5|5|4|3\n나과|7|7(1)|4|4|3|3\n다과|6|6(2)|4|3|2|2"},
         "CONTRADICTION 6(2) 5 | 3 + 2 = 5",
         "6/5"},
        {"subtotals of groups and a column of no group",
         "row-sum",
         {.line = 5,
          .headings = 2,
          .text = "구분|총계|일반직|||기능직\n||소계|3급|4급|\n가|9|7|3|4|2\n나|12|11|5|6|1"},
         "",
         "4/4"},
        {"a row of percentages is no sum",
         "row-sum",
         {.line = 5,
          .headings = 1,
          .text = "구분|계|1월|2월\n접수|30|10|20\n처리|15|5|10\n처리율(B/A)|50.0|50.0|50.0"},
         "",
         "2/2"},
        {"numbers that no total sums up",
         "row-sum",
         {.line = 5, .headings = 1, .text = "구분|계|예산|회원\n가|5|900|33\n나|9|800|51"},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

#define RATES "사업|예산현액|집행액|집행률\n가|2,000|500|25.0%\n나|3,000|1,000|33.3%\n"

static void computes_rates(void)
{
    static const struct table_row rows[] = {
        {"all rates hold",
         "printed-rate",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원, %",
          .unit = "KRW",
          .exponent = 3,
          .text = RATES "다|7,000|700|10.0%"},
         "",
         "3/3"},
        {"one is wrong",
         "printed-rate",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원, %",
          .unit = "KRW",
          .exponent = 3,
          .text = RATES "다|7,000|700|11.0%"},
         "CONTRADICTION 11.0% 10.0% | 700천원 ÷ 7,000천원 = 10.0%",
         "3/2"},
        {"one was cut rather than rounded",
         "printed-rate",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원, %",
          .unit = "KRW",
          .exponent = 3,
          .text = RATES "다|9,000|6,000|66.6%"},
         "ROUNDING 66.6% 66.7% | 6,000천원 ÷ 9,000천원 = 66.7%",
         "3/3"},
        {"rates without the sign",
         "printed-rate",
         {.line = 5,
          .headings = 1,
          .text = "구분|계획|추진|추진율\n가|20|5|25\n나|30|10|33\n다|50|5|11"},
         "CONTRADICTION 11 10 | 5 ÷ 50 = 10%",
         "3/2"},
        {"a row without a budget",
         "printed-rate",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원, %",
          .unit = "KRW",
          .exponent = 3,
          .text = RATES "다|0|0|0.0%"},
         "",
         "2/2"},
        {"a change of two years, in one row of two",
         "printed-change",
         {.line = 5,
          .headings = 1,
          .text = "사업|2012년 예산|2011년 예산|증감\n가|300|180|120\n나|900|800|200"},
         "CONTRADICTION 200 100 | 900 − 800 = 100",
         NULL},
        {"growth on the year before",
         "printed-rate",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원",
          .unit = "KRW",
          .exponent = 3,
          .text = "사업|2012년 예산|2011년 예산|증 감|증감율\n가|30,000|20,000|10,000|50.0%\n"
                  "나|9,000|10,000|△1,000|△10.0%\n다|11,000|10,000|1,000|10.0%\n라|10,500|10,000|"
                  "500|6.0%"},
         "CONTRADICTION 6.0% 5.0% | (10,500천원 − 10,000천원) ÷ 10,000천원 = 5.0%",
         "4/3"},
        {"a target that is better the lower, one that was passed",
         "printed-rate",
         {.line = 5,
          .headings = 1,
          .text = "지표|목표|실적|달성률\n가|200|100|50.0%\n나|50|40|80.0%\n다|40|10|25.0%\n"
                  "먼지|180|179|100.6%\n교육|40|50|100%"},
         "",
         "3/3"},
        {"rates in remarks",
         "printed-rate",
         {.line = 5,
          .headings = 1,
          .unit_note = "원",
          .unit = "KRW",
          .text = "구분|적요|금액|비고\n가|예산|5,000|\n|홍보물|1,200|\n|집행금액(계)|1,200|집행률 "
                  "24.0%\n"
                  "나|예산|4,000|\n|광고|1,000|\n|집행금액(계)|1,000|집행률 23%"},
         "SCOPE 23% 25% | 1,000원 ÷ 4,000원 = 25%",
         "2/1"},
        {"percentages of something that is not in the table",
         "printed-rate",
         {.line = 5, .headings = 1, .text = "구분|점검|응답|만족도\n가|20|5|81.0%\n나|30|10|77.7%"},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void computes_changes(void)
{
    static const struct table_row rows[] = {
        {"changes hold",
         "printed-change",
         {.line = 5,
          .headings = 1,
          .unit_note = "천원",
          .unit = "KRW",
          .exponent = 3,
          .text = "사업|2012년|2011년|증 감\n가|300|200|100\n나|90|100|△10\n다|100|100|0"},
         "",
         "3/3"},
        {"a sign is missing",
         "printed-change",
         {.line = 5,
          .headings = 1,
          .unit_note = "원",
          .unit = "KRW",
          .text = "사업|2012년|2011년|증 감\n가|300|200|100\n나|95|100|△5\n다|90|100|10"},
         "CONTRADICTION 10 △10 | 90원 − 100원 = △10원",
         "3/2"},
        {"the column is called something else",
         "printed-change",
         {.line = 5, .headings = 1, .text = "사업|남|여|비고\n가|300|200|100\n나|95|100|12"},
         "",
         "0/0"},
    };
    check_rows(rows, ARRAY_LENGTH(rows));
}

static void counts_listed_findings(void)
{
    static const struct small_table summary = {
        .line = 5, .headings = 1, .text = "구분|계|완료|추진 중\n계|3|1|2\n시정|2|1|1\n건의|1|-|1"};
    static const struct {
        const char *list, *found;
    } rows[] = {
        {"요구|결과\n가|추진상황 : 완료\n나|추진상황 : 추진 중 ○ 내용\n다|추진상황:추진 중", ""},
        {"요구|결과\n가|추진상황 : 완료\n나|추진상황 : 완료\n다|추진상황:추진 중",
         "CONTRADICTION 1 2 | 완료 2건 ≠ 1\nCONTRADICTION 2 1 | 추진중 1건 ≠ 2"},
        {"요구|결과\n가|추진상황 : 완료\n나|추진상황 : 완료", ""}, /* Not all are listed. */
        {"요구|처리 상태\n가|완료\n나|추진 중\n다|추진중", ""},
        {"요구|처리상태\n가|완료\n나|완료\n다|추진 중",
         "CONTRADICTION 1 2 | 완료 2건 ≠ 1\nCONTRADICTION 2 1 | 추진중 1건 ≠ 2"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct small_report report;
        small_report_init(&report);
        small_report_table(&report, &summary);
        small_report_table(&report,
                           &(struct small_table){.line = 20, .headings = 1, .text = rows[i].list});
        CU_ASSERT_STRING_EQUAL(small_report_find(&report, "listed-findings"), rows[i].found);
        small_report_free(&report);
    }
}

SUITE("reconcile tables", {"sums columns", sums_columns},
      {"sums trees that are not marked", sums_trees_that_are_not_marked}, {"sums rows", sums_rows},
      {"computes rates", computes_rates}, {"computes changes", computes_changes},
      {"counts listed findings", counts_listed_findings})
