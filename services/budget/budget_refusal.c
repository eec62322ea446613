#include "budget_refusal.h"

enum status refusal_fail(struct rpc_call *call, const struct refusal *refusal, const char *path)
{
    if (refusal->reason != NULL) (void)rpc_reason(call, refusal->status, refusal->reason);
    if (refusal->field == NULL)
        return rpc_fail(call, refusal->status, "%s", refusal->fault.message);
    const char *field =
        arena_printf(rpc_arena(call), "%s%s%s", path, path[0] == '\0' ? "" : ".", refusal->field);
    if (field == NULL) return RESOURCE_EXHAUSTED;
    enum status status = rpc_violation(call, field, "%s", refusal->fault.message);
    if (refusal->status == INVALID_ARGUMENT) return status; /* The message names the field. */
    return rpc_fail(call, refusal->status, "%s", refusal->fault.message);
}

enum status unknown_fail(struct rpc_call *call, const char *reason, const char *field,
                         const char *name)
{
    (void)rpc_violation(call, field, "there is no %s", name);
    (void)rpc_reason(call, NOT_FOUND, reason);
    return rpc_fail(call, NOT_FOUND, "there is no %s", name);
}
