#include "support/call_request.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/rpc_base64.h"

enum {
    FRAME_DATA = 0,
    FRAME_HEADERS = 1,
    FRAME_RST_STREAM = 3,
    FRAME_SETTINGS = 4,
    FRAME_GOAWAY = 7,
    FLAG_END_STREAM = 1,
    FLAG_END_HEADERS = 4,
    FRAME_HEAD_BYTES = 9,
    FRAME_BYTES_MAX = 16384,
    PATH_BYTES_MAX = 126,
    BODY_BYTES_MAX = 1 << 20,
};

/* ---- Requests ---- */

static void must(enum status status)
{
    if (status != OK) abort();
}

static void add(struct buffer *out, const char *string)
{
    must(buffer_append_string(out, string));
}

static const char *content_type(const struct call_request *request)
{
    switch (request->protocol) {
    case CALL_CONNECT:
        return request->json ? "application/json" : "application/proto";
    case CALL_CONNECT_GET:
        return NULL;
    case CALL_CONNECT_STREAM:
        return request->json ? "application/connect+json" : "application/connect+proto";
    case CALL_WEB:
        return request->json ? "application/grpc-web+json" : "application/grpc-web+proto";
    case CALL_WEB_TEXT:
        return "application/grpc-web-text+proto";
    case CALL_GRPC:
        return request->json ? "application/grpc+json" : "application/grpc+proto";
    }
    abort();
}

static bool is_connect(const struct call_request *request)
{
    return request->protocol == CALL_CONNECT || request->protocol == CALL_CONNECT_GET ||
           request->protocol == CALL_CONNECT_STREAM;
}

static const char *encoding_name(const struct call_request *request)
{
    if (!is_connect(request)) return "grpc-encoding";
    return request->protocol == CALL_CONNECT_STREAM ? "connect-content-encoding"
                                                    : "content-encoding";
}

static size_t piece(const struct call_request *request, size_t left)
{
    size_t bytes = request->piece_bytes == 0 ? FRAME_BYTES_MAX : request->piece_bytes;
    return bytes < left ? bytes : left;
}

static void write_http1(const struct call_request *request, struct buffer *out)
{
    bool get = request->protocol == CALL_CONNECT_GET;
    char line[256];
    add(out, get ? "GET " : "POST ");
    add(out, request->path);
    if (get) {
        add(out, "?");
        must(buffer_append(out, request->body.bytes, request->body.length));
    }
    add(out, " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n");
    if (request->timeout_ms != NULL) {
        (void)snprintf(line, sizeof line, "%s: %s%s\r\n",
                       is_connect(request) ? "connect-timeout-ms" : "grpc-timeout",
                       request->timeout_ms, is_connect(request) ? "" : "m");
        add(out, line);
    }
    if (request->gzip && !get) {
        (void)snprintf(line, sizeof line, "%s: gzip\r\n", encoding_name(request));
        add(out, line);
    }
    if (request->gzip) add(out, "accept-encoding: gzip\r\nconnect-accept-encoding: gzip\r\n");
    if (get) {
        add(out, "\r\n");
        return;
    }
    (void)snprintf(line, sizeof line, "content-type: %s\r\ntransfer-encoding: chunked\r\n\r\n",
                   content_type(request));
    add(out, line);
    for (size_t at = 0; at < request->body.length;) {
        size_t length = piece(request, request->body.length - at);
        (void)snprintf(line, sizeof line, "%zx\r\n", length);
        add(out, line);
        must(buffer_append(out, request->body.bytes + at, length));
        add(out, "\r\n");
        at += length;
    }
    add(out, "0\r\n\r\n");
}

static void write_frame(struct buffer *out, uint8_t type, uint8_t flags, uint8_t stream,
                        struct text payload)
{
    const uint8_t head[FRAME_HEAD_BYTES] = {(uint8_t)(payload.length >> 16),
                                            (uint8_t)(payload.length >> 8),
                                            (uint8_t)payload.length,
                                            type,
                                            flags,
                                            0,
                                            0,
                                            0,
                                            stream};
    must(buffer_append(out, head, sizeof head));
    if (payload.length > 0) must(buffer_append(out, payload.bytes, payload.length));
}

/* A string of up to 126 bytes, as HPACK has it. */
static void add_string(struct buffer *out, const char *string)
{
    must(buffer_append_byte(out, (uint8_t)strlen(string)));
    add(out, string);
}

static void add_field(struct buffer *out, const char *name, const char *value)
{
    must(buffer_append_byte(out, 0)); /* A literal, not indexed, with a name of its own. */
    add_string(out, name);
    add_string(out, value);
}

