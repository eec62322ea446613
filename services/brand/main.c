#include <stdlib.h>

#include "app/app.h"
#include "brand.h"

static enum status brand_open(const struct app *app, struct app_mount mounts[static APP_MOUNTS_MAX],
                              size_t *mount_count, void **self, struct fault *fault)
{
    struct brand *brand = calloc(1, sizeof *brand);
    if (brand == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the service");
    brand->slice = (struct slice){.service = app->name, .version = app->version};
    enum status status = slice_open(&brand->slice, app->writer, app->facts_directory, fault);
    if (status != OK) {
        free(brand);
        return status;
    }
    mounts[0] = (struct app_mount){&brand_brand_service_handlers, brand};
    mounts[1] = (struct app_mount){&slice_slice_service_handlers, &brand->slice};
    *mount_count = 2;
    *self = brand;
    return OK;
}

int main(int argc, char **argv)
{
    static const struct app_service service = {
        .name = "brand",
        .open = brand_open,
        .close = free,
    };
    return app_main(&service, argc, argv);
}
