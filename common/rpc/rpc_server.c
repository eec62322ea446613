#include "rpc/rpc_server.h"

#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "health.rpc.h"
#include "http/http_server.h"
#include "rpc/rpc_codec.h"
#include "rpc/rpc_health.h"
#include "rpc/rpc_json.h"
#include "rpc/rpc_lanes.h"
#include "rpc/rpc_metrics.h"
#include "rpc/rpc_protocol.h"
#include "rpc/rpc_recorder.h"
#include "rpc/rpc_reflection.h"
#include "rpc/rpc_scrape.h"

/* A method and what runs it. */
struct route {
    const struct rpc_method *method;
    rpc_handler *handler;
    void *self;
    const char *service;
};

struct rpc_server {
    struct rpc_server_config config;
    struct http_server *http;
    struct rpc_lanes *lanes;
    struct rpc_metrics *metrics;
    struct rpc_recorder *recorder;
    struct route *routes; /* Sorted by path. */
    size_t route_count;
    struct health health;
    struct reflection reflection;
    const struct rpc_handlers *mounted[RPC_MOUNTS_MAX];
    struct rpc_call *kept;
    size_t kept_count;
    size_t in_flight;
    size_t freed_bytes; /* By calls since memory was last given back. */
    bool http_stopped;
    void (*stopped)(void *context);
    void *stopped_context;
};

struct rpc_server_config rpc_server_config_default(void)
{
    return (struct rpc_server_config){
        .address = "127.0.0.1",
        .http = http_limits_default(),
        .workers_max = RPC_WORKERS_MAX,
        .write_queue_max = RPC_WRITE_QUEUE_MAX,
        .flow_queue_max = RPC_FLOW_QUEUE_MAX,
        .arena_bytes_max = RPC_ARENA_BYTES_MAX,
    };
}

/* ---- Routes ---- */

static int compare_routes(const void *a, const void *b)
{
    return strcmp(((const struct route *)a)->method->path, ((const struct route *)b)->method->path);
}

static int compare_path(const void *path, const void *route)
{
    const struct text *wanted = path;
    struct text other = text_from(((const struct route *)route)->method->path);
    size_t shorter = wanted->length < other.length ? wanted->length : other.length;
    int order = memcmp(wanted->bytes, other.bytes, shorter);
    if (order != 0) return order;
    return (wanted->length > other.length) - (wanted->length < other.length);
}

static const struct route *route_find(const struct rpc_server *server, struct text path)
{
    return bsearch(&path, server->routes, server->route_count, sizeof *server->routes,
                   compare_path);
}

static void routes_add(struct rpc_server *server, const struct rpc_mount *mount)
{
    const struct rpc_service *service = mount->handlers->service;
    for (size_t i = 0; i < service->method_count; i++) {
        server->routes[server->route_count++] = (struct route){
            &service->methods[i], mount->handlers->handlers[i], mount->self, service->name};
    }
}

static bool routes_new(struct rpc_server *server)
{
    const struct rpc_server_config *config = &server->config;
    const struct rpc_mount own[] = {
        {&health_health_handlers, &server->health},
        {&reflection_server_reflection_handlers, &server->reflection},
        {&rpc_reflection_v1alpha_handlers, &server->reflection},
    };
    size_t own_count = config->reflection ? ARRAY_LENGTH(own) : 1;
    size_t mount_count = config->mount_count + own_count;
    size_t count = 0;
    for (size_t i = 0; i < mount_count; i++) {
        const struct rpc_mount *mount =
            i < config->mount_count ? &config->mounts[i] : &own[i - config->mount_count];
        server->mounted[i] = mount->handlers;
        count += mount->handlers->service->method_count;
    }
    server->routes = calloc(count, sizeof *server->routes);
    if (server->routes == NULL) return false;
    for (size_t i = 0; i < config->mount_count; i++)
        routes_add(server, &config->mounts[i]);
    for (size_t i = 0; i < own_count; i++)
        routes_add(server, &own[i]);
    server->health.mounted = server->mounted;
    server->health.mounted_count = mount_count;
    server->reflection =
        (struct reflection){.mounted = server->mounted, .mounted_count = mount_count};
    qsort(server->routes, server->route_count, sizeof *server->routes, compare_routes);
    return true;
}

