#include "app/app.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <uv.h>

#include "app/app_config.h"
#include "app/app_limits.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/http_tls.h"
#include "rpc/client/rpc_client.h"
#include "rpc/rpc_otlp.h"
#include "rpc/rpc_otlp_spans.h"
#include "rpc/server/rpc_server.h"
#include "rpc/server/rpc_tracer.h"
#include "service_list.h"

#ifndef SOTONG_VERSION
#error "SOTONG_VERSION comes from common/CMakeLists.txt"
#endif

_Static_assert((int)APP_JOBS_MAX <= (int)RPC_CHORES_MAX, "each job is a chore of the server");

enum {
    CONFIG_ARENA_BYTES_MAX = 256 * 1024,
    MALLOC_ARENAS_MAX = 2,          /* Of glibc: each costs memory, and threads are few. */
    MALLOC_TRIM_BYTES = 256 * 1024, /* Free memory at the heap's end that goes back. */
    MALLOC_MMAP_BYTES = 256 * 1024, /* Larger blocks go back as soon as they are freed. */
    DATA_MODE = 0750,
    SIGNALS = 3,
    STORE_WAIT_MS = 30 * 1000, /* For a database that cannot be reached at the start. */
    STORE_RETRY_MS = 500,
    DESCRIPTORS_BESIDE = 512, /* Files, sockets of calls, and what else is not a connection. */
    EXIT_FAILED = 1,
    EXIT_WRONG = 2,
};

/* A running service. */
struct running {
    const struct app_service *service;
    const struct app_config *config;
    uv_loop_t loop;
    uv_signal_t signals[SIGNALS];
    size_t signal_count;
    struct db *writer;
    struct rpc_client *client;
    struct rpc_tracer *tracer; /* NULL, as the next: traces are not exported. */
    struct rpc_otlp_spans *spans;
    struct rpc_otlp *otlp;
    void *self;
    bool opened;
    struct app_mount mounts[APP_MOUNTS_MAX];
    size_t mount_count;
    struct rpc_chore chores[APP_JOBS_MAX];
    struct http_tls *tls; /* NULL: none. */
    struct rpc_server *server;
    bool stopping;
};

const char *app_version(void)
{
    return SOTONG_VERSION;
}

static void signals_close(struct running *running)
{
    for (size_t i = 0; i < running->signal_count; i++)
        uv_close((uv_handle_t *)&running->signals[i], NULL);
    running->signal_count = 0;
}

static void stopped(void *context)
{
    struct running *running = context;
    uv_stop(&running->loop); /* What is still open is the server's own, and closed with it. */
}

/* Certificates are replaced while the service runs: those that are broken change nothing. */
static void reload(struct running *running)
{
    struct fault fault;
    if (running->tls == NULL) {
        log_write(LOG_INFO, "SIGHUP: there are no certificates to read again");
    } else if (http_tls_reload(running->tls, &fault) == OK) {
        log_write(LOG_INFO, "SIGHUP: read the certificates again");
    } else {
        log_write(LOG_ERROR, "SIGHUP: the certificates stay as they were: %s", fault.message);
    }
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct running *running = handle->data;
    if (running->stopping) return;
    if (number == SIGHUP) {
        reload(running);
        return;
    }
    running->stopping = true;
    log_write(LOG_INFO, "stopping: %s", number == SIGINT ? "SIGINT" : "SIGTERM");
    rpc_server_drain(running->server, stopped, running);
}

static enum status data_prepare(const char *directory, struct fault *fault)
{
    if (mkdir(directory, DATA_MODE) == 0 || errno == EEXIST) return OK;
    return fault_set(fault, UNAVAILABLE, "--data (SOTONG_DATA): cannot make %s: %s", directory,
                     strerror(errno));
}

/* A server may start after us, as after a failure of power: it is waited for. */
static enum status writer_open(struct running *running, struct fault *fault)
{
    const struct db_config config = {running->config->store, DB_READ_WRITE, running->service->name};
    int64_t until_ms = clock_monotonic_ms() + (db_is_remote(config.store) ? STORE_WAIT_MS : 0);
    bool told = false;
    enum status status;
    while ((status = db_open(&config, &running->writer, fault)) == UNAVAILABLE &&
           clock_monotonic_ms() < until_ms) {
        if (!told) {
            log_write(LOG_WARNING, "waiting up to %d s for the store: %s", STORE_WAIT_MS / 1000,
                      fault->message);
        }
        told = true;
        uv_sleep(STORE_RETRY_MS);
    }
    return status;
}

