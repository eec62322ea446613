/* grpc.health.v1.Health of every server: Check, List and Watch. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "rpc/rpc.h"
#include "rpc/server/rpc_store.h"

struct health {
    const struct rpc_handlers *const *mounted; /* Services that are known besides "". */
    size_t mounted_count;
    size_t stored_count; /* Of these, the first: NOT_SERVING, as "" is, while `store` … */
    const struct rpc_store *store; /* … cannot be written. NULL: there is none. */
    const atomic_bool *draining;   /* NOT_SERVING from then on. */
};
