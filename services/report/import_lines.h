/* Stage 1 of the import: bytes → UTF-8 → lines in composed form (NFC), counted from 1.
 *
 * A line ends with LF, CRLF or CR. A form feed is white space within its line, so that line numbers
 * are those of an editor. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/text.h"

struct import_line {
    int number; /* From 1. */
    struct text
        text; /* NFC; borrows the report's text, or the arena where it had to be composed. */
};

struct import_lines {
    struct text utf8;
    size_t offset; /* Of the next line. */
    int number;    /* Of the line read last. */
    /* The line that was looked at ahead: it is composed once only. */
    bool is_peeked;
    size_t peeked_offset, peeked_next;
    struct text peeked;
};

/* Reads from the beginning of the text, which must be valid UTF-8 and outlive the reader. */
struct import_lines import_lines_of(struct text utf8);

/* Reads the next line. *found is false at the end.
 * INVALID_ARGUMENT: the line is longer than IMPORT_LINE_BYTES_MAX, or not UTF-8; the fault names
 * it. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status import_lines_next(struct import_lines *lines, struct arena *arena,
                                        struct import_line *line, bool *found, struct fault *fault);

/* The next line that is not blank, composed, without reading it; empty where there is none within
 * the next `lines_max` lines. *blank_count: how many blank lines come before it. */
struct text import_lines_peek(struct import_lines *lines, struct arena *arena, int lines_max,
                              int *blank_count);

/* The arena is about to be reset: forgets what was looked at ahead. */
void import_lines_forget(struct import_lines *lines);

/* The line holds nothing but white space. */
bool import_line_blank(struct text line);
