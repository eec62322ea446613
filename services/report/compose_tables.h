/* The tables of a composed report that are made from records. All results are in the arena and
 * share strings with the records; NULL: no memory. */
#pragma once

#include "compose.h"

/* A table without rows: RESOURCE_EXHAUSTED becomes NULL. */
report_composed_table *composed_table_new(struct arena *arena, const char *title, const char *unit,
                                          const char *as_of);

/* Whose report the document is: the bureau that was asked for, or the only one that anything in it
 * is of; NULL where there are several. */
const char *composed_publisher(const struct compose_input *input);

/* The ledger's rows [first, end), of one bureau, in the printed form: 부서/사업명 | 예산현액 |
 * 원인행위액 | 집행액 | 집행률 in the unit of the table that the first row was read from, or 천원.
 * The title of this and of the next two says whose they are where that is not the document's
 * bureau. */
report_composed_table *composed_execution(struct arena *arena, const struct compose_input *input,
                                          size_t first, size_t end);

/* 부서 및 사업명 | 2012년 예산 | 2011년 예산 | 증 감 | 증감율 in the same unit, minus as △. */
report_composed_table *composed_comparison(struct arena *arena, const struct compose_input *input,
                                           size_t first, size_t end);

/* 기금 | 계정 | 예산 | 집행금액 | 집행률 in 원, of the accounts [first, end). */
report_composed_table *composed_funds(struct arena *arena, const struct compose_input *input,
                                      size_t first, size_t end);

/* Departments and their teams. */
report_composed_table *composed_organization(struct arena *arena,
                                             const struct compose_report *report);

/* How many findings there are of each kind and state, derived from the findings. */
report_composed_table *composed_audit_totals(struct arena *arena,
                                             const struct compose_report *report);

/* The findings with their departments and states; the answers stand in the printed tables. */
report_composed_table *composed_findings(struct arena *arena, const struct compose_report *report);

/* A table of a report as it stands. */
report_composed_table *composed_copy(struct arena *arena, const slice_table *table);
