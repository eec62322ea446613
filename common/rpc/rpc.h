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
#include "base/text.h"

struct db;
struct rpc_call;

/* Where a method's handler runs. Streams, and methods of services that wait, have a fiber of the
 * loop's thread; see rpc_receive. */
/* RPC_LANE_REMOTE_READ is no method's own: what RPC_LANE_READ becomes where a read may block. */
enum rpc_lane {
    RPC_LANE_READ,
    RPC_LANE_WRITE,
    RPC_LANE_FLOW,
    RPC_LANE_STREAM,
    RPC_LANE_REMOTE_READ,
};

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

/* What the codecs ask about a field and protobuf-c's descriptor does not tell. */
struct rpc_field {
    const struct rpc_message *message; /* The type of a message field; NULL of the others. */
    const char *json;                  /* Its name in JSON, as it stands there: `,"pageSize":`. */
    uint16_t json_length;
    bool map; /* Its items are entries of a key and a value. */
};

/* Messages of google.protobuf that have JSON forms of their own. */
enum rpc_known {
    RPC_KNOWN_NONE,
    RPC_KNOWN_ANY,
    RPC_KNOWN_DURATION,
    RPC_KNOWN_FIELD_MASK,
    RPC_KNOWN_LIST_VALUE,
    RPC_KNOWN_STRUCT,
    RPC_KNOWN_TIMESTAMP,
    RPC_KNOWN_VALUE,
    RPC_KNOWN_WRAPPER, /* BoolValue, Int64Value … */
};

/* A message type, generated for every message. */
struct rpc_message {
    const ProtobufCMessageDescriptor *descriptor;
    const struct rpc_bounds *bounds; /* In the order of field numbers. */
    size_t bound_count;
    const struct rpc_field *fields; /* One for each field, in the descriptor's order. */
    enum rpc_known known;
};

/* Generated beside every message: adds it to the types of the program, which rpc_type_named
 * (rpc_codec.h) finds. The linker gathers what stands in this section. */
#define RPC_LINKED(type)                                                                           \
    static const struct rpc_message *const type##_linked                                           \
        __attribute__((section("rpc_messages"), used)) = &(type)

/* `in` is NULL where the client streams, `out` where the server does. */
typedef enum status rpc_handler(void *self, struct rpc_call *call, const ProtobufCMessage *in,
                                ProtobufCMessage *out);

