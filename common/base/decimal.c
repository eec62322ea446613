#include "base/decimal.h"

#include <stdio.h>
#include <string.h>

/* 128 bits hold the product of any two 64-bit numbers, and any 64-bit number times 10^18. */
typedef __int128 wide;

static const int64_t powers[] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

static bool narrow(wide value, int32_t exponent, struct decimal *out)
{
    if (value > INT64_MAX || value < INT64_MIN) return false;
    if (exponent < DECIMAL_EXPONENT_MIN || exponent > DECIMAL_EXPONENT_MAX) return false;
    *out = (struct decimal){(int64_t)value, exponent};
    return true;
}

static wide divide_half_away(wide a, wide b)
{
    wide quotient = a / b;
    wide rest = a % b;
    if (rest < 0) rest = -rest;
    wide divisor = b < 0 ? -b : b;
    if (rest >= divisor - rest) quotient += (a < 0) == (b < 0) ? 1 : -1;
    return quotient;
}

int decimal_compare(struct decimal a, struct decimal b)
{
    wide left = a.units, right = b.units;
    int32_t difference = a.exponent - b.exponent;
    /* The exponents differ by at most 36; scale in two steps and stop when the sign is decided. */
    while (difference > 0) {
        int32_t step = difference > 18 ? 18 : difference;
        if (left > INT64_MAX || left < INT64_MIN) break;
        left *= powers[step];
        difference -= step;
    }
    while (difference < 0) {
        int32_t step = -difference > 18 ? 18 : -difference;
        if (right > INT64_MAX || right < INT64_MIN) break;
        right *= powers[step];
        difference += step;
    }
    /* If a step was left over, that side is beyond 64 bits already and grows still further. */
    if (difference > 0) return left > 0 ? 1 : -1;
    if (difference < 0) return right > 0 ? -1 : 1;
    return left < right ? -1 : left > right;
}

bool decimal_rescale(struct decimal a, int32_t exponent, struct decimal *out)
{
    wide value = a.units;
    for (int32_t up = a.exponent - exponent; up > 0;) {
        int32_t step = up > 18 ? 18 : up;
        value *= powers[step];
        if (value > INT64_MAX || value < INT64_MIN) return false;
        up -= step;
    }
    int32_t down = exponent - a.exponent;
    if (down > 18) value = 0;
    if (down > 0 && down <= 18) value = divide_half_away(value, powers[down]);
    return narrow(value, exponent, out);
}

static bool combine(struct decimal a, struct decimal b, int sign, struct decimal *out)
{
    int32_t exponent = a.exponent < b.exponent ? a.exponent : b.exponent;
    if (a.units == 0) a.exponent = exponent;
    if (b.units == 0) b.exponent = exponent;
    if (!decimal_rescale(a, exponent, &a) || !decimal_rescale(b, exponent, &b)) return false;
    return narrow((wide)a.units + sign * (wide)b.units, exponent, out);
}

bool decimal_add(struct decimal a, struct decimal b, struct decimal *sum)
{
    return combine(a, b, 1, sum);
}

bool decimal_subtract(struct decimal a, struct decimal b, struct decimal *difference)
{
    return combine(a, b, -1, difference);
}

bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *product)
{
    return narrow((wide)a.units * b.units, a.exponent + b.exponent, product);
}

bool decimal_divide(struct decimal a, struct decimal b, int32_t exponent, struct decimal *quotient)
{
    if (b.units == 0) return false;
    wide dividend = a.units, divisor = b.units;
    /* a ÷ b = (ua ÷ ub) × 10^(ea − eb); in units of 10^exponent, scale by the rest of the power. */
    int32_t shift = a.exponent - b.exponent - exponent;
    if (shift > 18 || shift < -18) {
        if (dividend == 0) return narrow(0, exponent, quotient);
        return false;
    }
    if (shift >= 0) dividend *= powers[shift];
    if (shift < 0) divisor *= powers[-shift];
    return narrow(divide_half_away(dividend, divisor), exponent, quotient);
}

bool decimal_percent(struct decimal part, struct decimal whole, int decimals,
                     struct decimal *percent)
{
    struct decimal ratio;
    if (!decimal_divide(part, whole, -decimals - 2, &ratio)) return false;
    *percent = (struct decimal){ratio.units, -decimals};
    return true;
}

struct decimal decimal_negate(struct decimal a)
{
    return (struct decimal){a.units == INT64_MIN ? INT64_MAX : -a.units, a.exponent};
}

struct decimal decimal_absolute(struct decimal a)
{
    return a.units < 0 ? decimal_negate(a) : a;
}

void decimal_format(struct decimal a, char string[static DECIMAL_STRING_BYTES])
{
    char digits[48];
    uint64_t magnitude = a.units < 0 ? 0 - (uint64_t)a.units : (uint64_t)a.units;
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)magnitude);
    for (int32_t i = 0; i < a.exponent && magnitude != 0; i++)
        digits[count++] = '0';
    digits[count] = '\0';
    int decimals = a.exponent < 0 ? -a.exponent : 0;
    /* At least one digit stands before the point. */
    if (count <= decimals) {
        int missing = decimals + 1 - count;
        memmove(digits + missing, digits, (size_t)count + 1);
        memset(digits, '0', (size_t)missing);
        count += missing;
    }
    int whole = count - decimals;
    char *out = string;
    if (a.units < 0) *out++ = '-';
    for (int i = 0; i < count; i++) {
        if (i == whole) *out++ = '.';
        if (i > 0 && i < whole && (whole - i) % 3 == 0) *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
}
