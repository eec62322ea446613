#include "rpc/client/rpc_http2.h"

#include <assert.h>
#include <nghttp2/nghttp2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/client/rpc_dial.h"
#include "rpc/client/rpc_engine.h"

enum {
    READ_BYTES = 32 * 1024,
    READS_MAX = 16, /* In a row; then the other connections have their turn. */
    FRAME_BYTES = 16 * 1024 + 9,
    GOAWAY_WORDS_BYTES = 160,
    WHY_BYTES = 400,
    OWN_FIELDS = 4, /* :method, :scheme, :authority, :path. */
    HEADER_TABLE_BYTES = 4096,
    INFORMATIONAL = 1, /* 1xx. */
    HUNDRED = 100,
};

enum stage { CONNECTING, OPEN, CLOSED };

struct rpc_http2 {
    struct rpc_watch watch; /* First. */
    struct rpc_grave grave;
    struct rpc_engine *engine;
    struct rpc_route *route;
    struct rpc_dial *dial;
    nghttp2_session *session;
    enum stage stage;
    struct rpc_exchange_list active;
    bool draining; /* The peer takes no new exchanges: GOAWAY, or no ids are left. */
    bool heard;    /* Bytes have come from it. */
    bool settled;  /* Its SETTINGS have come. */
    bool broken;   /* nghttp2 had no memory for something that must be said. */
    char goaway[GOAWAY_WORDS_BYTES]; /* What it said then; "" before. */
    int64_t heard_ms;                /* When bytes last came, or the first exchange began. */
    int64_t ping_ms;                 /* When a ping was sent that waits for its answer; 0: none. */
    int64_t pinged_ms;               /* When the last was sent; 0: none yet. */
    bool answered_since;             /* HEADERS or DATA have come since then. */
    bool suspicious;                 /* A caller gave up without having got anything. */
    int64_t idle_ms;                 /* Since when without exchanges. */
    size_t out_length, out_sent;
    uint8_t out[RPC_OUTPUT_BYTES + FRAME_BYTES]; /* Not moved while OpenSSL may ask for it again. */
};

static void fail(struct rpc_http2 *self, const char *format, ...) PRINTF_LIKE(2, 3);

/* What the peer is not told may keep a call waiting for ever: the connection fails instead, when it
 * is flushed. */
static void must(struct rpc_http2 *self, int result)
{
    if (result == NGHTTP2_ERR_NOMEM) self->broken = true;
}

static struct rpc_exchange *exchange_of(nghttp2_session *session, int32_t stream_id)
{
    return nghttp2_session_get_stream_user_data(session, stream_id);
}

/* ---- What nghttp2 tells ---- */

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
                     void *context)
{
    struct rpc_exchange *exchange = exchange_of(session, frame->hd.stream_id);
    (void)flags;
    (void)context;
    if (exchange == NULL || exchange->ended) return 0;
    struct text key = {(const char *)name, name_length};
    struct text text = {(const char *)value, value_length};
    if (text_equal(key, text_from(":status"))) {
        exchange->http_status = (int)strtol(text.bytes, NULL, 10);
        return 0;
    }
    struct rpc_fields *fields = exchange->head_ready ? &exchange->trailers : &exchange->headers;
    if (rpc_fields_add(fields, key, text) == OK) return 0;
    rpc_exchange_end(exchange, RESOURCE_EXHAUSTED, "the answer's fields take more than %d bytes",
                     RPC_FIELDS_BYTES_MAX);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* Resets the stream. */
}

/* The answer is complete. Where the request is not, the peer does not want the rest of it. */
static void complete(struct rpc_http2 *self, struct rpc_exchange *exchange)
{
    exchange->end_received = true;
    rpc_exchange_end(exchange, OK, "%s", "");
    bool sending =
        !exchange->get && !(exchange->out_ended && exchange->out_sent == exchange->out.length);
    if (sending)
        must(self, nghttp2_submit_rst_stream(self->session, NGHTTP2_FLAG_NONE, exchange->stream_id,
                                             NGHTTP2_NO_ERROR));
}

