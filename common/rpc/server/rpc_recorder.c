#include "rpc/server/rpc_recorder.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_message.h"
#include "rpc/server/rpc_call.h"
#include "rpc/server/rpc_metrics.h"
#include "rpc/server/rpc_protocol.h"
#include "rpc/server/rpc_trace.h"
#include "rpc/server/rpc_tracer.h"

static const char health_prefix[] = "/grpc.health.v1.";
static const char agent_prefix[] =
    "sotong/"; /* Of our own client's User-Agent; the name follows. */

struct rpc_recorder {
    struct rpc_recorder_config config;
    struct rpc_meter *meter;
    struct rpc_span_ring *spans; /* NULL: no spans. */
    struct rpc_trace_ids ids;
    struct log_lines lines;
    uv_prepare_t turn_end;
    int64_t second;     /* The one that what follows counts. */
    unsigned logged[2]; /* Calls that succeeded, that failed. */
    unsigned omitted;
};

/* ---- A call begins ---- */

/* Several tracestate fields are one list. In the call's arena: a handler may outlive the request.
 */
static struct text tracestate(struct rpc_call *call, const struct http_request *request)
{
    struct text state = {NULL, 0};
    for (size_t i = 0; i < request->field_count; i++) {
        if (!text_equal(request->fields[i].name, text_from("tracestate"))) continue;
        struct text value = request->fields[i].value;
        if (state.bytes == NULL) {
            state = value;
            continue;
        }
        if (state.length + value.length >= RPC_TRACESTATE_BYTES_MAX) return (struct text){NULL, 0};
        state = text_from(arena_printf(&call->arena, "%.*s,%.*s", (int)state.length, state.bytes,
                                       (int)value.length, value.bytes));
    }
    if (!rpc_tracestate_valid(state)) return (struct text){NULL, 0};
    return text_from(arena_copy(&call->arena, state.bytes, state.length));
}

static void trace_begin(struct rpc_recorder *recorder, struct rpc_call *call,
                        const struct http_request *request)
{
    struct text parent = http_request_field(request, "traceparent");
    if (parent.bytes != NULL && rpc_trace_parse(parent, &call->trace)) {
        rpc_trace_span_id(&recorder->ids, call->trace.span_id);
        call->trace.state = tracestate(call, request);
        return;
    }
    rpc_trace_begin(&recorder->ids, &call->trace);
    const struct rpc_tracer *tracer = recorder->config.tracer;
    if (tracer != NULL && rpc_tracer_chooses(tracer, &call->trace))
        call->trace.flags |= RPC_TRACE_SAMPLED;
}

/* The caller's name as our own table has it; NULL: somebody else. */
static const char *find_caller(const struct rpc_recorder *recorder,
                               const struct http_request *request)
{
    struct text agent = http_request_field(request, "user-agent");
    struct text prefix = text_from(agent_prefix);
    if (agent.length > RPC_CALLER_BYTES_MAX || !text_starts_with(agent, prefix)) return NULL;
    struct text name = {agent.bytes + prefix.length, agent.length - prefix.length};
    for (size_t i = 0; i < recorder->config.caller_count; i++) {
        if (text_equal(name, text_from(recorder->config.callers[i])))
            return recorder->config.callers[i];
    }
    return NULL;
}

void rpc_recorder_begin(struct rpc_recorder *recorder, struct rpc_call *call)
{
    const struct http_request *request = http_exchange_request(call->exchange);
    rpc_meter_begin(recorder->meter, call->method->lane == RPC_LANE_STREAM);
    trace_begin(recorder, call, request);
    call->caller = find_caller(recorder, request);
}

/* ---- A call ends ---- */

static bool is_health(const struct rpc_call *call)
{
    return strncmp(call->method->path, health_prefix, sizeof health_prefix - 1) == 0;
}

static enum log_level level_of(const struct rpc_call *call)
{
    if (call->status == INTERNAL || call->status == UNKNOWN || call->status == DATA_LOSS)
        return LOG_ERROR;
    return is_health(call) ? LOG_DEBUG : LOG_INFO;
}

/* Counts the line against this second's; false: there were enough. */
static bool line_allowed(struct rpc_recorder *recorder, bool failed)
{
    int64_t second = clock_monotonic_ms() / 1000;
    if (second != recorder->second) {
        if (recorder->omitted > 0) {
            log_line_begin(&recorder->lines, LOG_INFO, "calls that were not logged");
            log_line_number(&recorder->lines, "calls", recorder->omitted);
            log_line_end(&recorder->lines);
        }
        recorder->second = second;
        recorder->logged[0] = recorder->logged[1] = recorder->omitted = 0;
    }
    if (recorder->logged[failed] < RPC_LOG_CALLS_PER_SECOND_MAX) {
        recorder->logged[failed]++;
        return true;
    }
    recorder->omitted++;
    rpc_meter_unlogged(recorder->meter);
    return false;
}

