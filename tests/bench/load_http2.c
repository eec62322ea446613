#include "load_http2.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FRAME_HEAD_BYTES = 9,
    FRAME_BYTES_MAX = 16384,
    WINDOW_FIRST = 65535,
    WINDOW_MAX = 0x7fffffff,
    WINDOW_REFILL = 1 << 28,
    SLOTS_PER_STREAM = 4,
    RECEIVE_BYTES = 256 << 10,
    TABLE_BYTES = 4096,
    INDEXED = 0x80,
    LITERAL_INDEXED = 0x40,
    STRING_SHORT_MAX = 126,
};

/* Entries of HPACK's static table. */
enum { HPACK_AUTHORITY = 1, HPACK_METHOD_POST = 3, HPACK_PATH = 4, HPACK_SCHEME_HTTP = 6 };
enum { HPACK_CONTENT_TYPE = 31, HPACK_DYNAMIC_FIRST = 62 };

static void *must(void *memory)
{
    if (memory == NULL) errx(1, "no memory");
    return memory;
}

static void reserve(struct load_connection *connection, size_t bytes)
{
    if (connection->out_length + bytes <= connection->out_max) return;
    connection->out_max = (connection->out_length + bytes) * 2;
    connection->out = must(realloc(connection->out, connection->out_max));
}

static void put(struct load_connection *connection, const void *bytes, size_t length)
{
    if (length == 0) return;
    reserve(connection, length);
    memcpy(connection->out + connection->out_length, bytes, length);
    connection->out_length += length;
}

static void put_byte(struct load_connection *connection, uint8_t byte)
{
    put(connection, &byte, 1);
}

static void put_u32(struct load_connection *connection, uint32_t number)
{
    uint32_t network = htonl(number);
    put(connection, &network, sizeof network);
}

struct frame {
    uint32_t length, id;
    uint8_t type, flags;
};

static void put_frame(struct load_connection *connection, struct frame frame)
{
    put_byte(connection, (uint8_t)(frame.length >> 16));
    put_byte(connection, (uint8_t)(frame.length >> 8));
    put_byte(connection, (uint8_t)frame.length);
    put_byte(connection, frame.type);
    put_byte(connection, frame.flags);
    put_u32(connection, frame.id);
}

static void put_window_update(struct load_connection *connection, uint32_t more)
{
    put_frame(connection, (struct frame){.length = 4, .type = NGHTTP2_WINDOW_UPDATE});
    put_u32(connection, more);
}

static void put_string(struct load_connection *connection, const char *string)
{
    size_t length = strlen(string);
    if (length > STRING_SHORT_MAX) errx(1, "a header of %zu bytes is too long", length);
    put_byte(connection, (uint8_t)length);
    put(connection, string, length);
}

/* The fields of every request: in full and remembered by the server, or as what it remembers. */
static void put_fields(struct load_connection *connection)
{
    bool grpc = connection->work->grpc;
    put_byte(connection, INDEXED | HPACK_METHOD_POST);
    put_byte(connection, INDEXED | HPACK_SCHEME_HTTP);
    if (connection->fields_sent) {
        int newest = HPACK_DYNAMIC_FIRST;
        for (int i = newest + (grpc ? 3 : 2); i >= newest; i--)
            put_byte(connection, (uint8_t)(INDEXED | i));
        return;
    }
    put_byte(connection, LITERAL_INDEXED | HPACK_PATH);
    put_string(connection, connection->work->path);
    put_byte(connection, LITERAL_INDEXED | HPACK_AUTHORITY);
    put_string(connection, "127.0.0.1");
    put_byte(connection, LITERAL_INDEXED | HPACK_CONTENT_TYPE);
    put_string(connection, connection->work->content_type);
    if (grpc) {
        put_byte(connection, LITERAL_INDEXED);
        put_string(connection, "te");
        put_string(connection, "trailers");
    }
    connection->fields_sent = true;
}

