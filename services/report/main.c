#include <stdio.h>
#include <stdlib.h>

#include "app/app_slice.h"
#include "report.h"
#include "report.rpc.h"
#include "report_derive.h"
#include "report_facts.h"
#include "report_sql.h"

enum { DIRECTORY_BYTES_MAX = 4096 };

/* The facts of reports lie beside those of the slice, which are files of another message. */
static enum status facts_open(const struct app *app, struct fault *fault)
{
    if (app->facts_directory == NULL) return OK;
    char directory[DIRECTORY_BYTES_MAX];
    int length = snprintf(directory, sizeof directory, "%s/reports", app->facts_directory);
    if (length < 0 || length >= DIRECTORY_BYTES_MAX) {
        return fault_set(fault, INVALID_ARGUMENT, "--facts: the path is too long");
    }
    return report_facts_load(app->writer, directory, fault);
}

static enum status report_open(const struct app *app,
                               struct app_mount mounts[static APP_MOUNTS_MAX], size_t *mount_count,
                               void **self, struct fault *fault)
{
    static const struct rpc_handlers *const handlers[] = {&report_report_service_handlers};
    const struct app_slice report = {
        .state_bytes = sizeof(struct report),
        .handlers = handlers,
        .handler_count = ARRAY_LENGTH(handlers),
        .slice = {.derive = report_derive, .count_records = report_count_records},
    };
    void *state = NULL;
    enum status status = app_slice_open(app, &report, mounts, mount_count, &state, fault);
    if (status == OK) status = facts_open(app, fault);
    if (status != OK) {
        free(state);
        return status;
    }
    *self = state;
    return OK;
}

int main(int argc, char **argv)
{
    const struct app_service service = {
        .name = "report",
        .migrations = report_migrations,
        .migration_count = report_migration_count,
        .makes_calls = true,
        .open = report_open,
        .close = free,
    };
    return app_main(&service, argc, argv);
}