static enum status store_open(struct running *running, struct fault *fault)
{
    const struct app_service *service = running->service;
    if (service->stateless) return OK;
    enum status status = OK;
    if (!running->config->store_said) status = data_prepare(running->config->data, fault);
    if (status == OK) status = writer_open(running, fault);
    if (status != OK) return status;
    return db_migrate(running->writer, service->migrations, service->migration_count, fault);
}

static enum status client_open(struct running *running, struct fault *fault)
{
    if (!running->service->makes_calls) return OK;
    const struct rpc_client_config config = {.peers = running->config->peers,
                                             .peer_count = running->config->peer_count,
                                             .tls = running->config->peer_tls,
                                             .spans = rpc_otlp_client_spans(running->spans),
                                             .name = running->service->name};
    enum status status = rpc_client_new(&config, &running->client);
    return status == OK ? OK : fault_set(fault, status, "no client for calls to other services");
}

static enum status traces_open(struct running *running, struct fault *fault)
{
    if (running->config->otlp_endpoint == NULL) return OK;
    enum status status = rpc_tracer_new(running->config->trace_ppm, &running->tracer);
    if (status == OK && running->service->makes_calls)
        status = rpc_otlp_spans_new(running->tracer, &running->spans);
    if (status != OK) return fault_set(fault, status, "no memory for traces");
    const struct rpc_otlp_config config = {.endpoint = running->config->otlp_endpoint,
                                           .service = running->service->name,
                                           .version = app_version(),
                                           .tracer = running->tracer};
    return rpc_otlp_new(&config, &running->otlp, fault);
}

static enum status service_open(struct running *running, struct fault *fault)
{
    const struct app app = {.name = running->service->name,
                            .version = app_version(),
                            .facts_directory = running->config->facts,
                            .writer = running->writer,
                            .client = running->client};
    enum status status =
        running->service->open(&app, running->mounts, &running->mount_count, &running->self, fault);
    running->opened = status == OK;
    assert(running->mount_count <= APP_MOUNTS_MAX);
    return status;
}

static enum status tls_open(struct running *running, struct fault *fault)
{
    const struct app_config *config = running->config;
    if (config->tls_certificate == NULL) return OK;
    const struct http_tls_config tls = {.certificate = {.path = config->tls_certificate},
                                        .key = {.path = config->tls_key},
                                        .client_ca = {.path = config->tls_client_ca}};
    return http_tls_new(&tls, &running->tls, fault);
}

/* A connection is a descriptor: as many as the limit allows, if the system does. */
static void descriptors_raise(size_t connections_max)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    rlim_t wanted = (rlim_t)connections_max + DESCRIPTORS_BESIDE;
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == wanted) return;
    log_write(LOG_WARNING,
              "the system allows %llu descriptors, which connections-max=%zu may need "
              "more than",
              (unsigned long long)limit.rlim_cur, connections_max);
}

static void jobs_prepare(struct running *running)
{
    const struct app_service *service = running->service;
    assert(service->job_count <= APP_JOBS_MAX);
    for (size_t i = 0; i < service->job_count; i++) {
        const struct app_job *job = &service->jobs[i];
        running->chores[i] = (struct rpc_chore){job->name, job->every_ms, job->run, running->self};
    }
}

static enum status server_open(struct running *running, struct fault *fault)
{
    struct rpc_mount mounts[APP_MOUNTS_MAX];
    for (size_t i = 0; i < running->mount_count; i++)
        mounts[i] = (struct rpc_mount){running->mounts[i].handlers, running->mounts[i].self};
    struct rpc_server_config config = rpc_server_config_default();
    config.loop = &running->loop;
    config.name = running->service->name;
    config.version = app_version();
    config.address = running->config->listen;
    config.port = running->config->port;
    config.mounts = mounts;
    config.mount_count = running->mount_count;
    config.writer = running->writer;
    if (running->writer != NULL) {
        config.store =
            (struct db_config){.store = running->config->store, .schema = running->service->name};
    }
    config.readers_max = running->config->workers;
    jobs_prepare(running);
    config.chores = running->chores;
    config.chore_count = running->service->job_count;
    config.client = running->client;
    config.loops = running->config->threads;
    config.http = running->config->http;
    config.limits = running->config->rpc;
    config.tls = running->tls;
    config.allow_plain = running->config->tls_plain;
    config.reflection = running->config->reflection;
    config.tracer = running->tracer;
    config.cors =
        (struct rpc_cors){running->config->cors_origins, running->config->cors_origin_count};
    config.log_calls = running->config->log_calls;
    config.callers = service_names;
    config.caller_count = SERVICE_COUNT;
    return rpc_server_new(&config, &running->server, fault);
}

