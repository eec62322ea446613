/* Labels: the words that say what a number is. A label is cleaned of what print needs and meaning
 * does not: emphasis, letter-spacing (`사 업 비`), quotes around it, dates in brackets. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum { LABEL_BYTES_MAX = 240 };

struct label {
    char bytes[LABEL_BYTES_MAX + 1]; /* With a NUL behind. */
    size_t length;
};

/* The text with white space collapsed, letter-spaced words joined and stray marks at its ends
 * dropped, cut to LABEL_BYTES_MAX. */
struct label label_of(struct text text);

struct text label_text(const struct label *label);

/* Length of the letter-spaced word that the text begins with (`조 직 1관 …` → `조 직`), or 0. */
size_t label_spaced_prefix(struct text text);

/* Offset of the colon that parts a label from its value (not one within a time, a ratio or an
 * address, nor within brackets), or -1. */
ptrdiff_t label_colon(struct text text);

/* A heading's or bullet's label: what stands before its colon, its ` - ` and value, or all of it.
 */
struct label label_of_line(struct text content);

/* Of `용역기간/용역금액` above `6개월 / 120백만원`, the part that belongs to the value behind so
 * many slashes; the whole label where it has no such part. */
struct label label_at_slash(const struct label *label, int slash);
