/* The tokens of a JSON text, one at a time, without memory of their own. */
#pragma once

#include "base/arena.h"
#include "base/text.h"

enum json_kind {
    JSON_OBJECT_OPEN,
    JSON_OBJECT_CLOSE,
    JSON_ARRAY_OPEN,
    JSON_ARRAY_CLOSE,
    JSON_COMMA,
    JSON_COLON,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_END,   /* Nothing follows. */
    JSON_WRONG, /* `wrong` says why. */
};

struct json_token {
    enum json_kind kind;
    struct text raw;   /* As it stands; of a string what is between the quotes. */
    size_t at;         /* Its offset in the text. */
    bool escaped;      /* A string that holds escapes. */
    const char *wrong; /* Of JSON_WRONG: what is wrong. */
};

struct json_scan {
    struct text text; /* Must be valid UTF-8. */
    size_t at;
};

/* The lowest high bit that is set marks the first of eight bytes that does not stand for itself
 * within a JSON string: a quote, a backslash, a control character, or one of a NUL's two bytes
 * (rpc_field.h). */
static inline uint64_t json_mark_special(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\', nul = word ^ ones * 0xC0;
    uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
                     ((backslash - ones) & ~backslash) | ((nul - ones) & ~nul);
    return found & highs;
}

/* How many bytes at the beginning stand for themselves. */
static inline size_t json_plain_length(const char *bytes, size_t length)
{
    size_t at = 0;
    uint64_t word, found;
    for (; length - at >= sizeof word; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        found = json_mark_special(word);
        if (found != 0) return at + (size_t)__builtin_ctzll(found) / 8;
    }
    if (at == length) return at;
    /* The rest, behind spaces. */
    word = UINT64_C(0x2020202020202020);
    size_t rest = length - at;
    for (size_t i = length; i > at; i--)
        word = word << 8 | (unsigned char)bytes[i - 1];
    found = json_mark_special(word);
    return found == 0 ? at + rest : at + (size_t)__builtin_ctzll(found) / 8;
}

/* The offset of the next byte that is no white space. */
static inline size_t json_skip_space(const struct json_scan *scan, size_t at)
{
    while (at < scan->text.length && (scan->text.bytes[at] == ' ' || scan->text.bytes[at] == '\n' ||
                                      scan->text.bytes[at] == '\r' || scan->text.bytes[at] == '\t'))
        at++;
    return at;
}

/* The next token; the scan moves behind it. */
struct json_token json_next(struct json_scan *scan);

/* A kind's name for a person: "a string". */
const char *json_kind_name(enum json_kind kind);

/* A string's content: the text itself where it has no escapes, else a copy in the arena. False: no
 * memory. */
NODISCARD bool json_string(struct arena *arena, const struct json_token *token,
                           struct text *content);

/* Length of the JSON number that the text begins with; 0: none. */
size_t json_number_length(struct text text);

/* Reads a JSON number, in any of its forms (`100`, `1e2`, `100.0`), as a whole number without
 * rounding. False: it has a fraction, or does not fit. */
NODISCARD bool json_integer(struct text number, int64_t *value);
NODISCARD bool json_unsigned(struct text number, uint64_t *value);
