#include "rpc/server/rpc_limits.h"

enum { KIB = 1024, MIB = 1024 * KIB, SECOND = 1000, HOUR = 3600 * SECOND };

const struct limit_info rpc_limit_infos[RPC_LIMIT_COUNT] = {
    {"message-bytes-max", "a message, as it travels and unpacked; RESOURCE_EXHAUSTED",
     offsetof(struct rpc_limits, message_bytes_max), 64 * MIB, 1, 1024LL * MIB},
    {"call-bytes-max", "a call's messages and working memory; RESOURCE_EXHAUSTED",
     offsetof(struct rpc_limits, call_bytes_max), 256 * MIB, 64 * KIB, 16384LL * MIB},
    {"unread-bytes-max",
     "messages in envelopes that came and were not read, of all streams; RESOURCE_EXHAUSTED",
     offsetof(struct rpc_limits, unread_bytes_max), 256 * MIB, 1, 16384LL * MIB},
    {"running-streams-max", "streams that run at once; RESOURCE_EXHAUSTED",
     offsetof(struct rpc_limits, running_streams_max), 16384, 1,
     24000}, /* The kernel maps 65,530 pieces of memory. */
    {"write-queue-max", "writes that wait for the store; UNAVAILABLE",
     offsetof(struct rpc_limits, write_queue_max), 4096, 1, 1000000},
    {"flow-queue-max", "calls that wait for a worker; UNAVAILABLE",
     offsetof(struct rpc_limits, flow_queue_max), 256, 1, 1000000},
    {"read-queue-max", "reads that wait for a worker, of a store that is a server's; UNAVAILABLE",
     offsetof(struct rpc_limits, read_queue_max), 4096, 1, 1000000},
    {"stream-idle-timeout-ms",
     "for a stream's peer to send or to take, unless its method says; DEADLINE_EXCEEDED",
     offsetof(struct rpc_limits, stream_idle_timeout_ms), 300 * SECOND, 1, 24LL * HOUR},
};

struct rpc_limits rpc_limits_default(void)
{
    struct rpc_limits limits;
    limits_reset(&(struct limit_set){rpc_limit_infos, RPC_LIMIT_COUNT, &limits});
    return limits;
}
