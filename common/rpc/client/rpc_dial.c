#include "rpc/client/rpc_dial.h"

#include <ctype.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/client/rpc_engine.h"
#include "rpc/client/rpc_multi.h"

struct rpc_dial {
    struct rpc_route *route;
    const struct rpc_curl *curl;
    /* Of its own: libcurl closes connections that it deems unused while it makes others in the same
     * multi handle. */
    struct rpc_multi *multi;
    CURL *easy;
    rpc_dial_done *done;
    void *context;
    bool added; /* To multi. */
    bool chose_http2;
    char error[CURL_ERROR_SIZE];
};

static void connected(void *context, CURL *easy, CURLcode code)
{
    struct rpc_dial *dial = context;
    (void)easy;
    dial->done(dial->context, code);
}

/* OpenSSL's: the handshake is done. */
static void handshake_changed(const SSL *ssl, int where, int result)
{
    (void)result;
    if ((where & SSL_CB_HANDSHAKE_DONE) == 0) return;
    struct rpc_dial *dial = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    const unsigned char *name = NULL;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl, &name, &length);
    dial->chose_http2 = length == 2 && memcmp(name, "h2", 2) == 0;
}

/* libcurl's: before the handshake. ALPN is asked for here and not by libcurl, which takes a
 * connection for its own where it knows that HTTP/2 was chosen. */
static CURLcode prepare_tls(CURL *easy, void *ssl_context, void *context)
{
    static const unsigned char both[] = "\x02h2\x08http/1.1", http2[] = "\x02h2";
    struct rpc_dial *dial = context;
    SSL_CTX *tls = ssl_context;
    bool only = dial->route->peer->http == RPC_HTTP_2;
    int refused = only ? SSL_CTX_set_alpn_protos(tls, http2, sizeof http2 - 1)
                       : SSL_CTX_set_alpn_protos(tls, both, sizeof both - 1);
    (void)easy;
    if (refused != 0) return CURLE_OUT_OF_MEMORY;
    SSL_CTX_set_app_data(tls, dial);
    SSL_CTX_set_info_callback(tls, handshake_changed);
    return CURLE_OK;
}

static bool set_blob(const struct rpc_curl *curl, CURL *easy, CURLoption option, struct text pem)
{
    if (pem.bytes == NULL) return true;
    struct curl_blob blob = {
        .data = (void *)(uintptr_t)pem.bytes, .len = pem.length, .flags = CURL_BLOB_NOCOPY};
    return curl->easy_setopt(easy, option, &blob) == CURLE_OK;
}

static bool set_file(const struct rpc_curl *curl, CURL *easy, CURLoption option, const char *path)
{
    return path == NULL || curl->easy_setopt(easy, option, path) == CURLE_OK;
}

bool rpc_curl_prepare(struct rpc_route *route, CURL *easy)
{
    const struct rpc_curl *curl = rpc_engine_curl(route->engine);
    const struct rpc_client_config *config = rpc_engine_config(route->engine);
    int64_t connect_ms = config->connect_timeout_ms;
    if (connect_ms == 0) connect_ms = RPC_CONNECT_TIMEOUT_MS;
    (void)curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    /* Services talk to each other directly, whatever proxy the environment names. */
    (void)curl->easy_setopt(easy, CURLOPT_NOPROXY, "*");
    (void)curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    (void)curl->easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    const struct rpc_client_tls *tls = &config->tls;
    return set_file(curl, easy, CURLOPT_CAINFO, tls->ca_file) &&
           set_file(curl, easy, CURLOPT_SSLCERT, tls->certificate_file) &&
           set_file(curl, easy, CURLOPT_SSLKEY, tls->key_file) &&
           set_blob(curl, easy, CURLOPT_CAINFO_BLOB, tls->ca_pem) &&
           set_blob(curl, easy, CURLOPT_SSLCERT_BLOB, tls->certificate_pem) &&
           set_blob(curl, easy, CURLOPT_SSLKEY_BLOB, tls->key_pem);
}

