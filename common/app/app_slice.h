/* Opening a service that owns a slice of the reports: what every one of them does. */
#pragma once

#include "app/app.h"
#include "slice/slice.h"

/* What a service is made of. */
struct app_slice {
    size_t state_bytes; /* Of its state, the `self` of its handlers, which begins with its slice. */
    const struct rpc_handlers *const *handlers; /* All but the slice's. */
    size_t handler_count;
    struct slice slice; /* Only derive and count_records, which get the state. */
};

/* For a service's `open`: makes its state, whose other fields are zero, brings the slice tables up
 * to date, loads the facts, and mounts the handlers and the slice's. `close` is free.
 * RESOURCE_EXHAUSTED: no memory. Other statuses are those of slice_open. */
NODISCARD enum status app_slice_open(const struct app *app, const struct app_slice *service,
                                     struct app_mount mounts[static APP_MOUNTS_MAX],
                                     size_t *mount_count, void **self, struct fault *fault);