static void write_http2(const struct call_request *request, struct buffer *out)
{
    static const struct text none = {"", 0};
    add(out, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    write_frame(out, FRAME_SETTINGS, 0, 0, none);
    struct buffer fields;
    buffer_init(&fields, FRAME_BYTES_MAX);
    must(buffer_append(&fields,
                       "\x83\x86\x01\x01"
                       "a\x04",
                       6)); /* POST, http, the authority. */
    add_string(&fields, request->path);
    add_field(&fields, "content-type", content_type(request));
    add_field(&fields, "te", "trailers");
    if (request->gzip) {
        add_field(&fields, "grpc-encoding", "gzip");
        add_field(&fields, "grpc-accept-encoding", "gzip");
    }
    char timeout[32];
    (void)snprintf(timeout, sizeof timeout, "%sm", request->timeout_ms);
    if (request->timeout_ms != NULL) add_field(&fields, "grpc-timeout", timeout);
    write_frame(out, FRAME_HEADERS, FLAG_END_HEADERS, 1,
                (struct text){(const char *)fields.bytes, fields.length});
    buffer_free(&fields);
    for (size_t at = 0; at < request->body.length;) {
        size_t length = piece(request, request->body.length - at);
        write_frame(out, FRAME_DATA, 0, 1, (struct text){request->body.bytes + at, length});
        at += length;
    }
    write_frame(out, FRAME_DATA, FLAG_END_STREAM, 1, none);
    write_frame(out, FRAME_GOAWAY, 0, 0, (struct text){"\0\0\0\0\0\0\0\0", 8});
}

void call_request_write(const struct call_request *request, struct buffer *out)
{
    if (strlen(request->path) > PATH_BYTES_MAX || request->body.length > CALL_BODY_BYTES_MAX)
        abort();
    if (request->protocol == CALL_GRPC) {
        write_http2(request, out);
    } else {
        write_http1(request, out);
    }
}

void call_envelope_write(struct buffer *out, uint8_t flags, struct text message)
{
    const uint8_t head[] = {flags, (uint8_t)(message.length >> 24), (uint8_t)(message.length >> 16),
                            (uint8_t)(message.length >> 8), (uint8_t)message.length};
    must(buffer_append(out, head, sizeof head));
    if (message.length > 0) must(buffer_append(out, message.bytes, message.length));
}

/* ---- Answers ---- */

static bool status_of_number(struct text digits, enum status *status)
{
    digits = text_trim(digits);
    int number = 0;
    if (digits.length == 0 || digits.length > 2) return false;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.bytes[i] < '0' || digits.bytes[i] > '9') return false;
        number = number * 10 + (digits.bytes[i] - '0');
    }
    *status = (enum status)number;
    return number < STATUS_COUNT;
}

/* The status after `grpc-status:`, in a head or among trailers. */
static bool status_of_field(struct text text, enum status *status)
{
    static const char name[] = "grpc-status:";
    const char *at = memmem(text.bytes, text.length, name, strlen(name));
    if (at == NULL) return false;
    at += strlen(name);
    const char *end = memchr(at, '\r', (size_t)(text.bytes + text.length - at));
    if (end == NULL) return false;
    return status_of_number((struct text){at, (size_t)(end - at)}, status);
}

/* The last `"code":"…"`, which is where Connect has it. */
static bool status_of_json(struct text text, enum status *status)
{
    static const char name[] = "\"code\":\"";
    const char *at = memmem(text.bytes, text.length, name, strlen(name));
    if (at == NULL) return false;
    at += strlen(name);
    for (int i = 0; i < STATUS_COUNT; i++) {
        const char *code = status_connect_name((enum status)i);
        size_t left = (size_t)(text.bytes + text.length - at);
        *status = (enum status)i;
        if (left > strlen(code) && memcmp(at, code, strlen(code)) == 0 && at[strlen(code)] == '"')
            return true;
    }
    return false;
}

/* The body without its chunks; false: it is not whole. */
static bool body_read(struct text head, struct text rest, struct buffer *body)
{
    static const char chunked[] = "ransfer-encoding: chunked";
    if (memmem(head.bytes, head.length, chunked, strlen(chunked)) == NULL) {
        const char *length = memmem(head.bytes, head.length, "ontent-length: ", 15);
        must(buffer_append(body, rest.bytes, rest.length));
        return length != NULL && strtoul(length + 15, NULL, 10) == rest.length;
    }
    for (;;) {
        const char *line = memmem(rest.bytes, rest.length, "\r\n", 2);
        if (line == NULL) return false;
        size_t length = strtoul(rest.bytes, NULL, 16);
        size_t step = (size_t)(line - rest.bytes) + 2;
        if (length == 0) return true;
        if (length + 2 > rest.length - step) return false;
        must(buffer_append(body, rest.bytes + step, length));
        rest.bytes += step + length + 2;
        rest.length -= step + length + 2;
    }
}

