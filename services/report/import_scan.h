/* The line under the reading head: what the readers of numerals share. A reader looks at a run of
 * digits and says whether it is a numeral of its kind; it looks a bounded number of bytes around
 * the run, so that a line is read in time linear to its length. */
#pragma once

#include "import_numerals.h"

enum {
    SCAN_SPACES_MAX = 3,      /* Characters of white space that may stand within a numeral. */
    SCAN_BACK_BYTES_MAX = 64, /* How far a reader looks back for a word. */
    SCAN_RUN_BYTES_MAX = 64,  /* A longer run of digits is no number. */
    SCAN_YEAR_FIRST = 1900,
    SCAN_YEAR_LAST = 2100,
};

struct scan {
    struct arena *arena;
    struct text line;
    const struct numeral_context *context;
    const struct numeral *previous; /* NULL before the first. */
    size_t floor;                   /* End of the previous numeral: none begins before it. */
    size_t start;                   /* First byte behind indentation and bullets. */
    int brackets;                   /* Round brackets that are open. */
    bool bulleted;                  /* There is a bullet in front of `start`. */
    bool triangle_bullets;          /* ▲ is a bullet on this line, not a minus. */
    bool chronicle;                 /* The last date of the line was written month.day. */
    bool headed;                    /* The line begins with a number of its heading. */
};

/* A numeral's reader: at is the first byte of a run of digits. False: not of its kind. */
typedef bool scan_reader(const struct scan *scan, size_t at, struct numeral *numeral);

/* Bytes of the ASCII or full-width digit at an offset and its value; 0: none. */
size_t scan_digit(const struct scan *scan, size_t at, int *value);

/* The code point at, or before, an offset; 0 at the line's ends. */
uint32_t scan_code(const struct scan *scan, size_t at);
uint32_t scan_code_before(const struct scan *scan, size_t at);

/* The offset behind the character at, or of the one before, an offset. */
size_t scan_next(const struct scan *scan, size_t at);
size_t scan_previous(const struct scan *scan, size_t at);

/* The literal stands at the offset, or ends before it (and not in the previous numeral). */
bool scan_is(const struct scan *scan, size_t at, const char *literal);
bool scan_was(const struct scan *scan, size_t at, const char *literal);

/* Bytes of the first literal of a list (ended by NULL) that stands at, or ends before, an offset;
 * 0: none. */
size_t scan_any(const struct scan *scan, size_t at, const char *const *literals);
size_t scan_any_before(const struct scan *scan, size_t at, const char *const *literals);

/* Skips at most SCAN_SPACES_MAX characters of white space (no tab), forwards or backwards. */
size_t scan_spaces(const struct scan *scan, size_t at);
size_t scan_spaces_before(const struct scan *scan, size_t at);

/* Offset behind (in front of) the Hangul syllables at (before) an offset; at most characters_max
 * of them. */
size_t scan_hangul(const struct scan *scan, size_t at, int characters_max);
size_t scan_hangul_before(const struct scan *scan, size_t at, int characters_max);

/* Bytes of a tilde (~ ∼ 〜 ～), or of a dash (- – ‐ −), at an offset; 0: none. */
size_t scan_tilde(const struct scan *scan, size_t at);
size_t scan_dash(const struct scan *scan, size_t at);

bool code_is_hangul(uint32_t code);
bool code_is_latin(uint32_t code);
bool code_is_digit(uint32_t code);
bool code_is_space(uint32_t code);

/* A number as printed, without sign and unit. */
struct number {
    struct decimal value;
    size_t begin, end;
    int digits;   /* Before the point. */
    int decimals; /* Behind it. */
    bool grouped; /* It has commas between thousands. */
    bool zero_led;
    bool overflow; /* More than 64 bits, or longer than SCAN_RUN_BYTES_MAX. */
};

/* Reads `1,234,567.8`: groups of exactly three digits behind commas, then a fraction. False: no
 * digit. */
bool number_read(const struct scan *scan, size_t at, struct number *number);

/* A short whole number without commas, for dates and ordinals. */
struct whole {
    int value;
    int digits;
    size_t end;
};

/* False: no digit, or more than four, or a comma and three digits follow (it is part of a larger
 * number). */
bool whole_read(const struct scan *scan, size_t at, struct whole *whole);
