#include "rpc/server/rpc_health.h"

#include <string.h>

#include "health.rpc.h"

typedef Grpc__Health__V1__HealthCheckResponse__ServingStatus serving_status;

/* The service's place among those mounted; their number: there is no such service. */
static size_t place_of(const struct health *health, const char *service)
{
    size_t place = 0;
    while (place < health->mounted_count &&
           strcmp(health->mounted[place]->service->name, service) != 0)
        place++;
    return place;
}

static serving_status status_of(const struct health *health, const char *service)
{
    size_t place = service[0] == '\0' ? 0 : place_of(health, service);
    if (place == health->mounted_count) {
        return HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVICE_UNKNOWN;
    }
    bool stored = health->store != NULL && place < health->stored_count;
    bool down = stored && rpc_store_state(health->store) != RPC_STORE_UP;
    return down || *health->draining ? HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_NOT_SERVING
                                     : HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVING;
}

enum status health_check(struct health *self, struct rpc_call *call,
                         const health_health_check_request *in, health_health_check_response *out)
{
    out->status = status_of(self, in->service);
    if (out->status != HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVICE_UNKNOWN) return OK;
    return rpc_fail(call, NOT_FOUND, "this server has no such service");
}

enum status health_list(struct health *self, struct rpc_call *call,
                        const health_health_list_request *in, health_health_list_response *out)
{
    (void)in;
    struct arena *arena = rpc_arena(call);
    size_t count = self->mounted_count + 1; /* "" too. */
    struct listed {
        health_health_list_response_statuses_entry entry;
        health_health_check_response response;
    } *listed = arena_calloc(arena, count, sizeof *listed);
    out->statuses = arena_calloc(arena, count, sizeof(void *));
    if (listed == NULL || out->statuses == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        const char *service = i == 0 ? "" : self->mounted[i - 1]->service->name;
        listed[i].response = (health_health_check_response)HEALTH_HEALTH_CHECK_RESPONSE_INIT;
        listed[i].response.status = status_of(self, service);
        listed[i].entry = (health_health_list_response_statuses_entry)
            HEALTH_HEALTH_LIST_RESPONSE_STATUSES_ENTRY_INIT;
        listed[i].entry.key = (char *)(uintptr_t)service;
        listed[i].entry.value = &listed[i].response;
        out->statuses[out->n_statuses++] = &listed[i].entry;
    }
    return OK;
}

/* Services neither come nor go: all that a watcher will learn is that the store goes down and comes
 * back, for which it is woken as by a commit, and that the server stops. */
enum status health_watch(struct health *self, struct rpc_call *call,
                         const health_health_check_request *in)
{
    health_health_check_response response = HEALTH_HEALTH_CHECK_RESPONSE_INIT;
    bool told = false;
    enum status status = OK;
    while (status == OK) {
        serving_status now = status_of(self, in->service);
        if (!told || now != response.status) {
            response.status = now;
            status = health_watch_send(call, &response);
        }
        told = true;
        if (status == OK) status = rpc_wait_commit(call);
    }
    if (status != UNAVAILABLE ||
        response.status != HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVING)
        return status;
    response.status = HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_NOT_SERVING;
    enum status sent = health_watch_send(call, &response);
    return sent == OK ? status : sent;
}
