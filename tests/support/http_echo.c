#include "support/http_echo.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct http_echo {
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t drain;
    struct http_server *server;
    struct http_echo_counts counts;
    int port;
    bool draining; /* Of the test's thread. */
};

struct later {
    uv_timer_t timer;
    struct http_exchange *exchange;
};

static void timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void answer_now(struct http_exchange *exchange)
{
    const struct http_request *request = http_exchange_request(exchange);
    char text[512];
    (void)snprintf(text, sizeof text, "%.*s %.*s?%.*s %zu of body%s", (int)request->method.length,
                   request->method.bytes, (int)request->path.length, request->path.bytes,
                   (int)request->query.length,
                   request->query.bytes == NULL ? "" : request->query.bytes, request->body.length,
                   request->too_large ? " too large" : "");
    http_reply_text(exchange, request->too_large ? 413 : 200, text);
}

static void answer_later(uv_timer_t *timer)
{
    struct later *later = timer->data;
    answer_now(later->exchange);
    uv_close((uv_handle_t *)timer, timer_closed);
}

static void answer_large(struct http_exchange *exchange)
{
    struct http_response response;
    http_response_init(&response, 200);
    uint8_t *end;
    if (buffer_reserve(&response.body, HTTP_ECHO_LARGE_BYTES, &end) != OK) abort();
    memset(end, 'x', HTTP_ECHO_LARGE_BYTES);
    response.body.length = HTTP_ECHO_LARGE_BYTES;
    http_response_add_trailer(&response, "check", text_from("sum"));
    http_reply(exchange, &response);
}

static void answer(void *context, struct http_exchange *exchange)
{
    struct http_echo *echo = context;
    const struct http_request *request = http_exchange_request(exchange);
    if (text_equal(request->path, text_from("/large"))) {
        answer_large(exchange);
        return;
    }
    if (text_equal(request->path, text_from("/watch"))) {
        http_echo_watch(&echo->counts, exchange);
        return;
    }
    if (!text_equal(request->path, text_from("/later"))) {
        answer_now(exchange);
        return;
    }
    struct later *later = calloc(1, sizeof *later);
    if (later == NULL) abort();
    later->exchange = exchange;
    (void)uv_timer_init(&echo->loop, &later->timer);
    later->timer.data = later;
    (void)uv_timer_start(&later->timer, answer_later, HTTP_ECHO_LATER_MS, 0);
}

static void begin(void *context, struct http_exchange *exchange)
{
    struct http_echo *echo = context;
    http_echo_begin(&echo->counts, exchange);
}

static void nothing(void *context)
{
    (void)context;
}

static void drain(uv_async_t *async)
{
    struct http_echo *echo = async->data;
    uv_close((uv_handle_t *)async, NULL);
    http_server_drain(echo->server, nothing, NULL);
}

static void run(void *argument)
{
    struct http_echo *echo = argument;
    (void)uv_run(&echo->loop, UV_RUN_DEFAULT);
    http_server_free(echo->server);
    int error = uv_loop_close(&echo->loop);
    assert(error == 0);
    (void)error;
}

struct http_echo *http_echo_start(const struct http_limits *limits)
{
    const struct http_server_config config = {.limits = *limits};
    return http_echo_start_with(&config);
}

struct http_echo *http_echo_start_with(const struct http_server_config *base)
{
    (void)signal(SIGPIPE, SIG_IGN);
    struct http_echo *echo = calloc(1, sizeof *echo);
    struct fault fault;
    if (echo == NULL || uv_loop_init(&echo->loop) != 0) abort();
    struct http_server_config config = *base;
    config.loop = &echo->loop;
    config.address = "127.0.0.1";
    config.handler = answer;
    config.begin = begin;
    config.context = echo;
    if (http_server_new(&config, &echo->server, &fault) != OK) abort();
    echo->port = http_server_port(echo->server);
    if (uv_async_init(&echo->loop, &echo->drain, drain) != 0) abort();
    echo->drain.data = echo;
    if (uv_thread_create(&echo->thread, run, echo) != 0) abort();
    return echo;
}

int http_echo_port(const struct http_echo *echo)
{
    return echo->port;
}

struct http_echo_counts *http_echo_counts(struct http_echo *echo)
{
    return &echo->counts;
}

uint64_t http_echo_counted(const struct http_echo *echo, enum http_counter counter)
{
    return http_counters_get(http_server_counters(echo->server), counter);
}

void http_echo_drain(struct http_echo *echo)
{
    if (echo->draining) return;
    echo->draining = true;
    (void)uv_async_send(&echo->drain);
}

void http_echo_stop(struct http_echo *echo)
{
    http_echo_drain(echo);
    (void)uv_thread_join(&echo->thread);
    free(echo);
}
