#include "support/runtime_loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "rpc/server/rpc_server.h"
#include "runtime_service.h"
#include "support/sockets.h"
#include "support/store.h"

struct runtime_loop {
    uv_loop_t uv;
    struct db *writer;
    struct rpc_server *server;
    struct runtime state;
    char path[STORE_PATH_BYTES];
    bool stopped;
    char answer[SOCKET_ANSWER_BYTES];
};

static void must(enum status status, const struct fault *fault)
{
    if (status == OK) return;
    (void)fprintf(stderr, "%s\n", fault->message);
    abort();
}

struct runtime_loop *runtime_loop_new(bool with_store)
{
    struct runtime_loop *loop = calloc(1, sizeof *loop);
    struct fault fault;
    if (loop == NULL || uv_loop_init(&loop->uv) != 0) abort();
    const struct rpc_mount mount = {&runtime_runtime_service_handlers, &loop->state, false};
    struct rpc_server_config config = rpc_server_config_default();
    config.loop = &loop->uv;
    config.name = "runtime";
    config.version = "0";
    config.mounts = &mount;
    config.mount_count = 1;
    config.reflection = true;
    if (with_store) {
        store_path_new(loop->path);
        const struct db_config store = {.store = loop->path, .access = DB_READ_WRITE};
        must(db_open(&store, &loop->writer, &fault), &fault);
        must(db_migrate(loop->writer, runtime_migrations, runtime_migration_count, &fault), &fault);
        config.writer = loop->writer;
        config.store.store = loop->path;
    }
    must(rpc_server_new(&config, &loop->server, &fault), &fault);
    return loop;
}

static void stopped(void *context)
{
    struct runtime_loop *loop = context;
    loop->stopped = true;
    uv_stop(&loop->uv);
}

void runtime_loop_free(struct runtime_loop *loop)
{
    rpc_server_drain(loop->server, stopped, loop);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    if (!loop->stopped) abort();
    rpc_server_free(loop->server);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    if (uv_loop_close(&loop->uv) != 0) abort();
    if (loop->writer != NULL) {
        db_close(loop->writer);
        store_path_remove(loop->path);
    }
    free(loop);
}

/* Closing leaves nothing behind: a fuzzer makes more connections than there are ports. */
static void close_hard(int connection)
{
    const struct linger linger = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    (void)close(connection);
}

struct text runtime_loop_call(struct runtime_loop *loop, struct text request)
{
    int connection = socket_connect(rpc_server_port(loop->server));
    if (connection < 0) abort();
    size_t sent = 0, got = 0;
    int64_t end_ms = clock_monotonic_ms() + RUNTIME_LOOP_CALL_MS;
    for (;;) {
        if (sent < request.length) {
            ssize_t count = send(connection, request.bytes + sent, request.length - sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
            if (count > 0) sent += (size_t)count;
        }
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
        ssize_t count =
            recv(connection, loop->answer + got, sizeof loop->answer - 1 - got, MSG_DONTWAIT);
        if (count > 0) got += (size_t)count;
        if (count == 0 || (count < 0 && errno != EAGAIN)) break;
        if (clock_monotonic_ms() < end_ms) continue;
        (void)fprintf(stderr, "the call hangs; so far %zu bytes\n", got);
        abort();
    }
    close_hard(connection);
    loop->answer[got] = '\0';
    return (struct text){loop->answer, got};
}