static void take_head(struct rpc_http2 *self, const nghttp2_frame *frame)
{
    struct rpc_exchange *exchange = exchange_of(self->session, frame->hd.stream_id);
    if (exchange == NULL || exchange->ended) return;
    if (!exchange->head_ready && exchange->http_status / HUNDRED == INFORMATIONAL) {
        rpc_fields_free(&exchange->headers);
        return;
    }
    exchange->head_ready = true;
    (void)pthread_cond_broadcast(&exchange->changed);
}

static void take_goaway(struct rpc_http2 *self, const nghttp2_goaway *goaway)
{
    self->draining = true;
    const char *name = nghttp2_http2_strerror(goaway->error_code);
    size_t length = goaway->opaque_data_len;
    if (length > GOAWAY_WORDS_BYTES / 2) length = GOAWAY_WORDS_BYTES / 2;
    char words[GOAWAY_WORDS_BYTES / 2 + 1];
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = goaway->opaque_data[i];
        words[i] = byte >= ' ' && byte < 0x7F ? (char)byte : '?';
    }
    words[length] = '\0';
    (void)snprintf(self->goaway, sizeof self->goaway, length == 0 ? "GOAWAY %s" : "GOAWAY %s: %s",
                   name, words);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
    struct rpc_http2 *self = context;
    struct rpc_exchange *exchange = exchange_of(session, frame->hd.stream_id);
    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
        take_head(self, frame);
        break;
    case NGHTTP2_GOAWAY:
        take_goaway(self, &frame->goaway);
        break;
    case NGHTTP2_SETTINGS:
        self->settled = true;
        break;
    default: /* The rest is nghttp2's. */
        break;
    }
    bool body = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (body) self->answered_since = true;
    bool last = body && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (last && exchange != NULL && exchange->head_ready) complete(self, exchange);
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream_id, const uint8_t *bytes,
                   size_t length, void *context)
{
    struct rpc_exchange *exchange = exchange_of(session, stream_id);
    struct rpc_http2 *self = context;
    (void)flags;
    /* Streams have windows of their own; the connection's must not stop them all. */
    must(self, nghttp2_session_consume_connection(session, length));
    if (exchange == NULL || exchange->ended) return 0;
    if (rpc_exchange_put_in(exchange, bytes, length) == OK) return 0;
    rpc_exchange_end(exchange, RESOURCE_EXHAUSTED, "no memory for the answer");
    must(self, nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream_id, NGHTTP2_CANCEL));
    return 0;
}

/* The status that gRPC gives a stream which the peer has reset. */
static enum status status_of_reset(uint32_t code)
{
    switch (code) {
    case NGHTTP2_REFUSED_STREAM:
        return UNAVAILABLE;
    case NGHTTP2_CANCEL:
        return CANCELLED;
    case NGHTTP2_ENHANCE_YOUR_CALM:
        return RESOURCE_EXHAUSTED;
    case NGHTTP2_INADEQUATE_SECURITY:
        return PERMISSION_DENIED;
    default:
        return INTERNAL;
    }
}

static int on_close(nghttp2_session *session, int32_t stream_id, uint32_t code, void *context)
{
    struct rpc_http2 *self = context;
    struct rpc_exchange *exchange = exchange_of(session, stream_id);
    /* nghttp2 knows no data of a stream that it could not open. */
    if (exchange == NULL) exchange = self->active.first;
    while (exchange != NULL && exchange->stream_id != stream_id)
        exchange = exchange->next;
    if (exchange == NULL) return 0;
    (void)nghttp2_session_set_stream_user_data(session, stream_id, NULL);
    rpc_exchange_list_remove(exchange);
    exchange->http2 = NULL;
    if (self->active.count == 0) self->idle_ms = clock_monotonic_ms();
    if (!exchange->ended && code == NGHTTP2_REFUSED_STREAM && !exchange->head_ready) {
        char why[WHY_BYTES];
        (void)snprintf(why, sizeof why, "the stream was refused%s%s",
                       self->goaway[0] == '\0' ? "" : " after ", self->goaway);
        exchange->unprocessed = true;
        rpc_route_again(self->route, exchange, why);
        return 0;
    }
    rpc_exchange_end(exchange, status_of_reset(code), "the stream was reset with %s",
                     nghttp2_http2_strerror(code));
    rpc_engine_finish(self->engine, exchange);
    return 0;
}

