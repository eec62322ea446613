/* Handlers that wait: on a fiber of the call's loop. The functions that they call are in rpc.h. */
#pragma once

#include "rpc/server/rpc_call.h"

/* Runs the call's handler on a fiber of its own until it waits or returns; the call may be released
 * here. */
void rpc_fiber_run(struct rpc_call *call);

/* What its fiber waits for has come, or the call is over. It may be released here. */
void rpc_fiber_go_on(struct rpc_call *call);

/* What rpc_write of rpc.h does on a fiber. */
NODISCARD enum status rpc_fiber_write(struct rpc_call *call, rpc_job_body *write, void *context);

/* What rpc_read of rpc.h does on a fiber. */
NODISCARD enum status rpc_fiber_read(struct rpc_call *call, rpc_job_body *read, void *context);
