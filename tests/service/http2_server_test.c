/* HTTP/2 frame by frame: what a peer may not do, what it gets for that, and the end of connections.
 * That the server speaks HTTP/2 at all, foreign clients and h2spec show. */
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "support/http2_peer.h"
#include "support/http_echo.h"
#include "support/suite.h"

enum { TRIES_MAX = 100 };

static struct http2_peer peer;

static void peer_open(const struct http_echo *echo)
{
    CU_ASSERT_TRUE(http2_peer_open(&peer, http_echo_port(echo)));
}

static void peer_close(void)
{
    http2_peer_close(&peer);
}

static void answers_and_keeps_trailers(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    http2_peer_request(&peer, 1, false, "/a?b", true);
    http2_peer_request(&peer, 3, false, "/later", true);
    http2_peer_request(&peer, 5, true, "/c", false);
    http2_peer_frame(&peer, NGHTTP2_DATA, 0, 5, "hello", 5);
    http2_peer_frame(&peer, NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 5, NULL, 0);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 1 GET /a?b 0 of body"));
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 5 POST /c? 5 of body"));
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 3 GET /later? 0 of body"));
    http2_peer_request(&peer, 7, false, "/large",
                       true); /* Its trailers come when all windows have let it go. */
    const uint8_t most[] = {0x00, 0x7f, 0, 0};
    http2_peer_frame(&peer, NGHTTP2_WINDOW_UPDATE, 0, 0, most, sizeof most);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "HEADERS 7;"));
    http2_peer_frame(&peer, NGHTTP2_WINDOW_UPDATE, 0, 7, most, sizeof most);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "HEADERS 7;END 7;"));
    peer_close();
    http_echo_stop(echo);
}

static void refuses_an_id_that_decreases(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    http2_peer_request(&peer, 5, false, "/a", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "END 5;"));
    http2_peer_request(&peer, 3, false, "/b", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "GOAWAY 1;")); /* PROTOCOL_ERROR */
    CU_ASSERT_TRUE(http2_peer_is_closed(&peer));
    peer_close();
    http_echo_stop(echo);
}

/* What is on its way when this side resets a stream is nobody's fault. */
static void takes_what_comes_on_a_stream_that_it_reset(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    static const uint8_t most[4] = {0x7f, 0xff, 0xff, 0xff};
    static const uint8_t trailers[] = {0x00, 1, 'x', 1, 'y'};
    peer_open(echo);
    http2_peer_request(&peer, 1, true, "/hold", false);
    http2_peer_frame(&peer, NGHTTP2_WINDOW_UPDATE, 0, 1, most, sizeof most);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "RST 1 3;")); /* FLOW_CONTROL_ERROR */
    http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, "late", 4);
    http2_peer_frame(&peer, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM | NGHTTP2_FLAG_END_HEADERS, 1,
                     trailers, sizeof trailers);
    http2_peer_request(&peer, 3, false, "/a", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 3 GET /a? 0 of body"));
    http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, "too late", 8);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "GOAWAY 5;")); /* STREAM_CLOSED */
    peer_close();
    http_echo_stop(echo);
}

