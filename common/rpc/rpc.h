/* Calls and methods: what generated code and handlers see of the runtime.
 *
 * A handler is straight-line code:
 *
 *     enum status budget_get_line(struct budget *self, struct rpc_call *call,
 *                                 const budget_get_line_request *in, budget_get_line_response
 * *out);
 *
 * `in` was decoded into the call's arena and has passed its bounds; `out` is initialised and is
 * encoded when the handler returns OK. Everything a handler allocates comes from the call's arena
 * and is never freed. The lane of a method (see options.proto) decides where the handler runs. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"

struct db;
struct rpc_call;

enum rpc_lane { RPC_LANE_READ, RPC_LANE_WRITE, RPC_LANE_FLOW };

/* Forms of strings; the numbers are those of sotong.options.v1.Format. */
enum rpc_format {
    RPC_FORMAT_NONE = 0,
    RPC_FORMAT_CIVIL_DATE = 1,
    RPC_FORMAT_IDENTIFIER = 2,
    RPC_FORMAT_SHA256 = 3,
};

/* Bounds of one field, from its options. A field without options has the defaults. */
struct rpc_bounds {
    uint32_t field; /* Its number in the message. */
    bool required;
    bool has_range;
    enum rpc_format format;
    uint32_t bytes_max;
    uint32_t items_max;
    int64_t min, max;
};

/* Bounds of one message type, generated for every message. */
struct rpc_message {
    const ProtobufCMessageDescriptor *descriptor;
    const struct rpc_bounds *bounds;
    size_t bound_count;
    const struct rpc_message *const *fields; /* By field index of the descriptor: the message types
                                              * of message fields, NULL for the others. */
};

typedef enum status rpc_handler(void *self, struct rpc_call *call, const ProtobufCMessage *in,
                                ProtobufCMessage *out);

struct rpc_method {
    const char *path; /* "/sotong.budget.v1.BudgetService/GetLine" */
    const char *name; /* "GetLine" */
    const struct rpc_message *input;
    const struct rpc_message *output;
    enum rpc_lane lane;
    bool idempotent; /* No side effects, or safe to repeat: a client may retry it. */
};

/* A service as its clients see it. */
struct rpc_service {
    const char *name; /* "sotong.budget.v1.BudgetService" */
    const struct rpc_method *methods;
    size_t method_count;
};

/* A .proto file, as its descriptor; for reflection. */
struct rpc_file {
    const char *path;     /* "sotong/budget/v1/budget.proto" */
    const char *package;  /* "sotong.budget.v1" */
    const uint8_t *bytes; /* A google.protobuf.FileDescriptorProto without comments. */
    size_t length;
    const struct rpc_file *const *imports;
    size_t import_count;
};

/* A service with its handlers, one for each method in the same order. */
struct rpc_handlers {
    const struct rpc_service *service;
    rpc_handler *const *handlers;
    const struct rpc_file *file; /* Where it is declared; NULL: reflection does not show it. */
};

/* The call's memory. */
struct arena *rpc_arena(struct rpc_call *call);

/* The store: on the read lane and in flows a read connection, on the write lane the writer's,
 * inside the call's transaction. */
struct db *rpc_db(struct rpc_call *call);

/* Milliseconds left until the call's deadline; INT64_MAX without one, 0 when it has passed. */
int64_t rpc_time_left_ms(const struct rpc_call *call);

/* Fails the call: keeps the message for the client and returns status. The message says what is
 * wrong and which limit or rule it met, and holds no personal data. */
enum status rpc_fail(struct rpc_call *call, enum status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Adds a wrong field to the error's BadRequest details and returns INVALID_ARGUMENT. The path is
 * that of the proto, such as `figures[3].quantity.unit`. Without an rpc_fail, the error's message
 * becomes
 * `{field}: {description}` of the first violation. */
enum status rpc_violation(struct rpc_call *call, const char *field, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Adds a google.rpc.ErrorInfo with this reason (UPPER_SNAKE_CASE) and the domain "sotong" to the
 * error and returns status. */
enum status rpc_reason(struct rpc_call *call, enum status status, const char *reason);

/* The call's fault, for layers below that write their message there. */
struct fault *rpc_fault(struct rpc_call *call);

/* In a flow: runs `write` on the store's writer inside a transaction of its own and waits. The
 * transaction is committed and durable when this returns OK; any other status rolled it back. */
NODISCARD enum status rpc_write(struct rpc_call *call,
                                enum status (*write)(struct rpc_call *call, void *context),
                                void *context);

/* In a flow: the client that calls other services (struct rpc_client, common/rpc/rpc_client.h);
 * NULL where the service makes no calls. */
struct rpc_client *rpc_call_client(struct rpc_call *call);
