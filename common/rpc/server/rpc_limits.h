/* Every limit of the RPC server. Those of HTTP are in http/http_limits.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/limit.h"

/* Those that a configuration may change; rpc_limits.c has their names, defaults and bounds. */
struct rpc_limits {
    size_t message_bytes_max;
    size_t call_bytes_max;
    size_t unread_bytes_max;
    size_t running_streams_max;
    size_t write_queue_max;
    size_t flow_queue_max;
    size_t read_queue_max;
    int64_t stream_idle_timeout_ms;
};

enum { RPC_LIMIT_COUNT = 8 };

/* Of a struct rpc_limits. */
extern const struct limit_info rpc_limit_infos[RPC_LIMIT_COUNT];

struct rpc_limits rpc_limits_default(void);

enum {
    RPC_WRITE_BATCH_MAX = 256,  /* Write calls that share a commit. */
    RPC_WORKERS_MAX = 2,        /* Threads of the flow lane, started when first needed. */
    RPC_READERS_MAX = 64,       /* Threads that read from a store which is a server's, … */
    RPC_READERS_NORMAL = 4,     /* … started when first needed, each with a connection. */
    RPC_STREAM_READERS_MAX = 2, /* The same for what streams read. */
    RPC_STREAM_RETRY_MS = 250,  /* They try again where the database has gone, … */
    RPC_STREAM_PATIENCE_MS = 30 * 1000, /* … for so long. */
    RPC_WRITER_STACK_BYTES = 512 * 1024,
    RPC_WORKER_STACK_BYTES = 1024 * 1024,
    RPC_BATCH_CALLS_MAX = 32,         /* Reads that run one behind the other … */
    RPC_BATCH_BYTES_MAX = 256 * 1024, /* … before they are answered; and what they may hold. */
    RPC_CALLS_KEPT = 32,              /* Finished calls whose memory waits for the next ones. */
    RPC_VIOLATIONS_MAX = 20,          /* Of one BadRequest. */
    RPC_VIOLATIONS_BYTES_MAX = 3000,  /* Clients take 8 KB of trailers. */
    RPC_REASON_BYTES_MAX = 63,
    RPC_MOUNTS_MAX = 16,
    RPC_OWN_MOUNTS_MAX = 3,      /* Of the runtime's own: health, reflection twice. */
    RPC_TIMEOUT_DIGITS_MAX = 10, /* Of Connect-Timeout-Ms. */
    RPC_METADATA_FIELDS_MAX =
        24, /* Added by a handler, to the answer's beginning and to its end. */
    RPC_METADATA_BYTES_MAX = 8 * 1024,
    RPC_DETAILS_ADDED_MAX = 16, /* Added by a handler to an error. */
    RPC_DETAILS_ADDED_BYTES_MAX = 16 * 1024,
    RPC_INBOX_WINDOW_BYTES = 1024 * 1024, /* Unread bytes of a stream beside one message. */
    RPC_ANSWER_COMPRESS_BYTES_MIN = 1024, /* Smaller messages are sent as they are. */
    RPC_FIBERS_KEPT = 64,                 /* Their stacks that wait for the next ones. */
    RPC_LOOPS_MAX = 16,                   /* Threads that serve connections. */
    RPC_LOOP_STACK_BYTES = 1024 * 1024,
    RPC_DRAIN_GRACE_MS = 1000,  /* For streams to be told that they end, before they are cut off. */
    RPC_READER_MS = 50,         /* How long a loop's reads may share a transaction. */
    RPC_READER_QUIET_MS = 1000, /* Without a commit, before they share one over turns. */
    RPC_TRIM_BYTES = 8 * 1024 * 1024, /* Freed by calls before memory is given back. */
};
