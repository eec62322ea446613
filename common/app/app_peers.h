/* Which services there are and where they listen. The list is SOTONG_SERVICES in
 * services/CMakeLists.txt; the first listens on port APP_PORT_FIRST, each of the others on the
 * next. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "rpc/client/rpc_client.h"

enum { APP_PORT_FIRST = 8440, APP_PEERS_MAX = 16 };

/* The default port of a service; -1 for a name that is none. */
int app_default_port(const char *service);

/* Where the services are: ports of 127.0.0.1 counted from SOTONG_PORT, else from APP_PORT_FIRST,
 * except for those that SOTONG_PEERS names. INVALID_ARGUMENT: a variable is malformed; the fault
 * says which and why. The strings are in the arena. */
NODISCARD enum status app_peers(struct arena *arena, struct rpc_peer peers[static APP_PEERS_MAX],
                                size_t *count, struct fault *fault);

/* Reads a list such as `budget=http://127.0.0.1:8440,petition=http://…`. Services that it does not
 * name keep their address by port. INVALID_ARGUMENT: an address that is no http:// or https://, or
 * the name of no service. */
NODISCARD enum status app_peers_parse(struct arena *arena, const char *list,
                                      struct rpc_peer peers[static APP_PEERS_MAX], size_t *count,
                                      struct fault *fault);

/* The certificates for peers at https://, from the environment: SOTONG_PEER_CA,
 * SOTONG_PEER_CERTIFICATE, SOTONG_PEER_KEY. */
struct rpc_client_tls app_peers_tls(void);