/* There are no rights of callers but those of their certificates. */
static void exposure_warn(const struct running *running)
{
    const struct app_config *config = running->config;
    bool guarded = config->tls_client_ca != NULL && !config->tls_plain;
    if (config->loopback || guarded) return;
    log_write(
        LOG_WARNING,
        "whoever reaches %s port %d may read and write everything: %s, or --listen 127.0.0.1, "
        "ends that",
        config->listen, rpc_server_port(running->server),
        config->tls_client_ca == NULL ? "--tls-client-ca (SOTONG_TLS_CLIENT_CA)"
                                      : "--tls-plain off (SOTONG_TLS_PLAIN)");
}

static enum status signals_open(struct running *running, struct fault *fault)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    _Static_assert(ARRAY_LENGTH(numbers) == SIGNALS, "a handle for each");
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        uv_signal_t *handle = &running->signals[i];
        int error = uv_signal_init(&running->loop, handle);
        if (error != 0) return fault_set(fault, UNAVAILABLE, "signals: %s", uv_strerror(error));
        running->signal_count++;
        handle->data = running;
        error = uv_signal_start(handle, on_signal, numbers[i]);
        if (error != 0) return fault_set(fault, UNAVAILABLE, "signals: %s", uv_strerror(error));
    }
    return OK;
}

static void close_all(struct running *running)
{
    rpc_server_free(running->server);
    if (running->signal_count > 0) signals_close(running);
    (void)uv_run(&running->loop, UV_RUN_DEFAULT); /* Lets what was closed go. */
    if (running->opened) running->service->close(running->self);
    rpc_client_free(running->client);
    rpc_otlp_free(running->otlp);
    rpc_otlp_spans_free(running->spans);
    rpc_tracer_free(running->tracer);
    db_close(running->writer);
    http_tls_free(running->tls);
    int error = uv_loop_close(&running->loop);
    if (error != 0) log_write(LOG_WARNING, "the loop was not empty: %s", uv_strerror(error));
}

static int serve(const struct app_service *service, const struct app_config *config)
{
    struct running running = {.service = service, .config = config};
    struct fault fault = {.message = "no memory"};
    descriptors_raise(config->http.connections_max);
    if (uv_loop_init(&running.loop) != 0) {
        log_write(LOG_ERROR, "cannot start: no event loop");
        return EXIT_FAILED;
    }
    enum status status = store_open(&running, &fault);
    if (status == OK) status = traces_open(&running, &fault);
    if (status == OK) status = client_open(&running, &fault);
    if (status == OK) status = service_open(&running, &fault);
    if (status == OK) status = signals_open(&running, &fault);
    if (status == OK) status = tls_open(&running, &fault);
    if (status == OK) status = server_open(&running, &fault);
    if (status == OK) {
        (void)malloc_trim(0); /* What starting took. */
        log_write(LOG_INFO, "%s %s listens on %s port %d", service->name, app_version(),
                  config->listen, rpc_server_port(running.server));
        exposure_warn(&running);
        (void)uv_run(&running.loop, UV_RUN_DEFAULT);
        log_write(LOG_INFO, "stopped");
    } else {
        log_write(LOG_ERROR, "cannot start: %s", fault.message);
    }
    close_all(&running);
    return status == OK ? 0 : EXIT_FAILED;
}

static void memory_tune(void)
{
    (void)mallopt(M_ARENA_MAX, MALLOC_ARENAS_MAX);
    (void)mallopt(M_TRIM_THRESHOLD, MALLOC_TRIM_BYTES);
    (void)mallopt(M_MMAP_THRESHOLD, MALLOC_MMAP_BYTES);
}

static const char *environment(const char *name)
{
    return getenv(name);
}

int app_main(const struct app_service *service, int argc, char **argv)
{
    memory_tune();
    (void)signal(SIGPIPE, SIG_IGN);
    struct arena arena;
    arena_init(&arena, CONFIG_ARENA_BYTES_MAX);
    struct app_config config;
    struct fault fault;
    const struct app_arguments arguments = {argc, argv, environment};
    enum status status = app_config_read(&arena, service->name, app_default_port(service->name),
                                         &arguments, &config, &fault);
    int code = 0;
    if (status != OK) {
        (void)fprintf(stderr, "%s: %s\n", service->name, fault.message);
        code = EXIT_WRONG;
    } else if (config.help) {
        const char *help = app_config_help(&arena, service->name, app_default_port(service->name));
        (void)fputs(help == NULL ? "" : help, stdout);
    } else if (config.limit_help) {
        const char *help = app_limits_help(&arena);
        (void)fputs(help == NULL ? "" : help, stdout);
    } else if (config.version) {
        (void)printf("%s %s\n", service->name, app_version());
    } else {
        log_init(service->name, config.log_level);
        log_set_format(config.log_format);
        code = serve(service, &config);
    }
    arena_free(&arena);
    return code;
}
