#include <string.h>

#include "gen/gen_emit.h"
#include "gen/gen_options.h"

static void emit_includes(const struct gen_schema *schema, const gen_file *file,
                          struct gen_page *page)
{
    gen_print(page, "#pragma once\n\n#include \"rpc/rpc.h\"\n");
    size_t stem_length = strlen(file->name) - strlen(".proto");
    gen_print(page, "#include \"%.*s.pb-c.h\"\n", (int)stem_length, file->name);
    for (size_t i = 0; i < file->n_dependency; i++) {
        /* Only options.proto and its like need the language of .proto files itself. */
        if (strcmp(file->dependency[i], "google/protobuf/descriptor.proto") == 0) continue;
        const char *stem = gen_file_stem(schema->arena, file->dependency[i]);
        if (stem != NULL) gen_print(page, "#include \"%s.rpc.h\"\n", stem);
    }
    gen_print(page, "\n");
}

/* A value's name without the enum's own in front: QUALIFIER_ABOUT of Qualifier is ABOUT. */
static const char *short_value(const struct gen_schema *schema, const struct gen_type *type,
                               const char *value)
{
    const char *prefix = gen_upper(schema->arena, type->enumeration->name);
    if (prefix == NULL) return value;
    size_t length = strlen(prefix);
    bool prefixed = strncmp(value, prefix, length) == 0 && value[length] == '_';
    return prefixed && value[length + 1] != '\0' ? value + length + 1 : value;
}

/* The file itself, as reflection shows it. */
static void emit_file(const struct gen_schema *schema, const gen_file *file, struct gen_page *page)
{
    const char *symbol = gen_file_symbol(schema->arena, file->name);
    if (symbol != NULL) gen_print(page, "extern const struct rpc_file %s;\n\n", symbol);
}

static void emit_enum(const struct gen_schema *schema, const struct gen_type *type,
                      struct gen_page *page)
{
    gen_print(page, "typedef %s %s;\n", type->struct_name, type->name);
    for (size_t i = 0; i < type->enumeration->n_value; i++) {
        const char *value = type->enumeration->value[i]->name;
        gen_print(page, "#define %s_%s %s__%s\n", type->constant, short_value(schema, type, value),
                  type->upper_name, value);
    }
    gen_print(page, "\n");
}

static void emit_oneofs(const struct gen_schema *schema, const struct gen_type *type,
                        struct gen_page *page)
{
    for (size_t i = 0; i < type->message->n_oneof_decl; i++) {
        const char *oneof = gen_upper(schema->arena, type->message->oneof_decl[i]->name);
        if (oneof == NULL) return;
        gen_print(page, "#define %s_%s_CASE_NOT_SET %s__%s__NOT_SET\n", type->constant, oneof,
                  type->upper_name, oneof);
        for (size_t j = 0; j < type->message->n_field; j++) {
            const gen_field *field = type->message->field[j];
            if (!field->has_oneof_index || field->oneof_index != (int32_t)i) continue;
            const char *name = gen_upper(schema->arena, field->name);
            if (name == NULL) return;
            gen_print(page, "#define %s_%s_CASE_%s %s__%s_%s\n", type->constant, oneof, name,
                      type->upper_name, oneof, name);
        }
    }
}

static void emit_message(const struct gen_schema *schema, const struct gen_type *type,
                         struct gen_page *page)
{
    gen_print(page, "typedef %s %s;\n", type->struct_name, type->name);
    gen_print(page, "#define %s_INIT %s__INIT\n", type->constant, type->upper_name);
    emit_oneofs(schema, type, page);
    gen_print(page, "extern const struct rpc_message %s_type;\n\n", type->name);
}

/* The typed ends of a stream, for its handler. */
static void emit_stream_ends(const struct gen_method_names *names, struct gen_page *page)
{
    if (names->client_streams)
        gen_print(page,
                  "NODISCARD enum status %s_%s_receive(struct rpc_call *call, const %s **in);\n",
                  names->package, names->method, names->input);
    if (names->server_streams)
        gen_print(page, "NODISCARD enum status %s_%s_send(struct rpc_call *call, const %s *out);\n",
                  names->package, names->method, names->output);
}