/* ---- Calls ---- */

static struct rpc_call *call_new(struct rpc_server *server, const struct route *route,
                                 struct http_exchange *exchange)
{
    if (alloc_should_fail()) return NULL;
    struct rpc_call *call = server->kept;
    if (call != NULL) {
        server->kept = call->next;
        server->kept_count--;
    } else {
        call = malloc(sizeof *call);
        if (call == NULL) return NULL;
        arena_init(&call->arena, server->config.arena_bytes_max);
    }
    struct arena arena = call->arena;
    *call = (struct rpc_call){.server = server,
                              .recorder = server->recorder,
                              .exchange = exchange,
                              .method = route->method,
                              .method_number = (size_t)(route - server->routes),
                              .handler = route->handler,
                              .self = route->self,
                              .client = server->config.client,
                              .arena = arena,
                              .started_us = clock_monotonic_us(),
                              .deadline_ms = INT64_MAX};
    buffer_init(&call->encoded, HTTP_RESPONSE_BYTES_MAX);
    server->in_flight++;
    rpc_recorder_begin(call->recorder, call);
    return call;
}

/* A burst of large calls leaves free memory at the allocator: it goes back when nothing runs. */
static void trim(struct rpc_server *server)
{
    if (server->in_flight > 0 || server->freed_bytes < RPC_TRIM_BYTES) return;
    server->freed_bytes = 0;
    (void)malloc_trim(0);
}

static void call_free(struct rpc_call *call)
{
    struct rpc_server *server = call->server;
    server->freed_bytes += call->arena.total;
    buffer_free(&call->encoded);
    if (server->kept_count < RPC_CALLS_KEPT) {
        arena_reset(&call->arena);
        server->freed_bytes -= call->arena.total;
        call->next = server->kept;
        server->kept = call;
        server->kept_count++;
    } else {
        arena_free(&call->arena);
        free(call);
    }
    server->in_flight--;
    trim(server);
    if (server->http_stopped && server->in_flight == 0) {
        server->http_stopped = false;
        server->stopped(server->stopped_context);
    }
}

static void call_done(void *context, struct rpc_call *call)
{
    (void)context;
    call->db = NULL;
    if ((unsigned)call->status >= STATUS_COUNT) call->status = UNKNOWN;
    if (call->encoded.length == 0) rpc_call_encode(call);
    rpc_recorder_end(call->recorder, call);
    call->protocol->reply(call);
    call_free(call);
}

static void call_fail(struct rpc_call *call, enum status status)
{
    call->status = status;
    call_done(NULL, call);
}

static bool report_violation(void *context, const char *field_path, const char *description)
{
    struct rpc_call *call = context;
    (void)rpc_violation(call, field_path, "%s", description);
    return call->violation_count < RPC_VIOLATIONS_MAX;
}

static enum status call_decode(struct rpc_call *call, struct text message)
{
    const struct rpc_message *type = call->method->input;
    call->bytes_in += message.length;
    enum status status =
        call->json ? rpc_json_read(&call->arena, message.length > 0 ? message : text_from("{}"),
                                   type, false, &call->in, &call->fault)
                   : rpc_decode(&call->arena, message, type, &call->in, &call->fault);
    if (status != OK) return status;
    call->decoded = true;
    return rpc_check_bounds(type, call->in, report_violation, call) ? OK : INVALID_ARGUMENT;
}

static void call_begin(struct rpc_call *call)
{
    const struct http_request *request = http_exchange_request(call->exchange);
    if (request->too_large) {
        call_fail(call, rpc_fail(call, RESOURCE_EXHAUSTED, "the request is larger than %zu bytes",
                                 call->server->config.http.body_bytes_max));
        return;
    }
    struct text message = {NULL, 0};
    enum status status = call->protocol->read(call, request, &message);
    if (status == OK) status = call_decode(call, message);
    if (status != OK) {
        call_fail(call, status);
        return;
    }
    http_exchange_drop_body(call->exchange);
    rpc_lanes_run(call->server->lanes, call);
}

