/* Frames that may not come any more, told by their heads before nghttp2 sees them.
 *
 * nghttp2 either keeps every stream that was closed, as many as may be open, some 270 bytes each
 * and for as long as its connection lives, or knows nothing of them and says nothing of what comes
 * on them. Here it knows nothing: HEADERS and DATA on a stream that the peer has ended, and ids
 * that decrease, are seen here. What comes on a stream that this side has reset is left to nghttp2,
 * which ignores it. */
#pragma once

#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"
#include "http/http2_ids.h"

enum { HTTP2_HEAD_BYTES = 9 };

struct http2_heads {
    uint32_t skipped; /* Bytes up to the next head: the rest of a payload, or of the preface. */
    uint8_t length;   /* Of `bytes`. */
    bool failed;      /* The session has been ended for what came. */
    uint8_t bytes[HTTP2_HEAD_BYTES]; /* A head that has come in part. */
    struct http2_ids ids;
};

void http2_heads_init(struct http2_heads *heads);

/* As nghttp2_session_mem_recv; ends the session with GOAWAY before a frame that may not come. */
ssize_t http2_heads_receive(struct http2_heads *heads, nghttp2_session *session, struct text bytes);
