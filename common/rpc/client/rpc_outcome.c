#include "rpc/client/rpc_outcome.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "rpc/client/rpc_exchange.h"

enum { US_PER_MS = 1000, COUNT_BYTES = 48 };

enum status rpc_outcome_admit(struct rpc_route *route, struct fault *fault, bool *trial)
{
    rpc_engine_lock(route->engine);
    int64_t now_ms = clock_monotonic_ms();
    bool allowed = rpc_breaker_allows(&route->breaker, now_ms, trial);
    int64_t left_ms = route->breaker.open_until_ms - now_ms;
    int failures = route->breaker.failures;
    rpc_engine_unlock(route->engine);
    if (allowed) return OK;
    if (left_ms <= 0)
        return fault_set(fault, UNAVAILABLE,
                         "%s at %s: left alone after %d failures in a row, until a trial succeeds",
                         route->peer->service, route->peer->url, failures);
    return fault_set(fault, UNAVAILABLE,
                     "%s at %s: left alone after %d failures in a row; asked again in %" PRId64
                     " ms",
                     route->peer->service, route->peer->url, failures, left_ms);
}

bool rpc_outcome_settle(const struct rpc_attempt *attempt, bool trial, bool idempotent)
{
    struct rpc_route *route = attempt->route;
    const struct rpc_exchange *exchange = attempt->exchange;
    bool again = false;
    rpc_engine_lock(route->engine);
    bool unreached = exchange != NULL && exchange->no_answer && attempt->status == UNAVAILABLE;
    bool answered = exchange != NULL && exchange->head_ready;
    if (unreached || answered)
        rpc_breaker_result(&route->breaker, clock_monotonic_ms(), trial, answered);
    else
        rpc_breaker_abandoned(&route->breaker, trial);
    if (attempt->status == UNAVAILABLE)
        again = rpc_budget_failure(&route->budget) &&
                (idempotent || (exchange != NULL && exchange->unprocessed));
    else if (answered)
        rpc_budget_success(&route->budget);
    rpc_engine_unlock(route->engine);
    return again && !(attempt->pushed_back && attempt->pushback_ms < 0);
}

enum status rpc_outcome_status(const struct rpc_attempt *attempt, int attempts)
{
    const struct rpc_peer *peer = attempt->route->peer;
    struct fault *fault = attempt->options->fault;
    char count[COUNT_BYTES] = "";
    if (attempt->status == OK) return OK;
    if (attempts > 1)
        (void)snprintf(count, sizeof count, " (attempt %d of %d)", attempts, RPC_ATTEMPTS_MAX);
    const char *said = attempt->said.message;
    if (!attempt->by_peer)
        return fault_set(fault, attempt->status, "%s at %s: %s%s", peer->service, peer->url, said,
                         count);
    if (said[0] == '\0') said = status_connect_name(attempt->status);
    return fault_set(fault, attempt->status, "%s: %s%s", peer->service, said, count);
}

int64_t rpc_outcome_wait_ms(const struct rpc_attempt *attempt, int next)
{
    if (attempt->pushed_back) return attempt->pushback_ms;
    return rpc_backoff_us(next, (uint64_t)clock_monotonic_us()) / US_PER_MS;
}
