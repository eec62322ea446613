#include "rpc/client/rpc_engine.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "rpc/client/rpc_http1.h"
#include "rpc/client/rpc_http2.h"
#include "rpc/client/rpc_multi.h"

enum { EVENTS_MAX = 64 };

struct rpc_engine {
    pthread_mutex_t lock;
    struct rpc_client_config config;
    struct rpc_curl curl;
    bool started, stopping;
    bool asleep; /* Somebody must wake it. */
    pthread_t thread;
    int epoll_fd;
    struct rpc_watch wake; /* An eventfd. */
    struct rpc_exchange *dirty_first, *dirty_last;
    struct rpc_multi *multis; /* All of them. */
    struct rpc_multi *http1;  /* The one for HTTP/1.1; NULL: no connections are kept. */
    size_t http1_transfers;
    int64_t http1_idle_ms; /* Since when there are none. */
    struct rpc_grave *graves;
    struct rpc_route *routes;
    size_t route_count;
};

/* ---- Waking and locking ---- */

void rpc_engine_lock(struct rpc_engine *engine)
{
    (void)pthread_mutex_lock(&engine->lock);
}

void rpc_engine_unlock(struct rpc_engine *engine)
{
    (void)pthread_mutex_unlock(&engine->lock);
}

pthread_mutex_t *rpc_engine_mutex(struct rpc_engine *engine)
{
    return &engine->lock;
}

static void wake(struct rpc_engine *engine)
{
    if (!engine->asleep) return;
    engine->asleep = false;
    uint64_t one = 1;
    ssize_t written = write(engine->wake.fd, &one, sizeof one);
    (void)written; /* It fails only where the thread is awake already. */
}

void rpc_engine_touch(struct rpc_engine *engine, struct rpc_exchange *exchange)
{
    if (exchange->dirty) return;
    exchange->dirty = true;
    exchange->next_dirty = NULL;
    if (engine->dirty_last != NULL)
        engine->dirty_last->next_dirty = exchange;
    else
        engine->dirty_first = exchange;
    engine->dirty_last = exchange;
    wake(engine);
}

static void woken(struct rpc_watch *watch, uint32_t events)
{
    uint64_t count;
    (void)events;
    ssize_t length = read(watch->fd, &count, sizeof count);
    (void)length;
}

/* ---- What carriers use ---- */

const struct rpc_curl *rpc_engine_curl(struct rpc_engine *engine)
{
    return &engine->curl;
}

const struct rpc_client_config *rpc_engine_config(struct rpc_engine *engine)
{
    return &engine->config;
}

struct rpc_multi *rpc_engine_take_http1(struct rpc_engine *engine)
{
    if (engine->http1 != NULL && rpc_multi_broken(engine->http1)) {
        rpc_multi_free(engine->http1);
        engine->http1 = NULL;
    }
    if (engine->http1 == NULL) engine->http1 = rpc_http1_multi_new(engine);
    if (engine->http1 != NULL) engine->http1_transfers++;
    return engine->http1;
}

void rpc_engine_give_http1(struct rpc_engine *engine)
{
    engine->http1_transfers--;
    if (engine->http1_transfers == 0) engine->http1_idle_ms = clock_monotonic_ms();
}

/* When the kept connections of HTTP/1.1 are to be closed; INT64_MAX: not. */
static int64_t http1_due_ms(const struct rpc_engine *engine)
{
    int64_t idle_ms = engine->config.idle_ms == 0 ? RPC_IDLE_MS : engine->config.idle_ms;
    bool idle = engine->http1 != NULL && engine->http1_transfers == 0;
    return idle ? engine->http1_idle_ms + idle_ms : INT64_MAX;
}

bool rpc_engine_watch(struct rpc_engine *engine, struct rpc_watch *watch, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    int operation = events == 0 ? EPOLL_CTL_DEL : watch->fd < 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (operation == EPOLL_CTL_DEL && watch->fd < 0) return true;
    watch->fd = events == 0 ? -1 : fd;
    watch->events = events;
    return epoll_ctl(engine->epoll_fd, operation, fd, &event) == 0 || events == 0;
}

void rpc_engine_bury(struct rpc_engine *engine, struct rpc_grave *grave, void *item,
                     void (*free_it)(void *item))
{
    *grave = (struct rpc_grave){engine->graves, item, free_it};
    engine->graves = grave;
}

