/* Requests: which are calls, and how their bytes become messages. */
#include <stdio.h>

#include "http/http_server.h"
#include "rpc/server/rpc_fiber.h"
#include "rpc/server/rpc_inbox.h"
#include "rpc/server/rpc_misfit.h"
#include "rpc/server/rpc_protocol.h"
#include "rpc/server/rpc_scrape.h"
#include "rpc/server/rpc_server_parts.h"

/* ---- Refusals ---- */

static bool is_get(const struct http_request *request)
{
    return text_equal(request->method, text_from("GET"));
}

/* Refuses what cannot be a call of the method. True: it was answered. */
static bool refused(struct rpc_server *server, struct http_exchange *exchange,
                    const struct rpc_route *route, const struct rpc_content_type *type)
{
    const struct http_request *request = http_exchange_request(exchange);
    if (route == NULL) {
        rpc_refusals_count(&server->refusals, RPC_REFUSED_METHOD);
        rpc_misfit_path(&server->routes, exchange, type);
        return true;
    }
    bool gets = route->method->no_side_effects && rpc_is_unary(route->method);
    if (is_get(request) && gets) return false;
    if (!text_equal(request->method, text_from("POST"))) {
        rpc_refusals_count(&server->refusals, RPC_REFUSED_HTTP_METHOD);
        rpc_misfit_method(exchange, gets ? "GET, POST" : "POST");
        return true;
    }
    if (type == NULL || !rpc_content_type_fits(type, route->method)) {
        rpc_refusals_count(&server->refusals, RPC_REFUSED_CONTENT_TYPE);
        rpc_misfit_type(exchange, route->method);
        return true;
    }
    if (type->protocol->http2 && request->version != HTTP_VERSION_2) {
        http_reply_text(exchange, 505, "gRPC needs HTTP/2");
        return true;
    }
    return false;
}

/* ---- Requests in envelopes, as they come ---- */

/* A request with one message: it runs when the request has ended, as there must be no other. */
static void receive_only(struct rpc_call *call, struct text bytes)
{
    enum status status = OK;
    bool whole = false;
    size_t length = bytes.length;
    if (call->in == NULL && call->inbox.bytes.length == 0 && !call->base64) {
        /* Most requests come in one piece, which need not be kept. */
        status = rpc_inbox_read(call, &bytes, &call->arena, &call->in, &whole);
        if (whole) http_stream_consume(call->exchange, length - bytes.length);
    }
    if (status == OK && bytes.length > 0) status = rpc_inbox_add(call, bytes);
    if (status == OK && call->in == NULL) {
        status = rpc_inbox_next(call, &call->arena, &call->in, &whole);
    }
    if (status == OK && call->in != NULL && rpc_inbox_left(call) > 0) {
        rpc_refuse_count(call, RPC_REFUSED_ENVELOPE);
        status =
            rpc_fail(call, UNIMPLEMENTED, "the method takes one message, this request has more");
    }
    if (status != OK) rpc_call_fail(call, status);
}

static void received(void *context, struct http_exchange *exchange, struct text bytes)
{
    (void)exchange;
    struct rpc_call *call = context;
    if (!call->method->client_streams) {
        receive_only(call, bytes);
        return;
    }
    enum status status = rpc_inbox_add(call, bytes);
    if (status != OK) {
        rpc_call_end_early(call, status);
    } else if (call->wait == RPC_WAIT_MESSAGE) {
        rpc_fiber_go_on(call);
    }
}

static void ended(void *context, struct http_exchange *exchange)
{
    (void)exchange;
    struct rpc_call *call = context;
    call->inbox.ended = true;
    if (call->method->client_streams) {
        if (call->wait == RPC_WAIT_MESSAGE) rpc_fiber_go_on(call);
    } else if (call->in != NULL) {
        rpc_call_dispatch(call);
    } else if (rpc_inbox_left(call) > 0) {
        rpc_refuse_count(call, RPC_REFUSED_ENVELOPE);
        rpc_call_fail(call, rpc_fail(call, INVALID_ARGUMENT, "the request's message is cut off"));
    } else {
        rpc_refuse_count(call, RPC_REFUSED_ENVELOPE);
        rpc_call_fail(call, rpc_fail(call, UNIMPLEMENTED, "the request holds no message"));
    }
}

static void drained(void *context, struct http_exchange *exchange)
{
    (void)exchange;
    struct rpc_call *call = context;
    call->full = false;
    if (call->wait == RPC_WAIT_ROOM) rpc_fiber_go_on(call);
}

static void cancelled(void *context, struct http_exchange *exchange)
{
    (void)exchange;
    rpc_call_end_early(context, CANCELLED);
}

