#include "gen/gen_emit.h"
#include "gen/gen_options.h"

static void emit_thunk(const struct gen_method_names *names, struct gen_page *page)
{
    gen_print(page,
              "static enum status handle_%s(void *self, struct rpc_call *call,\n"
              "    const ProtobufCMessage *in, ProtobufCMessage *out)\n"
              "{\n"
              "    return %s_%s(self, call, (const %s *)in,\n"
              "        (%s *)out);\n"
              "}\n\n",
              names->method, names->package, names->method, names->input, names->output);
}

/* Writes the thunks of a service and names them in its table, in the order of its methods. */
static enum status emit_service_handlers(const struct gen_schema *schema, const gen_file *file,
                                         const gen_service *service, struct gen_page *page,
                                         struct fault *fault)
{
    struct gen_method_names names;
    size_t unary = 0;
    for (size_t i = 0; i < service->n_method; i++) {
        enum status status =
            gen_name_method(schema, file, service, service->method[i], &names, fault);
        if (status != OK) return status;
        if (names.streams) continue;
        emit_thunk(&names, page);
        unary++;
    }
    const char *name = gen_service_name(schema, file, service);
    if (name == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    if (unary > 0) gen_print(page, "static rpc_handler *const %s_table[] = {\n", name);
    for (size_t i = 0; i < service->n_method && unary > 0; i++) {
        enum status status =
            gen_name_method(schema, file, service, service->method[i], &names, fault);
        if (status != OK) return status;
        if (!names.streams) gen_print(page, "    handle_%s,\n", names.method);
    }
    if (unary > 0) gen_print(page, "};\n");
    gen_print(page, "const struct rpc_handlers %s_handlers = {\n    .service = &%s,\n", name, name);
    if (unary > 0) gen_print(page, "    .handlers = %s_table,\n", name);
    const char *symbol = gen_file_symbol(schema->arena, file->name);
    if (symbol == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    gen_print(page, "    .file = &%s,\n", symbol);
    gen_print(page, "};\n\n");
    return OK;
}

static enum status emit_call(const struct gen_schema *schema, const gen_file *file,
                             const gen_service *service, size_t index, size_t position,
                             struct gen_page *page, struct fault *fault)
{
    struct gen_method_names names;
    enum status status =
        gen_name_method(schema, file, service, service->method[index], &names, fault);
    if (status != OK) return status;
    gen_print(page,
              "enum status %s_client_%s(struct rpc_client *client,\n"
              "    const struct rpc_options *options, const %s *in,\n"
              "    %s **out)\n"
              "{\n"
              "    ProtobufCMessage *message;\n"
              "    enum status status =\n"
              "        rpc_client_call(client, options, &%s.methods[%zu], &in->base, &message);\n"
              "    if (status == OK) *out = (%s *)message;\n"
              "    return status;\n"
              "}\n\n",
              names.package, names.method, names.input, names.output, names.service, position,
              names.output);
    return OK;
}

enum status gen_emit_handlers(const struct gen_schema *schema, const gen_file *file,
                              struct gen_page *page, struct fault *fault)
{
    const char *stem = gen_file_stem(schema->arena, file->name);
    if (stem == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    gen_print_banner(page, file);
    gen_print(page, "#include \"%s.rpc.h\"\n\n", stem);
    for (size_t i = 0; i < file->n_service; i++) {
        enum status status = emit_service_handlers(schema, file, file->service[i], page, fault);
        if (status != OK) return status;
    }
    return page->status;
}

enum status gen_emit_client(const struct gen_schema *schema, const gen_file *file,
                            struct gen_page *page, struct fault *fault)
{
    const char *stem = gen_file_stem(schema->arena, file->name);
    if (stem == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    gen_print_banner(page, file);
    gen_print(page, "#include \"%s.rpc.h\"\n\n#include \"rpc/rpc_client.h\"\n\n", stem);
    for (size_t i = 0; i < file->n_service; i++) {
        const gen_service *service = file->service[i];
        size_t position = 0; /* In the table of methods, which streams are not in. */
        for (size_t j = 0; j < service->n_method; j++) {
            if (gen_method_streams(service->method[j])) continue;
            enum status status = emit_call(schema, file, service, j, position, page, fault);
            if (status != OK) return status;
            position++;
        }
    }
    return page->status;
}
