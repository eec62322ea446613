#include "rpc/server/rpc_metrics.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    CACHE_LINE_BYTES = 64,
    US_DECIMALS = 6, /* Microseconds as seconds. */
};

/* Written by one thread, read by all. */
struct counter {
    _Atomic uint64_t value;
};

/* 20 µs to 10 s in steps of 2 to 2.5. */
static const struct {
    int64_t us;
    const char *seconds;
} latencies[] = {
    {20, "0.00002"},  {50, "0.00005"},  {100, "0.0001"},    {200, "0.0002"}, {500, "0.0005"},
    {1000, "0.001"},  {2000, "0.002"},  {5000, "0.005"},    {10000, "0.01"}, {20000, "0.02"},
    {50000, "0.05"},  {100000, "0.1"},  {200000, "0.2"},    {500000, "0.5"}, {1000000, "1.0"},
    {2000000, "2.0"}, {5000000, "5.0"}, {10000000, "10.0"},
};

/* Calls of one commit, in powers of two. */
static const char *const batch_bounds[] = {"1.0",  "2.0",  "4.0",   "8.0",  "16.0",
                                           "32.0", "64.0", "128.0", "256.0"};

enum { LATENCIES = ARRAY_LENGTH(latencies), BATCHES = ARRAY_LENGTH(batch_bounds) };

struct latency {
    struct counter buckets[LATENCIES + 1];
    struct counter sum_us;
};

/* What one method came to. */
struct method_meter {
    struct counter calls[RPC_METER_PROTOCOLS_MAX][STATUS_COUNT];
    struct counter bytes_in, bytes_out;
    struct latency latency;
};

struct rpc_meter {
    alignas(CACHE_LINE_BYTES) struct counter begun;
    struct counter ended;
    struct counter streams_begun, streams_ended;
    struct counter unlogged;
    _Atomic(const char *) protocols[RPC_METER_PROTOCOLS_MAX]; /* Names, in the order of their first
                                                               * calls. */
    struct method_meter methods[];
};

struct rpc_metrics {
    struct rpc_metrics_method *methods;
    size_t method_count;
    _Atomic(struct rpc_meter *) meters[RPC_METERS_MAX];
    /* The writer's. */
    alignas(CACHE_LINE_BYTES) struct counter batches[BATCHES + 1];
    struct counter batch_calls;
    struct counter commit_failures;
    struct latency commit_latency;
};

/* Only the counter's own thread writes it: a load and a store, neither of them locked. */
static void add(struct counter *counter, uint64_t more)
{
    uint64_t before = atomic_load_explicit(&counter->value, memory_order_relaxed);
    atomic_store_explicit(&counter->value, before + more, memory_order_relaxed);
}

