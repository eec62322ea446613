#include "http/http2_heads.h"

#include <string.h>

enum { PREFACE_BYTES = 24 };

void http2_heads_init(struct http2_heads *heads)
{
    *heads = (struct http2_heads){.skipped = PREFACE_BYTES};
}

static nghttp2_frame_hd head_read(const uint8_t bytes[static HTTP2_HEAD_BYTES])
{
    uint32_t id =
        (uint32_t)bytes[5] << 24 | (uint32_t)bytes[6] << 16 | (uint32_t)bytes[7] << 8 | bytes[8];
    return (nghttp2_frame_hd){
        .length = (size_t)bytes[0] << 16 | (size_t)bytes[1] << 8 | bytes[2],
        .type = bytes[3],
        .flags = bytes[4],
        .stream_id = (int32_t)(id & INT32_MAX),
    };
}

/* The next head that is whole; *at is where it ends. False: there is none in the bytes from *at. */
static bool heads_next(struct http2_heads *heads, struct text bytes, size_t *at,
                       nghttp2_frame_hd *head)
{
    size_t left = bytes.length - *at;
    if (heads->skipped >= left) {
        heads->skipped -= (uint32_t)left;
        return false;
    }
    *at += heads->skipped;
    left -= heads->skipped;
    heads->skipped = 0;
    const uint8_t *from = (const uint8_t *)bytes.bytes + *at;
    size_t missing = HTTP2_HEAD_BYTES - (size_t)heads->length;
    size_t taken = left < missing ? left : missing;
    if (taken < HTTP2_HEAD_BYTES) {
        memcpy(heads->bytes + heads->length, from, taken);
        heads->length = (uint8_t)(heads->length + taken);
        from = heads->bytes;
    }
    *at += taken;
    if (taken < missing) return false;
    heads->length = 0;
    *head = head_read(from);
    heads->skipped = (uint32_t)head->length;
    return true;
}

/* A client's ids are odd; what comes on others nghttp2 refuses. */
static bool concerns(const nghttp2_frame_hd *head)
{
    return head->stream_id % 2 == 1 &&
           (head->type == NGHTTP2_HEADERS || head->type == NGHTTP2_DATA ||
            head->type == NGHTTP2_RST_STREAM);
}

/* Notes what the frame opens and ends; what is wrong with it where its stream is not open. */
static uint32_t take(struct http2_ids *ids, const nghttp2_frame_hd *head)
{
    bool opens = head->type == NGHTTP2_HEADERS;
    bool reset = head->type == NGHTTP2_RST_STREAM;
    switch (http2_ids_find(ids, head->stream_id)) {
    case HTTP2_ID_NEW:
        if (opens) http2_ids_open(ids, head->stream_id);
        break;
    case HTTP2_ID_OPENED:
        break;
    case HTTP2_ID_ENDED:
        return reset ? NGHTTP2_NO_ERROR : NGHTTP2_STREAM_CLOSED;
    case HTTP2_ID_SKIPPED: /* Ids may only grow. */
    case HTTP2_ID_OLD:
        return opens ? NGHTTP2_PROTOCOL_ERROR : NGHTTP2_NO_ERROR;
    }
    if (reset || (head->flags & NGHTTP2_FLAG_END_STREAM) != 0) http2_ids_end(ids, head->stream_id);
    return NGHTTP2_NO_ERROR;
}

ssize_t http2_heads_receive(struct http2_heads *heads, nghttp2_session *session, struct text bytes)
{
    const uint8_t *all = (const uint8_t *)bytes.bytes;
    size_t at = 0;
    size_t heard = 0;
    nghttp2_frame_hd head;
    if (bytes.length == 0) return 0;
    while (!heads->failed && heads_next(heads, bytes, &at, &head)) {
        uint32_t error = concerns(&head) ? take(&heads->ids, &head) : NGHTTP2_NO_ERROR;
        if (error == NGHTTP2_NO_ERROR) continue;
        /* nghttp2 hears first what came before. */
        size_t before = at > HTTP2_HEAD_BYTES ? at - HTTP2_HEAD_BYTES : 0;
        ssize_t used = nghttp2_session_mem_recv(session, all + heard, before - heard);
        if (used < 0) return used;
        heard = before;
        /* Trailers of a stream that has been open for very long. */
        bool open = nghttp2_session_find_stream(session, head.stream_id) != NULL;
        if (error == NGHTTP2_PROTOCOL_ERROR && open) continue;
        int result = nghttp2_session_terminate_session(session, error);
        if (result != 0) return result;
        heads->failed = true;
    }
    return nghttp2_session_mem_recv(session, all + heard, bytes.length - heard);
}
