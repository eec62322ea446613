#include "budget_plans.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

static void reads_rates(void)
{
    static const struct {
        struct decimal percent;
        bool good;
        int32_t hundredths;
    } cases[] = {
        {{976, -1}, true, 9760}, {{60, 0}, true, 6000},       {{6, 1}, true, 6000},
        {{1, -2}, true, 1},      {{100, 0}, true, 10000},     {{10001, -2}, false, 0},
        {{0, 0}, false, 0},      {{-5, 0}, false, 0},         {{97650, -3}, true, 9765},
        {{97651, -3}, false, 0}, {{INT64_MAX, 18}, false, 0}, {{1, 19}, false, 0},
        {{1, -19}, false, 0},    {{1, INT32_MIN}, false, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int32_t hundredths = 0;
        bool good = plan_rate(cases[i].percent, &hundredths);
        if (good != cases[i].good) (void)printf("\n    case %zu\n", i);
        CU_ASSERT_EQUAL(good, cases[i].good);
        if (good) CU_ASSERT_EQUAL(hundredths, cases[i].hundredths);
    }
}

static void judges_plans(void)
{
    static const struct {
        struct plan_point points[3];
        size_t count;
        enum plan_verdict verdict;
        size_t index;
    } cases[] = {
        {{{"2020-03-31", 2500, 0}, {"2020-06-30", 6000, 0}, {"2020-12-31", 10000, 0}},
         3,
         PLAN_GOOD,
         2},
        {{{"2020-03-31", 0, 5}, {"2020-06-30", 0, 5}}, 2, PLAN_GOOD, 1},
        {{{"2020-03-31", 0, 0}}, 1, PLAN_POINT_UNCLEAR, 0},
        {{{"2020-03-31", 1, 1}}, 1, PLAN_POINT_UNCLEAR, 0},
        {{{"2020-03-31", 0, -1}}, 1, PLAN_POINT_UNCLEAR, 0},
        {{{"2020-03-31", 1, -1}}, 1, PLAN_POINT_UNCLEAR, 0},
        {{{"2020-03-31", 1, 0}, {"2020-06-30", 0, 5}}, 2, PLAN_POINT_UNCLEAR, 1},
        {{{"2020-03-31", 1, 0}, {"2020-03-31", 2, 0}}, 2, PLAN_DAY_UNORDERED, 1},
        {{{"2020-03-31", 1, 0}, {"2020-03-30", 2, 0}}, 2, PLAN_DAY_UNORDERED, 1},
        {{{"2020-03-31", 2, 0}, {"2020-06-30", 1, 0}}, 2, PLAN_LESS_THAN_BEFORE, 1},
        {{{"2020-03-31", 0, 9}, {"2020-06-30", 0, 8}}, 2, PLAN_LESS_THAN_BEFORE, 1},
        {{{"", 0, 0}}, 0, PLAN_GOOD, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        size_t index = 0;
        CU_ASSERT_EQUAL(plan_judge(cases[i].points, cases[i].count, &index), cases[i].verdict);
        CU_ASSERT_EQUAL(index, cases[i].index);
    }
}

static void keeps_the_pace(void)
{
    static const struct plan_point rates[] = {{"2020-03-31", 2500, 0}, {"2020-06-30", 6000, 0}};
    static const struct plan_point amounts[] = {{"2020-03-31", 0, 300}, {"2020-06-30", 0, 900}};
    static const struct plan_point year_end[] = {{"2019-12-31", 9700, 0}};
    static const struct {
        const struct plan_point *points;
        size_t count;
        const char *day;
        int64_t current_won, actual_won, planned_won, next_won, shortfall_won;
    } cases[] = {
        {rates, 2, "2020-03-30", 1000, 0, 0, 250, 0},
        {rates, 2, "2020-03-31", 1000, 249, 250, 600, 1},
        {rates, 2, "2020-06-29", 1000, 250, 250, 600, 0},
        {rates, 2, "2020-06-30", 1000, 250, 600, 0, 350},
        {rates, 2, "2020-12-31", 1000, 600, 600, 0, 0},
        {rates, 1, "2020-12-31", 2, 0, 1, 0, 1}, /* 0.5 won, half up. */
        {rates, 1, "2020-12-31", 1, 0, 0, 0, 0},
        {rates, 2, "2020-12-31", 0, 0, 0, 0, 0},
        {rates, 2, "2020-12-31", -5, 0, 0, 0, 0},
        {rates, 2, "2020-12-31", INT64_MAX, 0, INT64_C(5534023222112865484), 0,
         INT64_C(5534023222112865484)},
        {amounts, 2, "2020-05-01", 1000, 301, 300, 900, 0},
        {amounts, 2, "2020-07-01", 1000, 301, 900, 0, 599},
        {amounts, 2, "2020-07-01", 1000, INT64_MIN, 900, 0, INT64_MAX},
        {NULL, 0, "2020-07-01", 1000, 0, 0, 0, 0},
        /* The audit's rates at the end of 2019, 97.6 and 96.7 percent, against 97. */
        {year_end, 1, "2019-12-31", 1000, 976, 970, 0, 0},
        {year_end, 1, "2019-12-31", 1000, 967, 970, 0, 3},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct pace pace = pace_of(cases[i].points, cases[i].count, cases[i].day,
                                   cases[i].current_won, cases[i].actual_won);
        if (pace.planned_won != cases[i].planned_won) (void)printf("\n    case %zu\n", i);
        CU_ASSERT_EQUAL(pace.planned_won, cases[i].planned_won);
        CU_ASSERT_EQUAL(pace.next_planned_won, cases[i].next_won);
        CU_ASSERT_EQUAL(pace.shortfall_won, cases[i].shortfall_won);
        CU_ASSERT_EQUAL(pace.behind, cases[i].shortfall_won > 0);
    }
}

static void divides_grants(void)
{
    static const struct {
        int64_t total_won, unit_won;
        size_t count;
        bool good;
        int64_t first_won, last_won;
    } cases[] = {
        /* The grant of 2020 in thirds, as its first is printed. */
        {INT64_C(29110058000), 1000, 3, true, INT64_C(9703353000), INT64_C(9703352000)},
        {12, 1, 4, true, 3, 3},
        {10, 1, 4, true, 3, 1},
        {9, 1, 6, true, 2, -1},
        {1, 1, 1, true, 1, 1},
        {1, 1, 2, false, 0, 0},
        {500, 1000, 2, false, 0, 0},
        {INT64_MAX, 1, 1, true, INT64_MAX, INT64_MAX},
        {INT64_MAX, 1, 2, true, INT64_C(4611686018427387904), INT64_C(4611686018427387903)},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t parts[8];
        bool good =
            instalments_divide(cases[i].total_won, cases[i].unit_won, parts, cases[i].count);
        bool expected = cases[i].good && cases[i].last_won > 0;
        if (good != expected) (void)printf("\n    case %zu\n", i);
        CU_ASSERT_EQUAL(good, expected);
        if (!good) continue;
        CU_ASSERT_EQUAL(parts[0], cases[i].first_won);
        CU_ASSERT_EQUAL(parts[cases[i].count - 1], cases[i].last_won);
    }
}

static void finds_the_next_part(void)
{
    struct instalment parts[] = {{"a", 5, 1, 5}, {"b", 5, 2, 0}, {"c", 5, 0, 0}};
    CU_ASSERT_EQUAL(instalments_next(parts, 3), 1);
    parts[1].paid_won = 5;
    CU_ASSERT_EQUAL(instalments_next(parts, 3), 2);
    CU_ASSERT_EQUAL(instalments_next(parts, 2), 2);
}

SUITE("budget plans", {"reads rates", reads_rates}, {"judges plans", judges_plans},
      {"keeps the pace", keeps_the_pace}, {"divides grants", divides_grants},
      {"finds the next part", finds_the_next_part})
