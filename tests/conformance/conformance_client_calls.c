#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance_client.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/rpc_base64.h"
#include "rpc/rpc_cancel.h"

enum { US_PER_MS = 1000, METADATA_MAX = RPC_METADATA_MAX };

/* One call under way. */
struct call {
    const conformance_client_compat_request *request;
    const struct rpc_method *method;
    struct arena *arena;
    struct fault fault;
    struct rpc_reply reply;
    struct rpc_cancel cancel;
    struct rpc_entry metadata[METADATA_MAX];
    struct rpc_options options;
    struct rpc_client *client;
    conformance_client_response_result *result;
    size_t payloads_max;
    int cancel_after_ms;             /* After closing the send side; -1: not. */
    uint32_t cancel_after_responses; /* 0: not. */
    bool cancel_before_close;
};

/* ---- What is asked for ---- */

static void set_metadata(struct call *call)
{
    size_t count = 0;
    for (size_t i = 0; i < call->request->n_request_headers; i++) {
        const conformance_header *header = call->request->request_headers[i];
        for (size_t j = 0; j < header->n_value && count < METADATA_MAX; j++) {
            struct text value = text_from(header->value[j]), bytes = value;
            if (rpc_name_is_binary(header->name) &&
                rpc_base64_decode(call->arena, value, &bytes) != OK)
                bytes = value;
            call->metadata[count++] = (struct rpc_entry){header->name, bytes};
        }
    }
    call->options.metadata = call->metadata;
    call->options.metadata_count = count;
}

static enum rpc_wire wire_of(conformance_protocol protocol)
{
    if (protocol == CONFORMANCE_PROTOCOL_GRPC) return RPC_WIRE_GRPC;
    if (protocol == CONFORMANCE_PROTOCOL_GRPC_WEB) return RPC_WIRE_GRPC_WEB;
    return RPC_WIRE_CONNECT;
}

static void set_cancel(struct call *call)
{
    const conformance_client_compat_request_cancel *cancel = call->request->cancel;
    call->cancel_after_ms = -1;
    if (cancel == NULL) return;
    if (cancel->cancel_timing_case ==
        CONFORMANCE_CLIENT_COMPAT_REQUEST_CANCEL_CANCEL_TIMING_CASE_BEFORE_CLOSE_SEND)
        call->cancel_before_close = true;
    else if (cancel->cancel_timing_case ==
             CONFORMANCE_CLIENT_COMPAT_REQUEST_CANCEL_CANCEL_TIMING_CASE_AFTER_NUM_RESPONSES)
        call->cancel_after_responses = cancel->after_num_responses;
    else if (cancel->cancel_timing_case ==
             CONFORMANCE_CLIENT_COMPAT_REQUEST_CANCEL_CANCEL_TIMING_CASE_AFTER_CLOSE_SEND_MS)
        call->cancel_after_ms = (int)cancel->after_close_send_ms;
    else
        call->cancel_after_ms = 0;
}

static void set_options(struct call *call)
{
    const conformance_client_compat_request *request = call->request;
    bool timed = request->has_timeout_ms_case ==
                 CONFORMANCE_CLIENT_COMPAT_REQUEST_HAS_TIMEOUT_MS_CASE_TIMEOUT_MS;
    call->options =
        (struct rpc_options){.peer = "server",
                             .timeout_ms = timed ? (int64_t)request->timeout_ms : -1,
                             .arena = call->arena,
                             .fault = &call->fault,
                             .wire = wire_of(request->protocol),
                             .json = request->codec == CONFORMANCE_CODEC_JSON,
                             .gzip = request->compression == CONFORMANCE_COMPRESSION_GZIP,
                             .get = request->use_get_http_method,
                             .one_try = true, /* The suite counts the requests. */
                             .response_bytes_max = request->message_receive_limit,
                             .cancel = &call->cancel,
                             .reply = &call->reply};
    set_metadata(call);
    set_cancel(call);
}

/* The nth request's message; NULL: it is of another type, or no memory. */
static ProtobufCMessage *request_message(struct call *call, size_t nth)
{
    const Google__Protobuf__Any *any = call->request->request_messages[nth];
    ProtobufCMessage *message;
    struct text bytes = {(const char *)any->value.data, any->value.len};
    return rpc_decode(call->arena, bytes, call->method->input, &message, NULL) == OK ? message
                                                                                     : NULL;
}

