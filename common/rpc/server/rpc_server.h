/* A server of RPCs: gRPC, gRPC-Web and Connect, unary calls and streams, on one port. See the
 * README of this folder for its protocols, lanes and limits. */
#pragma once

#include "base/fault.h"
#include "db/db.h"
#include "http/http_limits.h"
#include "rpc/rpc.h"
#include "rpc/server/rpc_chores.h"
#include "rpc/server/rpc_cors.h"
#include "rpc/server/rpc_limits.h"
#include "rpc/server/rpc_recorder.h"
#include "rpc/server/rpc_routes.h"

struct http_tls;
struct uv_loop_s;
struct rpc_server;
struct rpc_client;

struct rpc_server_config {
    struct uv_loop_s *loop;
    const char *name; /* "budget"; with the version, what `GET /` answers. */
    const char *version;
    const char *address;
    int port;
    int loops; /* 1 to RPC_LOOPS_MAX: the given loop, and further ones with threads of their own,
                * on which handlers of reads and streams then run too. */
    struct http_limits http;
    struct http_tls *tls; /* Borrowed for the server's life; NULL: none. See http_tls.h. */
    bool allow_plain;     /* With TLS: what is not is served too. */
    const struct rpc_mount *mounts; /* Borrowed until rpc_server_new returns. */
    size_t mount_count;
    struct db *writer;      /* Borrowed for the server's life, which begins with the runtime's own
                             * migrations (DB_MIGRATION_RUNTIME_FIRST); NULL: no store. */
    struct db_config store; /* For read connections; .store is NULL without one. */
    const struct rpc_chore *chores; /* Borrowed for the server's life; they need a store. */
    size_t chore_count;
    struct rpc_client *client; /* What rpc_call_client gives; may be NULL. */
    int workers_max;           /* 1 to RPC_WORKERS_MAX: for flows. */
    int readers_max;           /* 1 to RPC_READERS_MAX: for reads of a store that is a server's. */
    struct rpc_limits limits;
    bool reflection;           /* Serves grpc.reflection. */
    struct rpc_tracer *tracer; /* Borrowed; NULL: calls leave no spans. */
    struct rpc_cors cors;
    enum rpc_log_calls log_calls;
    const char *const *callers; /* Names of services that may call, for the log; borrowed. */
    size_t caller_count;
};

/* A configuration with every limit at its default and all else empty. */
struct rpc_server_config rpc_server_config_default(void);

/* Listens and serves from now on. UNAVAILABLE: the port or the store cannot be opened;
 * INVALID_ARGUMENT: the address is none; the fault says which and why. */
NODISCARD enum status rpc_server_new(const struct rpc_server_config *config,
                                     struct rpc_server **out, struct fault *fault);

int rpc_server_port(const struct rpc_server *server);

/* Stops: health says NOT_SERVING, no new calls, those in flight finish, within the drain time of
 * the HTTP limits; streams that last longer end with UNAVAILABLE. Then stopped(context) is called
 * from the loop. */
void rpc_server_drain(struct rpc_server *server, void (*stopped)(void *context), void *context);

/* Releases a drained server; the loop must turn once more afterwards. NULL is accepted. */
void rpc_server_free(struct rpc_server *server);