static uint64_t get(const struct counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

/* ---- Counting ---- */

static void latency_add(struct latency *latency, int64_t us)
{
    size_t bucket = 0;
    while (bucket < LATENCIES && us > latencies[bucket].us)
        bucket++;
    add(&latency->buckets[bucket], 1);
    add(&latency->sum_us, us > 0 ? (uint64_t)us : 0);
}

/* The protocol's place in the meter's table; where that is full, its last one. */
static size_t protocol_number(struct rpc_meter *meter, const char *protocol)
{
    for (size_t i = 0; i < RPC_METER_PROTOCOLS_MAX; i++) {
        const char *known = atomic_load_explicit(&meter->protocols[i], memory_order_relaxed);
        if (known == protocol) return i;
        if (known != NULL) continue;
        atomic_store_explicit(&meter->protocols[i], protocol, memory_order_release);
        return i;
    }
    return RPC_METER_PROTOCOLS_MAX - 1;
}

void rpc_meter_begin(struct rpc_meter *meter, bool stream)
{
    add(&meter->begun, 1);
    if (stream) add(&meter->streams_begun, 1);
}

void rpc_meter_end(struct rpc_meter *meter, const struct rpc_metrics_call *call)
{
    assert((unsigned)call->code < STATUS_COUNT);
    struct method_meter *method = &meter->methods[call->method_number];
    add(&method->calls[protocol_number(meter, call->protocol)][call->code], 1);
    add(&method->bytes_in, call->bytes_in);
    add(&method->bytes_out, call->bytes_out);
    latency_add(&method->latency, call->duration_us);
    add(&meter->ended, 1);
    if (call->stream) add(&meter->streams_ended, 1);
}

void rpc_meter_unlogged(struct rpc_meter *meter)
{
    add(&meter->unlogged, 1);
}

void rpc_metrics_commit(struct rpc_metrics *metrics, size_t calls, int64_t duration_us, bool kept)
{
    if (!kept) {
        add(&metrics->commit_failures, 1);
        return;
    }
    size_t bucket = 0;
    while (bucket < BATCHES && calls > (size_t)1 << bucket)
        bucket++;
    add(&metrics->batches[bucket], 1);
    add(&metrics->batch_calls, calls);
    latency_add(&metrics->commit_latency, duration_us);
}

/* ---- Beginning and end ---- */

enum status rpc_metrics_new(const struct rpc_metrics_method *methods, size_t method_count,
                            struct rpc_metrics **out)
{
    if (alloc_should_fail()) return RESOURCE_EXHAUSTED;
    struct rpc_metrics *metrics = aligned_alloc(CACHE_LINE_BYTES, sizeof *metrics);
    if (metrics == NULL) return RESOURCE_EXHAUSTED;
    memset(metrics, 0, sizeof *metrics);
    metrics->method_count = method_count;
    metrics->methods = malloc((method_count + 1) * sizeof *methods);
    if (metrics->methods == NULL) {
        free(metrics);
        return RESOURCE_EXHAUSTED;
    }
    if (method_count > 0) memcpy(metrics->methods, methods, method_count * sizeof *methods);
    *out = metrics;
    return OK;
}

void rpc_metrics_free(struct rpc_metrics *metrics)
{
    if (metrics == NULL) return;
    for (size_t i = 0; i < RPC_METERS_MAX; i++)
        free(atomic_load(&metrics->meters[i]));
    free(metrics->methods);
    free(metrics);
}

enum status rpc_metrics_meter(struct rpc_metrics *metrics, struct rpc_meter **out)
{
    size_t bytes = sizeof(struct rpc_meter) + metrics->method_count * sizeof(struct method_meter);
    bytes = (bytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
    if (alloc_should_fail()) return RESOURCE_EXHAUSTED;
    struct rpc_meter *meter = aligned_alloc(CACHE_LINE_BYTES, bytes);
    if (meter == NULL) return RESOURCE_EXHAUSTED;
    memset(meter, 0, bytes);
    for (size_t i = 0; i < RPC_METERS_MAX; i++) {
        struct rpc_meter *nobody = NULL;
        if (!atomic_compare_exchange_strong(&metrics->meters[i], &nobody, meter)) continue;
        *out = meter;
        return OK;
    }
    free(meter);
    return RESOURCE_EXHAUSTED;
}

/* ---- Showing ---- */

static const struct rpc_meter *meter_at(const struct rpc_metrics *metrics, size_t index)
{
    return atomic_load_explicit(&metrics->meters[index], memory_order_acquire);
}

/* The sum of a counter over all meters, by its offset in them. */
static uint64_t sum_at(const struct rpc_metrics *metrics, size_t offset)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < RPC_METERS_MAX; i++) {
        const struct rpc_meter *meter = meter_at(metrics, i);
        if (meter == NULL) continue;
        sum += get((const struct counter *)(const void *)((const char *)meter + offset));
    }
    return sum;
}

/* The same for a counter of one method. */
static uint64_t sum_of_method(const struct rpc_metrics *metrics, size_t method, size_t offset)
{
    return sum_at(metrics, offsetof(struct rpc_meter, methods) +
                               method * sizeof(struct method_meter) + offset);
}

