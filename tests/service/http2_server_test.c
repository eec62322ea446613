/* HTTP/2 frame by frame: what a peer may not do, what it gets for that, and the end of connections.
 * That the server speaks HTTP/2 at all, foreign clients and h2spec show. */
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "support/http_echo.h"
#include "support/sockets.h"
#include "support/suite.h"

enum { FRAME_HEAD_BYTES = 9, SAID_BYTES = 1 << 20, TRIES_MAX = 100 };

/* A connection, and what the server said on it in words: `GOAWAY 11;`, `RST 1 7;`, `DATA 1 text;`,
 * `HEADERS 1;`, `END 1;` (of a stream). */
struct peer {
    int socket;
    uint8_t input[1 << 16];
    size_t length;
    char said[SAID_BYTES];
    size_t said_length;
    bool closed;
};

static struct peer peer;

static void send_frame(uint8_t type, uint8_t flags, uint32_t stream, const void *payload,
                       size_t length)
{
    uint8_t frame[FRAME_HEAD_BYTES + 4096];
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
    peer.closed |= !socket_send(peer.socket, frame, sizeof head + length);
}

/* A request of the path, which may be up to 126 bytes. */
static void send_request(uint32_t stream, bool post, const char *path, bool end)
{
    uint8_t block[256] = {post ? 0x83 : 0x82, 0x86, 0x04}; /* :method, :scheme, :path follows */
    size_t length = strlen(path);
    block[3] = (uint8_t)length;
    memcpy(block + 4, path, length);
    uint8_t flags = NGHTTP2_FLAG_END_HEADERS | (end ? NGHTTP2_FLAG_END_STREAM : 0);
    static const uint8_t authority[] = {0x01, 1, 'a'};
    memcpy(block + 4 + length, authority, sizeof authority);
    send_frame(NGHTTP2_HEADERS, flags, stream, block, 4 + length + sizeof authority);
}

static void peer_open(const struct http_echo *echo)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    peer.socket = socket_connect(http_echo_port(echo));
    peer.length = 0;
    peer.said_length = 0;
    peer.said[0] = '\0';
    peer.closed = false;
    const struct timeval timeout = {.tv_sec = SOCKET_TIMEOUT_MS / 1000};
    (void)setsockopt(peer.socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    CU_ASSERT_TRUE(socket_send(peer.socket, preface, sizeof preface - 1));
    send_frame(NGHTTP2_SETTINGS, 0, 0, NULL, 0);
}

static void peer_close(void)
{
    (void)close(peer.socket);
}

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void say_frame(const uint8_t *frame, size_t length)
{
    const uint8_t *payload = frame + FRAME_HEAD_BYTES;
    unsigned stream = number_at(frame + 5);
    char words[600] = "";
    if (frame[3] == NGHTTP2_GOAWAY)
        (void)snprintf(words, sizeof words, "GOAWAY %u;", number_at(payload + 4));
    if (frame[3] == NGHTTP2_RST_STREAM)
        (void)snprintf(words, sizeof words, "RST %u %u;", stream, number_at(payload));
    if (frame[3] == NGHTTP2_HEADERS) (void)snprintf(words, sizeof words, "HEADERS %u;", stream);
    if (frame[3] == NGHTTP2_DATA) {
        (void)snprintf(words, sizeof words, "DATA %u %.*s;", stream, length > 500 ? 0 : (int)length,
                       (const char *)payload);
    }
    size_t space = SAID_BYTES - peer.said_length;
    peer.said_length += (size_t)snprintf(peer.said + peer.said_length, space, "%s", words);
    if (frame[3] <= NGHTTP2_HEADERS && (frame[4] & NGHTTP2_FLAG_END_STREAM) != 0) {
        space = SAID_BYTES - peer.said_length;
        peer.said_length +=
            (size_t)snprintf(peer.said + peer.said_length, space, "END %u;", stream);
    }
}

/* Reads what came and says it; false: the server closed. */
static bool hear_more(void)
{
    ssize_t count = read(peer.socket, peer.input + peer.length, sizeof peer.input - peer.length);
    if (count <= 0) {
        peer.closed = true;
        return false;
    }
    peer.length += (size_t)count;
    size_t used = 0;
    while (peer.length - used >= FRAME_HEAD_BYTES) {
        const uint8_t *frame = peer.input + used;
        size_t length = (size_t)frame[0] << 16 | (size_t)frame[1] << 8 | frame[2];
        if (peer.length - used < FRAME_HEAD_BYTES + length) break;
        say_frame(frame, length);
        used += FRAME_HEAD_BYTES + length;
    }
    memmove(peer.input, peer.input + used, peer.length - used);
    peer.length -= used;
    return true;
}

