/* TLS before HTTP: which protocol is spoken, who is let in, certificates that change, and the ends
 * of connections. */
#include "http/http_tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/certificates.h"
#include "support/http_echo.h"
#include "support/sockets.h"
#include "support/suite.h"

enum { TRIES_MAX = 6000, TRY_US = 10000 };

static struct certificate authority, server_one, server_two, client_good, client_foreign, foreign;
static struct http_tls *tls;
static struct http_echo *echo;
static char answer[SOCKET_ANSWER_BYTES];

static struct http_tls_pem pem_of(const char *text)
{
    return (struct http_tls_pem){.text = text_from(text)};
}

static void certificates_make(void)
{
    if (authority.pem[0] != '\0') return;
    certificate_new(&authority, "authority");
    certificate_new(&foreign, "foreign authority");
    certificate_sign(&server_one, "one", &authority);
    certificate_sign(&server_two, "two", &authority);
    certificate_sign(&client_good, "client", &authority);
    certificate_sign(&client_foreign, "client", &foreign);
}

/* `base` may say more about the server than its certificate. */
static void begin(const struct http_server_config *base, bool clients_show)
{
    certificates_make();
    struct fault fault;
    struct http_tls_config config = {.certificate = pem_of(server_one.pem),
                                     .key = pem_of(server_one.key)};
    if (clients_show) config.client_ca = pem_of(authority.pem);
    CU_ASSERT_EQUAL_FATAL(http_tls_new(&config, &tls, &fault), OK);
    struct http_server_config own = *base;
    own.tls = tls;
    echo = http_echo_start_with(&own);
}

static void end(void)
{
    http_echo_stop(echo);
    http_tls_free(tls);
}

static struct http_server_config plain_config(void)
{
    return (struct http_server_config){.limits = http_limits_default()};
}

/* ---- A client ---- */

struct client {
    int version;          /* The only one it speaks; 0: any. */
    const char *protocol; /* ALPN in wire format; NULL: none. */
    const struct certificate *certificate;
};

struct session {
    SSL_CTX *context;
    SSL *ssl;
    int socket;
};

static void use_certificate(SSL_CTX *context, const struct certificate *certificate)
{
    BIO *pem = BIO_new_mem_buf(certificate->pem, -1);
    BIO *key_pem = BIO_new_mem_buf(certificate->key, -1);
    X509 *own = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_pem, NULL, NULL, NULL);
    CU_ASSERT_EQUAL(SSL_CTX_use_certificate(context, own), 1);
    CU_ASSERT_EQUAL(SSL_CTX_use_PrivateKey(context, key), 1);
    X509_free(own);
    EVP_PKEY_free(key);
    BIO_free(pem);
    BIO_free(key_pem);
}

