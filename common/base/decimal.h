/* Exact decimal quantities: an integer times a power of ten. No floating point. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* The value is units × 10^exponent. Equal values may have different forms: the exponent says to
 * what place the number was printed. */
struct decimal {
    int64_t units;
    int32_t exponent; /* DECIMAL_EXPONENT_MIN to DECIMAL_EXPONENT_MAX */
};

enum { DECIMAL_EXPONENT_MIN = -18, DECIMAL_EXPONENT_MAX = 18, DECIMAL_STRING_BYTES = 64 };

/* -1, 0 or 1: the order of the values, exactly, whatever their exponents. */
int decimal_compare(struct decimal a, struct decimal b);

/* The value in units of 10^exponent, halves away from zero where digits are lost. False: it does
 * not fit 64 bits. */
NODISCARD bool decimal_rescale(struct decimal a, int32_t exponent, struct decimal *out);

/* a + b and a − b, exact, with the smaller exponent of the two. False: overflow. */
NODISCARD bool decimal_add(struct decimal a, struct decimal b, struct decimal *sum);
NODISCARD bool decimal_subtract(struct decimal a, struct decimal b, struct decimal *difference);

/* a × b, exact. False: overflow. */
NODISCARD bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *product);

/* a ÷ b × 10^-exponent rounded to a whole number of units at that exponent, halves away from zero.
 * False: b is zero, or overflow. decimal_divide({1,0},{3,0},-3) is 333 × 10^-3. */
NODISCARD bool decimal_divide(struct decimal a, struct decimal b, int32_t exponent,
                              struct decimal *quotient);

/* part ÷ whole in percent with `decimals` decimals, halves away from zero: 23.3% is {233, -1}. */
NODISCARD bool decimal_percent(struct decimal part, struct decimal whole, int decimals,
                               struct decimal *percent);

struct decimal decimal_negate(struct decimal a);
struct decimal decimal_absolute(struct decimal a);

/* Plain digits with thousands separators and a NUL: `31,518,898,000`, `-1.9`. A positive exponent
 * is written out. */
void decimal_format(struct decimal a, char string[static DECIMAL_STRING_BYTES]);
