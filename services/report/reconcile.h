/* Reconcile: numbers of a report that do not agree with each other, or with the records. Each rule
 * is a pure function in a table; it is given everything at once and asks nobody.
 *
 *     enum status status = reconcile_run(rpc_arena(call), &input, &output, rpc_fault(call));
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"
#include "budget.rpc.h"
#include "report.rpc.h"
#include "slice.rpc.h"

/* All that is known of one report. Everything is borrowed for the length of the arena. */
struct reconcile_input {
    const char *report_id;
    const char *as_of;            /* ISO date that the report speaks of. */
    const char *publisher;        /* "" when not known. */
    slice_figure *const *figures; /* Of all owners, by citation line, then column. */
    size_t figure_count;
    slice_table *const *tables; /* Of all owners, by citation line. */
    size_t table_count;
    budget_execution_row *const
        *execution; /* The ledger's rows of the publisher as of that date, as they were known before
                     * the report was imported, or else are now. */
    size_t execution_count;
    budget_comparison_row *const *comparison;
    size_t comparison_count;
};

/* Arrays and messages are in the arena; findings may refer to the input's figures. */
struct reconcile_output {
    report_finding **findings; /* Contradictions first, each group in the order of the text. */
    size_t finding_count;
    report_rule_count **rules; /* One for each rule, in the order of the rules' table. */
    size_t rule_count;
};

/* Runs every rule. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status reconcile_run(struct arena *arena, const struct reconcile_input *input,
                                    struct reconcile_output *output, struct fault *fault);