static void emit_handler(const struct gen_method_names *names, struct gen_page *page)
{
    gen_print(page, "enum status %s_%s(struct %s *self, struct rpc_call *call", names->package,
              names->method, names->package);
    if (!names->client_streams) gen_print(page, ",\n    const %s *in", names->input);
    if (!names->server_streams)
        gen_print(page, ",%s%s *out", names->client_streams ? "\n    " : " ", names->output);
    gen_print(page, ");\n");
    emit_stream_ends(names, page);
}

/* A stream as its client sees it. */
static void emit_client_stream(const struct gen_method_names *names, struct gen_page *page)
{
    gen_print(page,
              "NODISCARD enum status %s_client_%s_open(struct rpc_client *client,\n"
              "    const struct rpc_options *options,",
              names->package, names->method);
    if (!names->client_streams) gen_print(page, " const %s *in,\n   ", names->input);
    gen_print(page, " struct rpc_stream **out);\n");
    if (names->client_streams)
        gen_print(page,
                  "NODISCARD enum status %s_client_%s_send(struct rpc_stream *stream,\n"
                  "    const %s *in);\n",
                  names->package, names->method, names->input);
    if (names->server_streams)
        gen_print(page,
                  "NODISCARD enum status %s_client_%s_receive(struct rpc_stream *stream,\n"
                  "    struct arena *arena, %s **out);\n",
                  names->package, names->method, names->output);
    else
        gen_print(page,
                  "NODISCARD enum status %s_client_%s_finish(struct rpc_stream *stream,\n"
                  "    %s **out);\n",
                  names->package, names->method, names->output);
}

static void emit_client(const struct gen_method_names *names, struct gen_page *page)
{
    if (names->client_streams || names->server_streams) {
        emit_client_stream(names, page);
        return;
    }
    gen_print(page,
              "NODISCARD enum status %s_client_%s(struct rpc_client *client,\n"
              "    const struct rpc_options *options, const %s *in,\n"
              "    %s **out);\n",
              names->package, names->method, names->input, names->output);
}

/* Handlers are named by package and method, so no two services of a package may share a method. */
static enum status check_method_names(const gen_file *file, size_t service_index,
                                      const gen_method *method, struct fault *fault)
{
    for (size_t i = 0; i < service_index; i++) {
        for (size_t j = 0; j < file->service[i]->n_method; j++) {
            if (strcmp(file->service[i]->method[j]->name, method->name) != 0) continue;
            return fault_set(fault, INVALID_ARGUMENT,
                             "%s: %s and %s both have a method %s; handlers are named by package "
                             "and method, so rename one",
                             file->name, file->service[i]->name, file->service[service_index]->name,
                             method->name);
        }
    }
    return OK;
}

static enum status emit_service(const struct gen_schema *schema, const gen_file *file, size_t index,
                                struct gen_page *page, struct fault *fault)
{
    const gen_service *service = file->service[index];
    const char *name = gen_service_name(schema, file, service);
    if (name == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    gen_print(page, "\n/* %s.%s: its methods, and its handlers below. */\n", file->package,
              service->name);
    gen_print(page, "extern const struct rpc_service %s;\n", name);
    gen_print(page, "extern const struct rpc_handlers %s_handlers;\n\n", name);
    for (size_t i = 0; i < service->n_method; i++) {
        struct gen_method_names names;
        enum status status = check_method_names(file, index, service->method[i], fault);
        if (status == OK)
            status = gen_name_method(schema, file, service, service->method[i], &names, fault);
        if (status != OK) return status;
        emit_handler(&names, page);
        emit_client(&names, page);
    }
    return OK;
}

enum status gen_emit_header(const struct gen_schema *schema, const gen_file *file,
                            struct gen_page *page, struct fault *fault)
{
    gen_print_banner(page, file);
    emit_includes(schema, file, page);
    emit_file(schema, file, page);
    for (size_t i = 0; i < schema->type_count; i++) {
        const struct gen_type *type = &schema->types[i];
        if (type->file != file) continue;
        if (type->message == NULL)
            emit_enum(schema, type, page);
        else
            emit_message(schema, type, page);
    }
    if (file->n_service == 0) return page->status;
    const char *package = gen_package_prefix(schema->arena, file->package);
    if (package == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    gen_print(page, "/* What the handlers get as self; the service defines it. */\n");
    gen_print(page, "struct %s;\nstruct rpc_client;\nstruct rpc_options;\nstruct rpc_stream;\n",
              package);
    for (size_t i = 0; i < file->n_service; i++) {
        enum status status = emit_service(schema, file, i, page, fault);
        if (status != OK) return status;
    }
    return page->status;
}