/* The server must show a certificate of the authority. False: no handshake. */
static bool session_open(struct session *session, const struct client *client)
{
    session->context = SSL_CTX_new(TLS_client_method());
    BIO *pem = BIO_new_mem_buf(authority.pem, -1);
    X509 *trusted = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    (void)X509_STORE_add_cert(SSL_CTX_get_cert_store(session->context), trusted);
    X509_free(trusted);
    BIO_free(pem);
    SSL_CTX_set_verify(session->context, SSL_VERIFY_PEER, NULL);
    if (client->version != 0) {
        (void)SSL_CTX_set_min_proto_version(session->context, client->version);
        (void)SSL_CTX_set_max_proto_version(session->context, client->version);
        (void)SSL_CTX_set_cipher_list(session->context, "ALL:@SECLEVEL=0");
    }
    if (client->certificate != NULL) use_certificate(session->context, client->certificate);
    session->ssl = SSL_new(session->context);
    if (client->protocol != NULL) {
        (void)SSL_set_alpn_protos(session->ssl, (const unsigned char *)client->protocol,
                                  (unsigned)strlen(client->protocol));
    }
    session->socket = socket_connect(http_echo_port(echo));
    const struct timeval timeout = {.tv_sec = SOCKET_TIMEOUT_MS / 1000};
    (void)setsockopt(session->socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    (void)SSL_set_fd(session->ssl, session->socket);
    ERR_clear_error();
    return SSL_connect(session->ssl) == 1;
}

static void session_close(struct session *session)
{
    SSL_free(session->ssl);
    SSL_CTX_free(session->context);
    (void)close(session->socket);
    ERR_clear_error();
}

static bool session_send(struct session *session, const char *bytes)
{
    return SSL_write(session->ssl, bytes, (int)strlen(bytes)) == (int)strlen(bytes);
}

/* Reads to the end; true: the server said that it is the end. */
static bool session_read_all(struct session *session, size_t *whole)
{
    *whole = 0;
    answer[0] = '\0';
    for (;;) {
        size_t kept = *whole < sizeof answer - 1 ? *whole : 0;
        int length = SSL_read(session->ssl, answer + kept, (int)(sizeof answer - 1 - kept));
        if (length <= 0) return SSL_get_error(session->ssl, length) == SSL_ERROR_ZERO_RETURN;
        answer[kept + (size_t)length] = '\0';
        *whole += (size_t)length;
    }
}

/* Reads until the words have come; false: the end came before. */
static bool session_hears(struct session *session, const char *words)
{
    size_t whole = 0;
    answer[0] = '\0';
    while (strstr(answer, words) == NULL) {
        int length = SSL_read(session->ssl, answer + whole, (int)(sizeof answer - 1 - whole));
        if (length <= 0) return false;
        whole += (size_t)length;
        answer[whole] = '\0';
    }
    return true;
}

static const char get[] = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
static const char last_get[] = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/* True: the handshake ends and a request is answered. (In TLS 1.3 a client learns only afterwards
 * that it was not let in.) */
static bool is_served(const struct client *client)
{
    struct session session;
    size_t whole;
    bool served = session_open(&session, client) && session_send(&session, last_get) &&
                  session_read_all(&session, &whole) && strstr(answer, "GET /a? 0 of body") != NULL;
    session_close(&session);
    return served;
}

/* ---- The tests ---- */

static const struct {
    struct client client;
    bool served;
} clients[] = {
    {{.version = 0, .protocol = NULL}, true},
    {{.version = TLS1_3_VERSION, .protocol = "\x08http/1.1"}, true},
    {{.version = TLS1_2_VERSION, .protocol = "\x08http/1.1"}, true},
    {{.version = TLS1_2_VERSION, .protocol = "\x06spdy/3\x08http/1.1"}, true},
    {{.version = TLS1_3_VERSION, .protocol = "\x06spdy/3"}, false},
    {{.version = TLS1_1_VERSION, .protocol = "\x08http/1.1"}, false},
};

static void speaks_what_both_speak(void)
{
    struct http_server_config config = plain_config();
    begin(&config, false);
    uint64_t served = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(clients); i++) {
        CU_ASSERT_EQUAL(is_served(&clients[i].client), clients[i].served);
        served += clients[i].served;
        CU_ASSERT_EQUAL(http_echo_counted(echo, HTTP_COUNT_HANDSHAKES), served);
        CU_ASSERT_EQUAL(http_echo_counted(echo, HTTP_COUNT_HANDSHAKES_FAILED), i + 1 - served);
    }
    end();
}

