#include "rpc/client/rpc_attempt.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rpc/client/rpc_engine.h"
#include "rpc/client/rpc_exchange.h"
#include "rpc/rpc_base64.h"

enum { READ_BYTES = 256 * 1024, CONTENT_TYPE_BYTES = 64, AGENT_BYTES = 64 };

/* ---- Its end ---- */

static void end(struct rpc_attempt *attempt, enum status status, bool by_peer)
{
    attempt->over = true;
    attempt->status = status;
    attempt->by_peer = by_peer;
}

void rpc_attempt_end(struct rpc_attempt *attempt, enum status status, const char *format, ...)
{
    if (attempt->over) return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(attempt->said.message, sizeof attempt->said.message, format, arguments);
    va_end(arguments);
    end(attempt, status, false);
}

void rpc_attempt_end_by_peer(struct rpc_attempt *attempt, enum status status, struct text message)
{
    if (attempt->over) return;
    (void)fault_set(&attempt->said, status, "%.*s", (int)message.length,
                    message.bytes == NULL ? "" : message.bytes);
    attempt->words = arena_copy(&attempt->arena, message.bytes, message.length);
    end(attempt, status, true);
}

static bool deadline_passed(const struct rpc_attempt *attempt)
{
    return attempt->deadline_ms != INT64_MAX && clock_monotonic_ms() >= attempt->deadline_ms;
}

/* An exchange's function returned something else than OK. */
static void end_by_exchange(struct rpc_attempt *attempt, enum status status)
{
    const struct rpc_exchange *exchange = attempt->exchange;
    /* A peer that knows the deadline may reset the stream a moment before we do. */
    bool late = status == DEADLINE_EXCEEDED || (status == CANCELLED && deadline_passed(attempt));
    if (late)
        rpc_attempt_end(attempt, DEADLINE_EXCEEDED, "no answer before the deadline");
    else if (exchange->ended && exchange->end != OK)
        rpc_attempt_end(attempt, exchange->end, "%s", exchange->fault.message);
    else
        rpc_attempt_end(attempt, status, "no memory for the answer");
}

enum status rpc_status_of_http(int http_status)
{
    switch (http_status) {
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

/* ---- Its beginning ---- */

/* What HTTP allows as a name and as a value; anything else could end one field and begin another.
 */
static bool is_field(const struct rpc_entry *entry)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    if (entry->name[0] == '\0') return false;
    for (const char *c = entry->name; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr(marks, *c) == NULL) return false;
    }
    for (size_t i = 0; i < entry->value.length && !rpc_name_is_binary(entry->name); i++) {
        unsigned char byte = (unsigned char)entry->value.bytes[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7F) return false;
    }
    return true;
}

static enum status add_metadata(struct rpc_attempt *attempt, struct rpc_fields *fields)
{
    const struct rpc_options *options = attempt->options;
    if (options->metadata_count > RPC_METADATA_MAX) return RESOURCE_EXHAUSTED;
    enum status status = OK;
    for (size_t i = 0; i < options->metadata_count && status == OK; i++) {
        const struct rpc_entry *entry = &options->metadata[i];
        struct text value = entry->value;
        if (!is_field(entry)) return INVALID_ARGUMENT;
        if (rpc_name_is_binary(entry->name)) value = rpc_base64_encode(&attempt->arena, value);
        status = value.bytes == NULL && entry->value.length > 0
                     ? RESOURCE_EXHAUSTED
                     : rpc_fields_add(fields, text_from(entry->name), value);
    }
    if (status == OK && options->traceparent != NULL)
        status = rpc_fields_add_string(fields, "traceparent", options->traceparent);
    if (status == OK && options->tracestate != NULL)
        status = rpc_fields_add_string(fields, "tracestate", options->tracestate);
    return status;
}

/* sotong/report, which servers log, or sotong. */
static enum status add_agent(struct rpc_attempt *attempt, struct rpc_fields *fields)
{
    const char *name = rpc_engine_config(attempt->route->engine)->name;
    char agent[AGENT_BYTES];
    (void)snprintf(agent, sizeof agent, "sotong%s%s", name == NULL ? "" : "/",
                   name == NULL ? "" : name);
    return rpc_fields_add_string(fields, "user-agent", agent);
}

