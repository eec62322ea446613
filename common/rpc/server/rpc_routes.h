/* Which method a path names, and what runs it. */
#pragma once

#include "base/text.h"
#include "rpc/rpc.h"

/* A service and the `self` of its handlers. */
struct rpc_mount {
    const struct rpc_handlers *handlers;
    void *self;
    bool waits;  /* Its unary handlers wait too, as those of streams: each has a fiber. They read
                  * through rpc_db and write through rpc_write. */
    bool remote; /* Its reads ask a store that is a server's, and may block. */
};

struct rpc_route {
    const struct rpc_method *method;
    rpc_handler *handler;
    void *self;
    const char *service;
    enum rpc_lane lane;
};

struct rpc_routes {
    struct rpc_route *items; /* Sorted by path. */
    size_t count;
};

/* RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_routes_init(struct rpc_routes *routes, const struct rpc_mount *mounts,
                                      size_t mount_count);
void rpc_routes_free(struct rpc_routes *routes);

/* NULL: no method has this path. */
const struct rpc_route *rpc_routes_find(const struct rpc_routes *routes, struct text path);
