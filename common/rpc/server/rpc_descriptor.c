#include "rpc/server/rpc_descriptor.h"

#include <string.h>

#include "base/text.h"
#include "rpc/codec/rpc_codec.h"

typedef Google__Protobuf__DescriptorProto message_proto;
typedef Google__Protobuf__EnumDescriptorProto enum_proto;
typedef Google__Protobuf__FieldDescriptorProto field_proto;
typedef Google__Protobuf__ServiceDescriptorProto service_proto;

enum { NESTING_MAX = 64 }; /* protoc allows fewer. */

enum status rpc_descriptor_read(const struct rpc_file *file, struct arena *arena,
                                const rpc_descriptor **out)
{
    ProtobufCAllocator allocator = rpc_arena_allocator(arena);
    *out = google__protobuf__file_descriptor_proto__unpack(&allocator, file->length, file->bytes);
    return *out == NULL ? RESOURCE_EXHAUSTED
                        : OK; /* protoc wrote it: only memory can be missing. */
}

static bool named(const char *name, struct text wanted)
{
    return name != NULL && text_equal(text_from(name), wanted);
}

/* What stands behind the file's package and its dot; empty: the name is not of this package, or
 * none at all. */
static struct text within_package(const rpc_descriptor *file, const char *symbol)
{
    struct text package = text_from(file->package);
    struct text rest = text_from(symbol);
    if (text_ends_with(rest, text_from("."))) return (struct text){NULL, 0};
    if (package.length == 0) return rest;
    if (!text_starts_with(rest, package) || rest.length <= package.length + 1 ||
        rest.bytes[package.length] != '.')
        return (struct text){NULL, 0};
    return (struct text){rest.bytes + package.length + 1, rest.length - package.length - 1};
}

/* Takes the first name off a dotted one. */
static struct text take_name(struct text *rest)
{
    const char *dot = memchr(rest->bytes, '.', rest->length);
    size_t length = dot == NULL ? rest->length : (size_t)(dot - rest->bytes);
    struct text name = {rest->bytes, length};
    size_t taken = dot == NULL ? length : length + 1;
    *rest = (struct text){rest->bytes + taken, rest->length - taken};
    return name;
}

static const message_proto *find_message(message_proto *const *messages, size_t count,
                                         struct text name)
{
    for (size_t i = 0; i < count; i++) {
        if (named(messages[i]->name, name)) return messages[i];
    }
    return NULL;
}

/* An enum's values are named beside it, not within it. */
static bool enums_declare(enum_proto *const *enums, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++) {
        if (named(enums[i]->name, name)) return true;
        for (size_t v = 0; v < enums[i]->n_value; v++) {
            if (named(enums[i]->value[v]->name, name)) return true;
        }
    }
    return false;
}

static bool fields_declare(field_proto *const *fields, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++) {
        if (named(fields[i]->name, name)) return true;
    }
    return false;
}

static bool message_declares(const message_proto *message, struct text name)
{
    for (size_t i = 0; i < message->n_oneof_decl; i++) {
        if (named(message->oneof_decl[i]->name, name)) return true;
    }
    return find_message(message->nested_type, message->n_nested_type, name) != NULL ||
           enums_declare(message->enum_type, message->n_enum_type, name) ||
           fields_declare(message->field, message->n_field, name) ||
           fields_declare(message->extension, message->n_extension, name);
}

static bool services_declare(const rpc_descriptor *file, struct text service, struct text method)
{
    for (size_t i = 0; i < file->n_service; i++) {
        const service_proto *declared = file->service[i];
        if (!named(declared->name, service)) continue;
        if (method.length == 0) return true;
        for (size_t m = 0; m < declared->n_method; m++) {
            if (named(declared->method[m]->name, method)) return true;
        }
    }
    return false;
}

bool rpc_descriptor_declares(const rpc_descriptor *file, const char *symbol)
{
    struct text rest = within_package(file, symbol);
    if (rest.length == 0) return false;
    struct text name = take_name(&rest);
    if (services_declare(file, name, rest)) return true;
    if (rest.length == 0 && (enums_declare(file->enum_type, file->n_enum_type, name) ||
                             fields_declare(file->extension, file->n_extension, name)))
        return true;
    const message_proto *message = find_message(file->message_type, file->n_message_type, name);
    while (message != NULL && rest.length > 0) {
        name = take_name(&rest);
        if (rest.length == 0) return message_declares(message, name);
        message = find_message(message->nested_type, message->n_nested_type, name);
    }
    return message != NULL;
}

bool rpc_descriptor_has_message(const rpc_descriptor *file, const char *name)
{
    struct text rest = within_package(file, name);
    if (rest.length == 0) return false;
    struct text first = take_name(&rest);
    const message_proto *message = find_message(file->message_type, file->n_message_type, first);
    while (message != NULL && rest.length > 0)
        message = find_message(message->nested_type, message->n_nested_type, take_name(&rest));
    return message != NULL;
}

static void visit_extensions(field_proto *const *fields, size_t count, const char *extended,
                             void (*visit)(void *context, int32_t number), void *context)
{
    for (size_t i = 0; i < count; i++) {
        const char *extendee = fields[i]->extendee;
        if (extendee == NULL) continue;
        if (extendee[0] == '.') extendee++;
        if (strcmp(extendee, extended) == 0) visit(context, fields[i]->number);
    }
}

/* Where a walk through nested messages stands. */
struct level {
    message_proto *const *messages;
    size_t count, next;
};

void rpc_descriptor_extensions(const rpc_descriptor *file, const char *extended,
                               void (*visit)(void *context, int32_t number), void *context)
{
    visit_extensions(file->extension, file->n_extension, extended, visit, context);
    struct level levels[NESTING_MAX] = {{file->message_type, file->n_message_type, 0}};
    size_t depth = 1;
    while (depth > 0) {
        struct level *level = &levels[depth - 1];
        if (level->next == level->count) {
            depth--;
            continue;
        }
        const message_proto *message = level->messages[level->next++];
        visit_extensions(message->extension, message->n_extension, extended, visit, context);
        if (message->n_nested_type > 0 && depth < NESTING_MAX)
            levels[depth++] = (struct level){message->nested_type, message->n_nested_type, 0};
    }
}
