#include "rpc/client/rpc_retry.h"

#include "rpc/client/rpc_client_limits.h"

enum { US_PER_MS = 1000, PARTS_MAX = RPC_RETRY_TOKENS_MAX * RPC_RETRY_TOKEN_PARTS };

void rpc_budget_init(struct rpc_budget *budget)
{
    budget->parts = PARTS_MAX;
}

void rpc_budget_success(struct rpc_budget *budget)
{
    if (budget->parts < PARTS_MAX) budget->parts++;
}

bool rpc_budget_failure(struct rpc_budget *budget)
{
    budget->parts -= RPC_RETRY_TOKEN_PARTS;
    if (budget->parts < 0) budget->parts = 0;
    return budget->parts > PARTS_MAX / 2;
}

int64_t rpc_backoff_us(int attempt, uint64_t random)
{
    int64_t backoff_us = (int64_t)RPC_BACKOFF_MS * US_PER_MS;
    for (int i = 2; i < attempt; i++)
        backoff_us *= RPC_BACKOFF_FACTOR;
    int64_t half_us = backoff_us / 2;
    return half_us + (int64_t)(random % (uint64_t)(half_us + 1));
}

void rpc_breaker_init(struct rpc_breaker *breaker)
{
    *breaker = (struct rpc_breaker){.open_ms = RPC_BREAKER_OPEN_MS};
}

bool rpc_breaker_allows(struct rpc_breaker *breaker, int64_t now_ms, bool *trial)
{
    *trial = false;
    if (breaker->open_until_ms == 0) return true;
    if (breaker->trial || now_ms < breaker->open_until_ms) return false;
    *trial = breaker->trial = true;
    return true;
}

void rpc_breaker_result(struct rpc_breaker *breaker, int64_t now_ms, bool trial, bool reached)
{
    if (trial) breaker->trial = false;
    if (reached) {
        /* A late answer to a call from before says little; one to the trial says all. */
        if (trial || breaker->open_until_ms == 0) rpc_breaker_init(breaker);
        return;
    }
    breaker->failures++;
    if (trial) {
        breaker->open_ms *= 2;
        if (breaker->open_ms > RPC_BREAKER_OPEN_MS_MAX) breaker->open_ms = RPC_BREAKER_OPEN_MS_MAX;
    }
    bool opens = breaker->open_until_ms == 0 && breaker->failures >= RPC_BREAKER_FAILURES;
    if (trial || opens) breaker->open_until_ms = now_ms + breaker->open_ms;
}

void rpc_breaker_abandoned(struct rpc_breaker *breaker, bool trial)
{
    if (trial) breaker->trial = false;
}
