#include <stdlib.h>

#include "app/app_slice.h"
#include "breakdown.rpc.h"
#include "budget.h"
#include "budget_derive.h"
#include "budget_jobs.h"
#include "budget_sql.h"
#include "contract.rpc.h"
#include "fund.rpc.h"
#include "ledger.rpc.h"
#include "plan.rpc.h"
#include "reservation.rpc.h"
#include "revenue.rpc.h"

static enum status budget_open(const struct app *app,
                               struct app_mount mounts[static APP_MOUNTS_MAX], size_t *mount_count,
                               void **self, struct fault *fault)
{
    static const struct rpc_handlers *const handlers[] = {
        &budget_breakdown_service_handlers,   &budget_budget_service_handlers,
        &budget_contract_service_handlers,    &budget_fund_service_handlers,
        &budget_ledger_service_handlers,      &budget_plan_service_handlers,
        &budget_reservation_service_handlers, &budget_revenue_service_handlers,
    };
    const struct app_slice budget = {
        .state_bytes = sizeof(struct budget),
        .handlers = handlers,
        .handler_count = ARRAY_LENGTH(handlers),
        .slice = {.derive = budget_derive, .count_records = budget_count_records},
    };
    return app_slice_open(app, &budget, mounts, mount_count, self, fault);
}

int main(int argc, char **argv)
{
    static const struct app_job jobs[] = {{"expire", EXPIRE_EVERY_MS, budget_expire_run}};
    const struct app_service budget = {
        .name = "budget",
        .migrations = budget_migrations,
        .migration_count = budget_migration_count,
        .jobs = jobs,
        .job_count = ARRAY_LENGTH(jobs),
        .open = budget_open,
        .close = free,
    };
    return app_main(&budget, argc, argv);
}
