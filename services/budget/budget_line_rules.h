/* What a call may add to the tree of lines. Pure. */
#pragma once

#include "budget_posting_rules.h"

enum { FISCAL_YEAR_MIN = 1900, FISCAL_YEAR_MAX = 9999, LINE_CLASSES = 4 };

#define FUND_DEFAULT "general"

/* A line as those see it that are to be put below it or closed with it. */
struct line_above {
    int64_t id; /* 0: there is none. */
    const char *name, *publisher, *fund;
    const char *path; /* Folded labels from the root. */
    int32_t fiscal_year, depth, position;
    bool closed, year_closed;
};

/* A line that a call asks for. */
struct line_draft {
    const char *publisher, *fund; /* "": its parent's. */
    int32_t fiscal_year;          /* 0: its parent's. */
    const char *label;
    const char *key; /* What the label names, folded; see label_key. */
    int32_t line_class;
};

/* Whether the draft makes a line below `above` (NULL: a root) and says so without contradiction.
 * year_closed: that of the root. OK, or the refusal's status. */
NODISCARD enum status line_draft_check(const struct line_draft *draft,
                                       const struct line_above *above, bool year_closed,
                                       struct refusal *refusal);
