/* A peer for tests of the client: HTTP/2 over plain TCP on a port of its own, each connection on a
 * thread, that answers as the request's path says; see the table in fake_peer.c. It speaks
 * Connect's unary calls and gRPC. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/status.h"

enum { FAKE_URL_BYTES = 48 };

struct fake_peer {
    int port;
    char url[FAKE_URL_BYTES];
    atomic_int connections;      /* Ever accepted, */
    atomic_int connections_open; /* and now. */
    atomic_int requests;         /* Ever begun, by the first of whose paths they were: */
    atomic_int resets;           /* Streams that the client reset. */
    atomic_int together;         /* How many requests /t/Together waits for. */
    int listener;
    pthread_t thread;
};

/* Listens on 127.0.0.1; with port 0 on any. Aborts where it cannot. */
void fake_peer_start(struct fake_peer *peer, int port);

/* Closes everything. */
void fake_peer_stop(struct fake_peer *peer);
