/* The Connect protocol as the client speaks it: unary, GET, streams. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/client/rpc_attempt.h"
#include "rpc/codec/rpc_json.h"
#include "rpc/rpc_base64.h"
#include "struct.rpc.h"

enum {
    HTTP_OK = 200,
    TIMEOUT_BYTES = 32,
    TIMEOUT_MS_MAX = 2147483647, /* Fits the ten digits that are allowed. */
};

static enum status write_head(struct rpc_attempt *attempt, struct rpc_fields *fields)
{
    enum status status =
        attempt->get ? OK : rpc_fields_add_string(fields, "connect-protocol-version", "1");
    if (status != OK || attempt->deadline_ms == INT64_MAX) return status;
    char text[TIMEOUT_BYTES];
    int64_t left_ms = attempt->deadline_ms - clock_monotonic_ms();
    if (left_ms < 1) left_ms = 1;
    if (left_ms > TIMEOUT_MS_MAX) left_ms = TIMEOUT_MS_MAX;
    (void)snprintf(text, sizeof text, "%" PRId64, left_ms);
    return rpc_fields_add_string(fields, "connect-timeout-ms", text);
}

char *rpc_connect_get_path(const struct rpc_attempt *attempt, struct text message)
{
    struct arena arena;
    struct buffer packed;
    struct rpc_gzip gzip;
    char *path = NULL;
    if (message.length > RPC_PATH_BYTES_MAX) return NULL;
    arena_init(&arena, (size_t)4 * RPC_PATH_BYTES_MAX);
    buffer_init(&packed, RPC_PATH_BYTES_MAX);
    rpc_gzip_init(&gzip);
    bool deflates = attempt->options->gzip;
    if (deflates && rpc_gzip_deflate(&gzip, message, &packed) == OK)
        message = (struct text){(const char *)packed.bytes, packed.length};
    else
        deflates = false;
    struct text base64 = rpc_base64_encode(&arena, message);
    int length = -1;
    if (base64.bytes != NULL)
        length =
            asprintf(&path, "%s?%sconnect=v1&encoding=%s&base64=1&message=%.*s", attempt->path,
                     deflates ? "compression=gzip&" : "", attempt->options->json ? "json" : "proto",
                     (int)base64.length, base64.bytes);
    if (length < 0) path = NULL;
    if (length > RPC_PATH_BYTES_MAX) {
        free(path);
        path = NULL;
    }
    /* The URL-safe alphabet; neither letter occurs before the message. */
    for (char *c = path == NULL ? NULL : path + length - base64.length; c != NULL && *c != '\0';
         c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    rpc_gzip_free(&gzip);
    buffer_free(&packed);
    arena_free(&arena);
    return path;
}

/* ---- Errors ---- */

static bool status_from_name(const char *name, enum status *status)
{
    for (int i = CANCELLED; name != NULL && i < STATUS_COUNT; i++) {
        if (strcmp(name, status_connect_name((enum status)i)) != 0) continue;
        *status = (enum status)i;
        return true;
    }
    return false;
}

static const protobuf_value *find_member(const protobuf_struct *object, const char *name)
{
    for (size_t i = 0; object != NULL && i < object->n_fields; i++) {
        if (strcmp(object->fields[i]->key, name) == 0) return object->fields[i]->value;
    }
    return NULL;
}

/* The member of this name where it is a string, an object, a list; NULL otherwise. */
static const char *find_string(const protobuf_struct *object, const char *name)
{
    const protobuf_value *value = find_member(object, name);
    bool fits = value != NULL && value->kind_case == PROTOBUF_VALUE_KIND_CASE_STRING_VALUE;
    return fits ? value->string_value : NULL;
}

static const protobuf_struct *as_object(const protobuf_value *value)
{
    bool fits = value != NULL && value->kind_case == PROTOBUF_VALUE_KIND_CASE_STRUCT_VALUE;
    return fits ? value->struct_value : NULL;
}

static const protobuf_list_value *as_list(const protobuf_value *value)
{
    bool fits = value != NULL && value->kind_case == PROTOBUF_VALUE_KIND_CASE_LIST_VALUE;
    return fits ? value->list_value : NULL;
}

static const protobuf_struct *read_object(struct rpc_attempt *attempt, struct text json)
{
    ProtobufCMessage *object;
    if (rpc_json_read(&attempt->arena, json, &protobuf_struct_type, true, &object, NULL) != OK)
        return NULL;
    return (const protobuf_struct *)object;
}

static void take_details(struct rpc_attempt *attempt, const protobuf_struct *error)
{
    const protobuf_list_value *list = as_list(find_member(error, "details"));
    if (list == NULL) return;
    attempt->details = arena_calloc(&attempt->arena, list->n_values, sizeof *attempt->details);
    if (attempt->details == NULL) return;
    for (size_t i = 0; i < list->n_values; i++) {
        const protobuf_struct *detail = as_object(list->values[i]);
        const char *type = find_string(detail, "type"), *value = find_string(detail, "value");
        struct text bytes;
        bool whole = type != NULL && value != NULL &&
                     rpc_base64_decode(&attempt->arena, text_from(value), &bytes) == OK;
        if (!whole) continue;
        attempt->details[attempt->detail_count++] = (struct rpc_reply_detail){type, bytes};
    }
}

/* Ends the attempt with {"code": "not_found", "message": "…", "details": […]}; a code that is
 * missing or unknown is `otherwise`. */
static void end_with_error(struct rpc_attempt *attempt, const protobuf_struct *error,
                           enum status otherwise)
{
    enum status status = otherwise;
    (void)status_from_name(find_string(error, "code"), &status);
    take_details(attempt, error);
    rpc_attempt_end_by_peer(attempt, status, text_from(find_string(error, "message")));
}

/* ---- Unary ---- */

/* The media type alone, without its parameters. */
static struct text media_type(const struct rpc_attempt *attempt)
{
    struct text type = rpc_fields_find(&attempt->exchange->headers, "content-type");
    const char *semicolon = type.length == 0 ? NULL : memchr(type.bytes, ';', type.length);
    if (semicolon == NULL) return type;
    return text_trim((struct text){type.bytes, (size_t)(semicolon - type.bytes)});
}

/* Whether a body is compressed by the field of this name. False: in a way that we did not ask for;
 * the attempt has ended. */
static bool read_encoding(struct rpc_attempt *attempt, const char *field)
{
    struct text encoding = rpc_fields_find(&attempt->exchange->headers, field);
    bool plain = encoding.length == 0 || text_equal(encoding, text_from("identity"));
    attempt->inflates = text_equal(encoding, text_from("gzip"));
    if (plain || attempt->inflates) return true;
    rpc_attempt_end(attempt, INTERNAL, "the answer's compression is %s", encoding.bytes);
    return false;
}

static bool content_type_fits(struct rpc_attempt *attempt, const char *family)
{
    struct text type = media_type(attempt);
    const char *codec = attempt->options->json ? "json" : "proto";
    struct text prefix = text_from(attempt->dialect->prefix);
    bool fits = text_starts_with(type, prefix) &&
                text_equal((struct text){type.bytes + prefix.length, type.length - prefix.length},
                           text_from(codec));
    if (fits) return true;
    rpc_attempt_end(attempt, text_starts_with(type, text_from(family)) ? INTERNAL : UNKNOWN,
                    "answered with %.*s, not %s%s", (int)type.length,
                    type.bytes == NULL ? "" : type.bytes, attempt->dialect->prefix, codec);
    return false;
}

static void read_unary_error(struct rpc_attempt *attempt)
{
    int http_status = attempt->exchange->http_status;
    enum status otherwise = rpc_status_of_http(http_status);
    bool json = text_equal(media_type(attempt), text_from("application/json"));
    const protobuf_struct *error = NULL;
    if (json) {
        if (!rpc_attempt_read_all(attempt, RPC_ERROR_BYTES_MAX, attempt->inflates)) return;
        error = read_object(
            attempt, (struct text){(const char *)attempt->message.bytes, attempt->message.length});
    }
    bool ours = find_string(error, "code") != NULL || find_string(error, "message") != NULL;
    if (ours)
        end_with_error(attempt, error, otherwise);
    else
        rpc_attempt_end(attempt, otherwise,
                        "answered with HTTP status %d, not as a service of ours", http_status);
}

static void read_unary_head(struct rpc_attempt *attempt)
{
    bool known = read_encoding(attempt, "content-encoding");
    if (!known) return;
    if (attempt->exchange->http_status != HTTP_OK) {
        read_unary_error(attempt);
        return;
    }
    (void)content_type_fits(attempt, "application/");
}

static void unary_ended(struct rpc_attempt *attempt)
{
    rpc_attempt_end(attempt, OK, "%s", "");
}

/* ---- Streams ---- */

static void read_stream_head(struct rpc_attempt *attempt)
{
    int http_status = attempt->exchange->http_status;
    if (http_status != HTTP_OK) {
        rpc_attempt_end(attempt, rpc_status_of_http(http_status), "answered with HTTP status %d",
                        http_status);
        return;
    }
    if (content_type_fits(attempt, "application/connect+"))
        (void)read_encoding(attempt, "connect-content-encoding");
}

static void take_metadata(struct rpc_attempt *attempt, const protobuf_struct *metadata)
{
    for (size_t i = 0; metadata != NULL && i < metadata->n_fields; i++) {
        const protobuf_list_value *values = as_list(metadata->fields[i]->value);
        for (size_t j = 0; values != NULL && j < values->n_values; j++) {
            const protobuf_value *value = values->values[j];
            if (value->kind_case != PROTOBUF_VALUE_KIND_CASE_STRING_VALUE) continue;
            if (rpc_fields_add_string(&attempt->trailers, metadata->fields[i]->key,
                                      value->string_value) == OK)
                continue;
            rpc_attempt_end(attempt, RESOURCE_EXHAUSTED,
                            "the answer's trailers take more than %d bytes", RPC_FIELDS_BYTES_MAX);
            return;
        }
    }
}

/* {"error": {…}, "metadata": {"name": ["value"]}} */
static void read_end(struct rpc_attempt *attempt, struct text json)
{
    const protobuf_struct *end = read_object(attempt, json);
    if (end == NULL) {
        rpc_attempt_end(attempt, INTERNAL, "the answer's end is not JSON");
        return;
    }
    take_metadata(attempt, as_object(find_member(end, "metadata")));
    const protobuf_struct *error = as_object(find_member(end, "error"));
    if (error != NULL)
        end_with_error(attempt, error, UNKNOWN);
    else
        rpc_attempt_end(attempt, OK, "%s", "");
}

static void stream_ended(struct rpc_attempt *attempt)
{
    rpc_attempt_end(attempt, INTERNAL, "the answer ended without its last message");
}

const struct rpc_dialect rpc_dialect_connect = {
    .prefix = "application/",
    .sends = "content-encoding",
    .takes = "accept-encoding",
    .write_head = write_head,
    .read_head = read_unary_head,
    .body_ended = unary_ended,
};

const struct rpc_dialect rpc_dialect_connect_stream = {
    .enveloped = true,
    .end_flag = RPC_ENVELOPE_END,
    .prefix = "application/connect+",
    .sends = "connect-content-encoding",
    .takes = "connect-accept-encoding",
    .write_head = write_head,
    .read_head = read_stream_head,
    .read_end = read_end,
    .body_ended = stream_ended,
};
