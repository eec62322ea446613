#include <stdlib.h>

#include "app/app_slice.h"
#include "petition.h"

static enum status petition_open(const struct app *app,
                                 struct app_mount mounts[static APP_MOUNTS_MAX],
                                 size_t *mount_count, void **self, struct fault *fault)
{
    static const struct rpc_handlers *const handlers[] = {&petition_petition_service_handlers};
    const struct app_slice petition = {
        .state_bytes = sizeof(struct petition),
        .handlers = handlers,
        .handler_count = ARRAY_LENGTH(handlers),
    };
    return app_slice_open(app, &petition, mounts, mount_count, self, fault);
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
