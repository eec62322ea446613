#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance_client.h"

struct conformance_peer {
    struct conformance_peer *next;
    char *url;
    struct rpc_peer peer;
    struct text ca, certificate, key;
    struct rpc_client *client;
};

void conformance_peers_init(struct conformance_peers *peers)
{
    *peers = (struct conformance_peers){.first = NULL};
    (void)pthread_mutex_init(&peers->lock, NULL);
}

static void free_text(struct text text)
{
    free((void *)(uintptr_t)text.bytes);
}

static void free_peer(struct conformance_peer *peer)
{
    rpc_client_free(peer->client);
    free_text(peer->ca);
    free_text(peer->certificate);
    free_text(peer->key);
    free(peer->url);
    free(peer);
}

void conformance_peers_free(struct conformance_peers *peers)
{
    while (peers->first != NULL) {
        struct conformance_peer *peer = peers->first;
        peers->first = peer->next;
        free_peer(peer);
    }
    (void)pthread_mutex_destroy(&peers->lock);
}

static struct text copy_bytes(ProtobufCBinaryData data)
{
    if (data.len == 0) return (struct text){NULL, 0};
    char *bytes = malloc(data.len);
    if (bytes != NULL) memcpy(bytes, data.data, data.len);
    return (struct text){bytes, bytes == NULL ? 0 : data.len};
}

static bool same(struct text text, ProtobufCBinaryData data)
{
    return text_equal(text, (struct text){(const char *)data.data, data.len});
}

struct wanted {
    const char *url;
    enum rpc_http http;
    ProtobufCBinaryData ca, certificate, key;
};

static struct conformance_peer *add_peer(const struct wanted *wanted)
{
    struct conformance_peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL) return NULL;
    peer->url = strdup(wanted->url);
    peer->peer = (struct rpc_peer){.service = "server", .url = peer->url, .http = wanted->http};
    peer->ca = copy_bytes(wanted->ca);
    peer->certificate = copy_bytes(wanted->certificate);
    peer->key = copy_bytes(wanted->key);
    const struct rpc_client_config config = {
        .peers = &peer->peer,
        .peer_count = 1,
        .tls = {.ca_pem = peer->ca, .certificate_pem = peer->certificate, .key_pem = peer->key}};
    if (peer->url != NULL && rpc_client_new(&config, &peer->client) == OK) return peer;
    free_peer(peer);
    return NULL;
}

struct rpc_client *conformance_peers_get(struct conformance_peers *peers,
                                         const conformance_client_compat_request *request)
{
    char url[512];
    bool tls = request->server_tls_cert.len > 0;
    bool http1 = request->http_version == CONFORMANCE_HTTPVERSION_HTTP_VERSION_1;
    struct wanted wanted = {
        .url = url, .http = http1 ? RPC_HTTP_1 : RPC_HTTP_2, .ca = request->server_tls_cert};
    if (request->client_tls_creds != NULL) {
        wanted.certificate = request->client_tls_creds->cert;
        wanted.key = request->client_tls_creds->key;
    }
    (void)snprintf(url, sizeof url, "%s://%s:%u", tls ? "https" : "http", request->host,
                   request->port);
    (void)pthread_mutex_lock(&peers->lock);
    struct conformance_peer *peer = peers->first;
    while (peer != NULL &&
           !(strcmp(peer->url, url) == 0 && peer->peer.http == wanted.http &&
             same(peer->ca, wanted.ca) && same(peer->certificate, wanted.certificate)))
        peer = peer->next;
    if (peer == NULL) {
        peer = add_peer(&wanted);
        if (peer != NULL) {
            peer->next = peers->first;
            peers->first = peer;
        }
    }
    struct rpc_client *client = peer == NULL ? NULL : peer->client;
    (void)pthread_mutex_unlock(&peers->lock);
    return client;
}
