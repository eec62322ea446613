/* The configuration of a service: options of the command line, else the environment, else defaults.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "http/http_limits.h"
#include "rpc/client/rpc_client.h"
#include "rpc/server/rpc_cors.h"
#include "rpc/server/rpc_limits.h"
#include "rpc/server/rpc_recorder.h"

#include "app/app_peers.h"

struct app_config {
    const char *listen; /* An IP address. */
    bool loopback;      /* Nobody but this machine reaches it. */
    int port;
    int threads;       /* That serve connections. */
    const char *data;  /* The directory of the store. */
    const char *store; /* `data`/`name`.sqlite, or what was said; it may hold a password. */
    bool store_said;
    int workers;       /* That read from a store which is a server's. */
    const char *facts; /* NULL: start without them. */
    enum log_level log_level;
    enum log_format log_format;
    enum rpc_log_calls log_calls;
    bool reflection;
    const char *otlp_endpoint; /* NULL: no traces are exported. */
    uint32_t trace_ppm;        /* Of the traces that begin here, so many of a million. */
    const char *cors_origins[RPC_CORS_ORIGINS_MAX];
    size_t cors_origin_count;
    struct rpc_peer peers[APP_PEERS_MAX];
    size_t peer_count;
    struct rpc_client_tls peer_tls; /* For those at https://. */
    struct http_limits http;
    struct rpc_limits rpc;
    const char *tls_certificate; /* PEM files; NULL: no TLS. */
    const char *tls_key;
    const char *tls_client_ca; /* NULL: clients show no certificate. */
    bool tls_plain;            /* With TLS: what is not is served too. */
    bool limit_help;           /* Only the limits were asked for. */
    bool help;                 /* Only help was asked for. */
    bool version;              /* Only the version was asked for. */
};

/* Where a variable's value comes from; NULL: it is not set. getenv is one. */
typedef const char *app_environment(const char *name);

struct app_arguments {
    int count;
    char **values;
    app_environment *environment;
};

/* Reads the configuration of the service `name`; a negative default_port says that there is none.
 * Strings are borrowed from the arguments or in the
 * arena. INVALID_ARGUMENT: the fault names the option or the variable and says what is wrong. */
NODISCARD enum status app_config_read(struct arena *arena, const char *name, int default_port,
                                      const struct app_arguments *arguments, struct app_config *out,
                                      struct fault *fault);

/* The text of --help, in the arena; NULL: no memory. */
const char *app_config_help(struct arena *arena, const char *name, int default_port);
