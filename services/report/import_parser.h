/* A report being read: what import.c, which goes through its lines, and import_prose.c, which reads
 * those outside tables, share. */
#pragma once

#include "import.h"
#include "import_figures.h"
#include "import_lines.h"
#include "import_outline.h"
#include "import_owners.h"
#include "import_readings.h"
#include "import_tables.h"

struct parser {
    const struct import_options *options;
    const struct import_sink *sink;
    struct fault *fault;
    struct import_lines lines;
    struct arena line_arena;  /* Of lines outside tables. */
    struct arena table_arena; /* Of the open table. */
    struct arena scratch;     /* Of one figure. */
    struct import_owners owners;
    struct numeral_context context;
    struct outline outline;
    struct figures figures;
    struct tables tables;
    struct table_note note;
    size_t table_close; /* HTML: where the next `</table` is known to stand. */
    int caption_line;
    int remarks;
};

/* A line, split at its tags: each run of text and of markup is a reading. */
struct clean_line {
    struct import_line line;
    struct column_cursor cursor;
    struct reading_list readings;
    const struct reading *first; /* Of text; NULL: there is none. */
};

/* Splits and reads the line. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status clean_read(struct parser *parser, struct clean_line *clean);

/* Hands over the tokens and figures of a line outside tables; headings and bullets go onto the
 * outline, notes and captions are remembered for the table below. */
NODISCARD enum status prose_parse(struct parser *parser, struct clean_line *clean,
                                  const struct outline_line *line);
