/* A client's side of HTTP/2 that costs next to nothing, so that the server is what is measured.
 *
 * Every request of a connection has the same headers: the first spells them out and puts them into
 * the server's table, the others are a few bytes that point there, as the clients of gRPC's own
 * libraries do it. Every answer is compared with the expected bytes while it arrives. A server that
 * breaks the protocol ends the program with a message. */
#pragma once

#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request's body and its answer's; an answer of length 0 may be anything. */
struct load_pair {
    const uint8_t *request, *answer;
    uint32_t request_length, answer_length;
};

struct load_work {
    const char *path;
    const char *content_type;
    bool grpc; /* Trailers with `grpc-status: 0` end an answer. */
    const struct load_pair *pairs;
    size_t pair_count;
    uint32_t streams_max; /* Calls in flight on one connection. */
};

/* A call in flight. */
struct load_stream {
    uint32_t id; /* 0: free. */
    uint32_t answered;
    const struct load_pair *pair;
    uint64_t begin_ns;
    bool status_ok, grpc_ok, wrong;
};

/* What a block of header fields says. Blocks that only point into the table say the same as long as
 * the table stays as it is, so that they are read once. */
struct load_fields {
    uint8_t bytes[32];
    uint8_t length;
    bool status_ok, grpc_ok;
};

enum { LOAD_FIELDS_KNOWN_MAX = 4 };

struct load_connection {
    int fd;
    const struct load_work *work;
    nghttp2_hd_inflater *inflater;
    struct load_fields known[LOAD_FIELDS_KNOWN_MAX];
    size_t known_next;
    struct load_stream *streams; /* By id / 2, modulo slot_mask + 1. */
    uint32_t slot_mask;
    uint32_t next_id, in_flight;
    bool greeted; /* The server's SETTINGS were read. */
    bool fields_sent;
    int64_t send_window;
    uint32_t received; /* Bytes of DATA since the last update of the window. */
    uint8_t *out;
    size_t out_length, out_sent, out_max;
    uint8_t *rest; /* The beginning of a frame whose end has not been read. */
    size_t rest_length, rest_max;
};

/* Is told of every call that ended. */
struct load_listener {
    void (*ended)(void *context, struct load_connection *connection, uint64_t begin_ns, bool right);
    void *context;
};

/* Connects to 127.0.0.1 and says hello. */
void load_connect(struct load_connection *connection, const struct load_work *work, uint16_t port);
void load_close(struct load_connection *connection);

/* Whether another call may begin now. */
bool load_may_call(const struct load_connection *connection);

/* Begins a call; load_flush() sends it. Returns the copy of the request that will be sent, which
 * may be changed until then or until the next call. */
uint8_t *load_call(struct load_connection *connection, const struct load_pair *pair,
                   uint64_t begin_ns);

/* Sends what waits; true when all of it has left. */
bool load_flush(struct load_connection *connection);

/* Reads what has arrived, once. */
void load_receive(struct load_connection *connection, const struct load_listener *listener);
