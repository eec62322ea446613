/* Connections made by libcurl: names, TCP, TLS with its certificates, ALPN. It connects only; what
 * goes over the connection is rpc_http2.c's. libcurl's own HTTP/2 is not used: see README.md. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "rpc/client/rpc_curl.h"

struct rpc_dial;
struct rpc_engine;
struct rpc_route;

/* It is connected, or (code other than CURLE_OK) will not be. */
typedef void rpc_dial_done(void *context, CURLcode code);

/* Begins to connect. NULL: no memory. */
struct rpc_dial *rpc_dial_new(struct rpc_route *route, rpc_dial_done *done, void *context);
void rpc_dial_free(struct rpc_dial *dial);

/* Of a connection: its socket, and whether ALPN chose HTTP/2. */
int rpc_dial_socket(const struct rpc_dial *dial);
bool rpc_dial_chose_http2(const struct rpc_dial *dial);

/* Without waiting. CURLE_AGAIN: not now. *received 0: the peer has closed. A send that was put off
 * must be repeated with the same bytes at the same address. */
CURLcode rpc_dial_send(struct rpc_dial *dial, const void *bytes, size_t length, size_t *sent);
CURLcode rpc_dial_receive(struct rpc_dial *dial, void *bytes, size_t length, size_t *received);

enum { RPC_WHY_BYTES = CURL_ERROR_SIZE };

/* What went wrong, in the manner of a sentence's middle. */
void rpc_dial_describe(const struct rpc_dial *dial, CURLcode code, char why[static RPC_WHY_BYTES]);

/* For every transfer: the route's certificates, no proxies, no signals. False: libcurl refuses. */
bool rpc_curl_prepare(struct rpc_route *route, CURL *easy);

/* The same description for any transfer with this error buffer. */
void rpc_curl_describe(const struct rpc_curl *curl, CURL *easy, CURLcode code, const char *said,
                       char why[static RPC_WHY_BYTES]);
