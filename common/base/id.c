#include "base/id.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

void digest_hexadecimal(const uint8_t *bytes, size_t length, char *string)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        string[2 * i] = digits[bytes[i] >> 4];
        string[2 * i + 1] = digits[bytes[i] & 0x0F];
    }
    string[2 * length] = '\0';
}

void id_new(char string[static ID_STRING_BYTES])
{
    uint8_t random[16];
    /* At most 256 bytes never come short once the kernel's pool is ready. */
    if (getrandom(random, sizeof random, 0) != sizeof random) abort();
    digest_hexadecimal(random, sizeof random, string);
}

enum status digest_bytes(const void *bytes, size_t length, uint8_t digest[static DIGEST_BYTES])
{
    return EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL) == 1 ? OK : INTERNAL;
}

enum status digest_of(const void *bytes, size_t length, char string[static DIGEST_STRING_BYTES])
{
    uint8_t digest[DIGEST_BYTES];
    enum status status = digest_bytes(bytes, length, digest);
    if (status == OK) digest_hexadecimal(digest, sizeof digest, string);
    return status;
}
