#include "gen/gen_schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PACKAGE_NAMES_MAX = 16 };

/* What is still to be collected: a message with the names around it. */
struct scope {
    const gen_message *message;
    const struct gen_type *type;
};

/* Everything that collecting needs; `scopes` is a queue, so that nesting needs no recursion. */
struct collection {
    struct gen_schema *schema;
    const gen_file *file;
    struct gen_type *types;
    size_t type_capacity;
    struct scope *scopes;
    size_t scope_count, scope_capacity;
};

static char *convert_case(struct arena *arena, const char *name, int (*convert)(int))
{
    char *converted = arena_alloc(arena, 2 * strlen(name) + 1);
    if (converted == NULL) return NULL;
    size_t length = 0;
    bool was_upper = true;
    for (; *name != '\0'; name++) {
        bool upper = isupper((unsigned char)*name);
        if (upper && !was_upper) converted[length++] = '_';
        converted[length++] = (char)convert((unsigned char)*name);
        was_upper = upper;
    }
    converted[length] = '\0';
    return converted;
}

char *gen_snake(struct arena *arena, const char *name)
{
    return convert_case(arena, name, tolower);
}

char *gen_upper(struct arena *arena, const char *name)
{
    return convert_case(arena, name, toupper);
}

/* "field_mask" -> "FieldMask", as protoc-c does. */
static char *camel(struct arena *arena, const char *name)
{
    char *converted = arena_alloc(arena, strlen(name) + 1);
    if (converted == NULL) return NULL;
    size_t length = 0;
    bool upper = true;
    for (; *name != '\0'; name++) {
        if (*name == '_') {
            upper = true;
            continue;
        }
        converted[length++] = upper ? (char)toupper((unsigned char)*name) : *name;
        upper = false;
    }
    converted[length] = '\0';
    return converted;
}

static bool is_version(const char *name, size_t length)
{
    return length >= 2 && name[0] == 'v' && isdigit((unsigned char)name[1]);
}

char *gen_package_prefix(struct arena *arena, const char *package)
{
    if (strcmp(package, "google.rpc") == 0) return arena_copy(arena, "google", strlen("google"));
    const char *end = package + strlen(package);
    for (int names = 0; names < PACKAGE_NAMES_MAX; names++) {
        const char *begin = end;
        while (begin > package && begin[-1] != '.')
            begin--;
        size_t length = (size_t)(end - begin);
        if (begin == package || !is_version(begin, length)) return arena_copy(arena, begin, length);
        end = begin - 1;
    }
    return arena_copy(arena, package, strlen(package));
}

char *gen_file_stem(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *begin = slash == NULL ? path : slash + 1;
    size_t length = strlen(begin);
    static const char suffix[] = ".proto";
    size_t suffix_length = sizeof suffix - 1;
    if (length > suffix_length && strcmp(begin + length - suffix_length, suffix) == 0)
        length -= suffix_length;
    return arena_copy(arena, begin, length);
}

/* The names that protoc-c gives a package: each part converted, joined by two underscores. */
static bool name_package(struct arena *arena, const char *package, struct gen_type *type)
{
    type->struct_name = type->lower_name = type->upper_name = "";
    for (const char *part = package; *part != '\0';) {
        size_t length = strcspn(part, ".");
        char *name = arena_copy(arena, part, length);
        if (name == NULL) return false;
        char *capital = camel(arena, name);
        char *snake = gen_snake(arena, name);
        char *upper = gen_upper(arena, name);
        if (capital == NULL || snake == NULL || upper == NULL) return false;
        type->struct_name = arena_printf(arena, "%s%s__", type->struct_name, capital);
        type->lower_name = arena_printf(arena, "%s%s__", type->lower_name, snake);
        type->upper_name = arena_printf(arena, "%s%s__", type->upper_name, upper);
        if (type->struct_name == NULL || type->lower_name == NULL || type->upper_name == NULL)
            return false;
        part += length;
        if (*part == '.') part++;
    }
    return true;
}

/* Names a type within another, or within the file where outer is NULL. */
static bool name_type(struct arena *arena, const gen_file *file, const struct gen_type *outer,
                      const char *name, struct gen_type *type)
{
    char *capital = camel(arena, name);
    char *snake = gen_snake(arena, name);
    char *upper = gen_upper(arena, name);
    if (capital == NULL || snake == NULL || upper == NULL) return false;
    const char *package = file->package == NULL ? "" : file->package;
    struct gen_type around = {0};
    if (outer == NULL) {
        if (!name_package(arena, package, &around)) return false;
        char *prefix = gen_package_prefix(arena, package);
        around.name = prefix;
        around.constant = prefix == NULL ? NULL : gen_upper(arena, prefix);
        around.full_name = package;
        if (around.constant == NULL) return false;
    } else {
        around = *outer;
        around.struct_name = arena_printf(arena, "%s__", outer->struct_name);
        around.lower_name = arena_printf(arena, "%s__", outer->lower_name);
        around.upper_name = arena_printf(arena, "%s__", outer->upper_name);
    }
    const char *dot = around.full_name[0] == '\0' ? "" : ".";
    const char *line = around.name[0] == '\0' ? "" : "_";
    type->full_name = arena_printf(arena, "%s%s%s", around.full_name, dot, name);
    type->struct_name = arena_printf(arena, "%s%s", around.struct_name, capital);
    type->lower_name = arena_printf(arena, "%s%s", around.lower_name, snake);
    type->upper_name = arena_printf(arena, "%s%s", around.upper_name, upper);
    type->name = arena_printf(arena, "%s%s%s", around.name, line, snake);
    type->constant = arena_printf(arena, "%s%s%s", around.constant, line, upper);
    type->file = file;
    return !arena_exhausted(arena);
}

