/* SHA-256 of what comes in pieces; digest_of (id.h) is for what is whole. */
#pragma once

#include "base/id.h"

struct digest;

/* NULL: no memory. */
struct digest *digest_new(void);
void digest_free(struct digest *digest);

/* INTERNAL: the library failed. */
NODISCARD enum status digest_add(struct digest *digest, const void *bytes, size_t length);

/* In lower-case hexadecimal, with a NUL. The digest can only be freed afterwards. */
NODISCARD enum status digest_end(struct digest *digest, char string[static DIGEST_STRING_BYTES]);