static ssize_t read_body(nghttp2_session *session, int32_t stream_id, uint8_t *to, size_t length,
                         uint32_t *flags, nghttp2_data_source *source, void *context)
{
    struct rpc_exchange *exchange = exchange_of(session, stream_id);
    bool last;
    (void)source;
    (void)context;
    if (exchange == NULL) return NGHTTP2_ERR_DEFERRED; /* Given up; its reset is under way. */
    size_t count = rpc_exchange_take_out(exchange, to, length, &last);
    if (last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return count == 0 && !last ? NGHTTP2_ERR_DEFERRED : (ssize_t)count;
}

/* ---- nghttp2's memory, whose want tests make up ---- */

static void *memory_alloc(size_t bytes, void *context)
{
    (void)context;
    return alloc_should_fail() ? NULL : malloc(bytes);
}

static void memory_free(void *block, void *context)
{
    (void)context;
    free(block);
}

static void *memory_calloc(size_t count, size_t bytes, void *context)
{
    (void)context;
    return alloc_should_fail() ? NULL : calloc(count, bytes);
}

static void *memory_resize(void *block, size_t bytes, void *context)
{
    (void)context;
    return alloc_should_fail() ? NULL : realloc(block, bytes);
}

static bool open_session(struct rpc_http2 *self)
{
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    if (alloc_should_fail() || nghttp2_session_callbacks_new(&callbacks) != 0) return false;
    if (alloc_should_fail() || nghttp2_option_new(&option) != 0) {
        nghttp2_session_callbacks_del(callbacks);
        return false;
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_mem memory = {NULL, memory_alloc, memory_free, memory_calloc, memory_resize};
    int wrong = nghttp2_session_client_new3(&self->session, callbacks, self, option, &memory);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    if (wrong != 0) return false;
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, RPC_STREAM_WINDOW_BYTES},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, RPC_FIELDS_BYTES_MAX},
    };
    return nghttp2_submit_settings(self->session, NGHTTP2_FLAG_NONE, settings,
                                   ARRAY_LENGTH(settings)) == 0 &&
           nghttp2_session_set_local_window_size(self->session, NGHTTP2_FLAG_NONE, 0,
                                                 RPC_CONNECTION_WINDOW_BYTES) == 0;
}

/* ---- The connection's end ---- */

static void free_connection(void *item)
{
    free(item);
}

/* From now on nobody finds it; what it carried is gone already. */
static void close_now(struct rpc_http2 *self)
{
    assert(self->active.count == 0);
    self->stage = CLOSED;
    if (self->watch.fd >= 0) (void)rpc_engine_watch(self->engine, &self->watch, self->watch.fd, 0);
    rpc_route_forget(self->route, self);
    nghttp2_session_del(self->session);
    self->session = NULL;
    rpc_dial_free(self->dial);
    self->dial = NULL;
    rpc_engine_bury(self->engine, &self->grave, self, free_connection);
}

/* The connection is lost, with all that it carried. */
static void fail(struct rpc_http2 *self, const char *format, ...)
{
    char what[WHY_BYTES], why[WHY_BYTES + GOAWAY_WORDS_BYTES + sizeof " after "];
    if (self->stage == CLOSED) return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    (void)snprintf(why, sizeof why, "%s%s%s", what, self->goaway[0] == '\0' ? "" : " after ",
                   self->goaway);
    struct rpc_exchange_list lost = self->active;
    self->active = (struct rpc_exchange_list){NULL, NULL, 0};
    close_now(self);
    struct rpc_exchange *next;
    for (struct rpc_exchange *exchange = lost.first; exchange != NULL; exchange = next) {
        next = exchange->next;
        exchange->next = exchange->previous = NULL;
        exchange->list = NULL;
        exchange->http2 = NULL;
        exchange->no_answer = !exchange->head_ready;
        rpc_exchange_end(exchange, UNAVAILABLE, "%s", why);
        rpc_engine_finish(self->engine, exchange);
    }
    rpc_route_pump(self->route);
}

/* After GOAWAY the last exchange takes the connection with it. */
static bool is_over(struct rpc_http2 *self)
{
    bool over = self->active.count == 0 &&
                (self->draining || (nghttp2_session_want_read(self->session) == 0 &&
                                    nghttp2_session_want_write(self->session) == 0));
    return over;
}

/* ---- Bytes ---- */