struct rpc_method {
    const char *path; /* "/sotong.budget.v1.BudgetService/GetLine" */
    const char *name; /* "GetLine" */
    const struct rpc_message *input;
    const struct rpc_message *output;
    enum rpc_lane lane;
    bool idempotent;      /* No side effects, or safe to repeat: a client may retry it. */
    bool no_side_effects; /* Connect also offers it as GET. */
    bool client_streams;  /* Both: bidirectional. */
    bool server_streams;
    int64_t idle_timeout_ms; /* Of a stream; 0: the runtime's default, -1: none. */
    size_t request_id;       /* Of a write: where the request's struct has its string request_id, by
                              * which the runtime replays it; 0: it has none. */
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

/* The store: on the read lane, in flows and in rpc_read a read connection, on the write lane and in
 * rpc_write the writer's, inside the call's transaction. */
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

/* What a handler gives to the next two; its fault is the call's. */
typedef enum status rpc_job_body(struct rpc_call *call, void *context);

/* In a stream: runs `read` with a read connection, which sees one state of the store, and returns
 * what it returned. Where the store is a server's, `read` runs on another thread while other calls
 * go on here, and a second time where its connection broke: it may keep what it found in `context`
 * and the arenas, and does nothing else. A server that has gone is waited for,
 * RPC_STREAM_PATIENCE_MS at most; then it is UNAVAILABLE. Waits; in other lanes `read` runs at
 * once. */
NODISCARD enum status rpc_read(struct rpc_call *call, rpc_job_body *read, void *context);

/* In a flow or a stream: runs `write` on the store's writer inside a transaction of its own and
 * waits. The transaction is committed and durable when this returns OK; any other status rolled it
 * back. */
NODISCARD enum status rpc_write(struct rpc_call *call, rpc_job_body *write, void *context);

/* In a flow: the client that calls other services (struct rpc_client,
 * common/rpc/client/rpc_client.h); NULL where the service makes no calls. */
struct rpc_client *rpc_call_client(struct rpc_call *call);

/* The call's trace context for the calls that it makes (https://www.w3.org/TR/trace-context/), in
 * its arena: the values of the headers traceparent and tracestate. NULL: no memory; for the state
 * also: there is none. */
const char *rpc_traceparent(struct rpc_call *call);
const char *rpc_tracestate(struct rpc_call *call);

/* ---- Metadata ----
 *
 * Fields of the request, and fields that a handler adds to its answer. Names are in lower case.
 * Values are text; those of names that end in -bin are bytes, which travel as base64. */

/* The value as it came of the first field with this name; bytes is NULL where there is none. */
struct text rpc_metadata(const struct rpc_call *call, const char *name);

/* The field at an index, counted from 0. False: there are no more. */
bool rpc_metadata_at(const struct rpc_call *call, size_t index, struct text *name,
                     struct text *value);

/* The bytes of a field whose name ends in -bin, in the call's arena. NOT_FOUND: there is none;
 * INVALID_ARGUMENT: it is not base64. */
NODISCARD enum status rpc_metadata_bytes(struct rpc_call *call, const char *name,
                                         struct text *bytes);

/* Adds a field to the beginning of the answer, or to its end. Both are copied. INVALID_ARGUMENT: a
 * name that is not made of a-z 0-9 _ . - or belongs to a protocol, or a value that is not printable
 * ASCII (bytes are, for -bin); FAILED_PRECONDITION: the answer has begun; RESOURCE_EXHAUSTED: more
 * than RPC_METADATA_FIELDS_MAX fields or RPC_METADATA_BYTES_MAX bytes. The fault is set. */
NODISCARD enum status rpc_add_header(struct rpc_call *call, const char *name, struct text value);
NODISCARD enum status rpc_add_trailer(struct rpc_call *call, const char *name, struct text value);

/* Adds a message to the details of the call's error, such as google.rpc.RetryInfo; a
 * google.protobuf.Any is added as what it holds. Copied. False: there is no room for it, of which
 * RPC_DETAILS_ADDED_BYTES_MAX is what clients take. */
bool rpc_detail(struct rpc_call *call, const ProtobufCMessage *detail);

/* ---- Streams ----
 *
 * The handler of a stream is straight-line code on a fiber of the loop's thread; where it waits,
 * other calls run:
 *
 *     enum status budget_watch(struct budget *self, struct rpc_call *call,
 *                              const budget_watch_request *in)
 *     {
 *         enum status status = OK;
 *         while (status == OK) {
 *             status = rpc_read(call, page_read, &page);
 *             ... budget_watch_send(call, &event) ...
 *             if (status == OK) status = rpc_wait_commit(call);
 *         }
 *         return status;
 *     }
 *
 * Generated code wraps rpc_receive and rpc_send with the method's types. The functions that wait
 * return OK or, once the call is over, why: CANCELLED (the peer has reset it or has gone),
 * DEADLINE_EXCEEDED (its deadline, or the method's idle timeout), UNAVAILABLE (the server stops).
 * The handler then returns that status. Nothing may wait within rpc_read or rpc_write. */

/* The next message of the client's stream, which has passed its bounds, in the turn's arena. OK
 * with NULL: the client has sent its last. INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED: the
 * message cannot be read; the fault is set. Waits. */
NODISCARD enum status rpc_receive(struct rpc_call *call, const ProtobufCMessage **in);

/* Sends a message of the server's stream; it is encoded when this returns. Waits while the peer is
 * slow. RESOURCE_EXHAUSTED: the message is too large. */
NODISCARD enum status rpc_send(struct rpc_call *call, const ProtobufCMessage *out);

/* Begins the answer before its first message, with the headers that were added. */
void rpc_send_headers(struct rpc_call *call);

/* Waits at least so many milliseconds. */
NODISCARD enum status rpc_sleep(struct rpc_call *call, int64_t ms);

/* Waits until something was committed to the store after the call's last rpc_read began.
 * UNAVAILABLE: the server drains; the handler may still send a last message. */
NODISCARD enum status rpc_wait_commit(struct rpc_call *call);

/* Memory of one turn of a stream: released by rpc_receive and rpc_wait_commit, and by
 * rpc_turn_end. */
struct arena *rpc_turn_arena(struct rpc_call *call);
void rpc_turn_end(struct rpc_call *call);

/* The call is over: nobody waits for its outcome any more. For handlers that compute for long; true
 * in every lane. */
bool rpc_cancelled(const struct rpc_call *call);
