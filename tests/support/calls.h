/* Calls for tests of handlers: what the runtime gives a handler, without a server. */
#pragma once

#include "db/db.h"
#include "rpc/server/rpc_call.h"

enum { CALLS_ARENA_BYTES_MAX = 256 * 1024 * 1024 };

/* A fresh call on this store. */
void calls_begin(struct rpc_call *call, struct db *db);
void calls_end(struct rpc_call *call);
