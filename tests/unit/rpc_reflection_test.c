/* What reflection finds in the files that the generator embeds. */
#include "rpc/server/rpc_reflection.h"

#include <stdio.h>
#include <string.h>

#include "health.rpc.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/server/rpc_descriptor.h"
#include "runtime.rpc.h"
#include "support/suite.h"

enum { ARENA_BYTES_MAX = 8 * 1024 * 1024, ALLOCATIONS_MAX = 2000 };

#define ASK(name) REFLECTION_SERVER_REFLECTION_REQUEST_MESSAGE_REQUEST_CASE_##name
#define TOLD(name) REFLECTION_SERVER_REFLECTION_RESPONSE_MESSAGE_RESPONSE_CASE_##name

static const struct rpc_handlers *const mounted[] = {
    &runtime_runtime_service_handlers, &health_health_handlers,
    &reflection_server_reflection_handlers, &rpc_reflection_v1alpha_handlers};
static const struct reflection reflection = {mounted, ARRAY_LENGTH(mounted)};

/* A question in one word, and the file that answers it; NULL: none does. */
static const struct {
    Grpc__Reflection__V1__ServerReflectionRequest__MessageRequestCase asked;
    const char *word;
    int32_t number;
    const char *file;
} questions[] = {
    {ASK(FILE_BY_FILENAME), "runtime.proto", 0, "runtime.proto"},
    {ASK(FILE_BY_FILENAME), "sotong/options/v1/options.proto", 0,
     "sotong/options/v1/options.proto"},
    {ASK(FILE_BY_FILENAME), "google/protobuf/descriptor.proto", 0,
     "google/protobuf/descriptor.proto"},
    {ASK(FILE_BY_FILENAME), "grpc/reflection/v1alpha/reflection.proto", 0,
     "grpc/reflection/v1alpha/reflection.proto"},
    {ASK(FILE_BY_FILENAME), "none.proto", 0, NULL},
    {ASK(FILE_BY_FILENAME), "", 0, NULL},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.runtime.v1.RuntimeService", 0, "runtime.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), ".sotong.runtime.v1.RuntimeService", 0, "runtime.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.runtime.v1.RuntimeService.GetRow", 0, "runtime.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.runtime.v1.RuntimeService.Get", 0, NULL},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.runtime.v1.Row", 0, "runtime.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.runtime.v1.Row.name", 0, "runtime.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.runtime.v1.Row.none", 0, NULL},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.runtime.v1.Row.", 0, NULL},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.runtime.v1", 0, NULL},
    {ASK(FILE_CONTAINING_SYMBOL), "", 0, NULL},
    {ASK(FILE_CONTAINING_SYMBOL), "grpc.health.v1.HealthCheckResponse.ServingStatus", 0,
     "grpc/health/v1/health.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "grpc.health.v1.HealthCheckResponse.SERVING", 0,
     "grpc/health/v1/health.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "grpc.reflection.v1.ServerReflectionRequest.message_request", 0,
     "grpc/reflection/v1/reflection.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "grpc.reflection.v1alpha.ServerReflection", 0,
     "grpc/reflection/v1alpha/reflection.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "sotong.options.v1.bounds", 0, "sotong/options/v1/options.proto"},
    {ASK(FILE_CONTAINING_SYMBOL), "google.protobuf.FieldOptions.CType", 0,
     "google/protobuf/descriptor.proto"},
    {ASK(FILE_CONTAINING_EXTENSION), "google.protobuf.FieldOptions", 50100,
     "sotong/options/v1/options.proto"},
    {ASK(FILE_CONTAINING_EXTENSION), "google.protobuf.FieldOptions", 1, NULL},
    {ASK(FILE_CONTAINING_EXTENSION), "none.Message", 50100, NULL},
};

static enum status ask(size_t question, struct arena *arena,
                       reflection_server_reflection_response *out)
{
    char word[128];
    (void)snprintf(word, sizeof word, "%s", questions[question].word);
    reflection_extension_request extension = REFLECTION_EXTENSION_REQUEST_INIT;
    extension.containing_type = word;
    extension.extension_number = questions[question].number;
    reflection_server_reflection_request in = REFLECTION_SERVER_REFLECTION_REQUEST_INIT;
    in.message_request_case = questions[question].asked;
    if (questions[question].asked == ASK(FILE_CONTAINING_EXTENSION))
        in.file_containing_extension = &extension;
    else
        in.file_by_filename = word; /* A member of the same union as the other strings. */
    return rpc_reflection_answer(&reflection, arena, &in, out);
}

/* The paths of the files in an answer, the first of which is asked for. */
static void check_file(struct arena *arena, const reflection_server_reflection_response *out,
                       const char *path)
{
    CU_ASSERT_EQUAL_FATAL(out->message_response_case, TOLD(FILE_DESCRIPTOR_RESPONSE));
    const reflection_file_descriptor_response *files = out->file_descriptor_response;
    for (size_t i = 0; i < files->n_file_descriptor_proto; i++) {
        const struct rpc_file file = {.bytes = files->file_descriptor_proto[i].data,
                                      .length = files->file_descriptor_proto[i].len};
        const rpc_descriptor *descriptor;
        CU_ASSERT_EQUAL_FATAL(rpc_descriptor_read(&file, arena, &descriptor), OK);
        if (i == 0) CU_ASSERT_STRING_EQUAL(descriptor->name, path);
        CU_ASSERT_PTR_NULL(descriptor->source_code_info);
        /* Every import stands behind it. */
        for (size_t d = 0; d < descriptor->n_dependency; d++) {
            bool found = false;
            for (size_t j = 0; j < files->n_file_descriptor_proto; j++) {
                const ProtobufCBinaryData *bytes = &files->file_descriptor_proto[j];
                const char *name = descriptor->dependency[d];
                found = found || (bytes->len > strlen(name) + 2 &&
                                  memcmp(bytes->data + 2, name, strlen(name)) == 0);
            }
            CU_ASSERT_TRUE(found);
        }
    }
}

