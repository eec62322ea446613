#include "http/http_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "http/http_secure.h"

/* A copy of struct http_tls_pem; both NULL: there is none. */
struct source {
    char *path;
    char *bytes;
    size_t length;
};

struct http_tls {
    struct source certificate, key, client_ca;
    pthread_mutex_t mutex; /* Guards `context` against reloads. */
    SSL_CTX *context;
};

/* ---- Sources ---- */

static bool source_copy(const struct http_tls_pem *pem, struct source *source)
{
    if (pem->path != NULL) {
        source->path = strdup(pem->path);
        return source->path != NULL;
    }
    if (pem->text.length == 0) return true;
    source->bytes = malloc(pem->text.length);
    if (source->bytes == NULL) return false;
    memcpy(source->bytes, pem->text.bytes, pem->text.length);
    source->length = pem->text.length;
    return true;
}

static void source_free(struct source *source)
{
    free(source->path);
    free(source->bytes);
}

static bool source_given(const struct source *source)
{
    return source->path != NULL || source->bytes != NULL;
}

static const char *source_name(const struct source *source)
{
    return source->path == NULL ? "" : source->path;
}

static enum status source_open(const struct source *source, const char *what, BIO **out,
                               struct fault *fault)
{
    *out = NULL;
    if (source->path == NULL) {
        *out = BIO_new_mem_buf(source->bytes, (int)source->length);
        return *out != NULL ? OK : fault_set(fault, RESOURCE_EXHAUSTED, "no memory for TLS");
    }
    FILE *file = fopen(source->path, "re");
    if (file == NULL) {
        return fault_set(fault, INVALID_ARGUMENT, "%s: cannot read %s: %s", what, source->path,
                         strerror(errno));
    }
    char bytes[4096];
    size_t length, whole = 0;
    BIO *bio = BIO_new(BIO_s_mem());
    while (bio != NULL && whole <= HTTP_TLS_PEM_BYTES_MAX &&
           (length = fread(bytes, 1, sizeof bytes, file)) > 0) {
        whole += length;
        if (BIO_write(bio, bytes, (int)length) != (int)length) whole = HTTP_TLS_PEM_BYTES_MAX + 1;
    }
    (void)fclose(file);
    if (bio != NULL && whole <= HTTP_TLS_PEM_BYTES_MAX) {
        *out = bio;
        return OK;
    }
    BIO_free(bio);
    return fault_set(fault, INVALID_ARGUMENT, "%s: %s is larger than %d bytes", what, source->path,
                     HTTP_TLS_PEM_BYTES_MAX);
}

/* ---- The context ---- */

static enum status refused(struct fault *fault, const char *what, const struct source *source)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return fault_set(fault, INVALID_ARGUMENT, "%s: %s%s%s", what, source_name(source),
                     source->path == NULL ? "" : ": ", reason == NULL ? "no such PEM" : reason);
}

/* Nobody is there to type one. */
static int no_passphrase(char *to, int space, int writing, void *context)
{
    (void)to;
    (void)space;
    (void)writing;
    (void)context;
    return -1;
}

static enum status use_certificate(SSL_CTX *context, const struct source *source,
                                   struct fault *fault)
{
    static const char what[] = "the TLS certificate";
    BIO *bio;
    enum status status = source_open(source, what, &bio, fault);
    if (status != OK) return status;
    X509 *certificate = PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL);
    bool good = certificate != NULL && SSL_CTX_use_certificate(context, certificate) == 1;
    X509_free(certificate);
    while (good && (certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
        good = SSL_CTX_add0_chain_cert(context, certificate) == 1;
        if (!good) X509_free(certificate);
    }
    BIO_free(bio);
    if (!good) return refused(fault, what, source);
    ERR_clear_error(); /* The end of the file. */
    return OK;
}

static enum status use_key(SSL_CTX *context, const struct source *source, struct fault *fault)
{
    static const char what[] = "the TLS key";
    BIO *bio;
    enum status status = source_open(source, what, &bio, fault);
    if (status != OK) return status;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    bool good = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 &&
                SSL_CTX_check_private_key(context) == 1;
    EVP_PKEY_free(key);
    BIO_free(bio);
    return good ? OK : refused(fault, what, source);
}

