/* gRPC and gRPC-Web as the client speaks them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/client/rpc_attempt.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/rpc_base64.h"
#include "status.rpc.h"

enum {
    HTTP_OK = 200,
    TIMEOUT_BYTES = 32,
    TIMEOUT_MS_MAX = 99999999, /* Eight digits; larger ones are given in seconds. */
    MS_PER_S = 1000,
    HEX = 16,
};

static enum status write_timeout(const struct rpc_attempt *attempt, struct rpc_fields *fields)
{
    if (attempt->deadline_ms == INT64_MAX) return OK;
    char text[TIMEOUT_BYTES];
    int64_t left_ms = attempt->deadline_ms - clock_monotonic_ms();
    if (left_ms < 1) left_ms = 1;
    if (left_ms <= TIMEOUT_MS_MAX)
        (void)snprintf(text, sizeof text, "%" PRId64 "m", left_ms);
    else
        (void)snprintf(text, sizeof text, "%" PRId64 "S",
                       left_ms / MS_PER_S < TIMEOUT_MS_MAX ? left_ms / MS_PER_S
                                                           : (int64_t)TIMEOUT_MS_MAX);
    return rpc_fields_add_string(fields, "grpc-timeout", text);
}

static enum status write_grpc(struct rpc_attempt *attempt, struct rpc_fields *fields)
{
    enum status status = rpc_fields_add_string(fields, "te", "trailers");
    return status == OK ? write_timeout(attempt, fields) : status;
}

static enum status write_grpc_web(struct rpc_attempt *attempt, struct rpc_fields *fields)
{
    enum status status = rpc_fields_add_string(fields, "x-grpc-web", "1");
    return status == OK ? write_timeout(attempt, fields) : status;
}

/* ---- The status ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* grpc-message is percent-encoded UTF-8; what is wrongly encoded stays as it is. */
static struct text decode_message(struct arena *arena, struct text value)
{
    char *out = arena_copy(arena, value.bytes, value.length);
    if (out == NULL) return value;
    size_t length = 0;
    for (size_t i = 0; i < value.length; i++) {
        bool triple = value.bytes[i] == '%' && i + 2 < value.length;
        int high = triple ? hex_digit(value.bytes[i + 1]) : -1;
        int low = triple ? hex_digit(value.bytes[i + 2]) : -1;
        if (high < 0 || low < 0) {
            out[length++] = value.bytes[i];
            continue;
        }
        out[length++] = (char)(high * HEX + low);
        i += 2;
    }
    return (struct text){out, length};
}

/* "type.googleapis.com/google.rpc.BadRequest" -> "google.rpc.BadRequest". */
static const char *type_name(const char *url)
{
    const char *slash = strrchr(url, '/');
    return slash == NULL ? url : slash + 1;
}

static void take_details(struct rpc_attempt *attempt, struct text encoded)
{
    struct text bytes;
    ProtobufCMessage *message;
    if (rpc_base64_decode(&attempt->arena, encoded, &bytes) != OK) return;
    if (rpc_decode(&attempt->arena, bytes, &google_status_type, &message, NULL) != OK) return;
    const google_status *status = (const google_status *)message;
    attempt->details = arena_calloc(&attempt->arena, status->n_details, sizeof *attempt->details);
    if (attempt->details == NULL) return;
    for (size_t i = 0; i < status->n_details; i++) {
        const Google__Protobuf__Any *any = status->details[i];
        attempt->details[i] = (struct rpc_reply_detail){
            type_name(any->type_url), {(const char *)any->value.data, any->value.len}};
    }
    attempt->detail_count = status->n_details;
}

/* Ends the attempt by the trailers. False: they hold no status. */
static bool take_status(struct rpc_attempt *attempt, const struct rpc_fields *trailers)
{
    struct text code = rpc_fields_find(trailers, "grpc-status");
    if (code.bytes == NULL) return false;
    char *end;
    unsigned long number = strtoul(code.bytes, &end, 10);
    bool known = end != code.bytes && *end == '\0' && number < STATUS_COUNT;
    struct text pushback = rpc_fields_find(trailers, "grpc-retry-pushback-ms");
    if (pushback.bytes != NULL) {
        attempt->pushback_ms = strtol(pushback.bytes, &end, 10);
        attempt->pushed_back = true;
        if (end == pushback.bytes || *end != '\0') attempt->pushback_ms = -1;
    }
    if (!known) {
        rpc_attempt_end(attempt, UNKNOWN, "the answer's grpc-status is \"%s\"", code.bytes);
        return true;
    }
    struct text details = rpc_fields_find(trailers, "grpc-status-details-bin");
    if (details.bytes != NULL && number != OK) take_details(attempt, details);
    struct text message = rpc_fields_find(trailers, "grpc-message");
    rpc_attempt_end_by_peer(attempt, (enum status)number, decode_message(&attempt->arena, message));
    return true;
}

