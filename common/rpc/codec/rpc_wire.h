/* The wire format of protobuf: varints, tags, and how protobuf-c's types stand in it. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WIRE_VARINT_BYTES_MAX = 10,
    WIRE_FIELD_NUMBER_MAX = (1 << 29) - 1,
};

/* The low three bits of a tag; 6 and 7 do not exist. */
enum wire_type {
    WIRE_VARINT = 0,
    WIRE_64BIT = 1,
    WIRE_LENGTH = 2,
    WIRE_GROUP = 3,
    WIRE_GROUP_END = 4,
    WIRE_32BIT = 5,
};

/* How a value of this type is written, by itself or as an item of a list. */
static inline enum wire_type wire_type_of(ProtobufCType type)
{
    static const uint8_t types[] = {
        [PROTOBUF_C_TYPE_INT32] = WIRE_VARINT,   [PROTOBUF_C_TYPE_SINT32] = WIRE_VARINT,
        [PROTOBUF_C_TYPE_SFIXED32] = WIRE_32BIT, [PROTOBUF_C_TYPE_INT64] = WIRE_VARINT,
        [PROTOBUF_C_TYPE_SINT64] = WIRE_VARINT,  [PROTOBUF_C_TYPE_SFIXED64] = WIRE_64BIT,
        [PROTOBUF_C_TYPE_UINT32] = WIRE_VARINT,  [PROTOBUF_C_TYPE_FIXED32] = WIRE_32BIT,
        [PROTOBUF_C_TYPE_UINT64] = WIRE_VARINT,  [PROTOBUF_C_TYPE_FIXED64] = WIRE_64BIT,
        [PROTOBUF_C_TYPE_FLOAT] = WIRE_32BIT,    [PROTOBUF_C_TYPE_DOUBLE] = WIRE_64BIT,
        [PROTOBUF_C_TYPE_BOOL] = WIRE_VARINT,    [PROTOBUF_C_TYPE_ENUM] = WIRE_VARINT,
        [PROTOBUF_C_TYPE_STRING] = WIRE_LENGTH,  [PROTOBUF_C_TYPE_BYTES] = WIRE_LENGTH,
        [PROTOBUF_C_TYPE_MESSAGE] = WIRE_LENGTH,
    };
    return (enum wire_type)types[type];
}

/* The items of a list of this type may stand in one run of bytes. */
static inline bool wire_packs(ProtobufCType type)
{
    return wire_type_of(type) != WIRE_LENGTH;
}

/* Reads a varint of more than one byte, or says why there is none. */
const char *wire_get_long_varint(const uint8_t **at, const uint8_t *end, uint64_t *value);

/* Reads a varint at *at, which moves behind it. NULL, or what is wrong. */
static inline const char *wire_get_varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    if (*at < end && **at < 0x80) {
        *value = *(*at)++;
        return NULL;
    }
    return wire_get_long_varint(at, end, value);
}

/* How many bytes the varint takes. */
static inline size_t wire_varint_bytes(uint64_t value)
{
    /* Seven bits a byte: 9/64 is a little more than 1/7, and exact up to 64 bits. */
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
    return (bits * 9 + 64) / 64;
}

/* Writes the varint at `at`; what stands behind it. */
static inline uint8_t *wire_put_varint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

/* sint32 and sint64: the sign in the lowest bit. */
static inline uint64_t wire_zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

static inline int64_t wire_unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1 ^ -(value & 1));
}
