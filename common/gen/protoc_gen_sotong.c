/* protoc-gen-sotong: a protoc plugin that writes typed handlers, clients and bounds in C.
 *
 *     protoc --plugin=protoc-gen-sotong=… --sotong_out=DIR --c_out=DIR FILES
 *
 * Reads a CodeGeneratorRequest on stdin and writes a CodeGeneratorResponse to stdout. What is wrong
 * with a .proto goes into the response's error, which protoc prints; what is wrong with the request
 * itself goes to stderr, with exit code 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/gen_emit.h"

enum {
    REQUEST_BYTES_MAX = 256 * 1024 * 1024,
    PAGE_BYTES_MAX = 16 * 1024 * 1024,
    ARENA_BYTES_MAX = 256 * 1024 * 1024,
    READ_BYTES = 65536,
};

typedef Google__Protobuf__Compiler__CodeGeneratorResponse gen_response;
typedef Google__Protobuf__Compiler__CodeGeneratorResponse__File gen_response_file;

typedef enum status gen_emitter(const struct gen_schema *schema, const gen_file *file,
                                struct gen_page *page, struct fault *fault);

/* The kinds of files that are written for a .proto. */
static const struct {
    const char *suffix;
    gen_emitter *emit;
    bool for_services; /* Only where the .proto declares services. */
} outputs[] = {
    {"rpc.h", gen_emit_header, false},   {"rpc.c", gen_emit_tables, false},
    {"file.c", gen_emit_file, false},    {"handlers.c", gen_emit_handlers, true},
    {"client.c", gen_emit_client, true},
};

static enum status read_request(struct buffer *input)
{
    for (;;) {
        uint8_t *end;
        enum status status = buffer_reserve(input, READ_BYTES, &end);
        if (status != OK) return status;
        size_t count = fread(end, 1, READ_BYTES, stdin);
        input->length += count;
        if (count < READ_BYTES) return ferror(stdin) ? DATA_LOSS : OK;
    }
}

/* Writes one generated file into the response. */
static enum status generate(const struct gen_schema *schema, const gen_file *file, size_t output,
                            gen_response *response, struct fault *fault)
{
    struct gen_page page = {.status = OK};
    buffer_init(&page.buffer, PAGE_BYTES_MAX);
    enum status status = outputs[output].emit(schema, file, &page, fault);
    if (status == OK) status = page.status;
    if (status == RESOURCE_EXHAUSTED)
        (void)fault_set(fault, status, "%s: no memory, or more than %d bytes of C", file->name,
                        PAGE_BYTES_MAX);
    if (status == OK) {
        gen_response_file *entry = arena_alloc(schema->arena, sizeof *entry);
        const char *stem = gen_file_stem(schema->arena, file->name);
        if (entry != NULL && stem != NULL) {
            google__protobuf__compiler__code_generator_response__file__init(entry);
            entry->name = arena_printf(schema->arena, "%s.%s", stem, outputs[output].suffix);
            entry->content =
                arena_copy(schema->arena, (const char *)page.buffer.bytes, page.buffer.length);
            response->file[response->n_file++] = entry;
        }
        if (arena_exhausted(schema->arena))
            status = fault_set(fault, RESOURCE_EXHAUSTED, "%s: no memory", file->name);
    }
    buffer_free(&page.buffer);
    return status;
}

static enum status generate_all(const gen_request *request, struct arena *arena,
                                gen_response *response, struct fault *fault)
{
    struct gen_schema schema;
    enum status status = gen_schema_init(&schema, arena, request, fault);
    if (status != OK) return status;
    response->file = arena_calloc(arena, request->n_file_to_generate * ARRAY_LENGTH(outputs),
                                  sizeof(gen_response_file *));
    if (response->file == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    for (size_t i = 0; i < request->n_file_to_generate; i++) {
        const gen_file *file = gen_schema_file(&schema, request->file_to_generate[i]);
        if (file == NULL)
            return fault_set(fault, INVALID_ARGUMENT, "%s: not in the request",
                             request->file_to_generate[i]);
        if (file->package == NULL || file->package[0] == '\0')
            return fault_set(fault, INVALID_ARGUMENT, "%s: needs a package, which names its types",
                             file->name);
        for (size_t j = 0; j < ARRAY_LENGTH(outputs); j++) {
            if (outputs[j].for_services && file->n_service == 0) continue;
            status = generate(&schema, file, j, response, fault);
            if (status != OK) return status;
        }
    }
    return OK;
}

static bool write_response(const gen_response *response)
{
    size_t length = google__protobuf__compiler__code_generator_response__get_packed_size(response);
    uint8_t *bytes = malloc(length == 0 ? 1 : length);
    if (bytes == NULL) return false;
    (void)google__protobuf__compiler__code_generator_response__pack(response, bytes);
    bool written = fwrite(bytes, 1, length, stdout) == length && fflush(stdout) == 0;
    free(bytes);
    return written;
}

int main(void)
{
    struct buffer input;
    buffer_init(&input, REQUEST_BYTES_MAX);
    enum status status = read_request(&input);
    gen_request *request = NULL;
    if (status == OK)
        request = google__protobuf__compiler__code_generator_request__unpack(NULL, input.length,
                                                                             input.bytes);
    buffer_free(&input);
    if (request == NULL) {
        (void)fputs("protoc-gen-sotong: stdin holds no CodeGeneratorRequest; protoc runs this "
                    "program as its plugin\n",
                    stderr);
        return EXIT_FAILURE;
    }
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    gen_response response = GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__INIT;
    struct fault fault = {""};
    if (generate_all(request, &arena, &response, &fault) != OK) {
        response.error = fault.message;
        response.n_file = 0;
    }
    bool written = write_response(&response);
    if (!written) (void)fputs("protoc-gen-sotong: cannot write to stdout\n", stderr);
    arena_free(&arena);
    google__protobuf__compiler__code_generator_request__free_unpacked(request, NULL);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
