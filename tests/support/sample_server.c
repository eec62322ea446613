#include "support/sample_server.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "rpc/server/rpc_call_options.h"
#include "rpc/server/rpc_server.h"
#include "sample.rpc.h"

enum { SLOW_MS = 400, SIZED_MS = 5 };

struct sample {
    int flaky_calls;
    bool calls; /* MoveNode calls a peer. */
};

enum status sample_get_node(struct sample *self, struct rpc_call *call,
                            const sample_get_node_request *in, sample_node *out)
{
    if (strcmp(in->name, "missing") == 0)
        return rpc_fail(call, NOT_FOUND, "there is no node \"%s\"", in->name);
    if (strcmp(in->name, "flaky") == 0 && ++self->flaky_calls % 3 != 0)
        return rpc_fail(call, UNAVAILABLE, "try again");
    if (strcmp(in->name, "slow") == 0) (void)usleep(SLOW_MS * 1000);
    size_t length = strcmp(in->name, "big") == 0 ? SAMPLE_BIG_BYTES : strlen(in->name);
    bool sized = strncmp(in->name, "size ", strlen("size ")) == 0;
    if (sized) {
        length = (size_t)strtol(in->name + strlen("size "), NULL, 10);
        (void)usleep(SIZED_MS * 1000); /* The client waits before the answer comes. */
    }
    out->label = arena_alloc(rpc_arena(call), length + 1);
    if (out->label == NULL) return RESOURCE_EXHAUSTED;
    memset(out->label, 'x', length);
    out->label[length] = '\0';
    if (!sized && length < SAMPLE_BIG_BYTES) memcpy(out->label, in->name, length);
    return OK;
}

enum status sample_put_node(struct sample *self, struct rpc_call *call, const sample_node *in,
                            sample_node *out)
{
    (void)self;
    (void)call;
    out->kind = in->kind;
    return OK;
}

enum status sample_add_node(struct sample *self, struct rpc_call *call,
                            const sample_add_node_request *in, sample_node *out)
{
    (void)self;
    (void)call;
    if (in->node != NULL) out->kind = in->node->kind;
    return OK;
}

static enum status call_peer(struct rpc_call *call, const char *path, sample_node *out)
{
    const struct rpc_method method = {
        .path = path, .name = path, .input = &sample_node_type, .output = &sample_node_type};
    struct rpc_options options = rpc_call_options(call, "peer", RPC_TIMEOUT_MS * 10);
    struct rpc_reply reply = {.attempts = 0};
    sample_node empty = SAMPLE_NODE_INIT;
    ProtobufCMessage *answer;
    options.reply = &reply;
    enum status status =
        rpc_client_call(rpc_call_client(call), &options, &method, &empty.base, &answer);
    for (size_t i = 0; i < reply.headers.count; i++) {
        const struct rpc_entry *entry = &reply.headers.items[i];
        if (strcmp(entry->name, "traceparent") == 0)
            out->label = arena_copy(rpc_arena(call), entry->value.bytes, entry->value.length);
    }
    return status;
}

/* Fails every time, and says how often it was called; or calls a peer. */
enum status sample_move_node(struct sample *self, struct rpc_call *call, const sample_node *in,
                             sample_node *out)
{
    if (self->calls) return call_peer(call, in->label, out);
    return rpc_fail(call, UNAVAILABLE, "call %d", ++self->flaky_calls);
}

/* Sends nodes labelled with each letter of the name. */
enum status sample_watch_nodes(struct sample *self, struct rpc_call *call,
                               const sample_get_node_request *in)
{
    (void)self;
    enum status status = OK;
    for (const char *letter = in->name; status == OK && *letter != '\0'; letter++) {
        char label[2] = {*letter, '\0'};
        sample_node node = SAMPLE_NODE_INIT;
        node.label = label;
        status = sample_watch_nodes_send(call, &node);
    }
    return status;
}

/* Answers with the last name. */
enum status sample_upload_nodes(struct sample *self, struct rpc_call *call, sample_node *out)
{
    (void)self;
    const sample_get_node_request *in = NULL;
    enum status status = sample_upload_nodes_receive(call, &in);
    while (status == OK && in != NULL) {
        out->label = arena_copy(rpc_arena(call), in->name, strlen(in->name));
        if (out->label == NULL) return RESOURCE_EXHAUSTED;
        status = sample_upload_nodes_receive(call, &in);
    }
    return status;
}

/* Answers each name with a node. */
enum status sample_talk_nodes(struct sample *self, struct rpc_call *call)
{
    (void)self;
    const sample_get_node_request *in = NULL;
    enum status status = sample_talk_nodes_receive(call, &in);
    while (status == OK && in != NULL) {
        sample_node node = SAMPLE_NODE_INIT;
        node.label = in->name;
        status = sample_talk_nodes_send(call, &node);
        if (status == OK) status = sample_talk_nodes_receive(call, &in);
    }
    return status;
}

static void serve(int port, const char *peer_url)
{
    static struct sample self;
    struct rpc_mount mount = {.handlers = &sample_sample_service_handlers, .self = &self};
    uv_loop_t loop;
    struct rpc_server *server;
    struct fault fault = {""};
    const struct rpc_peer peer = {.service = "peer", .url = peer_url};
    const struct rpc_client_config client = {.peers = &peer, .peer_count = 1};
    struct rpc_server_config config = rpc_server_config_default();
    config.loop = &loop;
    config.name = "sample";
    config.version = "0";
    config.address = "127.0.0.1";
    config.port = port;
    config.mounts = &mount;
    config.mount_count = 1;
    self.calls = peer_url != NULL;
    (void)uv_loop_init(&loop);
    if (self.calls && rpc_client_new(&client, &config.client) != OK) _exit(EXIT_FAILURE);
    if (rpc_server_new(&config, &server, &fault) != OK) {
        (void)fprintf(stderr, "sample server: %s\n", fault.message);
        _exit(EXIT_FAILURE);
    }
    /* It logs the failures that the tests ask for. */
    if (freopen("/dev/null", "w", stderr) != NULL) (void)uv_run(&loop, UV_RUN_DEFAULT);
    _exit(EXIT_SUCCESS);
}

pid_t sample_server_start(int port)
{
    return sample_server_start_beside(port, NULL);
}

pid_t sample_server_start_beside(int port, const char *peer_url)
{
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid != 0) return pid;
    (void)signal(SIGPIPE, SIG_IGN); /* As services do. */
    serve(port, peer_url);
    return pid;
}

void sample_server_stop(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

int sample_server_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
    bool bound = bind(socket_fd, (struct sockaddr *)&address, length) == 0 &&
                 getsockname(socket_fd, (struct sockaddr *)&address, &length) == 0;
    if (!bound) abort();
    (void)close(socket_fd);
    return ntohs(address.sin_port);
}
