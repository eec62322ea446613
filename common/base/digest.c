#include "base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/arena.h"

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
