/* Whole calls: any bytes as the body of a request, over each protocol, to a server in this process.
 * Each is answered, and cutting the body into pieces does not decide whether it succeeds. The
 * first byte chooses protocol and method, the second encodings, the third the pieces. */
#include <stdlib.h>

#include "base/log.h"
#include "fuzz/fuzz.h"
#include "support/call_request.h"
#include "support/runtime_loop.h"

enum { CHOICES = 3, JSON = 1, GZIP = 2, REQUEST_BYTES_MAX = 1 << 21 };

static const char *const methods[] = {
    "/sotong.runtime.v1.RuntimeService/Fail",
    "/sotong.runtime.v1.RuntimeService/SumRows",
    "/sotong.runtime.v1.RuntimeService/EchoRows",
    "/grpc.health.v1.Health/Check",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
};

static enum call_end run(struct runtime_loop *loop, const struct call_request *call,
                         enum status *status)
{
    struct buffer request;
    buffer_init(&request, REQUEST_BYTES_MAX);
    call_request_write(call, &request);
    struct text answer =
        runtime_loop_call(loop, (struct text){(const char *)request.bytes, request.length});
    buffer_free(&request);
    return call_answer_read(call, answer, status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct runtime_loop *loop; /* For the life of the process. */
    if (size < CHOICES || size - CHOICES > CALL_BODY_BYTES_MAX) return 0;
    if (loop == NULL) {
        log_init("runtime", LOG_ERROR);
        loop = runtime_loop_new(false);
    }
    struct call_request call = {.protocol = (enum call_protocol)(data[0] % CALL_PROTOCOLS),
                                .path = methods[data[0] / CALL_PROTOCOLS % ARRAY_LENGTH(methods)],
                                .json = (data[1] & JSON) != 0,
                                .gzip = (data[1] & GZIP) != 0,
                                .body = {(const char *)data + CHOICES, size - CHOICES}};
    for (size_t i = CHOICES; call.protocol == CALL_CONNECT_GET && i < size; i++)
        if (data[i] <= ' ' || data[i] >= 0x7f) return 0; /* Not HTTP; see http1_fuzz.c. */
    enum status whole = OK, pieces = OK;
    enum call_end whole_end = run(loop, &call, &whole);
    call.piece_bytes = 1 + data[2] % 64;
    enum call_end pieces_end = run(loop, &call, &pieces);
    if (whole_end == CALL_NO_ANSWER || pieces_end == CALL_NO_ANSWER) abort();
    /* A body may break two rules, of which the pieces decide which is met first. */
    if (whole_end != pieces_end || (whole == OK) != (pieces == OK)) abort();
    return 0;
}