/* Groups of four, of which any may end in padding. */
static void decode_base64(struct buffer *body)
{
    struct buffer bytes;
    buffer_init(&bytes, BODY_BYTES_MAX);
    for (size_t at = 0; at + 4 <= body->length; at += 4) {
        uint8_t group[3];
        size_t length;
        if (!rpc_base64_quantum((const char *)body->bytes + at, group, &length)) break;
        must(buffer_append(&bytes, group, length));
    }
    buffer_free(body);
    *body = bytes;
}

static enum call_end read_http1_body(const struct call_request *request, struct text head,
                                     struct text body, enum status *status)
{
    bool succeeded = head.length > 12 && memcmp(head.bytes + 9, "200", 3) == 0;
    switch (request->protocol) {
    case CALL_CONNECT:
    case CALL_CONNECT_GET:
        *status = OK;
        return succeeded || status_of_json(body, status) ? CALL_ENDED : CALL_REFUSED;
    case CALL_CONNECT_STREAM:
        if (!succeeded) return CALL_REFUSED;
        if (status_of_json(body, status)) return CALL_ENDED;
        *status = OK;
        return memmem(body.bytes, body.length, "{}", 2) != NULL ||
                       memmem(body.bytes, body.length, "{\"metadata\"", 11) != NULL
                   ? CALL_ENDED
                   : CALL_BROKEN;
    case CALL_WEB:
    case CALL_WEB_TEXT:
        if (status_of_field(head, status)) return CALL_ENDED;
        if (!succeeded) return CALL_REFUSED;
        return status_of_field(body, status) ? CALL_ENDED : CALL_BROKEN;
    case CALL_GRPC:
        break;
    }
    abort();
}

static enum call_end read_http1(const struct call_request *request, struct text answer,
                                enum status *status)
{
    if (answer.length == 0) return CALL_NO_ANSWER;
    const char *end = memmem(answer.bytes, answer.length, "\r\n\r\n", 4);
    if (end == NULL) return CALL_BROKEN;
    struct text head = {answer.bytes, (size_t)(end - answer.bytes) + 2};
    struct text rest = {end + 4, answer.length - head.length - 2};
    struct buffer body;
    buffer_init(&body, BODY_BYTES_MAX);
    enum call_end how = CALL_BROKEN;
    if (body_read(head, rest, &body)) {
        if (request->protocol == CALL_WEB_TEXT) decode_base64(&body);
        struct text text = {"", 0};
        if (body.length > 0) text = (struct text){(const char *)body.bytes, body.length};
        how = read_http1_body(request, head, text, status);
    }
    buffer_free(&body);
    return how;
}

struct http2_answer {
    nghttp2_hd_inflater *inflater;
    bool begun, ended, reset, has_status;
    enum status status;
};

static void read_fields(struct http2_answer *answer, struct text block)
{
    for (;;) {
        nghttp2_nv field;
        int flags = 0;
        ssize_t used = nghttp2_hd_inflate_hd2(answer->inflater, &field, &flags,
                                              (const uint8_t *)block.bytes, block.length, 1);
        if (used < 0) abort();
        block.bytes += used;
        block.length -= (size_t)used;
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
            struct text name = {(const char *)field.name, field.namelen};
            struct text value = {(const char *)field.value, field.valuelen};
            if (text_equal(name, text_from("grpc-status")))
                answer->has_status = status_of_number(value, &answer->status);
        }
        if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    }
    (void)nghttp2_hd_inflate_end_headers(answer->inflater);
}

static enum call_end read_http2(struct text bytes, enum status *status)
{
    struct http2_answer answer = {.inflater = NULL};
    if (nghttp2_hd_inflate_new(&answer.inflater) != 0) abort();
    while (bytes.length >= FRAME_HEAD_BYTES) {
        const uint8_t *head = (const uint8_t *)bytes.bytes;
        size_t length = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
        uint8_t type = head[3], flags = head[4];
        if (length > bytes.length - FRAME_HEAD_BYTES) break;
        struct text payload = {bytes.bytes + FRAME_HEAD_BYTES, length};
        if (type == FRAME_HEADERS) {
            answer.begun = true;
            read_fields(&answer, payload);
        }
        if (type == FRAME_RST_STREAM && !answer.ended) answer.reset = true;
        if (type <= FRAME_HEADERS && (flags & FLAG_END_STREAM) != 0) answer.ended = true;
        bytes.bytes += FRAME_HEAD_BYTES + length;
        bytes.length -= FRAME_HEAD_BYTES + length;
    }
    nghttp2_hd_inflate_del(answer.inflater);
    *status = answer.status;
    if (answer.ended) return answer.has_status ? CALL_ENDED : CALL_REFUSED;
    return answer.begun || answer.reset ? CALL_BROKEN : CALL_NO_ANSWER;
}

enum call_end call_answer_read(const struct call_request *request, struct text answer,
                               enum status *status)
{
    enum status read = OK;
    enum call_end end = request->protocol == CALL_GRPC ? read_http2(answer, &read)
                                                       : read_http1(request, answer, &read);
    if (end == CALL_ENDED) *status = read;
    return end;
}