/* ---- Requests ---- */

static void refuse_method(struct http_exchange *exchange, const char *allowed)
{
    struct http_response response;
    http_response_init(&response, 405);
    http_response_add(&response, "allow", text_from(allowed));
    http_reply(exchange, &response);
}

static void refuse_type(struct http_exchange *exchange)
{
    struct http_response response;
    http_response_init(&response, 415);
    http_response_add(&response, "accept-post",
                      text_from("application/proto, application/json, application/grpc, "
                                "application/grpc+proto, application/grpc+json"));
    http_reply(exchange, &response);
}

/* gRPC answers an unknown method with a status of its own, Connect with HTTP's. */
static void refuse_path(struct http_exchange *exchange)
{
    const struct http_request *request = http_exchange_request(exchange);
    struct text type = http_request_field(request, "content-type");
    if (request->version != HTTP_VERSION_2 || !rpc_grpc_accepts(type)) {
        http_reply_text(exchange, 404, "there is nothing here");
        return;
    }
    struct http_response response;
    http_response_init(&response, 200);
    response.trailers_only = true;
    http_response_add(&response, "content-type", text_from("application/grpc"));
    http_response_add(&response, "grpc-status", text_from("12"));
    http_response_add(&response, "grpc-message", text_from("this server has no such method"));
    http_reply(exchange, &response);
}

static void answer_root(struct rpc_server *server, struct http_exchange *exchange)
{
    struct text method = http_exchange_request(exchange)->method;
    char text[256];
    (void)snprintf(text, sizeof text, "%s %s", server->config.name, server->config.version);
    bool accepted = text_equal(method, text_from("GET")) || text_equal(method, text_from("HEAD")) ||
                    text_equal(method, text_from("POST"));
    if (!accepted) {
        refuse_method(exchange, "GET, HEAD, POST");
        return;
    }
    http_reply_text(exchange, 200, text);
}

static void answer_metrics(struct rpc_server *server, struct http_exchange *exchange)
{
    rpc_scrape_answer(&(struct rpc_scrape){.service = server->config.name,
                                           .version = server->config.version,
                                           .metrics = server->metrics,
                                           .lanes = server->lanes},
                      exchange);
}

/* The protocol that a request speaks; NULL: it was refused, and answered. */
static const struct rpc_protocol *protocol_find(const struct route *route,
                                                struct http_exchange *exchange)
{
    const struct http_request *request = http_exchange_request(exchange);
    bool reads = route->method->lane == RPC_LANE_READ;
    if (text_equal(request->method, text_from("GET")) && reads) return &rpc_connect_get;
    if (!text_equal(request->method, text_from("POST"))) {
        refuse_method(exchange, reads ? "GET, POST" : "POST");
        return NULL;
    }
    struct text type = http_request_field(request, "content-type");
    if (rpc_connect_accepts(type)) return &rpc_connect;
    if (rpc_grpc_accepts(type)) {
        if (request->version == HTTP_VERSION_2) return &rpc_grpc;
        http_reply_text(exchange, 505, "gRPC needs HTTP/2");
        return NULL;
    }
    refuse_type(exchange);
    return NULL;
}

static void handle(void *context, struct http_exchange *exchange)
{
    struct rpc_server *server = context;
    const struct http_request *request = http_exchange_request(exchange);
    if (text_equal(request->path, text_from("/"))) {
        answer_root(server, exchange);
        return;
    }
    if (text_equal(request->path, text_from("/metrics"))) {
        answer_metrics(server, exchange);
        return;
    }
    const struct route *route = route_find(server, request->path);
    if (route == NULL) {
        refuse_path(exchange);
        return;
    }
    const struct rpc_protocol *protocol = protocol_find(route, exchange);
    if (protocol == NULL) return;
    struct rpc_call *call = call_new(server, route, exchange);
    if (call == NULL) {
        http_reply_text(exchange, 503, "no memory");
        return;
    }
    call->protocol = protocol;
    call_begin(call);
}