static bool add_type(struct collection *collection, const struct gen_type *type)
{
    struct gen_schema *schema = collection->schema;
    if (collection->types == NULL || schema->type_count == collection->type_capacity) {
        collection->types = arena_grow(schema->arena, collection->types, schema->type_count,
                                       &collection->type_capacity, sizeof *collection->types);
        if (collection->types == NULL) return false;
        schema->types = collection->types;
    }
    collection->types[schema->type_count++] = *type;
    return true;
}

/* Adds a message type and queues it, so that what it contains is collected later. */
static bool add_message(struct collection *collection, const struct gen_type *outer,
                        const gen_message *message)
{
    struct arena *arena = collection->schema->arena;
    struct gen_type *type = arena_calloc(arena, 1, sizeof *type);
    if (type == NULL || !name_type(arena, collection->file, outer, message->name, type))
        return false;
    type->message = message;
    if (collection->scope_count == collection->scope_capacity) {
        collection->scopes = arena_grow(arena, collection->scopes, collection->scope_count,
                                        &collection->scope_capacity, sizeof *collection->scopes);
        if (collection->scopes == NULL) return false;
    }
    collection->scopes[collection->scope_count++] = (struct scope){message, type};
    return add_type(collection, type);
}

static bool add_enum(struct collection *collection, const struct gen_type *outer,
                     const gen_enum *enumeration)
{
    struct gen_type type = {.enumeration = enumeration};
    return name_type(collection->schema->arena, collection->file, outer, enumeration->name,
                     &type) &&
           add_type(collection, &type);
}

static bool collect_file(struct collection *collection, const gen_file *file)
{
    collection->file = file;
    collection->scope_count = 0;
    for (size_t i = 0; i < file->n_enum_type; i++) {
        if (!add_enum(collection, NULL, file->enum_type[i])) return false;
    }
    for (size_t i = 0; i < file->n_message_type; i++) {
        if (!add_message(collection, NULL, file->message_type[i])) return false;
    }
    for (size_t next = 0; next < collection->scope_count; next++) {
        struct scope scope = collection->scopes[next];
        for (size_t i = 0; i < scope.message->n_enum_type; i++) {
            if (!add_enum(collection, scope.type, scope.message->enum_type[i])) return false;
        }
        for (size_t i = 0; i < scope.message->n_nested_type; i++) {
            if (!add_message(collection, scope.type, scope.message->nested_type[i])) return false;
        }
    }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    const struct gen_type *const *left = a;
    const struct gen_type *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* Two packages may end in the same name; their types must not. */
static enum status check_names(const struct gen_schema *schema, struct fault *fault)
{
    if (schema->type_count == 0) return OK;
    const struct gen_type **sorted =
        arena_calloc(schema->arena, schema->type_count, sizeof(const struct gen_type *));
    if (sorted == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the types");
    for (size_t i = 0; i < schema->type_count; i++)
        sorted[i] = &schema->types[i];
    qsort(sorted, schema->type_count, sizeof(const struct gen_type *), compare_names);
    for (size_t i = 1; i < schema->type_count; i++) {
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0) continue;
        return fault_set(fault, INVALID_ARGUMENT, "%s and %s would both be named %s in C",
                         sorted[i - 1]->full_name, sorted[i]->full_name, sorted[i]->name);
    }
    return OK;
}

enum status gen_schema_init(struct gen_schema *schema, struct arena *arena,
                            const gen_request *request, struct fault *fault)
{
    *schema = (struct gen_schema){.arena = arena, .request = request};
    struct collection collection = {.schema = schema};
    for (size_t i = 0; i < request->n_proto_file; i++) {
        if (!collect_file(&collection, request->proto_file[i]))
            return fault_set(fault, RESOURCE_EXHAUSTED, "%s: no memory for its types",
                             request->proto_file[i]->name);
    }
    return check_names(schema, fault);
}

const struct gen_type *gen_schema_find(const struct gen_schema *schema, const char *full_name)
{
    if (full_name[0] == '.') full_name++;
    for (size_t i = 0; i < schema->type_count; i++) {
        if (strcmp(schema->types[i].full_name, full_name) == 0) return &schema->types[i];
    }
    return NULL;
}

const gen_file *gen_schema_file(const struct gen_schema *schema, const char *path)
{
    for (size_t i = 0; i < schema->request->n_proto_file; i++) {
        if (strcmp(schema->request->proto_file[i]->name, path) == 0)
            return schema->request->proto_file[i];
    }
    return NULL;
}