static enum status write_head(struct rpc_attempt *attempt)
{
    struct rpc_fields *fields = &attempt->exchange->fields;
    const struct rpc_dialect *dialect = attempt->dialect;
    char type[CONTENT_TYPE_BYTES];
    (void)snprintf(type, sizeof type, "%s%s", dialect->prefix,
                   attempt->options->json ? "json" : "proto");
    enum status status = attempt->get ? OK : rpc_fields_add_string(fields, "content-type", type);
    if (status == OK) status = add_agent(attempt, fields);
    if (status == OK && attempt->options->gzip && !attempt->get)
        status = rpc_fields_add_string(fields, dialect->sends, "gzip");
    if (status == OK)
        status = rpc_fields_add_string(fields, dialect->takes,
                                       attempt->options->gzip ? "gzip" : "identity");
    if (status == OK) status = dialect->write_head(attempt, fields);
    if (status == OK) status = add_metadata(attempt, fields);
    return status;
}

static void cancel_exchange(void *context)
{
    rpc_exchange_cancel(context);
}

enum status rpc_attempt_init(struct rpc_attempt *attempt, const struct rpc_attempt_config *config)
{
    size_t most = config->options->response_bytes_max;
    *attempt = (struct rpc_attempt){.route = config->route,
                                    .options = config->options,
                                    .dialect = config->dialect,
                                    .path = config->path,
                                    .deadline_ms = config->deadline_ms};
    attempt->response_bytes_max = most == 0 ? RPC_RESPONSE_BYTES_MAX : most;
    rpc_gzip_init(&attempt->gzip);
    rpc_fields_init(&attempt->trailers);
    arena_init(&attempt->arena, RPC_ERROR_ARENA_BYTES_MAX);
    buffer_init(&attempt->frame, (size_t)RPC_REQUEST_BYTES_MAX + RPC_ENVELOPE_HEAD_BYTES);
    buffer_init(&attempt->message, RPC_REQUEST_BYTES_MAX);
    enum status status = rpc_exchange_new(config->route->engine, config->route, &attempt->exchange);
    if (status != OK || attempt->options->cancel == NULL) return status;
    attempt->listener =
        (struct rpc_cancel_listener){.triggered = cancel_exchange, .context = attempt->exchange};
    rpc_cancel_attach(attempt->options->cancel, &attempt->listener);
    return OK;
}

void rpc_attempt_free(struct rpc_attempt *attempt)
{
    if (attempt->exchange != NULL && attempt->options->cancel != NULL)
        rpc_cancel_detach(attempt->options->cancel, &attempt->listener);
    rpc_exchange_free(attempt->exchange);
    attempt->exchange = NULL;
    rpc_gzip_free(&attempt->gzip);
    rpc_fields_free(&attempt->trailers);
    arena_free(&attempt->arena);
    buffer_free(&attempt->frame);
    buffer_free(&attempt->message);
}

/* The message as it travels, in attempt->frame. */
static enum status pack(struct rpc_attempt *attempt, struct text message)
{
    bool gzip = attempt->options->gzip;
    buffer_clear(&attempt->frame);
    buffer_clear(&attempt->message);
    enum status status = OK;
    if (gzip) {
        status = rpc_gzip_deflate(&attempt->gzip, message, &attempt->message);
        message = (struct text){(const char *)attempt->message.bytes, attempt->message.length};
    }
    if (status == OK && attempt->dialect->enveloped) {
        uint8_t head[RPC_ENVELOPE_HEAD_BYTES];
        rpc_envelope_write(
            (struct rpc_envelope){gzip ? RPC_ENVELOPE_COMPRESSED : 0, (uint32_t)message.length},
            head);
        status = buffer_append(&attempt->frame, head, sizeof head);
    }
    if (status == OK) status = buffer_append(&attempt->frame, message.bytes, message.length);
    return status;
}

