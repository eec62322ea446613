/* What the attempts of a call mean: to the peer's breaker and budget, and to the caller. */
#pragma once

#include "rpc/client/rpc_attempt.h"

/* Asks the peer's breaker. *trial says that this attempt is its trial. UNAVAILABLE: the peer is
 * left alone; the fault says for how long. */
NODISCARD enum status rpc_outcome_admit(struct rpc_route *route, struct fault *fault, bool *trial);

/* Tells breaker and budget how an admitted attempt ended. True: it failed in a way that another
 * attempt may mend, and the budget allows one. */
bool rpc_outcome_settle(const struct rpc_attempt *attempt, bool trial, bool idempotent);

/* The attempt's status; its fault names the peer, what happened, and which attempt it was. */
enum status rpc_outcome_status(const struct rpc_attempt *attempt, int attempts);

/* How long to wait before the next attempt, which has this number. */
int64_t rpc_outcome_wait_ms(const struct rpc_attempt *attempt, int next);
