/* Protobuf bodies from and to protobuf-c messages in an arena, with the checks that protobuf-c does
 * not make: nesting depth, valid UTF-8, bounds. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/fault.h"
#include "base/text.h"
#include "rpc/rpc.h"

enum { RPC_DEPTH_MAX = 100, RPC_STRING_BYTES_MAX = 4096, RPC_ITEMS_MAX = 1000 };

/* Decodes into the arena. INVALID_ARGUMENT: malformed, nested deeper than RPC_DEPTH_MAX, or a
 * string that is not UTF-8; the fault says which and where. RESOURCE_EXHAUSTED: the arena is full.
 */
NODISCARD enum status rpc_decode(struct arena *arena, struct text bytes,
                                 const ProtobufCMessageDescriptor *descriptor,
                                 ProtobufCMessage **out, struct fault *fault);

/* Appends the message's bytes. RESOURCE_EXHAUSTED: the buffer's maximum. */
NODISCARD enum status rpc_encode(const ProtobufCMessage *message, struct buffer *out);

/* A fresh message of this type in the arena, initialised. NULL: no memory. */
NODISCARD ProtobufCMessage *rpc_message_new(struct arena *arena,
                                            const ProtobufCMessageDescriptor *descriptor);

/* What rpc_check_bounds calls for each violation; it may stop the check by returning false. */
typedef bool rpc_bounds_report(void *context, const char *field_path, const char *description);

/* Checks a message and all within it against the bounds of its fields. True: all hold. */
bool rpc_check_bounds(const struct rpc_message *type, const ProtobufCMessage *message,
                      rpc_bounds_report *report, void *context);

/* The allocator that puts what protobuf-c allocates into an arena. */
ProtobufCAllocator rpc_arena_allocator(struct arena *arena);
