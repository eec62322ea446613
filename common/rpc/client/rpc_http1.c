#include "rpc/client/rpc_http1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/client/rpc_client_limits.h"
#include "rpc/client/rpc_dial.h"
#include "rpc/client/rpc_engine.h"
#include "rpc/client/rpc_multi.h"

enum { HUNDRED = 100, INFORMATIONAL = 1 };

struct rpc_http1 {
    struct rpc_engine *engine;
    struct rpc_multi *multi; /* Taken from the engine. */
    const struct rpc_curl *curl;
    struct rpc_exchange *exchange;
    CURL *easy;
    struct curl_slist *lines; /* The request's fields. */
    char *url;
    bool send_paused, receive_paused;
    char error[CURL_ERROR_SIZE];
};

/* ---- What libcurl calls ---- */

static size_t read_body(char *to, size_t size, size_t count, void *context)
{
    struct rpc_http1 *self = context;
    bool last;
    size_t taken = rpc_exchange_take_out(self->exchange, (uint8_t *)to, size * count, &last);
    if (taken > 0 || last) return taken;
    self->send_paused = true;
    return CURL_READFUNC_PAUSE;
}

/* The connection that was kept was dead: libcurl begins anew on another. */
static int rewind_body(void *context, curl_off_t offset, int origin)
{
    struct rpc_exchange *exchange = ((struct rpc_http1 *)context)->exchange;
    if (exchange->out_dropped || offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    exchange->out_sent = 0;
    return CURL_SEEKFUNC_OK;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct rpc_http1 *self = context;
    struct rpc_exchange *exchange = self->exchange;
    if (exchange->in.length - exchange->in_read >= RPC_STREAM_WINDOW_BYTES) {
        self->receive_paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (rpc_exchange_put_in(exchange, (const uint8_t *)bytes, size * count) == OK)
        return size * count;
    rpc_exchange_end(exchange, RESOURCE_EXHAUSTED, "no memory for the answer");
    return 0;
}

static size_t take_line(char *bytes, size_t size, size_t count, void *context)
{
    static const char version[] = "HTTP/";
    struct rpc_exchange *exchange = ((struct rpc_http1 *)context)->exchange;
    struct text line = text_trim((struct text){bytes, size * count});
    if (!exchange->head_ready && text_starts_with(line, text_from(version))) {
        const char *space = memchr(line.bytes, ' ', line.length);
        exchange->http_status = space == NULL ? 0 : (int)strtol(space + 1, NULL, 10);
        rpc_fields_free(&exchange->headers); /* Those of an informational answer before it. */
        return size * count;
    }
    if (line.length == 0) {
        exchange->head_ready = exchange->http_status / HUNDRED != INFORMATIONAL;
        (void)pthread_cond_broadcast(&exchange->changed);
        return size * count;
    }
    const char *colon = memchr(line.bytes, ':', line.length);
    if (colon == NULL) return size * count;
    struct text name = {line.bytes, (size_t)(colon - line.bytes)};
    struct text value = text_trim((struct text){colon + 1, line.length - name.length - 1});
    struct rpc_fields *fields = exchange->head_ready ? &exchange->trailers : &exchange->headers;
    if (rpc_fields_add(fields, name, value) == OK) return size * count;
    rpc_exchange_end(exchange, RESOURCE_EXHAUSTED, "the answer's fields take more than %d bytes",
                     RPC_FIELDS_BYTES_MAX);
    return 0;
}

/* ---- A transfer's life ---- */

static void free_transfer(struct rpc_http1 *self)
{
    struct rpc_engine *engine = self->engine;
    if (self->easy != NULL) self->curl->easy_cleanup(self->easy);
    self->curl->slist_free_all(self->lines);
    free(self->url);
    free(self);
    rpc_engine_give_http1(engine);
}

static bool add_raw(struct rpc_http1 *self, const char *line)
{
    struct curl_slist *longer = self->curl->slist_append(self->lines, line);
    if (longer == NULL) return false;
    self->lines = longer;
    return true;
}

static bool add_line(struct rpc_http1 *self, const char *name, struct text value)
{
    char *line = NULL;
    /* An empty value needs a semicolon; a colon would take the field away. */
    if (alloc_should_fail()) return false;
    int length = asprintf(&line, value.length == 0 ? "%s;" : "%s: %.*s", name, (int)value.length,
                          value.bytes);
    if (length < 0) return false;
    bool added = add_raw(self, line);
    free(line);
    return added;
}

static bool set_body(struct rpc_http1 *self)
{
    const struct rpc_curl *curl = self->curl;
    struct rpc_exchange *exchange = self->exchange;
    if (exchange->get) return curl->easy_setopt(self->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    (void)curl->easy_setopt(self->easy, CURLOPT_POST, 1L);
    (void)curl->easy_setopt(self->easy, CURLOPT_READFUNCTION, read_body);
    (void)curl->easy_setopt(self->easy, CURLOPT_READDATA, self);
    (void)curl->easy_setopt(self->easy, CURLOPT_SEEKFUNCTION, rewind_body);
    (void)curl->easy_setopt(self->easy, CURLOPT_SEEKDATA, self);
    if (!exchange->out_ended) return add_line(self, "Transfer-Encoding", text_from("chunked"));
    (void)curl->easy_setopt(self->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                            (curl_off_t)exchange->out.length);
    return true;
}

static bool set_up(struct rpc_http1 *self)
{
    const struct rpc_curl *curl = self->curl;
    struct rpc_exchange *exchange = self->exchange;
    struct rpc_route *route = exchange->route;
    self->easy = curl->easy_init();
    if (self->easy == NULL || !rpc_curl_prepare(route, self->easy)) return false;
    if (alloc_should_fail() || asprintf(&self->url, "%s%s", route->peer->url, exchange->path) < 0) {
        self->url = NULL;
        return false;
    }
    CURL *easy = self->easy;
    (void)curl->easy_setopt(easy, CURLOPT_PRIVATE, self);
    (void)curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl->easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl->easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    (void)curl->easy_setopt(easy, CURLOPT_MAXAGE_CONN, RPC_IDLE_MS / 1000L);
    (void)curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, self->error);
    (void)curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line);
    (void)curl->easy_setopt(easy, CURLOPT_HEADERDATA, self);
    (void)curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl->easy_setopt(easy, CURLOPT_WRITEDATA, self);
    bool ready = add_raw(self, "Expect:") /* Not waited for. */ && set_body(self);
    for (size_t i = 0; i < exchange->fields.count && ready; i++)
        ready = add_line(self, exchange->fields.items[i].name, exchange->fields.items[i].value);
    return ready && curl->easy_setopt(easy, CURLOPT_HTTPHEADER, self->lines) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_URL, self->url) == CURLE_OK;
}

