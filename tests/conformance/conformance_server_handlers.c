#include <string.h>

#include "conformance_server.h"
#include "rpc/codec/rpc_codec.h"

typedef conformance_conformance_payload payload;
typedef conformance_conformance_payload_request_info request_info;

static const char type_prefix[] = "type.googleapis.com/";

/* Requests that came on a stream, each as an Any. */
struct requests {
    protobuf_any **items;
    size_t count, capacity;
};

static enum status no_memory(struct rpc_call *call)
{
    return rpc_fail(call, RESOURCE_EXHAUSTED, "no memory to echo the request");
}

/* ---- What the client sent, told back ---- */

static enum status add_request(struct rpc_call *call, const ProtobufCMessage *message,
                               struct requests *requests)
{
    struct arena *arena = rpc_arena(call);
    if (requests->count == requests->capacity) {
        protobuf_any **grown = /* NOLINTNEXTLINE(bugprone-sizeof-expression) */
            arena_grow(arena, requests->items, requests->count, &requests->capacity,
                       sizeof *requests->items);
        if (grown == NULL) return no_memory(call);
        requests->items = grown;
    }
    protobuf_any *any = arena_alloc(arena, sizeof *any);
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(arena, length);
    char *url = arena_printf(arena, "%s%s", type_prefix, message->descriptor->name);
    if (any == NULL || bytes == NULL || url == NULL) return no_memory(call);
    (void)protobuf_c_message_pack(message, bytes);
    *any = (protobuf_any)PROTOBUF_ANY_INIT;
    any->type_url = url;
    any->value.data = bytes;
    any->value.len = length;
    requests->items[requests->count++] = any;
    return OK;
}

static conformance_header *find_header(const request_info *info, struct text name)
{
    for (size_t i = 0; i < info->n_request_headers; i++) {
        if (text_equal(text_from(info->request_headers[i]->name), name))
            return info->request_headers[i];
    }
    return NULL;
}

/* One header a name, with all its values. */
static enum status echo_headers(struct rpc_call *call, request_info *info)
{
    struct arena *arena = rpc_arena(call);
    struct text name, value;
    size_t count = 0;
    while (rpc_metadata_at(call, count, &name, &value))
        count++;
    info->request_headers = arena_calloc(arena, count, sizeof(conformance_header *));
    if (info->request_headers == NULL) return no_memory(call);
    for (size_t i = 0; i < count; i++) {
        (void)rpc_metadata_at(call, i, &name, &value);
        conformance_header *header = find_header(info, name);
        if (header == NULL) {
            header = arena_alloc(arena, sizeof *header);
            if (header == NULL) return no_memory(call);
            *header = (conformance_header)CONFORMANCE_HEADER_INIT;
            header->name = arena_copy(arena, name.bytes, name.length);
            header->value = arena_calloc(arena, count, sizeof(char *));
            if (header->name == NULL || header->value == NULL) return no_memory(call);
            info->request_headers[info->n_request_headers++] = header;
        }
        char *copy = arena_copy(arena, value.bytes, value.length);
        if (copy == NULL) return no_memory(call);
        header->value[header->n_value++] = copy;
    }
    return OK;
}

static enum status echo(struct rpc_call *call, const struct requests *requests, request_info **out)
{
    request_info *info = arena_alloc(rpc_arena(call), sizeof *info);
    if (info == NULL) return no_memory(call);
    *info = (request_info)CONFORMANCE_CONFORMANCE_PAYLOAD_REQUEST_INFO_INIT;
    info->requests = requests->items;
    info->n_requests = requests->count;
    int64_t left_ms = rpc_time_left_ms(call);
    if (left_ms != INT64_MAX) {
        info->has_timeout_ms_case =
            CONFORMANCE_CONFORMANCE_PAYLOAD_REQUEST_INFO_HAS_TIMEOUT_MS_CASE_TIMEOUT_MS;
        info->timeout_ms = left_ms;
    }
    *out = info;
    return echo_headers(call, info);
}

/* ---- What the client asks for ---- */

/* HTTP's names have no case; those of metadata are in lower case. */
static char *lower(struct arena *arena, const char *name)
{
    char *copy = arena_copy(arena, name, strlen(name));
    for (char *byte = copy; copy != NULL && *byte != '\0'; byte++) {
        if (*byte >= 'A' && *byte <= 'Z') *byte = (char)(*byte - 'A' + 'a');
    }
    return copy;
}

static enum status add_metadata(struct rpc_call *call,
                                enum status (*add)(struct rpc_call *, const char *, struct text),
                                conformance_header *const *headers, size_t count)
{
    enum status status = OK;
    for (size_t i = 0; status == OK && i < count; i++) {
        char *name = lower(rpc_arena(call), headers[i]->name);
        if (name == NULL) return no_memory(call);
        for (size_t j = 0; status == OK && j < headers[i]->n_value; j++)
            status = add(call, name, text_from(headers[i]->value[j]));
    }
    return status;
}

