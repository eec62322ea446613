#include <stdlib.h>

#include "app/app_slice.h"
#include "brand.h"

static enum status brand_open(const struct app *app, struct app_mount mounts[static APP_MOUNTS_MAX],
                              size_t *mount_count, void **self, struct fault *fault)
{
    static const struct rpc_handlers *const handlers[] = {&brand_brand_service_handlers};
    const struct app_slice brand = {
        .state_bytes = sizeof(struct brand),
        .handlers = handlers,
        .handler_count = ARRAY_LENGTH(handlers),
    };
    return app_slice_open(app, &brand, mounts, mount_count, self, fault);
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
