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
