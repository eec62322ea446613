#include "rpc/rpc_otlp.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/log.h"
#include "otlp.rpc.h"
#include "rpc/client/rpc_client.h"
#include "rpc/client/rpc_post.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/server/rpc_tracer.h"

enum {
    ATTRIBUTES_MAX = 5,
    ARENA_BYTES_MAX = 16 * 1024 * 1024,
    STACK_BYTES = 256 * 1024,
    NS_A_US = 1000,
    NS_A_MS = 1000000,
    MS_A_SECOND = 1000,
};

static const char peer_name[] = "otlp";
static const char traces_path[] = "/v1/traces";
static const char content_type[] = "application/x-protobuf";

struct rpc_otlp {
    struct rpc_otlp_config config;
    char origin[RPC_OTLP_URL_BYTES_MAX]; /* Scheme, host, port. */
    char path[RPC_OTLP_URL_BYTES_MAX + sizeof traces_path];
    struct rpc_peer peer;
    struct rpc_client *client;
    struct rpc_span spans[RPC_OTLP_BATCH_SPANS];
    struct arena arena; /* Of one request. */
    bool failing;       /* It was logged that the collector does not answer. */
    pthread_t thread;
    pthread_mutex_t lock; /* Guards what follows. */
    pthread_cond_t changed;
    bool stopping;
};

/* protobuf-c's messages hold `char *`; nothing writes through these. */
static char *unconst(const char *string)
{
    return (char *)(uintptr_t)string;
}

/* ---- Messages ---- */

static otlp_key_value *attribute(struct arena *arena, const char *key, const char *value)
{
    otlp_key_value *pair = arena_alloc(arena, sizeof *pair);
    otlp_any_value *any = arena_alloc(arena, sizeof *any);
    if (pair == NULL || any == NULL) return NULL;
    *any = (otlp_any_value)OTLP_ANY_VALUE_INIT;
    any->value_case = OTLP_ANY_VALUE_VALUE_CASE_STRING_VALUE;
    any->string_value = unconst(value);
    *pair = (otlp_key_value)OTLP_KEY_VALUE_INIT;
    pair->key = unconst(key);
    pair->value = any;
    return pair;
}

static otlp_key_value *attribute_number(struct arena *arena, const char *key, int64_t value)
{
    otlp_key_value *pair = attribute(arena, key, "");
    if (pair == NULL) return NULL;
    pair->value->value_case = OTLP_ANY_VALUE_VALUE_CASE_INT_VALUE;
    pair->value->int_value = value;
    return pair;
}

static const char *system_of(const char *protocol)
{
    return strncmp(protocol, "connect", strlen("connect")) == 0 ? "connect_rpc" : "grpc";
}

/* The codes for which the service is to blame, as OpenTelemetry's conventions for RPC list them; to
 * a caller every failure is one. */
static bool is_fault(const struct rpc_span *span)
{
    enum status code = span->code;
    if (span->peer != NULL) return code != OK;
    return code == UNKNOWN || code == DEADLINE_EXCEEDED || code == UNIMPLEMENTED ||
           code == INTERNAL || code == UNAVAILABLE || code == DATA_LOSS;
}

static bool attributes_fill(struct arena *arena, const struct rpc_span *span, otlp_span *message)
{
    const char *name = span->path + 1;
    const char *slash = strchr(name, '/');
    size_t length = slash == NULL ? strlen(name) : (size_t)(slash - name);
    const char *service = arena_copy(arena, name, length);
    message->attributes = arena_calloc(arena, ATTRIBUTES_MAX, sizeof(otlp_key_value *));
    if (service == NULL || message->attributes == NULL) return false;
    message->attributes[0] = attribute(arena, "rpc.system", system_of(span->protocol));
    message->attributes[1] = attribute(arena, "rpc.service", service);
    message->attributes[2] = attribute(arena, "rpc.method", slash == NULL ? "" : slash + 1);
    message->attributes[3] = attribute_number(arena, "rpc.grpc.status_code", span->code);
    message->n_attributes = ATTRIBUTES_MAX - 1;
    if (span->peer != NULL)
        message->attributes[message->n_attributes++] = attribute(arena, "peer.service", span->peer);
    return !arena_exhausted(arena);
}