static bool prepare(struct rpc_dial *dial)
{
    const struct rpc_curl *curl = dial->curl;
    CURL *easy = dial->easy;
    (void)curl->easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    (void)curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl->easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    (void)curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, dial->error);
    if (dial->route->tls) {
        (void)curl->easy_setopt(easy, CURLOPT_SSL_CTX_DATA, dial);
        if (curl->easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, prepare_tls) != CURLE_OK)
            return false;
    }
    dial->added = curl->easy_setopt(easy, CURLOPT_URL, dial->route->peer->url) == CURLE_OK &&
                  rpc_curl_prepare(dial->route, easy) && rpc_multi_add(dial->multi, easy);
    return dial->added;
}

struct rpc_dial *rpc_dial_new(struct rpc_route *route, rpc_dial_done *done, void *context)
{
    struct rpc_dial *dial = alloc_should_fail() ? NULL : calloc(1, sizeof *dial);
    if (dial == NULL) return NULL;
    dial->route = route;
    dial->curl = rpc_engine_curl(route->engine);
    dial->done = done;
    dial->context = context;
    dial->multi = rpc_multi_new(route->engine, connected, dial);
    dial->easy = dial->curl->easy_init();
    if (dial->multi != NULL && dial->easy != NULL && prepare(dial)) return dial;
    rpc_dial_free(dial);
    return NULL;
}

void rpc_dial_free(struct rpc_dial *dial)
{
    if (dial == NULL) return;
    if (dial->easy != NULL) {
        if (dial->added) rpc_multi_remove(dial->multi, dial->easy);
        dial->curl->easy_cleanup(dial->easy);
    }
    rpc_multi_free(dial->multi);
    free(dial);
}

int rpc_dial_socket(const struct rpc_dial *dial)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    (void)dial->curl->easy_getinfo(dial->easy, CURLINFO_ACTIVESOCKET, &fd);
    return fd;
}

bool rpc_dial_chose_http2(const struct rpc_dial *dial)
{
    return dial->chose_http2;
}

CURLcode rpc_dial_send(struct rpc_dial *dial, const void *bytes, size_t length, size_t *sent)
{
    dial->error[0] = '\0';
    return dial->curl->easy_send(dial->easy, bytes, length, sent);
}

CURLcode rpc_dial_receive(struct rpc_dial *dial, void *bytes, size_t length, size_t *received)
{
    dial->error[0] = '\0';
    return dial->curl->easy_recv(dial->easy, bytes, length, received);
}

/* What a peer speaks that was not spoken to in its language; NULL: something else went wrong. */
static const char *other_language(CURLcode code, const char *said)
{
    /* What OpenSSL says of an answer that is no TLS. */
    static const char *const plain[] = {"wrong version number", "http request",
                                        "packet length too long"};
    if (code == CURLE_UNSUPPORTED_PROTOCOL)
        return "the peer answers in something else than HTTP: where its port speaks TLS, its URL "
               "should begin with https://";
    for (size_t i = 0; i < ARRAY_LENGTH(plain) && code == CURLE_SSL_CONNECT_ERROR; i++) {
        if (strstr(said, plain[i]) != NULL)
            return "the peer speaks no TLS: its URL should begin with http://";
    }
    return NULL;
}

void rpc_curl_describe(const struct rpc_curl *curl, CURL *easy, CURLcode code, const char *said,
                       char why[static RPC_WHY_BYTES])
{
    long number = 0;
    char system[RPC_WHY_BYTES];
    const char *language = other_language(code, said);
    if (language != NULL) {
        (void)snprintf(why, RPC_WHY_BYTES, "%s", language);
        return;
    }
    (void)curl->easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    const char *words = said[0] != '\0' ? said : curl->easy_strerror(code);
    bool by_system = number != 0 && code != CURLE_OPERATION_TIMEDOUT;
    if (by_system) words = strerror_r((int)number, system, sizeof system);
    if (code == CURLE_OPERATION_TIMEDOUT) words = "no connection in time";
    (void)snprintf(why, RPC_WHY_BYTES, "%s", words);
    /* A name such as HTTP/2 or OpenSSL keeps its capitals. */
    bool name = false;
    for (size_t i = 1; why[0] != '\0' && why[i] != '\0' && why[i] != ' '; i++)
        name = name || islower((unsigned char)why[i]) == 0;
    if (!name) why[0] = (char)tolower((unsigned char)why[0]);
}

void rpc_dial_describe(const struct rpc_dial *dial, CURLcode code, char why[static RPC_WHY_BYTES])
{
    rpc_curl_describe(dial->curl, dial->easy, code, dial->error, why);
}
