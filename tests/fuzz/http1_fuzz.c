/* Any bytes as the head of an HTTP/1 request and as a chunked body. A head that is accepted has no
 * line end that another reader could see elsewhere; a body reads the same in one piece and byte by
 * byte. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "http/http1_head.h"
#include "http/http_chunks.h"

enum { FIELDS_MAX = 20, BODY_BYTES_MAX = 4096 };

static void check_head(struct text bytes)
{
    struct http1_head head;
    if (http1_head_check(bytes, FIELDS_MAX, &head).reason != NULL) return;
    const char *end = memmem(bytes.bytes, bytes.length, "\r\n\r\n", 4);
    if (end == NULL) abort();
    for (const char *at = bytes.bytes; at < end; at++) {
        if (*at == '\0') abort();
        if (*at == '\n' && (at == bytes.bytes || at[-1] != '\r')) abort();
        if (*at == '\r' && at[1] != '\n') abort();
    }
    if (head.chunked && head.content_length > 0) abort();
}

struct body {
    enum http_chunks_result result;
    size_t length;
    size_t rest;
    char bytes[BODY_BYTES_MAX];
};

static void read_body(struct text from, size_t step, struct body *body)
{
    struct http_chunks chunks;
    http_chunks_init(&chunks);
    body->result = HTTP_CHUNKS_MORE;
    body->length = 0;
    body->rest = 0;
    while (from.length > 0) {
        size_t length = from.length < step ? from.length : step;
        struct text in = {from.bytes, length};
        struct text data;
        while ((body->result = http_chunks_read(&chunks, &in, &data)) == HTTP_CHUNKS_DATA) {
            memcpy(body->bytes + body->length, data.bytes, data.length);
            body->length += data.length;
        }
        from.bytes += length - in.length;
        from.length -= length - in.length;
        if (body->result != HTTP_CHUNKS_MORE) break;
    }
    body->rest = from.length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct body whole, bytewise;
    if (size > BODY_BYTES_MAX) size = BODY_BYTES_MAX;
    struct text bytes = {(const char *)data, size};
    check_head(bytes);
    read_body(bytes, size, &whole);
    read_body(bytes, 1, &bytewise);
    bool same = whole.result == bytewise.result && whole.length == bytewise.length &&
                memcmp(whole.bytes, bytewise.bytes, whole.length) == 0 &&
                (whole.result == HTTP_CHUNKS_BAD || whole.rest == bytewise.rest);
    if (!same) abort();
    return 0;
}
