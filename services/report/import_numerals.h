/* Numerals: every run of digits in a line becomes part of exactly one numeral (stage 3 of the
 * import). Knows Korean reports' ways of writing numbers, dates and names; knows no report.
 *
 * Digits are ASCII digits, full-width digits, circled and bracketed numbers (①, ⑴, ㉠ is none) and
 * the Roman numerals of U+2160 to U+217F; a heading's `I.`, `II .`, `IV.` in Latin letters too. A
 * note's superscript digits belong to the number in front of them and are none of their own.
 *
 * How doubtful forms are read:
 *   fractions and ratios   1/3, 3분의 1, 7:3: the quotient to three decimals, halves away from zero
 *   3.2:1, 15.4대 1        a ratio to one: the first number
 *   1분30초, 1년 6개월     one quantity of the smaller unit
 *   27→29만원              the first number too is of 만원
 *   (4.2)                  a day where brackets, a label or a weekday make it one, else a decimal
 *   4월말, 2월 중순        the whole month
 *   5·10월                 from the first month to the last
 *   (1.23/27)              one DATE, from the first day to the last
 *   ’20년 상반기           one PERIOD, the half-year
 *   120, 1339, 119 …       a NAME where somebody may call it, a count in `120명`
 *   7급이하, 2층, 16기     ORDINAL; behind 총, 약, 각 and the like a quantity
 *   1,23, 1.2.3.4          UNREAD, as is what does not fit 64 bits
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/status.h"
#include "base/text.h"

/* The numbers are those of sotong.report.v1.Token.Kind. */
enum numeral_kind {
    NUMERAL_QUANTITY = 1,
    NUMERAL_DATE = 2,
    NUMERAL_PERIOD = 3,
    NUMERAL_TIME = 4,
    NUMERAL_ORDINAL = 5,
    NUMERAL_NAME = 6,
    NUMERAL_UNREAD = 7,
};

/* Bits; bit n is sotong.slice.v1.Qualifier number n. */
enum numeral_qualifier {
    NUMERAL_ABOUT = 1 << 1,
    NUMERAL_MORE_THAN = 1 << 2,
    NUMERAL_AT_MOST = 1 << 3,
    NUMERAL_PLANNED = 1 << 4,
    NUMERAL_CUMULATIVE = 1 << 5,
    NUMERAL_AVERAGE = 1 << 6,
    NUMERAL_TOTAL = 1 << 7,
    NUMERAL_INCREASE = 1 << 8,
    NUMERAL_DECREASE = 1 << 9,
    NUMERAL_MAXIMUM = 1 << 10,
};

/* An interval of days; open ends have `has_…` false. A single day has both and they are equal. */
struct numeral_days {
    bool has_first, has_last;
    struct date first, last;
};

struct numeral {
    enum numeral_kind kind;
    size_t begin, end;        /* Bytes of the line: sign and unit included, qualifier words not. */
    struct decimal low, high; /* Of a QUANTITY; equal unless it is a range. Magnitude words (천, 만,
                               * 백만, 억 …) are in the exponent; a bare number's is that of its
                               * digits alone: the caller applies a table's unit note. */
    bool is_range;
    bool has_unit;       /* A unit or magnitude is printed with the number. */
    const char *unit;    /* Canonical (KRW, PERCENT, 명 …), "" for none; in the arena. */
    unsigned qualifiers; /* enum numeral_qualifier */
    bool has_days;       /* Of a DATE or PERIOD whose year is known. */
    struct numeral_days days;
};

struct numeral_context {
    bool has_year; /* The report's date is known: */
    struct date
        day;       /* dates without a year are of the year that lies nearest before or around it. */
    bool in_table; /* The text is a whole table cell. */
};

/* Reads the numerals of a line (valid UTF-8, NFC, no line feed), in the order of the text; they do
 * not overlap, and every digit of the line lies in one. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status numerals_read(struct arena *arena, struct text line,
                                    const struct numeral_context *context,
                                    struct numeral **numerals, size_t *count);

/* Reads a unit note (`단위 : 천원, %`, `천원`, `백만원`): the money scale or counter that bare
 * numbers under it have. False: no unit in it. */
NODISCARD bool numerals_unit_note(struct arena *arena, struct text note, const char **unit,
                                  int32_t *exponent);