static void prefers_http2(void)
{
    static const char settings[] = "\x00\x00\x00\x04\x00\x00\x00\x00\x00";
    struct http_server_config config = plain_config();
    begin(&config, false);
    struct session session;
    CU_ASSERT_TRUE(
        session_open(&session, &(struct client){.version = 0, .protocol = "\x08http/1.1\x02h2"}));
    const unsigned char *name;
    unsigned length;
    SSL_get0_alpn_selected(session.ssl, &name, &length);
    CU_ASSERT_TRUE(length == 2 && memcmp(name, "h2", 2) == 0);
    CU_ASSERT_TRUE(session_send(&session, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    CU_ASSERT_EQUAL(SSL_write(session.ssl, settings, sizeof settings - 1), sizeof settings - 1);
    char head[9];
    CU_ASSERT_EQUAL(SSL_read(session.ssl, head, sizeof head), sizeof head);
    CU_ASSERT_EQUAL(head[3], 4); /* SETTINGS */
    session_close(&session);
    end();
}

static void refuses_what_is_not_tls(void)
{
    for (int allowed = 0; allowed <= 1; allowed++) {
        struct http_server_config config = plain_config();
        config.allow_plain = allowed != 0;
        begin(&config, false);
        CU_ASSERT(socket_exchange(http_echo_port(echo), last_get, answer) > 0);
        CU_ASSERT_EQUAL(strstr(answer, "GET /a? 0 of body") != NULL, config.allow_plain);
        CU_ASSERT_EQUAL(strstr(answer, "speaks TLS") != NULL, !config.allow_plain);
        CU_ASSERT_TRUE(is_served(&clients[0].client));
        CU_ASSERT_EQUAL(http_echo_counted(echo, HTTP_COUNT_PLAIN_REFUSED), !config.allow_plain);
        end();
    }
}

static void lets_in_whom_the_authority_knows(void)
{
    struct http_server_config config = plain_config();
    begin(&config, true);
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < ARRAY_LENGTH(versions); i++) {
        struct client client = {.version = versions[i], .certificate = &client_good};
        CU_ASSERT_TRUE(is_served(&client));
        client.certificate = &client_foreign;
        CU_ASSERT_FALSE(is_served(&client));
        client.certificate = NULL;
        CU_ASSERT_FALSE(is_served(&client));
    }
    end();
}

static void carries_much(void)
{
    struct http_server_config config = plain_config();
    begin(&config, false);
    struct session session;
    size_t whole;
    CU_ASSERT_TRUE(session_open(&session, &clients[0].client));
    CU_ASSERT_TRUE(
        session_send(&session, "GET /source HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    CU_ASSERT_TRUE(session_read_all(&session, &whole));
    CU_ASSERT(whole > HTTP_ECHO_SOURCE_BYTES);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer + strlen(answer) - 5, "0\r\n\r\n"));
    session_close(&session);
    /* Two records in one go, and a body of many. */
    static char body[300 * 1000];
    char head[128];
    (void)snprintf(
        head, sizeof head,
        "POST /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
        sizeof body);
    CU_ASSERT_TRUE(session_open(&session, &clients[0].client));
    CU_ASSERT_TRUE(session_send(&session, get));
    CU_ASSERT_TRUE(session_send(&session, head));
    CU_ASSERT_EQUAL(SSL_write(session.ssl, body, sizeof body), sizeof body);
    CU_ASSERT_TRUE(session_read_all(&session, &whole));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "GET /a? 0 of body"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "POST /b? 300000 of body"));
    session_close(&session);
    end();
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

/* The common name of the server's certificate is this. */
static bool is_shown(struct session *session, const char *name)
{
    char shown[64] = "";
    X509 *certificate = SSL_get1_peer_certificate(session->ssl);
    if (certificate == NULL) return false;
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, shown,
                                    sizeof shown);
    X509_free(certificate);
    return strcmp(shown, name) == 0;
}

static void changes_certificates_without_a_break(void)
{
    certificates_make();
    char directory[] = "/tmp/sotong-tls-XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    char certificate[64], key[64];
    (void)snprintf(certificate, sizeof certificate, "%s/certificate.pem", directory);
    (void)snprintf(key, sizeof key, "%s/key.pem", directory);
    file_write(certificate, server_one.pem);
    file_write(key, server_one.key);
    struct fault fault;
    const struct http_tls_config files = {.certificate = {.path = certificate},
                                          .key = {.path = key}};
    CU_ASSERT_EQUAL_FATAL(http_tls_new(&files, &tls, &fault), OK);
    struct http_server_config config = plain_config();
    config.tls = tls;
    echo = http_echo_start_with(&config);
    struct session old, new;
    CU_ASSERT_TRUE(session_open(&old, &clients[0].client));
    CU_ASSERT_TRUE(is_shown(&old, "one"));
    file_write(certificate, server_two.pem); /* Not its key yet. */
    CU_ASSERT_EQUAL(http_tls_reload(tls, &fault), INVALID_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, key));
    file_write(key, "nonsense");
    CU_ASSERT_EQUAL(http_tls_reload(tls, &fault), INVALID_ARGUMENT);
    CU_ASSERT_TRUE(session_open(&new, &clients[0].client));
    CU_ASSERT_TRUE(is_shown(&new, "one"));
    session_close(&new);
    file_write(key, server_two.key);
    CU_ASSERT_EQUAL(http_tls_reload(tls, &fault), OK);
    CU_ASSERT_TRUE(session_open(&new, &clients[0].client));
    CU_ASSERT_TRUE(is_shown(&new, "two"));
    session_close(&new);
    CU_ASSERT_TRUE(session_send(&old, get));
    CU_ASSERT_TRUE(session_hears(&old, "GET /a? 0 of body"));
    session_close(&old);
    end();
    (void)unlink(certificate);
    CU_ASSERT_EQUAL(http_tls_new(&files, &tls, &fault), INVALID_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, certificate));
    (void)unlink(key);
    (void)rmdir(directory);
}

