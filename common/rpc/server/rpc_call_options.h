/* The options of calls that a handler makes for its own call. */
#pragma once

#include "rpc/client/rpc_client.h"
#include "rpc/rpc.h"

/* Options for a call to this peer: in the call's arena and with its fault, within its deadline and
 * at most timeout_ms, as part of its trace, and cancelled when nobody waits for it any more. */
struct rpc_options rpc_call_options(struct rpc_call *call, const char *peer, int64_t timeout_ms);
