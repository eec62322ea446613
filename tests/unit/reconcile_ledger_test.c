#include <string.h>

#include "support/small_report.h"
#include "support/suite.h"

enum { FIGURES_MAX = 4 };

static const struct small_table projects = {
    .line = 10,
    .headings = 1,
    .unit_note = "천원, %",
    .unit = "KRW",
    .exponent = 3,
    .text = "부서/사업명|예산현액|원인행위액|집행액|집행률\n"
            "다산재단 운영|23,036,654|5,373,403|5,373,403|23.3%\n"
            "뉴스레터 발행|361,975|20,000|10,400|2.9%\n"
            "시민 여론조사 운영|534,200|99,000|43,794|8.2%\n"
            "기본경비|31,501|15,750|15,750|50.0%\n"
            "기본경비|31,498|15,750|15,750|50.0%",
};

static void compares_prose_with_the_table(void)
{
    static const struct {
        const char *name;
        struct small_figure figures[FIGURES_MAX];
        const char *found;
    } rows[] = {
        {"a rate that the table does not give; the budget was cut",
         {{50, "소요예산", "23,036백만원"}, {50, "집행액", "5,373백만원"}, {50, "집행율", "23.6%"}},
         "CONTRADICTION 23.6% 23.3% | 5,373,403천원 ÷ 23,036,654천원 = 23.3%\n"
         "ROUNDING 23,036백만원 23,037백만원 | 23,036,654천원 ≒ 23,037백만원"},
        {"all is as in the table",
         {{50, "소요예산", "23,037백만원"}, {50, "집행액", "5,373백만원"}, {50, "집행율", "23.3%"}},
         ""},
        {"a budget alone, under its project's name",
         {{50, "「뉴스레터」 발행 : 총 9회/총사업비", "362백만원"}},
         ""},
        {"… cut",
         {{50, "「뉴스레터」 발행 : 총 9회/총사업비", "361백만원"}},
         "ROUNDING 361백만원 362백만원 | 361,975천원 ≒ 362백만원"},
        {"a budget alone that only happens to be near", {{50, "방송/사업비", "361백만원"}}, ""},
        {"part of a project", {{50, "시민 여론조사 운영/사업비", "300백만원"}}, ""},
        {"a project by its name, other amounts",
         {{50, "시민 여론조사 운영/사업비", "531백만원"},
          {50, "집행액", "43백만원"},
          {50, "집행률", "8.1%"}},
         "SCOPE 531백만원 534백만원 | 531백만원 ≠ 534,200천원"},
        {"a project by its budget and name, more spent",
         {{50, "시민 여론조사/사업비", "534백만원"},
          {50, "집행액", "55백만원"},
          {50, "집행률", "10.3%"}},
         "SCOPE 55백만원 44백만원 | 55백만원 ≠ 43,794천원"},
        {"few digits that agree by chance",
         {{50, "마을/사업비", "32백만원"}, {50, "집행액", "16백만원"}, {50, "집행률", "49.0%"}},
         ""},
        {"two rows of that budget", {{50, "기본경비/사업비", "31백만원"}}, ""},
        {"another project",
         {{50, "마을/사업비", "1,610백만원"}, {50, "집행액", "225백만원"}, {50, "집행률", "14.0%"}},
         ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct small_report report;
        small_report_init(&report);
        small_report_table(&report, &projects);
        small_report_add(&report, rows[i].figures);
        const char *found = small_report_find(&report, "prose-against-table");
        CU_ASSERT_STRING_EQUAL(found, rows[i].found);
        if (strcmp(found, rows[i].found) != 0) printf("\n%s: %s\n", rows[i].name, found);
        small_report_free(&report);
    }
}

static void compares_records_with_the_table(void)
{
    static const struct {
        int64_t current, spent;
        const char *found, *count;
    } rows[] = {
        {23036654000, 5373403000, "", "3/3"},
        {23036654000, 5373403001,
         "SCOPE 5,373,403 5,373,403,001원 | 원장 5,373,403,001원 ≠ 5,373,403", "3/2"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct small_report report;
        small_report_init(&report);
        small_report_table(&report, &projects);
        char id[] = "small";
        type_citation citation = TYPE_CITATION_INIT;
        citation.report_id = id;
        citation.line = 11;
        citation.table_row = 2;
        budget_execution_row row = BUDGET_EXECUTION_ROW_INIT;
        row.current_won = rows[i].current;
        row.committed_won = 5373403000;
        row.commitment_known = row.expenditure_known = true;
        row.spent_won = rows[i].spent;
        row.citation = &citation;
        report.execution[0] = &row;
        report.execution_count = 1;
        CU_ASSERT_STRING_EQUAL(small_report_find(&report, "ledger"), rows[i].found);
        CU_ASSERT_STRING_EQUAL(small_report_count(&report, "ledger"), rows[i].count);
        small_report_free(&report);
    }
}

/* Records that were not read from this report. */
static void compares_records_by_their_names(void)
{
    static const struct {
        const char *name, *label;
        int64_t current;
        const char *found;
        int copies; /* Records of that name. */
    } rows[] = {
        {"as it is printed", "다산재단 운영", 23036654000, "", 1},
        {"spaces do not count", "다산재단운영", 23036655000,
         "SCOPE 23,036,654 23,036,655,000원 | 원장 23,036,655,000원 ≠ 23,036,654", 1},
        {"a name that is not there", "다산재단", 1, "", 1},
        {"one of two rows", "기본경비", 1, "", 1},
        {"two of two, in their order", "기본경비", 31501000,
         "SCOPE 31,498 31,501,000원 | 원장 31,501,000원 ≠ 31,498", 2},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct small_report report;
        budget_execution_row records[2];
        char other[] = "another";
        type_citation citation = TYPE_CITATION_INIT;
        citation.report_id = other;
        citation.line = 12;
        citation.table_row = 3;
        small_report_init(&report);
        small_report_table(&report, &projects);
        for (int copy = 0; copy < rows[i].copies; copy++) {
            records[copy] = (budget_execution_row)BUDGET_EXECUTION_ROW_INIT;
            records[copy].label = arena_copy(&report.arena, rows[i].label, strlen(rows[i].label));
            records[copy].current_won = rows[i].current;
            if (copy == 0) records[copy].citation = &citation;
            report.execution[report.execution_count++] = &records[copy];
        }
        const char *found = small_report_find(&report, "ledger");
        CU_ASSERT_STRING_EQUAL(found, rows[i].found);
        if (strcmp(found, rows[i].found) != 0) printf("\n%s: %s\n", rows[i].name, found);
        small_report_free(&report);
    }
}

static void names_rows_that_spend_more_than_there_is(void)
{
    static const struct small_table table = {
        .line = 10,
        .headings = 1,
        .unit_note = "천원, %",
        .unit = "KRW",
        .exponent = 3,
        .text = "부서/사업명|예산현액(A)|원인행위액|집행액(B)|집행률\n"
                "같다|100|100|100|100.0%\n"
                "덜 쓴다|300|200|100|33.3%\n"
                "더 쓴다|300|100|200|66.7%\n"
                "더 묶는다|300|400|100|33.3%\n"
                "조금 더|300|101|102|34.0%\n"
                "모른다|300|-|10|3.3%",
    };
    static const struct small_table alone = {.line = 30,
                                             .headings = 1,
                                             .unit_note = "천원",
                                             .unit = "KRW",
                                             .exponent = 3,
                                             .text = "사업|예산현액|집행액\n가|10|20\n나|20|10"};
    struct small_report report;
    small_report_init(&report);
    small_report_table(&report, &table);
    small_report_table(&report, &alone);
    CU_ASSERT_STRING_EQUAL(small_report_find(&report, "execution-order"),
                           "CONTRADICTION 200 ≤ 100 | 집행액 200 > 원인행위액 100\n"
                           "CONTRADICTION 400 ≤ 300 | 원인행위액 400 > 예산현액 300\n"
                           "CONTRADICTION 20 ≤ 10 | 집행액 20 > 예산현액 10\n"
                           "ROUNDING 102 ≤ 101 | 집행액 102 > 원인행위액 101");
    CU_ASSERT_STRING_EQUAL(small_report_count(&report, "execution-order"), "12/8");
    small_report_free(&report);
}

static void compares_years_with_the_table(void)
{
    static const struct small_table years = {
        .line = 10,
        .headings = 1,
        .unit_note = "천원",
        .unit = "KRW",
        .exponent = 3,
        .text = "사업|2020년 예산|2019년 예산|증 감\n가|300|200|100"};
    struct small_report report;
    small_report_init(&report);
    small_report_table(&report, &years);
    char id[] = "small";
    type_citation citation = TYPE_CITATION_INIT;
    citation.report_id = id;
    citation.line = 11;
    citation.table_row = 2;
    budget_comparison_row row = BUDGET_COMPARISON_ROW_INIT;
    row.budget_won = 300000;
    row.previous_won = 250000;
    row.citation = &citation;
    report.comparison[0] = &row;
    report.comparison_count = 1;
    CU_ASSERT_STRING_EQUAL(small_report_find(&report, "ledger"),
                           "SCOPE 200 250,000원 | 원장 250,000원 ≠ 200");
    CU_ASSERT_STRING_EQUAL(small_report_count(&report, "ledger"), "2/1");
    small_report_free(&report);
}

/* Without memory a reconciliation says so; it never leaves a finding half made. */
static void survives_every_failing_allocation(void)
{
    enum { ALLOCATIONS_MAX = 400 };
    static const struct small_figure figures[] = {{50, "소요예산", "23,036백만원"},
                                                  {50, "집행액", "5,373백만원"},
                                                  {50, "집행율", "23.6%"},
                                                  {0}};
    struct small_report report;
    small_report_init(&report);
    small_report_table(&report, &projects);
    small_report_add(&report, figures);
    int failed = 0, done = 0;
    for (int nth = 1; nth <= ALLOCATIONS_MAX; nth++) {
        enum status status = small_report_run_failing(&report, nth);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        failed += status == RESOURCE_EXHAUSTED;
        done += status == OK;
    }
    CU_ASSERT(failed > 0);
    CU_ASSERT(done > 0);
    small_report_free(&report);
}

SUITE("reconcile ledger", {"compares records with the table", compares_records_with_the_table},
      {"compares records by their names", compares_records_by_their_names},
      {"names rows that spend more than there is", names_rows_that_spend_more_than_there_is},
      {"compares years with the table", compares_years_with_the_table},
      {"survives every failing allocation", survives_every_failing_allocation},
      {"compares prose with the table", compares_prose_with_the_table})
