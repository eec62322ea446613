/* A plain POST by the client, to who is no service of ours: collectors of traces and the like. */
#pragma once

#include "rpc/client/rpc_client.h"

enum { RPC_POST_ANSWER_BYTES_MAX = 64 * 1024 };

struct rpc_post {
    const char *peer; /* As the client's configuration names it. */
    const char *path; /* "/v1/traces" */
    const char *content_type;
    struct text body;
    int64_t timeout_ms;
};

/* Posts once and reads the answer over. OK: the peer answered, with *http_status, which may well be
 * an error. Otherwise as rpc_client_call; the fault, which may be NULL, says what happened. */
NODISCARD enum status rpc_client_post(struct rpc_client *client, const struct rpc_post *post,
                                      int *http_status, struct fault *fault);
