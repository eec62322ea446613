#include "budget_rules.h"

#include "support/budget_tables.h"
#include "support/suite.h"

static void gives_every_rate_of_2020(void)
{
    for (size_t i = 0; i < SEOUL_2020_ROWS; i++) {
        struct decimal rate;
        const struct printed_budget_row *row = &seoul_2020_rows[i];
        CU_ASSERT_TRUE_FATAL(execution_rate(printed_units(row->cells[2]) * 1000,
                                            printed_units(row->cells[0]) * 1000, &rate));
        CU_ASSERT_EQUAL(rate.units, printed_units(row->cells[3]));
        CU_ASSERT_EQUAL(rate.exponent, -1);
    }
}

static void gives_every_change_of_2012(void)
{
    for (size_t i = 0; i < SEOUL_2012_ROWS; i++) {
        struct decimal rate;
        const struct printed_budget_row *row = &seoul_2012_rows[i];
        int64_t previous = printed_units(row->cells[1]);
        int64_t change = printed_units(row->cells[0]) - previous;
        CU_ASSERT_EQUAL(change, printed_units(row->cells[2]));
        CU_ASSERT_TRUE_FATAL(change_rate(change, previous, &rate));
        CU_ASSERT_EQUAL(rate.units, printed_units(row->cells[3]));
    }
}

static void has_no_rate_of_nothing(void)
{
    struct decimal rate;
    CU_ASSERT_FALSE(execution_rate(0, 0, &rate));
    CU_ASSERT_FALSE(execution_rate(5, 0, &rate));
    CU_ASSERT_FALSE(change_rate(5, 0, &rate));
    CU_ASSERT_FALSE(change_rate(INT64_MAX, 1, &rate));
}

static void rolls_up_without_memo_lines(void)
{
    /* A total, a memo line with a part, a department with two parts, another root. */
    struct rollup_line lines[] = {
        {LINE_NONE, 0, false, {{1, 0, 0}}}, {0, 1, true, {{700, 0, 0}}},
        {1, 2, false, {{5, 0, 0}}},         {0, 1, false, {{-1, 0, 0}}},
        {3, 2, false, {{600, 50, 40}}},     {3, 2, false, {{401, 60, 10}}},
        {LINE_NONE, 0, false, {{9, 9, 9}}},
    };
    static const int64_t expected[] = {1001, 705, 5, 1000, 600, 401, 9};
    CU_ASSERT_TRUE(rollup(lines, ARRAY_LENGTH(lines)));
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
        CU_ASSERT_EQUAL(lines[i].balance.won[AMOUNT_CURRENT], expected[i]);
    CU_ASSERT_EQUAL(lines[0].balance.won[AMOUNT_COMMITTED], 110);
    CU_ASSERT_EQUAL(lines[0].balance.won[AMOUNT_SPENT], 50);
    struct rollup_line full[] = {{LINE_NONE, 0, false, {{INT64_MAX, 0, 0}}},
                                 {0, 1, false, {{1, 0, 0}}}};
    CU_ASSERT_FALSE(rollup(full, ARRAY_LENGTH(full)));
}

SUITE("budget rules", {"gives every rate of 2020", gives_every_rate_of_2020},
      {"gives every change of 2012", gives_every_change_of_2012},
      {"has no rate of nothing", has_no_rate_of_nothing},
      {"rolls up without memo lines", rolls_up_without_memo_lines})
