/* HTTP/2 frame by frame, for tests that do what no library would. Every function that waits gives
 * up after SOCKET_TIMEOUT_MS. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP2_PEER_INPUT_BYTES = 1 << 16,
    HTTP2_PEER_SAID_BYTES = 1 << 20,
    HTTP2_PEER_PAYLOAD_BYTES = 1 << 14,
};

/* A connection, and what the server said on it in words: `SETTINGS;`, `PING;`, `GOAWAY 11;`,
 * `RST 1 7;`, `DATA 1 text;`, `HEADERS 1;`, `WINDOW 1 1024;`, `END 1;` (of a stream). */
struct http2_peer {
    int socket;
    uint8_t input[HTTP2_PEER_INPUT_BYTES];
    size_t length;
    char said[HTTP2_PEER_SAID_BYTES];
    size_t said_length;
    uint64_t data_bytes; /* Of all DATA frames. */
    bool closed;
};

/* Connects and says the preface and empty SETTINGS. False: refused. */
bool http2_peer_open(struct http2_peer *peer, int port);

/* Waits for the server's SETTINGS and acknowledges them: its windows and bounds count from then on.
 */
bool http2_peer_acknowledge(struct http2_peer *peer);

void http2_peer_close(struct http2_peer *peer);

/* Sends a frame of up to HTTP2_PEER_PAYLOAD_BYTES. */
void http2_peer_frame(struct http2_peer *peer, uint8_t type, uint8_t flags, uint32_t stream,
                      const void *payload, size_t length);

/* A request of the path, which may be up to 126 bytes; `end`: it has no body. */
void http2_peer_request(struct http2_peer *peer, uint32_t stream, bool post, const char *path,
                        bool end);

/* Lets the server send so much more: on a stream, or with 0 on the connection. */
void http2_peer_window(struct http2_peer *peer, uint32_t stream, uint32_t bytes);

/* Reads frames until the words have been said; false: the server closed before. */
bool http2_peer_hears(struct http2_peer *peer, const char *words);

/* Reads until the stream has ended; true: with an answer, false: with a reset. */
bool http2_peer_hears_end(struct http2_peer *peer, uint32_t stream);

/* Reads until at least so many bytes of DATA have come. */
bool http2_peer_hears_bytes(struct http2_peer *peer, uint64_t bytes);

/* Reads to the end of the connection. */
bool http2_peer_is_closed(struct http2_peer *peer);

/* Reads what is there already, without waiting. */
void http2_peer_listen(struct http2_peer *peer);