/* Fails as the definition says; `info`, if any, becomes the last detail. */
static enum status fail(struct rpc_call *call, const conformance_error *error,
                        const request_info *info)
{
    bool added = true;
    for (size_t i = 0; i < error->n_details; i++)
        added = rpc_detail(call, &error->details[i]->base) && added;
    if (info != NULL) added = rpc_detail(call, &info->base) && added;
    if (!added) return no_memory(call);
    return rpc_fail(call, (enum status)error->code, "%s", error->message);
}

static enum status answer_unary(struct rpc_call *call,
                                const conformance_unary_response_definition *definition,
                                const struct requests *requests, payload **out)
{
    payload *answer = arena_alloc(rpc_arena(call), sizeof *answer);
    if (answer == NULL) return no_memory(call);
    *answer = (payload)CONFORMANCE_CONFORMANCE_PAYLOAD_INIT;
    enum status status = echo(call, requests, &answer->request_info);
    if (status != OK) return status;
    *out = answer;
    if (definition == NULL) return OK;
    status = add_metadata(call, rpc_add_header, definition->response_headers,
                          definition->n_response_headers);
    if (status == OK)
        status = add_metadata(call, rpc_add_trailer, definition->response_trailers,
                              definition->n_response_trailers);
    if (status == OK && definition->response_delay_ms > 0)
        status = rpc_sleep(call, definition->response_delay_ms);
    if (status != OK) return status;
    if (definition->response_case == CONFORMANCE_UNARY_RESPONSE_DEFINITION_RESPONSE_CASE_ERROR)
        return fail(call, definition->error, answer->request_info);
    if (definition->response_case ==
        CONFORMANCE_UNARY_RESPONSE_DEFINITION_RESPONSE_CASE_RESPONSE_DATA)
        answer->data = definition->response_data;
    return OK;
}

/* A stream that is being answered. */
struct answers {
    const conformance_stream_response_definition *definition;
    struct requests requests;
    size_t sent;
    enum status (*send)(struct rpc_call *call, payload *answer);
};

static enum status answers_begin(struct rpc_call *call,
                                 const conformance_stream_response_definition *definition,
                                 struct answers *answers)
{
    answers->definition = definition;
    enum status status = add_metadata(call, rpc_add_header, definition->response_headers,
                                      definition->n_response_headers);
    if (status == OK)
        status = add_metadata(call, rpc_add_trailer, definition->response_trailers,
                              definition->n_response_trailers);
    return status;
}

/* Sends the next answer. The first tells all of the request; later ones only, where asked, which
 * requests came since. */
static enum status answers_send(struct rpc_call *call, struct answers *answers, bool tell_requests)
{
    const conformance_stream_response_definition *definition = answers->definition;
    payload answer = CONFORMANCE_CONFORMANCE_PAYLOAD_INIT;
    request_info later = CONFORMANCE_CONFORMANCE_PAYLOAD_REQUEST_INFO_INIT;
    enum status status = OK;
    if (answers->sent == 0) {
        status = echo(call, &answers->requests, &answer.request_info);
    } else if (tell_requests) {
        later.requests = answers->requests.items;
        later.n_requests = answers->requests.count;
        answer.request_info = &later;
    }
    answer.data = definition->response_data[answers->sent];
    if (status == OK && definition->response_delay_ms > 0)
        status = rpc_sleep(call, definition->response_delay_ms);
    if (status == OK) status = answers->send(call, &answer);
    answers->sent++;
    return status;
}

/* Sends those that are left, then fails where the definition says so. */
static enum status answers_finish(struct rpc_call *call, struct answers *answers)
{
    const conformance_stream_response_definition *definition = answers->definition;
    if (definition == NULL) return OK;
    if (definition->n_response_data > 0) rpc_send_headers(call);
    enum status status = OK;
    while (status == OK && answers->sent < definition->n_response_data)
        status = answers_send(call, answers, false);
    if (status != OK || definition->error == NULL) return status;
    request_info *info = NULL;
    if (answers->sent == 0) status = echo(call, &answers->requests, &info);
    return status == OK ? fail(call, definition->error, info) : status;
}

/* ---- The methods ---- */

enum status conformance_unary(struct conformance *self, struct rpc_call *call,
                              const conformance_unary_request *in, conformance_unary_response *out)
{
    (void)self;
    struct requests requests = {NULL, 0, 0};
    enum status status = add_request(call, &in->base, &requests);
    if (status != OK) return status;
    return answer_unary(call, in->response_definition, &requests, &out->payload);
}

