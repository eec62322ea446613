/* Certificates for tests, made afresh: P-256, for 127.0.0.1 and localhost, valid for a day. */
#pragma once

#include <stddef.h>

enum { CERTIFICATE_PEM_BYTES = 4096 };

struct certificate {
    char pem[CERTIFICATE_PEM_BYTES];
    char key[CERTIFICATE_PEM_BYTES];
};

/* One that signs itself, with this common name; may sign others. */
void certificate_new(struct certificate *out, const char *name);

/* One that `authority` has signed. */
void certificate_sign(struct certificate *out, const char *name,
                      const struct certificate *authority);
