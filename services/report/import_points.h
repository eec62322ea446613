/* One printed point of the calendar: a year, quarter, month or day, as `'20. 4. 21.(화)`,
 * `2020년 상반기`, `4월`, `3.30.`. */
#pragma once

#include "import_scan.h"

struct point {
    int year, half, quarter, month, day; /* 0: not printed. */
    bool decade;                         /* 1990년대 */
    bool certain;    /* Cannot be anything but a date: a year, 월, 년, a weekday is printed. */
    bool plain_year; /* The year is two digits without an apostrophe: `20.3.31`. */
    bool weekday;    /* One is printed behind it. */
    bool dotted;     /* A full stop ends it. */
    bool spaced;     /* There is white space between its numbers. */
    size_t begin, end;
};

/* Reads what a date begins with: a point that says its year, its quarter, or its month with 월; or
 * `month.day`, which is not certain; or `YY.M.D`. */
bool point_read(const struct scan *scan, size_t at, struct point *point);

/* Reads the second end of a range behind its tilde. It may leave out what it shares with the first:
 * `'20.1.7~10`, `2020. 1 ~ 12월`, `2018~20년`. */
bool point_read_end(const struct scan *scan, size_t at, const struct point *first,
                    struct point *point);

/* The point's days; year is used where it prints none. False: neither gives a year, or there is no
 * such day. */
bool point_days(const struct point *point, int year, struct numeral_days *days);

/* Bytes of the apostrophe before an offset, or of a weekday in brackets at it; 0: none. */
size_t point_apostrophe_before(const struct scan *scan, size_t at);
size_t point_weekday(const struct scan *scan, size_t at);
