/* Every limit of the RPC server. Those of HTTP are in http/http_limits.h. */
#pragma once

enum {
    RPC_ARENA_BYTES_MAX = 256 * 1024 * 1024, /* A call's memory: its messages and working set. */
    RPC_WRITE_QUEUE_MAX = 4096,              /* Write calls that wait; more are UNAVAILABLE. */
    RPC_WRITE_BATCH_MAX = 256,               /* Write calls that share a commit. */
    RPC_FLOW_QUEUE_MAX = 256, /* Flow calls that wait for a worker; more are UNAVAILABLE. */
    RPC_WORKERS_MAX = 2,      /* Threads of the flow lane, started when first needed. */
    RPC_WRITER_STACK_BYTES = 512 * 1024,
    RPC_WORKER_STACK_BYTES = 1024 * 1024,
    RPC_CALLS_KEPT = 32,             /* Finished calls whose memory waits for the next ones. */
    RPC_VIOLATIONS_MAX = 20,         /* Of one BadRequest. */
    RPC_VIOLATIONS_BYTES_MAX = 3000, /* Clients take 8 KB of trailers. */
    RPC_REASON_BYTES_MAX = 63,
    RPC_MOUNTS_MAX = 16,
    RPC_OWN_MOUNTS_MAX = 3,      /* Of the runtime's own: health, reflection twice. */
    RPC_TIMEOUT_DIGITS_MAX = 10, /* Of Connect-Timeout-Ms. */
    RPC_METADATA_FIELDS_MAX =
        24, /* Added by a handler, to the answer's beginning and to its end. */
    RPC_METADATA_BYTES_MAX = 8 * 1024,
    RPC_DETAILS_ADDED_MAX = 16, /* Added by a handler to an error. */
    RPC_DETAILS_ADDED_BYTES_MAX = 16 * 1024,
    RPC_MESSAGE_BYTES_MAX = 64 * 1024 * 1024, /* Of a request, packed and unpacked. */
    RPC_INBOX_BYTES_MAX = 65 * 1024 * 1024,   /* Unread bytes of one stream: a message, a window. */
    RPC_INBOXES_BYTES_MAX = 256 * 1024 * 1024, /* Of all streams of a loop. */
    RPC_ANSWER_COMPRESS_BYTES_MIN = 1024,      /* Smaller messages are sent as they are. */
    RPC_FIBERS_MAX = 16384, /* Streams of a loop; the kernel maps 65,530 pieces of memory. */
    RPC_FIBERS_KEPT = 64,   /* Their stacks that wait for the next ones. */
    RPC_STREAM_IDLE_TIMEOUT_MS = 300 * 1000, /* Where a stream's method does not say. */
    RPC_LOOPS_MAX = 16,                      /* Threads that serve connections. */
    RPC_LOOP_STACK_BYTES = 1024 * 1024,
    RPC_DRAIN_GRACE_MS = 1000, /* For streams to be told that they end, before they are cut off. */
    RPC_TRIM_BYTES = 8 * 1024 * 1024, /* Freed by calls before memory is given back. */
};
