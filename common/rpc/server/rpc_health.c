#include "rpc/server/rpc_health.h"

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

static Grpc__Health__V1__HealthCheckResponse__ServingStatus serving(const struct health *health)
{
    return *health->draining ? HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_NOT_SERVING
                             : HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVING;
}

enum status health_check(struct health *self, struct rpc_call *call,
                         const health_health_check_request *in, health_health_check_response *out)
{
    if (!mounted(self, in->service)) {
        return rpc_fail(call, NOT_FOUND, "this server has no such service");
    }
    out->status = serving(self);
    return OK;
}

static enum status send_status(struct rpc_call *call,
                               Grpc__Health__V1__HealthCheckResponse__ServingStatus status)
{
    health_health_check_response response = HEALTH_HEALTH_CHECK_RESPONSE_INIT;
    response.status = status;
    return health_watch_send(call, &response);
}

/* Services neither come nor go: all that a watcher will learn is that the server stops. */
enum status health_watch(struct health *self, struct rpc_call *call,
                         const health_health_check_request *in)
{
    bool known = mounted(self, in->service);
    enum status status = send_status(
        call, known ? serving(self) : HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVICE_UNKNOWN);
    while (status == OK)
        status = rpc_wait_commit(call);
    if (status == UNAVAILABLE && known) {
        enum status sent =
            send_status(call, HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_NOT_SERVING);
        if (sent != OK) return sent;
    }
    return status;
}
