#include "rpc/server/rpc_routes.h"

#include <stdlib.h>
#include <string.h>

static int compare_routes(const void *a, const void *b)
{
    return strcmp(((const struct rpc_route *)a)->method->path,
                  ((const struct rpc_route *)b)->method->path);
}

static int compare_path(const void *path, const void *route)
{
    const struct text *wanted = path;
    struct text other = text_from(((const struct rpc_route *)route)->method->path);
    size_t shorter = wanted->length < other.length ? wanted->length : other.length;
    int order = memcmp(wanted->bytes, other.bytes, shorter);
    if (order != 0) return order;
    return (wanted->length > other.length) - (wanted->length < other.length);
}

const struct rpc_route *rpc_routes_find(const struct rpc_routes *routes, struct text path)
{
    return bsearch(&path, routes->items, routes->count, sizeof *routes->items, compare_path);
}

static enum rpc_lane lane_of(const struct rpc_mount *mount, const struct rpc_method *method)
{
    if (mount->waits) return RPC_LANE_STREAM;
    bool blocks = mount->remote && method->lane == RPC_LANE_READ;
    return blocks ? RPC_LANE_REMOTE_READ : method->lane;
}

static void add(struct rpc_routes *routes, const struct rpc_mount *mount)
{
    const struct rpc_service *service = mount->handlers->service;
    for (size_t i = 0; i < service->method_count; i++) {
        const struct rpc_method *method = &service->methods[i];
        routes->items[routes->count++] = (struct rpc_route){
            .method = method,
            .handler = mount->handlers->handlers[i],
            .self = mount->self,
            .service = service->name,
            .lane = lane_of(mount, method),
        };
    }
}

enum status rpc_routes_init(struct rpc_routes *routes, const struct rpc_mount *mounts,
                            size_t mount_count)
{
    size_t count = 0;
    for (size_t i = 0; i < mount_count; i++)
        count += mounts[i].handlers->service->method_count;
    *routes = (struct rpc_routes){.items = calloc(count, sizeof *routes->items)};
    if (routes->items == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < mount_count; i++)
        add(routes, &mounts[i]);
    qsort(routes->items, routes->count, sizeof *routes->items, compare_routes);
    return OK;
}

void rpc_routes_free(struct rpc_routes *routes)
{
    free(routes->items);
    *routes = (struct rpc_routes){.items = NULL};
}