static void expose_number(struct exposition *page, struct exposition_family family, uint64_t value)
{
    exposition_family(page, &family);
    exposition_value(page, NULL, 0, (int64_t)value, 0);
}

/* The names of all protocols that any meter knows. */
static size_t protocols_known(const struct rpc_metrics *metrics,
                              const char *names[static RPC_METER_PROTOCOLS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < RPC_METERS_MAX; i++) {
        const struct rpc_meter *meter = meter_at(metrics, i);
        for (size_t p = 0; meter != NULL && p < RPC_METER_PROTOCOLS_MAX; p++) {
            const char *name = atomic_load_explicit(&meter->protocols[p], memory_order_acquire);
            size_t at = 0;
            while (at < count && names[at] != name)
                at++;
            if (name != NULL && at == count && count < RPC_METER_PROTOCOLS_MAX) {
                names[count++] = name;
            }
        }
    }
    return count;
}

static uint64_t sum_calls(const struct rpc_metrics *metrics, size_t method, const char *protocol,
                          enum status code)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < RPC_METERS_MAX; i++) {
        const struct rpc_meter *meter = meter_at(metrics, i);
        for (size_t p = 0; meter != NULL && p < RPC_METER_PROTOCOLS_MAX; p++) {
            if (atomic_load_explicit(&meter->protocols[p], memory_order_relaxed) != protocol)
                continue;
            sum += get(&meter->methods[method].calls[p][code]);
        }
    }
    return sum;
}

static void expose_calls(const struct rpc_metrics *metrics, struct exposition *page)
{
    exposition_family(
        page, &(struct exposition_family){"sotong_rpc_calls", EXPOSITION_COUNTER,
                                          "Calls that have ended, by method, protocol and code."});
    const char *protocols[RPC_METER_PROTOCOLS_MAX];
    size_t protocol_count = protocols_known(metrics, protocols);
    for (size_t method = 0; method < metrics->method_count; method++) {
        for (size_t p = 0; p < protocol_count; p++) {
            for (int code = 0; code < STATUS_COUNT; code++) {
                uint64_t calls = sum_calls(metrics, method, protocols[p], (enum status)code);
                if (calls == 0) continue;
                const struct exposition_label labels[] = {
                    {"service", metrics->methods[method].service},
                    {"method", metrics->methods[method].method},
                    {"protocol", protocols[p]},
                    {"code", status_name((enum status)code)}};
                exposition_value(page, labels, ARRAY_LENGTH(labels), (int64_t)calls, 0);
            }
        }
    }
}

/* A counter of every method; those that were never called are 0. */
static void expose_methods(const struct rpc_metrics *metrics, struct exposition *page,
                           struct exposition_family family, size_t offset)
{
    exposition_family(page, &family);
    for (size_t method = 0; method < metrics->method_count; method++) {
        const struct exposition_label labels[] = {{"service", metrics->methods[method].service},
                                                  {"method", metrics->methods[method].method}};
        exposition_value(page, labels, ARRAY_LENGTH(labels),
                         (int64_t)sum_of_method(metrics, method, offset), 0);
    }
}

static void expose_latency(struct exposition *page, const struct exposition_label *labels,
                           size_t label_count, const uint64_t counts[static LATENCIES + 1],
                           uint64_t sum_us)
{
    const char *bounds[LATENCIES];
    for (size_t i = 0; i < LATENCIES; i++)
        bounds[i] = latencies[i].seconds;
    exposition_buckets(page, labels, label_count,
                       &(struct exposition_histogram){.bounds = bounds,
                                                      .bound_count = LATENCIES,
                                                      .counts = counts,
                                                      .sum = (int64_t)sum_us,
                                                      .sum_decimals = US_DECIMALS});
}