void load_connect(struct load_connection *connection, const struct load_work *work, uint16_t port)
{
    static const uint8_t settings[] = {0, 2, 0,    0,    0,    0,     /* No push. */
                                       0, 4, 0x7f, 0xff, 0xff, 0xff}; /* Any window. */
    *connection = (struct load_connection){.work = work, .send_window = WINDOW_FIRST, .next_id = 1};
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    if (connection->fd < 0 ||
        connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        err(1, "connecting to port %u", port);
    if (nghttp2_hd_inflate_new(&connection->inflater) != 0) errx(1, "no memory");
    uint32_t slots = 1;
    while (slots < work->streams_max * SLOTS_PER_STREAM)
        slots *= 2;
    connection->slot_mask = slots - 1;
    connection->streams = must(calloc(slots, sizeof *connection->streams));
    put(connection, NGHTTP2_CLIENT_MAGIC, NGHTTP2_CLIENT_MAGIC_LEN);
    put_frame(connection, (struct frame){.length = sizeof settings, .type = NGHTTP2_SETTINGS});
    put(connection, settings, sizeof settings);
    put_window_update(connection, WINDOW_MAX - WINDOW_FIRST);
}

void load_close(struct load_connection *connection)
{
    (void)close(connection->fd);
    nghttp2_hd_inflate_del(connection->inflater);
    free(connection->streams);
    free(connection->out);
    free(connection->rest);
}

bool load_may_call(const struct load_connection *connection)
{
    return connection->greeted && connection->in_flight < connection->work->streams_max &&
           connection->send_window >= FRAME_BYTES_MAX;
}

uint8_t *load_call(struct load_connection *connection, const struct load_pair *pair,
                   uint64_t begin_ns)
{
    struct load_stream *stream;
    uint32_t id;
    do {
        id = connection->next_id;
        connection->next_id += 2;
        if (id > WINDOW_MAX) errx(1, "the connection has no stream ids left");
        stream = &connection->streams[(id / 2) & connection->slot_mask];
    } while (stream->id != 0);
    *stream = (struct load_stream){.id = id, .pair = pair, .begin_ns = begin_ns};
    connection->in_flight++;

    size_t head = connection->out_length;
    struct frame headers = {.type = NGHTTP2_HEADERS, .flags = NGHTTP2_FLAG_END_HEADERS, .id = id};
    put_frame(connection, headers);
    put_fields(connection);
    size_t length = connection->out_length - head - FRAME_HEAD_BYTES;
    connection->out[head + 1] = (uint8_t)(length >> 8);
    connection->out[head + 2] = (uint8_t)length;
    put_frame(connection, (struct frame){.length = pair->request_length,
                                         .type = NGHTTP2_DATA,
                                         .flags = NGHTTP2_FLAG_END_STREAM,
                                         .id = id});
    put(connection, pair->request, pair->request_length);
    connection->send_window -= pair->request_length;
    return connection->out + connection->out_length - pair->request_length;
}

bool load_flush(struct load_connection *connection)
{
    while (connection->out_sent < connection->out_length) {
        ssize_t sent =
            send(connection->fd, connection->out + connection->out_sent,
                 connection->out_length - connection->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) return false;
        if (sent < 0) err(1, "sending");
        connection->out_sent += (size_t)sent;
    }
    connection->out_sent = connection->out_length = 0;
    return true;
}

static uint32_t read_u32(const uint8_t *at)
{
    uint32_t network;
    memcpy(&network, at, sizeof network);
    return ntohl(network);
}

static bool field_is(const nghttp2_nv *field, const char *name, const char *value)
{
    return field->namelen == strlen(name) && memcmp(field->name, name, field->namelen) == 0 &&
           field->valuelen == strlen(value) && memcmp(field->value, value, field->valuelen) == 0;
}

/* Reads a block that may change the table. */
static struct load_fields fields_inflate(struct load_connection *connection, const uint8_t *block,
                                         size_t length)
{
    struct load_fields fields = {.length = 0};
    while (true) {
        nghttp2_nv field;
        int flags = 0;
        ssize_t used =
            nghttp2_hd_inflate_hd2(connection->inflater, &field, &flags, block, length, 1);
        if (used < 0) errx(1, "wrong header fields: %s", nghttp2_strerror((int)used));
        block += used;
        length -= (size_t)used;
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
            fields.status_ok = fields.status_ok || field_is(&field, ":status", "200");
            fields.grpc_ok = fields.grpc_ok || field_is(&field, "grpc-status", "0");
        }
        if ((flags & NGHTTP2_HD_INFLATE_FINAL) == 0) continue;
        (void)nghttp2_hd_inflate_end_headers(connection->inflater);
        return fields;
    }
}

