/* Records that are read from the report service's own slice: pure functions from tables, figures
 * and lines to messages of sotong.report.v1. They recognise forms, not reports; the words that they
 * look for are data beside them. */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "report.rpc.h"
#include "report_message.h"
#include "slice.rpc.h"

enum { HEADCOUNTS_MAX = 10000, AUDIT_FINDINGS_MAX = 1000, ORGANIZATION_UNITS_MAX = 10000 };

/* Appends the headcounts (정원·현원) of a table, or nothing where the table has none. A cell such
 * as `131(80)` under people counts the women among them. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status headcount_read(struct arena *arena, const slice_slice_source *source,
                                     const slice_table *table, struct message_list *headcounts);

/* Appends the findings (요구사항 | 조치결과) of an audit's table, or nothing where the table has
 * none. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status audit_read(struct arena *arena, const slice_slice_source *source,
                                 const slice_table *table, struct message_list *findings);

/* How many findings there are of each kind and state: totals of all, of each state, of each kind,
 * of each kind and state. */
NODISCARD enum status audit_totals(struct arena *arena, const struct message_list *findings,
                                   struct message_list *totals);

/* The state of a finding's answer in words: `추진상황 : 완료`. */
report_audit_state audit_state_of(struct text answer);

/* The word for a state: `완료`; "" for none. */
const char *audit_state_word(report_audit_state state);

/* Where the departments in brackets at the end of a demand begin, or -1. */
ptrdiff_t audit_departments_at(struct text demand);

/* The units of an organisation that a text lists: lines that are a unit's name alone, below a
 * heading that announces them (`주요기능`, `조직`). The bureau itself is the first unit. */
NODISCARD enum status organization_read(struct arena *arena, const slice_slice_source *source,
                                        struct text text, struct message_list *units);

/* The units that headcounts name, for reports whose text lists none. */
NODISCARD enum status organization_from_headcounts(struct arena *arena,
                                                   const struct message_list *headcounts,
                                                   struct message_list *units);

/* Adds a figure to the printed summary of the organisation (`1관 4담당관 19팀`) where it counts
 * units under a label such as 조직. */
struct organization_summary {
    char *summary; /* "" at first; in the arena. */
    int32_t line;  /* 0 at first. */
};
NODISCARD enum status organization_summarize(struct arena *arena, const slice_figure *figure,
                                             struct organization_summary *summary);