void rpc_http1_add(struct rpc_exchange *exchange)
{
    struct rpc_engine *engine = exchange->engine;
    struct rpc_multi *multi = rpc_engine_take_http1(engine);
    struct rpc_http1 *self = multi == NULL || alloc_should_fail() ? NULL : calloc(1, sizeof *self);
    if (multi != NULL && self == NULL) rpc_engine_give_http1(engine);
    if (self != NULL) {
        self->engine = engine;
        self->multi = multi;
        self->curl = rpc_engine_curl(engine);
        self->exchange = exchange;
        if (set_up(self) && rpc_multi_add(multi, self->easy)) {
            exchange->http1 = self;
            return;
        }
        free_transfer(self);
    }
    rpc_exchange_end(exchange, RESOURCE_EXHAUSTED, "no memory for the request");
    rpc_engine_finish(engine, exchange);
}

void rpc_http1_drop(struct rpc_http1 *self)
{
    self->exchange->http1 = NULL;
    rpc_multi_remove(self->multi, self->easy);
    free_transfer(self);
}

static enum status status_of(CURLcode code)
{
    if (code == CURLE_OUT_OF_MEMORY) return RESOURCE_EXHAUSTED;
    bool nonsense = code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL ||
                    code == CURLE_URL_MALFORMAT || code == CURLE_HTTP2;
    return nonsense ? INTERNAL : UNAVAILABLE;
}

void rpc_http1_resume(struct rpc_http1 *self)
{
    bool more = self->exchange->out.length > self->exchange->out_sent || self->exchange->out_ended;
    bool send = self->send_paused && more;
    bool room = self->exchange->in.length - self->exchange->in_read < RPC_STREAM_WINDOW_BYTES;
    bool receive = self->receive_paused && room;
    self->exchange->in_unconfirmed = 0;
    if (!send && !receive) return;
    if (send) self->send_paused = false;
    if (receive) self->receive_paused = false;
    int mask =
        (self->send_paused ? CURLPAUSE_SEND : 0) | (self->receive_paused ? CURLPAUSE_RECV : 0);
    CURLcode code = self->curl->easy_pause(self->easy, mask);
    if (code == CURLE_OK) return;
    /* libcurl had no memory to go on with, and tells nobody else. */
    struct rpc_exchange *exchange = self->exchange;
    exchange->no_answer = !exchange->head_ready;
    rpc_exchange_end(exchange, status_of(code), "%s", self->curl->easy_strerror(code));
    rpc_http1_drop(self);
    rpc_engine_finish(exchange->engine, exchange);
}

static void done(void *context, CURL *easy, CURLcode code)
{
    struct rpc_engine *engine = context;
    const struct rpc_curl *curl = rpc_engine_curl(engine);
    struct rpc_http1 *self = NULL;
    (void)curl->easy_getinfo(easy, CURLINFO_PRIVATE, &self);
    struct rpc_exchange *exchange = self->exchange;
    if (code == CURLE_OK) {
        rpc_exchange_end(exchange, OK, "%s", "");
    } else {
        char why[RPC_WHY_BYTES];
        rpc_curl_describe(curl, easy, code, self->error, why);
        exchange->no_answer = !exchange->head_ready;
        rpc_exchange_end(exchange, status_of(code), "%s", why);
    }
    rpc_http1_drop(self);
    rpc_engine_finish(engine, exchange);
}

struct rpc_multi *rpc_http1_multi_new(struct rpc_engine *engine)
{
    struct rpc_multi *multi = rpc_multi_new(engine, done, engine);
    if (multi == NULL) return NULL;
    const struct rpc_curl *curl = rpc_engine_curl(engine);
    (void)curl->multi_setopt(rpc_multi_handle(multi), CURLMOPT_MAXCONNECTS,
                             (long)RPC_HTTP1_CONNECTIONS_MAX);
    return multi;
}
