#include <stdlib.h>
#include <string.h>

#include "gen/gen_emit.h"
#include "gen/gen_options.h"
#include "gen/gen_write_ids.h"

enum { JSON_NAME_BYTES_MAX = 255 };

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

static int compare_numbers(const void *a, const void *b)
{
    const gen_field *const *left = a;
    const gen_field *const *right = b;
    return ((*left)->number > (*right)->number) - ((*left)->number < (*right)->number);
}

/* INT64_MIN has no literal of its own in C. */
static void print_integer(struct gen_page *page, const char *name, int64_t value)
{
    if (value == INT64_MIN)
        gen_print(page, ", .%s = INT64_MIN", name);
    else
        gen_print(page, ", .%s = INT64_C(%lld)", name, (long long)value);
}

static void print_bounds(struct gen_page *page, const struct rpc_bounds *bounds)
{
    static const char *const formats[] = {
        [RPC_FORMAT_NONE] = NULL,
        [RPC_FORMAT_CIVIL_DATE] = "RPC_FORMAT_CIVIL_DATE",
        [RPC_FORMAT_IDENTIFIER] = "RPC_FORMAT_IDENTIFIER",
        [RPC_FORMAT_SHA256] = "RPC_FORMAT_SHA256",
    };
    gen_print(page, "    {.field = %u", bounds->field);
    if (bounds->required) gen_print(page, ", .required = true");
    if (bounds->format != RPC_FORMAT_NONE)
        gen_print(page, ", .format = %s", formats[bounds->format]);
    if (bounds->bytes_max != 0) gen_print(page, ", .bytes_max = %u", bounds->bytes_max);
    if (bounds->items_max != 0) gen_print(page, ", .items_max = %u", bounds->items_max);
    if (bounds->has_range) {
        gen_print(page, ", .has_range = true");
        print_integer(page, "min", bounds->min);
        print_integer(page, "max", bounds->max);
    }
    gen_print(page, "},\n");
}

/* Writes the array of a message's bounds; the number written is its length. */
static enum status emit_bounds(const struct gen_type *type, const gen_field *const *fields,
                               struct gen_page *page, size_t *count, struct fault *fault)
{
    *count = 0;
    for (size_t i = 0; i < type->message->n_field; i++) {
        struct rpc_bounds bounds;
        bool found;
        enum status status = gen_field_bounds(type, fields[i], &bounds, &found, fault);
        if (status != OK) return status;
        if (!found) continue;
        if (*count == 0)
            gen_print(page, "static const struct rpc_bounds %s_bounds[] = {\n", type->name);
        print_bounds(page, &bounds);
        *count += 1;
    }
    if (*count > 0) gen_print(page, "};\n");
    return OK;
}

/* Only letters, digits and what else needs no escape in JSON and C. */
static bool is_plain(const char *name)
{
    for (; *name != '\0'; name++) {
        if (*name < ' ' || *name > '~' || *name == '"' || *name == '\\') return false;
    }
    return true;
}

static bool is_map(const struct gen_type *inner)
{
    const gen_message *message = inner->message;
    return message->options != NULL && message->options->map_entry;
}

/* Writes what stands of a field in the array of its message. */
static enum status emit_field(const struct gen_schema *schema, const struct gen_type *type,
                              const gen_field *field, struct gen_page *page, struct fault *fault)
{
    if (field->json_name == NULL || !is_plain(field->json_name) ||
        strlen(field->json_name) > JSON_NAME_BYTES_MAX)
        return fault_set(
            fault, INVALID_ARGUMENT,
            "%s: %s.%s: its JSON name must be at most %d characters of ASCII that need "
            "no escapes",
            type->file->name, type->full_name, field->name, JSON_NAME_BYTES_MAX);
    gen_print(page, "    {.json = \",\\\"%s\\\":\", .json_length = %zu", field->json_name,
              strlen(field->json_name) + strlen(",\"\":"));
    if (field->type == TYPE(MESSAGE)) {
        const struct gen_type *inner = gen_schema_find(schema, field->type_name);
        if (inner == NULL)
            return fault_set(fault, INVALID_ARGUMENT, "%s: %s.%s: its type is not in the request",
                             type->file->name, type->full_name, field->name);
        gen_print(page, ", .message = &%s_type", inner->name);
        if (is_map(inner)) gen_print(page, ", .map = true");
    }
    gen_print(page, "},\n");
    return OK;
}

