/* Civil dates (Asia/Seoul) as counted days, in the proleptic Gregorian calendar. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

/* Days since 1970-01-01. */
struct date {
    int32_t days;
};

struct date_parts {
    int year; /* 1 to 9999 */
    int month;
    int day;
};

enum { DATE_STRING_BYTES = 11 };

/* False: no such day. */
NODISCARD bool date_from_parts(struct date_parts parts, struct date *date);
struct date_parts date_to_parts(struct date date);

/* Reads `2020-03-31`. INVALID_ARGUMENT: another form, or no such day. */
NODISCARD enum status date_parse(struct text text, struct date *date);

/* Writes `2020-03-31` and a NUL. */
void date_format(struct date date, char string[static DATE_STRING_BYTES]);

/* Days of a month; 0 for a month outside 1 to 12. */
int date_month_days(int year, int month);

/* 0 for Sunday to 6 for Saturday. */
int date_weekday(struct date date);

/* The day in Asia/Seoul (UTC+9) of an instant in epoch milliseconds. */
struct date date_from_instant(int64_t epoch_ms);