static bool has_parent(const struct rpc_span *span)
{
    static const uint8_t none[RPC_SPAN_ID_BYTES];
    return memcmp(span->parent_id, none, sizeof none) != 0;
}

/* Borrows the span. */
static otlp_span *span_message(struct arena *arena, struct rpc_span *span)
{
    otlp_span *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (otlp_span)OTLP_SPAN_INIT;
    message->trace_id = (ProtobufCBinaryData){sizeof span->trace_id, span->trace_id};
    message->span_id = (ProtobufCBinaryData){sizeof span->span_id, span->span_id};
    if (has_parent(span))
        message->parent_span_id = (ProtobufCBinaryData){sizeof span->parent_id, span->parent_id};
    message->name = unconst(span->path + 1);
    message->kind = span->peer == NULL ? OTLP_SPAN_KIND_SERVER : OTLP_SPAN_KIND_CLIENT;
    message->start_time_unix_nano = (uint64_t)span->start_us * NS_A_US;
    message->end_time_unix_nano = (uint64_t)(span->start_us + span->duration_us) * NS_A_US;
    if (is_fault(span)) {
        message->status = arena_alloc(arena, sizeof *message->status);
        if (message->status == NULL) return NULL;
        *message->status = (otlp_status)OTLP_STATUS_INIT;
        message->status->code = OTLP_STATUS_CODE_ERROR;
        message->status->message = unconst(status_name(span->code));
    }
    return attributes_fill(arena, span, message) ? message : NULL;
}

static otlp_resource_spans *resource_message(struct rpc_otlp *otlp, size_t count)
{
    enum { RESOURCE_ATTRIBUTES = 2 };
    struct arena *arena = &otlp->arena;
    otlp_resource_spans *message = arena_alloc(arena, sizeof *message);
    otlp_resource *resource = arena_alloc(arena, sizeof *resource);
    otlp_scope_spans *scope = arena_alloc(arena, sizeof *scope);
    otlp_scope_spans **scopes = arena_calloc(arena, 1, sizeof(otlp_scope_spans *));
    otlp_key_value **attributes =
        arena_calloc(arena, RESOURCE_ATTRIBUTES, sizeof(otlp_key_value *));
    otlp_span **spans = arena_calloc(arena, count, sizeof(otlp_span *));
    if (arena_exhausted(arena) || message == NULL || resource == NULL || scope == NULL ||
        scopes == NULL || attributes == NULL || spans == NULL)
        return NULL;
    attributes[0] = attribute(arena, "service.name", otlp->config.service);
    attributes[1] = attribute(arena, "service.version", otlp->config.version);
    *resource = (otlp_resource)OTLP_RESOURCE_INIT;
    resource->attributes = attributes;
    resource->n_attributes = RESOURCE_ATTRIBUTES;
    for (size_t i = 0; i < count; i++)
        spans[i] = span_message(arena, &otlp->spans[i]);
    *scope = (otlp_scope_spans)OTLP_SCOPE_SPANS_INIT;
    scope->spans = spans;
    scope->n_spans = count;
    scopes[0] = scope;
    *message = (otlp_resource_spans)OTLP_RESOURCE_SPANS_INIT;
    message->resource = resource;
    message->scope_spans = scopes;
    message->n_scope_spans = 1;
    return arena_exhausted(arena) ? NULL : message;
}

