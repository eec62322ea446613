/* Streams over both versions: bytes as they come, flow control both ways, trailers, ends that come
 * early, and what owners are told when a peer goes. */
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/http2_peer.h"
#include "support/http_echo.h"
#include "support/sockets.h"
#include "support/suite.h"

enum { WAIT_MS = 60 * 1000, POLL_US = 2000 };

static struct http_echo *echo;
static struct http_echo_counts *counts;
static struct http2_peer peer;
static char answer[SOCKET_ANSWER_BYTES];

static void begin(void)
{
    struct http_limits limits = http_limits_default();
    echo = http_echo_start(&limits);
    counts = http_echo_counts(echo);
}

/* Every stream was released, whatever happened to it. */
static void end(void)
{
    struct http_echo_counts *last = counts;
    http_echo_drain(echo);
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (atomic_load(&last->open) > 0 && clock_monotonic_ms() < until)
        (void)usleep(POLL_US);
    CU_ASSERT_EQUAL(atomic_load(&last->open), 0);
    http_echo_stop(echo);
}

static bool comes_to_be(atomic_int *number, int wanted)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (atomic_load(number) != wanted && clock_monotonic_ms() < until)
        (void)usleep(POLL_US);
    return atomic_load(number) == wanted;
}

static void open_peer(void)
{
    CU_ASSERT_TRUE(http2_peer_open(&peer, http_echo_port(echo)));
    CU_ASSERT_TRUE(http2_peer_acknowledge(&peer));
}

/* ---- HTTP/2 ---- */

static void echoes_while_the_request_goes_on(void)
{
    begin();
    open_peer();
    http2_peer_request(&peer, 1, true, "/echo", false);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "HEADERS 1;"));
    http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, "one", 3);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 1 one;"));
    http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, "two", 3);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 1 two;"));
    http2_peer_frame(&peer, NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, NULL, 0);
    /* Trailers end the stream, with no empty DATA frame before them. */
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 1 two;HEADERS 1;END 1;"));
    http2_peer_close(&peer);
    end();
}

/* What an owner does not use up, a peer may not replace: it is left with its window. */
static void holds_a_peer_back(void)
{
    static const uint8_t piece[HTTP2_PEER_PAYLOAD_BYTES];
    begin();
    open_peer();
    http2_peer_request(&peer, 1, true, "/hold", false);
    for (size_t sent = 0; sent < HTTP_STREAM_WINDOW_BYTES; sent += sizeof piece)
        http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, piece, sizeof piece);
    http2_peer_frame(&peer, NGHTTP2_PING, 0, 0, "12345678", 8);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "PING;"));
    CU_ASSERT_PTR_NULL(strstr(peer.said, "WINDOW 1 "));
    CU_ASSERT_EQUAL(atomic_load(&counts->received_bytes), HTTP_STREAM_WINDOW_BYTES);
    http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, piece, 1);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "RST 1 3;")); /* FLOW_CONTROL_ERROR */
    CU_ASSERT_TRUE(comes_to_be(&counts->cancelled, 1));
    /* The connection got back its part of the window. */
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "WINDOW 0 "));
    http2_peer_close(&peer);
    end();
}

/* An owner is told to wait, and memory holds no more than the limit and one piece. */
static void keeps_a_writer_waiting(void)
{
    begin();
    open_peer();
    http2_peer_request(&peer, 1, false, "/source", true);
    CU_ASSERT_TRUE(http2_peer_hears_bytes(&peer, NGHTTP2_INITIAL_WINDOW_SIZE));
    http2_peer_frame(&peer, NGHTTP2_PING, 0, 0, "12345678", 8);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "PING;"));
    CU_ASSERT(atomic_load(&counts->waits) > 0);
    CU_ASSERT(atomic_load(&counts->written_bytes) <=
              NGHTTP2_INITIAL_WINDOW_SIZE + 2 * HTTP_STREAM_OUTPUT_BYTES_MAX);
    http2_peer_window(&peer, 0, HTTP_ECHO_SOURCE_BYTES);
    http2_peer_window(&peer, 1, HTTP_ECHO_SOURCE_BYTES);
    CU_ASSERT_TRUE(http2_peer_hears_bytes(&peer, HTTP_ECHO_SOURCE_BYTES));
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "HEADERS 1;END 1;"));
    http2_peer_close(&peer);
    end();
}