/* ---- What came of it ---- */

static char *copy_string(struct arena *arena, struct text text)
{
    char *copy = arena_copy(arena, text.bytes == NULL ? "" : text.bytes, text.length);
    return copy;
}

static size_t headers_from(struct arena *arena, struct rpc_entries entries,
                           conformance_header ***out)
{
    conformance_header **headers = arena_calloc(arena, entries.count + 1, sizeof *headers);
    if (headers == NULL) return 0;
    size_t count = 0;
    for (size_t i = 0; i < entries.count; i++) {
        const struct rpc_entry *entry = &entries.items[i];
        conformance_header *header = NULL;
        for (size_t j = 0; j < count && header == NULL; j++) {
            if (strcmp(headers[j]->name, entry->name) == 0) header = headers[j];
        }
        if (header == NULL) {
            header = arena_calloc(arena, 1, sizeof *header);
            char **values = arena_calloc(arena, entries.count, sizeof *values);
            if (header == NULL || values == NULL) return count;
            *header = (conformance_header)CONFORMANCE_HEADER_INIT;
            header->name = copy_string(arena, text_from(entry->name));
            header->value = values;
            headers[count++] = header;
        }
        struct text value = entry->value;
        if (rpc_name_is_binary(entry->name)) value = rpc_base64_encode(arena, value);
        header->value[header->n_value++] = copy_string(arena, value);
    }
    *out = headers;
    return count;
}

static void set_error(struct call *call, enum status status)
{
    conformance_error *error = arena_calloc(call->arena, 1, sizeof *error);
    const struct rpc_reply *reply = &call->reply;
    Google__Protobuf__Any **details =
        arena_calloc(call->arena, reply->detail_count + 1, sizeof *details);
    if (error == NULL || details == NULL) return;
    *error = (conformance_error)CONFORMANCE_ERROR_INIT;
    error->code = (conformance_code)status;
    const char *message = reply->message != NULL ? reply->message : call->fault.message;
    error->has_message_case = CONFORMANCE_ERROR_HAS_MESSAGE_CASE_MESSAGE;
    error->message = copy_string(call->arena, text_from(message));
    error->details = details;
    for (size_t i = 0; i < reply->detail_count; i++) {
        Google__Protobuf__Any *any = arena_calloc(call->arena, 1, sizeof *any);
        if (any == NULL) return;
        *any = (Google__Protobuf__Any)GOOGLE__PROTOBUF__ANY__INIT;
        any->type_url = arena_printf(call->arena, "type.googleapis.com/%s", reply->details[i].type);
        any->value.data = (uint8_t *)(uintptr_t)reply->details[i].value.bytes;
        any->value.len = reply->details[i].value.length;
        details[error->n_details++] = any;
    }
    call->result->error = error;
}

static void finish(struct call *call, enum status status)
{
    conformance_client_response_result *result = call->result;
    if (status != OK && result->error == NULL) set_error(call, status);
    result->n_response_headers =
        headers_from(call->arena, call->reply.headers, &result->response_headers);
    result->n_response_trailers =
        headers_from(call->arena, call->reply.trailers, &result->response_trailers);
}

/* Every answer of the suite's service has its payload in the field of this name, or has none. */
static void add_payload(struct call *call, const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "payload");
    conformance_client_response_result *result = call->result;
    if (field == NULL || result->n_payloads == call->payloads_max) return;
    const void *at = (const char *)message + field->offset;
    conformance_conformance_payload *payload;
    memcpy(&payload, at, sizeof payload);
    static conformance_conformance_payload empty = CONFORMANCE_CONFORMANCE_PAYLOAD_INIT;
    result->payloads[result->n_payloads++] = payload == NULL ? &empty : payload;
}

/* ---- Cancelling ---- */

static void sleep_ms(int64_t ms)
{
    if (ms > 0) (void)usleep((useconds_t)(ms * US_PER_MS));
}

static void *cancel_later(void *context)
{
    struct call *call = context;
    sleep_ms(call->cancel_after_ms);
    rpc_cancel_trigger(&call->cancel);
    return NULL;
}

/* ---- The four kinds ---- */

