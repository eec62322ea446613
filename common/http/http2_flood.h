/* Frames that cost a peer nothing and us a little, counted. nghttp2 1.52 bounds some of them in its
 * own way; what is here has names in the configuration. */
#pragma once

#include <stdbool.h>

#include "http/http2.h"

/* What a peer has sent in this window of time. */
enum http2_flood {
    HTTP2_FLOOD_RESETS,
    HTTP2_FLOOD_PROVOKED_RESETS,
    HTTP2_FLOOD_PINGS,
    HTTP2_FLOOD_SETTINGS,
    HTTP2_FLOOD_IDLE_FRAMES,
};

/* A frame begins to come. */
void http2_flood_frame(struct http_connection *connection, const nghttp2_frame_hd *head);

/* Says GOAWAY to a peer whose header list is too large. */
void http2_flood_list(struct http_connection *connection);

/* A field of a header list came. Small references to large entries of the table: the list grows,
 * and the bytes that make it do not. */
static inline void http2_flood_field(struct http_connection *connection, size_t bytes)
{
    struct http2 *http2 = connection->http2;
    size_t bytes_max = HTTP_HEADER_FLOOD * connection->server->config.limits.head_bytes_max;
    http2->list_bytes += bytes;
    if (http2->list_bytes > bytes_max) http2_flood_list(connection);
}

/* One of ours leaves. */
void http2_flood_sent(struct http_connection *connection, const nghttp2_frame *frame);
