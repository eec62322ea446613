#include "http/http2_flood.h"

/* Says GOAWAY and hears no more: what this read still holds is dropped. */
static void calm(struct http_connection *connection, enum http_counter counter)
{
    struct http2 *http2 = connection->http2;
    if (http2->calmed) return;
    http2->calmed = true;
    http_count(&connection->server->counters, counter, 1);
    if (nghttp2_session_terminate_session(http2->session, NGHTTP2_ENHANCE_YOUR_CALM) != 0) {
        connection->close_after_flush = true;
    }
}

static void window_begin(struct http_connection *connection)
{
    struct http2 *http2 = connection->http2;
    int64_t now = http_now_ms(connection->server);
    if (now - http2->flood_since_ms <= connection->server->config.limits.flood_window_ms) return;
    http2->flood_since_ms = now;
    for (size_t i = 0; i < ARRAY_LENGTH(http2->flood_counts); i++)
        http2->flood_counts[i] = 0;
}

static void flood_count(struct http_connection *connection, enum http2_flood flood)
{
    const struct http_limits *limits = &connection->server->config.limits;
    const struct {
        size_t most;
        enum http_counter counter;
    } floods[] = {
        [HTTP2_FLOOD_RESETS] = {limits->resets_max, HTTP_COUNT_RESET_FLOODS},
        [HTTP2_FLOOD_PROVOKED_RESETS] = {limits->provoked_resets_max,
                                         HTTP_COUNT_PROVOKED_RESET_FLOODS},
        [HTTP2_FLOOD_PINGS] = {limits->pings_max, HTTP_COUNT_PING_FLOODS},
        [HTTP2_FLOOD_SETTINGS] = {limits->settings_max, HTTP_COUNT_SETTINGS_FLOODS},
        [HTTP2_FLOOD_IDLE_FRAMES] = {limits->idle_frames_max, HTTP_COUNT_FRAME_FLOODS},
    };
    _Static_assert(ARRAY_LENGTH(floods) == HTTP2_FLOODS, "one count a flood");
    window_begin(connection);
    if (++connection->http2->flood_counts[flood] > floods[flood].most) {
        calm(connection, floods[flood].counter);
    }
}

/* A stream whose answer has not left: our work was for nothing. */
static void reset_received(struct http_connection *connection, int32_t stream_id)
{
    const struct http_exchange *exchange =
        nghttp2_session_get_stream_user_data(connection->http2->session, stream_id);
    if (exchange == NULL) return;
    http_count(&connection->server->counters, HTTP_COUNT_RESETS_IN, 1);
    flood_count(connection, HTTP2_FLOOD_RESETS);
}

void http2_flood_frame(struct http_connection *connection, const nghttp2_frame_hd *head)
{
    struct http2 *http2 = connection->http2;
    bool acknowledges = (head->flags & NGHTTP2_FLAG_ACK) != 0;
    bool ends = (head->flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (head->type) {
    case NGHTTP2_HEADERS:
        http2->continuations = 0;
        http2->list_bytes = 0;
        return;
    case NGHTTP2_CONTINUATION:
        if (++http2->continuations <= connection->server->config.limits.continuations_max) return;
        calm(connection, HTTP_COUNT_CONTINUATION_FLOODS);
        return;
    case NGHTTP2_DATA:
        if (head->length == 0 && !ends) flood_count(connection, HTTP2_FLOOD_IDLE_FRAMES);
        return;
    case NGHTTP2_RST_STREAM:
        reset_received(connection, head->stream_id);
        return;
    case NGHTTP2_PING:
        if (!acknowledges) flood_count(connection, HTTP2_FLOOD_PINGS);
        return;
    case NGHTTP2_SETTINGS:
        if (!acknowledges) flood_count(connection, HTTP2_FLOOD_SETTINGS);
        return;
    default: /* PRIORITY, WINDOW_UPDATE, and what an enum cannot hold. */
        flood_count(connection, HTTP2_FLOOD_IDLE_FRAMES);
    }
}

void http2_flood_list(struct http_connection *connection)
{
    calm(connection, HTTP_COUNT_HEADER_FLOODS);
}

void http2_flood_sent(struct http_connection *connection, const nghttp2_frame *frame)
{
    struct http2 *http2 = connection->http2;
    switch ((nghttp2_frame_type)frame->hd.type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_DATA:
        /* Work was done for the peer, and it may well ask how far it has come. */
        http2->flood_counts[HTTP2_FLOOD_PINGS] = 0;
        http2->flood_counts[HTTP2_FLOOD_IDLE_FRAMES] = 0;
        return;
    case NGHTTP2_RST_STREAM: {
        const struct http_exchange *exchange =
            nghttp2_session_get_stream_user_data(http2->session, frame->hd.stream_id);
        http_count(&connection->server->counters, HTTP_COUNT_RESETS_OUT, 1);
        /* Resets that a peer provokes cost us more than it: the attack called MadeYouReset. */
        if (exchange == NULL || !exchange->aborted)
            flood_count(connection, HTTP2_FLOOD_PROVOKED_RESETS);
        return;
    }
    case NGHTTP2_GOAWAY:
        if (frame->goaway.error_code != NGHTTP2_NO_ERROR && !http2->calmed)
            http_count(&connection->server->counters, HTTP_COUNT_GLITCHES, 1);
        return;
    case NGHTTP2_PRIORITY:
    case NGHTTP2_SETTINGS:
    case NGHTTP2_PUSH_PROMISE:
    case NGHTTP2_PING:
    case NGHTTP2_WINDOW_UPDATE:
    case NGHTTP2_CONTINUATION:
    case NGHTTP2_ALTSVC:
    case NGHTTP2_ORIGIN:
    case NGHTTP2_PRIORITY_UPDATE:
        return;
    }
}
