/* The messages of a request that comes as envelopes: gRPC, gRPC-Web, Connect streams.
 *
 * Memory is bounded: a length is checked before its bytes are waited for, and the peer's window
 * opens for the first message that was not read yet, not for those behind it. */
#pragma once

#include "rpc/server/rpc_call.h"

/* Takes bytes that came. RESOURCE_EXHAUSTED: all calls together hold too many; INVALID_ARGUMENT:
 * not base64, where the request is. The fault is set. */
NODISCARD enum status rpc_inbox_add(struct rpc_call *call, struct text bytes);

/* Reads the next message into the arena. *whole is false where more bytes must come first, or none
 * are left. INVALID_ARGUMENT: no message of its type, or one that breaks its bounds;
 * RESOURCE_EXHAUSTED: larger than the server's limit, said as soon as its length is known;
 * INTERNAL: compressed without an encoding. The fault is set. */
NODISCARD enum status rpc_inbox_next(struct rpc_call *call, struct arena *arena,
                                     ProtobufCMessage **out, bool *whole);

/* Reads a message that is whole within bytes, which need not be added then, and moves bytes behind
 * it. As rpc_inbox_next otherwise. */
NODISCARD enum status rpc_inbox_read(struct rpc_call *call, struct text *bytes, struct arena *arena,
                                     ProtobufCMessage **out, bool *whole);

/* Bytes that came and were not read. */
size_t rpc_inbox_left(const struct rpc_call *call);

/* Releases its memory. */
void rpc_inbox_free(struct rpc_call *call);

/* Decodes the bytes of one message, unpacked before where they are compressed, and checks its
 * bounds. */
NODISCARD enum status rpc_message_read(struct rpc_call *call, struct text bytes, bool compressed,
                                       struct arena *arena, ProtobufCMessage **out);
