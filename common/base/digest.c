#include "base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/arena.h"

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

void digest_hexadecimal(const uint8_t *bytes, size_t length, char *string)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        string[2 * i] = digits[bytes[i] >> 4];
        string[2 * i + 1] = digits[bytes[i] & 0x0F];
    }
    string[2 * length] = '\0';
}

struct digest {
    EVP_MD_CTX *context;
};

struct digest *digest_new(void)
{
    struct digest *digest = alloc_should_fail() ? NULL : calloc(1, sizeof *digest);
    if (digest == NULL) return NULL;
    digest->context = EVP_MD_CTX_new();
    if (digest->context != NULL && EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) == 1)
        return digest;
    digest_free(digest);
    return NULL;
}

void digest_free(struct digest *digest)
{
    if (digest == NULL) return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

enum status digest_add(struct digest *digest, const void *bytes, size_t length)
{
    return EVP_DigestUpdate(digest->context, bytes, length) == 1 ? OK : INTERNAL;
}

enum status digest_end(struct digest *digest, char string[static DIGEST_STRING_BYTES])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_DigestFinal_ex(digest->context, bytes, &length) != 1) return INTERNAL;
    digest_hexadecimal(bytes, length, string);
    return OK;
}
