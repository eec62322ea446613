#include "rpc/codec/rpc_wire.h"

const char *wire_get_long_varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    const uint8_t *byte = *at;
    uint64_t result = 0;
    for (unsigned i = 0; i < WIRE_VARINT_BYTES_MAX; i++) {
        if (byte == end) return "a varint is cut off";
        result |= (uint64_t)(*byte & 0x7F) << (7 * i);
        if (*byte++ < 0x80) {
            *at = byte;
            *value = result;
            return NULL;
        }
    }
    return "a varint has more than 10 bytes";
}
