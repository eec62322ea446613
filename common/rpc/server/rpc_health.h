/* grpc.health.v1.Health of every server: Check and Watch. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "rpc/rpc.h"

struct health {
    const struct rpc_handlers *const *mounted; /* Services that Check knows besides "". */
    size_t mounted_count;
    const atomic_bool *draining; /* NOT_SERVING from then on. */
};
