#include "rpc/client/rpc_retry.h"

#include "rpc/client/rpc_client_limits.h"
#include "support/suite.h"

static void the_budget_empties_and_fills(void)
{
    struct rpc_budget budget;
    rpc_budget_init(&budget);
    int allowed = 0;
    while (rpc_budget_failure(&budget))
        allowed++;
    CU_ASSERT_EQUAL(allowed, RPC_RETRY_TOKENS_MAX / 2 - 1);
    for (int i = 0; i < RPC_RETRY_TOKENS_MAX * 2; i++)
        CU_ASSERT(!rpc_budget_failure(&budget)); /* It does not go below nothing. */
    /* Six tokens' worth of successes and a part: one may be lost again. */
    for (int i = 0; i < 6 * RPC_RETRY_TOKEN_PARTS; i++)
        rpc_budget_success(&budget);
    CU_ASSERT(!rpc_budget_failure(&budget));
    for (int i = 0; i < RPC_RETRY_TOKEN_PARTS + 1; i++)
        rpc_budget_success(&budget);
    CU_ASSERT(rpc_budget_failure(&budget));
    for (int i = 0; i < RPC_RETRY_TOKENS_MAX * RPC_RETRY_TOKEN_PARTS * 2; i++)
        rpc_budget_success(&budget);
    CU_ASSERT_EQUAL(budget.parts, RPC_RETRY_TOKENS_MAX * RPC_RETRY_TOKEN_PARTS);
}

static void backoff_grows_between_its_bounds(void)
{
    static const struct {
        int attempt;
        uint64_t random;
        int64_t least_us, most_us;
    } cases[] = {
        {2, 0, 25000, 25000},
        {2, UINT64_MAX, 25000, 50000},
        {3, 0, 100000, 100000},
        {3, 99999, 100000, 200000},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t us = rpc_backoff_us(cases[i].attempt, cases[i].random);
        CU_ASSERT(us >= cases[i].least_us && us <= cases[i].most_us);
    }
}

/* Makes n calls that reach nobody, at this time. */
static void fail_times(struct rpc_breaker *breaker, int n, int64_t now_ms)
{
    for (int i = 0; i < n; i++) {
        bool trial;
        CU_ASSERT(rpc_breaker_allows(breaker, now_ms, &trial));
        rpc_breaker_result(breaker, now_ms, trial, false);
    }
}

static void the_breaker_opens_and_closes(void)
{
    struct rpc_breaker breaker;
    bool trial, other;
    rpc_breaker_init(&breaker);
    fail_times(&breaker, RPC_BREAKER_FAILURES - 1, 1000);
    CU_ASSERT(rpc_breaker_allows(&breaker, 1000, &trial) && !trial);
    rpc_breaker_result(&breaker, 1000, trial, true); /* Reached: counts anew. */
    fail_times(&breaker, RPC_BREAKER_FAILURES, 1000);
    CU_ASSERT(!rpc_breaker_allows(&breaker, 1000, &trial));
    CU_ASSERT(!rpc_breaker_allows(&breaker, 1000 + RPC_BREAKER_OPEN_MS - 1, &trial));
    /* One trial at a time. */
    int64_t now_ms = 1000 + RPC_BREAKER_OPEN_MS;
    CU_ASSERT(rpc_breaker_allows(&breaker, now_ms, &trial) && trial);
    CU_ASSERT(!rpc_breaker_allows(&breaker, now_ms, &other));
    rpc_breaker_result(&breaker, now_ms, trial, true);
    CU_ASSERT(rpc_breaker_allows(&breaker, now_ms, &trial) && !trial);
}

static void failed_trials_double_the_wait(void)
{
    struct rpc_breaker breaker;
    bool trial;
    int64_t now_ms = 1, open_ms = RPC_BREAKER_OPEN_MS;
    rpc_breaker_init(&breaker);
    fail_times(&breaker, RPC_BREAKER_FAILURES, now_ms);
    for (int i = 0; i < 10; i++) {
        CU_ASSERT(!rpc_breaker_allows(&breaker, now_ms + open_ms - 1, &trial));
        now_ms += open_ms;
        CU_ASSERT(rpc_breaker_allows(&breaker, now_ms, &trial) && trial);
        rpc_breaker_result(&breaker, now_ms, trial, false);
        open_ms = open_ms * 2 < RPC_BREAKER_OPEN_MS_MAX ? open_ms * 2 : RPC_BREAKER_OPEN_MS_MAX;
    }
}

static void an_abandoned_trial_is_not_the_last(void)
{
    struct rpc_breaker breaker;
    bool trial;
    rpc_breaker_init(&breaker);
    fail_times(&breaker, RPC_BREAKER_FAILURES, 1);
    CU_ASSERT(rpc_breaker_allows(&breaker, 1 + RPC_BREAKER_OPEN_MS, &trial) && trial);
    rpc_breaker_abandoned(&breaker, trial);
    CU_ASSERT(rpc_breaker_allows(&breaker, 1 + RPC_BREAKER_OPEN_MS, &trial) && trial);
    /* A late answer to a call from before does not close it; the trial's does. */
    rpc_breaker_result(&breaker, 1 + RPC_BREAKER_OPEN_MS, false, true);
    CU_ASSERT(!rpc_breaker_allows(&breaker, 1 + RPC_BREAKER_OPEN_MS, &trial));
}

SUITE("rpc_retry", {"the budget empties and fills", the_budget_empties_and_fills},
      {"backoff grows between its bounds", backoff_grows_between_its_bounds},
      {"the breaker opens and closes", the_breaker_opens_and_closes},
      {"failed trials double the wait", failed_trials_double_the_wait},
      {"an abandoned trial is not the last", an_abandoned_trial_is_not_the_last})
