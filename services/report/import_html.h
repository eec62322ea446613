/* Markup within a report's text: HTML tags and entities, Markdown's emphasis. A reader walks over a
 * part of a line and hands over runs of clean text and the tags between them.
 *
 * Only names of HTML elements are tags: `<잠시 멈춤>` and `<http://…>` are text. Broken markup is
 * never an error: what cannot be read as a tag is text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum { HTML_SPAN_MAX = 1000 /* rows or columns that a cell may cover */ };

/* A run of text with its markup taken out. Byte i of it stood at html_origin(&span, i) of the line.
 */
struct html_span {
    struct text text;
    size_t begin;           /* Byte of the line where the run begins, */
    size_t end;             /* and where it ends. */
    const uint32_t *origin; /* Byte of the line for each byte of the text; NULL: begin + i. */
};

enum html_event_kind {
    HTML_TEXT,
    HTML_BREAK, /* br, p, li, div, … */
    HTML_TABLE,
    HTML_TABLE_END,
    HTML_HEAD, /* thead */
    HTML_BODY, /* tbody, tfoot, and the ends of the three */
    HTML_ROW,  /* tr or its end */
    HTML_CELL,
    HTML_CELL_END,
};

struct html_event {
    enum html_event_kind kind;
    struct html_span span; /* Of HTML_TEXT. */
    bool is_heading;       /* Of HTML_CELL: th. */
    int row_span, column_span;
    size_t begin; /* Byte of the line. */
};

struct html_reader {
    struct text line;
    size_t offset, end;
};

/* The byte of the line at which byte i of the run stood; i may be the run's length. */
size_t html_origin(const struct html_span *span, size_t i);

/* A part of a run. */
struct html_span html_slice(const struct html_span *span, size_t begin, size_t end);

/* Reads bytes begin to end of the line. */
struct html_reader html_reader_of(struct text line, size_t begin, size_t end);

/* The next event; *found is false at the end. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status html_next(struct html_reader *reader, struct arena *arena,
                                struct html_event *event, bool *found);

/* True where the line holds a tag that opens a table; *offset: where. */
bool html_table_in(struct text line, size_t *offset);
