/* GET /metrics: everything that a server counts, for its collectors. */
#pragma once

#include <stddef.h>

struct http_counters;
struct http_exchange;
struct rpc_lanes;
struct rpc_metrics;
struct rpc_refusals;
struct rpc_tracer;

/* Where the numbers come from. */
struct rpc_scrape {
    const char *service; /* "budget" */
    const char *version;
    const struct rpc_metrics *metrics;
    const struct rpc_refusals *refusals;
    struct rpc_lanes *lanes;
    const struct rpc_tracer *tracer;         /* NULL: no spans. */
    const struct http_counters *const *http; /* Of each loop. */
    size_t http_count;
};

/* Answers GET and HEAD with the numbers of now, in the format that Accept asks for; other methods
 * with 405. */
void rpc_scrape_answer(const struct rpc_scrape *scrape, struct http_exchange *exchange);