static enum status encode(struct rpc_otlp *otlp, size_t count, struct buffer *body)
{
    arena_reset(&otlp->arena);
    otlp_resource_spans *resource = resource_message(otlp, count);
    if (resource == NULL) return RESOURCE_EXHAUSTED;
    otlp_export_trace_service_request request = OTLP_EXPORT_TRACE_SERVICE_REQUEST_INIT;
    request.resource_spans = &resource;
    request.n_resource_spans = 1;
    return rpc_encode(&request.base, body);
}

/* ---- Sending ---- */

static bool stopping(struct rpc_otlp *otlp)
{
    (void)pthread_mutex_lock(&otlp->lock);
    bool stops = otlp->stopping;
    (void)pthread_mutex_unlock(&otlp->lock);
    return stops;
}

/* Waits, at most so long; ends early when the thread must stop. */
static void wait_ms(struct rpc_otlp *otlp, int64_t ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms % MS_A_SECOND * NS_A_MS;
    until.tv_sec += ms / MS_A_SECOND + ns / (MS_A_SECOND * (int64_t)NS_A_MS);
    until.tv_nsec = ns % (MS_A_SECOND * (int64_t)NS_A_MS);
    (void)pthread_mutex_lock(&otlp->lock);
    while (!otlp->stopping && pthread_cond_timedwait(&otlp->changed, &otlp->lock, &until) == 0)
        continue;
    (void)pthread_mutex_unlock(&otlp->lock);
}

/* The answers after which the protocol allows another attempt. */
static bool may_repeat(int http_status)
{
    return http_status == 429 || http_status == 502 || http_status == 503 || http_status == 504;
}

/* Says once that the collector does not take spans, and once that it does again. */
static void note(struct rpc_otlp *otlp, bool sent, const char *why)
{
    if (sent == !otlp->failing) return;
    otlp->failing = !sent;
    if (sent)
        log_write(LOG_INFO, "the collector of traces takes spans again");
    else
        log_write(LOG_WARNING, "the collector of traces takes no spans: %s", why);
}

static bool send(struct rpc_otlp *otlp, const struct buffer *body)
{
    struct rpc_post post = {.peer = peer_name,
                            .path = otlp->path,
                            .content_type = content_type,
                            .body = {(const char *)body->bytes, body->length}};
    struct fault fault = {""};
    int64_t backoff_ms = RPC_OTLP_BACKOFF_MS;
    for (int attempt = 1;; attempt++, backoff_ms *= 2) {
        int http_status = 0;
        post.timeout_ms = stopping(otlp) ? RPC_OTLP_LAST_TIMEOUT_MS : RPC_OTLP_TIMEOUT_MS;
        enum status status = rpc_client_post(otlp->client, &post, &http_status, &fault);
        bool sent = status == OK && http_status >= 200 && http_status < 300;
        if (status == OK && !sent)
            (void)fault_set(&fault, UNKNOWN, "it answers with HTTP status %d", http_status);
        bool again = status != OK || may_repeat(http_status);
        if (sent || !again || attempt == RPC_OTLP_ATTEMPTS_MAX || stopping(otlp)) {
            note(otlp, sent, fault.message);
            return sent;
        }
        wait_ms(otlp, backoff_ms);
    }
}

/* Sends one batch. False: there was none. */
static bool export_batch(struct rpc_otlp *otlp)
{
    size_t count = rpc_tracer_take(otlp->config.tracer, otlp->spans, RPC_OTLP_BATCH_SPANS);
    if (count == 0) return false;
    struct buffer body;
    buffer_init(&body, RPC_OTLP_BODY_BYTES_MAX);
    bool sent = encode(otlp, count, &body) == OK && send(otlp, &body);
    buffer_free(&body);
    rpc_tracer_count(otlp->config.tracer, sent ? count : 0, sent ? 0 : count);
    return true;
}

static void *otlp_main(void *argument)
{
    struct rpc_otlp *otlp = argument;
    bool stops;
    do {
        stops = stopping(otlp);
        while (export_batch(otlp) && (!stops || !otlp->failing))
            continue;
        if (!stops) wait_ms(otlp, RPC_OTLP_INTERVAL_MS);
    } while (!stops);
    return NULL;
}