static enum status use_client_ca(SSL_CTX *context, const struct source *source, struct fault *fault)
{
    static const char what[] = "the authority of TLS clients";
    if (!source_given(source)) return OK;
    BIO *bio;
    enum status status = source_open(source, what, &bio, fault);
    if (status != OK) return status;
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    X509 *authority;
    int count = 0;
    bool good = true;
    while (good && (authority = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
        good = X509_STORE_add_cert(store, authority) == 1 &&
               SSL_CTX_add_client_CA(context, authority) == 1;
        X509_free(authority);
        count++;
    }
    BIO_free(bio);
    if (!good || count == 0) return refused(fault, what, source);
    ERR_clear_error(); /* The end of the file. */
    /* An authority in the middle of a chain, or one client's own certificate, is trusted too. */
    (void)X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return OK;
}

/* The first of ours that the client speaks too. A client that speaks neither is refused. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *length,
                           const unsigned char *offered, unsigned offered_length, void *context)
{
    (void)ssl;
    (void)context;
    static const unsigned char ours[] = "\x02h2\x08http/1.1";
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, length, ours, sizeof ours - 1, offered, offered_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* What HTTP/2 asks of TLS (RFC 9113, section 9.2) goes for HTTP/1.1 too: forward secrecy and
 * authenticated encryption, no compression, no renegotiation. */
static bool set_rules(SSL_CTX *context)
{
    static const unsigned char name[] = "sotong";
    (void)SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE);
    /* An idle connection gives its buffers back. */
    (void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    /* Sessions live in tickets, at the client. */
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set_num_tickets(context, 1) == 1 &&
           SSL_CTX_set_session_id_context(context, name, sizeof name - 1) == 1;
}

static enum status context_new(const struct http_tls *tls, SSL_CTX **out, struct fault *fault)
{
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || !set_rules(context)) {
        SSL_CTX_free(context);
        ERR_clear_error();
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for TLS");
    }
    enum status status = use_certificate(context, &tls->certificate, fault);
    if (status == OK) status = use_key(context, &tls->key, fault);
    if (status == OK) status = use_client_ca(context, &tls->client_ca, fault);
    if (status != OK) {
        SSL_CTX_free(context);
        return status;
    }
    *out = context;
    return OK;
}

/* ---- Beginning and end ---- */

enum status http_tls_new(const struct http_tls_config *config, struct http_tls **out,
                         struct fault *fault)
{
    struct http_tls *tls = calloc(1, sizeof *tls);
    if (tls == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for TLS");
    (void)pthread_mutex_init(&tls->mutex, NULL);
    enum status status = fault_set(fault, RESOURCE_EXHAUSTED, "no memory for TLS");
    if (source_copy(&config->certificate, &tls->certificate) &&
        source_copy(&config->key, &tls->key) && source_copy(&config->client_ca, &tls->client_ca))
        status = OK;
    if (status == OK && !source_given(&tls->certificate)) {
        status = fault_set(fault, INVALID_ARGUMENT, "TLS needs a certificate");
    }
    if (status == OK && !source_given(&tls->key)) {
        status = fault_set(fault, INVALID_ARGUMENT, "a TLS certificate needs its key");
    }
    if (status == OK) status = context_new(tls, &tls->context, fault);
    if (status != OK) {
        http_tls_free(tls);
        return status;
    }
    *out = tls;
    return OK;
}

enum status http_tls_reload(struct http_tls *tls, struct fault *fault)
{
    SSL_CTX *context = NULL;
    enum status status = context_new(tls, &context, fault);
    if (status != OK) return status;
    (void)pthread_mutex_lock(&tls->mutex);
    SSL_CTX *old = tls->context;
    tls->context = context;
    (void)pthread_mutex_unlock(&tls->mutex);
    SSL_CTX_free(old); /* Connections hold references of their own. */
    return OK;
}

SSL *http_tls_ssl_new(struct http_tls *tls)
{
    (void)pthread_mutex_lock(&tls->mutex);
    SSL *ssl = alloc_should_fail() ? NULL : SSL_new(tls->context);
    (void)pthread_mutex_unlock(&tls->mutex);
    return ssl;
}

void http_tls_free(struct http_tls *tls)
{
    if (tls == NULL) return;
    SSL_CTX_free(tls->context);
    source_free(&tls->certificate);
    source_free(&tls->key);
    source_free(&tls->client_ca);
    (void)pthread_mutex_destroy(&tls->mutex);
    free(tls);
}
