/* The envelope that gRPC, gRPC-Web and Connect streams put before each message: one byte of flags
 * and the length in four, the most significant first. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { RPC_ENVELOPE_HEAD_BYTES = 5 };

enum {
    RPC_ENVELOPE_COMPRESSED = 0x01,
    RPC_ENVELOPE_END = 0x02,      /* Connect: the end of a stream, as JSON. */
    RPC_ENVELOPE_TRAILERS = 0x80, /* gRPC-Web: the trailers, as lines of text. */
};

struct rpc_envelope {
    uint8_t flags;
    uint32_t length;
};

/* Reads the head at the beginning of bytes. False: there are fewer than its five. */
bool rpc_envelope_read(struct text bytes, struct rpc_envelope *out);

void rpc_envelope_write(struct rpc_envelope envelope, uint8_t head[static RPC_ENVELOPE_HEAD_BYTES]);
