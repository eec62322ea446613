/* What servers need to speak TLS 1.2 and 1.3: a certificate with its key, and perhaps authorities
 * whose certificates clients must show. Shared by the servers of all loops; any thread may reload
 * it while connections run. */
#pragma once

#include "base/fault.h"
#include "base/text.h"

struct http_tls;

enum { HTTP_TLS_PEM_BYTES_MAX = 1024 * 1024 };

/* PEM, from a file where there is a path, else from memory. */
struct http_tls_pem {
    const char *path; /* Copied. */
    struct text text; /* Copied. */
};

struct http_tls_config {
    struct http_tls_pem certificate; /* The server's own first, then those that lead to its root. */
    struct http_tls_pem key;         /* Without a passphrase. */
    struct http_tls_pem client_ca;   /* Empty: clients show no certificate. Else each must show one
                                      * that leads to one of these. */
};

/* INVALID_ARGUMENT: a file that cannot be read or is no PEM, or a key of another certificate; the
 * fault says which and why. */
NODISCARD enum status http_tls_new(const struct http_tls_config *config, struct http_tls **out,
                                   struct fault *fault);

/* Reads the files again. Connections that are open keep what they have; new ones get what was read.
 * On failure, as of http_tls_new, everything stays as it was. */
NODISCARD enum status http_tls_reload(struct http_tls *tls, struct fault *fault);

/* When no server uses it any more; NULL is accepted. */
void http_tls_free(struct http_tls *tls);
