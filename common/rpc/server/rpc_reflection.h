/* grpc.reflection.v1 (and v1alpha, whose messages are the same on the wire): what a server offers,
 * told by itself, so that tools such as grpcurl need no .proto files.
 *
 * The generator embeds the descriptor of every file that declares a service; they are searched when
 * somebody asks, and nothing of them is kept in memory. */
#pragma once

#include "base/arena.h"
#include "reflection.rpc.h"
#include "rpc/rpc.h"

enum {
    RPC_REFLECTION_FILES_MAX = 256,                        /* Files that services may reach. */
    RPC_REFLECTION_NUMBERS_MAX = 1024,                     /* Extensions of one message. */
    RPC_REFLECTION_DESCRIPTOR_BYTES_MAX = 4 * 1024 * 1024, /* One file's descriptor, unpacked. */
};

/* The `self` of the handlers. Everything is borrowed. */
struct reflection {
    const struct rpc_handlers *const *mounted; /* Services that are shown. */
    size_t mounted_count;
};

/* The v1alpha service; that of v1 is reflection_server_reflection_handlers. */
extern const struct rpc_handlers rpc_reflection_v1alpha_handlers;

/* Answers one request; what `out` then holds is in the arena, or borrowed from `in`. What cannot be
 * found is told in the answer's error_response. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_reflection_answer(const struct reflection *reflection,
                                            struct arena *arena,
                                            const reflection_server_reflection_request *in,
                                            reflection_server_reflection_response *out);
