#include "rpc/server/rpc_reflection.h"

#include <string.h>

#include "error_details.rpc.h"
#include "rpc/server/rpc_descriptor.h"
#include "status.rpc.h"

#define REQUEST(name) REFLECTION_SERVER_REFLECTION_REQUEST_MESSAGE_REQUEST_CASE_##name
#define RESPONSE(name) REFLECTION_SERVER_REFLECTION_RESPONSE_MESSAGE_RESPONSE_CASE_##name

/* All that a question needs. */
struct question {
    const struct reflection *reflection;
    struct arena *arena;  /* Of the answer. */
    struct arena scratch; /* For one descriptor at a time. */
    const struct rpc_file *files[RPC_REFLECTION_FILES_MAX];
    size_t file_count;
};

/* protobuf-c's messages hold `char *`; nothing writes through these. */
static char *unconst(const char *string)
{
    return (char *)(uintptr_t)string;
}

/* ---- Files ---- */

static void add_file(const struct rpc_file *file, const struct rpc_file **files, size_t *count)
{
    if (file == NULL || *count == RPC_REFLECTION_FILES_MAX) return;
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(files[i]->path, file->path) == 0) return;
    }
    files[(*count)++] = file;
}

/* Adds what the files import, and what those import. */
static void add_imports(const struct rpc_file **files, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        for (size_t j = 0; j < files[i]->import_count; j++)
            add_file(files[i]->imports[j], files, count);
    }
}

static const struct rpc_file *find_path(const struct question *question, const char *path)
{
    for (size_t i = 0; i < question->file_count; i++) {
        if (strcmp(question->files[i]->path, path) == 0) return question->files[i];
    }
    return NULL;
}

/* Looks through the files in turn; NULL: no more, or `status` is not OK. */
static const rpc_descriptor *next_descriptor(struct question *question, size_t *next,
                                             enum status *status)
{
    if (*status != OK || *next == question->file_count) return NULL;
    arena_reset(&question->scratch);
    const rpc_descriptor *descriptor = NULL;
    *status = rpc_descriptor_read(question->files[*next], &question->scratch, &descriptor);
    *next += 1;
    return *status == OK ? descriptor : NULL;
}

/* ---- Answers ---- */

static enum status answer_error(struct question *question, enum status code, const char *what,
                                const char *name, reflection_server_reflection_response *out)
{
    reflection_error_response *error = arena_alloc(question->arena, sizeof *error);
    if (error == NULL) return RESOURCE_EXHAUSTED;
    *error = (reflection_error_response)REFLECTION_ERROR_RESPONSE_INIT;
    error->error_code = (int32_t)code;
    error->error_message = arena_printf(question->arena, "%s%s", what, name);
    if (error->error_message == NULL) return RESOURCE_EXHAUSTED;
    out->message_response_case = RESPONSE(ERROR_RESPONSE);
    out->error_response = error;
    return OK;
}

/* The file and all that it imports, itself first. */
static enum status answer_file(struct question *question, const struct rpc_file *file,
                               reflection_server_reflection_response *out)
{
    const struct rpc_file *files[RPC_REFLECTION_FILES_MAX] = {file};
    size_t count = 1;
    add_imports(files, &count);
    reflection_file_descriptor_response *response = arena_alloc(question->arena, sizeof *response);
    ProtobufCBinaryData *bytes = arena_calloc(question->arena, count, sizeof *bytes);
    if (response == NULL || bytes == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++)
        bytes[i] = (ProtobufCBinaryData){files[i]->length, (uint8_t *)(uintptr_t)files[i]->bytes};
    *response = (reflection_file_descriptor_response)REFLECTION_FILE_DESCRIPTOR_RESPONSE_INIT;
    response->n_file_descriptor_proto = count;
    response->file_descriptor_proto = bytes;
    out->message_response_case = RESPONSE(FILE_DESCRIPTOR_RESPONSE);
    out->file_descriptor_response = response;
    return OK;
}