static const struct http_events call_events = {
    .received = received, .ended = ended, .drained = drained, .cancelled = cancelled};
static const struct http_events no_events = {.received = NULL};

void rpc_request_begin(void *context, struct http_exchange *exchange)
{
    struct rpc_loop *loop = context;
    const struct http_request *request = http_exchange_request(exchange);
    struct text content_type = http_request_field(request, "content-type");
    const struct rpc_content_type *type = rpc_content_type_find(content_type);
    if (type == NULL || !type->protocol->enveloped) return;
    const struct rpc_route *route = rpc_routes_find(&loop->server->routes, request->path);
    http_stream(exchange, &no_events, NULL);
    if (rpc_cors_begin(&loop->server->config.cors, exchange)) return;
    if (refused(loop->server, exchange, route, type)) return;
    struct rpc_call *call = rpc_call_new(loop, route, exchange);
    if (call == NULL) {
        http_reply_text(exchange, 503, "no memory");
        return;
    }
    call->type = type;
    call->protocol = type->protocol;
    call->json = type->json;
    call->base64 = type->base64;
    http_exchange_watch(exchange, &call_events, call);
    enum status status = call->protocol->read(call, request);
    if (status != OK) {
        rpc_call_fail(call, status);
    } else if (route->method->client_streams) {
        rpc_fiber_run(call);
    }
}

/* ---- Whole requests ---- */

static const struct http_events whole_events = {.cancelled = cancelled};

static void answer_root(struct rpc_server *server, struct http_exchange *exchange)
{
    struct text method = http_exchange_request(exchange)->method;
    char text[256];
    (void)snprintf(text, sizeof text, "%s %s", server->config.name, server->config.version);
    bool accepted = text_equal(method, text_from("GET")) || text_equal(method, text_from("HEAD")) ||
                    text_equal(method, text_from("POST"));
    if (!accepted) {
        rpc_misfit_method(exchange, "GET, HEAD, POST");
        return;
    }
    http_reply_text(exchange, 200, text);
}

static void answer_metrics(struct rpc_server *server, struct http_exchange *exchange)
{
    const struct http_counters *http[RPC_LOOPS_MAX];
    for (size_t i = 0; i < server->loop_count; i++)
        http[i] = http_server_counters(server->loops[i].http);
    rpc_scrape_answer(&(struct rpc_scrape){.service = server->config.name,
                                           .version = server->config.version,
                                           .metrics = server->metrics,
                                           .refusals = &server->refusals,
                                           .lanes = server->lanes,
                                           .tracer = server->config.tracer,
                                           .http = http,
                                           .http_count = server->loop_count},
                      exchange);
}

static enum status read_whole(struct rpc_call *call, const struct http_request *request)
{
    if (request->too_large) {
        rpc_refuse_count(call, RPC_REFUSED_BODY_BYTES);
        return rpc_fail(call, RESOURCE_EXHAUSTED, "the request is larger than %zu bytes",
                        call->server->config.http.body_bytes_max);
    }
    struct text message = {NULL, 0};
    enum status status = call->protocol->read(call, request);
    if (status == OK) status = call->protocol->message(call, request, &message);
    if (status != OK) return status;
    return rpc_message_read(call, message, call->request_gzip, &call->arena, &call->in);
}

void rpc_request_handle(void *context, struct http_exchange *exchange)
{
    struct rpc_loop *loop = context;
    struct rpc_server *server = loop->server;
    const struct http_request *request = http_exchange_request(exchange);
    if (rpc_cors_begin(&server->config.cors, exchange)) return;
    if (text_equal(request->path, text_from("/"))) {
        answer_root(server, exchange);
        return;
    }
    if (text_equal(request->path, text_from("/metrics"))) {
        answer_metrics(server, exchange);
        return;
    }
    const struct rpc_route *route = rpc_routes_find(&server->routes, request->path);
    struct text content_type = http_request_field(request, "content-type");
    const struct rpc_content_type *type = rpc_content_type_find(content_type);
    if (refused(server, exchange, route, type)) return;
    struct rpc_call *call = rpc_call_new(loop, route, exchange);
    if (call == NULL) {
        http_reply_text(exchange, 503, "no memory");
        return;
    }
    call->type = type;
    call->protocol = is_get(request) ? &rpc_connect_get : &rpc_connect;
    call->json = type != NULL && type->json;
    enum status status = read_whole(call, request);
    if (status != OK) {
        rpc_call_fail(call, status);
        return;
    }
    http_exchange_drop_body(exchange);
    http_exchange_watch(exchange, &whole_events, call);
    rpc_call_dispatch(call);
}
