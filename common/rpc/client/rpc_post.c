#include "rpc/client/rpc_post.h"

#include <string.h>

#include "rpc/client/rpc_client_call.h"
#include "rpc/client/rpc_engine.h"
#include "rpc/client/rpc_exchange.h"

static enum status start(struct rpc_exchange *exchange, const struct rpc_post *post,
                         int64_t deadline_ms)
{
    exchange->path = strdup(post->path);
    if (exchange->path == NULL) return RESOURCE_EXHAUSTED;
    enum status status =
        rpc_fields_add_string(&exchange->fields, "content-type", post->content_type);
    if (status == OK) status = rpc_fields_add_string(&exchange->fields, "user-agent", "sotong");
    if (status == OK) status = rpc_exchange_write(exchange, post->body, true, deadline_ms);
    if (status == OK) rpc_exchange_start(exchange);
    return status;
}

/* What the peer says does not matter, but that it said all of it: the connection is used again. */
static enum status read_over(struct rpc_exchange *exchange, int64_t deadline_ms)
{
    struct buffer answer;
    buffer_init(&answer, RPC_POST_ANSWER_BYTES_MAX);
    size_t count = 1;
    enum status status = OK;
    while (status == OK && count > 0 && answer.length < RPC_POST_ANSWER_BYTES_MAX)
        status = rpc_exchange_read(exchange, RPC_POST_ANSWER_BYTES_MAX - answer.length, deadline_ms,
                                   &answer, &count);
    buffer_free(&answer);
    return status;
}

enum status rpc_client_post(struct rpc_client *client, const struct rpc_post *post,
                            int *http_status, struct fault *fault)
{
    const struct rpc_options options = {.peer = post->peer, .fault = fault};
    int64_t deadline_ms = rpc_client_deadline_ms(post->timeout_ms);
    struct rpc_route *route;
    struct rpc_exchange *exchange = NULL;
    enum status status = rpc_client_find(client, &options, &route);
    if (status != OK) return status;
    status = rpc_exchange_new(route->engine, route, &exchange);
    if (status == OK) status = start(exchange, post, deadline_ms);
    if (status == OK) status = rpc_exchange_await_head(exchange, deadline_ms);
    if (status == OK) {
        *http_status = exchange->http_status;
        status = read_over(exchange, deadline_ms);
    }
    if (status != OK) {
        bool told = exchange != NULL && exchange->ended && exchange->end != OK;
        status = fault_set(fault, status, "%s at %s: %s", post->peer, route->peer->url,
                           told ? exchange->fault.message : status_connect_name(status));
    }
    rpc_exchange_free(exchange);
    return status;
}
