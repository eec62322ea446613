/* Frames on closed streams, in pieces of every size, before a session of nghttp2 that forgets them.
 */
#include "http/http2_heads.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

enum { SCRIPT_BYTES = 1 << 14, NO_GOAWAY = -1, TYPE_AT = 3, CODE_AT = HTTP2_HEAD_BYTES + 4 };
enum { END_STREAM = NGHTTP2_FLAG_END_STREAM, END_HEADERS = NGHTTP2_FLAG_END_HEADERS };

struct script {
    char bytes[SCRIPT_BYTES];
    size_t length;
};

struct frame {
    uint8_t type;
    uint8_t flags;
    uint8_t stream;
};

static void add(struct script *script, const void *bytes, size_t length)
{
    if (script->length + length > SCRIPT_BYTES) abort();
    if (length > 0) memcpy(script->bytes + script->length, bytes, length);
    script->length += length;
}

static void add_frame(struct script *script, const struct frame *frame)
{
    static const uint8_t request[] = {0x82, 0x86, 0x84, 0x01, 1, 'a'};
    static const uint8_t reset[4];
    bool headers = frame->type == NGHTTP2_HEADERS;
    const uint8_t *payload = headers ? request : reset;
    uint8_t length = headers                             ? (uint8_t)sizeof request
                     : frame->type == NGHTTP2_RST_STREAM ? (uint8_t)sizeof reset
                                                         : 0;
    const uint8_t head[HTTP2_HEAD_BYTES] = {0, 0, length, frame->type,  frame->flags,
                                            0, 0, 0,      frame->stream};
    add(script, head, sizeof head);
    add(script, payload, length);
}

static int count_request(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    (void)session;
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) ++*(int *)context;
    return 0;
}

/* Answers streams that have ended with a reset, as this side may. */
static int reset_ended(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    (void)context;
    if ((frame->hd.flags & END_STREAM) == 0) return 0;
    return nghttp2_submit_rst_stream(session, 0, frame->hd.stream_id, NGHTTP2_NO_ERROR);
}

static nghttp2_session *session_new(int *requests)
{
    nghttp2_session *session;
    nghttp2_option *option;
    nghttp2_session_callbacks *callbacks;
    if (nghttp2_option_new(&option) != 0 || nghttp2_session_callbacks_new(&callbacks) != 0) abort();
    nghttp2_option_set_no_closed_streams(option, 1);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, count_request);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, reset_ended);
    if (nghttp2_session_server_new2(&session, callbacks, requests, option) != 0) abort();
    if (nghttp2_submit_settings(session, 0, NULL, 0) != 0) abort();
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    return session;
}

/* The code of GOAWAY in what the session sends now; code where there is none. */
static int sent(nghttp2_session *session, int code)
{
    const uint8_t *frame;
    while (nghttp2_session_mem_send(session, &frame) > 0)
        if (frame[TYPE_AT] == NGHTTP2_GOAWAY) code = frame[CODE_AT + 3];
    return code;
}

/* The code of GOAWAY that the script meets; counts the requests that were seen. */
static int hear(const struct script *script, size_t piece, int *requests)
{
    struct http2_heads heads;
    http2_heads_init(&heads);
    *requests = 0;
    nghttp2_session *session = session_new(requests);
    int code = NO_GOAWAY;
    for (size_t at = 0; at < script->length; at += piece) {
        size_t length = script->length - at < piece ? script->length - at : piece;
        struct text bytes = {script->bytes + at, length};
        if (http2_heads_receive(&heads, session, bytes) < 0) abort();
        code = sent(session, code);
    }
    nghttp2_session_del(session);
    return code;
}

static void script_init(struct script *script)
{
    static const struct frame settings = {NGHTTP2_SETTINGS, 0, 0};
    script->length = 0;
    add(script, NGHTTP2_CLIENT_MAGIC, NGHTTP2_CLIENT_MAGIC_LEN);
    add_frame(script, &settings);
}

static void ends_what_comes_too_late(void)
{
    static const struct {
        struct frame frames[5];
        int expected;
        int requests;
    } rows[] = {
        /* Ids that grow. */
        {{{NGHTTP2_HEADERS, END_HEADERS | END_STREAM, 1},
          {NGHTTP2_HEADERS, END_HEADERS, 9},
          {NGHTTP2_DATA, END_STREAM, 9}},
         NO_GOAWAY,
         2},
        /* After the peer's end. */
        {{{NGHTTP2_HEADERS, END_HEADERS | END_STREAM, 1}, {NGHTTP2_DATA, 0, 1}},
         NGHTTP2_STREAM_CLOSED,
         1},
        {{{NGHTTP2_HEADERS, END_HEADERS | END_STREAM, 1}, {NGHTTP2_HEADERS, END_HEADERS, 1}},
         NGHTTP2_STREAM_CLOSED,
         1},
        {{{NGHTTP2_HEADERS, END_HEADERS, 1},
          {NGHTTP2_DATA, END_STREAM, 1},
          {NGHTTP2_DATA, END_STREAM, 1}},
         NGHTTP2_STREAM_CLOSED,
         1},
        {{{NGHTTP2_HEADERS, END_HEADERS, 1}, {NGHTTP2_RST_STREAM, 0, 1}, {NGHTTP2_DATA, 0, 1}},
         NGHTTP2_STREAM_CLOSED,
         1},
        /* Resets may cross. */
        {{{NGHTTP2_HEADERS, END_HEADERS | END_STREAM, 1},
          {NGHTTP2_RST_STREAM, 0, 1},
          {NGHTTP2_RST_STREAM, 0, 1},
          {NGHTTP2_HEADERS, END_HEADERS | END_STREAM, 3}},
         NO_GOAWAY,
         2},
        /* Ids that decrease; what was skipped is closed. */
        {{{NGHTTP2_HEADERS, END_HEADERS | END_STREAM, 5}, {NGHTTP2_HEADERS, END_HEADERS, 3}},
         NGHTTP2_PROTOCOL_ERROR,
         1},
        {{{NGHTTP2_HEADERS, END_HEADERS | END_STREAM, 5}, {NGHTTP2_DATA, 0, 3}}, NO_GOAWAY, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script script;
        script_init(&script);
        for (size_t j = 0; rows[i].frames[j].stream != 0; j++)
            add_frame(&script, &rows[i].frames[j]);
        for (size_t piece = 1; piece <= script.length; piece++) {
            int requests;
            int code = hear(&script, piece, &requests);
            CU_ASSERT_EQUAL(code, rows[i].expected);
            CU_ASSERT_EQUAL(requests, rows[i].requests);
        }
    }
}

SUITE("http2_heads", {"ends what comes too late", ends_what_comes_too_late})
