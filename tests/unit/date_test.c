#include "base/date.h"

#include <string.h>

#include "support/suite.h"

static void goes_there_and_back(void)
{
    static const struct {
        const char *text;
        int32_t days;
        int weekday;
    } rows[] = {
        {"1970-01-01", 0, 4},       {"1969-12-31", -1, 3},    {"2000-02-29", 11016, 2},
        {"2012-01-31", 15370, 2},   {"2020-03-31", 18352, 2}, {"0001-01-01", -719162, 1},
        {"9999-12-31", 2932896, 5}, {"2020-04-21", 18373, 2},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct date date;
        CU_ASSERT_EQUAL_FATAL(date_parse(text_from(rows[i].text), &date), OK);
        CU_ASSERT_EQUAL(date.days, rows[i].days);
        CU_ASSERT_EQUAL(date_weekday(date), rows[i].weekday);
        char string[DATE_STRING_BYTES];
        date_format(date, string);
        CU_ASSERT_STRING_EQUAL(string, rows[i].text);
    }
    for (int32_t days = -719162; days <= 2932896; days += 13) {
        struct date date;
        CU_ASSERT_TRUE_FATAL(date_from_parts(date_to_parts((struct date){days}), &date));
        CU_ASSERT_EQUAL_FATAL(date.days, days);
    }
}

static void refuses_what_is_no_day(void)
{
    static const char *const texts[] = {"",           "2020-3-31",  "2020-02-30",  "2019-02-29",
                                        "2020-13-01", "2020-00-10", "2020-01-00",  "0000-01-01",
                                        "2020/01/01", "2020-01-0a", "2020-01-011", " 2020-01-01"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct date date;
        CU_ASSERT_EQUAL(date_parse(text_from(texts[i]), &date), INVALID_ARGUMENT);
    }
}

static void knows_the_day_in_seoul(void)
{
    /* 2020-03-31 15:00 UTC is already the next day in Seoul. */
    CU_ASSERT_EQUAL(date_from_instant(INT64_C(1585666799999)).days, 18352);
    CU_ASSERT_EQUAL(date_from_instant(INT64_C(1585666800000)).days, 18353);
    CU_ASSERT_EQUAL(date_from_instant(-INT64_C(86400000)).days, -1);
}

SUITE("date", {"goes there and back", goes_there_and_back},
      {"refuses what is no day", refuses_what_is_no_day},
      {"knows the day in Seoul", knows_the_day_in_seoul})
