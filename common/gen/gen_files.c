/* X.file.c: the .proto itself, as the descriptor that reflection shows. */
#include <string.h>

#include "gen/gen_emit.h"

enum { BYTES_A_LINE = 16 };

/* The language of .proto files itself has no generated files of its own; who imports it brings its
 * descriptor. */
static bool is_language(const char *path)
{
    return strcmp(path, "google/protobuf/descriptor.proto") == 0;
}

char *gen_file_symbol(struct arena *arena, const char *path)
{
    char *symbol = arena_printf(arena, "%s", path);
    if (symbol == NULL) return NULL;
    size_t length = strlen(symbol);
    static const char suffix[] = ".proto";
    size_t suffix_length = sizeof suffix - 1;
    if (length > suffix_length && strcmp(symbol + length - suffix_length, suffix) == 0)
        symbol[length - suffix_length] = '\0';
    for (char *at = symbol; *at != '\0'; at++) {
        if (*at == '/' || *at == '.' || *at == '-') *at = '_';
    }
    return arena_printf(arena, "%s_file", symbol);
}

/* Writes the file's descriptor as bytes, without the comments: they are more than all the rest. */
static enum status emit_bytes(const struct gen_schema *schema, const gen_file *file,
                              const char *symbol, struct gen_page *page, size_t *length)
{
    gen_file bare = *file;
    bare.source_code_info = NULL;
    *length = google__protobuf__file_descriptor_proto__get_packed_size(&bare);
    uint8_t *bytes = arena_alloc(schema->arena, *length);
    if (bytes == NULL) return RESOURCE_EXHAUSTED;
    (void)google__protobuf__file_descriptor_proto__pack(&bare, bytes);
    gen_print(page, "static const uint8_t %s_bytes[] = {", symbol);
    for (size_t i = 0; i < *length; i++)
        gen_print(page, "%s%u,", i % BYTES_A_LINE == 0 ? "\n    " : "", bytes[i]);
    gen_print(page, "\n};\n");
    return page->status;
}

static enum status emit_file(const struct gen_schema *schema, const gen_file *file,
                             const char *storage, struct gen_page *page, struct fault *fault)
{
    const char *symbol = gen_file_symbol(schema->arena, file->name);
    size_t length = 0;
    if (symbol == NULL || emit_bytes(schema, file, symbol, page, &length) != OK)
        return fault_set(fault, RESOURCE_EXHAUSTED, "%s: no memory for its descriptor", file->name);
    if (file->n_dependency > 0)
        gen_print(page, "static const struct rpc_file *const %s_imports[] = {\n", symbol);
    for (size_t i = 0; i < file->n_dependency; i++) {
        const char *import = gen_file_symbol(schema->arena, file->dependency[i]);
        if (import == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
        gen_print(page, "    &%s,\n", import);
    }
    if (file->n_dependency > 0) gen_print(page, "};\n");
    gen_print(page,
              "%sconst struct rpc_file %s = {\n"
              "    .path = \"%s\",\n"
              "    .package = \"%s\",\n"
              "    .bytes = %s_bytes,\n"
              "    .length = %zu,\n",
              storage, symbol, file->name, file->package == NULL ? "" : file->package, symbol,
              length);
    if (file->n_dependency > 0)
        gen_print(page, "    .imports = %s_imports,\n    .import_count = %zu,\n", symbol,
                  file->n_dependency);
    gen_print(page, "};\n");
    return OK;
}

enum status gen_emit_file(const struct gen_schema *schema, const gen_file *file,
                          struct gen_page *page, struct fault *fault)
{
    const char *stem = gen_file_stem(schema->arena, file->name);
    if (stem == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    gen_print_banner(page, file);
    gen_print(page, "#include \"%s.rpc.h\"\n\n", stem);
    for (size_t i = 0; i < file->n_dependency; i++) {
        if (!is_language(file->dependency[i])) continue;
        const gen_file *language = gen_schema_file(schema, file->dependency[i]);
        if (language == NULL)
            return fault_set(fault, INVALID_ARGUMENT, "%s: %s is not in the request", file->name,
                             file->dependency[i]);
        enum status status = emit_file(schema, language, "static ", page, fault);
        if (status != OK) return status;
    }
    enum status status = emit_file(schema, file, "", page, fault);
    return status == OK ? page->status : status;
}