static void free_buried(struct rpc_engine *engine)
{
    while (engine->graves != NULL) {
        struct rpc_grave *grave = engine->graves;
        engine->graves = grave->next;
        grave->free_it(grave->item); /* And the grave with it. */
    }
}

void rpc_engine_add_multi(struct rpc_engine *engine, struct rpc_multi *multi)
{
    *rpc_multi_next(multi) = engine->multis;
    engine->multis = multi;
}

void rpc_engine_remove_multi(struct rpc_engine *engine, struct rpc_multi *multi)
{
    struct rpc_multi **at = &engine->multis;
    while (*at != multi)
        at = rpc_multi_next(*at);
    *at = *rpc_multi_next(multi);
}

void rpc_engine_finish(struct rpc_engine *engine, struct rpc_exchange *exchange)
{
    (void)engine;
    rpc_exchange_list_remove(exchange);
    if (!exchange->ended || exchange->dirty || !exchange->held) return;
    exchange->held = false;
    rpc_exchange_release(exchange);
}

/* ---- Routes ---- */

struct rpc_route *rpc_engine_route(struct rpc_engine *engine, const char *service)
{
    for (size_t i = 0; i < engine->route_count; i++) {
        if (strcmp(engine->routes[i].peer->service, service) == 0) return &engine->routes[i];
    }
    return NULL;
}

void rpc_route_pump(struct rpc_route *route)
{
    route->pump = true;
}

void rpc_route_forget(struct rpc_route *route, struct rpc_http2 *connection)
{
    for (size_t i = 0; i < route->connection_count; i++) {
        if (route->connections[i] != connection) continue;
        route->connection_count--;
        for (size_t j = i; j < route->connection_count; j++)
            route->connections[j] = route->connections[j + 1];
        break;
    }
    rpc_route_pump(route);
}

static void end_waiting(struct rpc_route *route, enum status status, const char *why)
{
    while (route->waiting.first != NULL) {
        struct rpc_exchange *exchange = route->waiting.first;
        exchange->no_answer = true;
        exchange->unprocessed = true;
        rpc_exchange_end(exchange, status, "%s", why);
        rpc_engine_finish(route->engine, exchange);
    }
}

void rpc_route_unreachable(struct rpc_route *route, enum status status, const char *why)
{
    /* Where another connection lives, those who wait will have their turn on it. */
    if (route->connection_count == 0) end_waiting(route, status, why);
}

void rpc_route_again(struct rpc_route *route, struct rpc_exchange *exchange, const char *why)
{
    if (!rpc_exchange_rewind(exchange)) {
        rpc_exchange_end(exchange, UNAVAILABLE, "%s", why);
        rpc_engine_finish(route->engine, exchange);
        return;
    }
    rpc_exchange_list_add(&route->waiting, exchange);
    rpc_route_pump(route);
}

void rpc_route_use_http1(struct rpc_route *route)
{
    route->http1 = true;
    rpc_route_pump(route);
}

/* A connection with room; NULL: none. Looking at one may close it. */
static struct rpc_http2 *find_room(struct rpc_route *route)
{
    size_t i = 0;
    while (i < route->connection_count) {
        struct rpc_http2 *connection = route->connections[i];
        if (rpc_http2_has_room(connection)) return connection;
        if (i < route->connection_count && route->connections[i] == connection) i++;
    }
    return NULL;
}

/* Makes another connection, one at a time. */
static void dial(struct rpc_route *route)
{
    if (route->connection_count == RPC_CONNECTIONS_MAX) return;
    for (size_t i = 0; i < route->connection_count; i++) {
        if (rpc_http2_connecting(route->connections[i])) return;
    }
    struct rpc_http2 *connection = rpc_http2_new(route);
    if (connection == NULL) {
        rpc_route_unreachable(route, RESOURCE_EXHAUSTED, "no memory for a connection");
        return;
    }
    route->connections[route->connection_count++] = connection;
}

static void give_waiting(struct rpc_route *route)
{
    while (route->waiting.first != NULL) {
        struct rpc_exchange *exchange = route->waiting.first;
        if (route->http1) {
            rpc_exchange_list_remove(exchange);
            rpc_http1_add(exchange);
            continue;
        }
        struct rpc_http2 *connection = find_room(route);
        if (connection == NULL) {
            dial(route);
            return;
        }
        rpc_exchange_list_remove(exchange);
        rpc_http2_add(connection, exchange);
    }
}

/* ---- The thread ---- */