/* Whether the block only points into the table, and so leaves it as it is. */
static bool points_only(const uint8_t *block, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (block[i] < INDEXED || block[i] == UINT8_MAX) return false;
    }
    return true;
}

static struct load_fields fields_read(struct load_connection *connection, const uint8_t *block,
                                      size_t length)
{
    for (size_t i = 0; i < LOAD_FIELDS_KNOWN_MAX; i++) {
        const struct load_fields *known = &connection->known[i];
        if (known->length == length && memcmp(known->bytes, block, length) == 0) return *known;
    }
    bool keep = points_only(block, length);
    if (!keep) memset(connection->known, 0, sizeof connection->known);
    struct load_fields fields = fields_inflate(connection, block, length);
    if (!keep || length > sizeof fields.bytes) return fields;
    fields.length = (uint8_t)length;
    memcpy(fields.bytes, block, length);
    connection->known[connection->known_next++ % LOAD_FIELDS_KNOWN_MAX] = fields;
    return fields;
}

static void stream_end(struct load_connection *connection, struct load_stream *stream,
                       const struct load_listener *listener)
{
    const struct load_pair *pair = stream->pair;
    bool whole = pair->answer_length == 0 || stream->answered == pair->answer_length;
    bool right = whole && !stream->wrong && stream->status_ok &&
                 (stream->grpc_ok || !connection->work->grpc);
    stream->id = 0;
    connection->in_flight--;
    listener->ended(listener->context, connection, stream->begin_ns, right);
}

static void stream_data(struct load_connection *connection, struct load_stream *stream,
                        const uint8_t *bytes, uint32_t length)
{
    const struct load_pair *pair = stream->pair;
    connection->received += length;
    if (pair->answer_length != 0) {
        bool fits = length <= pair->answer_length - stream->answered;
        if (!fits || memcmp(pair->answer + stream->answered, bytes, length) != 0)
            stream->wrong = true;
        if (!fits) return;
    }
    stream->answered += length;
}

static void on_settings(struct load_connection *connection, const struct frame *frame,
                        const uint8_t *payload)
{
    if ((frame->flags & NGHTTP2_FLAG_ACK) != 0) return;
    for (uint32_t at = 0; at + 6 <= frame->length; at += 6) {
        unsigned setting = (unsigned)payload[at] << 8 | payload[at + 1];
        uint32_t value = read_u32(payload + at + 2);
        if (setting == NGHTTP2_SETTINGS_HEADER_TABLE_SIZE && value < TABLE_BYTES)
            errx(1, "the server's header table has %u bytes; this client needs 4,096", value);
        if (setting == NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS &&
            value < connection->work->streams_max)
            errx(1, "the server allows %u streams", value);
        if (setting == NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE && value < FRAME_BYTES_MAX)
            errx(1, "the server's windows have %u bytes", value);
    }
    connection->greeted = true;
    put_frame(connection, (struct frame){.type = NGHTTP2_SETTINGS, .flags = NGHTTP2_FLAG_ACK});
}

