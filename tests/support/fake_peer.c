#include "support/fake_peer.h"

#include <netinet/in.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

enum {
    PATH_BYTES = 64,
    BODY_BYTES = 4096,
    FIELD_BYTES = 256,
    ECHOED_MAX = 8,
    READ_BYTES = 16384,
    STREAMS_MAX = 256,
    POLL_MS = 20,
    BOMB_BYTES = 64 << 20,
};

/* One request and what is being answered. */
struct stream {
    int32_t id;
    struct connection *connection;
    char path[PATH_BYTES];
    char names[ECHOED_MAX][FIELD_BYTES], values[ECHOED_MAX][FIELD_BYTES]; /* x-…, traceparent. */
    size_t echoed;
    uint8_t body[BODY_BYTES];
    size_t length, sent;
    uint8_t *large; /* Instead of `body`, owned. */
    bool endless;
    bool waiting;
    const nghttp2_nv *trailers;
    size_t trailer_count;
};

struct connection {
    struct fake_peer *peer;
    int fd;
    pthread_t thread;
    nghttp2_session *session;
    struct stream *streams[STREAMS_MAX];
    bool deaf;    /* Reads and writes no more. */
    bool closing; /* Once everything is written. */
    struct connection *next;
};

static nghttp2_nv field(const char *name, const char *value)
{
    return (nghttp2_nv){(uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value, strlen(name),
                        strlen(value), NGHTTP2_NV_FLAG_NONE};
}

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *to, size_t length,
                         uint32_t *flags, nghttp2_data_source *source, void *context)
{
    struct stream *stream = source->ptr;
    (void)context;
    if (stream->endless) {
        memset(to, 0, length);
        return (ssize_t)length;
    }
    size_t left = stream->length - stream->sent, count = left < length ? left : length;
    if (count > 0)
        memcpy(to, (stream->large != NULL ? stream->large : stream->body) + stream->sent, count);
    stream->sent += count;
    if (stream->sent < stream->length) return (ssize_t)count;
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (stream->trailers != NULL) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        (void)nghttp2_submit_trailer(session, id, stream->trailers, stream->trailer_count);
    }
    return (ssize_t)count;
}

static void answer(struct stream *stream, const char *http_status, const char *type,
                   const nghttp2_nv *more, size_t more_count)
{
    nghttp2_nv fields[ECHOED_MAX * 2 + 8] = {field(":status", http_status),
                                             field("content-type", type)};
    size_t count = 2;
    for (size_t i = 0; i < more_count; i++)
        fields[count++] = more[i];
    for (size_t i = 0; i < stream->echoed; i++)
        fields[count++] = field(stream->names[i], stream->values[i]);
    nghttp2_data_provider body = {.source.ptr = stream, .read_callback = read_body};
    (void)nghttp2_submit_response(stream->connection->session, stream->id, fields, count, &body);
}

/* ---- Behaviours, by path ---- */

static void echo(struct stream *stream)
{
    answer(stream, "200", "application/proto", NULL, 0);
}

/* Answers when so many requests are under way on this connection as the test wants. */
static void together(struct stream *stream)
{
    struct connection *connection = stream->connection;
    int waiting = 0;
    stream->waiting = true;
    for (size_t i = 0; i < STREAMS_MAX; i++)
        waiting += connection->streams[i] != NULL && connection->streams[i]->waiting;
    if (waiting < atomic_load(&connection->peer->together)) return;
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        if (connection->streams[i] == NULL || !connection->streams[i]->waiting) continue;
        connection->streams[i]->waiting = false;
        echo(connection->streams[i]);
    }
}

static void silent(struct stream *stream)
{
    (void)stream;
}

static void deaf(struct stream *stream)
{
    stream->connection->deaf = true;
}

static bool first(const struct stream *stream)
{
    return atomic_load(&stream->connection->peer->requests) == 1;
}

/* The first request is not begun: another connection, please. */
static void goaway(struct stream *stream)
{
    static const char words[] = "moving house";
    if (!first(stream)) {
        echo(stream);
        return;
    }
    (void)nghttp2_submit_goaway(stream->connection->session, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR,
                                (const uint8_t *)words, sizeof words - 1);
}

/* The request has begun, and then the peer throws all out. */
static void goaway_and_close(struct stream *stream)
{
    static const char words[] = "too_many_pings";
    (void)nghttp2_submit_goaway(stream->connection->session, NGHTTP2_FLAG_NONE, stream->id,
                                NGHTTP2_ENHANCE_YOUR_CALM, (const uint8_t *)words,
                                sizeof words - 1);
    stream->connection->closing = true;
}

static void refuse_first(struct stream *stream)
{
    if (first(stream))
        (void)nghttp2_submit_rst_stream(stream->connection->session, NGHTTP2_FLAG_NONE, stream->id,
                                        NGHTTP2_REFUSED_STREAM);
    else
        echo(stream);
}

