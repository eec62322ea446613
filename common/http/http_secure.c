#include "http/http_secure.h"

#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* ---- OpenSSL's side of the bytes ---- */

static int wire_write(BIO *bio, const char *bytes, int length)
{
    struct http_secure *secure = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (length <= 0) return 0;
    return buffer_append(&secure->wire, bytes, (size_t)length) == OK ? length : -1;
}

static int input_read(BIO *bio, char *to, int space)
{
    struct http_secure *secure = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (secure->input.length == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t length = secure->input.length < (size_t)space ? secure->input.length : (size_t)space;
    memcpy(to, secure->input.bytes, length);
    secure->input.bytes += length;
    secure->input.length -= length;
    return (int)length;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *http_secure_method_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sotong");
    if (method == NULL) return NULL;
    (void)BIO_meth_set_write(method, wire_write);
    (void)BIO_meth_set_read(method, input_read);
    (void)BIO_meth_set_ctrl(method, control);
    return method;
}

/* ---- The connection's side ---- */

static void handshake_end(struct http_server *server)
{
    (void)atomic_fetch_sub_explicit(&server->shared->handshakes, 1, memory_order_relaxed);
}

/* False: too many are under way. */
static bool handshake_begin(struct http_server *server)
{
    size_t before = atomic_fetch_add_explicit(&server->shared->handshakes, 1, memory_order_relaxed);
    if (before < server->config.limits.handshakes_max) return true;
    handshake_end(server);
    http_count(&server->counters, HTTP_COUNT_HANDSHAKES_REFUSED, 1);
    return false;
}

bool http_secure_open(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    if (!handshake_begin(server)) return false;
    struct http_secure *secure = alloc_should_fail() ? NULL : calloc(1, sizeof *secure);
    BIO *bio = BIO_new(server->secure_method);
    SSL *ssl = http_tls_ssl_new(server->config.tls);
    if (secure == NULL || bio == NULL || ssl == NULL) {
        free(secure);
        BIO_free(bio);
        SSL_free(ssl);
        handshake_end(server);
        return false;
    }
    buffer_init(&secure->wire, 2 * connection->out.bytes_max);
    BIO_set_data(bio, secure);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    secure->ssl = ssl;
    connection->secure = secure;
    return true;
}

/* A client that named no protocol tells it by its first bytes. */
static void choose_engine(struct http_connection *connection)
{
    const unsigned char *name;
    unsigned length;
    SSL_get0_alpn_selected(connection->secure->ssl, &name, &length);
    if (length == 2) connection->engine = &http2_engine;
    if (length == 8) connection->engine = &http1_engine;
    /* It exists when it has received, if only nothing. */
    if (connection->engine != NULL) http_connection_deliver(connection, (struct text){NULL, 0});
}

static void fail(struct http_connection *connection)
{
    ERR_clear_error();
    /* What is on the wire tells the peer why. */
    connection->close_after_flush = true;
    http_connection_mark(connection);
}

/* False: not established yet, or never. */
static bool shake_hands(struct http_connection *connection)
{
    struct http_secure *secure = connection->secure;
    struct http_server *server = connection->server;
    int result = SSL_do_handshake(secure->ssl);
    http_connection_mark(connection);
    if (result == 1) {
        secure->established = true;
        handshake_end(server);
        http_count(&server->counters, HTTP_COUNT_HANDSHAKES, 1);
        choose_engine(connection);
        /* The head's time begins now. */
        connection->accepted_ms = http_now_ms(server);
        return true;
    }
    if (SSL_get_error(secure->ssl, result) == SSL_ERROR_WANT_READ) return false;
    http_count(&server->counters, HTTP_COUNT_HANDSHAKES_FAILED, 1);
    fail(connection);
    return false;
}

void http_secure_receive(struct http_connection *connection, struct text bytes)
{
    struct http_secure *secure = connection->secure;
    struct http_server *server = connection->server;
    secure->input = bytes;
    ERR_clear_error();
    if (!secure->established && !shake_hands(connection)) return;
    while (!connection->closing) {
        int length = SSL_read(secure->ssl, server->plain, HTTP_SECURE_RECORD_BYTES);
        if (length > 0) {
            http_connection_deliver(connection, (struct text){server->plain, (size_t)length});
            continue;
        }
        int error = SSL_get_error(secure->ssl, length);
        if (error == SSL_ERROR_WANT_READ) return;
        if (error == SSL_ERROR_ZERO_RETURN) {
            http_connection_close(connection); /* As the end of a plain connection. */
        } else {
            fail(connection);
        }
        return;
    }
}

bool http_secure_seal(struct http_connection *connection)
{
    struct http_secure *secure = connection->secure;
    struct buffer *out = &connection->out;
    size_t sealed = 0;
    while (sealed < out->length) {
        size_t length = out->length - sealed;
        if (length > INT_MAX) length = INT_MAX;
        ERR_clear_error();
        int written = SSL_write(secure->ssl, out->bytes + sealed, (int)length);
        if (written <= 0) {
            ERR_clear_error();
            return false;
        }
        sealed += (size_t)written;
    }
    buffer_clear(out);
    if (out->capacity > HTTP_OUT_BYTES_KEPT) buffer_free(out);
    return true;
}

void http_secure_end(struct http_connection *connection)
{
    struct http_secure *secure = connection->secure;
    if (!secure->established || secure->ended) return;
    secure->ended = true;
    ERR_clear_error();
    (void)SSL_shutdown(secure->ssl);
    ERR_clear_error();
}

void http_secure_free(struct http_connection *connection)
{
    struct http_secure *secure = connection->secure;
    if (secure == NULL) return;
    if (!secure->established) handshake_end(connection->server);
    SSL_free(secure->ssl); /* And the BIO with it. */
    buffer_free(&secure->wire);
    free(secure);
    connection->secure = NULL;
}
