/* A reading: a run of text of one line with the numerals in it and their columns. Everything that
 * the importer hands over begins as one. */
#pragma once

#include "import.h"
#include "import_html.h"
#include "import_numerals.h"

/* What a numeral is worth where its table or column has a unit. */
struct reading_unit {
    const char *unit; /* NULL: none is printed. */
    int32_t exponent;
};

struct reading {
    int line;
    struct html_span span;
    struct numeral *numerals; /* Offsets are in span.text. */
    int *columns;             /* Of each numeral, in code points of the line, from 1. */
    int count;
    bool is_markup;           /* Digits of a tag's attributes: one numeral, a NAME. */
    struct reading_unit unit; /* For its bare numbers. */
};

/* Counts columns along a line; quick where offsets lie near each other. */
struct column_cursor {
    struct text line;
    size_t offset;
    int column; /* Of offset, from 1. */
};

struct column_cursor column_cursor_of(struct text line);
int column_at(struct column_cursor *cursor, size_t offset);

/* Where a reading is kept, and where it is worked out: the second is reset when it has grown. */
struct reading_arenas {
    struct arena *kept;
    struct arena *scratch;
};

/* Reads the numerals of a run. A digit that no numeral took is read as UNREAD, so that none is
 * lost. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status reading_of(const struct reading_arenas *arenas, int line,
                                 const struct html_span *span, struct column_cursor *cursor,
                                 const struct numeral_context *context, struct reading *reading);

/* Readings in the order of the text. */
struct reading_list {
    struct reading **items;
    size_t count, capacity;
};

/* Adds a cleared reading. NULL: no memory. */
struct reading *readings_add(struct arena *arena, struct reading_list *list);

/* Adds the digits among the bytes begin to end of a line's markup. RESOURCE_EXHAUSTED: no memory.
 */
NODISCARD enum status readings_of_markup(struct arena *arena, struct reading_list *list, int line,
                                         struct column_cursor *cursor, size_t begin, size_t end);
/* Adds what an event of a line holds: the run of text, and the digits of its markup. `behind`:
 * the byte behind it. *reading: the run's; NULL where there is no
 * text. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status
readings_of_event(const struct reading_arenas *arenas, struct reading_list *list, int line,
                  struct column_cursor *cursor, const struct numeral_context *context,
                  const struct html_event *event, size_t behind, struct reading **reading);

/* The part of a reading from byte `begin` of its text on; numerals that begin before are left out.
 * RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status reading_from(struct arena *arena, const struct reading *reading, size_t begin,
                                   struct reading *part);

/* The same for bytes begin to end. */
NODISCARD enum status reading_between(struct arena *arena, const struct reading *reading,
                                      size_t begin, size_t end, struct reading *part);

/* Hands each numeral over as a token. */
NODISCARD enum status reading_emit(struct arena *arena, const struct reading *reading,
                                   const struct import_sink *sink);

/* A numeral's value as a message; the unit of the table stands in where none is printed. */
type_quantity reading_quantity(const struct numeral *numeral, const struct reading_unit *unit,
                               bool high);

/* Days as a period message and what it points to; must not be moved once filled. */
struct reading_period {
    type_period period;
    type_date_interval interval;
    char first[DATE_STRING_BYTES];
    char last[DATE_STRING_BYTES];
};
/* False: nothing is known of the days. */
bool reading_period_of(const struct numeral_days *days, bool is_as_of, struct reading_period *out);
