/* Protobuf bodies from and to protobuf-c messages in an arena.
 *
 * Messages are protobuf-c's structs; decoding and encoding are ours, driven by its descriptors: one
 * pass that checks and unpacks, with bounded nesting and without recursion. What the messages hold
 * is as protobuf-c would have it, and beyond that:
 * - a NUL in a string stands as two bytes (rpc_field.h); bounds refuse it;
 * - of a map's entries with the same key only the last is kept; each has its key and value;
 * - groups are kept among the unknown fields. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/fault.h"
#include "base/text.h"
#include "rpc/rpc.h"

enum { RPC_DEPTH_MAX = 100, RPC_STRING_BYTES_MAX = 4096, RPC_ITEMS_MAX = 1000 };

/* Decodes into the arena.
 * INVALID_ARGUMENT, with the field's path and the offset in the fault: a value that is cut off or
 * runs past its message; a varint of more than ten bytes; a field number or wire type that does not
 * exist or does not suit the field; a string that is not UTF-8; a group without its end.
 * OUT_OF_RANGE: nested deeper than RPC_DEPTH_MAX. RESOURCE_EXHAUSTED: the arena is full. */
NODISCARD enum status rpc_decode(struct arena *arena, struct text bytes,
                                 const struct rpc_message *type, ProtobufCMessage **out,
                                 struct fault *fault);

/* Appends the message's bytes. RESOURCE_EXHAUSTED: the buffer's maximum. OUT_OF_RANGE: nested
 * deeper than RPC_DEPTH_MAX. On failure the buffer is as it was. */
NODISCARD enum status rpc_encode(const ProtobufCMessage *message, struct buffer *out);

/* The message type of this full name, such as google.rpc.ErrorInfo, among those that are linked
 * into this program; NULL: none. */
const struct rpc_message *rpc_type_named(struct text name);

/* A fresh message of this type in the arena, initialised. NULL: no memory. */
NODISCARD ProtobufCMessage *rpc_message_new(struct arena *arena,
                                            const ProtobufCMessageDescriptor *descriptor);

/* What is called for each violation; it may stop a check of bounds by returning false. */
typedef bool rpc_violation_report(void *context, const char *field_path, const char *description);

/* Checks a message and all within it against the bounds of its fields. True: all hold. */
bool rpc_check_bounds(const struct rpc_message *type, const ProtobufCMessage *message,
                      rpc_violation_report *report, void *context);

/* The allocator that puts what protobuf-c allocates into an arena. */
ProtobufCAllocator rpc_arena_allocator(struct arena *arena);
