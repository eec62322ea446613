#include "budget_revenues.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

static void names_the_law_of_a_day(void)
{
    static const struct {
        int kind;
        const char *day, *law;
    } cases[] = {
        {1, "2020-03-31", "지방자치법 제136조"}, {1, "2022-01-12", "지방자치법 제136조"},
        {1, "2022-01-13", "지방자치법 제153조"}, {2, "2020-03-31", "지방자치법 제137조"},
        {3, "2024-03-31", "지방자치법 제155조"}, {6, "2024-03-31", ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const char *law = revenue_basis_of(cases[i].kind, cases[i].day);
        CU_ASSERT_STRING_EQUAL(law == NULL ? "" : law, cases[i].law);
    }
}

static void lets_nothing_be_collected_that_was_not_assessed(void)
{
    /* Assessed, collected, written off by day: 100 outstanding, then 40, then 240, then 40. */
    static const struct revenue_day days[] = {
        {"2020-02-01", {{0, 100, 0, 0}}},
        {"2020-03-01", {{0, 0, 50, 10}}},
        {"2020-05-01", {{0, 200, 0, 0}}},
        {"2020-07-01", {{0, 0, 200, 0}}},
    };
    enum { A = REVENUE_ASSESSED, C = REVENUE_COLLECTED, W = REVENUE_WRITTEN_OFF };
    static const struct {
        const char *on;
        int action;
        int64_t amount_won;
        enum revenue_verdict verdict;
        int64_t won;
        const char *day;
    } cases[] = {
        {"2020-08-01", C, 40, REVENUE_FITS, 40, "2020-08-01"},
        {"2020-08-01", C, 41, REVENUE_NOT_ASSESSED, 40, "2020-08-01"},
        {"2020-08-01", W, 41, REVENUE_NOT_ASSESSED, 40, "2020-08-01"},
        {"2020-05-02", C, 40, REVENUE_FITS, 40, "2020-07-01"},
        {"2020-05-02", C, 41, REVENUE_NOT_ASSESSED, 40, "2020-07-01"},
        {"2020-05-01", C, 241, REVENUE_NOT_ASSESSED, 240, "2020-05-01"},
        {"2020-02-01", C, 41, REVENUE_NOT_ASSESSED, 40, "2020-03-01"},
        {"2020-01-31", C, 1, REVENUE_NOT_ASSESSED, 0, "2020-01-31"},
        {"2020-02-01", A, -41, REVENUE_NOT_ASSESSED, 40, "2020-03-01"},
        {"2020-02-01", A, -40, REVENUE_FITS, 40, "2020-07-01"},
        {"2020-03-01", C, -50, REVENUE_FITS, 40, "2020-07-01"},
        {"2020-01-01", A, INT64_MAX, REVENUE_OVERFLOW, 0, NULL},
        {"2020-01-01", A, INT64_MAX - 300, REVENUE_FITS, 40, "2020-07-01"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t won;
        const char *day;
        enum revenue_verdict verdict =
            revenue_judge(days, ARRAY_LENGTH(days), cases[i].on,
                          (enum revenue_action)cases[i].action, cases[i].amount_won, &won, &day);
        if (verdict != cases[i].verdict) (void)printf("\n    case %zu\n", i);
        CU_ASSERT_EQUAL(verdict, cases[i].verdict);
        if (cases[i].day == NULL) continue;
        CU_ASSERT_EQUAL(won, cases[i].won);
        CU_ASSERT_STRING_EQUAL(day, cases[i].day);
    }
    int64_t won;
    const char *day;
    CU_ASSERT_EQUAL(revenue_judge(NULL, 0, "2020-01-01", REVENUE_ASSESSED, 1, &won, &day),
                    REVENUE_FITS);
}

SUITE("budget revenues", {"names the law of a day", names_the_law_of_a_day},
      {"lets nothing be collected that was not assessed",
       lets_nothing_be_collected_that_was_not_assessed})