/* What a peer hears when the answer ends before the request. */
static const struct {
    const char *path;
    const char *wanted[3];
} early[] = {
    {"/early", {"DATA 1 early\n;END 1;", "RST 1 0;", NULL}},
    {"/halfway", {"DATA 1 halfway;", "HEADERS 1;END 1;", "RST 1 0;"}},
    {"/break", {"RST 1 2;", NULL, NULL}},
};

static void ends_before_the_request_does(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(early); i++) {
        begin();
        open_peer();
        http2_peer_request(&peer, 1, true, early[i].path, false);
        http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, "some", 4);
        for (size_t n = 0; n < 3 && early[i].wanted[n] != NULL; n++)
            CU_ASSERT_TRUE(http2_peer_hears(&peer, early[i].wanted[n]));
        CU_ASSERT_EQUAL(atomic_load(&counts->cancelled), 0);
        http2_peer_request(&peer, 3, false, "/a", true);
        CU_ASSERT_TRUE(http2_peer_hears(&peer, "GET /a? 0 of body"));
        http2_peer_close(&peer);
        end();
    }
}

static void tells_owners_of_resets(void)
{
    static const uint8_t cancel[4] = {0, 0, 0, NGHTTP2_CANCEL};
    begin();
    open_peer();
    http2_peer_request(&peer, 1, true, "/echo", false);
    http2_peer_request(&peer, 3, false, "/watch", true);
    http2_peer_request(&peer, 5, false, "/open", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 5 open;"));
    for (uint32_t stream = 1; stream <= 5; stream += 2) {
        http2_peer_frame(&peer, NGHTTP2_RST_STREAM, 0, stream, cancel, sizeof cancel);
        CU_ASSERT_TRUE(comes_to_be(&counts->cancelled, (int)(stream + 1) / 2));
    }
    CU_ASSERT_TRUE(comes_to_be(&counts->open, 0));
    http2_peer_close(&peer);
    end();
}

static void tells_owners_that_a_peer_has_gone(void)
{
    begin();
    open_peer();
    http2_peer_request(&peer, 1, true, "/echo", false);
    http2_peer_request(&peer, 3, false, "/watch", true);
    http2_peer_request(&peer, 5, false, "/source", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "HEADERS 5;"));
    http2_peer_close(&peer);
    CU_ASSERT_TRUE(comes_to_be(&counts->cancelled, 3));
    end();
}

/* ---- HTTP/1 ---- */

enum { PARTS_MAX = 4 };

static const struct {
    const char *request;
    const char *wanted[PARTS_MAX];
    const char *unwanted;
} exchanges[] = {
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTE: trailers\r\n\r\nhello"
     "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     {"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\ncheck: sum\r\n\r\n", "GET /a? 0"},
     "content-length: 5"},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
     "3\r\none\r\n10\r\nsixteen letters.\r\n0\r\n\r\n",
     {"connection: close\r\n", "\r\n\r\n3\r\none\r\n10\r\nsixteen letters.\r\n0\r\n\r\n"},
     "check"},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {"\r\n\r\n0\r\n\r\n"}, NULL},
    {"POST /echo HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
     {"connection: close\r\n", "\r\n\r\nhello"},
     "chunked"},
    {"POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
     {"content-length: 7\r\n", "held 5\n"},
     NULL},
    {"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nhello",
     {"HTTP/1.1 403 ", "connection: close\r\n", "early\n"},
     NULL},
    {"POST /halfway HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nhello",
     {"8\r\nhalfway;\r\n0\r\n\r\n"},
     NULL},
    {"POST /break HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
     {"5\r\nopen;\r\n"},
     "\r\n0\r\n"},
    {"POST /hold HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX",
     {"HTTP/1.1 400 ", "malformed"},
     NULL},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX",
     {"5\r\nhello\r\n"},
     "\r\n0\r\n"},
};

static void streams_over_http1(void)
{
    begin();
    for (size_t i = 0; i < ARRAY_LENGTH(exchanges); i++) {
        CU_ASSERT(socket_exchange(http_echo_port(echo), exchanges[i].request, answer) > 0);
        for (size_t n = 0; n < PARTS_MAX && exchanges[i].wanted[n] != NULL; n++) {
            CU_ASSERT_PTR_NOT_NULL(strstr(answer, exchanges[i].wanted[n]));
            if (strstr(answer, exchanges[i].wanted[n]) == NULL)
                (void)printf("%s\n-> %s\n", exchanges[i].request, answer);
        }
        if (exchanges[i].unwanted != NULL)
            CU_ASSERT_PTR_NULL(strstr(answer, exchanges[i].unwanted));
    }
    end();
}

