/* sotong.budget.v1.FundService: what is planned of funds, one function per RPC. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_fund_plans.h"
#include "budget_refs.h"
#include "budget_refusal.h"

/* What is left of an account; 0 where nothing is, or the sums do not fit. */
static int64_t account_left(const struct fund_standing *standing)
{
    int64_t left;
    if (__builtin_sub_overflow(standing->budget_won, standing->executed_won, &left)) return 0;
    if (__builtin_sub_overflow(left, standing->planned_won, &left)) return 0;
    return left < 0 ? 0 : left;
}

enum status budget_plan_fund_item(struct budget *self, struct rpc_call *call,
                                  const budget_plan_fund_item_request *in,
                                  budget_plan_fund_item_response *out)
{
    (void)self;
    struct fund_standing standing = {0};
    int64_t account;
    enum status status = ref_amount(call, "amount_won", in->amount_won);
    if (status != OK) return status;
    status = NOT_FOUND;
    if (ref_number(in->account, "fundAccounts", &account))
        status = fund_standing_get(rpc_db(call), rpc_arena(call), account, &standing);
    if (status == NOT_FOUND) return unknown_fail(call, "ACCOUNT_UNKNOWN", "account", in->account);
    if (status != OK) return status;
    int64_t left = account_left(&standing);
    if (in->amount_won > left) {
        (void)rpc_violation(call, "amount_won", "is more than the %" PRId64 " won that are left",
                            left);
        status = rpc_fail(call, FAILED_PRECONDITION,
                          "%s has %" PRId64 " won left beside what was executed and is planned",
                          in->account, left);
        return rpc_reason(call, status, "FUND_EXCEEDED");
    }
    struct fund_plan plan = {
        .label = in->label, .won = in->amount_won, .day = in->day, .settled_day = ""};
    status = fund_plan_insert(rpc_db(call), &standing, &plan, clock_now_ms(), &plan.id);
    if (status != OK) return status;
    out->item = fund_plan_message(rpc_arena(call), &plan);
    return out->item == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_settle_fund_item(struct budget *self, struct rpc_call *call,
                                    const budget_settle_fund_item_request *in,
                                    budget_settle_fund_item_response *out)
{
    (void)self;
    struct fund_plan plan;
    int64_t id;
    enum status status = NOT_FOUND;
    if (ref_number(in->name, "plannedFundItems", &id))
        status = fund_plan_get(rpc_db(call), rpc_arena(call), id, &plan);
    if (status == NOT_FOUND) return unknown_fail(call, "ITEM_UNKNOWN", "name", in->name);
    if (status != OK) return status;
    if (plan.settled_day[0] != '\0') {
        status =
            rpc_fail(call, FAILED_PRECONDITION, "%s was settled on %s", in->name, plan.settled_day);
        return rpc_reason(call, status, "ITEM_SETTLED");
    }
    if (strcmp(in->day, plan.day) < 0)
        return rpc_violation(call, "day", "lies before %s, when it was planned", plan.day);
    status = fund_plan_settle(rpc_db(call), plan.id, in->day);
    if (status != OK) return status;
    plan.settled_day = in->day;
    out->item = fund_plan_message(rpc_arena(call), &plan);
    return out->item == NULL ? RESOURCE_EXHAUSTED : OK;
}