/* A frame that belongs to a call. */
static void on_stream(struct load_connection *connection, const struct frame *frame,
                      const uint8_t *payload, const struct load_listener *listener)
{
    struct load_stream *stream = &connection->streams[(frame->id / 2) & connection->slot_mask];
    if (frame->type == NGHTTP2_HEADERS) {
        uint8_t odd = NGHTTP2_FLAG_PADDED | NGHTTP2_FLAG_PRIORITY;
        if ((frame->flags & odd) != 0 || (frame->flags & NGHTTP2_FLAG_END_HEADERS) == 0)
            errx(1, "a kind of HEADERS frame that this client does not read");
        struct load_fields fields = fields_read(connection, payload, frame->length);
        stream->status_ok = stream->status_ok || fields.status_ok;
        stream->grpc_ok = stream->grpc_ok || fields.grpc_ok;
    }
    if (stream->id != frame->id) return; /* It was over: a reset that crossed its end. */
    if (frame->type == NGHTTP2_DATA) {
        if ((frame->flags & NGHTTP2_FLAG_PADDED) != 0) errx(1, "padded DATA");
        stream_data(connection, stream, payload, frame->length);
    }
    bool reset = frame->type == NGHTTP2_RST_STREAM;
    if (reset) stream->wrong = true;
    if (reset || (frame->flags & NGHTTP2_FLAG_END_STREAM) != 0)
        stream_end(connection, stream, listener);
}

static void on_frame(struct load_connection *connection, const struct frame *frame,
                     const uint8_t *payload, const struct load_listener *listener)
{
    switch (frame->type) {
    case NGHTTP2_DATA:
    case NGHTTP2_HEADERS:
    case NGHTTP2_RST_STREAM:
        on_stream(connection, frame, payload, listener);
        return;
    case NGHTTP2_SETTINGS:
        on_settings(connection, frame, payload);
        return;
    case NGHTTP2_WINDOW_UPDATE:
        if (frame->id == 0) connection->send_window += read_u32(payload);
        return;
    case NGHTTP2_PING:
        if ((frame->flags & NGHTTP2_FLAG_ACK) != 0) return;
        put_frame(connection,
                  (struct frame){.length = 8, .type = NGHTTP2_PING, .flags = NGHTTP2_FLAG_ACK});
        put(connection, payload, 8);
        return;
    case NGHTTP2_GOAWAY:
        errx(1, "the server says GOAWAY, code %u: %.*s", read_u32(payload + 4),
             (int)(frame->length - 8), (const char *)payload + 8);
    case NGHTTP2_CONTINUATION:
        errx(1, "CONTINUATION, which this client does not read");
    default: /* Types of frames are numbers, and extensions add some: they are skipped. */
        return;
    }
}

/* Reads whole frames and returns how many bytes they took. */
static size_t frames_read(struct load_connection *connection, const uint8_t *at, size_t length,
                          const struct load_listener *listener)
{
    size_t used = 0;
    while (length - used >= FRAME_HEAD_BYTES) {
        const uint8_t *head = at + used;
        struct frame frame = {.length = (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2],
                              .type = head[3],
                              .flags = head[4],
                              .id = read_u32(head + 5)};
        if (frame.length > FRAME_BYTES_MAX) errx(1, "a frame of %u bytes", frame.length);
        if (length - used < FRAME_HEAD_BYTES + frame.length) break;
        on_frame(connection, &frame, head + FRAME_HEAD_BYTES, listener);
        used += FRAME_HEAD_BYTES + frame.length;
    }
    return used;
}

void load_receive(struct load_connection *connection, const struct load_listener *listener)
{
    uint8_t buffer[RECEIVE_BYTES];
    size_t length = connection->rest_length;
    if (length > 0) memcpy(buffer, connection->rest, length);
    ssize_t got = recv(connection->fd, buffer + length, sizeof buffer - length, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) err(1, "receiving");
    if (got == 0) errx(1, "the server closed a connection");
    length += (size_t)got;
    size_t used = frames_read(connection, buffer, length, listener);
    connection->rest_length = length - used;
    if (connection->rest_length > connection->rest_max) {
        connection->rest_max = FRAME_HEAD_BYTES + FRAME_BYTES_MAX;
        connection->rest = must(realloc(connection->rest, connection->rest_max));
    }
    if (connection->rest_length > 0)
        memcpy(connection->rest, buffer + used, connection->rest_length);
    if (connection->received < WINDOW_REFILL) return;
    put_window_update(connection, connection->received);
    connection->received = 0;
}
