/* The ids of a peer's latest streams, of which nghttp2 forgets those that are closed: what may
 * still come on them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { HTTP2_IDS_KEPT = 256 };

struct http2_ids {
    int32_t last; /* The largest that was opened; 0: none. */
    /* A bit an id, by id / 2 modulo HTTP2_IDS_KEPT. */
    uint64_t opened[HTTP2_IDS_KEPT / 64];
    uint64_t ended[HTTP2_IDS_KEPT / 64];
};

enum http2_id {
    HTTP2_ID_NEW,     /* Larger than any so far. */
    HTTP2_ID_OPENED,  /* The peer may say more on it, even if this side has reset it. */
    HTTP2_ID_ENDED,   /* The peer has ended or reset it. */
    HTTP2_ID_SKIPPED, /* Smaller than one that was opened, and never opened. */
    HTTP2_ID_OLD,     /* Too long ago to say. */
};

/* Of an odd id above 0. */
enum http2_id http2_ids_find(const struct http2_ids *ids, int32_t id);

/* A new id. */
void http2_ids_open(struct http2_ids *ids, int32_t id);

/* The peer will say no more on it. */
void http2_ids_end(struct http2_ids *ids, int32_t id);
