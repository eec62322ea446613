#include "support/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { VALID_SECONDS = 24 * 3600, SERIAL_BYTES = 8 };

static void must(int good)
{
    if (!good) abort();
}

static void pem_read(BIO *bio, char out[static CERTIFICATE_PEM_BYTES])
{
    char *bytes;
    long length = BIO_get_mem_data(bio, &bytes);
    must(length > 0 && length < CERTIFICATE_PEM_BYTES);
    memcpy(out, bytes, (size_t)length);
    out[length] = '\0';
    BIO_free(bio);
}

static void extension_add(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static X509 *certificate_begin(const char *name, EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    BIGNUM *number = BN_new();
    must(certificate != NULL && serial != NULL && number != NULL);
    must(BN_rand(number, SERIAL_BYTES * 8, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY));
    must(BN_to_ASN1_INTEGER(number, serial) != NULL && X509_set_serialNumber(certificate, serial));
    BN_free(number);
    ASN1_INTEGER_free(serial);
    must(X509_set_version(certificate, 2) == 1);
    must(X509_gmtime_adj(X509_getm_notBefore(certificate), -60) != NULL);
    must(X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_SECONDS) != NULL);
    must(X509_set_pubkey(certificate, key) == 1);
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                    (const unsigned char *)name, -1, -1, 0) == 1);
    extension_add(certificate, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
    return certificate;
}

static void certificate_end(struct certificate *out, X509 *certificate, EVP_PKEY *key,
                            EVP_PKEY *signer)
{
    must(X509_sign(certificate, signer, EVP_sha256()) > 0);
    BIO *pem = BIO_new(BIO_s_mem());
    BIO *key_pem = BIO_new(BIO_s_mem());
    must(pem != NULL && PEM_write_bio_X509(pem, certificate) == 1);
    must(key_pem != NULL && PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) == 1);
    pem_read(pem, out->pem);
    pem_read(key_pem, out->key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void certificate_new(struct certificate *out, const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    must(key != NULL);
    X509 *certificate = certificate_begin(name, key);
    must(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1);
    extension_add(certificate, NID_basic_constraints, "critical,CA:TRUE");
    certificate_end(out, certificate, key, key);
}

void certificate_sign(struct certificate *out, const char *name,
                      const struct certificate *authority)
{
    BIO *pem = BIO_new_mem_buf(authority->pem, -1);
    BIO *key_pem = BIO_new_mem_buf(authority->key, -1);
    X509 *issuer = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    EVP_PKEY *signer = PEM_read_bio_PrivateKey(key_pem, NULL, NULL, NULL);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    must(issuer != NULL && signer != NULL && key != NULL);
    X509 *certificate = certificate_begin(name, key);
    must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
    certificate_end(out, certificate, key, signer);
    X509_free(issuer);
    EVP_PKEY_free(signer);
    BIO_free(pem);
    BIO_free(key_pem);
}