/* Writes the array of a message's fields, in the order of protoc-c's descriptor: by number. */
static enum status emit_fields(const struct gen_schema *schema, const struct gen_type *type,
                               const gen_field *const *fields, struct gen_page *page,
                               struct fault *fault)
{
    if (type->message->n_field == 0) return OK;
    gen_print(page, "static const struct rpc_field %s_fields[] = {\n", type->name);
    for (size_t i = 0; i < type->message->n_field; i++) {
        enum status status = emit_field(schema, type, fields[i], page, fault);
        if (status != OK) return status;
    }
    gen_print(page, "};\n");
    return OK;
}

/* The constant of a message with a JSON form of its own; NULL for the others. */
static const char *known_form(const char *full_name)
{
    static const struct {
        const char *name, *constant;
    } forms[] = {
        {"google.protobuf.Any", "RPC_KNOWN_ANY"},
        {"google.protobuf.BoolValue", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.BytesValue", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.DoubleValue", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.Duration", "RPC_KNOWN_DURATION"},
        {"google.protobuf.FieldMask", "RPC_KNOWN_FIELD_MASK"},
        {"google.protobuf.FloatValue", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.Int32Value", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.Int64Value", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.ListValue", "RPC_KNOWN_LIST_VALUE"},
        {"google.protobuf.StringValue", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.Struct", "RPC_KNOWN_STRUCT"},
        {"google.protobuf.Timestamp", "RPC_KNOWN_TIMESTAMP"},
        {"google.protobuf.UInt32Value", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.UInt64Value", "RPC_KNOWN_WRAPPER"},
        {"google.protobuf.Value", "RPC_KNOWN_VALUE"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
        if (strcmp(forms[i].name, full_name) == 0) return forms[i].constant;
    }
    return NULL;
}

static enum status emit_message(const struct gen_schema *schema, const struct gen_type *type,
                                struct gen_page *page, struct fault *fault)
{
    size_t field_count = type->message->n_field;
    const gen_field **fields = arena_calloc(schema->arena, field_count, sizeof(const gen_field *));
    if (fields == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    for (size_t i = 0; i < field_count; i++) {
        fields[i] = type->message->field[i];
        if (fields[i]->type == TYPE(GROUP))
            return fault_set(fault, INVALID_ARGUMENT, "%s: %s.%s: groups are not supported",
                             type->file->name, type->full_name, fields[i]->name);
    }
    if (field_count > 1) qsort(fields, field_count, sizeof(const gen_field *), compare_numbers);
    size_t bound_count;
    enum status status = emit_bounds(type, fields, page, &bound_count, fault);
    if (status == OK) status = emit_fields(schema, type, fields, page, fault);
    if (status != OK) return status;
    gen_print(page, "const struct rpc_message %s_type = {\n    .descriptor = &%s__descriptor,\n",
              type->name, type->lower_name);
    if (bound_count > 0)
        gen_print(page, "    .bounds = %s_bounds,\n    .bound_count = %zu,\n", type->name,
                  bound_count);
    if (field_count > 0) gen_print(page, "    .fields = %s_fields,\n", type->name);
    const char *known = known_form(type->full_name);
    if (known != NULL) gen_print(page, "    .known = %s,\n", known);
    gen_print(page, "};\n");
    if (!is_map(type)) gen_print(page, "RPC_LINKED(%s_type);\n", type->name);
    gen_print(page, "\n");
    return OK;
}

/* What most methods are not, told only of those that are. */
static void emit_flags(const char *package, const gen_method *method, bool replayed,
                       struct gen_page *page)
{
    const struct {
        const char *name;
        bool set;
    } flags[] = {
        {"idempotent", replayed || gen_method_idempotent(package, method)},
        {"no_side_effects", gen_method_no_side_effects(package, method)},
        {"client_streams", method->client_streaming},
        {"server_streams", method->server_streaming},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(flags); i++) {
        if (flags[i].set) gen_print(page, "        .%s = true,\n", flags[i].name);
    }
}

static enum status emit_method(const struct gen_schema *schema, const gen_file *file,
                               const gen_service *service, const gen_method *method,
                               struct gen_page *page, struct fault *fault)
{
    static const char *const lanes[] = {
        [RPC_LANE_READ] = "RPC_LANE_READ",
        [RPC_LANE_WRITE] = "RPC_LANE_WRITE",
        [RPC_LANE_FLOW] = "RPC_LANE_FLOW",
        [RPC_LANE_STREAM] = "RPC_LANE_STREAM",
    };
    struct gen_method_names names;
    enum rpc_lane lane = RPC_LANE_WRITE;
    int64_t idle_timeout_ms = 0;
    bool replayed = false;
    enum status status = gen_name_method(schema, file, service, method, &names, fault);
    if (status == OK) status = gen_method_lane(file->package, method, &lane, fault);
    if (status == OK) status = gen_method_idle_timeout(method, &idle_timeout_ms, fault);
    if (status == OK) status = gen_method_replayed(schema, file, method, &replayed, fault);
    if (status != OK) return status;
    gen_print(page,
              "    {\n"
              "        .path = \"/%s.%s/%s\",\n"
              "        .name = \"%s\",\n"
              "        .input = &%s_type,\n"
              "        .output = &%s_type,\n"
              "        .lane = %s,\n",
              file->package, service->name, method->name, method->name, names.input, names.output,
              lanes[lane]);
    emit_flags(file->package, method, replayed, page);
    if (idle_timeout_ms != 0)
        gen_print(page, "        .idle_timeout_ms = INT64_C(%lld),\n", (long long)idle_timeout_ms);
    if (replayed) gen_print(page, "        .request_id = offsetof(%s, request_id),\n", names.input);
    gen_print(page, "    },\n");
    return OK;
}

static enum status emit_service(const struct gen_schema *schema, const gen_file *file,
                                const gen_service *service, struct gen_page *page,
                                struct fault *fault)
{
    const char *name = gen_service_name(schema, file, service);
    if (name == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    size_t count = service->n_method;
    if (count > 0) gen_print(page, "static const struct rpc_method %s_methods[] = {\n", name);
    for (size_t i = 0; i < count; i++) {
        enum status status = emit_method(schema, file, service, service->method[i], page, fault);
        if (status != OK) return status;
    }
    if (count > 0) gen_print(page, "};\n");
    gen_print(page, "const struct rpc_service %s = {\n    .name = \"%s.%s\",\n", name,
              file->package, service->name);
    if (count > 0)
        gen_print(page, "    .methods = %s_methods,\n    .method_count = %zu,\n", name, count);
    gen_print(page, "};\n");
    return OK;
}

enum status gen_emit_tables(const struct gen_schema *schema, const gen_file *file,
                            struct gen_page *page, struct fault *fault)
{
    const char *stem = gen_file_stem(schema->arena, file->name);
    if (stem == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    gen_print_banner(page, file);
    gen_print(page, "#include \"%s.rpc.h\"\n\n", stem);
    for (size_t i = 0; i < schema->type_count; i++) {
        const struct gen_type *type = &schema->types[i];
        if (type->file != file || type->message == NULL) continue;
        enum status status = emit_message(schema, type, page, fault);
        if (status != OK) return status;
    }
    for (size_t i = 0; i < file->n_service; i++) {
        enum status status = emit_service(schema, file, file->service[i], page, fault);
        if (status != OK) return status;
    }
    return page->status;
}
