#include "rpc/rpc_channel.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/rpc_curl.h"
#include "rpc/rpc_json.h"
#include "struct.rpc.h"

enum {
    URL_BYTES_MAX = 1024,
    HEADER_BYTES_MAX = 128,
    KEPT_BYTES_MAX = 256 * 1024, /* A larger answer's memory is given back. */
    ERROR_ARENA_BYTES_MAX = 1024 * 1024,
    HTTP_OK = 200,
    POLL_MS = 1000,
    POLL_AFTER_BYTES_MS = 1, /* libcurl 7.88 forgets bytes that it holds back: see transfer(). */
};

struct rpc_channel {
    const struct rpc_curl *library;
    CURL *curl;
    CURLM *multi; /* Keeps the connections. */
    struct buffer answer;
    bool too_large;
    char error[CURL_ERROR_SIZE];
};

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct rpc_channel *channel = context;
    if (buffer_append(&channel->answer, bytes, size * count) == OK) return size * count;
    channel->too_large = true;
    return 0;
}

enum status rpc_channel_new(const struct rpc_curl *library, struct rpc_channel **out)
{
    struct rpc_channel *channel = alloc_should_fail() ? NULL : calloc(1, sizeof *channel);
    if (channel == NULL) return RESOURCE_EXHAUSTED;
    buffer_init(&channel->answer, RPC_RESPONSE_BYTES_MAX);
    channel->library = library;
    channel->curl = library->easy_init();
    channel->multi = library->multi_init();
    if (channel->curl == NULL || channel->multi == NULL) {
        rpc_channel_free(channel);
        return RESOURCE_EXHAUSTED;
    }
    CURL *curl = channel->curl;
    (void)library->easy_setopt(curl, CURLOPT_HTTP_VERSION,
                               (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
    (void)library->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)library->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* Services talk to each other directly, whatever proxy the environment names. */
    (void)library->easy_setopt(curl, CURLOPT_NOPROXY, "*");
    (void)library->easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)library->easy_setopt(curl, CURLOPT_ERRORBUFFER, channel->error);
    (void)library->easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    (void)library->easy_setopt(curl, CURLOPT_WRITEDATA, channel);
    (void)library->easy_setopt(curl, CURLOPT_POST, 1L);
    *out = channel;
    return OK;
}

void rpc_channel_free(struct rpc_channel *channel)
{
    if (channel == NULL) return;
    if (channel->curl != NULL) channel->library->easy_cleanup(channel->curl);
    if (channel->multi != NULL) (void)channel->library->multi_cleanup(channel->multi);
    buffer_free(&channel->answer);
    free(channel);
}

/* The exchange's headers; NULL: no memory. */
static struct curl_slist *make_headers(const struct rpc_curl *library, const char *content_type,
                                       int64_t time_left_ms)
{
    char type[HEADER_BYTES_MAX], timeout[HEADER_BYTES_MAX];
    (void)snprintf(type, sizeof type, "Content-Type: %s", content_type);
    (void)snprintf(timeout, sizeof timeout, "Connect-Timeout-Ms: %" PRId64, time_left_ms);
    const char *lines[] = {type, timeout, "Connect-Protocol-Version: 1",
                           "Accept-Encoding: identity", "User-Agent: sotong"};
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        struct curl_slist *longer = library->slist_append(headers, lines[i]);
        if (longer == NULL) {
            library->slist_free_all(headers);
            return NULL;
        }
        headers = longer;
    }
    return headers;
}

/* What the system said, or else libcurl, in the manner of a sentence's middle. */
static void describe(const struct rpc_channel *channel, CURLcode code,
                     char description[static CURL_ERROR_SIZE])
{
    long number = 0;
    char system[CURL_ERROR_SIZE];
    (void)channel->library->easy_getinfo(channel->curl, CURLINFO_OS_ERRNO, &number);
    const char *said =
        channel->error[0] != '\0' ? channel->error : channel->library->easy_strerror(code);
    if (number != 0) said = strerror_r((int)number, system, sizeof system);
    (void)snprintf(description, CURL_ERROR_SIZE, "%s", said);
    /* A name such as HTTP/2 keeps its capitals. */
    if (islower((unsigned char)description[1]) != 0) {
        description[0] = (char)tolower((unsigned char)description[0]);
    }
}

