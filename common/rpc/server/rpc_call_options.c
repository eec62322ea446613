#include "rpc/server/rpc_call_options.h"

#include "rpc/rpc_cancel.h"
#include "rpc/server/rpc_call.h"

/* The call's cancelling, made when first asked for. The loop's thread sets call->cancelled and then
 * looks for it; here it is shown and then call->cancelled is looked at: one of both triggers it. */
static struct rpc_cancel *cancel_of(struct rpc_call *call)
{
    struct rpc_cancel *cancel = atomic_load(&call->cancel);
    if (cancel != NULL) return cancel;
    cancel = arena_alloc(&call->arena, sizeof *cancel);
    if (cancel == NULL) return NULL;
    rpc_cancel_init(cancel);
    atomic_store(&call->cancel, cancel);
    if (atomic_load(&call->cancelled)) rpc_cancel_trigger(cancel);
    return cancel;
}

struct rpc_options rpc_call_options(struct rpc_call *call, const char *peer, int64_t timeout_ms)
{
    int64_t left_ms = rpc_time_left_ms(call);
    if (left_ms < 1) left_ms = 1; /* 0 would be the default. */
    return (struct rpc_options){.peer = peer,
                                .timeout_ms = left_ms < timeout_ms ? left_ms : timeout_ms,
                                .arena = rpc_arena(call),
                                .fault = rpc_fault(call),
                                .traceparent = rpc_traceparent(call),
                                .tracestate = rpc_tracestate(call),
                                .cancel = cancel_of(call)};
}