/* Reads frames until the words have been said; false: the server closed before. */
static bool hears(const char *words)
{
    while (strstr(peer.said, words) == NULL) {
        if (hear_more()) continue;
        if (words[0] != '\n') (void)printf("not heard: %s; but: %s\n", words, peer.said);
        return false;
    }
    return true;
}

/* Reads until the stream has ended; true: with an answer, false: with a reset. */
static bool hears_answer(uint32_t stream)
{
    char answer[32], reset[32];
    (void)snprintf(answer, sizeof answer, "END %u;", stream);
    (void)snprintf(reset, sizeof reset, "RST %u ", stream);
    while (strstr(peer.said, answer) == NULL) {
        if (strstr(peer.said, reset) != NULL || !hear_more()) return false;
    }
    return true;
}

static bool is_closed(void)
{
    return !hears("\nthe end");
}

static void answers_and_keeps_trailers(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    send_request(1, false, "/a?b", true);
    send_request(3, false, "/later", true);
    send_request(5, true, "/c", false);
    send_frame(NGHTTP2_DATA, 0, 5, "hello", 5);
    send_frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 5, NULL, 0);
    CU_ASSERT_TRUE(hears("DATA 1 GET /a?b 0 of body"));
    CU_ASSERT_TRUE(hears("DATA 5 POST /c? 5 of body"));
    CU_ASSERT_TRUE(hears("DATA 3 GET /later? 0 of body"));
    send_request(7, false, "/large", true); /* Its trailers come when all windows have let it go. */
    const uint8_t most[] = {0x00, 0x7f, 0, 0};
    send_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, most, sizeof most);
    CU_ASSERT_TRUE(hears("HEADERS 7;"));
    send_frame(NGHTTP2_WINDOW_UPDATE, 0, 7, most, sizeof most);
    CU_ASSERT_TRUE(hears("HEADERS 7;END 7;"));
    peer_close();
    http_echo_stop(echo);
}

static void refuses_an_id_that_decreases(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    send_request(5, false, "/a", true);
    CU_ASSERT_TRUE(hears("END 5;"));
    send_request(3, false, "/b", true);
    CU_ASSERT_TRUE(hears("GOAWAY 1;")); /* PROTOCOL_ERROR */
    CU_ASSERT_TRUE(is_closed());
    peer_close();
    http_echo_stop(echo);
}

/* A window that grows past its end makes the server reset the stream: at its own cost, while the
 * call runs on. */
static void calms_a_peer_that_provokes_resets(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    static const uint8_t most[4] = {0x7f, 0xff, 0xff, 0xff};
    for (uint32_t i = 0; i < 2 * HTTP_RESETS_MAX && !peer.closed; i++) {
        send_request(2 * i + 1, false, "/later", true);
        send_frame(NGHTTP2_WINDOW_UPDATE, 0, 2 * i + 1, most, sizeof most);
    }
    CU_ASSERT_TRUE(hears("GOAWAY 11;")); /* ENHANCE_YOUR_CALM */
    CU_ASSERT_TRUE(is_closed());
    peer_close();
    http_echo_stop(echo);
}

/* Streams that the client resets leave HTTP/2's count; their calls run on and stay in ours. */
static void counts_calls_of_streams_that_were_reset(void)
{
    struct http_limits limits = http_limits_default();
    limits.streams_max = 4;
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    static const uint8_t cancel[4] = {0, 0, 0, NGHTTP2_CANCEL};
    for (uint32_t i = 0; i < 9; i++) {
        send_request(2 * i + 1, false, "/later", true);
        if (i < 8) send_frame(NGHTTP2_RST_STREAM, 0, 2 * i + 1, cancel, sizeof cancel);
    }
    CU_ASSERT_TRUE(hears("RST 17 7;")); /* REFUSED_STREAM */
    /* When they have run, there is room again: on a busy machine after a while. */
    bool answered = false;
    for (uint32_t i = 0; !answered && i < TRIES_MAX; i++) {
        (void)usleep(HTTP_ECHO_LATER_MS * 1000);
        send_request(19 + 2 * i, false, "/a", true);
        answered = hears_answer(19 + 2 * i);
    }
    CU_ASSERT_TRUE(answered);
    peer_close();
    http_echo_stop(echo);
}

