/* The tables' side of stage 4: rows and columns name what a cell's number counts. */
#pragma once

#include "import_figures.h"

enum {
    ROW_LABELS_MAX = 4,        /* The first columns that may name a row. */
    ROW_LABEL_POINTS_MAX = 60, /* A longer text names nothing. */
    HEADING_LABELS_MAX = 5,
};

/* Hands over the tables and their tokens and figures, in the order of the text. `note` is what the
 * lines above say; `below` is the first line below, for a remark on what brackets mean. */
NODISCARD enum status grids_send(struct figures *figures, const struct outline *outline,
                                 struct tables *tables, const struct table_note *note,
                                 struct text below);
