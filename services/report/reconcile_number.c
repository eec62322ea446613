#include "reconcile_number.h"

#include <ctype.h>
#include <string.h>

enum { PERCENT_WHOLE = 100, TENTH = 10, NEAR_UNITS = 2 };

struct number number_from_figure(const slice_figure *figure)
{
    struct number number = {
        {figure->quantity->units, figure->quantity->exponent}, figure->quantity->unit, 0};
    for (size_t i = 0; i < figure->n_qualifiers; i++)
        number.qualifiers |= 1U << figure->qualifiers[i];
    return number;
}

bool number_has(struct number number, slice_qualifier qualifier)
{
    return (number.qualifiers & 1U << qualifier) != 0;
}

bool figure_has(const slice_figure *figure, slice_qualifier qualifier)
{
    for (size_t i = 0; i < figure->n_qualifiers; i++) {
        if (figure->qualifiers[i] == qualifier) return true;
    }
    return false;
}

bool figure_same_unit(const slice_figure *a, const slice_figure *b)
{
    return a->quantity->unit[0] != '\0' && strcmp(a->quantity->unit, b->quantity->unit) == 0;
}

bool number_is_rounded(struct number number)
{
    static const char *const measures[] = {"PERCENT", "PERCENT_POINT", "㎡", "km", "시간", "점"};
    if (number.value.exponent != 0) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(measures); i++) {
        if (strcmp(number.unit, measures[i]) == 0) return true;
    }
    return false;
}

/* value + part ÷ 10 units of its place. */
static bool shift_tenths(struct decimal value, int64_t tenths, struct decimal *out)
{
    struct decimal step = {tenths, value.exponent - 1};
    return value.exponent > DECIMAL_EXPONENT_MIN && decimal_add(value, step, out);
}

static bool scale_tenths(struct decimal value, int64_t tenths, struct decimal *out)
{
    return decimal_multiply(value, (struct decimal){tenths, -1}, out);
}

/* For a value that is not negative. */
static bool magnitude_range(struct number number, struct range *range)
{
    struct decimal value = number.value;
    *range = (struct range){value, value};
    if (number_has(number, SLICE_QUALIFIER_ABOUT))
        return scale_tenths(value, TENTH - 1, &range->low) &&
               scale_tenths(value, TENTH + 1, &range->high);
    if (number_has(number, SLICE_QUALIFIER_MORE_THAN))
        return scale_tenths(value, TENTH + 1, &range->high);
    if (!number_is_rounded(number)) return true;
    return shift_tenths(value, -TENTH / 2, &range->low) && shift_tenths(value, TENTH, &range->high);
}

bool number_range(struct number number, struct range *range)
{
    if (number.value.units >= 0) return magnitude_range(number, range);
    struct range magnitude;
    number.value = decimal_negate(number.value);
    if (!magnitude_range(number, &magnitude)) return false;
    *range = (struct range){decimal_negate(magnitude.high), decimal_negate(magnitude.low)};
    return true;
}

bool ranges_meet(struct range a, struct range b)
{
    return decimal_compare(a.low, b.high) <= 0 && decimal_compare(b.low, a.high) <= 0;
}

bool number_is_near(struct decimal value, struct decimal other, int64_t divisor)
{
    struct decimal difference, multiple;
    if (!decimal_subtract(value, other, &difference)) return false;
    difference = decimal_absolute(difference);
    if (decimal_compare(difference, (struct decimal){NEAR_UNITS, value.exponent}) <= 0) return true;
    return decimal_multiply(difference, (struct decimal){divisor, 0}, &multiple) &&
           decimal_compare(multiple, decimal_absolute(value)) <= 0;
}

/* Adds half a unit of the number's place, if it was rounded there. */
static bool add_half(struct decimal tolerance, struct number number, struct decimal *out)
{
    *out = tolerance;
    if (!number_is_rounded(number)) return true;
    if (number.value.exponent <= DECIMAL_EXPONENT_MIN) return false;
    return decimal_add(tolerance, (struct decimal){TENTH / 2, number.value.exponent - 1}, out);
}

static bool is_vague(struct number number)
{
    return number_has(number, SLICE_QUALIFIER_ABOUT) ||
           number_has(number, SLICE_QUALIFIER_MORE_THAN) ||
           number_has(number, SLICE_QUALIFIER_AT_MOST);
}

enum verdict number_sum_verdict(struct number total, const struct number *parts, size_t count,
                                struct decimal *sum)
{
    struct decimal tolerance = {0, 0};
    *sum = (struct decimal){0, total.value.exponent};
    bool coarsest = count > 0, vague = is_vague(total);
    for (size_t i = 0; i < count; i++) {
        if (!decimal_add(*sum, parts[i].value, sum)) return VERDICT_UNDECIDED;
        if (!add_half(tolerance, parts[i], &tolerance)) return VERDICT_UNDECIDED;
        if (parts[i].value.exponent >= total.value.exponent) coarsest = false;
        vague = vague || is_vague(parts[i]);
    }
    if (!add_half(tolerance, total, &tolerance)) return VERDICT_UNDECIDED;
    struct decimal difference;
    if (!decimal_subtract(total.value, *sum, &difference)) return VERDICT_UNDECIDED;
    if (difference.units == 0) return VERDICT_HELD;
    if (vague) return VERDICT_UNDECIDED;
    /* A total printed more coarsely than its parts may have been cut rather than rounded. */
    bool cut =
        coarsest && decimal_compare(decimal_absolute(total.value), decimal_absolute(*sum)) < 0;
    if (cut && !add_half(tolerance, total, &tolerance)) return VERDICT_UNDECIDED;
    struct decimal rounded;
    if (coarsest && decimal_rescale(*sum, total.value.exponent, &rounded) &&
        decimal_compare(rounded, total.value) == 0)
        return VERDICT_HELD;
    return decimal_compare(decimal_absolute(difference), tolerance) <= 0 ? VERDICT_ROUNDING
                                                                         : VERDICT_BEYOND;
}