static void set_events(struct rpc_http2 *self, bool blocked)
{
    uint32_t events = (uint32_t)EPOLLIN | (blocked ? (uint32_t)EPOLLOUT : 0U);
    if (self->watch.events != events)
        (void)rpc_engine_watch(self->engine, &self->watch, self->watch.fd, events);
}

/* Frames into the empty output. False: nghttp2 has no memory. */
static bool fill(struct rpc_http2 *self)
{
    self->out_length = self->out_sent = 0;
    while (self->out_length < RPC_OUTPUT_BYTES) {
        const uint8_t *bytes;
        ssize_t length = nghttp2_session_mem_send(self->session, &bytes);
        if (length < 0) return false;
        if (length == 0) break;
        assert((size_t)length <= sizeof self->out - self->out_length);
        memcpy(self->out + self->out_length, bytes, (size_t)length);
        self->out_length += (size_t)length;
    }
    return true;
}

static void write_out(struct rpc_http2 *self)
{
    while (self->stage == OPEN) {
        if (self->out_sent == self->out_length && !fill(self)) {
            fail(self, "no memory for the connection");
            return;
        }
        if (self->out_length == 0) break;
        size_t sent = 0;
        CURLcode code = rpc_dial_send(self->dial, self->out + self->out_sent,
                                      self->out_length - self->out_sent, &sent);
        if (code == CURLE_AGAIN || (code == CURLE_OK && sent == 0)) {
            set_events(self, true);
            return;
        }
        if (code != CURLE_OK) {
            char why[RPC_WHY_BYTES];
            rpc_dial_describe(self->dial, code, why);
            fail(self, "the connection was lost: %s", why);
            return;
        }
        self->out_sent += sent;
    }
    if (self->stage == OPEN) set_events(self, false);
}

void rpc_http2_close(struct rpc_http2 *self)
{
    if (self->stage == CLOSED) return;
    if (self->stage == OPEN) {
        (void)nghttp2_session_terminate_session(self->session, NGHTTP2_NO_ERROR);
        write_out(self);
    }
    if (self->stage != CLOSED) close_now(self);
}

void rpc_http2_flush(struct rpc_http2 *self)
{
    if (self->stage == OPEN && self->broken) {
        fail(self, "no memory for the connection");
        return;
    }
    bool blocked = (self->watch.events & EPOLLOUT) != 0;
    if (self->stage == OPEN && !blocked) write_out(self);
    if (self->stage == OPEN && is_over(self)) rpc_http2_close(self);
}

/* What a peer speaks that does not speak HTTP/2, by the first bytes that it sends; NULL: no other
 * language that is known here. */
static const char *other_language(const uint8_t *bytes, size_t length, bool tls)
{
    static const char http1[] = "HTTP/1.";
    enum { TLS_ALERT = 0x15, TLS_HANDSHAKE = 0x16, TLS_MAJOR = 3 };
    bool record =
        length > 1 && (bytes[0] == TLS_ALERT || bytes[0] == TLS_HANDSHAKE) && bytes[1] == TLS_MAJOR;
    if (record && !tls) return "the peer speaks TLS: its URL should begin with https://";
    if (length < sizeof http1 - 1 || memcmp(bytes, http1, sizeof http1 - 1) != 0) return NULL;
    return tls ? "the peer speaks HTTP/1.1, though it chose HTTP/2"
               : "the peer answers HTTP/2 with HTTP/1.1: where its port speaks TLS, its URL should "
                 "begin with https://";
}

/* The peer sends no more. */
static void closed(struct rpc_http2 *self)
{
    bool plain = !self->heard && !self->route->tls;
    fail(self, "the peer closed the connection%s",
         plain ? " before it said anything: where its port speaks TLS, its URL should begin with "
                 "https://"
               : "");
}

