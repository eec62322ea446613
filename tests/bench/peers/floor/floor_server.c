/* The floor of deploy/dev bench rpc: the least that a server on nghttp2, protobuf-c and SQLite has
 * to do for a unary gRPC call, on one thread with epoll. It limits nothing, has no deadlines and
 * logs nothing, so that no server which has to live among strangers can be faster.
 *
 *     bench-floor PORT STORE SQL */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor_calls.h"

enum {
    EVENTS_MAX = 64,
    READ_BYTES = 64 << 10,
    PREFIX_BYTES = 5,
    STREAMS_MAX = 128,
    BACKLOG = 1024,
};

struct stream {
    struct stream *next; /* Among the spare ones. */
    bool get_line;
    size_t request_length, answer_length, answer_sent;
    uint8_t request[PREFIX_BYTES + FLOOR_REQUEST_BYTES_MAX];
    uint8_t answer[PREFIX_BYTES + FLOOR_ANSWER_BYTES_MAX];
};

struct connection {
    int fd;
    struct server *server;
    nghttp2_session *session;
    const uint8_t *rest; /* Of a write that the socket did not take whole; nghttp2's. */
    size_t rest_length;
};

struct server {
    int epoll, listener;
    struct floor_calls *calls;
    struct stream *spare;
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    uint8_t out[READ_BYTES];
};

/* A header field of constant text. */
static nghttp2_nv field(const char *name, const char *value)
{
    union {
        const char *from;
        uint8_t *to;
    } name_bytes = {name}, value_bytes = {value};
    return (nghttp2_nv){.name = name_bytes.to,
                        .value = value_bytes.to,
                        .namelen = strlen(name),
                        .valuelen = strlen(value),
                        .flags = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    struct server *server = ((struct connection *)context)->server;
    struct stream *stream = server->spare;
    if (stream != NULL)
        server->spare = stream->next;
    else
        stream = malloc(sizeof *stream);
    if (stream == NULL) return NGHTTP2_ERR_CALLBACK_FAILURE;
    stream->get_line = false;
    stream->request_length = stream->answer_length = stream->answer_sent = 0;
    return nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, stream);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
                     void *context)
{
    static const char get_line[] = "/sotong.budget.v1.BudgetService/GetLine";
    (void)flags;
    (void)context;
    if (name_length != 5 || memcmp(name, ":path", 5) != 0) return 0;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    stream->get_line =
        value_length == sizeof get_line - 1 && memcmp(value, get_line, value_length) == 0;
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                   size_t length, void *context)
{
    (void)flags;
    (void)context;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
    if (length > sizeof stream->request - stream->request_length)
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    memcpy(stream->request + stream->request_length, bytes, length);
    stream->request_length += length;
    return 0;
}