/* Piece by piece: the answer to the first comes before the second is sent. */
static void echoes_half_a_request(void)
{
    begin();
    int connection = socket_connect(http_echo_port(echo));
    const char *head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                       "Expect: 100-continue\r\nConnection: close\r\n\r\n";
    CU_ASSERT_TRUE(socket_send(connection, head, strlen(head)));
    CU_ASSERT_TRUE(socket_read_until(connection, "\r\n\r\n", answer));
    CU_ASSERT_TRUE(socket_send(connection, "3\r\none\r\n", 8));
    CU_ASSERT_TRUE(socket_read_until(connection, "one", answer));
    CU_ASSERT_TRUE(socket_send(connection, "3\r\ntwo\r\n", 8));
    CU_ASSERT_TRUE(socket_read_until(connection, "two", answer));
    CU_ASSERT_TRUE(socket_send(connection, "0\r\n\r\n", 5));
    (void)socket_read_all(connection, answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "0\r\n\r\n"));
    (void)close(connection);
    end();
}

/* Sends without waiting until the socket takes no more for a while. */
static size_t send_all_it_takes(int connection)
{
    static const char piece[HTTP_READ_BYTES];
    size_t sent = 0;
    for (int quiet = 0; quiet < 100;) {
        ssize_t length = send(connection, piece, sizeof piece, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (length > 0) sent += (size_t)length;
        quiet = length > 0 ? 0 : quiet + 1;
        if (length <= 0) (void)usleep(POLL_US);
    }
    return sent;
}

static void holds_an_http1_peer_back(void)
{
    begin();
    int connection = socket_connect(http_echo_port(echo));
    const char *head = "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n";
    CU_ASSERT_TRUE(socket_send(connection, head, strlen(head)));
    CU_ASSERT(send_all_it_takes(connection) < 50 * 1000 * 1000);
    CU_ASSERT(atomic_load(&counts->received_bytes) <=
              HTTP_STREAM_WINDOW_BYTES + (size_t)2 * HTTP_READ_BYTES);
    (void)close(connection);
    end();
}

static void keeps_an_http1_writer_waiting(void)
{
    begin();
    int connection = socket_connect(http_echo_port(echo));
    const char *head = "POST /source HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    CU_ASSERT_TRUE(socket_send(connection, head, strlen(head)));
    size_t got = 0;
    ssize_t length;
    while ((length = read(connection, answer, sizeof answer)) > 0)
        got += (size_t)length;
    CU_ASSERT(got > HTTP_ECHO_SOURCE_BYTES);
    CU_ASSERT(atomic_load(&counts->waits) > 0);
    (void)close(connection);
    end();
}

static void tells_owners_that_an_http1_peer_has_gone(void)
{
    static const char *const requests[] = {
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nhello",
        "GET /watch HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /open HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /source HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    begin();
    for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
        int connection = socket_connect(http_echo_port(echo));
        CU_ASSERT_TRUE(socket_send(connection, requests[i], strlen(requests[i])));
        CU_ASSERT_TRUE(comes_to_be(&counts->open, 1));
        (void)close(connection);
        CU_ASSERT_TRUE(comes_to_be(&counts->cancelled, (int)i + 1));
        CU_ASSERT_TRUE(comes_to_be(&counts->open, 0));
    }
    end();
}

SUITE("http_streams", {"echoes while the request goes on", echoes_while_the_request_goes_on},
      {"holds a peer back", holds_a_peer_back}, {"keeps a writer waiting", keeps_a_writer_waiting},
      {"ends before the request does", ends_before_the_request_does},
      {"tells owners of resets", tells_owners_of_resets},
      {"tells owners that a peer has gone", tells_owners_that_a_peer_has_gone},
      {"streams over HTTP/1", streams_over_http1}, {"echoes half a request", echoes_half_a_request},
      {"holds an HTTP/1 peer back", holds_an_http1_peer_back},
      {"keeps an HTTP/1 writer waiting", keeps_an_http1_writer_waiting},
      {"tells owners that an HTTP/1 peer has gone", tells_owners_that_an_http1_peer_has_gone})
