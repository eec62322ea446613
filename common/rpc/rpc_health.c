#include "rpc/rpc_health.h"

#include <string.h>

#include "health.rpc.h"

static bool mounted(const struct health *health, const char *service)
{
    if (service[0] == '\0') return true;
    for (size_t i = 0; i < health->mounted_count; i++) {
        if (strcmp(health->mounted[i]->service->name, service) == 0) return true;
    }
    return false;
}

enum status health_check(struct health *self, struct rpc_call *call,
                         const health_health_check_request *in, health_health_check_response *out)
{
    if (!mounted(self, in->service)) {
        return rpc_fail(call, NOT_FOUND, "this server has no such service");
    }
    out->status = self->draining ? HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_NOT_SERVING
                                 : HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVING;
    return OK;
}

enum status health_watch(struct health *self, struct rpc_call *call,
                         const health_health_check_request *in)
{
    (void)self;
    (void)in;
    return rpc_fail(call, UNIMPLEMENTED, "Watch is not served yet");
}
