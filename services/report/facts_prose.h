/* What of a report's words may be kept as facts: labels, not sentences. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "slice.rpc.h"

enum { FACTS_LABEL_CODE_POINTS_MAX = 30, FACTS_PREFIX_CODE_POINTS_MAX = 16 };

/* The text is longer than FACTS_LABEL_CODE_POINTS_MAX or ends as a sentence does. */
bool facts_is_prose(struct text text);

/* The label itself, or of prose its first words up to FACTS_PREFIX_CODE_POINTS_MAX, none of them a
 * particle at the end. NULL: no memory. */
char *facts_label(struct arena *arena, struct text text);

/* The cell's text itself, or of prose what is a fact in it: an audit finding's state and the
 * departments in brackets at its end; else empty. NULL: no memory. */
char *facts_cell(struct arena *arena, struct text text);

/* Takes the prose out of a figure or table. False: no memory. */
NODISCARD bool facts_strip_figure(struct arena *arena, slice_figure *figure);
NODISCARD bool facts_strip_table(struct arena *arena, slice_table *table);
