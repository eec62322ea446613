/* Cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol): which web pages may
 * call this server from a browser. None, unless they are named.
 *
 * Credentials are never allowed: a page of another origin calls without cookies or certificates. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct http_exchange;

enum { RPC_CORS_ORIGINS_MAX = 16, RPC_CORS_MAX_AGE_S = 7200 };

struct rpc_cors {
    const char *const *origins; /* "https://console.example.kr:8443", as browsers write them; or "*"
                                 * alone, for all. Borrowed. */
    size_t origin_count;        /* 0: CORS is off, and nothing is added to any answer. */
};

/* Whether a browser would write an origin so: a scheme, two slashes, a host in lower case, a port
 * where it is not the scheme's own; nothing behind. */
bool rpc_cors_origin_valid(const char *origin);

/* Gives the answer of this request, whatever it will be, the fields that its origin needs. True: it
 * was a preflight request, and has been answered. */
bool rpc_cors_begin(const struct rpc_cors *cors, struct http_exchange *exchange);