static void reset(struct stream *stream)
{
    (void)nghttp2_submit_rst_stream(stream->connection->session, NGHTTP2_FLAG_NONE, stream->id,
                                    NGHTTP2_FLOW_CONTROL_ERROR);
}

static void close_now(struct stream *stream)
{
    stream->connection->closing = true;
}

static void say_unavailable(struct stream *stream)
{
    static const char error[] = "{\"code\": \"unavailable\", \"message\": \"busy\"}";
    memcpy(stream->body, error, sizeof error - 1);
    stream->length = sizeof error - 1;
    answer(stream, "503", "application/json", NULL, 0);
}

/* 64 MiB of zeros in 64 KiB. */
static void bomb(struct stream *stream)
{
    const nghttp2_nv gzip = field("content-encoding", "gzip");
    uint8_t *zeros = calloc(1, BOMB_BYTES);
    z_stream deflater = {.next_in = zeros, .avail_in = BOMB_BYTES};
    stream->large = malloc(BOMB_BYTES / 256);
    deflater.next_out = stream->large;
    deflater.avail_out = BOMB_BYTES / 256;
    (void)deflateInit2(&deflater, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    (void)deflate(&deflater, Z_FINISH);
    stream->length = deflater.total_out;
    (void)deflateEnd(&deflater);
    free(zeros);
    answer(stream, "200", "application/proto", &gzip, 1);
}

static void endless(struct stream *stream)
{
    stream->endless = true;
    answer(stream, "200", "application/proto", NULL, 0);
}

/* One message of 4 GiB is announced. */
static void grpc_huge(struct stream *stream)
{
    static const uint8_t head[] = {0, 0xFF, 0xFF, 0xFF, 0xFF, 'x'};
    memcpy(stream->body, head, sizeof head);
    stream->length = sizeof head;
    answer(stream, "200", "application/grpc+proto", NULL, 0);
}

/* NOT_FOUND, with a message and details: google.rpc.Status{code 5, message "no", details
 * [Any{type.googleapis.com/google.rpc.ErrorInfo, ErrorInfo{reason "R"}}]}. */
static void grpc_error(struct stream *stream)
{
    static nghttp2_nv trailers[4];
    trailers[0] = field("grpc-status", "5");
    trailers[1] = field("grpc-message", "no %EC%86%8C%ED%86%B5 100%");
    trailers[2] =
        field("grpc-status-details-bin",
              "CAUSAm5vGi8KKHR5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2xlLnJwYy5FcnJvckluZm8SAwoBUg");
    trailers[3] = field("x-trailer-bin", "AAEC,//4");
    stream->length = 0;
    stream->trailers = trailers;
    stream->trailer_count = 4;
    answer(stream, "200", "application/grpc+proto", NULL, 0);
}

/* UNAVAILABLE: ask again in 50 s, or never. */
static void grpc_push_back(struct stream *stream)
{
    bool never = strcmp(stream->path, "/t/GrpcNever") == 0;
    const nghttp2_nv fields[] = {field("grpc-status", "14"),
                                 field("grpc-retry-pushback-ms", never ? "-1" : "50000")};
    stream->length = 0;
    answer(stream, "200", "application/grpc+proto", fields, ARRAY_LENGTH(fields));
}

static const struct {
    const char *path;
    void (*behave)(struct stream *stream);
} behaviours[] = {
    {"/t/Echo", echo},
    {"/t/Together", together},
    {"/t/Silent", silent},
    {"/t/Deaf", deaf},
    {"/t/Goaway", goaway},
    {"/t/GoawayAndClose", goaway_and_close},
    {"/t/RefuseFirst", refuse_first},
    {"/t/Reset", reset},
    {"/t/Close", close_now},
    {"/t/Unavailable", say_unavailable},
    {"/t/Bomb", bomb},
    {"/t/Endless", endless},
    {"/t/GrpcHuge", grpc_huge},
    {"/t/GrpcError", grpc_error},
    {"/t/GrpcLater", grpc_push_back},
    {"/t/GrpcNever", grpc_push_back},
};

/* ---- HTTP/2 ---- */

static struct stream **find_slot(struct connection *connection, int32_t id)
{
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        struct stream *stream = connection->streams[i];
        if (id == 0 ? stream == NULL : stream != NULL && stream->id == id)
            return &connection->streams[i];
    }
    return NULL;
}

