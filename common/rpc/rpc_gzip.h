/* gzip, the one compression besides identity that all clients know. */
#pragma once

#include <stdbool.h>
#include <zlib.h>

#include "base/buffer.h"
#include "base/fault.h"
#include "base/text.h"

/* zlib's state, 45 KB to inflate and 270 KB to deflate, each made when first needed and used again.
 * Belongs to one thread. */
struct rpc_gzip {
    z_stream inflate;
    z_stream deflate;
    bool inflates;
    bool deflates;
};

void rpc_gzip_init(struct rpc_gzip *gzip);
void rpc_gzip_free(struct rpc_gzip *gzip);

/* Appends what `bytes` hold when unpacked to out, which grows as they come. RESOURCE_EXHAUSTED:
 * more than out->bytes_max, or no memory; INVALID_ARGUMENT: not gzip, damaged or cut off. out is as
 * it was then. */
NODISCARD enum status rpc_gzip_inflate(struct rpc_gzip *gzip, struct text bytes, struct buffer *out,
                                       struct fault *fault);

/* Appends the packed bytes to out. RESOURCE_EXHAUSTED: more than out->bytes_max, or no memory; out
 * is as it was then. */
NODISCARD enum status rpc_gzip_deflate(struct rpc_gzip *gzip, struct text bytes,
                                       struct buffer *out);
