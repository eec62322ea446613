/* What the generator writes: five kinds of C files for one .proto. */
#pragma once

#include "base/buffer.h"
#include "gen/gen_schema.h"

/* Text being written. The first failure stays in `status` and stops all further writing, so that
 * the writers below need not ask after every line. */
struct gen_page {
    struct buffer buffer;
    enum status status;
};

/* Appends formatted text. */
void gen_print(struct gen_page *page, const char *format, ...) PRINTF_LIKE(2, 3);

/* The first lines of every generated file. */
void gen_print_banner(struct gen_page *page, const gen_file *file);

/* A service or method with the names that it gets in C. */
struct gen_method_names {
    const char *package; /* "budget" */
    const char *service; /* "budget_budget_service" */
    const char *method;  /* "get_line" */
    const char *input;   /* "budget_get_line_request" */
    const char *output;  /* "budget_get_line_response" */
    bool client_streams;
    bool server_streams;
};

NODISCARD enum status gen_name_method(const struct gen_schema *schema, const gen_file *file,
                                      const gen_service *service, const gen_method *method,
                                      struct gen_method_names *names, struct fault *fault);

/* "budget_budget_service". */
NODISCARD char *gen_service_name(const struct gen_schema *schema, const gen_file *file,
                                 const gen_service *service);

/* X.rpc.h: typedefs, constants, tables, prototypes. */
NODISCARD enum status gen_emit_header(const struct gen_schema *schema, const gen_file *file,
                                      struct gen_page *page, struct fault *fault);

/* X.rpc.c: tables of messages and services. */
NODISCARD enum status gen_emit_tables(const struct gen_schema *schema, const gen_file *file,
                                      struct gen_page *page, struct fault *fault);

/* X.handlers.c: thunks to the handlers, apart from the rest so that only servers link them. */
NODISCARD enum status gen_emit_handlers(const struct gen_schema *schema, const gen_file *file,
                                        struct gen_page *page, struct fault *fault);

/* The C name of a file's descriptor: "sotong_budget_v1_budget_file" of
 * "sotong/budget/v1/budget.proto". */
NODISCARD char *gen_file_symbol(struct arena *arena, const char *path);

/* X.file.c: the file's descriptor, apart from the rest so that only servers link it. */
NODISCARD enum status gen_emit_file(const struct gen_schema *schema, const gen_file *file,
                                    struct gen_page *page, struct fault *fault);

/* X.client.c: typed calls, apart from the rest so that only callers link the client. */
NODISCARD enum status gen_emit_client(const struct gen_schema *schema, const gen_file *file,
                                      struct gen_page *page, struct fault *fault);