/* ---- Beginning and end ---- */

/* Where the host begins; NULL: it is no URL. */
static const char *host_of(const char *endpoint)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++) {
        size_t length = strlen(schemes[i]);
        if (strncmp(endpoint, schemes[i], length) == 0) return endpoint + length;
    }
    return NULL;
}

bool rpc_otlp_endpoint_valid(const char *endpoint)
{
    const char *host = host_of(endpoint);
    return host != NULL && strcspn(host, "/?# ") > 0 && host[strcspn(host, "?# ")] == '\0' &&
           strlen(endpoint) < RPC_OTLP_URL_BYTES_MAX;
}

/* Splits the endpoint into what is connected to and what is asked for. */
static void endpoint_split(struct rpc_otlp *otlp)
{
    const char *endpoint = otlp->config.endpoint;
    const char *host = host_of(endpoint);
    size_t origin = (size_t)(host - endpoint) + strcspn(host, "/");
    size_t path = strlen(endpoint + origin);
    while (path > 0 && endpoint[origin + path - 1] == '/')
        path--;
    memcpy(otlp->origin, endpoint, origin);
    memcpy(otlp->path, endpoint + origin, path);
    memcpy(otlp->path + path, traces_path, sizeof traces_path);
    /* Collectors speak HTTP/2 without TLS rarely; with TLS they say. */
    bool plain = strncmp(endpoint, "http://", strlen("http://")) == 0;
    otlp->peer = (struct rpc_peer){
        .service = peer_name, .url = otlp->origin, .http = plain ? RPC_HTTP_1 : RPC_HTTP_AUTO};
}

static bool thread_start(struct rpc_otlp *otlp)
{
    pthread_attr_t attributes;
    pthread_condattr_t condition;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)pthread_condattr_init(&condition);
    (void)pthread_condattr_setclock(&condition, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&otlp->lock, NULL);
    (void)pthread_cond_init(&otlp->changed, &condition);
    (void)pthread_condattr_destroy(&condition);
    bool started = pthread_create(&otlp->thread, &attributes, otlp_main, otlp) == 0;
    (void)pthread_attr_destroy(&attributes);
    if (started) return true;
    (void)pthread_cond_destroy(&otlp->changed);
    (void)pthread_mutex_destroy(&otlp->lock);
    return false;
}

static void release(struct rpc_otlp *otlp)
{
    rpc_client_free(otlp->client);
    arena_free(&otlp->arena);
    free(otlp);
}

enum status rpc_otlp_new(const struct rpc_otlp_config *config, struct rpc_otlp **out,
                         struct fault *fault)
{
    struct rpc_otlp *otlp = alloc_should_fail() ? NULL : calloc(1, sizeof *otlp);
    if (otlp == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for traces");
    otlp->config = *config;
    arena_init(&otlp->arena, ARENA_BYTES_MAX);
    endpoint_split(otlp);
    const struct rpc_client_config client = {.peers = &otlp->peer, .peer_count = 1};
    enum status status = rpc_client_new(&client, &otlp->client);
    if (status == OK && !thread_start(otlp)) status = RESOURCE_EXHAUSTED;
    if (status != OK) {
        release(otlp);
        return fault_set(fault, status, "the exporter of traces cannot start");
    }
    *out = otlp;
    return OK;
}

void rpc_otlp_free(struct rpc_otlp *otlp)
{
    if (otlp == NULL) return;
    (void)pthread_mutex_lock(&otlp->lock);
    otlp->stopping = true;
    (void)pthread_cond_signal(&otlp->changed);
    (void)pthread_mutex_unlock(&otlp->lock);
    (void)pthread_join(otlp->thread, NULL);
    (void)pthread_cond_destroy(&otlp->changed);
    (void)pthread_mutex_destroy(&otlp->lock);
    release(otlp);
}