static enum status answer_services(struct question *question,
                                   reflection_server_reflection_response *out)
{
    const struct reflection *reflection = question->reflection;
    size_t count = reflection->mounted_count;
    reflection_list_service_response *list = arena_alloc(question->arena, sizeof *list);
    reflection_service_response *items = arena_calloc(question->arena, count, sizeof *items);
    reflection_service_response **pointers = /* NOLINTNEXTLINE(bugprone-sizeof-expression) */
        arena_calloc(question->arena, count, sizeof *pointers);
    if (list == NULL || items == NULL || pointers == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        items[i] = (reflection_service_response)REFLECTION_SERVICE_RESPONSE_INIT;
        items[i].name = unconst(reflection->mounted[i]->service->name);
        pointers[i] = &items[i];
    }
    *list = (reflection_list_service_response)REFLECTION_LIST_SERVICE_RESPONSE_INIT;
    list->n_service = count;
    list->service = pointers;
    out->message_response_case = RESPONSE(LIST_SERVICES_RESPONSE);
    out->list_services_response = list;
    return OK;
}

static enum status answer_path(struct question *question, const char *path,
                               reflection_server_reflection_response *out)
{
    const struct rpc_file *file = find_path(question, path);
    if (file == NULL) return answer_error(question, NOT_FOUND, "there is no file ", path, out);
    return answer_file(question, file, out);
}

static enum status answer_symbol(struct question *question, const char *symbol,
                                 reflection_server_reflection_response *out)
{
    if (symbol[0] == '.') symbol++;
    enum status status = OK;
    const rpc_descriptor *descriptor;
    for (size_t next = 0; (descriptor = next_descriptor(question, &next, &status)) != NULL;) {
        if (rpc_descriptor_declares(descriptor, symbol))
            return answer_file(question, question->files[next - 1], out);
    }
    if (status != OK) return status;
    return answer_error(question, NOT_FOUND, "no file declares ", symbol, out);
}

/* Extension numbers that were found, or one that is looked for. */
struct numbers {
    int32_t wanted;
    bool found;
    int32_t values[RPC_REFLECTION_NUMBERS_MAX];
    size_t count;
};

static void take_number(void *context, int32_t number)
{
    struct numbers *numbers = context;
    numbers->found = numbers->found || number == numbers->wanted;
    if (numbers->count < RPC_REFLECTION_NUMBERS_MAX) numbers->values[numbers->count++] = number;
}

static enum status answer_extension(struct question *question,
                                    const reflection_extension_request *wanted,
                                    reflection_server_reflection_response *out)
{
    enum status status = OK;
    const rpc_descriptor *descriptor;
    struct numbers numbers = {.wanted = wanted->extension_number};
    for (size_t next = 0; (descriptor = next_descriptor(question, &next, &status)) != NULL;) {
        rpc_descriptor_extensions(descriptor, wanted->containing_type, take_number, &numbers);
        if (numbers.found) return answer_file(question, question->files[next - 1], out);
    }
    if (status != OK) return status;
    return answer_error(question, NOT_FOUND, "no file declares this extension of ",
                        wanted->containing_type, out);
}

static enum status answer_numbers(struct question *question, const char *type,
                                  reflection_server_reflection_response *out)
{
    enum status status = OK;
    const rpc_descriptor *descriptor;
    bool known = false;
    struct numbers numbers = {.wanted = -1};
    for (size_t next = 0; (descriptor = next_descriptor(question, &next, &status)) != NULL;) {
        known = known || rpc_descriptor_has_message(descriptor, type);
        rpc_descriptor_extensions(descriptor, type, take_number, &numbers);
    }
    if (status != OK) return status;
    if (!known) return answer_error(question, NOT_FOUND, "there is no message ", type, out);
    reflection_extension_number_response *response = arena_alloc(question->arena, sizeof *response);
    int32_t *values = arena_calloc(question->arena, numbers.count + 1, sizeof *values);
    if (response == NULL || values == NULL) return RESOURCE_EXHAUSTED;
    memcpy(values, numbers.values, numbers.count * sizeof *values);
    *response = (reflection_extension_number_response)REFLECTION_EXTENSION_NUMBER_RESPONSE_INIT;
    response->base_type_name = unconst(type);
    response->n_extension_number = numbers.count;
    response->extension_number = values;
    out->message_response_case = RESPONSE(ALL_EXTENSION_NUMBERS_RESPONSE);
    out->all_extension_numbers_response = response;
    return OK;
}

