/* The server that connectrpc/conformance drives: it reads a ServerCompatRequest from stdin, serves
 * the conformance service on a free port as the request says, writes a ServerCompatResponse to
 * stdout and goes on until SIGTERM. Messages have a length of four bytes before them, the most
 * significant first. */
#include "conformance_server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/log.h"
#include "http/http_tls.h"
#include "rpc/server/rpc_server.h"
#include "server_compat.rpc.h"

enum { LENGTH_BYTES = 4, REQUEST_BYTES_MAX = 1024 * 1024 };

struct running {
    uv_loop_t loop;
    uv_signal_t end;
    struct conformance self;
    struct http_tls *tls;
    struct rpc_server *server;
};

static void die(const char *message)
{
    (void)fprintf(stderr, "conformance-server: %s\n", message);
    exit(EXIT_FAILURE);
}

/* ---- stdin and stdout ---- */

static bool read_whole(void *bytes, size_t length)
{
    return fread(bytes, 1, length, stdin) == length;
}

static conformance_server_compat_request *request_read(void)
{
    uint8_t head[LENGTH_BYTES];
    if (!read_whole(head, sizeof head)) die("stdin holds no request");
    size_t length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    if (length > REQUEST_BYTES_MAX) die("the request is too large");
    uint8_t *bytes = malloc(length + 1);
    if (bytes == NULL || !read_whole(bytes, length)) die("the request is cut off");
    conformance_server_compat_request *request =
        connectrpc__conformance__v1__server_compat_request__unpack(NULL, length, bytes);
    free(bytes);
    if (request == NULL) die("stdin holds no ServerCompatRequest");
    return request;
}

static void response_write(int port, ProtobufCBinaryData certificate)
{
    conformance_server_compat_response response = CONFORMANCE_SERVER_COMPAT_RESPONSE_INIT;
    char host[] = "127.0.0.1";
    response.host = host;
    response.port = (uint32_t)port;
    response.pem_cert = certificate;
    size_t length = protobuf_c_message_get_packed_size(&response.base);
    uint8_t *bytes = malloc(LENGTH_BYTES + length);
    if (bytes == NULL) die("no memory");
    for (size_t i = 0; i < LENGTH_BYTES; i++)
        bytes[i] = (uint8_t)(length >> (8 * (LENGTH_BYTES - 1 - i)));
    (void)protobuf_c_message_pack(&response.base, bytes + LENGTH_BYTES);
    bool written = fwrite(bytes, 1, LENGTH_BYTES + length, stdout) == LENGTH_BYTES + length;
    free(bytes);
    if (!written || fflush(stdout) != 0) die("stdout cannot be written");
}

/* ---- Serving ---- */

static void stopped(void *context)
{
    struct running *running = context;
    uv_stop(&running->loop);
}

static void ended(uv_signal_t *handle, int number)
{
    (void)number;
    struct running *running = handle->data;
    rpc_server_drain(running->server, stopped, running);
}

static struct text text_of(ProtobufCBinaryData data)
{
    return (struct text){(const char *)data.data, data.len};
}

static void serve(struct running *running, const conformance_server_compat_request *request)
{
    struct fault fault = {"no memory"};
    const struct rpc_mount mount = {.handlers = &conformance_conformance_service_handlers,
                                    .self = &running->self,
                                    .waits = true};
    struct rpc_server_config config = rpc_server_config_default();
    config.loop = &running->loop;
    config.name = "conformance";
    config.version = "1.0.5";
    config.log_calls = RPC_LOG_CALLS_NONE;
    config.mounts = &mount;
    config.mount_count = 1;
    if (request->message_receive_limit > 0)
        config.limits.message_bytes_max = request->message_receive_limit;
    if (request->use_tls) {
        const struct http_tls_config tls = {
            .certificate = {.text = text_of(request->server_creds->cert)},
            .key = {.text = text_of(request->server_creds->key)},
            .client_ca = {.text = text_of(request->client_tls_cert)}};
        if (http_tls_new(&tls, &running->tls, &fault) != OK) die(fault.message);
        config.tls = running->tls;
    }
    if (rpc_server_new(&config, &running->server, &fault) != OK) die(fault.message);
}

int main(void)
{
    static struct running running;
    (void)signal(SIGPIPE, SIG_IGN);
    log_init("conformance-server", LOG_ERROR);
    conformance_server_compat_request *request = request_read();
    if (uv_loop_init(&running.loop) != 0) die("no event loop");
    serve(&running, request);
    running.end.data = &running;
    if (uv_signal_init(&running.loop, &running.end) != 0 ||
        uv_signal_start(&running.end, ended, SIGTERM) != 0)
        die("no signals");
    ProtobufCBinaryData certificate = {0, NULL};
    if (request->use_tls) certificate = request->server_creds->cert;
    response_write(rpc_server_port(running.server), certificate);
    (void)uv_run(&running.loop, UV_RUN_DEFAULT);
    rpc_server_free(running.server);
    uv_close((uv_handle_t *)&running.end, NULL);
    (void)uv_run(&running.loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&running.loop) != 0) die("the loop was not empty");
    http_tls_free(running.tls);
    connectrpc__conformance__v1__server_compat_request__free_unpacked(request, NULL);
    return EXIT_SUCCESS;
}