/* What the client sent may stand in the message of a failed decoding, so that one is left out. */
static void write_line(struct rpc_recorder *recorder, struct rpc_call *call, int64_t took_us)
{
    struct log_lines *lines = &recorder->lines;
    char trace_id[2 * RPC_TRACE_ID_BYTES];
    rpc_trace_hex(call->trace.trace_id, RPC_TRACE_ID_BYTES, trace_id);
    log_line_begin(lines, level_of(call), "call");
    log_line_text(lines, "method", text_from(call->method->path + 1));
    log_line_text(lines, "code", text_from(status_name(call->status)));
    log_line_text(lines, "protocol", text_from(call->protocol->name));
    log_line_number(lines, "duration_us", took_us);
    log_line_number(lines, "bytes_in", (int64_t)call->bytes_in);
    log_line_number(lines, "bytes_out", (int64_t)call->bytes_out);
    if (call->caller != NULL) log_line_text(lines, "caller", text_from(call->caller));
    log_line_text(lines, "trace_id", (struct text){trace_id, sizeof trace_id});
    if (call->status != OK && call->decoded)
        log_line_text(lines, "reason", text_from(rpc_call_message(call)));
    log_line_end(lines);
}

static void log_call(struct rpc_recorder *recorder, struct rpc_call *call, int64_t took_us)
{
    bool failed = call->status != OK;
    switch (recorder->config.log_calls) {
    case RPC_LOG_CALLS_NONE:
        return;
    case RPC_LOG_CALLS_FAILED:
        if (!failed) return;
        break;
    case RPC_LOG_CALLS_ALL:
        break;
    }
    if (!log_wanted(level_of(call)) || !line_allowed(recorder, failed)) return;
    write_line(recorder, call, took_us);
}

static void put_span(struct rpc_recorder *recorder, const struct rpc_call *call, int64_t took_us)
{
    struct rpc_span span = {.path = call->method->path,
                            .protocol = call->protocol->name,
                            .code = call->status,
                            .start_us = clock_now_us() - took_us,
                            .duration_us = took_us};
    memcpy(span.trace_id, call->trace.trace_id, sizeof span.trace_id);
    memcpy(span.span_id, call->trace.span_id, sizeof span.span_id);
    memcpy(span.parent_id, call->trace.parent_id, sizeof span.parent_id);
    rpc_span_put(recorder->spans, &span);
}

void rpc_recorder_end(struct rpc_recorder *recorder, struct rpc_call *call)
{
    int64_t took_us = clock_monotonic_us() - call->started_us;
    rpc_meter_end(recorder->meter,
                  &(struct rpc_metrics_call){.method_number = call->method_number,
                                             .protocol = call->protocol->name,
                                             .code = call->status,
                                             .duration_us = took_us,
                                             .bytes_in = call->bytes_in,
                                             .bytes_out = call->bytes_out,
                                             .stream = call->method->lane == RPC_LANE_STREAM});
    log_call(recorder, call, took_us);
    bool sampled = (call->trace.flags & RPC_TRACE_SAMPLED) != 0;
    if (recorder->spans != NULL && sampled && !is_health(call)) put_span(recorder, call, took_us);
}

/* ---- Beginning and end ---- */

static void turn_ended(uv_prepare_t *prepare)
{
    struct rpc_recorder *recorder = prepare->data;
    log_lines_write(&recorder->lines);
}

enum status rpc_recorder_new(const struct rpc_recorder_config *config, struct rpc_recorder **out)
{
    struct rpc_recorder *recorder = alloc_should_fail() ? NULL : calloc(1, sizeof *recorder);
    if (recorder == NULL) return RESOURCE_EXHAUSTED;
    recorder->config = *config;
    enum status status = rpc_metrics_meter(config->metrics, &recorder->meter);
    if (status == OK && config->tracer != NULL)
        status = rpc_tracer_ring(config->tracer, &recorder->spans);
    if (status != OK) {
        free(recorder);
        return status;
    }
    log_lines_init(&recorder->lines);
    rpc_trace_ids_init(&recorder->ids);
    (void)uv_prepare_init(config->loop, &recorder->turn_end);
    recorder->turn_end.data = recorder;
    (void)uv_prepare_start(&recorder->turn_end, turn_ended);
    uv_unref((uv_handle_t *)&recorder->turn_end);
    *out = recorder;
    return OK;
}

static void closed(uv_handle_t *handle)
{
    struct rpc_recorder *recorder = handle->data;
    log_lines_free(&recorder->lines);
    free(recorder);
}

void rpc_recorder_free(struct rpc_recorder *recorder)
{
    if (recorder == NULL) return;
    log_lines_write(&recorder->lines);
    uv_close((uv_handle_t *)&recorder->turn_end, closed);
}
