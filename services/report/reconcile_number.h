/* Printed numbers and what they can stand for: a number printed to some place was rounded or cut
 * there, so it stands for a range. Two numbers contradict each other only where the ranges that
 * follow from them do not meet. Exact decimals throughout; what does not fit 64 bits is undecided.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/text.h"
#include "slice.rpc.h"

/* A number as printed. The unit is borrowed. */
struct number {
    struct decimal value;
    const char *unit;    /* As in sotong.type.v1.Quantity: KRW, PERCENT, 명 …; "" for none. */
    unsigned qualifiers; /* Bit n is sotong.slice.v1.Qualifier number n. */
};

/* Both ends belong to it. */
struct range {
    struct decimal low, high;
};

/* How a printed number stands to what follows from others. */
enum verdict {
    VERDICT_UNDECIDED, /* Out of 64 bits, or by nothing. */
    VERDICT_HELD,
    VERDICT_ROUNDING, /* They differ by no more than the printed places allow. */
    VERDICT_BEYOND,
};

struct number number_from_figure(const slice_figure *figure);

bool number_has(struct number number, slice_qualifier qualifier);
bool figure_has(const slice_figure *figure, slice_qualifier qualifier);

/* Both are printed with the same unit; bare numbers have none. */
bool figure_same_unit(const slice_figure *a, const slice_figure *b);

/* Printed to a place that something finer was rounded or cut to: thousands, decimals, percent. A
 * count of whole things (명, 건, 원) is exact. */
bool number_is_rounded(struct number number);

/* What the number can stand for: from half a unit of its place below (rounded) to one unit above
 * (cut); with 약 a tenth both ways, with 여·이상 up to a tenth more. False: undecided. */
NODISCARD bool number_range(struct number number, struct range *range);

bool ranges_meet(struct range a, struct range b);

/* The other value differs by at most a divisor-th of the first, or by two of its units. */
bool number_is_near(struct decimal value, struct decimal other, int64_t divisor);

/* A printed total against its parts. ROUNDING: they differ by no more than half a unit for each
 * rounded number that takes part. sum receives the sum of the parts. */
enum verdict number_sum_verdict(struct number total, const struct number *parts, size_t count,
                                struct decimal *sum);

/* A printed percentage against part ÷ whole, as printed numbers and as what they can stand for.
 * expected receives the percentage with the printed number's decimals. */
enum verdict number_rate_verdict(struct decimal percent, struct number part, struct number whole,
                                 struct decimal *expected);

/* Reads one number from the beginning of a cell: sign (△, ▲, -), digits, separators, decimals.
 * rest receives what stands behind it. False: it does not begin with a number. */
NODISCARD bool number_parse(struct text text, struct decimal *value, struct text *rest);

/* `5,373백만원`, `△1.9%`, `6,202만회`. NULL: no memory. */
NODISCARD char *number_print(struct arena *arena, struct decimal value, const char *unit);

/* The value in the way that `printed` is written: with its unit or without. */
NODISCARD char *number_print_like(struct arena *arena, struct decimal value, const char *unit,
                                  const char *printed);