static void bounds_open_streams(void)
{
    struct http_limits limits = http_limits_default();
    limits.streams_max = 4;
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    for (uint32_t i = 0; i < 5; i++)
        send_request(2 * i + 1, true, "/a", false);
    CU_ASSERT_TRUE(hears("RST 9 7;"));
    peer_close();
    http_echo_stop(echo);
}

static void answers_too_large_a_body_early(void)
{
    struct http_limits limits = http_limits_default();
    limits.body_bytes_max = 1000;
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    static const uint8_t bytes[1001];
    send_request(1, true, "/a", false);
    send_frame(NGHTTP2_DATA, 0, 1, bytes, sizeof bytes);
    CU_ASSERT_TRUE(hears("too large"));
    CU_ASSERT_TRUE(hears("END 1;"));
    CU_ASSERT_PTR_NULL(strstr(peer.said, "RST"));
    send_frame(NGHTTP2_DATA, 0, 1, bytes, sizeof bytes); /* Read over. */
    CU_ASSERT_TRUE(hears("RST 1 0;"));                   /* NO_ERROR, after the linger timeout. */
    send_request(3, false, "/b", true);
    CU_ASSERT_TRUE(hears("DATA 3 GET /b? 0 of body"));
    peer_close();
    http_echo_stop(echo);
}

static void ends_a_body_that_takes_too_long(void)
{
    struct http_limits limits = http_limits_default();
    limits.body_timeout_ms = 300;
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    send_request(1, true, "/a", false);
    CU_ASSERT_TRUE(hears("RST 1 8;")); /* CANCEL */
    peer_close();
    http_echo_stop(echo);
}

/* A peer that asks for much and opens no window for it. */
static void ends_an_answer_that_is_not_taken(void)
{
    struct http_limits limits = http_limits_default();
    limits.write_timeout_ms = 300;
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    send_request(1, false, "/large", true);
    CU_ASSERT_TRUE(hears("RST 1 8;")); /* CANCEL */
    peer_close();
    http_echo_stop(echo);
}

static void bounds_the_fields(void)
{
    struct http_limits limits = http_limits_default();
    limits.fields_max = 4;
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    /* :method, :scheme, :path, :authority, then five fields `a: b`. */
    uint8_t block[6 + 5 * 5] = {0x82, 0x86, 0x84, 0x01, 1, 'a'};
    for (size_t i = 0; i < 5; i++) {
        const uint8_t field[] = {0x00, 1, 'a', 1, 'b'};
        memcpy(block + 6 + i * sizeof field, field, sizeof field);
    }
    send_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1, block,
               sizeof block);
    CU_ASSERT_TRUE(hears("the header fields are too large"));
    peer_close();
    http_echo_stop(echo);
}

static void says_goaway_and_finishes_when_it_drains(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    send_request(1, false, "/a", true);
    send_request(3, false, "/later", true);
    CU_ASSERT_TRUE(hears("END 1;"));
    http_echo_drain(echo);
    CU_ASSERT_TRUE(hears("GOAWAY 0;"));
    CU_ASSERT_TRUE(hears("DATA 3 GET /later? 0 of body"));
    CU_ASSERT_TRUE(is_closed());
    peer_close();
    http_echo_stop(echo);
}

SUITE("http2_server", {"answers and keeps trailers", answers_and_keeps_trailers},
      {"refuses an id that decreases", refuses_an_id_that_decreases},
      {"calms a peer that provokes resets", calms_a_peer_that_provokes_resets},
      {"counts calls of streams that were reset", counts_calls_of_streams_that_were_reset},
      {"bounds open streams", bounds_open_streams},
      {"answers too large a body early", answers_too_large_a_body_early},
      {"ends a body that takes too long", ends_a_body_that_takes_too_long},
      {"ends an answer that is not taken", ends_an_answer_that_is_not_taken},
      {"bounds the fields", bounds_the_fields},
      {"says GOAWAY and finishes when it drains", says_goaway_and_finishes_when_it_drains})