static enum status refuse(struct rpc_channel *channel, const struct rpc_exchange *exchange,
                          CURLcode code, struct fault *fault)
{
    char description[CURL_ERROR_SIZE];
    describe(channel, code, description);
    enum status status = INTERNAL;
    if (channel->too_large) {
        (void)snprintf(description, sizeof description, "the answer is larger than %d bytes",
                       RPC_RESPONSE_BYTES_MAX);
        status = RESOURCE_EXHAUSTED;
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        (void)snprintf(description, sizeof description, "no answer before the deadline");
        status = DEADLINE_EXCEEDED;
    } else if (code == CURLE_OUT_OF_MEMORY) {
        status = RESOURCE_EXHAUSTED;
    } else if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
               code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING ||
               code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM || code == CURLE_PARTIAL_FILE) {
        status = UNAVAILABLE;
    }
    return fault_set(fault, status, "%s at %s: %s", exchange->peer->service, exchange->peer->url,
                     description);
}

/* One attempt at the transfer that was set up. Instead of curl_easy_perform: libcurl 7.88 leaves
 * the end of an answer in a buffer of its own when the answer is a little longer than
 * CURLOPT_BUFFERSIZE, and then waits for the socket. After bytes have come it is asked again at
 * once. */
static CURLcode transfer(struct rpc_channel *channel)
{
    const struct rpc_curl *library = channel->library;
    if (library->multi_add_handle(channel->multi, channel->curl) != CURLM_OK) {
        return CURLE_OUT_OF_MEMORY;
    }
    int running = 1, left = 0;
    CURLMcode code = CURLM_OK;
    while (code == CURLM_OK && running > 0) {
        size_t before = channel->answer.length;
        code = library->multi_perform(channel->multi, &running);
        if (code != CURLM_OK || running == 0) break;
        bool more = channel->answer.length != before;
        code = library->multi_poll(channel->multi, NULL, 0, more ? POLL_AFTER_BYTES_MS : POLL_MS,
                                   NULL);
    }
    CURLcode result = code == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_RECV_ERROR;
    const CURLMsg *message = library->multi_info_read(channel->multi, &left);
    if (message != NULL && message->msg == CURLMSG_DONE) result = message->data.result;
    (void)library->multi_remove_handle(channel->multi, channel->curl);
    return result;
}

/* Performs the transfer that was set up, on a new connection where the kept one was dead. (libcurl
 * 7.88 cannot use a kept connection with prior knowledge of HTTP/2: it fails at once, before
 * anything is sent, with CURLE_HTTP2.) */
static CURLcode perform(struct rpc_channel *channel)
{
    channel->too_large = false;
    for (long fresh = 0;; fresh++) {
        buffer_clear(&channel->answer);
        channel->error[0] = '\0';
        (void)channel->library->easy_setopt(channel->curl, CURLOPT_FRESH_CONNECT, fresh);
        CURLcode code = transfer(channel);
        bool broken = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
                      code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 ||
                      code == CURLE_HTTP2_STREAM;
        long connections = 0, header_bytes = 0;
        (void)channel->library->easy_getinfo(channel->curl, CURLINFO_NUM_CONNECTS, &connections);
        (void)channel->library->easy_getinfo(channel->curl, CURLINFO_HEADER_SIZE, &header_bytes);
        bool reused = connections == 0 && header_bytes == 0;
        if (!broken || !reused || fresh > 0) return code;
    }
}

static enum status status_from_name(struct text name)
{
    for (int status = CANCELLED; status < STATUS_COUNT; status++) {
        if (text_equal(name, text_from(status_connect_name((enum status)status))))
            return (enum status)status;
    }
    return UNKNOWN;
}

/* The status that Connect gives an answer which is no Connect error. */
static enum status status_from_http(long http)
{
    switch (http) {
    case 400:
        return INTERNAL;
    case 401:
        return UNAUTHENTICATED;
    case 403:
        return PERMISSION_DENIED;
    case 404:
        return UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
        return UNAVAILABLE;
    default:
        return UNKNOWN;
    }
}