static void expose_latencies(const struct rpc_metrics *metrics, struct exposition *page)
{
    exposition_family(page, &(struct exposition_family){
                                "sotong_rpc_call_duration_seconds", EXPOSITION_HISTOGRAM,
                                "From a call's first byte at the runtime to its answer."});
    for (size_t method = 0; method < metrics->method_count; method++) {
        uint64_t counts[LATENCIES + 1];
        uint64_t total = 0;
        for (size_t i = 0; i <= LATENCIES; i++) {
            size_t offset =
                offsetof(struct method_meter, latency.buckets) + i * sizeof(struct counter);
            total += counts[i] = sum_of_method(metrics, method, offset);
        }
        if (total == 0) continue;
        uint64_t sum_us =
            sum_of_method(metrics, method, offsetof(struct method_meter, latency.sum_us));
        const struct exposition_label labels[] = {{"service", metrics->methods[method].service},
                                                  {"method", metrics->methods[method].method}};
        expose_latency(page, labels, ARRAY_LENGTH(labels), counts, sum_us);
    }
}

static void expose_commits(const struct rpc_metrics *metrics, struct exposition *page)
{
    uint64_t counts[LATENCIES + 1];
    for (size_t i = 0; i <= LATENCIES; i++)
        counts[i] = get(&metrics->commit_latency.buckets[i]);
    exposition_family(page, &(struct exposition_family){
                                "sotong_store_commit_duration_seconds", EXPOSITION_HISTOGRAM,
                                "From the first write of a group of calls to their commit."});
    expose_latency(page, NULL, 0, counts, get(&metrics->commit_latency.sum_us));
    uint64_t batches[BATCHES + 1];
    for (size_t i = 0; i <= BATCHES; i++)
        batches[i] = get(&metrics->batches[i]);
    exposition_family(page,
                      &(struct exposition_family){"sotong_store_commit_calls", EXPOSITION_HISTOGRAM,
                                                  "Calls that shared a commit."});
    exposition_buckets(page, NULL, 0,
                       &(struct exposition_histogram){.bounds = batch_bounds,
                                                      .bound_count = BATCHES,
                                                      .counts = batches,
                                                      .sum = (int64_t)get(&metrics->batch_calls)});
    expose_number(page,
                  (struct exposition_family){"sotong_store_commit_failures", EXPOSITION_COUNTER,
                                             "Commits that the store refused."},
                  get(&metrics->commit_failures));
}

/* Begun less ended: read in the order that keeps a call which ends meanwhile from counting twice.
 */
static uint64_t running(const struct rpc_metrics *metrics, size_t begun, size_t ended)
{
    uint64_t out = sum_at(metrics, ended);
    uint64_t in = sum_at(metrics, begun);
    return in > out ? in - out : 0;
}

void rpc_metrics_expose(const struct rpc_metrics *metrics, struct exposition *page)
{
    expose_calls(metrics, page);
    expose_latencies(metrics, page);
    expose_methods(metrics, page,
                   (struct exposition_family){"sotong_rpc_request_bytes", EXPOSITION_COUNTER,
                                              "Bytes of requests' messages."},
                   offsetof(struct method_meter, bytes_in));
    expose_methods(metrics, page,
                   (struct exposition_family){"sotong_rpc_response_bytes", EXPOSITION_COUNTER,
                                              "Bytes of responses' messages."},
                   offsetof(struct method_meter, bytes_out));
    expose_number(
        page,
        (struct exposition_family){"sotong_rpc_calls_in_flight", EXPOSITION_GAUGE,
                                   "Calls that run or wait."},
        running(metrics, offsetof(struct rpc_meter, begun), offsetof(struct rpc_meter, ended)));
    expose_number(page,
                  (struct exposition_family){"sotong_rpc_streams_open", EXPOSITION_GAUGE,
                                             "Streams among them."},
                  running(metrics, offsetof(struct rpc_meter, streams_begun),
                          offsetof(struct rpc_meter, streams_ended)));
    expose_number(page,
                  (struct exposition_family){"sotong_log_calls_omitted", EXPOSITION_COUNTER,
                                             "Calls that were not logged, to bound the log."},
                  sum_at(metrics, offsetof(struct rpc_meter, unlogged)));
    expose_commits(metrics, page);
}
