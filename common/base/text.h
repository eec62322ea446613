/* Runs of UTF-8 that somebody else owns, and the questions one asks of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/status.h"

struct text {
    const char *bytes;
    size_t length;
};

/* A text of a C string; NULL gives the empty text. These few are inline: a literal's length is then
 * known when it is compiled, and parsers ask them millions of times. */
static inline struct text text_from(const char *string)
{
    struct text text = {string, string == NULL ? 0 : strlen(string)};
    return text;
}

static inline bool text_equal(struct text a, struct text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static inline bool text_starts_with(struct text text, struct text prefix)
{
    return text.length >= prefix.length &&
           (prefix.length == 0 || memcmp(text.bytes, prefix.bytes, prefix.length) == 0);
}

static inline bool text_ends_with(struct text text, struct text suffix)
{
    return text.length >= suffix.length &&
           (suffix.length == 0 ||
            memcmp(text.bytes + text.length - suffix.length, suffix.bytes, suffix.length) == 0);
}

/* Byte offset of the first occurrence, or -1. */
ptrdiff_t text_find(struct text text, struct text part);

/* The text without ASCII and Unicode white space at its ends. Need not be valid UTF-8. */
struct text text_trim(struct text text);

/* The longest prefix of at most bytes_max bytes that ends on a character's boundary. */
struct text text_cut(struct text text, size_t bytes_max);

/* Offset of the first byte that is not valid UTF-8 (overlong forms, surrogates and code points past
 * U+10FFFF included), or -1. */
ptrdiff_t text_invalid_at(struct text text);

/* Offset of the first control character of ASCII (below U+0020, or U+007F), or -1. */
ptrdiff_t text_control_at(struct text text);

/* The code point at *offset, which moves behind it. The text must be valid UTF-8 and *offset less
 * than its length. */
static inline uint32_t text_next(struct text text, size_t *offset)
{
    const unsigned char *p = (const unsigned char *)text.bytes + *offset;
    if (p[0] < 0x80) {
        *offset += 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *offset += 2;
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    }
    if (p[0] < 0xF0) {
        *offset += 3;
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    }
    *offset += 4;
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
           (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

/* How many code points. The text must be valid UTF-8. */
size_t text_code_points(struct text text);

/* Columns on a terminal: East Asian wide characters take two, combining ones none. */
size_t text_width(struct text text);

/* The text in composed form (NFC), in the arena; the text itself where it already is composed.
 * RESOURCE_EXHAUSTED: no memory. INVALID_ARGUMENT: not valid UTF-8. */
NODISCARD enum status text_compose(struct arena *arena, struct text text, struct text *composed);

/* A form for searching: composed, lower case, without white space. */
NODISCARD enum status text_fold(struct arena *arena, struct text text, struct text *folded);
