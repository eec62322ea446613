/* A call as the server's own files see it. Handlers see rpc.h alone.
 *
 * A call belongs to its loop's thread. While it, or a job of it, runs in another lane, the thread
 * there has everything but what is marked as the loop's. */
#pragma once

#include <stdatomic.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/fiber.h"
#include "base/timers.h"
#include "http/http_message.h"
#include "rpc/rpc.h"
#include "rpc/server/rpc_limits.h"
#include "rpc/server/rpc_trace.h"

struct rpc_cancel;
struct rpc_lanes;
struct rpc_recorder;
struct rpc_loop;
struct rpc_protocol;
struct rpc_content_type;
struct rpc_server;

enum rpc_job_state { RPC_JOB_IDLE, RPC_JOB_WAITING, RPC_JOB_RUNNING, RPC_JOB_DONE };

/* Something for the writer or a worker: a call of that lane, or what a handler gave to rpc_write or
 * rpc_read. */
struct rpc_job {
    struct rpc_job *next, *previous;
    struct rpc_call *call;
    enum rpc_lane lane; /* Whose it is; RPC_LANE_STREAM: that of streams' reads. */
    enum status (*body)(struct rpc_call *call, void *context); /* NULL: the call's handler. */
    void *context;
    enum status status;
    enum rpc_job_state state; /* Under the lanes' mutex. */
    bool blocks;              /* A worker waits for it; otherwise the call's loop is told. */
    bool ran;                 /* The writer's: not for the first time … */
    struct arena_mark mark;   /* … before which the call's memory was this. */
};

/* Where a call is. */
enum rpc_phase {
    RPC_PHASE_READING, /* Its request is coming. */
    RPC_PHASE_BATCH,   /* It waits for the others that came with it; see rpc_calls.c. */
    RPC_PHASE_LANE,    /* The writer or a worker has it, or it waits for one. */
    RPC_PHASE_FIBER,   /* Its handler runs on a fiber, or waits there. */
    RPC_PHASE_ENDING,  /* It is being answered. */
};

/* What a fiber waits for. */
enum rpc_wait {
    RPC_WAIT_NONE,
    RPC_WAIT_MESSAGE,
    RPC_WAIT_ROOM,
    RPC_WAIT_TIME,
    RPC_WAIT_COMMIT,
    RPC_WAIT_JOB, /* For rpc_write or rpc_read: not ended by anything else. */
};

/* Bytes of a request that came and were not read yet; see rpc_inbox.h. */
struct rpc_inbox {
    struct buffer bytes;
    size_t taken;   /* Of those, read already. */
    size_t granted; /* Of the others, so many were consumed: the peer may send as many more. */
    bool ended;     /* Nothing will follow. */
    uint8_t quantum_length; /* gRPC-Web in base64: characters of a group that is not complete. */
    char quantum[4];
};

/* A field of the answer that a handler added, in the call's arena. */
struct rpc_added_field {
    struct rpc_added_field *next;
    struct http_field field;
};

struct rpc_added_fields {
    struct rpc_added_field *first, *last;
    size_t count;
    size_t bytes;
};

/* A detail that a handler added, in the call's arena. */
struct rpc_added_detail {
    struct rpc_added_detail *next;
    const char *type;                             /* The message's full name. */
    struct text bytes;                            /* Its encoding. */
    const ProtobufCMessageDescriptor *descriptor; /* NULL: of a type that is unknown here. */
};

struct rpc_field_violation {
    const char *field;
    const char *description;
};

struct rpc_call {
    struct arena arena; /* These two keep their memory from call to call. */
    struct arena turn;

    /* From here to `cleared` all is zero when a call begins. */
    struct rpc_loop *loop;
    struct rpc_server *server;
    struct http_exchange *exchange; /* The loop's. NULL: it was answered before it ended. */
    const struct rpc_protocol *protocol;
    const struct rpc_method *method;
    size_t method_number; /* Its place among the server's methods. */
    rpc_handler *handler;
    void *self;
    struct rpc_client *client;
    enum rpc_lane lane;
    enum rpc_phase phase; /* The loop's. */
    struct db *db;
    int64_t started_us;
    uint64_t bytes_in, bytes_out; /* Of messages, as they travel. */
    struct rpc_trace trace;
    const char *caller;  /* The service that calls, by a name of our own tables; NULL: unknown. */
    int64_t deadline_ms; /* Of the monotonic clock; INT64_MAX without one. */
    const struct rpc_content_type *type;
    bool json;          /* The messages' encoding; otherwise protobuf. */
    bool request_gzip;  /* The request's messages may be compressed … */
    bool response_gzip; /* … and the answer's. */
    bool base64;        /* gRPC-Web in text. */
    bool decoded;       /* The fault speaks of the service's data, not of the client's bytes. */
    bool started;       /* The answer has begun. */
    bool full;          /* The peer is slow: no message before there is room. */
    bool idle;          /* Over because its peer was idle. */
    bool timed;         /* In the list of calls with timers; see rpc_loop.h. */
    enum status status;
    enum status over;      /* The loop's: why nobody waits for it any more; OK: somebody does. */
    atomic_bool cancelled; /* The same for other threads. */
    struct rpc_cancel *_Atomic cancel; /* Of the calls that this one makes, in its arena; NULL: it
                                        * made none. */
    const struct http_field *fields;   /* The request's. */
    size_t field_count;
    struct rpc_added_fields headers;
    struct rpc_added_fields trailers;
    struct rpc_added_detail *details;
    size_t detail_count;
    size_t detail_bytes;
    ProtobufCMessage *in;
    ProtobufCMessage *out;
    struct rpc_inbox inbox;
    struct fiber *fiber;
    enum rpc_wait wait;
    int64_t wait_until_ms;
    unsigned commits_seen; /* When the handler last took its reader. */
    struct timer timer;
    struct rpc_call *next, *previous; /* In a list of its loop's, or among those kept. */
    struct rpc_job job;
    size_t violation_count;
    size_t violation_bytes;
    struct buffer encoded; /* The answer's message. */
    char cleared[1];

    struct fault fault; /* Its first byte and the reason's are cleared too. */
    char reason[RPC_REASON_BYTES_MAX + 1];
    uint8_t request_digest[DIGEST_BYTES]; /* See rpc_replay.h. */
    struct rpc_field_violation violations[RPC_VIOLATIONS_MAX];
};

/* Runs the handler on this thread with call->db set: DEADLINE_EXCEEDED or CANCELLED without running
 * it when the time is over or nobody waits. Returns and keeps its status. */
enum status rpc_call_run(struct rpc_call *call);

/* Forgets what a run came to, before the call runs again. */
void rpc_call_forget(struct rpc_call *call);

/* Encodes call->out into call->encoded when the call succeeded; may turn it into a failure. */
void rpc_call_encode(struct rpc_call *call);

/* Appends a message in the call's encoding. RESOURCE_EXHAUSTED: it is too large; the fault is set.
 */
NODISCARD enum status rpc_call_encode_message(struct rpc_call *call,
                                              const ProtobufCMessage *message, struct buffer *out);

/* The message of a failed call, for a person; never empty. */
const char *rpc_call_message(struct rpc_call *call);

/* Sets the deadline from a timeout. */
void rpc_call_set_timeout_ms(struct rpc_call *call, int64_t timeout_ms);

/* The server's own status of a call that is over, with its message. */
enum status rpc_call_over_fail(struct rpc_call *call);
