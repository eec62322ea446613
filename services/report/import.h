/* The importer: a report's bytes in, tokens, figures and tables out. It knows nothing of a
 * particular report; what is particular (owner rules, names of columns) is data beside it.
 *
 *   import_lines     bytes → normalised lines            (encoding, NFC, line numbers)
 *   import_outline   line → heading, bullet, caption …   (nesting, section path)
 *   import_tables    lines → grids of cells              (tabs, pipes, HTML inside cells)
 *   import_numerals  text → numerals                     (every digit in exactly one)
 *   import_figures   numeral + outline or cell → figure  (subject, period, citation)
 *   import_owners    labels → owning service
 *
 * It reads the text once, front to back, and hands over what it has read as it goes; what it holds
 * is bounded by the largest table, not by the text. */
#pragma once

#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/text.h"
#include "report.rpc.h"
#include "slice.rpc.h"

enum {
    IMPORT_TEXT_BYTES_MAX =
        16 * 1024 * 1024, /* Of an imported report; import_parse has no limit. */
    IMPORT_LINE_BYTES_MAX = 1024 * 1024,
    IMPORT_NESTING_MAX = 12,
    IMPORT_REMARKS_MAX = 100,
};

/* Who receives what is read. Messages live until the callback returns (copy what you keep). Any
 * status but OK stops the import and is returned. NULL callbacks are skipped. */
struct import_sink {
    void *context;
    enum status (*token)(void *context, const report_token *token);
    enum status (*figure)(void *context, const slice_figure *figure); /* owner is set */
    enum status (*table)(void *context, const slice_table *table);    /* owner is set */
    /* Something odd in the text that did not stop its import, as a sentence. */
    enum status (*remark)(void *context, int line, const char *message);
};

/* What the first lines say of the report. Strings are in the arena given to import_parse. */
struct import_cover {
    const char *title;     /* "2012 주요업무 보고" */
    const char *publisher; /* "시민소통기획관"; "" when not found */
    const char *as_of;     /* ISO date of the cover: a day, or the last day of a printed month; ""
                            * when not found */
    int line_count;
};

struct import_options {
    const char *report_id;
    const char *as_of; /* ISO; NULL or "": the cover's. Needed for dates without a year. */
};

/* Decodes the bytes to UTF-8: UTF-8 with or without a byte order mark is taken as it is, CP949 is
 * converted. INVALID_ARGUMENT: empty, binary, or in no known encoding; the fault names the line and
 * what was found. */
NODISCARD enum status import_decode(struct arena *arena, struct text bytes, struct text *utf8,
                                    struct fault *fault);

/* Parses decoded text. INVALID_ARGUMENT: a line is too long; the fault names it.
 * RESOURCE_EXHAUSTED: no memory (a single table is larger than the arena allows). Otherwise the
 * sink's status. */
NODISCARD enum status import_parse(struct arena *arena, struct text utf8,
                                   const struct import_options *options,
                                   const struct import_sink *sink, struct import_cover *cover,
                                   struct fault *fault);
