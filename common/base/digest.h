/* Digests of content: SHA-256. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { DIGEST_BYTES = 32, DIGEST_STRING_BYTES = 65 };

/* The digest of what is whole. INTERNAL: the library failed. */
NODISCARD enum status digest_bytes(const void *bytes, size_t length,
                                   uint8_t digest[static DIGEST_BYTES]);

/* The same in lower-case hexadecimal, with a NUL. */
NODISCARD enum status digest_of(const void *bytes, size_t length,
                                char string[static DIGEST_STRING_BYTES]);

/* Bytes in lower-case hexadecimal, with a NUL; `string` has room for 2 × length + 1. */
void digest_hexadecimal(const uint8_t *bytes, size_t length, char *string);

/* The digest of what comes in pieces. */
struct digest;

/* NULL: no memory. */
struct digest *digest_new(void);
void digest_free(struct digest *digest);

/* INTERNAL: the library failed. */
NODISCARD enum status digest_add(struct digest *digest, const void *bytes, size_t length);

/* In lower-case hexadecimal, with a NUL. The digest can only be freed afterwards. */
NODISCARD enum status digest_end(struct digest *digest, char string[static DIGEST_STRING_BYTES]);