static void call_unary(struct call *call, const ProtobufCMessage *in)
{
    ProtobufCMessage *out = NULL;
    pthread_t canceller;
    bool cancels =
        call->cancel_after_ms >= 0 && pthread_create(&canceller, NULL, cancel_later, call) == 0;
    enum status status = rpc_client_call(call->client, &call->options, call->method, in, &out);
    if (cancels) (void)pthread_join(canceller, NULL);
    if (status == OK) add_payload(call, out);
    finish(call, status);
}

/* Receives one message. False: the stream has ended, with *status. */
static bool receive(struct call *call, struct rpc_stream *stream, enum status *status)
{
    ProtobufCMessage *message;
    *status = rpc_stream_receive(stream, call->arena, &message);
    if (*status != OK || message == NULL) return false;
    add_payload(call, message);
    if (call->result->n_payloads == call->cancel_after_responses) rpc_stream_cancel(stream);
    return true;
}

/* Sends the messages; with full duplex receives one after each. False: the stream has ended. */
static bool send_all(struct call *call, struct rpc_stream *stream, enum status *status)
{
    bool full_duplex =
        call->request->stream_type == CONFORMANCE_STREAM_TYPE_FULL_DUPLEX_BIDI_STREAM;
    size_t count = call->request->n_request_messages;
    for (size_t i = 0; i < count; i++) {
        const ProtobufCMessage *message = request_message(call, i);
        sleep_ms(call->request->request_delay_ms);
        if (message == NULL || rpc_stream_send(stream, message) != OK) {
            call->result->num_unsent_requests = (int32_t)(count - i);
            return true;
        }
        if (full_duplex && !receive(call, stream, status)) return false;
    }
    return true;
}

static void call_stream(struct call *call)
{
    struct rpc_stream *stream = NULL;
    enum status status = rpc_stream_open(call->client, &call->options, call->method, &stream);
    bool running = status == OK && send_all(call, stream, &status);
    if (running && call->cancel_before_close) rpc_stream_cancel(stream);
    /* Where it cannot be closed, receiving says why. */
    if (running && rpc_stream_close(stream) == OK && call->cancel_after_ms >= 0) {
        sleep_ms(call->cancel_after_ms);
        rpc_stream_cancel(stream);
    }
    if (running && !call->method->server_streams) {
        ProtobufCMessage *out = NULL;
        status = rpc_stream_finish(stream, &out);
        if (status == OK) add_payload(call, out);
    } else {
        while (running)
            running = receive(call, stream, &status);
    }
    rpc_stream_free(stream);
    finish(call, status);
}

static const struct rpc_method *find_method(const char *name)
{
    for (size_t i = 0; i < conformance_conformance_service.method_count; i++) {
        if (strcmp(conformance_conformance_service.methods[i].name, name) == 0)
            return &conformance_conformance_service.methods[i];
    }
    return NULL;
}

/* The most answers that a request may have: as many as its messages ask for. */
enum { PAYLOADS_MAX = 1024 };

conformance_client_response_result *
conformance_call(struct rpc_client *client, const conformance_client_compat_request *request,
                 struct arena *arena, const char **why)
{
    struct call call = {.request = request, .arena = arena, .client = client};
    bool named =
        request->has_method_case == CONFORMANCE_CLIENT_COMPAT_REQUEST_HAS_METHOD_CASE_METHOD;
    call.method = named ? find_method(request->method) : NULL;
    call.result = arena_calloc(arena, 1, sizeof *call.result);
    *why = "no such method, or no memory";
    if (call.method == NULL || call.result == NULL) return NULL;
    *call.result = (conformance_client_response_result)CONFORMANCE_CLIENT_RESPONSE_RESULT_INIT;
    call.payloads_max = PAYLOADS_MAX;
    call.result->payloads = arena_calloc(arena, PAYLOADS_MAX, sizeof *call.result->payloads);
    if (call.result->payloads == NULL) return NULL;
    set_options(&call);
    *why = "a call without client streaming has one message";
    bool one = !call.method->client_streams;
    if (one && request->n_request_messages != 1) return NULL;
    rpc_cancel_init(&call.cancel);
    if (one && !call.method->server_streams) {
        const ProtobufCMessage *in = request_message(&call, 0);
        if (in != NULL) call_unary(&call, in);
    } else {
        call_stream(&call);
    }
    rpc_cancel_free(&call.cancel);
    return call.result;
}
