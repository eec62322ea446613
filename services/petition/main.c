#include <stdlib.h>

#include "app/app.h"
#include "petition.h"

static enum status petition_open(const struct app *app,
                                 struct app_mount mounts[static APP_MOUNTS_MAX],
                                 size_t *mount_count, void **self, struct fault *fault)
{
    struct petition *petition = calloc(1, sizeof *petition);
    if (petition == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the service");
    petition->slice = (struct slice){.service = app->name, .version = app->version};
    enum status status = slice_open(&petition->slice, app->writer, app->facts_directory, fault);
    if (status != OK) {
        free(petition);
        return status;
    }
    mounts[0] = (struct app_mount){&petition_petition_service_handlers, petition};
    mounts[1] = (struct app_mount){&slice_slice_service_handlers, &petition->slice};
    *mount_count = 2;
    *self = petition;
    return OK;
}

int main(int argc, char **argv)
{
    static const struct app_service service = {
        .name = "petition",
        .open = petition_open,
        .close = free,
    };
    return app_main(&service, argc, argv);
}
