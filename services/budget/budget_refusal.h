/* Telling a caller why not: the rules' refusals as a call's error. */
#pragma once

#include "budget_posting_rules.h"
#include "rpc/rpc.h"

/* Fails the call with the refusal's status, reason and message. `path` leads to the message that
 * its field is of, such as `entries[3]`; "" for the request itself. */
enum status refusal_fail(struct rpc_call *call, const struct refusal *refusal, const char *path);

/* The same for a name that nothing has: NOT_FOUND, reason, and the field that names it. */
enum status unknown_fail(struct rpc_call *call, const char *reason, const char *field,
                         const char *name);
