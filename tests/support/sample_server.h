/* Our own server with the sample service (tests/protos/sample.proto), in a process of its own so
 * that it can die and come back. What its methods do depends on the name that they are given. */
#pragma once

#include <sys/types.h>

enum { SAMPLE_BIG_BYTES = 1 << 20 }; /* The label of the node named "big". */

/* Listens on 127.0.0.1. It is not up yet when this returns. */
pid_t sample_server_start(int port);

/* The same, where MoveNode calls the path that its label names at a peer: it answers with the
 * peer's header "traceparent", or fails as the call does. */
pid_t sample_server_start_beside(int port, const char *peer_url);
void sample_server_stop(pid_t pid);

/* A port that nobody listens on. */
int sample_server_free_port(void);
