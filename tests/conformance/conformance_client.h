/* The program under test of connectrpc/conformance's client mode: it reads ClientCompatRequests
 * from its standard input, makes the calls they ask for with the client that the services use, and
 * writes what came of them as ClientCompatResponses. */
#pragma once

#include <pthread.h>

#include "client_compat.rpc.h"
#include "rpc/client/rpc_client.h"
#include "service.rpc.h"

/* Clients by the server that they call and its certificates: as in a service, many calls share one
 * and its connections. */
struct conformance_peers {
    pthread_mutex_t lock;
    struct conformance_peer *first;
};

void conformance_peers_init(struct conformance_peers *peers);
void conformance_peers_free(struct conformance_peers *peers);

/* The client for a request's server, whose peer is named "server". NULL: no memory. */
struct rpc_client *conformance_peers_get(struct conformance_peers *peers,
                                         const conformance_client_compat_request *request);

/* Makes the call. What it returns is in the arena. NULL: the request cannot be followed; *why says
 * why. */
conformance_client_response_result *
conformance_call(struct rpc_client *client, const conformance_client_compat_request *request,
                 struct arena *arena, const char **why);
