#include "rpc/server/rpc_scrape.h"

#include <stdio.h>

#include "base/exposition.h"
#include "base/process.h"
#include "http/http_counters.h"
#include "http/http_message.h"
#include "rpc/server/rpc_lanes.h"
#include "rpc/server/rpc_metrics.h"
#include "rpc/server/rpc_refusals.h"
#include "rpc/server/rpc_tracer.h"

enum { MS_DECIMALS = 3, FAMILY_BYTES = 80 };

static void expose_build(const struct rpc_scrape *scrape, struct exposition *page)
{
    const struct exposition_label labels[] = {{"service", scrape->service},
                                              {"version", scrape->version}};
    exposition_family(page, &(struct exposition_family){"sotong_build_info", EXPOSITION_GAUGE,
                                                        "1; its labels say what runs."});
    exposition_value(page, labels, ARRAY_LENGTH(labels), 1, 0);
}

static void expose_queues(const struct rpc_scrape *scrape, struct exposition *page)
{
    struct rpc_lanes_queued queued;
    rpc_lanes_queued(scrape->lanes, &queued);
    exposition_family(page,
                      &(struct exposition_family){"sotong_lane_queue_length", EXPOSITION_GAUGE,
                                                  "Calls that wait for their lane."});
    exposition_value(page, &(struct exposition_label){"lane", "write"}, 1, (int64_t)queued.writes,
                     0);
    exposition_value(page, &(struct exposition_label){"lane", "flow"}, 1, (int64_t)queued.flows, 0);
    exposition_value(page, &(struct exposition_label){"lane", "read"}, 1, (int64_t)queued.reads, 0);
}

static void expose_store(const struct rpc_scrape *scrape, struct exposition *page)
{
    const struct rpc_store *store = rpc_lanes_store(scrape->lanes);
    if (store == NULL) return;
    exposition_family(page, &(struct exposition_family){"sotong_store_writable", EXPOSITION_GAUGE,
                                                        "1; 0 while the store takes no writes."});
    exposition_value(page, NULL, 0, rpc_store_state(store) == RPC_STORE_UP, 0);
    exposition_family(page, &(struct exposition_family){"sotong_store_outages", EXPOSITION_COUNTER,
                                                        "Times that the store went down."});
    exposition_value(page, NULL, 0, (int64_t)store->outages, 0);
}

static void expose_refusals(const struct rpc_refusals *refusals, struct exposition *page)
{
    exposition_family(page, &(struct exposition_family){
                                "sotong_rpc_refusals", EXPOSITION_COUNTER,
                                "Calls refused, by the limit that they met or the rule that they "
                                "broke."});
    for (size_t i = 0; i < RPC_REFUSAL_COUNT; i++) {
        exposition_value(page, &(struct exposition_label){"reason", rpc_refusal_names[i]}, 1,
                         (int64_t)refusals->counts[i], 0);
    }
}

static void expose_spans(const struct rpc_tracer *tracer, struct exposition *page)
{
    if (tracer == NULL) return;
    struct rpc_tracer_counts counts;
    rpc_tracer_counts(tracer, &counts);
    const struct {
        const char *result;
        uint64_t count;
    } rows[] = {
        {"exported", counts.exported}, {"dropped", counts.dropped}, {"unsent", counts.unsent}};
    exposition_family(page, &(struct exposition_family){"sotong_trace_spans", EXPOSITION_COUNTER,
                                                        "Spans by what became of them."});
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        exposition_value(page, &(struct exposition_label){"result", rows[i].result}, 1,
                         (int64_t)rows[i].count, 0);
}

/* Their table names counters as Prometheus shows them; a family goes without the ending. */
static void expose_http(const struct rpc_scrape *scrape, struct exposition *page)
{
    for (int counter = 0; counter < HTTP_COUNTER_COUNT; counter++) {
        const struct http_counter_info *info = &http_counter_infos[counter];
        struct text name = text_from(info->name);
        struct text ending = text_from("_total");
        if (text_ends_with(name, ending)) name.length -= ending.length;
        char family[FAMILY_BYTES];
        (void)snprintf(family, sizeof family, "sotong_%.*s", (int)name.length, name.bytes);
        uint64_t sum = 0;
        for (size_t i = 0; i < scrape->http_count; i++)
            sum += http_counters_get(scrape->http[i], (enum http_counter)counter);
        exposition_family(
            page, &(struct exposition_family){
                      family, info->gauge ? EXPOSITION_GAUGE : EXPOSITION_COUNTER, info->help});
        exposition_value(page, NULL, 0, (int64_t)sum, 0);
    }
}

/* By the names that Prometheus's own clients use. */
static void expose_process(struct exposition *page)
{
    struct process_usage usage;
    process_usage_read(&usage);
    const struct {
        struct exposition_family family;
        int64_t value;
        int decimals;
    } rows[] = {
        {{"process_cpu_seconds", EXPOSITION_COUNTER, "User and system time."},
         usage.cpu_ms,
         MS_DECIMALS},
        {{"process_resident_memory_bytes", EXPOSITION_GAUGE, "Memory in use."},
         usage.resident_bytes,
         0},
        {{"process_virtual_memory_bytes", EXPOSITION_GAUGE, "Address space."},
         usage.virtual_bytes,
         0},
        {{"process_start_time_seconds", EXPOSITION_GAUGE, "Start, since the epoch."},
         usage.started_ms,
         MS_DECIMALS},
        {{"process_threads", EXPOSITION_GAUGE, "Threads."}, usage.threads, 0},
        {{"process_open_fds", EXPOSITION_GAUGE, "Open files and sockets."}, usage.files_open, 0},
        {{"process_max_fds", EXPOSITION_GAUGE, "How many may be open."}, usage.files_max, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        exposition_family(page, &rows[i].family);
        exposition_value(page, NULL, 0, rows[i].value, rows[i].decimals);
    }
}

void rpc_scrape_answer(const struct rpc_scrape *scrape, struct http_exchange *exchange)
{
    const struct http_request *request = http_exchange_request(exchange);
    bool known = text_equal(request->method, text_from("GET")) ||
                 text_equal(request->method, text_from("HEAD"));
    struct http_response response;
    http_response_init(&response, known ? 200 : 405);
    if (!known) {
        http_response_add(&response, "allow", text_from("GET, HEAD"));
        http_reply(exchange, &response);
        return;
    }
    struct exposition page;
    exposition_init(&page, exposition_choose(http_request_field(request, "accept")),
                    &response.body);
    expose_build(scrape, &page);
    rpc_metrics_expose(scrape->metrics, &page);
    expose_queues(scrape, &page);
    expose_store(scrape, &page);
    expose_refusals(scrape->refusals, &page);
    expose_spans(scrape->tracer, &page);
    expose_http(scrape, &page);
    expose_process(&page);
    exposition_end(&page);
    if (page.status != OK) {
        buffer_free(&response.body);
        http_reply_text(exchange, 503, "no memory for the metrics");
        return;
    }
    http_response_add(&response, "content-type", text_from(exposition_content_type(page.format)));
    http_reply(exchange, &response);
}
