/* What the rules of a reconciliation share: the tables as sheets, the figures by place and by name,
 * and the findings so far. */
#pragma once

#include "reconcile.h"
#include "reconcile_number.h"
#include "reconcile_sheet.h"

enum { FINDINGS_MAX = 10000, FINDING_FIGURES_MAX = 64 };

struct reconcile_case {
    struct arena *arena;
    const struct reconcile_input *input;
    struct sheet *sheets; /* Tables with rows, in the order of the text. */
    size_t sheet_count;
    slice_figure **by_cell; /* All figures by line, table row, table column, column. */
    slice_figure **by_name;
    report_finding **findings;
    size_t finding_count, finding_capacity;
    const char *rule; /* The rule that runs, and its counts. */
    int32_t checked, held;
};

/* One rule: looks at the whole case, counts what it checks, adds what it finds. Pure but for that.
 * RESOURCE_EXHAUSTED: no memory. */
typedef enum status reconcile_check(struct reconcile_case *self);

struct reconcile_rule {
    const char *name;
    reconcile_check *check;
};

/* The rules, in the order in which they run and are counted. */
extern const struct reconcile_rule reconcile_rules[];
extern const size_t reconcile_rule_count;

reconcile_check column_sum_check, row_sum_check, table_rate_check, printed_change_check;
reconcile_check composition_check, prose_rate_check, growth_check, prose_change_check;
reconcile_check multiplication_check, daily_average_check, daily_maximum_check, period_order_check;
reconcile_check prose_table_check, ledger_check, execution_order_check, listed_findings_check,
    same_subject_check;

NODISCARD enum status case_open(struct reconcile_case *self, struct arena *arena,
                                const struct reconcile_input *input);

/* A check was made; held says how it came out. */
void case_count(struct reconcile_case *self, bool held);

/* What a rule says. The figure in doubt is the first. */
struct claim {
    report_finding_certainty certainty;
    slice_figure *const *figures;
    size_t figure_count;     /* At most FINDING_FIGURES_MAX are kept. */
    const char *printed;     /* NULL: as the first figure prints it. */
    const char *expected;    /* In the arena; NULL: no memory was left to write it. */
    const char *explanation; /* Likewise. */
};

/* Adds a finding of the running rule. Nothing happens beyond FINDINGS_MAX. */
NODISCARD enum status case_add(struct reconcile_case *self, const struct claim *claim);

/* The figure that stands in a table's cell; one is made from the cell where the importer made none
 * of it. NULL: no memory. */
NODISCARD slice_figure *case_cell_figure(struct reconcile_case *self, const struct sheet *sheet,
                                         size_t row, size_t column);

/* The same for a percentage within a cell of words. */
NODISCARD slice_figure *case_remark_figure(struct reconcile_case *self, const struct sheet *sheet,
                                           size_t row, size_t column, struct decimal percent);

/* The figure of that name, or NULL. */
slice_figure *case_find_name(const struct reconcile_case *self, const char *name);

/* Figures of one line and one cell: what a sentence says together. */
struct passage {
    slice_figure *const *figures;
    size_t count;
};

/* Steps through the passages of the input; *offset begins with 0. False at the end. */
bool case_next_passage(const struct reconcile_case *self, size_t *offset, struct passage *passage);

/* The most particular of a figure's labels, folded; NULL: no memory. */
NODISCARD char *figure_label(struct arena *arena, const slice_figure *figure);

/* `a + b + c = d`, each printed with its unit. NULL: no memory. */
struct sum_sentence {
    const struct number *parts;
    size_t count;
    struct decimal sum;
    const char *unit;
};
NODISCARD char *sentence_sum(struct arena *arena, const struct sum_sentence *sentence);

/* `a ÷ b = c%`. NULL: no memory. */
NODISCARD char *sentence_rate(struct arena *arena, struct number part, struct number whole,
                              struct decimal rate);
