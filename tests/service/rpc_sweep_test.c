/* Calls of every kind over every protocol, of which each allocation fails once: a call ends as it
 * would have or with RESOURCE_EXHAUSTED. Where there is no memory even to say so, HTTP's 503 or the
 * end of the stream or connection says it. Nothing hangs, and the next call is served. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rpc/rpc_base64.h"
#include "rpc/rpc_gzip.h"
#include "support/call_request.h"
#include "support/runtime_loop.h"
#include "support/store.h"
#include "support/suite.h"

#define SERVICE "/sotong.runtime.v1.RuntimeService/"
#define REFLECTION "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"

enum { BYTES_MAX = 1 << 16, ALLOCATIONS_MAX = 5000 };

/* Messages of the requests. Of the field 1, "a": a row's name. */
#define ROW                                                                                        \
    {                                                                                              \
        "\n\1a\x10\5", 5                                                                           \
    }
#define NAME                                                                                       \
    {                                                                                              \
        "\n\1a", 3                                                                                 \
    }
#define LARGE_NAME                                                                                 \
    {                                                                                              \
        "\n\5large", 7                                                                             \
    }
#define ROWS                                                                                       \
    {                                                                                              \
        "\x08\3\x10\xb8\x17", 5                                                                    \
    } /* Three rows of 3,000 bytes. */
#define FAILURE                                                                                    \
    {                                                                                              \
        "\x08\x09\x12\3bad\x1a\4LATE\x22\3a.b", 18                                                 \
    }
#define NEW_ROW                                                                                    \
    {                                                                                              \
        "\n\3\n\1a", 5                                                                             \
    }
#define ADDITION                                                                                   \
    {                                                                                              \
        "\n\1a\x10\1", 5                                                                           \
    }

struct sweep {
    const char *name;
    const char *path;
    struct text message;
    int count; /* Of the message, in envelopes; 0: of JSON or a query, which is the body. */
    bool json, gzip;
    const char *timeout_ms;
    enum status status; /* How the call ends with memory. */
};

static const struct sweep unary[] = {
    {"read", SERVICE "GetRow", NAME, 1, false, false, NULL, OK},
    {"large", SERVICE "GetRow", LARGE_NAME, 1, false, true, NULL, OK},
    {"details", SERVICE "Fail", FAILURE, 1, false, false, NULL, INVALID_ARGUMENT},
    {"write", SERVICE "PutRow", NEW_ROW, 1, false, false, NULL, ALREADY_EXISTS},
    {"flow", SERVICE "AddToRow", ADDITION, 1, false, false, NULL, OK},
    {"health", "/grpc.health.v1.Health/Check", {"", 0}, 1, false, false, NULL, OK},
};

static const struct sweep streams[] = {
    {"server", SERVICE "MakeRows", ROWS, 1, false, false, NULL, OK},
    {"server, gzip", SERVICE "MakeRows", ROWS, 1, false, true, NULL, OK},
    {"client", SERVICE "SumRows", ROW, 3, false, false, NULL, OK},
    {"client, gzip", SERVICE "SumRows", ROW, 3, false, true, NULL, OK},
    {"both", SERVICE "EchoRows", ROW, 3, false, false, NULL, OK},
    {"list", REFLECTION, {"\x3a\0", 2}, 1, false, false, NULL, OK},
    {"symbol", REFLECTION, {"\x22\x15sotong.runtime.v1.Row", 23}, 1, false, false, NULL, OK},
    {"watch", "/grpc.health.v1.Health/Watch", {"", 0}, 1, false, false, "20", DEADLINE_EXCEEDED},
};

/* Those of one protocol alone. */
static const struct {
    enum call_protocol protocol;
    struct sweep sweep;
} others[] = {
    {CALL_CONNECT, {"JSON", SERVICE "GetRow", {"{\"name\":\"a\"}", 12}, 0, true, false, NULL, OK}},
    {CALL_CONNECT,
     {"details",
      SERVICE "Fail",
      {"{\"code\":9,\"fields\":[\"a\"],\"reason\":\"LATE\"}", 41},
      0,
      true,
      true,
      NULL,
      INVALID_ARGUMENT}},
    {CALL_CONNECT_GET,
     {"GET",
      SERVICE "GetRow",
      {"encoding=json&message=%7B%22name%22:%22a%22%7D", 46},
      0,
      true,
      false,
      NULL,
      OK}},
    {CALL_CONNECT_GET,
     {"base64",
      SERVICE "GetRow",
      {"encoding=proto&base64=1&message=CgFh", 36},
      0,
      false,
      true,
      NULL,
      OK}},
    {CALL_CONNECT_GET, {"metrics", "/metrics", {"", 0}, 0, false, false, NULL, OK}},
};

static void must(enum status status)
{
    if (status != OK) abort();
}

static struct text text_of(const struct buffer *buffer)
{
    return (struct text){(const char *)buffer->bytes, buffer->length};
}

/* The message as it travels. */
static void pack(const struct sweep *sweep, struct buffer *out)
{
    struct rpc_gzip gzip;
    rpc_gzip_init(&gzip);
    if (sweep->gzip) must(rpc_gzip_deflate(&gzip, sweep->message, out));
    if (!sweep->gzip && sweep->message.length > 0)
        must(buffer_append(out, sweep->message.bytes, sweep->message.length));
    rpc_gzip_free(&gzip);
}