/* Longer than the ids of closed streams are remembered. */
static void ends_a_stream_with_trailers_after_many_others(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    static const uint8_t trailers[] = {0x00, 1, 'x', 1, 'y'};
    peer_open(echo);
    http2_peer_request(&peer, 1, true, "/c", false);
    http2_peer_request(&peer, 3, true, "/c", false);
    for (uint32_t i = 0; i < 300; i++) {
        http2_peer_request(&peer, 5 + 2 * i, false, "/a", true);
        CU_ASSERT_TRUE(http2_peer_hears_end(&peer, 5 + 2 * i));
    }
    http2_peer_frame(&peer, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM | NGHTTP2_FLAG_END_HEADERS, 1,
                     trailers, sizeof trailers);
    http2_peer_frame(&peer, NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 3, "hello", 5);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 1 POST /c? 0 of body"));
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 3 POST /c? 5 of body"));
    http2_peer_request(&peer, 1, false, "/a", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "GOAWAY 1;"));
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
    for (uint32_t i = 0; i < 2 * limits.provoked_resets_max && !peer.closed; i++) {
        http2_peer_request(&peer, 2 * i + 1, false, "/later", true);
        http2_peer_frame(&peer, NGHTTP2_WINDOW_UPDATE, 0, 2 * i + 1, most, sizeof most);
    }
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "GOAWAY 11;")); /* ENHANCE_YOUR_CALM */
    CU_ASSERT_TRUE(http2_peer_is_closed(&peer));
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
        http2_peer_request(&peer, 2 * i + 1, false, "/later", true);
        if (i < 8) http2_peer_frame(&peer, NGHTTP2_RST_STREAM, 0, 2 * i + 1, cancel, sizeof cancel);
    }
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "RST 17 7;")); /* REFUSED_STREAM */
    /* When they have run, there is room again: on a busy machine after a while. */
    bool answered = false;
    for (uint32_t i = 0; !answered && i < TRIES_MAX; i++) {
        (void)usleep(HTTP_ECHO_LATER_MS * 1000);
        http2_peer_request(&peer, 19 + 2 * i, false, "/a", true);
        answered = http2_peer_hears_end(&peer, 19 + 2 * i);
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
        http2_peer_request(&peer, 2 * i + 1, true, "/a", false);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "RST 9 7;"));
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
    http2_peer_request(&peer, 1, true, "/a", false);
    http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, bytes, sizeof bytes);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "too large"));
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "END 1;"));
    CU_ASSERT_PTR_NULL(strstr(peer.said, "RST"));
    http2_peer_frame(&peer, NGHTTP2_DATA, 0, 1, bytes, sizeof bytes); /* Read over. */
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "RST 1 0;")); /* NO_ERROR, after the linger timeout. */
    http2_peer_request(&peer, 3, false, "/b", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 3 GET /b? 0 of body"));
    peer_close();
    http_echo_stop(echo);
}

static void ends_a_body_that_takes_too_long(void)
{
    struct http_limits limits = http_limits_default();
    limits.body_timeout_ms = 300;
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    http2_peer_request(&peer, 1, true, "/a", false);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "RST 1 8;")); /* CANCEL */
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
    http2_peer_request(&peer, 1, false, "/large", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "RST 1 8;")); /* CANCEL */
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
    http2_peer_frame(&peer, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1,
                     block, sizeof block);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "the header fields are too large"));
    peer_close();
    http_echo_stop(echo);
}

static void says_goaway_and_finishes_when_it_drains(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    peer_open(echo);
    http2_peer_request(&peer, 1, false, "/a", true);
    http2_peer_request(&peer, 3, false, "/later", true);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "END 1;"));
    http_echo_drain(echo);
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "GOAWAY 0;"));
    CU_ASSERT_TRUE(http2_peer_hears(&peer, "DATA 3 GET /later? 0 of body"));
    CU_ASSERT_TRUE(http2_peer_is_closed(&peer));
    peer_close();
    http_echo_stop(echo);
}

SUITE("http2_server", {"answers and keeps trailers", answers_and_keeps_trailers},
      {"refuses an id that decreases", refuses_an_id_that_decreases},
      {"takes what comes on a stream that it reset", takes_what_comes_on_a_stream_that_it_reset},
      {"ends a stream with trailers after many others",
       ends_a_stream_with_trailers_after_many_others},
      {"calms a peer that provokes resets", calms_a_peer_that_provokes_resets},
      {"counts calls of streams that were reset", counts_calls_of_streams_that_were_reset},
      {"bounds open streams", bounds_open_streams},
      {"answers too large a body early", answers_too_large_a_body_early},
      {"ends a body that takes too long", ends_a_body_that_takes_too_long},
      {"ends an answer that is not taken", ends_an_answer_that_is_not_taken},
      {"bounds the fields", bounds_the_fields},
      {"says GOAWAY and finishes when it drains", says_goaway_and_finishes_when_it_drains})
