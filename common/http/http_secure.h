/* TLS of one connection, between its socket and its engine. What the engine writes stays in
 * connection->out until it is sealed into connection->secure->wire. */
#pragma once

#include <openssl/ssl.h>

#include "http/http_connection.h"
#include "http/http_tls.h"

struct http_secure {
    SSL *ssl;
    struct text input;  /* What came and OpenSSL has not taken yet. */
    struct buffer wire; /* What is to be sent. */
    bool established;
    bool ended; /* close_notify was said. */
};

/* How OpenSSL reads and writes a connection's bytes; NULL: no memory. */
BIO_METHOD *http_secure_method_new(void);

/* A session with what the servers share now; NULL: no memory. */
SSL *http_tls_ssl_new(struct http_tls *tls);

/* Begins a handshake. False: no memory. */
bool http_secure_open(struct http_connection *connection);

/* Takes bytes of the socket; hands what is in them to http_connection_deliver. */
void http_secure_receive(struct http_connection *connection, struct text bytes);

/* Seals connection->out. False: the connection must be closed. */
bool http_secure_seal(struct http_connection *connection);

/* Says that nothing more will come; adds to the wire at most once. */
void http_secure_end(struct http_connection *connection);

void http_secure_free(struct http_connection *connection);