static void look_at(struct rpc_engine *engine, struct rpc_exchange *exchange)
{
    exchange->dirty = false;
    if (exchange->ended) {
        if (exchange->http2 != NULL) rpc_http2_drop(exchange->http2, exchange);
        if (exchange->http1 != NULL) rpc_http1_drop(exchange->http1);
        rpc_engine_finish(engine, exchange);
    } else if (exchange->http2 != NULL) {
        rpc_http2_resume(exchange->http2, exchange);
    } else if (exchange->http1 != NULL) {
        rpc_http1_resume(exchange->http1);
    } else if (exchange->list == NULL) {
        struct rpc_route *route = exchange->route;
        if (route->waiting.count >= RPC_WAITING_MAX) {
            exchange->unprocessed = true;
            rpc_exchange_end(exchange, UNAVAILABLE, "%d calls wait already", RPC_WAITING_MAX);
            rpc_engine_finish(engine, exchange);
            return;
        }
        rpc_exchange_list_add(&route->waiting, exchange);
        rpc_route_pump(route);
    }
}

static void look_at_dirty(struct rpc_engine *engine)
{
    while (engine->dirty_first != NULL) {
        struct rpc_exchange *exchange = engine->dirty_first;
        engine->dirty_first = exchange->next_dirty;
        if (engine->dirty_first == NULL) engine->dirty_last = NULL;
        look_at(engine, exchange);
    }
}

/* Calls what is due. */
static void tick(struct rpc_engine *engine)
{
    int64_t now_ms = clock_monotonic_ms();
    if (http1_due_ms(engine) <= now_ms) {
        rpc_multi_free(engine->http1);
        engine->http1 = NULL;
    }
    struct rpc_multi *next;
    for (struct rpc_multi *multi = engine->multis; multi != NULL; multi = next) {
        next = *rpc_multi_next(multi);
        if (rpc_multi_due_ms(multi) <= now_ms) rpc_multi_tick(multi);
    }
    for (size_t i = 0; i < engine->route_count; i++) {
        struct rpc_route *route = &engine->routes[i];
        for (size_t j = route->connection_count; j-- > 0;)
            rpc_http2_tick(route->connections[j], now_ms);
    }
}

/* When something is due next; INT64_MAX: never. */
static int64_t next_due_ms(const struct rpc_engine *engine)
{
    int64_t due_ms = http1_due_ms(engine);
    for (size_t i = 0; i < engine->route_count; i++) {
        const struct rpc_route *route = &engine->routes[i];
        for (size_t j = 0; j < route->connection_count; j++) {
            int64_t connection_ms = rpc_http2_due_ms(route->connections[j]);
            if (connection_ms < due_ms) due_ms = connection_ms;
        }
    }
    for (struct rpc_multi *multi = engine->multis; multi != NULL; multi = *rpc_multi_next(multi)) {
        if (rpc_multi_due_ms(multi) < due_ms) due_ms = rpc_multi_due_ms(multi);
    }
    return due_ms;
}

/* Until nothing is left to be done without waiting. */
static void settle(struct rpc_engine *engine)
{
    bool again = true;
    while (again) {
        again = false;
        look_at_dirty(engine);
        for (size_t i = 0; i < engine->route_count; i++) {
            struct rpc_route *route = &engine->routes[i];
            if (route->pump) {
                route->pump = false;
                give_waiting(route);
            }
            for (size_t j = route->connection_count; j-- > 0;)
                rpc_http2_flush(route->connections[j]);
            again = again || route->pump;
        }
    }
}

