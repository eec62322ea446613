#include "rpc/server/rpc_server.h"

#include <assert.h>
#include <stdlib.h>

#include "health.rpc.h"
#include "http/http_listener.h"
#include "http/http_server.h"
#include "rpc/server/rpc_lanes.h"
#include "rpc/server/rpc_metrics.h"
#include "rpc/server/rpc_recorder.h"
#include "rpc/server/rpc_reflection.h"
#include "rpc/server/rpc_server_parts.h"
#include "rpc_sql.h"

struct rpc_server_config rpc_server_config_default(void)
{
    return (struct rpc_server_config){
        .address = "127.0.0.1",
        .http = http_limits_default(),
        .loops = 1,
        .workers_max = RPC_WORKERS_MAX,
        .readers_max = RPC_READERS_NORMAL,
        .limits = rpc_limits_default(),
    };
}

size_t rpc_server_message_bytes_max(const struct rpc_server *server)
{
    return server->config.limits.message_bytes_max;
}

bool rpc_server_draining(const struct rpc_server *server)
{
    return server->draining;
}

/* ---- Beginning ---- */

static enum status routes_start(struct rpc_server *server, struct fault *fault)
{
    const struct rpc_server_config *config = &server->config;
    const struct rpc_mount own[] = {
        {.handlers = &health_health_handlers, .self = &server->health},
        {.handlers = &reflection_server_reflection_handlers, .self = &server->reflection},
        {.handlers = &rpc_reflection_v1alpha_handlers, .self = &server->reflection},
    };
    struct rpc_mount mounts[RPC_MOUNTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < config->mount_count; i++)
        mounts[count++] = config->mounts[i];
    /* The runtime's own ask no store. */
    bool remote = config->store.store != NULL && db_is_remote(config->store.store);
    for (size_t i = 0; i < count; i++)
        mounts[i].remote = remote;
    for (size_t i = 0; i < (config->reflection ? ARRAY_LENGTH(own) : 1); i++)
        mounts[count++] = own[i];
    for (size_t i = 0; i < count; i++)
        server->mounted[i] = mounts[i].handlers;
    server->health.mounted = server->mounted;
    server->health.mounted_count = count;
    server->health.stored_count = config->mount_count;
    server->reflection = (struct reflection){.mounted = server->mounted, .mounted_count = count};
    enum status status = rpc_routes_init(&server->routes, mounts, count);
    return status == OK ? OK : fault_set(fault, status, "no memory for the server");
}

/* The metrics' table of methods is that of the routes. */
static enum status metrics_start(struct rpc_server *server, struct fault *fault)
{
    const struct rpc_routes *routes = &server->routes;
    struct rpc_metrics_method *methods = calloc(routes->count + 1, sizeof *methods);
    enum status status = methods == NULL ? RESOURCE_EXHAUSTED : OK;
    for (size_t i = 0; status == OK && i < routes->count; i++) {
        const struct rpc_route *route = &routes->items[i];
        methods[i] = (struct rpc_metrics_method){route->service, route->method->name};
    }
    if (status == OK) status = rpc_metrics_new(methods, routes->count, &server->metrics);
    free(methods);
    return status == OK ? OK : fault_set(fault, status, "no memory for the metrics");
}

/* On the writer's thread: streams of any loop may wait for it. */
static void committed(void *context)
{
    struct rpc_server *server = context;
    for (size_t i = 0; i < server->loops_opened; i++)
        rpc_loop_note_commit(&server->loops[i]);
}

static enum status lanes_start(struct rpc_server *server, struct fault *fault)
{
    const struct rpc_lanes_config config = {
        .writer = server->config.writer,
        .store = server->config.store,
        .workers_max = server->config.workers_max,
        .readers_max = server->config.readers_max,
        .write_queue_max = server->config.limits.write_queue_max,
        .flow_queue_max = server->config.limits.flow_queue_max,
        .read_queue_max = server->config.limits.read_queue_max,
        .streams_max = server->config.limits.running_streams_max,
        .metrics = server->metrics,
        .chores = server->config.chores,
        .chore_count = server->config.chore_count,
        .chore_bytes_max = server->config.limits.call_bytes_max,
        .committed = committed,
        .context = server};
    enum status status = OK;
    if (config.writer != NULL) {
        status = db_migrate(config.writer, rpc_migrations, rpc_migration_count, fault);
    }
    if (status == OK) status = rpc_lanes_new(&config, &server->lanes, fault);
    if (status == OK) server->health.store = rpc_lanes_store(server->lanes);
    return status;
}

static enum status recorder_start(struct rpc_loop *loop, struct fault *fault)
{
    const struct rpc_server_config *config = &loop->server->config;
    const struct rpc_recorder_config recorder = {.loop = loop->uv,
                                                 .metrics = loop->server->metrics,
                                                 .tracer = config->tracer,
                                                 .log_calls = config->log_calls,
                                                 .callers = config->callers,
                                                 .caller_count = config->caller_count};
    enum status status = rpc_recorder_new(&recorder, &loop->recorder);
    return status == OK ? OK : fault_set(fault, status, "no memory for the metrics");
}

