#include <stdlib.h>

#include "app/app.h"
#include "campaign.h"

static enum status campaign_open(const struct app *app,
                                 struct app_mount mounts[static APP_MOUNTS_MAX],
                                 size_t *mount_count, void **self, struct fault *fault)
{
    struct campaign *campaign = calloc(1, sizeof *campaign);
    if (campaign == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the service");
    campaign->slice = (struct slice){.service = app->name, .version = app->version};
    enum status status = slice_open(&campaign->slice, app->writer, app->facts_directory, fault);
    if (status != OK) {
        free(campaign);
        return status;
    }
    mounts[0] = (struct app_mount){&campaign_campaign_service_handlers, campaign};
    mounts[1] = (struct app_mount){&slice_slice_service_handlers, &campaign->slice};
    *mount_count = 2;
    *self = campaign;
    return OK;
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
