/* A call as the server's own files see it. Handlers see rpc.h alone. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "http/http_message.h"
#include "rpc/rpc.h"
#include "rpc/rpc_limits.h"
#include "rpc/rpc_trace.h"

struct rpc_lanes;
struct rpc_recorder;
struct rpc_server;
struct rpc_protocol;

/* Something for the writer: a call of the write lane, or what a flow gave to rpc_write. */
struct rpc_job {
    struct rpc_job *next;
    struct rpc_call *call;
    enum status (*write)(struct rpc_call *call, void *context); /* NULL: the call's handler. */
    void *context;
    enum status status;
    bool done; /* For rpc_write, under the lanes' mutex. */
};

struct rpc_field_violation {
    const char *field;
    const char *description;
};

struct rpc_call {
    struct rpc_server *server;
    struct rpc_recorder *recorder; /* Of the loop that serves the call. */
    struct rpc_lanes *lanes;
    struct http_exchange *exchange;
    const struct rpc_protocol *protocol;
    const struct rpc_method *method;
    size_t method_number; /* Its place among the server's methods. */
    rpc_handler *handler;
    void *self;
    struct rpc_client *client;
    struct arena arena;
    struct db *db;
    int64_t started_us;
    uint64_t bytes_in, bytes_out; /* Of messages, as they travel. */
    struct rpc_trace trace;
    const char *caller;  /* The service that calls, by a name of our own tables; NULL: unknown. */
    int64_t deadline_ms; /* Of the monotonic clock; INT64_MAX without one. */
    bool json;           /* The message's encoding; otherwise protobuf. */
    bool decoded;        /* The fault speaks of the service's data, not of the client's bytes. */
    enum status status;
    struct fault fault;
    struct rpc_field_violation violations[RPC_VIOLATIONS_MAX];
    size_t violation_count;
    size_t violation_bytes;
    char reason[RPC_REASON_BYTES_MAX + 1];
    ProtobufCMessage *in;
    ProtobufCMessage *out;
    struct buffer encoded; /* The response's message. */
    struct rpc_job job;
    struct rpc_call *next; /* In a queue, or among those kept. */
};

/* Runs the handler on this thread with call->db set: DEADLINE_EXCEEDED without running it when the
 * time is over. Returns and keeps its status. */
enum status rpc_call_run(struct rpc_call *call);

/* Encodes call->out into call->encoded when the call succeeded; may turn it into a failure. */
void rpc_call_encode(struct rpc_call *call);

/* The message of a failed call, for a person; never empty. */
const char *rpc_call_message(struct rpc_call *call);

/* Sets the deadline from a timeout. */
void rpc_call_set_timeout_ms(struct rpc_call *call, int64_t timeout_ms);