static enum status answer(struct question *question, const reflection_server_reflection_request *in,
                          reflection_server_reflection_response *out)
{
    switch (in->message_request_case) {
    case REQUEST(FILE_BY_FILENAME):
        return answer_path(question, in->file_by_filename, out);
    case REQUEST(FILE_CONTAINING_SYMBOL):
        return answer_symbol(question, in->file_containing_symbol, out);
    case REQUEST(FILE_CONTAINING_EXTENSION):
        return answer_extension(question, in->file_containing_extension, out);
    case REQUEST(ALL_EXTENSION_NUMBERS_OF_TYPE):
        return answer_numbers(question, in->all_extension_numbers_of_type, out);
    case REQUEST(LIST_SERVICES):
        return answer_services(question, out);
    case REQUEST(NOT_SET):
        break;
    }
    return answer_error(question, INVALID_ARGUMENT, "the request asks for nothing", "", out);
}

enum status rpc_reflection_answer(const struct reflection *reflection, struct arena *arena,
                                  const reflection_server_reflection_request *in,
                                  reflection_server_reflection_response *out)
{
    struct question question = {.reflection = reflection, .arena = arena};
    arena_init(&question.scratch, RPC_REFLECTION_DESCRIPTOR_BYTES_MAX);
    for (size_t i = 0; i < reflection->mounted_count; i++)
        add_file(reflection->mounted[i]->file, question.files, &question.file_count);
    /* No service names them, but every error may carry them. */
    add_file(&google_rpc_error_details_file, question.files, &question.file_count);
    add_file(&google_rpc_status_file, question.files, &question.file_count);
    add_imports(question.files, &question.file_count);
    *out = (reflection_server_reflection_response)REFLECTION_SERVER_REFLECTION_RESPONSE_INIT;
    out->valid_host = in->host;
    out->original_request = (reflection_server_reflection_request *)(uintptr_t)in;
    enum status status = answer(&question, in, out);
    arena_free(&question.scratch);
    return status;
}

/* ---- The services ---- */

/* One question and its answer; *last: the client asks no more. */
static enum status converse(const struct reflection *self, struct rpc_call *call,
                            struct arena *arena, bool *last)
{
    const reflection_server_reflection_request *in;
    enum status status = reflection_server_reflection_info_receive(call, &in);
    *last = status == OK && in == NULL;
    if (status != OK || in == NULL) return status;
    reflection_server_reflection_response out;
    status = rpc_reflection_answer(self, arena, in, &out);
    return status == OK ? reflection_server_reflection_info_send(call, &out) : status;
}

enum status reflection_server_reflection_info(struct reflection *self, struct rpc_call *call)
{
    struct arena arena;
    arena_init(&arena, RPC_REFLECTION_DESCRIPTOR_BYTES_MAX);
    enum status status = OK;
    for (bool last = false; status == OK && !last;) {
        arena_reset(&arena);
        status = converse(self, call, &arena, &last);
    }
    arena_free(&arena);
    return status;
}

static enum status handle_v1alpha(void *self, struct rpc_call *call, const ProtobufCMessage *in,
                                  ProtobufCMessage *out)
{
    (void)in;
    (void)out;
    return reflection_server_reflection_info(self, call);
}

static const struct rpc_method v1alpha_methods[] = {{
    .path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    .name = "ServerReflectionInfo",
    .input = &reflection_server_reflection_request_type,
    .output = &reflection_server_reflection_response_type,
    .lane = RPC_LANE_STREAM,
    .client_streams = true,
    .server_streams = true,
}};
static const struct rpc_service v1alpha = {
    .name = "grpc.reflection.v1alpha.ServerReflection",
    .methods = v1alpha_methods,
    .method_count = ARRAY_LENGTH(v1alpha_methods),
};
static rpc_handler *const v1alpha_handlers[] = {handle_v1alpha};

/* Generated apart, from a file whose other names would be those of v1. */
extern const struct rpc_file grpc_reflection_v1alpha_reflection_file;

const struct rpc_handlers rpc_reflection_v1alpha_handlers = {
    .service = &v1alpha,
    .handlers = v1alpha_handlers,
    .file = &grpc_reflection_v1alpha_reflection_file,
};
