/* Fields of protobuf-c messages by their descriptors: what every walk over messages asks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "rpc/rpc.h"
#include "struct.rpc.h"

/* Bytes of one item of a repeated field of this type, in the message's array. */
static inline size_t rpc_item_bytes(ProtobufCType type)
{
    static const uint8_t bytes[] = {
        [PROTOBUF_C_TYPE_INT32] = 4,
        [PROTOBUF_C_TYPE_SINT32] = 4,
        [PROTOBUF_C_TYPE_SFIXED32] = 4,
        [PROTOBUF_C_TYPE_INT64] = 8,
        [PROTOBUF_C_TYPE_SINT64] = 8,
        [PROTOBUF_C_TYPE_SFIXED64] = 8,
        [PROTOBUF_C_TYPE_UINT32] = 4,
        [PROTOBUF_C_TYPE_FIXED32] = 4,
        [PROTOBUF_C_TYPE_UINT64] = 8,
        [PROTOBUF_C_TYPE_FIXED64] = 8,
        [PROTOBUF_C_TYPE_FLOAT] = 4,
        [PROTOBUF_C_TYPE_DOUBLE] = 8,
        [PROTOBUF_C_TYPE_BOOL] = sizeof(protobuf_c_boolean),
        [PROTOBUF_C_TYPE_ENUM] = 4,
        [PROTOBUF_C_TYPE_STRING] = sizeof(char *),
        [PROTOBUF_C_TYPE_BYTES] = sizeof(ProtobufCBinaryData),
        [PROTOBUF_C_TYPE_MESSAGE] = sizeof(ProtobufCMessage *),
    };
    return bytes[type];
}

/* Where the field's value stands, or where the pointer to its items does. */
static inline const void *rpc_field_value(const ProtobufCMessage *message,
                                          const ProtobufCFieldDescriptor *field)
{
    return (const char *)message + field->offset;
}

/* How many items a repeated field has. */
static inline size_t rpc_field_count(const ProtobufCMessage *message,
                                     const ProtobufCFieldDescriptor *field)
{
    size_t count;
    memcpy(&count, (const char *)message + field->quantifier_offset, sizeof count);
    return count;
}

/* The number of the oneof's member that is set; 0: none. */
static inline uint32_t rpc_oneof_case(const ProtobufCMessage *message,
                                      const ProtobufCFieldDescriptor *field)
{
    uint32_t which;
    memcpy(&which, (const char *)message + field->quantifier_offset, sizeof which);
    return which;
}

/* The field tells being set from having its default value: a message, a member of a oneof. */
static inline bool rpc_field_has_presence(const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) return false;
    return field->type == PROTOBUF_C_TYPE_MESSAGE || field->label != PROTOBUF_C_LABEL_NONE ||
           (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

/* The enum is google.protobuf.NullValue, which JSON writes as null. */
static inline bool rpc_is_null_value(const ProtobufCFieldDescriptor *field)
{
    return field->descriptor == &google__protobuf__null_value__descriptor;
}

/* A field with presence is set; another one differs from its default: all bytes of its number are
 * zero, so that -0.0 is kept. */
static inline bool rpc_field_is_set(const ProtobufCMessage *message,
                                    const ProtobufCFieldDescriptor *field)
{
    const void *value = rpc_field_value(message, field);
    if (field->label == PROTOBUF_C_LABEL_REPEATED) return rpc_field_count(message, field) > 0;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        return rpc_oneof_case(message, field) == field->id;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) return *(ProtobufCMessage *const *)value != NULL;
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *string = *(char *const *)value;
        if (field->label != PROTOBUF_C_LABEL_NONE)
            return string != NULL && string != field->default_value;
        return string != NULL && string[0] != '\0';
    }
    if (field->label == PROTOBUF_C_LABEL_OPTIONAL)
        return *(const protobuf_c_boolean *)((const char *)message + field->quantifier_offset);
    if (field->label == PROTOBUF_C_LABEL_REQUIRED) return true;
    if (field->type == PROTOBUF_C_TYPE_BYTES) return ((const ProtobufCBinaryData *)value)->len > 0;
    return rpc_item_bytes(field->type) == 8 ? *(const uint64_t *)value != 0
                                            : *(const uint32_t *)value != 0;
}

/* Says that a field is set, where its message keeps account of that. */
static inline void rpc_field_set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    char *quantifier = (char *)message + field->quantifier_offset;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        memcpy(quantifier, &field->id, sizeof field->id);
    else if (field->label == PROTOBUF_C_LABEL_OPTIONAL && field->quantifier_offset != 0)
        *(protobuf_c_boolean *)(void *)quantifier = 1;
}

/* Keeps the last of a map's entries with the same key, in the order in which the keys first came;
 * the entries' number changes. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_map_unite(struct arena *arena, ProtobufCMessage **entries, size_t *count);

/* How a NUL stands in a string, which C would end there: as two bytes that UTF-8 never holds, so
 * that nothing else is mistaken for it. Every string of a message may hold it; rpc_check_bounds
 * refuses it, as any other control character, before a handler sees it. */
enum { RPC_NUL_FIRST = 0xC0, RPC_NUL_SECOND = 0x80 };

/* Limits of Timestamp and Duration, in seconds. */
#define RPC_TIMESTAMP_SECONDS_MIN INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define RPC_TIMESTAMP_SECONDS_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define RPC_DURATION_SECONDS_MAX INT64_C(315576000000)
enum { RPC_NANOS_PER_SECOND = 1000000000 };
