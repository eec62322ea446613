/* The projects of a report's budget tables, to look up what a sentence says of one: by the printed
 * budget, by name. */
#pragma once

#include "reconcile_case.h"

enum { PROJECTS_MAX = 20000 };

/* A row of a budget table, or of the ledger. */
struct project {
    const char *label; /* Folded. */
    struct number budget, spent, rate;
    bool has_spent, has_rate;
    const struct sheet *sheet; /* NULL: of the ledger. */
    size_t row, budget_column, spent_column, rate_column;
    const type_citation *citation; /* Of the ledger's row. */
};

struct projects {
    struct project *rows; /* By budget. */
    size_t count;
};

/* Rows of the tables whose headings say 예산 and, where there is more, 집행; where no table has
 * such headings, the ledger's rows. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status projects_read(struct reconcile_case *self, struct projects *projects);

/* The first project whose budget is not below the value. */
size_t projects_from(const struct projects *projects, struct decimal value);

/* How much of a project's name (in percent, by pairs of characters) another label holds. */
int name_likeness(const char *project, const char *label);

/* The figures of a project that take part in a finding; at most 3. RESOURCE_EXHAUSTED: no memory.
 */
NODISCARD enum status project_figures(struct reconcile_case *self, const struct project *project,
                                      slice_figure *figures[3], size_t *count);
