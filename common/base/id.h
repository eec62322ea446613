/* Ids: random ones for requests, digests for content. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { ID_STRING_BYTES = 33, DIGEST_BYTES = 32, DIGEST_STRING_BYTES = 65 };

/* A random id of 128 bits in lower-case hexadecimal, with a NUL. */
void id_new(char string[static ID_STRING_BYTES]);

/* SHA-256. INTERNAL: the library failed. */
NODISCARD enum status digest_bytes(const void *bytes, size_t length,
                                   uint8_t digest[static DIGEST_BYTES]);

/* The same in lower-case hexadecimal, with a NUL. */
NODISCARD enum status digest_of(const void *bytes, size_t length,
                                char string[static DIGEST_STRING_BYTES]);

/* Bytes in lower-case hexadecimal, with a NUL; `string` has room for 2 × length + 1. */
void digest_hexadecimal(const uint8_t *bytes, size_t length, char *string);
