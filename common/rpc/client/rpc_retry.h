/* When a failed call may be tried again, and when a peer is left alone: values and arithmetic, no
 * clocks and no threads. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* Retries of the calls to one peer, in tokens: full at the start, a failure takes one, a success
 * gives a tenth back, and there are no retries while it is half empty or more. Many failures thus
 * make each of them cost one request, not three. */
struct rpc_budget {
    int parts; /* Of a token. */
};

void rpc_budget_init(struct rpc_budget *budget);
void rpc_budget_success(struct rpc_budget *budget);

/* Counts a failure; true: it may be tried again. */
bool rpc_budget_failure(struct rpc_budget *budget);

/* How long to wait before attempt number `attempt` (2, 3…): between half of the backoff and all of
 * it, by `random`, so that callers that failed together do not return together. */
int64_t rpc_backoff_us(int attempt, uint64_t random);

/* The breaker of one peer. After RPC_BREAKER_FAILURES attempts in a row that reached nobody it is
 * open: calls fail at once. After a while one is let through as a trial; its success closes the
 * breaker, its failure doubles the while. */
struct rpc_breaker {
    int failures;
    int64_t open_ms;       /* How long it is open this time. */
    int64_t open_until_ms; /* 0: closed. */
    bool trial;            /* One is under way. */
};

void rpc_breaker_init(struct rpc_breaker *breaker);

/* May a call be made? *trial says that it is the one that tries. */
bool rpc_breaker_allows(struct rpc_breaker *breaker, int64_t now_ms, bool *trial);

/* What became of a call that was let through. `reached`: the peer answered, however badly. */
void rpc_breaker_result(struct rpc_breaker *breaker, int64_t now_ms, bool trial, bool reached);

/* A call that was let through ended without saying anything of the peer. */
void rpc_breaker_abandoned(struct rpc_breaker *breaker, bool trial);
