/* What is planned to be paid from accounts of funds: its statements, and how an account shows it.
 */
#pragma once

#include "budget_store.h"
#include "fund.rpc.h"

struct fund_plan {
    int64_t id;
    const char *label;
    int64_t won;
    const char *day, *settled_day; /* settled_day "": it stands. */
};

/* The account of a report's account, as it was last reported. */
struct fund_standing {
    const char *publisher, *path;
    int64_t budget_won, executed_won, planned_won;
};

/* NOT_FOUND: there is no such account. */
NODISCARD enum status fund_standing_get(struct db *db, struct arena *arena, int64_t account,
                                        struct fund_standing *standing);
/* Sets *id. */
NODISCARD enum status fund_plan_insert(struct db *db, const struct fund_standing *standing,
                                       const struct fund_plan *plan, int64_t now_ms, int64_t *id);
/* NOT_FOUND: there is no such item. */
NODISCARD enum status fund_plan_get(struct db *db, struct arena *arena, int64_t id,
                                    struct fund_plan *plan);
NODISCARD enum status fund_plan_settle(struct db *db, int64_t id, const char *day);
/* What is planned of a report's account on a day ("": now). */
NODISCARD enum status fund_plan_list(struct db *db, struct arena *arena, int64_t account,
                                     const char *as_of, struct fund_plan **plans, size_t *count);

/* NULL: no memory. */
NODISCARD budget_planned_fund_item *fund_plan_message(struct arena *arena,
                                                      const struct fund_plan *plan);

/* Adds to an account, which has its budget and what was executed, what is planned on a day.
 * RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status fund_plans_show(struct rpc_call *call, int64_t account_id, const char *as_of,
                                      budget_fund_account *account);
