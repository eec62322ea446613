#include "conformance_client.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rpc/codec/rpc_codec.h"

enum {
    WORKERS = 8,
    FRAME_BYTES_MAX = 64 * 1024 * 1024,
    ARENA_BYTES = 512 * 1024 * 1024,
};

struct program {
    pthread_mutex_t input, output;
    struct conformance_peers peers;
    bool failed;
};

/* Reads a length of four bytes and the message behind it. False: the end, or no memory. */
static bool read_frame(struct program *program, struct arena *arena, struct text *frame)
{
    uint32_t length;
    (void)pthread_mutex_lock(&program->input);
    bool whole = fread(&length, sizeof length, 1, stdin) == 1;
    length = whole ? ntohl(length) : 0;
    char *bytes = whole && length <= FRAME_BYTES_MAX ? arena_alloc(arena, length + 1) : NULL;
    whole = bytes != NULL && fread(bytes, 1, length, stdin) == length;
    (void)pthread_mutex_unlock(&program->input);
    *frame = (struct text){bytes, length};
    return whole;
}

static void write_frame(struct program *program, const ProtobufCMessage *message)
{
    struct buffer out;
    buffer_init(&out, FRAME_BYTES_MAX);
    bool whole = rpc_encode(message, &out) == OK;
    uint32_t length = htonl((uint32_t)out.length);
    (void)pthread_mutex_lock(&program->output);
    whole = whole && fwrite(&length, sizeof length, 1, stdout) == 1 &&
            fwrite(out.bytes, 1, out.length, stdout) == out.length && fflush(stdout) == 0;
    if (!whole) program->failed = true;
    (void)pthread_mutex_unlock(&program->output);
    buffer_free(&out);
}

static void answer(struct program *program, struct arena *arena,
                   const conformance_client_compat_request *request)
{
    conformance_client_compat_response response = CONFORMANCE_CLIENT_COMPAT_RESPONSE_INIT;
    conformance_client_error_result error = CONFORMANCE_CLIENT_ERROR_RESULT_INIT;
    const char *why = "no memory for a client";
    struct rpc_client *client = conformance_peers_get(&program->peers, request);
    response.test_name = request->test_name;
    if (client != NULL) response.response = conformance_call(client, request, arena, &why);
    response.result_case = CONFORMANCE_CLIENT_COMPAT_RESPONSE_RESULT_CASE_RESPONSE;
    if (response.response == NULL) {
        error.message = arena_copy(arena, why, strlen(why));
        response.error = &error;
        response.result_case = CONFORMANCE_CLIENT_COMPAT_RESPONSE_RESULT_CASE_ERROR;
    }
    write_frame(program, &response.base);
}

static void *work(void *context)
{
    struct program *program = context;
    struct arena arena;
    struct text frame;
    arena_init(&arena, ARENA_BYTES);
    while (read_frame(program, &arena, &frame)) {
        ProtobufCMessage *request;
        struct fault fault;
        if (rpc_decode(&arena, frame, &conformance_client_compat_request_type, &request, &fault) !=
            OK) {
            (void)fprintf(stderr, "conformance-client: a request: %s\n", fault.message);
            program->failed = true;
            break;
        }
        answer(program, &arena, (const conformance_client_compat_request *)request);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return NULL;
}

int main(void)
{
    struct program program = {.failed = false};
    pthread_t workers[WORKERS];
    size_t started = 0;
    (void)pthread_mutex_init(&program.input, NULL);
    (void)pthread_mutex_init(&program.output, NULL);
    conformance_peers_init(&program.peers);
    while (started < WORKERS && pthread_create(&workers[started], NULL, work, &program) == 0)
        started++;
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(workers[i], NULL);
    conformance_peers_free(&program.peers);
    return started == WORKERS && !program.failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