enum status conformance_idempotent_unary(struct conformance *self, struct rpc_call *call,
                                         const conformance_idempotent_unary_request *in,
                                         conformance_idempotent_unary_response *out)
{
    (void)self;
    struct requests requests = {NULL, 0, 0};
    enum status status = add_request(call, &in->base, &requests);
    if (status != OK) return status;
    return answer_unary(call, in->response_definition, &requests, &out->payload);
}

enum status conformance_unimplemented(struct conformance *self, struct rpc_call *call,
                                      const conformance_unimplemented_request *in,
                                      conformance_unimplemented_response *out)
{
    (void)self;
    (void)in;
    (void)out;
    return rpc_fail(call, UNIMPLEMENTED, "the method is left out on purpose");
}

/* What of a stream's first message is needed when the next has come. */
static const ProtobufCMessage *keep(struct rpc_call *call, const struct rpc_message *type,
                                    const struct requests *requests)
{
    ProtobufCMessage *kept;
    const protobuf_any *first = requests->items[0];
    struct text bytes = {(const char *)first->value.data, first->value.len};
    enum status status = rpc_decode(rpc_arena(call), bytes, type, &kept, rpc_fault(call));
    return status == OK ? kept : NULL;
}

enum status conformance_client_stream(struct conformance *self, struct rpc_call *call,
                                      conformance_client_stream_response *out)
{
    (void)self;
    struct requests requests = {NULL, 0, 0};
    const conformance_client_stream_request *in = NULL;
    enum status status = conformance_client_stream_receive(call, &in);
    while (status == OK && in != NULL) {
        status = add_request(call, &in->base, &requests);
        if (status == OK) status = conformance_client_stream_receive(call, &in);
    }
    if (status != OK) return status;
    const conformance_unary_response_definition *definition = NULL;
    if (requests.count > 0) {
        const conformance_client_stream_request *first =
            (const conformance_client_stream_request *)keep(
                call, &conformance_client_stream_request_type, &requests);
        if (first == NULL) return no_memory(call);
        definition = first->response_definition;
    }
    return answer_unary(call, definition, &requests, &out->payload);
}

static enum status send_server_stream(struct rpc_call *call, payload *answer)
{
    conformance_server_stream_response response = CONFORMANCE_SERVER_STREAM_RESPONSE_INIT;
    response.payload = answer;
    return conformance_server_stream_send(call, &response);
}

enum status conformance_server_stream(struct conformance *self, struct rpc_call *call,
                                      const conformance_server_stream_request *in)
{
    (void)self;
    struct answers answers = {.send = send_server_stream};
    enum status status = add_request(call, &in->base, &answers.requests);
    if (status == OK && in->response_definition != NULL)
        status = answers_begin(call, in->response_definition, &answers);
    return status == OK ? answers_finish(call, &answers) : status;
}

static enum status send_bidi_stream(struct rpc_call *call, payload *answer)
{
    conformance_bidi_stream_response response = CONFORMANCE_BIDI_STREAM_RESPONSE_INIT;
    response.payload = answer;
    return conformance_bidi_stream_send(call, &response);
}

/* The first message says how the stream is answered. */
static enum status bidi_begin(struct rpc_call *call, struct answers *answers)
{
    const conformance_bidi_stream_request *first = (const conformance_bidi_stream_request *)keep(
        call, &conformance_bidi_stream_request_type, &answers->requests);
    if (first == NULL) return no_memory(call);
    if (first->response_definition == NULL) return OK;
    enum status status = answers_begin(call, first->response_definition, answers);
    bool answers_now = first->full_duplex && answers->definition->n_response_data > 0;
    if (status == OK && answers_now) rpc_send_headers(call);
    return status;
}

enum status conformance_bidi_stream(struct conformance *self, struct rpc_call *call)
{
    (void)self;
    struct answers answers = {.send = send_bidi_stream};
    bool full_duplex = false;
    for (bool first = true;; first = false) {
        const conformance_bidi_stream_request *in = NULL;
        enum status status = conformance_bidi_stream_receive(call, &in);
        if (status != OK) return status;
        if (in == NULL) break;
        if (first) full_duplex = in->full_duplex;
        status = add_request(call, &in->base, &answers.requests);
        if (status == OK && first) status = bidi_begin(call, &answers);
        if (status != OK) return status;
        if (!full_duplex) continue;
        if (answers.definition == NULL || answers.sent >= answers.definition->n_response_data)
            break;
        status = answers_send(call, &answers, true);
        if (status != OK) return status;
        answers.requests = (struct requests){NULL, 0, 0};
    }
    return answers_finish(call, &answers);
}
