/* The service of tests/service/runtime served from a thread of the test program, with a store of
 * its own in a temporary file. */
#pragma once

#include "rpc/server/rpc_server.h"
#include "runtime_service.h"

struct runtime_server;

/* A configuration to change before the start. */
struct rpc_server_config runtime_server_config(void);

struct runtime_server *runtime_server_start(const struct rpc_server_config *config);

int runtime_server_port(const struct runtime_server *server);

/* The path of its store. */
const char *runtime_server_store(const struct runtime_server *server);

/* Its handlers' state. */
struct runtime *runtime_server_state(struct runtime_server *server);

/* Begins to drain. */
void runtime_server_drain(struct runtime_server *server);

/* Drains, waits until it has stopped, and returns how many rows its store holds. */
int64_t runtime_server_stop(struct runtime_server *server);

/* Posts JSON to a method of the service on a connection of its own. Returns the HTTP status; the
 * body is in `body`. */
enum { RUNTIME_BODY_BYTES = 1 << 16 };
int runtime_server_call(const struct runtime_server *server, const char *method, const char *json,
                        char body[static RUNTIME_BODY_BYTES]);
