#include "base/decimal.h"

#include "support/suite.h"

static void compares_values_not_forms(void)
{
    static const struct {
        struct decimal a, b;
        int order;
    } rows[] = {
        {{1, 3}, {1000, 0}, 0},
        {{236, -1}, {233, -1}, 1},
        {{-19, -1}, {-2, 0}, 1},
        {{1, 18}, {INT64_MAX, 0}, -1},
        {{1, 18}, {INT64_MAX, -18}, 1},
        {{-1, 18}, {INT64_MIN, -18}, -1},
        {{0, 18}, {0, -18}, 0},
        {{INT64_MAX, 18}, {INT64_MAX, 17}, 1},
        {{INT64_MIN, 18}, {INT64_MAX, -18}, -1},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CU_ASSERT_EQUAL(decimal_compare(rows[i].a, rows[i].b), rows[i].order);
        CU_ASSERT_EQUAL(decimal_compare(rows[i].b, rows[i].a), -rows[i].order);
    }
}

static void gives_the_percentages_that_reports_print(void)
{
    static const struct {
        int64_t part, whole, tenths;
    } rows[] = {
        {22603968, 103812792, 218},
        {5373403, 23036654, 233},
        {3600, 2462200, 1},
        {19411, 343, 56592},
        {-41310, 41310, -1000},
        {-626262, 32145160, -19},
        {1, 2000, 1},
        {1, 2001, 0},
        {0, 5, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct decimal percent;
        CU_ASSERT_TRUE_FATAL(decimal_percent((struct decimal){rows[i].part, 3},
                                             (struct decimal){rows[i].whole, 3}, 1, &percent));
        CU_ASSERT_EQUAL(percent.units, rows[i].tenths);
        CU_ASSERT_EQUAL(percent.exponent, -1);
    }
    struct decimal percent;
    CU_ASSERT_FALSE(decimal_percent((struct decimal){1, 0}, (struct decimal){0, 0}, 1, &percent));
}

static void rounds_halves_away_from_zero(void)
{
    struct decimal out;
    CU_ASSERT_TRUE(decimal_rescale((struct decimal){275757, 3}, 6, &out));
    CU_ASSERT_EQUAL(out.units, 276);
    CU_ASSERT_TRUE(decimal_rescale((struct decimal){-25, -1}, 0, &out));
    CU_ASSERT_EQUAL(out.units, -3);
    CU_ASSERT_TRUE(decimal_rescale((struct decimal){7, 0}, 18, &out));
    CU_ASSERT_EQUAL(out.units, 0);
    CU_ASSERT_FALSE(decimal_rescale((struct decimal){INT64_MAX, 0}, -1, &out));
}

static void calculates_exactly_or_not_at_all(void)
{
    struct decimal out;
    CU_ASSERT_TRUE(decimal_add((struct decimal){70250, 3}, (struct decimal){205507, 3}, &out));
    CU_ASSERT_EQUAL(decimal_compare(out, (struct decimal){275757, 3}), 0);
    CU_ASSERT_TRUE(decimal_subtract((struct decimal){1, 6}, (struct decimal){5, -1}, &out));
    CU_ASSERT_EQUAL(decimal_compare(out, (struct decimal){9999995, -1}), 0);
    CU_ASSERT_FALSE(decimal_add((struct decimal){INT64_MAX, 0}, (struct decimal){1, 0}, &out));
    CU_ASSERT_TRUE(decimal_multiply((struct decimal){31500, 0}, (struct decimal){12, 0}, &out));
    CU_ASSERT_EQUAL(out.units, 378000);
    CU_ASSERT_FALSE(decimal_multiply((struct decimal){INT64_MAX, 0}, (struct decimal){2, 0}, &out));
    CU_ASSERT_TRUE(decimal_divide((struct decimal){444946, 0}, (struct decimal){91, 0}, 0, &out));
    CU_ASSERT_EQUAL(out.units, 4890);
}

static void formats(void)
{
    static const struct {
        struct decimal value;
        const char *text;
    } rows[] = {
        {{31518898, 3}, "31,518,898,000"},
        {{-19, -1}, "-1.9"},
        {{5, -3}, "0.005"},
        {{0, 6}, "0"},
        {{1000, -1}, "100.0"},
        {{-999, 0}, "-999"},
        {{INT64_MIN, 0}, "-9,223,372,036,854,775,808"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char string[DECIMAL_STRING_BYTES];
        decimal_format(rows[i].value, string);
        CU_ASSERT_STRING_EQUAL(string, rows[i].text);
    }
}

SUITE("decimal", {"compares values, not forms", compares_values_not_forms},
      {"gives the percentages that reports print", gives_the_percentages_that_reports_print},
      {"rounds halves away from zero", rounds_halves_away_from_zero},
      {"calculates exactly or not at all", calculates_exactly_or_not_at_all}, {"formats", formats})
