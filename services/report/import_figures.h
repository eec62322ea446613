/* Stage 4 of the import: numerals → figures, with what each one counts, of what time, and where it
 * stands. Stage 5, their owner, is chosen on the way. */
#pragma once

#include "import.h"
#include "import_outline.h"
#include "import_owners.h"
#include "import_phrases.h"
#include "import_readings.h"
#include "import_tables.h"

enum { FIGURE_LABELS_MAX = 32 };

/* What the lines above a table say of it. */
struct table_note {
    char unit_bytes[LABEL_BYTES_MAX]; /* As printed, without 단위. */
    size_t unit_length;
    struct reading_unit unit;
    char unit_name[32];
    bool has_days;
    struct numeral_days days;
    int line; /* On which it stood; 0: none. */
};

enum { FIGURE_UNIT_BYTES_MAX = 64 };

/* The figure that a heading or bullet itself gives: what is listed below may be its parts. */
struct figure_head {
    int line, column;
    char unit[FIGURE_UNIT_BYTES_MAX]; /* A copy: the head outlives its line. */
    bool is_set;
    bool is_total;
    int count; /* Of the quantities that it gives. */
};

struct figures {
    const struct import_options *options;
    const struct import_sink *sink;
    const struct import_owners *owners;
    struct arena *scratch; /* Reset by whoever owns it, between calls. */
    bool has_as_of;
    struct date as_of;
    struct owner_weights weights[IMPORT_NESTING_MAX]; /* Of the labels of the outline's stack. */
    struct figure_head heads[IMPORT_NESTING_MAX];
    struct label caption; /* The caption above; empty: none. */
};

/* What stands around a run of text. */
struct figure_place {
    const struct outline *outline;
    int entries;                /* How many of the outline's entries stand above the run. */
    const struct label *labels; /* … and the labels of its table and cell. */
    int label_count;
    int table_row, table_column;     /* From 1; 0 outside a table. */
    const struct numeral_days *days; /* Of the table or column; NULL: none. */
    enum service owner;              /* Of the table. */
};

/* An entry was pushed onto the outline: weighs its label, and that of a section restored with it.
 */
void figures_pushed(struct figures *figures, const struct outline *outline);

/* Hands over the figures of a run of text. The first quantity is remembered as the head of the
 * outline's top entry where is_entry says that the run is that entry's own. */
NODISCARD enum status figures_of_text(struct figures *figures, const struct figure_place *place,
                                      const struct reading *reading, bool is_entry);
