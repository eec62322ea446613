/* Base64 (RFC 4648) of header values and query parameters. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"

/* Standard alphabet, without padding, in the arena. bytes is NULL: no memory. */
struct text rpc_base64_encode(struct arena *arena, struct text bytes);

/* Reads the standard and the URL-safe alphabet, padded or not, into the arena.
 * INVALID_ARGUMENT: neither. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_base64_decode(struct arena *arena, struct text text, struct text *bytes);

/* Decodes one group of four characters, which may end in padding. False: it is none. */
bool rpc_base64_quantum(const char quantum[static 4], uint8_t bytes[static 3], size_t *length);

/* Appends the standard alphabet with padding. RESOURCE_EXHAUSTED: the buffer's maximum. */
NODISCARD enum status rpc_base64_append(struct buffer *out, struct text bytes);