static void write_body(const struct sweep *sweep, enum call_protocol protocol, struct buffer *out)
{
    if (sweep->count == 0) {
        if (sweep->gzip && protocol == CALL_CONNECT)
            pack(sweep, out);
        else
            must(buffer_append(out, sweep->message.bytes, sweep->message.length));
        return;
    }
    if (protocol == CALL_CONNECT) {
        pack(sweep, out);
        return;
    }
    struct buffer message, body;
    buffer_init(&message, BYTES_MAX);
    buffer_init(&body, BYTES_MAX);
    pack(sweep, &message);
    for (int i = 0; i < sweep->count; i++)
        call_envelope_write(&body, sweep->gzip ? 1 : 0, text_of(&message));
    must(protocol == CALL_WEB_TEXT ? rpc_base64_append(out, text_of(&body))
                                   : buffer_append(out, body.bytes, body.length));
    buffer_free(&body);
    buffer_free(&message);
}

static struct runtime_loop *open_loop(bool with_store)
{
    static const char put[] = "{\"row\":{\"name\":\"%s\",\"text\":\"%0*d\"}}";
    struct runtime_loop *loop = runtime_loop_new(with_store);
    for (int i = 0; with_store && i < 2; i++) {
        char json[4096];
        struct buffer bytes;
        buffer_init(&bytes, BYTES_MAX);
        int length = snprintf(json, sizeof json, put, i == 0 ? "a" : "large", i == 0 ? 1 : 3000, 0);
        const struct call_request request = {.protocol = CALL_CONNECT,
                                             .path = SERVICE "PutRow",
                                             .json = true,
                                             .body = {json, (size_t)length}};
        call_request_write(&request, &bytes);
        enum status status = UNKNOWN;
        enum call_end end =
            call_answer_read(&request, runtime_loop_call(loop, text_of(&bytes)), &status);
        CU_ASSERT(end == CALL_ENDED && status == OK);
        buffer_free(&bytes);
    }
    return loop;
}

/* One call, as the sweep has it, whose nth allocation fails. Whether it may end so. */
static bool survives(const struct sweep *sweep, const struct call_request *request,
                     struct text answer, bool failed)
{
    enum status status = UNKNOWN;
    switch (call_answer_read(request, answer, &status)) {
    case CALL_ENDED:
        if (status == sweep->status || (failed && status == RESOURCE_EXHAUSTED)) return true;
        (void)printf("%s over %d: status %d\n", sweep->name, (int)request->protocol, (int)status);
        return false;
    case CALL_REFUSED: /* Before there was a call: a head for which there is no room is too large.
                        */
        return failed && (request->protocol == CALL_GRPC ||
                          memmem(answer.bytes, answer.length, " 503 ", 5) != NULL ||
                          memmem(answer.bytes, answer.length, " 431 ", 5) != NULL);
    case CALL_BROKEN:
    case CALL_NO_ANSWER:
        return failed;
    }
    return false;
}

static void run(const struct sweep *sweep, enum call_protocol protocol, struct runtime_loop *kept)
{
    struct buffer body, bytes;
    buffer_init(&body, BYTES_MAX);
    buffer_init(&bytes, BYTES_MAX);
    write_body(sweep, protocol, &body);
    const struct call_request request = {.protocol = protocol,
                                         .path = sweep->path,
                                         .json = sweep->json,
                                         .gzip = sweep->gzip,
                                         .timeout_ms = sweep->timeout_ms,
                                         .body = text_of(&body)};
    call_request_write(&request, &bytes);
    bool failed = true;
    int nth = 1;
    for (; nth < ALLOCATIONS_MAX && failed; nth++) {
        struct runtime_loop *loop = kept != NULL ? kept : open_loop(false);
        (void)alloc_fail_at(nth);
        struct text answer = runtime_loop_call(loop, text_of(&bytes));
        failed = alloc_fail_at(0) >= nth;
        bool good = survives(sweep, &request, answer, failed);
        CU_ASSERT_TRUE(good);
        if (!good)
            (void)printf("%s over %d, allocation %d: %.*s\n", sweep->name, (int)protocol, nth,
                         (int)answer.length, answer.bytes);
        if (kept == NULL) runtime_loop_free(loop);
    }
    CU_ASSERT_FALSE(failed);
    CU_ASSERT(nth > 4);
    buffer_free(&bytes);
    buffer_free(&body);
}

static void unary_calls(void)
{
    static const enum call_protocol protocols[] = {CALL_CONNECT, CALL_GRPC, CALL_WEB,
                                                   CALL_WEB_TEXT};
    struct runtime_loop *loop = open_loop(true);
    for (size_t i = 0; i < ARRAY_LENGTH(unary); i++)
        for (size_t j = 0; j < ARRAY_LENGTH(protocols); j++)
            run(&unary[i], protocols[j], loop);
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        run(&others[i].sweep, others[i].protocol, loop);
    runtime_loop_free(loop);
}

static const enum call_protocol streaming[] = {CALL_CONNECT_STREAM, CALL_GRPC, CALL_WEB,
                                               CALL_WEB_TEXT};

static void calls_of_streams(void)
{
    struct runtime_loop *loop = open_loop(true);
    for (size_t i = 0; i < ARRAY_LENGTH(streams); i++)
        for (size_t j = 0; j < ARRAY_LENGTH(streaming); j++)
            run(&streams[i], streaming[j], loop);
    runtime_loop_free(loop);
}

/* A server keeps memory from call to call: the first call of each has none. */
static void first_calls(void)
{
    for (size_t j = 0; j < ARRAY_LENGTH(streaming); j++) {
        run(&streams[1], streaming[j], NULL);
        run(&streams[3], streaming[j], NULL);
        run(&streams[4], streaming[j], NULL);
    }
}

static void begin(void)
{
    log_init("runtime", LOG_ERROR);
    CU_ASSERT_TRUE(store_count_allocations());
}

SUITE("rpc_sweep", {"counts SQLite's allocations", begin}, {"unary calls", unary_calls},
      {"calls of streams", calls_of_streams}, {"first calls of a server", first_calls})
