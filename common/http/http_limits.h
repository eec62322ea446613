/* Every limit of the HTTP layer, with its default. A server copies them at its start. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_CONNECTIONS_MAX = 1024,     /* Open at once; more are closed as soon as accepted. */
    HTTP_STREAMS_MAX = 128,          /* HTTP/2 streams open at once on a connection. */
    HTTP_HEAD_BYTES_MAX = 32 * 1024, /* Request line and fields; HTTP/2 counts 32 a field on top. */
    HTTP_FIELDS_MAX = 100,           /* Header fields of a request. */
    HTTP_BODY_BYTES_MAX = 64 * 1024 * 1024,    /* Body of one request: a slice of a large report. */
    HTTP_BODIES_BYTES_MAX = 256 * 1024 * 1024, /* Request bodies of all connections together. */
    HTTP_RESPONSE_BYTES_MAX = 256 * 1024 * 1024, /* Body of one response. */
    HTTP_OUTPUT_BYTES_MAX = 1024 * 1024, /* Queued for a socket before its peer is kept waiting. */
    HTTP_STREAM_OUTPUT_BYTES_MAX = 256 * 1024, /* Of one stream, before its writer has to wait. */
    HTTP_STREAM_ROOM_BYTES = 128 * 1024,   /* When so little is left of it, the writer may go on. */
    HTTP_TURN_BYTES_MAX = 4 * 1024 * 1024, /* Sent on a connection before others have their turn. */
    HTTP_HEAD_TIMEOUT_MS = 10 * 1000,      /* From the first byte of a request to its last field. */
    HTTP_BODY_TIMEOUT_MS = 120 * 1000,     /* From the last field to the end of the body. */
    HTTP_IDLE_TIMEOUT_MS = 300 * 1000,     /* Without a request. */
    HTTP_WRITE_TIMEOUT_MS = 60 * 1000,     /* A socket that takes nothing. */
    HTTP_LINGER_TIMEOUT_MS = 2 * 1000,     /* Reads on after a refusal, so that it can be read. */
    HTTP_DRAIN_TIMEOUT_MS = 10 * 1000,     /* For calls in flight when the server stops. */
    HTTP_STREAM_WINDOW_BYTES = 1024 * 1024,         /* HTTP/2 flow control, a stream. */
    HTTP_CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024, /* HTTP/2 flow control, a connection. */
    HTTP_FRAME_BYTES_MAX = 16 * 1024,               /* The largest HTTP/2 frame accepted. */
    HTTP_RESETS_MAX = 200, /* RST_STREAM that a peer may provoke in HTTP_RESETS_WINDOW_MS. */
    HTTP_RESETS_WINDOW_MS = 10 * 1000,
    HTTP_HANDSHAKE_TIMEOUT_MS = 10 * 1000, /* From the accepted socket to the end of TLS's. */
    HTTP_HANDSHAKES_MAX = 1024,            /* TLS handshakes under way at once, a server. */
    HTTP_SECURE_RECORD_BYTES = 16 * 1024,  /* The largest that TLS knows, opened. */
    HTTP_OUT_BYTES_KEPT = 4096,            /* Of an output buffer, between answers. */
    HTTP_BACKLOG = 511,                    /* Connections that wait for accept. */
    HTTP_READ_BYTES = 64 * 1024, /* One read; the buffer is the server's, not a connection's. */
    HTTP_EXCHANGES_KEPT = 64,    /* Finished requests whose memory waits for the next ones. */
    HTTP_SWEEP_MS = 500,         /* How often timeouts are looked for while anyone is connected. */
};

/* Those that a server's configuration may change. */
struct http_limits {
    size_t connections_max;
    uint32_t streams_max;
    size_t head_bytes_max;
    size_t fields_max;
    size_t body_bytes_max;
    size_t bodies_bytes_max;
    int64_t handshake_timeout_ms;
    int64_t head_timeout_ms;
    int64_t body_timeout_ms;
    int64_t idle_timeout_ms;
    int64_t write_timeout_ms;
    int64_t drain_timeout_ms;
};

struct http_limits http_limits_default(void);
