/* The client: Connect unary with protobuf bodies over HTTP/2 (prior knowledge), on libcurl.
 *
 * A client may be used from several threads; each call blocks its thread. Generated code wraps it:
 *
 *     enum status budget_client_get_line(struct rpc_client *client, const struct rpc_options
 * *options, const budget_get_line_request *in, budget_get_line_response **out);
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "rpc/rpc.h"

struct rpc_client;

/* Where a service listens. */
struct rpc_peer {
    const char *service; /* "budget" */
    const char *url;     /* "http://127.0.0.1:8441", no slash at the end */
};

struct rpc_client_config {
    const struct rpc_peer *peers; /* Borrowed for the client's life. */
    size_t peer_count;
};

NODISCARD enum status rpc_client_new(const struct rpc_client_config *config,
                                     struct rpc_client **out);
void rpc_client_free(struct rpc_client *client);

/* What one call needs besides its message. */
struct rpc_options {
    const char *peer;    /* The service to ask: "budget". */
    int64_t timeout_ms;  /* 0: RPC_TIMEOUT_MS. It covers connecting, retries and the answer. */
    struct arena *arena; /* The response is decoded into it. */
    struct fault *fault; /* What went wrong, with the peer's name; may be NULL. */
};

enum { RPC_TIMEOUT_MS = 10000, RPC_RESPONSE_BYTES_MAX = 64 * 1024 * 1024 };

/* Calls a method. On OK *out is the response, in the arena. Otherwise the status is the peer's, or
 * UNAVAILABLE: it could not be reached; DEADLINE_EXCEEDED; RESOURCE_EXHAUSTED: the answer is larger
 * than RPC_RESPONSE_BYTES_MAX or the arena; INTERNAL: it answered with something else. Idempotent
 * methods are tried up to three times on UNAVAILABLE, with backoff. */
NODISCARD enum status rpc_client_call(struct rpc_client *client, const struct rpc_options *options,
                                      const struct rpc_method *method, const ProtobufCMessage *in,
                                      ProtobufCMessage **out);

/* Posts JSON to a path of a peer and returns the answer's JSON as it came; for `sotong call`. */
NODISCARD enum status rpc_client_call_json(struct rpc_client *client,
                                           const struct rpc_options *options, const char *path,
                                           struct text json, struct text *answer);