/* ---- Beginning and end ---- */

static void release(struct rpc_server *server)
{
    while (server->kept != NULL) {
        struct rpc_call *call = server->kept;
        server->kept = call->next;
        arena_free(&call->arena);
        free(call);
    }
    rpc_lanes_free(server->lanes);
    rpc_recorder_free(server->recorder);
    rpc_metrics_free(server->metrics);
    free(server->routes);
    free(server);
}

static enum status lanes_start(struct rpc_server *server, struct fault *fault)
{
    const struct rpc_lanes_config config = {.loop = server->config.loop,
                                            .writer = server->config.writer,
                                            .store_path = server->config.store_path,
                                            .workers_max = server->config.workers_max,
                                            .write_queue_max = server->config.write_queue_max,
                                            .flow_queue_max = server->config.flow_queue_max,
                                            .metrics = server->metrics,
                                            .done = call_done,
                                            .context = server};
    return rpc_lanes_new(&config, &server->lanes, fault);
}

/* The metrics' table of methods is that of the routes. */
static enum status recorder_start(struct rpc_server *server, struct fault *fault)
{
    struct rpc_metrics_method *methods = calloc(server->route_count + 1, sizeof *methods);
    enum status status = methods == NULL ? RESOURCE_EXHAUSTED : OK;
    for (size_t i = 0; status == OK && i < server->route_count; i++) {
        const struct route *route = &server->routes[i];
        methods[i] = (struct rpc_metrics_method){route->service, route->method->name};
    }
    if (status == OK) status = rpc_metrics_new(methods, server->route_count, &server->metrics);
    free(methods);
    const struct rpc_recorder_config config = {.loop = server->config.loop,
                                               .metrics = server->metrics,
                                               .log_calls = server->config.log_calls,
                                               .callers = server->config.callers,
                                               .caller_count = server->config.caller_count};
    if (status == OK) status = rpc_recorder_new(&config, &server->recorder);
    return status == OK ? OK : fault_set(fault, status, "no memory for the metrics");
}

static enum status http_start(struct rpc_server *server, struct fault *fault)
{
    const struct http_server_config config = {.loop = server->config.loop,
                                              .address = server->config.address,
                                              .port = server->config.port,
                                              .limits = server->config.http,
                                              .tls = server->config.tls,
                                              .allow_plain = server->config.allow_plain,
                                              .handler = handle,
                                              .context = server};
    return http_server_new(&config, &server->http, fault);
}

enum status rpc_server_new(const struct rpc_server_config *config, struct rpc_server **out,
                           struct fault *fault)
{
    assert(config->mount_count + RPC_OWN_MOUNTS_MAX <= RPC_MOUNTS_MAX);
    struct rpc_server *server = calloc(1, sizeof *server);
    if (server == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the server");
    server->config = *config;
    if (!routes_new(server)) {
        release(server);
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the server");
    }
    enum status status = recorder_start(server, fault);
    if (status == OK) status = lanes_start(server, fault);
    if (status == OK) status = http_start(server, fault);
    if (status != OK) {
        release(server);
        return status;
    }
    server->config.mounts = NULL;
    *out = server;
    return OK;
}

int rpc_server_port(const struct rpc_server *server)
{
    return http_server_port(server->http);
}

/* Connections have closed; calls whose client went away may still run. */
static void http_stopped(void *context)
{
    struct rpc_server *server = context;
    if (server->in_flight == 0) {
        server->stopped(server->stopped_context);
        return;
    }
    server->http_stopped = true;
}

void rpc_server_drain(struct rpc_server *server, void (*stopped)(void *context), void *context)
{
    server->health.draining = true;
    server->stopped = stopped;
    server->stopped_context = context;
    http_server_drain(server->http, http_stopped, server);
}

void rpc_server_free(struct rpc_server *server)
{
    if (server == NULL) return;
    assert(server->in_flight == 0);
    http_server_free(server->http);
    release(server);
}
