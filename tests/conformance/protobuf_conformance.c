/* protobuf-conformance: what protobuf's conformance runner drives to look at the codec.
 *
 * Requests come on stdin and answers go to stdout, each behind its length in four bytes, the least
 * first. A request is a message in one format and the format wanted back. What the codec does not
 * speak (proto2, editions, the text format) is answered as skipped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.rpc.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"
#include "test_messages_proto3.rpc.h"

enum {
    LENGTH_BYTES = 4,
    REQUEST_BYTES_MAX = 64 * 1024 * 1024,
    ARENA_BYTES_MAX = 256 * 1024 * 1024,
};

static const struct rpc_message *const message_type = &proto3_test_all_types_proto3_type;

static bool read_request(struct buffer *request)
{
    uint8_t prefix[LENGTH_BYTES];
    uint8_t *bytes;
    if (fread(prefix, sizeof prefix, 1, stdin) != 1) return false;
    size_t length =
        prefix[0] | (size_t)prefix[1] << 8 | (size_t)prefix[2] << 16 | (size_t)prefix[3] << 24;
    buffer_clear(request);
    if (buffer_reserve(request, length, &bytes) != OK) return false;
    request->length = length;
    return length == 0 || fread(bytes, length, 1, stdin) == 1;
}

static bool write_answer(const struct buffer *answer)
{
    uint8_t prefix[LENGTH_BYTES];
    for (size_t i = 0; i < LENGTH_BYTES; i++)
        prefix[i] = (uint8_t)(answer->length >> 8 * i);
    return fwrite(prefix, sizeof prefix, 1, stdout) == 1 &&
           fwrite(answer->bytes, 1, answer->length, stdout) == answer->length &&
           fflush(stdout) == 0;
}

static void skip(conformance_conformance_response *response, const char *what)
{
    response->result_case = CONFORMANCE_CONFORMANCE_RESPONSE_RESULT_CASE_SKIPPED;
    response->skipped = (char *)(uintptr_t)what;
}

/* Reads the request's payload. False: there is no message; the response says why. */
static bool read_payload(struct arena *arena, const conformance_conformance_request *request,
                         ProtobufCMessage **message, struct fault *fault,
                         conformance_conformance_response *response)
{
    bool ignore_unknown =
        request->test_category == CONFORMANCE_TEST_CATEGORY_JSON_IGNORE_UNKNOWN_PARSING_TEST;
    struct text bytes = {(const char *)request->protobuf_payload.data,
                         request->protobuf_payload.len};
    enum status status = OK;
    switch (request->payload_case) {
    case CONFORMANCE_CONFORMANCE_REQUEST_PAYLOAD_CASE_PROTOBUF_PAYLOAD:
        status = rpc_decode(arena, bytes, message_type, message, fault);
        break;
    case CONFORMANCE_CONFORMANCE_REQUEST_PAYLOAD_CASE_JSON_PAYLOAD:
        status = rpc_json_read(arena, text_from(request->json_payload), message_type,
                               ignore_unknown, message, fault);
        break;
    case CONFORMANCE_CONFORMANCE_REQUEST_PAYLOAD_CASE_JSPB_PAYLOAD:
    case CONFORMANCE_CONFORMANCE_REQUEST_PAYLOAD_CASE_TEXT_PAYLOAD:
    case CONFORMANCE_CONFORMANCE_REQUEST_PAYLOAD_CASE_NOT_SET:
        skip(response, "only protobuf and JSON are read");
        return false;
    }
    if (status == OK) return true;
    response->result_case = CONFORMANCE_CONFORMANCE_RESPONSE_RESULT_CASE_PARSE_ERROR;
    response->parse_error = fault->message;
    return false;
}

/* Writes the message in the format that is wanted, into `payload`, which the response borrows. */
static void write_payload(const ProtobufCMessage *message,
                          const conformance_conformance_request *request, struct buffer *payload,
                          conformance_conformance_response *response)
{
    static const struct rpc_json_style style = {0};
    enum status status;
    buffer_clear(payload);
    if (request->requested_output_format == CONFORMANCE_WIRE_FORMAT_PROTOBUF) {
        status = rpc_encode(message, payload);
        response->result_case = CONFORMANCE_CONFORMANCE_RESPONSE_RESULT_CASE_PROTOBUF_PAYLOAD;
        response->protobuf_payload = (ProtobufCBinaryData){payload->length, payload->bytes};
    } else {
        status = rpc_json_write(message, &style, payload);
        if (status == OK) status = buffer_append_byte(payload, '\0');
        response->result_case = CONFORMANCE_CONFORMANCE_RESPONSE_RESULT_CASE_JSON_PAYLOAD;
        response->json_payload = (char *)payload->bytes;
    }
    if (status == OK) return;
    response->result_case = CONFORMANCE_CONFORMANCE_RESPONSE_RESULT_CASE_SERIALIZE_ERROR;
    response->serialize_error = (char *)(uintptr_t)status_name(status);
}

/* The runner asks first which tests are known to fail; that is in the list that it gets itself. */
static bool asks_for_failures(const conformance_conformance_request *request)
{
    return strcmp(request->message_type, "conformance.FailureSet") == 0;
}

static void answer(struct arena *arena, const conformance_conformance_request *request,
                   struct buffer *payload, struct fault *fault,
                   conformance_conformance_response *response)
{
    int32_t format = request->requested_output_format;
    ProtobufCMessage *message;
    if (asks_for_failures(request))
        response->result_case = CONFORMANCE_CONFORMANCE_RESPONSE_RESULT_CASE_PROTOBUF_PAYLOAD;
    else if (strcmp(request->message_type, message_type->descriptor->name) != 0)
        skip(response, "only proto3 is spoken");
    else if (format != CONFORMANCE_WIRE_FORMAT_PROTOBUF && format != CONFORMANCE_WIRE_FORMAT_JSON)
        skip(response, "only protobuf and JSON are written");
    else if (read_payload(arena, request, &message, fault, response))
        write_payload(message, request, payload, response);
}

int main(void)
{
    struct arena arena;
    struct buffer request_bytes, payload, response_bytes;
    struct fault fault = {""};
    bool goes_on = true;
    arena_init(&arena, ARENA_BYTES_MAX);
    buffer_init(&request_bytes, REQUEST_BYTES_MAX);
    buffer_init(&payload, REQUEST_BYTES_MAX);
    buffer_init(&response_bytes, REQUEST_BYTES_MAX);
    while (goes_on && read_request(&request_bytes)) {
        conformance_conformance_response response = CONFORMANCE_CONFORMANCE_RESPONSE_INIT;
        struct text bytes = {(const char *)request_bytes.bytes, request_bytes.length};
        ProtobufCMessage *request;
        arena_reset(&arena);
        buffer_clear(&response_bytes);
        goes_on = rpc_decode(&arena, bytes, &conformance_conformance_request_type, &request,
                             &fault) == OK;
        if (!goes_on) break;
        answer(&arena, (const conformance_conformance_request *)request, &payload, &fault,
               &response);
        goes_on =
            rpc_encode(&response.base, &response_bytes) == OK && write_answer(&response_bytes);
    }
    buffer_free(&response_bytes);
    buffer_free(&payload);
    buffer_free(&request_bytes);
    arena_free(&arena);
    if (goes_on) return EXIT_SUCCESS;
    (void)fprintf(stderr, "protobuf-conformance: stopped: %s\n", fault.message);
    return EXIT_FAILURE;
}
