#include <stdlib.h>

#include "app/app_slice.h"
#include "campaign.h"

static enum status campaign_open(const struct app *app,
                                 struct app_mount mounts[static APP_MOUNTS_MAX],
                                 size_t *mount_count, void **self, struct fault *fault)
{
    static const struct rpc_handlers *const handlers[] = {&campaign_campaign_service_handlers};
    const struct app_slice campaign = {
        .state_bytes = sizeof(struct campaign),
        .handlers = handlers,
        .handler_count = ARRAY_LENGTH(handlers),
    };
    return app_slice_open(app, &campaign, mounts, mount_count, self, fault);
}

int main(int argc, char **argv)
{
    static const struct app_service service = {
        .name = "campaign",
        .open = campaign_open,
        .close = free,
    };
    return app_main(&service, argc, argv);
}
