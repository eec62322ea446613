/* The checks of protobuf bytes that protobuf-c does not make, before it sees them. */
#pragma once

#include "base/fault.h"
#include "base/text.h"
#include "rpc/rpc_codec.h"

/* Walks the bytes against the descriptor, without recursion and without memory. After OK,
 * protobuf-c unpacks them with bounded recursion and can fail only for want of memory.
 *
 * INVALID_ARGUMENT, with the field's path and the offset in the fault: a value that is cut off or
 * runs past its message; a varint of more than ten bytes; a field number or wire type that does not
 * exist, does not suit the field, or belongs to a group; a string that is not UTF-8 or holds a NUL,
 * which C cannot tell from its end; nesting deeper than RPC_DEPTH_MAX. */
NODISCARD enum status rpc_wire_check(struct text bytes,
                                     const ProtobufCMessageDescriptor *descriptor,
                                     struct fault *fault);