enum status rpc_attempt_start(struct rpc_attempt *attempt, const struct text *only)
{
    struct rpc_exchange *exchange = attempt->exchange;
    if (only != NULL && attempt->options->get && attempt->dialect == &rpc_dialect_connect)
        exchange->path = rpc_connect_get_path(attempt, *only);
    exchange->get = attempt->get = exchange->path != NULL;
    if (!attempt->get) exchange->path = strdup(attempt->path);
    enum status status = exchange->path == NULL ? RESOURCE_EXHAUSTED : write_head(attempt);
    if (status == OK && only != NULL && !attempt->get) status = pack(attempt, *only);
    if (status == OK && only != NULL)
        status = rpc_exchange_write(
            exchange, (struct text){(const char *)attempt->frame.bytes, attempt->frame.length},
            true, attempt->deadline_ms);
    if (status != OK) return status;
    rpc_exchange_start(exchange);
    return OK;
}

enum status rpc_attempt_send(struct rpc_attempt *attempt, const struct text *message)
{
    if (attempt->over) return CANCELLED;
    struct text bytes = {NULL, 0};
    if (message != NULL) {
        enum status status = pack(attempt, *message);
        if (status != OK) return status;
        bytes = (struct text){(const char *)attempt->frame.bytes, attempt->frame.length};
    }
    enum status status =
        rpc_exchange_write(attempt->exchange, bytes, message == NULL, attempt->deadline_ms);
    if (status == DEADLINE_EXCEEDED) end_by_exchange(attempt, status);
    return status;
}

/* ---- The answer ---- */

static bool read_head(struct rpc_attempt *attempt)
{
    if (attempt->over) return false;
    if (attempt->head_read) return true;
    enum status status = rpc_exchange_await_head(attempt->exchange, attempt->deadline_ms);
    if (status != OK) {
        end_by_exchange(attempt, status);
        return false;
    }
    attempt->head_read = true;
    /* What was sent is no longer needed here. */
    buffer_free(&attempt->frame);
    buffer_init(&attempt->frame, attempt->response_bytes_max + RPC_ENVELOPE_HEAD_BYTES);
    buffer_free(&attempt->message);
    buffer_init(&attempt->message, attempt->response_bytes_max);
    attempt->dialect->read_head(attempt);
    return !attempt->over;
}

/* Reads until attempt->frame has `length` bytes. False: it has ended, or the attempt has;
 * *complete then says that the answer's end was a good one. */
static bool fill(struct rpc_attempt *attempt, size_t length, bool *complete)
{
    *complete = false;
    while (attempt->frame.length < length) {
        size_t missing = length - attempt->frame.length, count;
        enum status status =
            rpc_exchange_read(attempt->exchange, missing < READ_BYTES ? missing : READ_BYTES,
                              attempt->deadline_ms, &attempt->frame, &count);
        if (status != OK) end_by_exchange(attempt, status);
        if (status == OK && count == 0) *complete = true;
        if (count > 0) attempt->body_begun = true;
        if (status != OK || count == 0) return false;
    }
    return true;
}

static void end_too_large(struct rpc_attempt *attempt, size_t bytes_max)
{
    rpc_attempt_end(attempt, RESOURCE_EXHAUSTED, "the answer is larger than %zu bytes", bytes_max);
}

/* Unpacks gzip from attempt->frame behind its first `skip` bytes into attempt->message. */
static bool unpack(struct rpc_attempt *attempt, size_t skip)
{
    struct text packed = {(const char *)attempt->frame.bytes + skip, attempt->frame.length - skip};
    struct fault fault;
    enum status status = rpc_gzip_inflate(&attempt->gzip, packed, &attempt->message, &fault);
    if (status == OK) return true;
    if (status == RESOURCE_EXHAUSTED)
        end_too_large(attempt, attempt->message.bytes_max);
    else
        rpc_attempt_end(attempt, INTERNAL, "the answer is not gzip: %s", fault.message);
    return false;
}

bool rpc_attempt_read_all(struct rpc_attempt *attempt, size_t bytes_max, bool inflated)
{
    bool complete;
    buffer_clear(&attempt->frame);
    buffer_clear(&attempt->message);
    if (bytes_max < attempt->message.bytes_max) attempt->message.bytes_max = bytes_max;
    if (fill(attempt, bytes_max + 1, &complete)) end_too_large(attempt, bytes_max);
    if (!complete) return false;
    if (inflated && attempt->frame.length > 0) return unpack(attempt, 0);
    struct buffer body = attempt->frame;
    attempt->frame = attempt->message;
    attempt->message = body;
    return true;
}

