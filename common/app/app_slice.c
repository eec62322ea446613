#include "app/app_slice.h"

#include <assert.h>
#include <stdlib.h>

enum status app_slice_open(const struct app *app, const struct app_slice *service,
                           struct app_mount mounts[static APP_MOUNTS_MAX], size_t *mount_count,
                           void **self, struct fault *fault)
{
    assert(service->state_bytes >= sizeof(struct slice));
    assert(service->handler_count < APP_MOUNTS_MAX);
    struct slice *slice = calloc(1, service->state_bytes);
    if (slice == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the service");
    *slice = service->slice;
    slice->service = app->name;
    slice->version = app->version;
    slice->self = slice;
    enum status status = slice_open(slice, app->writer, app->facts_directory, fault);
    if (status != OK) {
        free(slice);
        return status;
    }
    size_t count = 0;
    for (; count < service->handler_count; count++)
        mounts[count] = (struct app_mount){service->handlers[count], slice};
    mounts[count++] = (struct app_mount){&slice_slice_service_handlers, slice};
    *mount_count = count;
    *self = slice;
    return OK;
}
