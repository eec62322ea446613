#include "support/http2_peer.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support/sockets.h"

enum { FRAME_HEAD_BYTES = 9, WORDS_BYTES = 600, TEXT_BYTES_MAX = 500 };

void http2_peer_frame(struct http2_peer *peer, uint8_t type, uint8_t flags, uint32_t stream,
                      const void *payload, size_t length)
{
    uint8_t frame[FRAME_HEAD_BYTES + HTTP2_PEER_PAYLOAD_BYTES];
    const uint8_t head[FRAME_HEAD_BYTES] = {(uint8_t)(length >> 16),
                                            (uint8_t)(length >> 8),
                                            (uint8_t)length,
                                            type,
                                            flags,
                                            (uint8_t)(stream >> 24),
                                            (uint8_t)(stream >> 16),
                                            (uint8_t)(stream >> 8),
                                            (uint8_t)stream};
    memcpy(frame, head, sizeof head);
    if (length > 0) memcpy(frame + sizeof head, payload, length);
    peer->closed |= !socket_send(peer->socket, frame, sizeof head + length);
}

void http2_peer_request(struct http2_peer *peer, uint32_t stream, bool post, const char *path,
                        bool end)
{
    uint8_t block[256] = {post ? 0x83 : 0x82, 0x86, 0x04}; /* :method, :scheme, :path follows */
    size_t length = strlen(path);
    block[3] = (uint8_t)length;
    memcpy(block + 4, path, length);
    uint8_t flags = NGHTTP2_FLAG_END_HEADERS | (end ? NGHTTP2_FLAG_END_STREAM : 0);
    static const uint8_t authority[] = {0x01, 1, 'a'};
    memcpy(block + 4 + length, authority, sizeof authority);
    http2_peer_frame(peer, NGHTTP2_HEADERS, flags, stream, block, 4 + length + sizeof authority);
}

void http2_peer_window(struct http2_peer *peer, uint32_t stream, uint32_t bytes)
{
    const uint8_t payload[4] = {(uint8_t)(bytes >> 24), (uint8_t)(bytes >> 16),
                                (uint8_t)(bytes >> 8), (uint8_t)bytes};
    http2_peer_frame(peer, NGHTTP2_WINDOW_UPDATE, 0, stream, payload, sizeof payload);
}

void http2_peer_close(struct http2_peer *peer)
{
    (void)close(peer->socket);
}

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void say(struct http2_peer *peer, const char *words)
{
    size_t length = strlen(words);
    if (length >= HTTP2_PEER_SAID_BYTES - peer->said_length) return;
    memcpy(peer->said + peer->said_length, words, length + 1);
    peer->said_length += length;
}

static void say_frame(struct http2_peer *peer, const uint8_t *frame, size_t length)
{
    const uint8_t *payload = frame + FRAME_HEAD_BYTES;
    unsigned stream = number_at(frame + 5);
    char words[WORDS_BYTES] = "";
    uint8_t type = frame[3];
    if (type == NGHTTP2_SETTINGS) (void)snprintf(words, sizeof words, "SETTINGS;");
    if (type == NGHTTP2_PING) (void)snprintf(words, sizeof words, "PING;");
    if (type == NGHTTP2_GOAWAY)
        (void)snprintf(words, sizeof words, "GOAWAY %u;", number_at(payload + 4));
    if (type == NGHTTP2_RST_STREAM)
        (void)snprintf(words, sizeof words, "RST %u %u;", stream, number_at(payload));
    if (type == NGHTTP2_WINDOW_UPDATE)
        (void)snprintf(words, sizeof words, "WINDOW %u %u;", stream, number_at(payload));
    if (type == NGHTTP2_HEADERS) (void)snprintf(words, sizeof words, "HEADERS %u;", stream);
    if (type == NGHTTP2_DATA) {
        peer->data_bytes += length;
        (void)snprintf(words, sizeof words, "DATA %u %.*s;", stream,
                       length > TEXT_BYTES_MAX ? 0 : (int)length, (const char *)payload);
    }
    say(peer, words);
    if (type > NGHTTP2_HEADERS || (frame[4] & NGHTTP2_FLAG_END_STREAM) == 0) return;
    (void)snprintf(words, sizeof words, "END %u;", stream);
    say(peer, words);
}

/* Reads what came and says it; false: nothing came, or the server closed. */
static bool hear_more(struct http2_peer *peer, int flags)
{
    ssize_t count =
        recv(peer->socket, peer->input + peer->length, sizeof peer->input - peer->length, flags);
    if (count <= 0) {
        peer->closed |= flags == 0;
        return false;
    }
    peer->length += (size_t)count;
    size_t used = 0;
    while (peer->length - used >= FRAME_HEAD_BYTES) {
        const uint8_t *frame = peer->input + used;
        size_t length = (size_t)frame[0] << 16 | (size_t)frame[1] << 8 | frame[2];
        if (peer->length - used < FRAME_HEAD_BYTES + length) break;
        say_frame(peer, frame, length);
        used += FRAME_HEAD_BYTES + length;
    }
    memmove(peer->input, peer->input + used, peer->length - used);
    peer->length -= used;
    return true;
}

bool http2_peer_hears(struct http2_peer *peer, const char *words)
{
    while (strstr(peer->said, words) == NULL) {
        if (hear_more(peer, 0)) continue;
        (void)printf("not heard: %s; but: %s\n", words, peer->said);
        return false;
    }
    return true;
}

bool http2_peer_open(struct http2_peer *peer, int port)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    peer->socket = socket_connect(port);
    if (peer->socket < 0) return false;
    peer->length = 0;
    peer->said_length = 0;
    peer->said[0] = '\0';
    peer->data_bytes = 0;
    peer->closed = false;
    const struct timeval timeout = {.tv_sec = SOCKET_TIMEOUT_MS / 1000};
    (void)setsockopt(peer->socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    bool sent = socket_send(peer->socket, preface, sizeof preface - 1);
    http2_peer_frame(peer, NGHTTP2_SETTINGS, 0, 0, NULL, 0);
    return sent;
}

bool http2_peer_acknowledge(struct http2_peer *peer)
{
    if (!http2_peer_hears(peer, "SETTINGS;")) return false;
    http2_peer_frame(peer, NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, NULL, 0);
    return !peer->closed;
}

bool http2_peer_hears_end(struct http2_peer *peer, uint32_t stream)
{
    char answer[32], reset[32];
    (void)snprintf(answer, sizeof answer, "END %u;", stream);
    (void)snprintf(reset, sizeof reset, "RST %u ", stream);
    while (strstr(peer->said, answer) == NULL) {
        if (strstr(peer->said, reset) != NULL || !hear_more(peer, 0)) return false;
    }
    return true;
}

bool http2_peer_hears_bytes(struct http2_peer *peer, uint64_t bytes)
{
    while (peer->data_bytes < bytes) {
        if (!hear_more(peer, 0)) return false;
    }
    return true;
}

bool http2_peer_is_closed(struct http2_peer *peer)
{
    while (hear_more(peer, 0))
        continue;
    return peer->closed;
}

void http2_peer_listen(struct http2_peer *peer)
{
    while (hear_more(peer, MSG_DONTWAIT))
        continue;
}
