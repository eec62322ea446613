/* What calls and streams of the client share. */
#pragma once

#include "rpc/client/rpc_attempt.h"

/* The peer of the options, with the engine running. FAILED_PRECONDITION: there is none, or no
 * libcurl. */
NODISCARD enum status rpc_client_find(struct rpc_client *client, const struct rpc_options *options,
                                      struct rpc_route **out);

/* By clock_monotonic_ms(); a negative timeout is none. */
int64_t rpc_client_deadline_ms(int64_t timeout_ms);

/* Appends a request message in the options' encoding. The fault is set. */
NODISCARD enum status rpc_client_encode(const struct rpc_options *options,
                                        const struct rpc_message *type,
                                        const ProtobufCMessage *message, struct buffer *out);

/* Reads a message of the answer into the arena; its failure ends the attempt. */
NODISCARD enum status rpc_client_decode(struct rpc_attempt *attempt, struct arena *arena,
                                        const struct rpc_message *type, struct text bytes,
                                        ProtobufCMessage **out);
