/* Reports for the tests of the budget service: the two of Seoul, and those of an invented bureau.
 */
#pragma once

#include "support/budget_slices.h"
#include "support/budget_tables.h"

enum { CELLS_BYTES_MAX = 512, THOUSAND = 1000 };

/* The bureau of both Seoul reports. */
extern const char seoul_bureau[];

/* Put the budget tables (and the fund's) of a Seoul report. *records may be NULL. */
enum status budget_put_seoul_2012(struct budget_fixture *at, int32_t *records);
enum status budget_put_seoul_2020(struct budget_fixture *at, int32_t *records);

/* A report of an invented bureau with one execution table. */
struct snapshot_case {
    const char *id, *publisher, *day;
    char digest;
    const char *const *rows;
    size_t row_count;
};

#define ROWS(...)                                                                                  \
    .rows = (const char *const[]){"부서/사업명|예산현액|원인행위액|집행액|집행률", __VA_ARGS__},   \
    .row_count = sizeof((const char *const[]){"", __VA_ARGS__}) / sizeof(const char *)

enum status budget_put_snapshot(struct budget_fixture *at, struct snapshot_case snapshot);

/* Two reports of 소통관, of the ends of March and June 2024 (in June a project is new, one grew,
 * one is gone), and what check_execution shows of them. */
extern const struct snapshot_case budget_march, budget_june;
extern const char budget_march_shown[], budget_june_shown[];

/* Call the handlers. */
enum status budget_ask_execution(struct rpc_call *call, struct budget_fixture *at,
                                 const char *as_of, const char *publisher,
                                 budget_get_execution_response *out);
enum status budget_ask_comparison(struct rpc_call *call, struct budget_fixture *at,
                                  const char *as_of, budget_get_comparison_response *out);

/* Checks the execution table, shown as `depth label current committed spent` in thousands of won,
 * rows separated by `; `. */
void budget_check_execution(struct budget_fixture *at, const char *as_of, const char *publisher,
                            const char *expected);

/* Checks that every day shows what the last of the two reports up to it printed. */
void budget_check_both_days(struct budget_fixture *at);