/* percent ÷ 100 × whole against part, on their ranges; all of them at least 0. */
static enum verdict rate_ranges(struct decimal percent, struct number part, struct number whole)
{
    struct number rate = {percent, "PERCENT", 0};
    struct range rates, parts, wholes;
    if (!number_range(rate, &rates) || !number_range(part, &parts) || !number_range(whole, &wholes))
        return VERDICT_UNDECIDED;
    struct decimal least, most, low, high;
    if (rates.low.units < 0) rates.low.units = 0;
    if (!decimal_multiply(rates.low, wholes.low, &least) ||
        !decimal_multiply(rates.high, wholes.high, &most) ||
        !decimal_multiply(parts.low, (struct decimal){PERCENT_WHOLE, 0}, &low) ||
        !decimal_multiply(parts.high, (struct decimal){PERCENT_WHOLE, 0}, &high))
        return VERDICT_UNDECIDED;
    return ranges_meet((struct range){least, most}, (struct range){low, high}) ? VERDICT_ROUNDING
                                                                               : VERDICT_BEYOND;
}

enum verdict number_rate_verdict(struct decimal percent, struct number part, struct number whole,
                                 struct decimal *expected)
{
    int decimals = percent.exponent < 0 ? -percent.exponent : 0;
    if (whole.value.units <= 0) return VERDICT_UNDECIDED;
    if (!decimal_percent(part.value, whole.value, decimals, expected)) return VERDICT_UNDECIDED;
    if (decimal_compare(*expected, percent) == 0) return VERDICT_HELD;
    if ((part.value.units < 0) != (percent.units < 0) && percent.units != 0) return VERDICT_BEYOND;
    part.value = decimal_absolute(part.value);
    return rate_ranges(decimal_absolute(percent), part, whole);
}

static bool take_sign(struct text text, size_t *offset)
{
    static const char *const signs[] = {"△", "▲", "-", "−", "–"};
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
        struct text sign = text_from(signs[i]);
        if (!text_starts_with(text, sign)) continue;
        *offset = sign.length;
        while (*offset < text.length && text.bytes[*offset] == ' ')
            (*offset)++;
        return true;
    }
    *offset = 0;
    return false;
}

static bool is_digit_at(struct text text, size_t offset)
{
    return offset < text.length && isdigit((unsigned char)text.bytes[offset]);
}

bool number_parse(struct text text, struct decimal *value, struct text *rest)
{
    size_t offset;
    bool negative = take_sign(text, &offset);
    struct decimal read = {0, 0};
    bool fraction = false;
    if (!is_digit_at(text, offset)) return false;
    for (; offset < text.length; offset++) {
        char c = text.bytes[offset];
        if (isdigit((unsigned char)c)) {
            if (__builtin_mul_overflow(read.units, 10, &read.units) ||
                __builtin_add_overflow(read.units, c - '0', &read.units))
                return false;
            if (fraction && --read.exponent < DECIMAL_EXPONENT_MIN) return false;
            continue;
        }
        if (c == ',' && !fraction && is_digit_at(text, offset + 1)) continue;
        if (c != '.' || fraction || !is_digit_at(text, offset + 1)) break;
        fraction = true;
    }
    *value = negative ? decimal_negate(read) : read;
    *rest = text_trim((struct text){text.bytes + offset, text.length - offset});
    return true;
}

static const char *scale_word(int32_t exponent)
{
    static const struct {
        int32_t exponent;
        const char *word;
    } words[] = {{3, "천"}, {4, "만"}, {6, "백만"}, {7, "천만"}, {8, "억"}, {12, "조"}};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (words[i].exponent == exponent) return words[i].word;
    }
    return NULL;
}

static const char *unit_word(const char *unit)
{
    if (strcmp(unit, "KRW") == 0) return "원";
    if (strcmp(unit, "PERCENT") == 0) return "%";
    if (strcmp(unit, "PERCENT_POINT") == 0) return "%p";
    return unit;
}

char *number_print(struct arena *arena, struct decimal value, const char *unit)
{
    const char *scale = scale_word(value.exponent);
    if (scale != NULL) value.exponent = 0;
    bool negative = value.units < 0;
    char digits[DECIMAL_STRING_BYTES];
    decimal_format(decimal_absolute(value), digits);
    return arena_printf(arena, "%s%s%s%s", negative ? "△" : "", digits, scale == NULL ? "" : scale,
                        unit_word(unit));
}

char *number_print_like(struct arena *arena, struct decimal value, const char *unit,
                        const char *printed)
{
    struct decimal digits;
    struct text rest;
    bool bare = number_parse(text_from(printed), &digits, &rest) && rest.length == 0;
    if (!bare) return number_print(arena, value, unit);
    if (value.exponent > 0) value.exponent = 0;
    return number_print(arena, value, "");
}
