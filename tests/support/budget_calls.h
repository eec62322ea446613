/* Calls of the budget service's handlers for tests: requests that share a fixture, what an error
 * says, and every allocation of a call failing once. */
#pragma once

#include "support/budget_reports.h"

/* Opens a fixture that holds the report of 2020, and begins a call on it; ends both. */
void budget_calls_begin(struct budget_fixture *at, struct rpc_call *call);
void budget_calls_end(struct budget_fixture *at, struct rpc_call *call);

/* Lines of the report of 2020 by their place in its table. */
enum {
    ROW_TOTAL = 1,
    ROW_MEDIA = 4,
    ROW_GRANT = 5,
    ROW_INFORMATION = 6,
    ROW_HALL = 7,
    ROW_BRAND = 31,
    ROW_HOMEPAGE = 24,
    ROW_QUALITY = 41,
    ROW_PETITIONS = 44,
};

/* `lines/2020-general-0005`, in the fixture's arena. */
char *budget_line_2020(struct budget_fixture *at, int row);

/* The call failed with this reason, or, "", none, and its message holds the words. */
void check_reason(const struct rpc_call *call, const char *reason, const char *words);

/* Whether a violation of the call names the field. */
bool violates(const struct rpc_call *call, const char *field);

/* Begins a call anew, in the memory that it has: what an earlier answer holds stays. */
void call_again(struct rpc_call *call);

/* Runs a call again and again in transactions that are rolled back, the first, second, third …
 * allocation in it failing, until it succeeds. */
typedef enum status swept_call(struct budget_fixture *at, struct rpc_call *call);
void sweep_allocations(struct budget_fixture *at, swept_call *run);
