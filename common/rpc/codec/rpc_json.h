/* proto3 JSON from and to protobuf-c messages, by their descriptors. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/fault.h"
#include "base/text.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/rpc.h"

struct rpc_json_style {
    bool indent;         /* Two spaces a level and a line feed at the end. */
    bool default_values; /* Print fields that have their default value too. */
};

/* Appends the message as proto3 JSON: lowerCamelCase names, 64-bit integers as strings, bytes as
 * base64, enums by name, Timestamp, Duration and Any in their own forms.
 * An Any of a type that this program does not know is written as its type and its bytes. On failure
 * the buffer is as it was.
 * RESOURCE_EXHAUSTED: the buffer's maximum. OUT_OF_RANGE: nested deeper than RPC_DEPTH_MAX, or a
 * Timestamp or Duration beyond what JSON expresses. */
NODISCARD enum status rpc_json_write_as(const struct rpc_message *type,
                                        const ProtobufCMessage *message,
                                        const struct rpc_json_style *style, struct buffer *out);

/* The same, where the type is not at hand: it is looked for. */
NODISCARD enum status rpc_json_write(const ProtobufCMessage *message,
                                     const struct rpc_json_style *style, struct buffer *out);

/* Reads proto3 JSON into a new message in the arena. Accepts original and lowerCamelCase names,
 * enums by name or number, numbers as strings; unknown fields are refused unless ignore_unknown.
 * INVALID_ARGUMENT: the fault names the path and what is wrong. OUT_OF_RANGE: nested deeper than
 * RPC_DEPTH_MAX. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_json_read(struct arena *arena, struct text json,
                                    const struct rpc_message *type, bool ignore_unknown,
                                    ProtobufCMessage **out, struct fault *fault);

/* How JSON is read, and who is told what is wrong with it. */
struct rpc_json_reading {
    bool ignore_unknown;
    rpc_violation_report *report; /* Called once for what was refused, with the path (empty: the
                                   * whole message) and what is wrong there; NULL: nobody. */
    void *context;                /* For report. */
    struct fault *fault;          /* May be NULL. */
};

/* The same as rpc_json_read, which sets what it does not name to nothing. */
NODISCARD enum status rpc_json_read_as(struct arena *arena, struct text json,
                                       const struct rpc_message *type,
                                       const struct rpc_json_reading *reading,
                                       ProtobufCMessage **out);

/* The type that an Any's URL names (what stands behind its last slash), among those that are linked
 * into this program; NULL: none. */
const struct rpc_message *rpc_json_any_type(struct text url);
