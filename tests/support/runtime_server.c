#include "support/runtime_server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/sockets.h"
#include "support/store.h"

struct runtime_server {
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t drain;
    struct rpc_server *server;
    struct db *writer;
    struct runtime state;
    char path[STORE_PATH_BYTES];
    int port;
    bool draining; /* Of the test's thread. */
};

struct rpc_server_config runtime_server_config(void)
{
    struct rpc_server_config config = rpc_server_config_default();
    config.name = "runtime";
    config.version = "1.2.3";
    return config;
}

static void stopped(void *context)
{
    struct runtime_server *server = context;
    uv_stop(&server->loop);
}

static void drain(uv_async_t *async)
{
    struct runtime_server *server = async->data;
    rpc_server_drain(server->server, stopped, server);
}

static void run(void *argument)
{
    struct runtime_server *server = argument;
    (void)uv_run(&server->loop, UV_RUN_DEFAULT);
    rpc_server_free(server->server);
    uv_close((uv_handle_t *)&server->drain, NULL);
    (void)uv_run(&server->loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&server->loop) != 0) abort();
}

static void must(enum status status, const struct fault *fault)
{
    if (status == OK) return;
    (void)fprintf(stderr, "%s\n", fault->message);
    abort();
}

struct runtime_server *runtime_server_start(const struct rpc_server_config *config)
{
    (void)signal(SIGPIPE, SIG_IGN);
    struct runtime_server *server = calloc(1, sizeof *server);
    struct fault fault;
    if (server == NULL || uv_loop_init(&server->loop) != 0) abort();
    store_path_new(server->path);
    const struct db_config store = {.store = server->path, .access = DB_READ_WRITE};
    must(db_open(&store, &server->writer, &fault), &fault);
    must(db_migrate(server->writer, runtime_migrations, runtime_migration_count, &fault), &fault);
    const struct rpc_mount mount = {&runtime_runtime_service_handlers, &server->state};
    struct rpc_server_config own = *config;
    own.loop = &server->loop;
    own.mounts = &mount;
    own.mount_count = 1;
    own.writer = server->writer;
    own.store.store = server->path;
    must(rpc_server_new(&own, &server->server, &fault), &fault);
    server->port = rpc_server_port(server->server);
    if (uv_async_init(&server->loop, &server->drain, drain) != 0) abort();
    server->drain.data = server;
    if (uv_thread_create(&server->thread, run, server) != 0) abort();
    return server;
}

int runtime_server_port(const struct runtime_server *server)
{
    return server->port;
}

const char *runtime_server_store(const struct runtime_server *server)
{
    return server->path;
}

struct runtime *runtime_server_state(struct runtime_server *server)
{
    return &server->state;
}

void runtime_server_drain(struct runtime_server *server)
{
    if (server->draining) return;
    server->draining = true;
    (void)uv_async_send(&server->drain);
}

int64_t runtime_server_stop(struct runtime_server *server)
{
    runtime_server_drain(server);
    (void)uv_thread_join(&server->thread);
    int64_t count = -1;
    if (db_query_int_values(server->writer, &count, &runtime_row_count_sql, NULL, 0) != OK) {
        count = -1;
    }
    db_close(server->writer);
    store_path_remove(server->path);
    free(server);
    return count;
}

int runtime_server_call(const struct runtime_server *server, const char *method, const char *json,
                        char body[static RUNTIME_BODY_BYTES])
{
    char *answer = malloc(SOCKET_ANSWER_BYTES);
    size_t length = strlen(json) + strlen(method) + 256;
    char *request = malloc(length);
    if (answer == NULL || request == NULL) abort();
    (void)snprintf(request, length,
                   "POST /sotong.runtime.v1.RuntimeService/%s HTTP/1.1\r\nHost: a\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                   "Connection: close\r\n\r\n%s",
                   method, strlen(json), json);
    (void)socket_exchange(server->port, request, answer);
    int status = 0;
    const char *end = strstr(answer, "\r\n\r\n");
    if (sscanf(answer, "HTTP/1.1 %d", &status) != 1 || end == NULL) status = 0;
    (void)snprintf(body, RUNTIME_BODY_BYTES, "%s", end == NULL ? "" : end + 4);
    free(request);
    free(answer);
    return status;
}