static enum status http_start(struct rpc_loop *loop, struct fault *fault)
{
    const struct rpc_server_config *config = &loop->server->config;
    struct http_server_config http = {.loop = loop->uv,
                                      .address = NULL, /* Sockets come from the listener. */
                                      .limits = config->http,
                                      .shared = &loop->server->shared,
                                      .tls = config->tls,
                                      .allow_plain = config->allow_plain,
                                      .handler = rpc_request_handle,
                                      .begin = rpc_request_begin,
                                      .batch_ended = rpc_calls_run_batch,
                                      .context = loop};
    /* Streams are told first that the server stops; what is left then is cut off. */
    http.limits.drain_timeout_ms += RPC_DRAIN_GRACE_MS;
    return http_server_new(&http, &loop->http, fault);
}

static enum status loop_start(struct rpc_server *server, size_t index, struct fault *fault)
{
    struct rpc_loop *loop = &server->loops[index];
    uv_loop_t *uv = server->config.loop;
    if (index > 0) {
        uv = &loop->own;
        if (uv_loop_init(uv) != 0) return fault_set(fault, UNAVAILABLE, "no event loop");
    }
    const struct rpc_loop_config config = {.server = server,
                                           .lanes = server->lanes,
                                           .unread = &server->unread,
                                           .uv = uv,
                                           .store = server->config.store};
    enum status status = rpc_loop_open(loop, &config, fault);
    if (status != OK) {
        if (index > 0) (void)uv_loop_close(uv);
        return status;
    }
    server->loops_opened++;
    status = recorder_start(loop, fault);
    if (status == OK) status = http_start(loop, fault);
    return status;
}

/* One port for all loops. */
static enum status listener_start(struct rpc_server *server, struct fault *fault)
{
    struct http_server *servers[RPC_LOOPS_MAX];
    for (size_t i = 0; i < server->loop_count; i++)
        servers[i] = server->loops[i].http;
    const struct rpc_server_config *config = &server->config;
    const struct http_listener_config listener = {.loop = config->loop,
                                                  .address = config->address,
                                                  .port = config->port,
                                                  .connections_max = config->http.connections_max,
                                                  .servers = servers,
                                                  .server_count = server->loop_count};
    enum status status = http_listener_new(&listener, &server->listener, fault);
    if (status == OK) server->port = http_listener_port(server->listener);
    return status;
}

static void loop_main(void *argument)
{
    struct rpc_loop *loop = argument;
    (void)uv_run(&loop->own, UV_RUN_DEFAULT);
    loop->server->loops_running--;
    rpc_loop_wake(&loop->server->loops[0]);
}

static enum status threads_start(struct rpc_server *server, struct fault *fault)
{
    const uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE,
                                         .stack_size = RPC_LOOP_STACK_BYTES};
    for (size_t i = 1; i < server->loop_count; i++) {
        struct rpc_loop *loop = &server->loops[i];
        int error = uv_thread_create_ex(&loop->thread, &options, loop_main, loop);
        if (error != 0) {
            return fault_set(fault, UNAVAILABLE, "no thread for a loop: %s", uv_strerror(error));
        }
        loop->threaded = true;
        server->loops_running++;
    }
    return OK;
}

static enum status server_start(struct rpc_server *server, struct fault *fault)
{
    enum status status = routes_start(server, fault);
    if (status == OK) status = metrics_start(server, fault);
    if (status == OK) status = lanes_start(server, fault);
    for (size_t i = 0; status == OK && i < server->loop_count; i++)
        status = loop_start(server, i, fault);
    if (status == OK) status = listener_start(server, fault);
    if (status == OK) status = threads_start(server, fault);
    if (status == OK) rpc_lanes_begin_chores(server->lanes);
    return status;
}

/* ---- Draining ---- */

static void threads_join(struct rpc_server *server)
{
    for (size_t i = 1; i < server->loop_count; i++) {
        struct rpc_loop *loop = &server->loops[i];
        if (loop->threaded) (void)uv_thread_join(&loop->thread);
        loop->threaded = false;
    }
}

/* For a server that could not start. */
static void threads_stop(struct rpc_server *server)
{
    server->gives_up = true;
    for (size_t i = 1; i < server->loops_opened; i++)
        rpc_loop_wake(&server->loops[i]);
    threads_join(server);
}

/* When the first loop has drained and all others have ended. */
static void tell_stopped(struct rpc_server *server)
{
    if (!server->loops[0].stopped || server->loops_running > 0 || server->stopped_told) return;
    server->stopped_told = true;
    threads_join(server);
    server->stopped(server->stopped_context);
}

