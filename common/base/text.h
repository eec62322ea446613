/* Runs of UTF-8 that somebody else owns, and the questions one asks of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct text {
    const char *bytes;
    size_t length;
};

/* A text of a C string; NULL gives the empty text. */
struct text text_from(const char *string);

bool text_equal(struct text a, struct text b);
bool text_starts_with(struct text text, struct text prefix);
bool text_ends_with(struct text text, struct text suffix);

/* Byte offset of the first occurrence, or -1. */
ptrdiff_t text_find(struct text text, struct text part);

/* The text without ASCII and Unicode white space at its ends. */
struct text text_trim(struct text text);

/* The longest prefix of at most bytes_max bytes that ends on a character's boundary. */
struct text text_cut(struct text text, size_t bytes_max);

/* Offset of the first byte that is not valid UTF-8 (overlong forms, surrogates and code points past
 * U+10FFFF included), or -1. */
ptrdiff_t text_invalid_at(struct text text);

/* The code point at *offset, which moves behind it. The text must be valid UTF-8 and *offset less
 * than its length. */
uint32_t text_next(struct text text, size_t *offset);

/* How many code points. The text must be valid UTF-8. */
size_t text_code_points(struct text text);

/* Columns on a terminal: East Asian wide characters take two, combining ones none. */
size_t text_width(struct text text);

/* The text in composed form (NFC), in the arena; the text itself where it already is composed.
 * RESOURCE_EXHAUSTED: no memory. INVALID_ARGUMENT: not valid UTF-8. */
NODISCARD enum status text_compose(struct arena *arena, struct text text, struct text *composed);

/* A form for searching: composed, lower case, without white space. */
NODISCARD enum status text_fold(struct arena *arena, struct text text, struct text *folded);
