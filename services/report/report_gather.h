/* What the owners hold of one report, and the ledger, asked for by composing and reconciling. */
#pragma once

#include "base/status.h"
#include "budget.rpc.h"
#include "report.h"
#include "report_message.h"
#include "report_store.h"
#include "slice.rpc.h"

enum { GATHER_FIGURES_MAX = 200000, GATHER_TABLES_MAX = 20000, GATHER_PAGES_MAX = 2000 };

/* Figures and tables of all owners, each by citation line, then column. */
struct gathered {
    struct message_list figures; /* slice_figure */
    struct message_list tables;  /* slice_table */
};

/* Asks every owner for its slice of a report. UNAVAILABLE: an owner could not be asked; the message
 * names it. RESOURCE_EXHAUSTED: more than GATHER_…_MAX, or no memory. */
NODISCARD enum status gather_slices(struct report *self, struct rpc_call *call,
                                    const char *report_id, struct gathered *out);

/* The ledger's execution table and comparison as of a day, and its funds; the tables as they were
 * known at an instant (0: now). Errors as above. */
struct gathered_ledger {
    budget_get_execution_response *execution;
    budget_get_comparison_response *comparison;
    budget_list_funds_response *funds;
};
NODISCARD enum status gather_ledger(struct rpc_call *call, const char *as_of, const char *publisher,
                                    int64_t known_ms, struct gathered_ledger *out);

/* Whether the ledger has anything to say. */
bool gathered_ledger_is_empty(const struct gathered_ledger *ledger);