/* How long epoll may wait; -1: for ever. */
static int wait_ms(int64_t due_ms)
{
    if (due_ms == INT64_MAX) return -1;
    int64_t left_ms = due_ms - clock_monotonic_ms();
    return left_ms < 0 ? 0 : left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

static void *run(void *context)
{
    struct rpc_engine *engine = context;
    struct epoll_event events[EVENTS_MAX];
    rpc_engine_lock(engine);
    while (!engine->stopping) {
        settle(engine);
        tick(engine);
        settle(engine);
        free_buried(engine);
        engine->asleep = engine->dirty_first == NULL;
        int timeout_ms = engine->asleep ? wait_ms(next_due_ms(engine)) : 0;
        rpc_engine_unlock(engine);
        int count = epoll_wait(engine->epoll_fd, events, EVENTS_MAX, timeout_ms);
        rpc_engine_lock(engine);
        engine->asleep = false;
        if (engine->config.turn != NULL) engine->config.turn(engine->config.turn_context);
        for (int i = 0; i < count; i++) {
            struct rpc_watch *watch = events[i].data.ptr;
            if (watch->fd >= 0) watch->ready(watch, events[i].events);
        }
    }
    settle(engine); /* Of calls that were given up. */
    for (size_t i = 0; i < engine->route_count; i++) {
        struct rpc_route *route = &engine->routes[i];
        while (route->connection_count > 0)
            rpc_http2_close(route->connections[0]);
    }
    rpc_multi_free(engine->http1);
    free_buried(engine);
    rpc_engine_unlock(engine);
    return NULL;
}

/* ---- From its beginning to its end ---- */

static bool route_init(struct rpc_route *route, struct rpc_engine *engine,
                       const struct rpc_peer *peer)
{
    static const char plain[] = "http://", tls[] = "https://";
    struct text url = text_from(peer->url);
    *route = (struct rpc_route){.engine = engine, .peer = peer};
    rpc_budget_init(&route->budget);
    rpc_breaker_init(&route->breaker);
    route->tls = text_starts_with(url, text_from(tls));
    if (!route->tls && !text_starts_with(url, text_from(plain))) return false;
    route->authority = peer->url + (route->tls ? sizeof tls : sizeof plain) - 1;
    route->authority_length = strcspn(route->authority, "/");
    route->http1 = peer->http == RPC_HTTP_1;
    return route->authority_length > 0;
}

enum status rpc_engine_new(const struct rpc_client_config *config, struct rpc_engine **out)
{
    struct rpc_engine *engine = alloc_should_fail() ? NULL : calloc(1, sizeof *engine);
    if (engine == NULL) return RESOURCE_EXHAUSTED;
    enum status status = OK;
    engine->config = *config;
    engine->epoll_fd = engine->wake.fd = -1;
    if (pthread_mutex_init(&engine->lock, NULL) != 0) {
        free(engine);
        return RESOURCE_EXHAUSTED;
    }
    if (config->peer_count > 0) {
        bool fails = alloc_should_fail();
        engine->routes = fails ? NULL : calloc(config->peer_count, sizeof *engine->routes);
        if (engine->routes == NULL) status = RESOURCE_EXHAUSTED;
    }
    for (size_t i = 0; i < config->peer_count && status == OK; i++) {
        if (!route_init(&engine->routes[i], engine, &config->peers[i])) status = INVALID_ARGUMENT;
        engine->route_count++;
    }
    if (status != OK) {
        rpc_engine_free(engine);
        return status;
    }
    *out = engine;
    return OK;
}

static bool start_thread(struct rpc_engine *engine)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0) return false;
    (void)pthread_attr_setstacksize(&attributes, RPC_CLIENT_STACK_BYTES);
    /* Signals are for other threads; a broken pipe is an error here, not an end. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    engine->started = pthread_create(&engine->thread, &attributes, run, engine) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return engine->started;
}

static bool open_descriptors(struct rpc_engine *engine)
{
    if (engine->epoll_fd < 0) engine->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (engine->epoll_fd < 0) return false;
    if (engine->wake.fd >= 0) return true;
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    engine->wake = (struct rpc_watch){.ready = woken, .fd = -1};
    if (fd >= 0 && rpc_engine_watch(engine, &engine->wake, fd, EPOLLIN)) return true;
    if (fd >= 0) (void)close(fd);
    engine->wake.fd = -1;
    return false;
}

enum status rpc_engine_start(struct rpc_engine *engine, struct fault *fault)
{
    rpc_engine_lock(engine);
    enum status status = OK;
    if (!engine->started) status = rpc_curl_load(&engine->curl, fault);
    if (status == OK && !engine->started && !(open_descriptors(engine) && start_thread(engine)))
        status = fault_set(fault, RESOURCE_EXHAUSTED, "no thread for calls: %s", strerror(errno));
    rpc_engine_unlock(engine);
    return status;
}

void rpc_engine_free(struct rpc_engine *engine)
{
    if (engine == NULL) return;
    if (engine->started) {
        rpc_engine_lock(engine);
        engine->stopping = true;
        wake(engine);
        rpc_engine_unlock(engine);
        (void)pthread_join(engine->thread, NULL);
    }
    if (engine->wake.fd >= 0) (void)close(engine->wake.fd);
    if (engine->epoll_fd >= 0) (void)close(engine->epoll_fd);
    rpc_curl_unload(&engine->curl);
    (void)pthread_mutex_destroy(&engine->lock);
    free(engine->routes);
    free(engine);
}
