/* Any bytes to a server's connection, over HTTP/2 behind its preface or over HTTP/1, in one piece
 * or in several. Whatever comes, the connection ends when its peer does, and every owner of a
 * stream is told. The first byte chooses: bit 0 the preface, the others the size of the pieces. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "fuzz/fuzz.h"
#include "http/http_server.h"
#include "support/http_echo_streams.h"

enum { INPUT_BYTES_MAX = 1 << 16, PIECES_MAX = 64, TURNS_MAX = 10000 };

struct target {
    uv_loop_t loop;
    struct http_server *server;
    struct http_echo_counts counts;
};

static void handle(void *context, struct http_exchange *exchange)
{
    struct target *target = context;
    const struct http_request *request = http_exchange_request(exchange);
    if (text_equal(request->path, text_from("/watch"))) {
        http_echo_watch(&target->counts, exchange);
        return;
    }
    struct http_response response;
    http_response_init(&response, request->too_large ? 413 : 200);
    for (size_t i = 0; i < request->field_count && i < 8; i++)
        http_response_add(&response, "x", request->fields[i].value);
    if (buffer_append(&response.body, request->body.bytes, request->body.length) != OK) abort();
    http_response_add_trailer(&response, "y", request->path);
    http_reply(exchange, &response);
}

static void begin(void *context, struct http_exchange *exchange)
{
    struct target *target = context;
    http_echo_begin(&target->counts, exchange);
}

static void target_init(struct target *target)
{
    (void)signal(SIGPIPE, SIG_IGN);
    struct http_server_config config = {.loop = &target->loop,
                                        .limits = http_limits_default(),
                                        .handler = handle,
                                        .begin = begin,
                                        .context = target};
    config.limits.body_bytes_max = 4096;
    config.limits.streams_max = 8;
    struct fault fault;
    if (uv_loop_init(&target->loop) != 0) abort();
    if (http_server_new(&config, &target->server, &fault) != OK) abort();
}

/* Lets the server do what it can, and takes what it says. */
static void turn(struct target *target, int peer)
{
    char said[4096];
    (void)uv_run(&target->loop, UV_RUN_NOWAIT);
    while (read(peer, said, sizeof said) > 0)
        continue;
}

static void send_all(struct target *target, int peer, const void *bytes, size_t length, size_t step)
{
    const char *rest = bytes;
    for (size_t turns = 0; length > 0 && turns < TURNS_MAX; turns++) {
        ssize_t sent = write(peer, rest, length < step ? length : step);
        turn(target, peer);
        if (sent < 0) return; /* The server has closed, or waits. */
        rest += sent;
        length -= (size_t)sent;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    static struct target target;
    if (target.server == NULL) target_init(&target);
    if (size == 0) return 0;
    if (size > INPUT_BYTES_MAX) size = INPUT_BYTES_MAX;
    size_t step = (data[0] >> 1) == 0 ? size : size / PIECES_MAX + (size_t)(data[0] >> 1);
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) abort();
    http_server_adopt(target.server, ends[0]);
    turn(&target, ends[1]);
    if ((data[0] & 1) != 0) send_all(&target, ends[1], preface, sizeof preface - 1, sizeof preface);
    send_all(&target, ends[1], data + 1, size - 1, step);
    turn(&target, ends[1]);
    (void)close(ends[1]);
    for (size_t turns = 0; http_server_load(target.server) > 0; turns++) {
        if (turns > TURNS_MAX) abort();
        (void)uv_run(&target.loop, UV_RUN_NOWAIT);
    }
    if (atomic_load(&target.counts.open) != 0) abort();
    return 0;
}
