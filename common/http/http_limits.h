/* Every limit of the HTTP layer. A server copies its configuration's at its start. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/limit.h"

/* Those that no configuration changes. */
enum {
    HTTP_RESPONSE_BYTES_MAX = 256 * 1024 * 1024, /* Body of one response. */
    HTTP_OUTPUT_BYTES_MAX = 1024 * 1024, /* Queued for a socket before its peer is kept waiting. */
    HTTP_STREAM_OUTPUT_BYTES_MAX = 256 * 1024, /* Of one stream, before its writer has to wait. */
    HTTP_STREAM_ROOM_BYTES = 128 * 1024,   /* When so little is left of it, the writer may go on. */
    HTTP_TURN_BYTES_MAX = 4 * 1024 * 1024, /* Sent on a connection before others have their turn. */
    HTTP_LINGER_TIMEOUT_MS = 2 * 1000,     /* Reads on after a refusal, so that it can be read. */
    HTTP_STREAM_WINDOW_BYTES = 1024 * 1024,         /* HTTP/2 flow control, a stream. */
    HTTP_CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024, /* HTTP/2 flow control, a connection. */
    HTTP_FRAME_BYTES_MAX = 16 * 1024,               /* The largest HTTP/2 frame accepted. */
    HTTP_FIELD_OVERHEAD_BYTES = 32, /* Added to a field's name and value where they are counted. */
    HTTP_QUEUE_SHARE =
        8, /* A connection that holds such a part of queued-bytes-max asks in vain. */
    HTTP_HEADER_FLOOD = 8, /* A header list so many times head-bytes-max ends its connection. */
    HTTP_SECURE_RECORD_BYTES = 16 * 1024, /* The largest record of TLS, opened. */
    HTTP_OUT_BYTES_KEPT = 64 * 1024,      /* Of an output buffer, until its connection is idle. */
    HTTP_BODY_BYTES_KEPT = 1024,          /* Of an exchange's buffers, for the next one. */
    HTTP_BACKLOG = 4096,                  /* Connections that wait for accept. */
    HTTP_READ_BYTES = 64 * 1024, /* One read; the buffer is the server's, not a connection's. */
    HTTP_EXCHANGES_KEPT = 64,    /* Finished requests whose memory waits for the next ones. */
    HTTP_SWEEP_MS = 500,         /* How often timeouts are looked for while anyone is connected. */
};

/* Those that a configuration may change; what each means, and its default, is in
 * http_limit_infos. */
struct http_limits {
    size_t connections_max;
    size_t handshakes_max;
    size_t streams_max;
    size_t head_bytes_max;
    size_t fields_max;
    size_t body_bytes_max;
    size_t bodies_bytes_max;
    size_t queued_bytes_max;
    size_t queued_frames_max;
    int64_t handshake_timeout_ms;
    int64_t head_timeout_ms;
    int64_t body_timeout_ms;
    int64_t idle_timeout_ms;
    int64_t write_timeout_ms;
    int64_t drain_timeout_ms;
    int64_t flood_window_ms;
    size_t resets_max;
    size_t provoked_resets_max;
    size_t continuations_max;
    size_t pings_max;
    size_t settings_max;
    size_t idle_frames_max;
};

enum { HTTP_LIMIT_COUNT = sizeof(struct http_limits) / sizeof(int64_t) };

extern const struct limit_info http_limit_infos[HTTP_LIMIT_COUNT];

struct http_limits http_limits_default(void);