/* The member of this name where it is a string; the empty text otherwise. */
static struct text find_string(const protobuf_struct *object, const char *name)
{
    for (size_t i = 0; i < object->n_fields; i++) {
        const protobuf_value *value = object->fields[i]->value;
        if (strcmp(object->fields[i]->key, name) != 0 || value == NULL) continue;
        if (value->kind_case == PROTOBUF_VALUE_KIND_CASE_STRING_VALUE)
            return text_from(value->string_value);
    }
    return (struct text){NULL, 0};
}

/* Reads `{"code": "not_found", "message": "…"}`. */
static enum status read_error(const struct rpc_channel *channel,
                              const struct rpc_exchange *exchange, long http, struct fault *fault)
{
    struct arena arena;
    arena_init(&arena, ERROR_ARENA_BYTES_MAX);
    struct text json = {(const char *)channel->answer.bytes, channel->answer.length};
    ProtobufCMessage *object;
    struct text code = {NULL, 0}, message = {NULL, 0};
    if (rpc_json_read(&arena, json, &protobuf_struct_type, true, &object, NULL) == OK) {
        code = find_string((const protobuf_struct *)object, "code");
        message = find_string((const protobuf_struct *)object, "message");
    }
    enum status status;
    if (code.bytes == NULL) {
        status = fault_set(fault, status_from_http(http),
                           "%s at %s: answered with HTTP status %ld, not as a service of ours",
                           exchange->peer->service, exchange->peer->url, http);
    } else if (message.length == 0) {
        status =
            fault_set(fault, status_from_name(code), "%s: %s", exchange->peer->service, code.bytes);
    } else {
        status = fault_set(fault, status_from_name(code), "%s: %s", exchange->peer->service,
                           message.bytes);
    }
    arena_free(&arena);
    return status;
}

static enum status read_answer(struct rpc_channel *channel, const struct rpc_exchange *exchange,
                               struct text *answer, struct fault *fault)
{
    long http = 0;
    const char *type = NULL;
    (void)channel->library->easy_getinfo(channel->curl, CURLINFO_RESPONSE_CODE, &http);
    (void)channel->library->easy_getinfo(channel->curl, CURLINFO_CONTENT_TYPE, &type);
    if (http != HTTP_OK) return read_error(channel, exchange, http, fault);
    struct text content_type = text_from(type);
    if (!text_starts_with(content_type, text_from(exchange->content_type)))
        return fault_set(fault, INTERNAL, "%s at %s: answered with %s, not %s",
                         exchange->peer->service, exchange->peer->url,
                         type == NULL ? "no content type" : type, exchange->content_type);
    *answer = (struct text){(const char *)channel->answer.bytes, channel->answer.length};
    return OK;
}

enum status rpc_channel_post(struct rpc_channel *channel, const struct rpc_exchange *exchange,
                             struct text *answer, struct fault *fault)
{
    const struct rpc_curl *library = channel->library;
    char url[URL_BYTES_MAX];
    int length = snprintf(url, sizeof url, "%s%s", exchange->peer->url, exchange->path);
    if (length >= (int)sizeof url)
        return fault_set(fault, INVALID_ARGUMENT, "%s: the URL is longer than %d bytes",
                         exchange->peer->service, URL_BYTES_MAX);
    int64_t time_left_ms = exchange->deadline_ms - clock_monotonic_ms();
    if (time_left_ms <= 0) return refuse(channel, exchange, CURLE_OPERATION_TIMEDOUT, fault);
    struct curl_slist *headers = make_headers(library, exchange->content_type, time_left_ms);
    if (headers == NULL) return refuse(channel, exchange, CURLE_OUT_OF_MEMORY, fault);
    if (channel->answer.capacity > KEPT_BYTES_MAX) buffer_free(&channel->answer);
    CURL *curl = channel->curl;
    (void)library->easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)library->easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)time_left_ms);
    (void)library->easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)exchange->body.length);
    (void)library->easy_setopt(curl, CURLOPT_POSTFIELDS,
                               exchange->body.length == 0 ? "" : exchange->body.bytes);
    CURLcode code = library->easy_setopt(curl, CURLOPT_URL, url);
    if (code == CURLE_OK) code = perform(channel);
    enum status status = code == CURLE_OK ? read_answer(channel, exchange, answer, fault)
                                          : refuse(channel, exchange, code, fault);
    /* The handle outlives the headers and the body. */
    (void)library->easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    (void)library->easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
    library->slist_free_all(headers);
    return status;
}
