/* Fields of protobuf-c messages by their descriptors: what every walk over messages asks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "rpc/rpc.h"

/* Bytes of one item of a repeated field of this type, in the message's array. */
size_t rpc_item_bytes(ProtobufCType type);

/* Where the field's value stands, or where the pointer to its items does. */
const void *rpc_field_value(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* How many items a repeated field has. */
size_t rpc_field_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* The field tells being set from having its default value: a message, a member of a oneof. */
bool rpc_field_has_presence(const ProtobufCFieldDescriptor *field);

/* A field with presence is set; another one differs from its default. */
bool rpc_field_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* The field is a map: its items are entries of a key and a value. */
bool rpc_field_is_map(const ProtobufCFieldDescriptor *field);

/* The longest lowerCamelCase name, and the form itself: "page_size" -> "pageSize". The number of
 * bytes written. */
enum { RPC_NAME_BYTES_MAX = 128 };
size_t rpc_json_name(const char *name, char json_name[static RPC_NAME_BYTES_MAX]);

/* Messages of google.protobuf that have JSON forms of their own. */
enum rpc_known {
    RPC_KNOWN_NONE,
    RPC_KNOWN_ANY,
    RPC_KNOWN_DURATION,
    RPC_KNOWN_FIELD_MASK,
    RPC_KNOWN_LIST_VALUE,
    RPC_KNOWN_STRUCT,
    RPC_KNOWN_TIMESTAMP,
    RPC_KNOWN_VALUE,
    RPC_KNOWN_WRAPPER, /* BoolValue, Int64Value … */
};
enum rpc_known rpc_known_type(const ProtobufCMessageDescriptor *descriptor);

/* The enum is google.protobuf.NullValue, which JSON writes as null. */
bool rpc_is_null_value(const ProtobufCFieldDescriptor *field);

/* The message types that an Any may hold: those that errors carry, and the well-known ones. NULL:
 * the type URL names another. */
const ProtobufCMessageDescriptor *rpc_any_descriptor(const char *type_url);

/* Limits of Timestamp and Duration, in seconds. */
#define RPC_TIMESTAMP_SECONDS_MIN INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define RPC_TIMESTAMP_SECONDS_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define RPC_DURATION_SECONDS_MAX INT64_C(315576000000)
enum { RPC_NANOS_PER_SECOND = 1000000000 };
