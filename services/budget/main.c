#include <stdlib.h>

#include "app/app.h"
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
    struct budget *budget = calloc(1, sizeof *budget);
    if (budget == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the service");
    budget->slice = (struct slice){.service = app->name,
                                   .version = app->version,
                                   .derive = budget_derive,
                                   .count_records = budget_count_records,
                                   .self = budget};
    enum status status = slice_open(&budget->slice, app->writer, app->facts_directory, fault);
    if (status != OK) {
        free(budget);
        return status;
    }
    const struct rpc_handlers *const services[] = {
        &budget_breakdown_service_handlers,   &budget_budget_service_handlers,
        &budget_contract_service_handlers,    &budget_fund_service_handlers,
        &budget_ledger_service_handlers,      &budget_plan_service_handlers,
        &budget_reservation_service_handlers, &budget_revenue_service_handlers,
    };
    size_t count = 0;
    for (; count < ARRAY_LENGTH(services); count++)
        mounts[count] = (struct app_mount){services[count], budget};
    mounts[count++] = (struct app_mount){&slice_slice_service_handlers, &budget->slice};
    *mount_count = count;
    *self = budget;
    return OK;
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