static void finds_files(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(questions); i++) {
        arena_reset(&arena);
        reflection_server_reflection_response out;
        CU_ASSERT_EQUAL_FATAL(ask(i, &arena, &out), OK);
        bool found = out.message_response_case == TOLD(FILE_DESCRIPTOR_RESPONSE);
        CU_ASSERT_EQUAL(found, questions[i].file != NULL);
        if (found != (questions[i].file != NULL)) printf("\n  %s", questions[i].word);
        if (found && questions[i].file != NULL) check_file(&arena, &out, questions[i].file);
        if (found) continue;
        CU_ASSERT_EQUAL_FATAL(out.message_response_case, TOLD(ERROR_RESPONSE));
        CU_ASSERT_EQUAL(out.error_response->error_code, NOT_FOUND);
        CU_ASSERT_PTR_NOT_NULL(strstr(out.error_response->error_message, questions[i].word));
    }
    arena_free(&arena);
}

static void lists_services(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    reflection_server_reflection_request in = REFLECTION_SERVER_REFLECTION_REQUEST_INIT;
    char host[] = "example", word[] = "";
    in.host = host;
    in.message_request_case = ASK(LIST_SERVICES);
    in.list_services = word;
    reflection_server_reflection_response out;
    CU_ASSERT_EQUAL_FATAL(rpc_reflection_answer(&reflection, &arena, &in, &out), OK);
    CU_ASSERT_STRING_EQUAL(out.valid_host, "example");
    CU_ASSERT_PTR_EQUAL(out.original_request, &in);
    CU_ASSERT_EQUAL_FATAL(out.message_response_case, TOLD(LIST_SERVICES_RESPONSE));
    CU_ASSERT_EQUAL_FATAL(out.list_services_response->n_service, ARRAY_LENGTH(mounted));
    for (size_t i = 0; i < ARRAY_LENGTH(mounted); i++)
        CU_ASSERT_STRING_EQUAL(out.list_services_response->service[i]->name,
                               mounted[i]->service->name);
    arena_free(&arena);
}

static void lists_extension_numbers(void)
{
    static const struct {
        const char *type;
        int count; /* -1: there is no such message. */
        int32_t first;
    } types[] = {{"google.protobuf.FieldOptions", 1, 50100},
                 {"google.protobuf.FileOptions", 0, 0},
                 {"google.protobuf.MethodOptions", 2, 50100},
                 {"none.Message", -1, 0}};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        char word[64];
        (void)snprintf(word, sizeof word, "%s", types[i].type);
        reflection_server_reflection_request in = REFLECTION_SERVER_REFLECTION_REQUEST_INIT;
        in.message_request_case = ASK(ALL_EXTENSION_NUMBERS_OF_TYPE);
        in.all_extension_numbers_of_type = word;
        reflection_server_reflection_response out;
        CU_ASSERT_EQUAL_FATAL(rpc_reflection_answer(&reflection, &arena, &in, &out), OK);
        if (types[i].count < 0) {
            CU_ASSERT_EQUAL_FATAL(out.message_response_case, TOLD(ERROR_RESPONSE));
            CU_ASSERT_EQUAL(out.error_response->error_code, NOT_FOUND);
            continue;
        }
        CU_ASSERT_EQUAL_FATAL(out.message_response_case, TOLD(ALL_EXTENSION_NUMBERS_RESPONSE));
        const reflection_extension_number_response *told = out.all_extension_numbers_response;
        CU_ASSERT_EQUAL((int)told->n_extension_number, types[i].count);
        if (types[i].count > 0) CU_ASSERT_EQUAL(told->extension_number[0], types[i].first);
    }
    arena_free(&arena);
}

static void refuses_no_question(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    reflection_server_reflection_request in = REFLECTION_SERVER_REFLECTION_REQUEST_INIT;
    reflection_server_reflection_response out;
    CU_ASSERT_EQUAL_FATAL(rpc_reflection_answer(&reflection, &arena, &in, &out), OK);
    CU_ASSERT_EQUAL_FATAL(out.message_response_case, TOLD(ERROR_RESPONSE));
    CU_ASSERT_EQUAL(out.error_response->error_code, INVALID_ARGUMENT);
    arena_free(&arena);
}

static void survives_want_of_memory(void)
{
    static const size_t chosen[] = {0, 6, 22};
    for (size_t i = 0; i < ARRAY_LENGTH(chosen); i++) {
        enum status status = RESOURCE_EXHAUSTED;
        for (int nth = 1; nth < ALLOCATIONS_MAX && status != OK; nth++) {
            struct arena arena;
            arena_init(&arena, ARENA_BYTES_MAX);
            (void)alloc_fail_at(nth);
            reflection_server_reflection_response out;
            status = ask(chosen[i], &arena, &out);
            (void)alloc_fail_at(0);
            CU_ASSERT_TRUE(status == OK || status == RESOURCE_EXHAUSTED);
            arena_free(&arena);
        }
        CU_ASSERT_EQUAL(status, OK);
    }
}

SUITE("rpc_reflection", {"finds files", finds_files}, {"lists services", lists_services},
      {"lists extension numbers", lists_extension_numbers},
      {"refuses no question", refuses_no_question},
      {"survives want of memory", survives_want_of_memory})