/* The next envelope, whole, in attempt->frame. False: over. */
static bool read_envelope(struct rpc_attempt *attempt, struct rpc_envelope *envelope)
{
    bool complete;
    buffer_clear(&attempt->frame);
    if (!fill(attempt, RPC_ENVELOPE_HEAD_BYTES, &complete)) {
        if (complete && attempt->frame.length == 0)
            attempt->dialect->body_ended(attempt);
        else if (complete)
            rpc_attempt_end(attempt, INTERNAL, "the answer ended within a message's head");
        return false;
    }
    struct text head = {(const char *)attempt->frame.bytes, attempt->frame.length};
    (void)rpc_envelope_read(head, envelope);
    if (envelope->length > attempt->response_bytes_max) {
        end_too_large(attempt, attempt->response_bytes_max);
        return false;
    }
    if (fill(attempt, RPC_ENVELOPE_HEAD_BYTES + (size_t)envelope->length, &complete)) return true;
    if (complete)
        rpc_attempt_end(attempt, INTERNAL, "the answer ended after %zu of a message's %u bytes",
                        attempt->frame.length - RPC_ENVELOPE_HEAD_BYTES, envelope->length);
    return false;
}

static bool receive_enveloped(struct rpc_attempt *attempt, struct text *message)
{
    struct rpc_envelope envelope;
    if (!read_envelope(attempt, &envelope)) return false;
    *message = (struct text){(const char *)attempt->frame.bytes + RPC_ENVELOPE_HEAD_BYTES,
                             envelope.length};
    uint8_t known = RPC_ENVELOPE_COMPRESSED | attempt->dialect->end_flag;
    if ((envelope.flags & ~known) != 0) {
        rpc_attempt_end(attempt, INTERNAL, "a message has the unknown flags 0x%02x",
                        envelope.flags);
        return false;
    }
    if ((envelope.flags & RPC_ENVELOPE_COMPRESSED) != 0) {
        if (!attempt->inflates) {
            rpc_attempt_end(attempt, INTERNAL,
                            "a message is compressed, but the answer names no compression");
            return false;
        }
        buffer_clear(&attempt->message);
        if (envelope.length > 0 && !unpack(attempt, RPC_ENVELOPE_HEAD_BYTES)) return false;
        *message = (struct text){(const char *)attempt->message.bytes, attempt->message.length};
    }
    if ((envelope.flags & attempt->dialect->end_flag) == 0) return true;
    attempt->dialect->read_end(attempt, *message);
    return false;
}

bool rpc_attempt_receive(struct rpc_attempt *attempt, struct text *message)
{
    if (!read_head(attempt)) return false;
    if (attempt->dialect->enveloped) return receive_enveloped(attempt, message);
    if (!rpc_attempt_read_all(attempt, attempt->response_bytes_max, attempt->inflates))
        return false;
    *message = (struct text){(const char *)attempt->message.bytes, attempt->message.length};
    return true;
}

bool rpc_attempt_receive_one(struct rpc_attempt *attempt, struct text *message)
{
    if (!rpc_attempt_receive(attempt, message)) {
        if (attempt->status == OK) {
            attempt->over = false;
            rpc_attempt_end(attempt, UNIMPLEMENTED, "the answer has no message");
        }
        return false;
    }
    if (!attempt->dialect->enveloped) {
        attempt->dialect->body_ended(attempt);
        return true;
    }
    /* The end of the answer is its status; until it is known the message counts for nothing. */
    struct buffer kept = attempt->message, frame = attempt->frame;
    buffer_init(&attempt->message, kept.bytes_max);
    buffer_init(&attempt->frame, frame.bytes_max);
    struct text second;
    if (rpc_attempt_receive(attempt, &second))
        rpc_attempt_end(attempt, UNIMPLEMENTED, "the answer has more than one message");
    buffer_free(&attempt->message);
    buffer_free(&attempt->frame);
    attempt->message = kept;
    attempt->frame = frame;
    return attempt->status == OK;
}
