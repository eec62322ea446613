/* The types that a CodeGeneratorRequest holds, with the names they get in C.
 *
 * Two sets of names meet here: those that protoc-c gives its structs (Sotong__Budget__V1__Line) and
 * the short ones that our code uses (budget_line). */
#pragma once

#include "base/arena.h"
#include "base/fault.h"
#include "google/protobuf/compiler/plugin.pb-c.h"

typedef Google__Protobuf__Compiler__CodeGeneratorRequest gen_request;
typedef Google__Protobuf__FileDescriptorProto gen_file;
typedef Google__Protobuf__DescriptorProto gen_message;
typedef Google__Protobuf__EnumDescriptorProto gen_enum;
typedef Google__Protobuf__FieldDescriptorProto gen_field;
typedef Google__Protobuf__ServiceDescriptorProto gen_service;
typedef Google__Protobuf__MethodDescriptorProto gen_method;

/* One message or enum type. */
struct gen_type {
    const char *full_name;   /* "sotong.report.v1.Token.Kind" */
    const char *struct_name; /* protoc-c's "Sotong__Report__V1__Token__Kind" */
    const char *lower_name;  /* protoc-c's "sotong__report__v1__token__kind" */
    const char *upper_name;  /* protoc-c's "SOTONG__REPORT__V1__TOKEN__KIND" */
    const char *name;        /* "report_token_kind" */
    const char *constant;    /* "REPORT_TOKEN_KIND" */
    const gen_file *file;
    const gen_message *message;  /* NULL for an enum. */
    const gen_enum *enumeration; /* NULL for a message. */
};

struct gen_schema {
    struct arena *arena;
    const gen_request *request;
    const struct gen_type *types; /* Of every file, a file's types in the order of the .proto. */
    size_t type_count;
};

/* Collects the types. Borrows the request; names live in the arena. INVALID_ARGUMENT: two types
 * would get the same name. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status gen_schema_init(struct gen_schema *schema, struct arena *arena,
                                      const gen_request *request, struct fault *fault);

/* The type of this name, with or without the leading dot; NULL: none. */
const struct gen_type *gen_schema_find(const struct gen_schema *schema, const char *full_name);

/* The file of this path; NULL: none. */
const gen_file *gen_schema_file(const struct gen_schema *schema, const char *path);

/* The prefix of a package's names: its last name before the version, "budget" of
 * "sotong.budget.v1". google.rpc is "google", because rpc is the runtime's own prefix. */
NODISCARD char *gen_package_prefix(struct arena *arena, const char *package);

/* "GetLine" -> "get_line" and "GET_LINE", by protoc-c's rule: an underscore before a capital that
 * follows something else. */
NODISCARD char *gen_snake(struct arena *arena, const char *name);
NODISCARD char *gen_upper(struct arena *arena, const char *name);

/* A file's name without folders and ".proto": "budget" of "sotong/budget/v1/budget.proto". */
NODISCARD char *gen_file_stem(struct arena *arena, const char *path);