/* ---- The answer ---- */

/* gRPC's media types: the base alone means protobuf. */
static bool type_fits(const struct rpc_attempt *attempt, struct text type, bool *family)
{
    struct text base = {attempt->dialect->prefix, strlen(attempt->dialect->prefix) - 1};
    const char *semicolon = type.length == 0 ? NULL : memchr(type.bytes, ';', type.length);
    if (semicolon != NULL)
        type = text_trim((struct text){type.bytes, (size_t)(semicolon - type.bytes)});
    *family = text_starts_with(type, base) &&
              (type.length == base.length || type.bytes[base.length] == '+');
    if (!*family) return false;
    if (type.length == base.length) return !attempt->options->json;
    struct text codec = {type.bytes + base.length + 1, type.length - base.length - 1};
    return text_equal(codec, text_from(attempt->options->json ? "json" : "proto"));
}

static void read_head(struct rpc_attempt *attempt)
{
    const struct rpc_exchange *exchange = attempt->exchange;
    struct text type = rpc_fields_find(&exchange->headers, "content-type");
    bool family, fits = type_fits(attempt, type, &family);
    if (exchange->http_status != HTTP_OK) {
        rpc_attempt_end(attempt, rpc_status_of_http(exchange->http_status),
                        "answered with HTTP status %d", exchange->http_status);
        return;
    }
    if (!fits) {
        rpc_attempt_end(attempt, family ? INTERNAL : UNKNOWN, "answered with %s, not %s%s",
                        type.bytes == NULL ? "no content type" : type.bytes,
                        attempt->dialect->prefix, attempt->options->json ? "json" : "proto");
        return;
    }
    struct text encoding = rpc_fields_find(&exchange->headers, "grpc-encoding");
    attempt->inflates = false;
    if (encoding.bytes == NULL || text_equal(encoding, text_from("identity"))) return;
    attempt->inflates = text_equal(encoding, text_from("gzip"));
    if (!attempt->inflates)
        rpc_attempt_end(attempt, INTERNAL, "the answer's compression is %s", encoding.bytes);
}

/* The body of an answer is at its end, and with it the trailers are there, unless all was in the
 * head. */
static void body_ended(struct rpc_attempt *attempt)
{
    const struct rpc_exchange *exchange = attempt->exchange;
    attempt->trailers_only = exchange->trailers.count == 0 && !attempt->body_begun;
    if (!take_status(attempt, attempt->trailers_only ? &exchange->headers : &exchange->trailers))
        rpc_attempt_end(attempt, INTERNAL, "the answer ended without a grpc-status");
}

static void web_body_ended(struct rpc_attempt *attempt)
{
    attempt->trailers_only = !attempt->body_begun;
    if (!attempt->trailers_only || !take_status(attempt, &attempt->exchange->headers))
        rpc_attempt_end(attempt, INTERNAL, "the answer ended without its trailers");
}

/* The trailers of gRPC-Web: lines in the body. */
static void read_trailers(struct rpc_attempt *attempt, struct text lines)
{
    while (lines.length > 0) {
        const char *feed = memchr(lines.bytes, '\n', lines.length);
        size_t length = feed == NULL ? lines.length : (size_t)(feed - lines.bytes);
        struct text line = text_trim((struct text){lines.bytes, length});
        size_t skip = feed == NULL ? length : length + 1;
        lines = (struct text){lines.bytes + skip, lines.length - skip};
        const char *colon = line.length == 0 ? NULL : memchr(line.bytes, ':', line.length);
        if (colon == NULL) continue;
        struct text name = {line.bytes, (size_t)(colon - line.bytes)};
        struct text value = text_trim((struct text){colon + 1, line.length - name.length - 1});
        if (rpc_fields_add(&attempt->trailers, name, value) != OK) {
            rpc_attempt_end(attempt, RESOURCE_EXHAUSTED,
                            "the answer's trailers take more than %d bytes", RPC_FIELDS_BYTES_MAX);
            return;
        }
    }
    if (!take_status(attempt, &attempt->trailers))
        rpc_attempt_end(attempt, INTERNAL, "the answer's trailers have no grpc-status");
}

const struct rpc_dialect rpc_dialect_grpc = {
    .enveloped = true,
    .prefix = "application/grpc+",
    .sends = "grpc-encoding",
    .takes = "grpc-accept-encoding",
    .write_head = write_grpc,
    .read_head = read_head,
    .body_ended = body_ended,
};

const struct rpc_dialect rpc_dialect_grpc_web = {
    .enveloped = true,
    .end_flag = RPC_ENVELOPE_TRAILERS,
    .prefix = "application/grpc-web+",
    .sends = "grpc-encoding",
    .takes = "grpc-accept-encoding",
    .write_head = write_grpc_web,
    .read_head = read_head,
    .read_end = read_trailers,
    .body_ended = web_body_ended,
};
