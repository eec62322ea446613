#include "support/calls.h"

#include <string.h>

void calls_begin(struct rpc_call *call, struct db *db)
{
    memset(call, 0, sizeof *call);
    arena_init(&call->arena, CALLS_ARENA_BYTES_MAX);
    call->db = db;
    call->deadline_ms = INT64_MAX;
}

void calls_end(struct rpc_call *call)
{
    arena_free(&call->arena);
}
