/* Compose: the work report (주요업무보고) as of a date, from what the services hold. A pure
 * function from records to a document; report_handlers.c asks for the records, compose_render.h
 * renders. */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "budget.rpc.h"
#include "report.rpc.h"
#include "report_message.h"
#include "slice.rpc.h"

enum { COMPOSE_SECTION_DEPTH_MAX = 6 };

/* One report whose slices and records go into the document. */
struct compose_report {
    const char *report_id;
    const char *title;
    const char *publisher;
    const char *as_of;
    const char *summary;            /* Of the organisation; "" for none. */
    struct message_list figures;    /* slice_figure, in the order of the text */
    struct message_list tables;     /* slice_table, in the order of the text */
    struct message_list headcounts; /* report_headcount */
    struct message_list units;      /* report_organization_unit */
    struct message_list findings;   /* report_audit_finding */
};

struct compose_input {
    const char *as_of;     /* ISO date. */
    const char *publisher; /* "" for all. */
    const struct compose_report *reports;
    size_t report_count;
    budget_execution_row *const *execution;
    size_t execution_count;
    budget_comparison_row *const *comparison;
    size_t comparison_count;
    budget_fund_account *const *funds;
    size_t fund_count;
};

/* Builds the document: status (organisation, staff, budget), projects, current matters, audit
 * answers. Budget tables come from the ledger in the printed form (천원 with separators, △ for
 * minus); the other tables are those of the reports, cell for cell, as far as they do not speak of
 * a later day. Messages of the input are shared with the document. RESOURCE_EXHAUSTED: no memory.
 */
NODISCARD enum status compose_document(struct arena *arena, const struct compose_input *input,
                                       report_document **out);