static int on_begin(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    struct connection *connection = context;
    struct stream **slot = find_slot(connection, 0), *stream = calloc(1, sizeof *stream);
    if (slot == NULL || stream == NULL) abort();
    stream->id = frame->hd.stream_id;
    stream->connection = connection;
    *slot = stream;
    (void)nghttp2_session_set_stream_user_data(session, stream->id, stream);
    return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
                     void *context)
{
    struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    (void)flags;
    (void)context;
    if (name_length == strlen(":path") && memcmp(name, ":path", name_length) == 0) {
        (void)snprintf(stream->path, PATH_BYTES, "%.*s", (int)value_length, (const char *)value);
        return 0;
    }
    bool trace =
        name_length == strlen("traceparent") && memcmp(name, "traceparent", name_length) == 0;
    bool echoed = trace || (name_length >= 2 && memcmp(name, "x-", 2) == 0);
    if (!echoed || stream->echoed == ECHOED_MAX) return 0;
    (void)snprintf(stream->names[stream->echoed], FIELD_BYTES, "%.*s", (int)name_length,
                   (const char *)name);
    (void)snprintf(stream->values[stream->echoed++], FIELD_BYTES, "%.*s", (int)value_length,
                   (const char *)value);
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                   size_t length, void *context)
{
    struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
    (void)flags;
    (void)context;
    if (stream == NULL || length > BODY_BYTES - stream->length) return 0;
    memcpy(stream->body + stream->length, bytes, length);
    stream->length += length;
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    struct connection *connection = context;
    if (frame->hd.type == NGHTTP2_RST_STREAM) atomic_fetch_add(&connection->peer->resets, 1);
    bool body = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (!body || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    atomic_fetch_add(&connection->peer->requests, 1);
    for (size_t i = 0; i < ARRAY_LENGTH(behaviours); i++) {
        if (strcmp(stream->path, behaviours[i].path) == 0) behaviours[i].behave(stream);
    }
    return 0;
}

static void free_stream(struct stream **slot)
{
    if (slot == NULL || *slot == NULL) return;
    free((*slot)->large);
    free(*slot);
    *slot = NULL;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t code, void *context)
{
    (void)session;
    (void)code;
    free_stream(find_slot(context, id));
    return 0;
}

static bool write_all(struct connection *connection)
{
    const uint8_t *bytes;
    ssize_t length;
    while ((length = nghttp2_session_mem_send(connection->session, &bytes)) > 0) {
        ssize_t sent = 0;
        while (sent < length) {
            ssize_t count =
                send(connection->fd, bytes + sent, (size_t)(length - sent), MSG_NOSIGNAL);
            if (count <= 0) return false;
            sent += count;
        }
    }
    return length == 0 && !connection->closing;
}

static void *serve(void *context)
{
    struct connection *connection = context;
    nghttp2_session_callbacks *callbacks;
    (void)nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    (void)nghttp2_session_server_new(&connection->session, callbacks, connection);
    nghttp2_session_callbacks_del(callbacks);
    (void)nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, NULL, 0);
    uint8_t bytes[READ_BYTES];
    bool open = write_all(connection);
    while (open) {
        ssize_t length = recv(connection->fd, bytes, sizeof bytes, 0);
        if (length <= 0) break;
        if (connection->deaf) continue;
        if (nghttp2_session_mem_recv(connection->session, bytes, (size_t)length) < 0) break;
        if (!connection->deaf) open = write_all(connection);
    }
    (void)shutdown(connection->fd, SHUT_RDWR);
    for (size_t i = 0; i < STREAMS_MAX; i++)
        free_stream(&connection->streams[i]);
    nghttp2_session_del(connection->session);
    atomic_fetch_sub(&connection->peer->connections_open, 1);
    return NULL;
}

/* ---- The port ---- */

static void *listen_on(void *context)
{
    struct fake_peer *peer = context;
    struct connection *all = NULL;
    for (;;) {
        int fd = accept(peer->listener, NULL, NULL);
        if (fd < 0) break;
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL) abort();
        connection->peer = peer;
        connection->fd = fd;
        connection->next = all;
        all = connection;
        atomic_fetch_add(&peer->connections, 1);
        atomic_fetch_add(&peer->connections_open, 1);
        if (pthread_create(&connection->thread, NULL, serve, connection) != 0) abort();
    }
    while (all != NULL) {
        struct connection *connection = all;
        all = connection->next;
        (void)shutdown(connection->fd, SHUT_RDWR);
        (void)pthread_join(connection->thread, NULL);
        (void)close(connection->fd);
        free(connection);
    }
    return NULL;
}

void fake_peer_start(struct fake_peer *peer, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int yes = 1;
    *peer = (struct fake_peer){.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    (void)setsockopt(peer->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(peer->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(peer->listener, SOMAXCONN) != 0 ||
        getsockname(peer->listener, (struct sockaddr *)&address, &length) != 0)
        abort();
    peer->port = ntohs(address.sin_port);
    (void)snprintf(peer->url, sizeof peer->url, "http://127.0.0.1:%d", peer->port);
    if (pthread_create(&peer->thread, NULL, listen_on, peer) != 0) abort();
}

void fake_peer_stop(struct fake_peer *peer)
{
    (void)shutdown(peer->listener, SHUT_RDWR);
    (void)pthread_join(peer->thread, NULL);
    (void)close(peer->listener);
}
