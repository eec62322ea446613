/* What stands behind a number: magnitudes (천, 만, 백만, 억 …) and units. */
#pragma once

#include "import_scan.h"

enum unit_flag {
    UNIT_SPACED = 1 << 0,  /* May stand behind a space: `120 명`. */
    UNIT_ORDINAL = 1 << 1, /* Says which one (3급, 2층), not how many … */
    UNIT_ALWAYS = 1 << 2,  /* … even behind 총 and the like. */
    UNIT_NAMING = 1 << 3,  /* With a noun glued in front of the number it is a name: 기획1팀. */
    UNIT_CLOCK = 1 << 4, /* Likewise, unless the noun is one of time: 다큐3일, but 최근3년. */
    UNIT_GUESSED = 1 << 5, /* Not in the table: taken for a counter by its place. */
};

struct unit_entry {
    const char *printed, *canonical;
    unsigned flags;
};

/* Sorted by the bytes of `printed`. */
extern const struct unit_entry unit_entries[];
extern const size_t unit_entry_count;

/* A unit as it stands on the line. */
struct unit {
    const char *canonical;
    size_t begin, end;
    unsigned flags;
};

/* The longest unit of the table that stands at the offset. False: none. */
bool unit_find(const struct scan *scan, size_t at, struct unit *unit);

/* That, or else a counter that the table does not know: the Hangul syllables up to a particle, a
 * space or a mark. False: neither, or no memory. */
bool unit_read(const struct scan *scan, size_t at, struct unit *unit);

/* The Hangul run at the offset is nothing but a particle (은, 으로, 까지 …) or empty. */
bool unit_particle_is(const struct scan *scan, size_t at);

/* A unit's word ends at the offset: with a particle, or with a word that says what was counted
 * (이상, 운영, 선정 …), or because no Hangul follows. */
bool unit_word_ends(const struct scan *scan, size_t at);

/* A number with its magnitudes and its unit: `34만8천여 명`, `1억 2천만원`, `76백만원`, `3.2%p`. */
struct amount {
    struct number number; /* Its first digits. */
    struct decimal value;
    size_t begin, end;
    bool magnitude; /* A magnitude is printed. */
    int32_t scale;  /* The last magnitude's power of ten. */
    bool more;      /* 여 */
    bool has_unit;
    struct unit unit; /* canonical "" for none */
    bool overflow;
};

/* False: no digit at the offset. */
bool amount_read(const struct scan *scan, size_t at, struct amount *amount);

/* The magnitude words at the offset: their power of ten. Returns their bytes; 0: none. */
size_t magnitude_find(const struct scan *scan, size_t at, int32_t *exponent);
