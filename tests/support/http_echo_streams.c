#include "support/http_echo_streams.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 16 * 1024 };

struct stream {
    struct http_echo_counts *counts;
    size_t left;   /* Of a source. */
    size_t unused; /* Bytes received that wait for room in the answer. */
    bool ended;
};

static struct stream *stream_new(struct http_echo_counts *counts, struct http_exchange *exchange)
{
    struct stream *stream = arena_calloc(http_exchange_arena(exchange), 1, sizeof *stream);
    if (stream == NULL) abort();
    stream->counts = counts;
    atomic_fetch_add(&counts->open, 1);
    return stream;
}

static void start(struct http_exchange *exchange)
{
    struct http_response response;
    http_response_init(&response, 200);
    http_response_add(&response, "content-type", text_from("application/octet-stream"));
    http_stream_start(exchange, &response);
}

static void finish(struct stream *stream, struct http_exchange *exchange)
{
    struct http_response response;
    http_response_init(&response, 200);
    http_response_add_trailer(&response, "check", text_from("sum"));
    atomic_fetch_sub(&stream->counts->open, 1);
    http_stream_finish(exchange, &response);
}

static bool write_bytes(struct stream *stream, struct http_exchange *exchange, struct text bytes)
{
    bool room = http_stream_write(exchange, bytes);
    atomic_fetch_add(&stream->counts->written_bytes, bytes.length);
    if (!room) atomic_fetch_add(&stream->counts->waits, 1);
    return room;
}

static void cancelled(void *context, struct http_exchange *exchange)
{
    struct stream *stream = context;
    atomic_fetch_add(&stream->counts->cancelled, 1);
    atomic_fetch_sub(&stream->counts->open, 1);
    http_stream_abort(exchange);
}

/* ---- /echo ---- */

static void echo_received(void *context, struct http_exchange *exchange, struct text bytes)
{
    struct stream *stream = context;
    atomic_fetch_add(&stream->counts->received_bytes, bytes.length);
    if (write_bytes(stream, exchange, bytes)) {
        http_stream_consume(exchange, bytes.length);
    } else {
        stream->unused += bytes.length;
    }
}

static void echo_drained(void *context, struct http_exchange *exchange)
{
    struct stream *stream = context;
    http_stream_consume(exchange, stream->unused);
    stream->unused = 0;
}

static void echo_ended(void *context, struct http_exchange *exchange)
{
    struct stream *stream = context;
    atomic_fetch_add(&stream->counts->ended, 1);
    finish(stream, exchange);
}

static const struct http_events echo_events = {
    .received = echo_received,
    .ended = echo_ended,
    .drained = echo_drained,
    .cancelled = cancelled,
};

/* ---- /hold ---- */

static void hold_received(void *context, struct http_exchange *exchange, struct text bytes)
{
    (void)exchange;
    struct stream *stream = context;
    stream->unused += bytes.length;
    atomic_fetch_add(&stream->counts->received_bytes, bytes.length);
}

static void hold_ended(void *context, struct http_exchange *exchange)
{
    struct stream *stream = context;
    atomic_fetch_add(&stream->counts->ended, 1);
    atomic_fetch_sub(&stream->counts->open, 1);
    char text[64];
    (void)snprintf(text, sizeof text, "held %zu", stream->unused);
    http_reply_text(exchange, 200, text);
}

static const struct http_events hold_events = {
    .received = hold_received,
    .ended = hold_ended,
    .cancelled = cancelled,
};

/* ---- /source ---- */

static void source_go_on(void *context, struct http_exchange *exchange)
{
    static const char piece[PIECE_BYTES];
    struct stream *stream = context;
    while (stream->left > 0) {
        stream->left -= PIECE_BYTES;
        if (!write_bytes(stream, exchange, (struct text){piece, PIECE_BYTES})) return;
    }
    finish(stream, exchange);
}

static const struct http_events source_events = {
    .ended = source_go_on,
    .drained = source_go_on,
    .cancelled = cancelled,
};

/* ---- /halfway ---- */

static void halfway_received(void *context, struct http_exchange *exchange, struct text bytes)
{
    (void)bytes;
    struct stream *stream = context;
    start(exchange);
    (void)write_bytes(stream, exchange, text_from("halfway;"));
    finish(stream, exchange);
}

static const struct http_events halfway_events = {
    .received = halfway_received,
    .cancelled = cancelled,
};

static const struct http_events open_events = {.cancelled = cancelled};

/* ---- All ---- */

static void refuse_early(struct http_echo_counts *counts, struct http_exchange *exchange)
{
    struct stream *stream = stream_new(counts, exchange);
    http_stream(exchange, &open_events, stream);
    atomic_fetch_sub(&counts->open, 1);
    http_reply_text(exchange, 403, "early");
}

static void begin_and(struct http_echo_counts *counts, struct http_exchange *exchange, bool abort)
{
    struct stream *stream = stream_new(counts, exchange);
    http_stream(exchange, &open_events, stream);
    start(exchange);
    (void)write_bytes(stream, exchange, text_from("open;"));
    if (!abort) return;
    atomic_fetch_sub(&counts->open, 1);
    http_stream_abort(exchange);
}

void http_echo_begin(struct http_echo_counts *counts, struct http_exchange *exchange)
{
    struct text path = http_exchange_request(exchange)->path;
    if (text_equal(path, text_from("/echo"))) {
        http_stream(exchange, &echo_events, stream_new(counts, exchange));
        start(exchange);
    } else if (text_equal(path, text_from("/hold"))) {
        http_stream(exchange, &hold_events, stream_new(counts, exchange));
    } else if (text_equal(path, text_from("/source"))) {
        struct stream *stream = stream_new(counts, exchange);
        stream->left = HTTP_ECHO_SOURCE_BYTES;
        http_stream(exchange, &source_events, stream);
        start(exchange);
    } else if (text_equal(path, text_from("/halfway"))) {
        http_stream(exchange, &halfway_events, stream_new(counts, exchange));
    } else if (text_equal(path, text_from("/early"))) {
        refuse_early(counts, exchange);
    } else if (text_equal(path, text_from("/break"))) {
        begin_and(counts, exchange, true);
    } else if (text_equal(path, text_from("/open"))) {
        begin_and(counts, exchange, false);
    }
}

void http_echo_watch(struct http_echo_counts *counts, struct http_exchange *exchange)
{
    http_exchange_watch(exchange, &open_events, stream_new(counts, exchange));
}
