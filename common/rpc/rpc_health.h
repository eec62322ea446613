/* grpc.health.v1.Health of every server: Check. (Watch is a stream.) */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "rpc/rpc.h"

struct health {
    const struct rpc_handlers *const *mounted; /* Services that Check knows besides "". */
    size_t mounted_count;
    bool draining; /* NOT_SERVING from now on. */
};
