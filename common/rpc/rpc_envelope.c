#include "rpc/rpc_envelope.h"

bool rpc_envelope_read(struct text bytes, struct rpc_envelope *out)
{
    if (bytes.length < RPC_ENVELOPE_HEAD_BYTES) return false;
    const unsigned char *head = (const unsigned char *)bytes.bytes;
    *out = (struct rpc_envelope){
        .flags = head[0],
        .length = (uint32_t)head[1] << 24 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 8 |
                  (uint32_t)head[4],
    };
    return true;
}

void rpc_envelope_write(struct rpc_envelope envelope, uint8_t head[static RPC_ENVELOPE_HEAD_BYTES])
{
    head[0] = envelope.flags;
    head[1] = (uint8_t)(envelope.length >> 24);
    head[2] = (uint8_t)(envelope.length >> 16);
    head[3] = (uint8_t)(envelope.length >> 8);
    head[4] = (uint8_t)envelope.length;
}