/* Connections have closed; calls whose client went away may still run. */
static void loop_check_stopped(struct rpc_loop *loop)
{
    if (!loop->http_stopped || loop->in_flight > 0 || loop->stopped) return;
    loop->stopped = true;
    if (loop == &loop->server->loops[0]) {
        tell_stopped(loop->server);
    } else {
        uv_stop(loop->uv);
    }
}

void rpc_server_call_ended(struct rpc_loop *loop)
{
    loop_check_stopped(loop);
}

static void http_stopped(void *context)
{
    struct rpc_loop *loop = context;
    loop->http_stopped = true;
    loop_check_stopped(loop);
}

void rpc_server_drain_over(struct rpc_loop *loop)
{
    rpc_loop_end_calls(loop);
}

static void loop_drain(struct rpc_loop *loop)
{
    if (loop->draining) return;
    loop->draining = true;
    http_server_drain(loop->http, http_stopped, loop);
    rpc_loop_set_drain_timer(loop, loop->server->config.http.drain_timeout_ms);
    rpc_loop_tell_waiters(loop);
}

void rpc_server_woken(struct rpc_loop *loop)
{
    struct rpc_server *server = loop->server;
    if (server->gives_up) uv_stop(loop->uv);
    if (server->listener_closed) loop_drain(loop);
    if (loop == &server->loops[0] && loop->stopped) tell_stopped(server);
}

/* Nothing is handed to the loops any more. */
static void listener_closed(void *context)
{
    struct rpc_server *server = context;
    server->listener_closed = true;
    for (size_t i = 0; i < server->loop_count; i++)
        rpc_loop_wake(&server->loops[i]);
}

void rpc_server_drain(struct rpc_server *server, void (*stopped)(void *context), void *context)
{
    if (server->draining) return;
    server->draining = true;
    rpc_lanes_end_chores(server->lanes);
    server->stopped = stopped;
    server->stopped_context = context;
    http_listener_free(server->listener, listener_closed, server);
    server->listener = NULL;
}

/* ---- The end ---- */

static void server_release(struct rpc_server *server)
{
    rpc_metrics_free(server->metrics);
    rpc_routes_free(&server->routes);
    free(server->loops);
    free(server);
}

static void first_loop_closed(struct rpc_loop *loop)
{
    server_release(loop->server);
}

static void own_loop_closed(struct rpc_loop *loop)
{
    (void)loop;
}

static void http_free(void *context)
{
    http_server_free(context);
}

/* A server that could not start has loops whose http_server never served: they close here. */
static void loop_close(struct rpc_loop *loop, void (*closed)(struct rpc_loop *loop))
{
    if (loop->http != NULL && loop->stopped) {
        http_server_free(loop->http);
    } else if (loop->http != NULL) {
        http_server_drain(loop->http, http_free, loop->http);
    }
    rpc_recorder_free(loop->recorder);
    rpc_loop_close(loop, closed);
}

static void server_close(struct rpc_server *server)
{
    http_listener_free(server->listener, NULL, NULL);
    rpc_lanes_free(server->lanes);
    for (size_t i = 1; i < server->loops_opened; i++) {
        struct rpc_loop *loop = &server->loops[i];
        loop_close(loop, own_loop_closed);
        (void)uv_run(&loop->own, UV_RUN_DEFAULT);
        if (uv_loop_close(&loop->own) != 0) abort(); /* A handle of ours was left. */
    }
    if (server->loops_opened == 0) {
        server_release(server);
    } else {
        loop_close(&server->loops[0], first_loop_closed);
    }
}

enum status rpc_server_new(const struct rpc_server_config *config, struct rpc_server **out,
                           struct fault *fault)
{
    assert(config->mount_count + RPC_OWN_MOUNTS_MAX <= RPC_MOUNTS_MAX);
    assert(config->loops >= 1 && config->loops <= RPC_LOOPS_MAX);
    struct rpc_server *server = calloc(1, sizeof *server);
    struct rpc_loop *loops = calloc((size_t)config->loops, sizeof *loops);
    if (server == NULL || loops == NULL) {
        free(server);
        free(loops);
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the server");
    }
    server->config = *config;
    server->loops = loops;
    server->loop_count = (size_t)config->loops;
    http_shared_init(&server->shared, &config->http, server->loop_count);
    allowance_init(&server->unread, config->limits.unread_bytes_max);
    server->health.draining = &server->draining;
    enum status status = server_start(server, fault);
    if (status != OK) {
        threads_stop(server);
        server_close(server);
        return status;
    }
    server->config.mounts = NULL;
    *out = server;
    return OK;
}

int rpc_server_port(const struct rpc_server *server)
{
    return server->port;
}

void rpc_server_free(struct rpc_server *server)
{
    if (server == NULL) return;
    assert(server->stopped_told);
    server_close(server);
}