/* Reads what has come. */
static void receive(struct rpc_http2 *self)
{
    uint8_t bytes[READ_BYTES];
    for (int i = 0; i < READS_MAX && self->stage == OPEN; i++) {
        size_t length = 0;
        CURLcode code = rpc_dial_receive(self->dial, bytes, sizeof bytes, &length);
        if (code == CURLE_AGAIN) return;
        if (code != CURLE_OK) {
            char why[RPC_WHY_BYTES];
            rpc_dial_describe(self->dial, code, why);
            fail(self, "the connection was lost: %s", why);
            return;
        }
        if (length == 0) {
            closed(self);
            return;
        }
        const char *language = self->heard ? NULL : other_language(bytes, length, self->route->tls);
        self->heard = true;
        if (language != NULL) {
            fail(self, "%s", language);
            return;
        }
        self->heard_ms = clock_monotonic_ms();
        self->ping_ms = 0;
        self->suspicious = false;
        ssize_t taken = nghttp2_session_mem_recv(self->session, bytes, length);
        if (taken < 0) {
            write_out(self); /* nghttp2 tells the peer why. */
            fail(self, "the peer broke HTTP/2's rules: %s", nghttp2_strerror((int)taken));
            return;
        }
    }
}

static void ready(struct rpc_watch *watch, uint32_t events)
{
    struct rpc_http2 *self = (struct rpc_http2 *)watch;
    if (self->stage != OPEN) return;
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) receive(self);
    if (self->stage == OPEN && (events & EPOLLOUT) != 0) write_out(self);
    rpc_route_pump(self->route);
}

static void connected(void *context, CURLcode code)
{
    struct rpc_http2 *self = context;
    struct rpc_route *route = self->route;
    if (code != CURLE_OK) {
        char why[RPC_WHY_BYTES];
        enum status status = code == CURLE_OUT_OF_MEMORY ? RESOURCE_EXHAUSTED : UNAVAILABLE;
        rpc_dial_describe(self->dial, code, why);
        close_now(self);
        rpc_route_unreachable(route, status, why);
        return;
    }
    if (route->tls && !rpc_dial_chose_http2(self->dial)) {
        bool only = route->peer->http == RPC_HTTP_2;
        close_now(self);
        if (only)
            rpc_route_unreachable(route, UNAVAILABLE, "it does not speak HTTP/2");
        else
            rpc_route_use_http1(route);
        return;
    }
    self->stage = OPEN;
    self->heard_ms = self->idle_ms = clock_monotonic_ms();
    int fd = rpc_dial_socket(self->dial);
    if (!open_session(self) || !rpc_engine_watch(self->engine, &self->watch, fd, EPOLLIN)) {
        close_now(self);
        rpc_route_unreachable(route, RESOURCE_EXHAUSTED, "no memory for the connection");
        return;
    }
    rpc_route_pump(route);
}

struct rpc_http2 *rpc_http2_new(struct rpc_route *route)
{
    struct rpc_http2 *self = alloc_should_fail() ? NULL : calloc(1, sizeof *self);
    if (self == NULL) return NULL;
    self->watch = (struct rpc_watch){.ready = ready, .fd = -1};
    self->engine = route->engine;
    self->route = route;
    self->dial = rpc_dial_new(route, connected, self);
    if (self->dial == NULL) {
        free(self);
        return NULL;
    }
    return self;
}

/* ---- Exchanges ---- */

bool rpc_http2_connecting(const struct rpc_http2 *self)
{
    return self->stage == CONNECTING;
}