static void names_what_is_wrong_with_a_certificate(void)
{
    certificates_make();
    const struct {
        struct http_tls_config config;
        const char *wanted;
    } wrong[] = {
        {{.certificate = pem_of(server_one.pem)}, "key"},
        {{.key = pem_of(server_one.key)}, "certificate"},
        {{.certificate = pem_of("x"), .key = pem_of(server_one.key)}, "certificate"},
        {{.certificate = pem_of(server_one.pem), .key = pem_of("x")}, "key"},
        {{.certificate = pem_of(server_one.pem), .key = pem_of(server_two.key)}, "key"},
        {{.certificate = pem_of(server_one.pem),
          .key = pem_of(server_one.key),
          .client_ca = pem_of("x")},
         "authority"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        struct fault fault;
        CU_ASSERT_EQUAL(http_tls_new(&wrong[i].config, &tls, &fault), INVALID_ARGUMENT);
        CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, wrong[i].wanted));
    }
}

/* A handshake that does not go on, and one that ends in nothing. */
static void ends_handshakes_that_take_too_long(void)
{
    struct http_server_config config = plain_config();
    config.limits.handshake_timeout_ms = 300;
    begin(&config, false);
    int connection = socket_connect(http_echo_port(echo));
    CU_ASSERT_TRUE(socket_send(connection, "\x16\x03\x01", 3));
    CU_ASSERT_EQUAL(socket_read_all(connection, answer), 0);
    (void)close(connection);
    CU_ASSERT_EQUAL(http_echo_counted(echo, HTTP_COUNT_HANDSHAKE_TIMEOUTS), 1);
    connection = socket_connect(http_echo_port(echo));
    CU_ASSERT_TRUE(socket_send(connection, "\x16\x03\x01\x00\x04nonsense", 13));
    (void)socket_read_all(connection, answer); /* An alert, then the end. */
    (void)close(connection);
    CU_ASSERT_EQUAL(http_echo_counted(echo, HTTP_COUNT_HANDSHAKES_FAILED), 1);
    end();
}

/* So many handshakes may be under way; those that were begun can still end. */
static void bounds_handshakes_under_way(void)
{
    enum { MOST = 3 };
    struct http_server_config config = plain_config();
    config.limits.handshakes_max = MOST;
    begin(&config, false);
    int begun[MOST];
    for (size_t i = 0; i < MOST; i++) {
        begun[i] = socket_connect(http_echo_port(echo));
        CU_ASSERT_TRUE(socket_send(begun[i], "\x16\x03\x01", 3));
    }
    int one_more = socket_connect(http_echo_port(echo));
    CU_ASSERT_TRUE(socket_send(one_more, "\x16\x03\x01", 3));
    CU_ASSERT_EQUAL(socket_read_all(one_more, answer), 0);
    CU_ASSERT_EQUAL(http_echo_counted(echo, HTTP_COUNT_HANDSHAKES_REFUSED), 1);
    (void)close(one_more);
    (void)close(begun[0]);
    bool served = false;
    for (int i = 0; !served && i < TRIES_MAX; i++) {
        served = is_served(&clients[0].client);
        if (!served) (void)usleep(TRY_US);
    }
    CU_ASSERT_TRUE(served);
    for (size_t i = 1; i < MOST; i++)
        (void)close(begun[i]);
    end();
}

static void outlives_clients_that_leave(void)
{
    struct http_server_config config = plain_config();
    begin(&config, false);
    for (int i = 0; i < 10; i++) {
        struct session session;
        CU_ASSERT_TRUE(session_open(&session, &clients[0].client));
        CU_ASSERT_TRUE(session_send(&session, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"));
        session_close(&session);
    }
    CU_ASSERT_TRUE(is_served(&clients[0].client));
    end();
}

SUITE("http_tls", {"speaks what both speak", speaks_what_both_speak},
      {"prefers HTTP/2", prefers_http2}, {"refuses what is not TLS", refuses_what_is_not_tls},
      {"lets in whom the authority knows", lets_in_whom_the_authority_knows},
      {"carries much", carries_much},
      {"changes certificates without a break", changes_certificates_without_a_break},
      {"names what is wrong with a certificate", names_what_is_wrong_with_a_certificate},
      {"ends handshakes that take too long", ends_handshakes_that_take_too_long},
      {"bounds handshakes under way", bounds_handshakes_under_way},
      {"outlives clients that leave", outlives_clients_that_leave})
