#include "app/app_peers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "service_list.h"

enum { PORT_MAX = 65535 };

int app_default_port(const char *service)
{
    for (int i = 0; i < SERVICE_COUNT; i++) {
        if (strcmp(service_names[i], service) == 0) return APP_PORT_FIRST + i;
    }
    return -1;
}

static enum status peers_from_port(struct arena *arena, int first,
                                   struct rpc_peer peers[static APP_PEERS_MAX], size_t *count,
                                   struct fault *fault)
{
    _Static_assert((int)SERVICE_COUNT <= (int)APP_PEERS_MAX, "room for every service");
    for (int i = 0; i < SERVICE_COUNT; i++) {
        char *url = arena_printf(arena, "http://127.0.0.1:%d", first + i);
        if (url == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
        peers[i] = (struct rpc_peer){service_names[i], url};
    }
    *count = SERVICE_COUNT;
    return OK;
}

static bool url_is_http(const char *url)
{
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

static enum status peer_set(struct arena *arena, const char *item, size_t length,
                            struct rpc_peer *peers, size_t count, struct fault *fault)
{
    const char *equals = memchr(item, '=', length);
    if (equals == NULL || equals == item || !url_is_http(equals + 1)) {
        return fault_set(fault, INVALID_ARGUMENT,
                         "a peer is written budget=http://127.0.0.1:8440, not %.*s", (int)length,
                         item);
    }
    size_t name_length = (size_t)(equals - item);
    char *url = arena_copy(arena, equals + 1, length - name_length - 1);
    if (url == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    size_t last = strlen(url);
    if (last > 0 && url[last - 1] == '/') url[last - 1] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (strlen(peers[i].service) != name_length) continue;
        if (memcmp(peers[i].service, item, name_length) != 0) continue;
        peers[i].url = url;
        return OK;
    }
    return fault_set(fault, INVALID_ARGUMENT, "there is no service %.*s", (int)name_length, item);
}

/* Where the services' ports are counted from. */
static enum status first_port(int *first, struct fault *fault)
{
    *first = APP_PORT_FIRST;
    const char *port = getenv("SOTONG_PORT");
    if (port == NULL || port[0] == '\0') return OK;
    char *end;
    long number = strtol(port, &end, 10);
    if (*end != '\0' || number < 1 || number > PORT_MAX - APP_PEERS_MAX) {
        return fault_set(fault, INVALID_ARGUMENT, "SOTONG_PORT is a port number, not %s", port);
    }
    *first = (int)number;
    return OK;
}

enum status app_peers_parse(struct arena *arena, const char *list,
                            struct rpc_peer peers[static APP_PEERS_MAX], size_t *count,
                            struct fault *fault)
{
    int first = 0;
    enum status status = first_port(&first, fault);
    if (status == OK) status = peers_from_port(arena, first, peers, count, fault);
    while (status == OK && *list != '\0') {
        size_t length = strcspn(list, ",");
        if (length > 0) status = peer_set(arena, list, length, peers, *count, fault);
        list += length;
        if (*list == ',') list++;
    }
    return status;
}

/* An empty variable is as one that is not set. */
static const char *file_of(const char *variable)
{
    const char *path = getenv(variable);
    return path == NULL || path[0] == '\0' ? NULL : path;
}

struct rpc_client_tls app_peers_tls(void)
{
    return (struct rpc_client_tls){.ca_file = file_of("SOTONG_PEER_CA"),
                                   .certificate_file = file_of("SOTONG_PEER_CERTIFICATE"),
                                   .key_file = file_of("SOTONG_PEER_KEY")};
}

enum status app_peers(struct arena *arena, struct rpc_peer peers[static APP_PEERS_MAX],
                      size_t *count, struct fault *fault)
{
    const char *list = getenv("SOTONG_PEERS");
    return app_peers_parse(arena, list == NULL ? "" : list, peers, count, fault);
}