bool rpc_http2_has_room(struct rpc_http2 *self)
{
    if (self->stage == OPEN && self->active.count == 0) receive(self);
    if (self->stage != OPEN || self->draining) return false;
    uint32_t most = RPC_STREAMS_ASSUMED;
    if (self->settled)
        most = nghttp2_session_get_remote_settings(self->session,
                                                   NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
    return self->active.count < most && nghttp2_session_check_request_allowed(self->session) != 0;
}

static nghttp2_nv field(const char *name, const char *value, size_t value_length)
{
    return (nghttp2_nv){.name = (uint8_t *)(uintptr_t)name,
                        .value = (uint8_t *)(uintptr_t)value,
                        .namelen = strlen(name),
                        .valuelen = value_length,
                        .flags = NGHTTP2_NV_FLAG_NONE};
}

static int32_t submit(struct rpc_http2 *self, struct rpc_exchange *exchange)
{
    const struct rpc_route *route = self->route;
    size_t count = exchange->fields.count + OWN_FIELDS;
    nghttp2_nv *fields = alloc_should_fail() ? NULL : calloc(count, sizeof *fields);
    if (fields == NULL) return NGHTTP2_ERR_NOMEM;
    const char *method = exchange->get ? "GET" : "POST", *scheme = route->tls ? "https" : "http";
    fields[0] = field(":method", method, strlen(method));
    fields[1] = field(":scheme", scheme, strlen(scheme));
    fields[2] = field(":authority", route->authority, route->authority_length);
    fields[3] = field(":path", exchange->path, strlen(exchange->path));
    for (size_t i = 0; i < exchange->fields.count; i++) {
        const struct rpc_entry *entry = &exchange->fields.items[i];
        fields[OWN_FIELDS + i] = field(entry->name, entry->value.bytes, entry->value.length);
    }
    nghttp2_data_provider body = {.read_callback = read_body};
    int32_t stream_id = nghttp2_submit_request(self->session, NULL, fields, count,
                                               exchange->get ? NULL : &body, exchange);
    free(fields);
    return stream_id;
}

void rpc_http2_add(struct rpc_http2 *self, struct rpc_exchange *exchange)
{
    int32_t stream_id = submit(self, exchange);
    if (stream_id < 0) {
        rpc_exchange_end(exchange, RESOURCE_EXHAUSTED, "no memory for the request");
        rpc_engine_finish(self->engine, exchange);
        return;
    }
    /* The ping waits for silence after the first exchange, not before it. */
    if (self->active.count == 0) self->heard_ms = clock_monotonic_ms();
    exchange->stream_id = stream_id;
    exchange->http2 = self;
    rpc_exchange_list_add(&self->active, exchange);
}

void rpc_http2_resume(struct rpc_http2 *self, struct rpc_exchange *exchange)
{
    must(self, nghttp2_session_resume_data(self->session, exchange->stream_id));
    if (exchange->in_unconfirmed == 0) return;
    must(self, nghttp2_session_consume_stream(self->session, exchange->stream_id,
                                              exchange->in_unconfirmed));
    exchange->in_unconfirmed = 0;
}

void rpc_http2_drop(struct rpc_http2 *self, struct rpc_exchange *exchange)
{
    (void)nghttp2_session_set_stream_user_data(self->session, exchange->stream_id, NULL);
    if (!exchange->end_received)
        must(self, nghttp2_submit_rst_stream(self->session, NGHTTP2_FLAG_NONE, exchange->stream_id,
                                             NGHTTP2_CANCEL));
    rpc_exchange_list_remove(exchange);
    exchange->http2 = NULL;
    int64_t now_ms = clock_monotonic_ms();
    if (self->active.count == 0) self->idle_ms = now_ms;
    if (!exchange->head_ready && now_ms - self->heard_ms >= RPC_SILENCE_MS) self->suspicious = true;
}

/* ---- Time ---- */

static int64_t or_default(int64_t configured_ms, int64_t default_ms)
{
    return configured_ms == 0 ? default_ms : configured_ms;
}

int64_t rpc_http2_due_ms(const struct rpc_http2 *self)
{
    const struct rpc_client_config *config = rpc_engine_config(self->engine);
    if (self->stage != OPEN) return INT64_MAX;
    if (self->ping_ms != 0)
        return self->ping_ms + or_default(config->ping_timeout_ms, RPC_PING_TIMEOUT_MS);
    if (self->active.count == 0 && !self->suspicious)
        return self->idle_ms + or_default(config->idle_ms, RPC_IDLE_MS);
    int64_t due_ms = self->heard_ms + or_default(config->ping_after_ms, RPC_PING_AFTER_MS);
    if (self->suspicious) due_ms = self->heard_ms;
    /* Servers of gRPC take offence at more. */
    bool too_soon = self->pinged_ms != 0 && !self->answered_since;
    if (too_soon && due_ms < self->pinged_ms + RPC_PING_EVERY_MS)
        due_ms = self->pinged_ms + RPC_PING_EVERY_MS;
    return due_ms;
}

void rpc_http2_tick(struct rpc_http2 *self, int64_t now_ms)
{
    if (now_ms < rpc_http2_due_ms(self)) return;
    if (self->ping_ms != 0) {
        fail(self, "the connection is dead: no answer to a ping in %d ms",
             (int)(now_ms - self->ping_ms));
        return;
    }
    if (self->active.count == 0 && !self->suspicious) {
        rpc_http2_close(self);
        return;
    }
    self->ping_ms = self->pinged_ms = now_ms;
    self->answered_since = self->suspicious = false;
    must(self, nghttp2_submit_ping(self->session, NGHTTP2_FLAG_NONE, NULL));
}
