#include "base/date.h"

#include <stdio.h>

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12) return 0;
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01, by counting in eras of 400 years that begin on 1 March: the leap day is
 * then the last day of a year. */
bool date_from_parts(struct date_parts parts, struct date *date)
{
    if (parts.year < 1 || parts.year > 9999) return false;
    if (parts.day < 1 || parts.day > date_month_days(parts.year, parts.month)) return false;
    int year = parts.month <= 2 ? parts.year - 1 : parts.year;
    int era = year / 400;
    int year_of_era = year - era * 400;
    int month_from_march = (parts.month + 9) % 12;
    int day_of_year = (153 * month_from_march + 2) / 5 + parts.day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    date->days = era * 146097 + day_of_era - 719468;
    return true;
}

struct date_parts date_to_parts(struct date date)
{
    int days = date.days + 719468;
    int era = (days >= 0 ? days : days - 146096) / 146097;
    int day_of_era = days - era * 146097;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (5 * day_of_year + 2) / 153;
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct date_parts){
        .year = era * 400 + year_of_era + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
    };
}

/* A number of exactly `digits` digits; -1 for anything else. */
static int fixed_number(const char *p, int digits)
{
    int number = 0;
    for (int i = 0; i < digits; i++) {
        if (p[i] < '0' || p[i] > '9') return -1;
        number = number * 10 + (p[i] - '0');
    }
    return number;
}

enum status date_parse(struct text text, struct date *date)
{
    const char *p = text.bytes;
    if (text.length != DATE_STRING_BYTES - 1 || p[4] != '-' || p[7] != '-') return INVALID_ARGUMENT;
    struct date_parts parts = {fixed_number(p, 4), fixed_number(p + 5, 2), fixed_number(p + 8, 2)};
    return date_from_parts(parts, date) ? OK : INVALID_ARGUMENT;
}

void date_format(struct date date, char string[static DATE_STRING_BYTES])
{
    struct date_parts parts = date_to_parts(date);
    (void)snprintf(string, DATE_STRING_BYTES, "%04u-%02u-%02u", (unsigned)parts.year % 10000U,
                   (unsigned)parts.month % 100U, (unsigned)parts.day % 100U);
}

int date_weekday(struct date date)
{
    return (int)(((int64_t)date.days % 7 + 11) % 7);
}

struct date date_from_instant(int64_t epoch_ms)
{
    enum { SEOUL_OFFSET_MS = 9 * 3600 * 1000, DAY_MS = 86400 * 1000 };
    int64_t local = epoch_ms + SEOUL_OFFSET_MS;
    int64_t days = local / DAY_MS;
    if (local % DAY_MS < 0) days--;
    return (struct date){(int32_t)days};
}
