#include "gen/gen_emit.h"
#include "gen/gen_options.h"

/* What a handler calls for the messages of its streams. */
static void emit_stream_ends(const struct gen_method_names *names, struct gen_page *page)
{
    if (names->client_streams)
        gen_print(page,
                  "enum status %s_%s_receive(struct rpc_call *call, const %s **in)\n"
                  "{\n"
                  "    const ProtobufCMessage *message;\n"
                  "    enum status status = rpc_receive(call, &message);\n"
                  "    if (status == OK) *in = (const %s *)message;\n"
                  "    return status;\n"
                  "}\n\n",
                  names->package, names->method, names->input, names->input);
    if (names->server_streams)
        gen_print(page,
                  "enum status %s_%s_send(struct rpc_call *call, const %s *out)\n"
                  "{\n"
                  "    return rpc_send(call, &out->base);\n"
                  "}\n\n",
                  names->package, names->method, names->output);
}

static void emit_thunk(const struct gen_method_names *names, struct gen_page *page)
{
    gen_print(page,
              "static enum status handle_%s(void *self, struct rpc_call *call,\n"
              "    const ProtobufCMessage *in, ProtobufCMessage *out)\n"
              "{\n",
              names->method);
    if (names->client_streams) gen_print(page, "    (void)in;\n");
    if (names->server_streams) gen_print(page, "    (void)out;\n");
    gen_print(page, "    return %s_%s(self, call", names->package, names->method);
    if (!names->client_streams) gen_print(page, ", (const %s *)in", names->input);
    if (!names->server_streams)
        gen_print(page, ",%s(%s *)out", names->client_streams ? " " : "\n        ", names->output);
    gen_print(page, ");\n}\n\n");
}

/* Writes the thunks of a service and names them in its table, in the order of its methods. */
static enum status emit_service_handlers(const struct gen_schema *schema, const gen_file *file,
                                         const gen_service *service, struct gen_page *page,
                                         struct fault *fault)
{
    struct gen_method_names names;
    size_t count = service->n_method;
    for (size_t i = 0; i < count; i++) {
        enum status status =
            gen_name_method(schema, file, service, service->method[i], &names, fault);
        if (status != OK) return status;
        emit_stream_ends(&names, page);
        emit_thunk(&names, page);
    }
    const char *name = gen_service_name(schema, file, service);
    if (name == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    if (count > 0) gen_print(page, "static rpc_handler *const %s_table[] = {\n", name);
    for (size_t i = 0; i < count; i++) {
        enum status status =
            gen_name_method(schema, file, service, service->method[i], &names, fault);
        if (status != OK) return status;
        gen_print(page, "    handle_%s,\n", names.method);
    }
    if (count > 0) gen_print(page, "};\n");
    gen_print(page, "const struct rpc_handlers %s_handlers = {\n    .service = &%s,\n", name, name);
    if (count > 0) gen_print(page, "    .handlers = %s_table,\n", name);
    const char *symbol = gen_file_symbol(schema->arena, file->name);
    if (symbol == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    gen_print(page, "    .file = &%s,\n", symbol);
    gen_print(page, "};\n\n");
    return OK;
}

static enum status emit_call(const struct gen_schema *schema, const gen_file *file,
                             const gen_service *service, size_t index, struct gen_page *page,
                             struct fault *fault)
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
              names.package, names.method, names.input, names.output, names.service, index,
              names.output);
    return OK;
}

static void emit_open(const struct gen_method_names *names, size_t index, struct gen_page *page)
{
    gen_print(page,
              "enum status %s_client_%s_open(struct rpc_client *client,\n"
              "    const struct rpc_options *options,",
              names->package, names->method);
    if (!names->client_streams) gen_print(page, " const %s *in,\n   ", names->input);
    gen_print(page, " struct rpc_stream **out)\n{\n");
    if (names->client_streams) {
        gen_print(page,
                  "    return rpc_stream_open(client, options, &%s.methods[%zu], out);\n}\n\n",
                  names->service, index);
        return;
    }
    gen_print(page,
              "    struct rpc_stream *stream;\n"
              "    enum status status =\n"
              "        rpc_stream_open(client, options, &%s.methods[%zu], &stream);\n"
              "    if (status != OK) return status;\n"
              "    status = rpc_stream_send(stream, &in->base);\n"
              "    if (status == OK)\n"
              "        *out = stream;\n"
              "    else\n"
              "        rpc_stream_free(stream);\n"
              "    return status;\n"
              "}\n\n",
              names->service, index);
}

/* The typed ends of a stream, for its client. */
static enum status emit_stream(const struct gen_schema *schema, const gen_file *file,
                               const gen_service *service, size_t index, struct gen_page *page,
                               struct fault *fault)
{
    struct gen_method_names names;
    enum status status =
        gen_name_method(schema, file, service, service->method[index], &names, fault);
    if (status != OK) return status;
    emit_open(&names, index, page);
    if (names.client_streams)
        gen_print(page,
                  "enum status %s_client_%s_send(struct rpc_stream *stream,\n"
                  "    const %s *in)\n"
                  "{\n"
                  "    return rpc_stream_send(stream, &in->base);\n"
                  "}\n\n",
                  names.package, names.method, names.input);
    const char *verb = names.server_streams ? "receive" : "finish";
    gen_print(page, "enum status %s_client_%s_%s(struct rpc_stream *stream,\n    ", names.package,
              names.method, verb);
    if (names.server_streams) gen_print(page, "struct arena *arena, ");
    gen_print(page,
              "%s **out)\n"
              "{\n"
              "    ProtobufCMessage *message;\n"
              "    enum status status = rpc_stream_%s(stream, %s&message);\n"
              "    if (status == OK) *out = (%s *)message;\n"
              "    return status;\n"
              "}\n\n",
              names.output, verb, names.server_streams ? "arena, " : "", names.output);
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
    gen_print(page, "#include \"%s.rpc.h\"\n\n#include \"rpc/client/rpc_client.h\"\n\n", stem);
    for (size_t i = 0; i < file->n_service; i++) {
        const gen_service *service = file->service[i];
        for (size_t j = 0; j < service->n_method; j++) {
            enum status status = gen_method_streams(service->method[j])
                                     ? emit_stream(schema, file, service, j, page, fault)
                                     : emit_call(schema, file, service, j, page, fault);
            if (status != OK) return status;
        }
    }
    return page->status;
}