/* The answer, and the trailers behind it. */
static ssize_t answer_read(nghttp2_session *session, int32_t id, uint8_t *buffer, size_t length,
                           uint32_t *flags, nghttp2_data_source *source, void *context)
{
    (void)context;
    struct stream *stream = source->ptr;
    size_t left = stream->answer_length - stream->answer_sent;
    if (left > length) left = length;
    memcpy(buffer, stream->answer + stream->answer_sent, left);
    stream->answer_sent += left;
    if (stream->answer_sent < stream->answer_length) return (ssize_t)left;
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    nghttp2_nv trailers = field("grpc-status", stream->answer_length > 0 ? "0" : "5");
    return nghttp2_submit_trailer(session, id, &trailers, 1) == 0 ? (ssize_t)left
                                                                  : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int answer(struct connection *connection, int32_t id, struct stream *stream)
{
    nghttp2_nv fields[] = {field(":status", "200"), field("content-type", "application/grpc")};
    struct floor_calls *calls = connection->server->calls;
    if (stream->request_length < PREFIX_BYTES) return NGHTTP2_ERR_CALLBACK_FAILURE;
    const uint8_t *message = stream->request + PREFIX_BYTES;
    size_t length = stream->request_length - PREFIX_BYTES;
    uint8_t *out = stream->answer + PREFIX_BYTES;
    size_t packed = stream->get_line ? floor_get_line(calls, message, length, out)
                                     : floor_check(calls, message, length, out);
    uint32_t network = htonl((uint32_t)packed);
    stream->answer[0] = 0;
    memcpy(stream->answer + 1, &network, sizeof network);
    stream->answer_length = packed == 0 ? 0 : PREFIX_BYTES + packed;
    nghttp2_data_provider provider = {.source.ptr = stream, .read_callback = answer_read};
    return nghttp2_submit_response(connection->session, id, fields, 2, &provider);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    bool of_request = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (!ends || !of_request) return 0;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    return answer(context, frame->hd.stream_id, stream);
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t code, void *context)
{
    (void)code;
    struct server *server = ((struct connection *)context)->server;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
    stream->next = server->spare;
    server->spare = stream;
    return 0;
}

static void end(struct connection *connection)
{
    nghttp2_session_del(connection->session);
    (void)close(connection->fd);
    free(connection);
}

/* Gathers what is to be sent into few writes. False: the connection is over. */
static bool flush(struct connection *connection)
{
    struct server *server = connection->server;
    while (true) {
        size_t length = 0;
        while (length + connection->rest_length <= sizeof server->out) {
            memcpy(server->out + length, connection->rest, connection->rest_length);
            length += connection->rest_length;
            ssize_t got = nghttp2_session_mem_send(connection->session, &connection->rest);
            if (got < 0) return false;
            connection->rest_length = (size_t)got;
            if (got == 0) break;
        }
        if (length == 0) break;
        /* The load's buffers hold all of its answers: a socket that takes less is an error here. */
        if (send(connection->fd, server->out, length, MSG_NOSIGNAL) != (ssize_t)length)
            return false;
    }
    return nghttp2_session_want_read(connection->session) != 0;
}

static bool receive(struct connection *connection)
{
    uint8_t in[READ_BYTES];
    ssize_t got = recv(connection->fd, in, sizeof in, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) return false;
    return nghttp2_session_mem_recv(connection->session, in, (size_t)got) == got;
}

static void accept_one(struct server *server)
{
    int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    struct connection *connection = calloc(1, sizeof *connection);
    if (fd < 0 || connection == NULL) err(1, "accept");
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->fd = fd;
    connection->server = server;
    connection->rest = server->out;
    nghttp2_settings_entry settings = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, STREAMS_MAX};
    if (nghttp2_session_server_new2(&connection->session, server->callbacks, connection,
                                    server->option) != 0 ||
        nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, &settings, 1) != 0)
        errx(1, "no memory");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) != 0) err(1, "epoll");
    if (!flush(connection)) end(connection);
}

static void serve(struct server *server)
{
    struct epoll_event events[EVENTS_MAX];
    while (true) {
        int count = epoll_wait(server->epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == NULL)
                accept_one(server);
            else if (!receive(connection) || !flush(connection))
                end(connection);
        }
        floor_calls_end_turn(server->calls);
    }
}

static void listen_on(struct server *server, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    struct epoll_event event = {.events = EPOLLIN};
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (server->listener < 0 || server->epoll < 0 ||
        setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, BACKLOG) != 0 ||
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->listener, &event) != 0)
        err(1, "port %u", port);
}

int main(int argc, char **argv)
{
    if (argc != 4) errx(2, "bench-floor PORT STORE SQL");
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL || nghttp2_session_callbacks_new(&server->callbacks) != 0 ||
        nghttp2_option_new(&server->option) != 0)
        errx(1, "no memory");
    nghttp2_option_set_no_closed_streams(server->option, 1);
    nghttp2_session_callbacks *callbacks = server->callbacks;
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    server->calls = floor_calls_open(argv[2], argv[3]);
    listen_on(server, (uint16_t)strtoul(argv[1], NULL, 10));
    serve(server);
    return 0;
}
