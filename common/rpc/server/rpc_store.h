/* Whether a server's store can be written. When a transaction cannot begin or commit (the disk is
 * full or broken, the database has gone) the connection is opened anew and a small transaction is
 * tried at once; where that fails too, writes are refused and health says NOT_SERVING until one
 * that is tried every RPC_PROBE_INTERVAL_MS succeeds. A store that is damaged stays out of use. */
#pragma once

#include <stdatomic.h>

#include "db/db.h"
#include "rpc/rpc.h"

enum { RPC_PROBE_INTERVAL_MS = 500 };

enum rpc_store_state {
    RPC_STORE_UP,
    RPC_STORE_DOWN,    /* It may come back. */
    RPC_STORE_DAMAGED, /* It does not, before a restart with a sound one. */
};

/* The writer's, but for `state` and `outages`, which any thread may read. */
struct rpc_store {
    struct db *writer;
    _Atomic enum rpc_store_state state;
    atomic_uint outages;  /* Times that it went down. */
    int64_t probe_due_ms; /* Of the monotonic clock, while it is down. */
};

void rpc_store_init(struct rpc_store *store, struct db *writer);

/* From any thread. */
enum rpc_store_state rpc_store_state(const struct rpc_store *store);

/* From any thread: a reader found damage. True: the state has changed. */
bool rpc_store_damage(struct rpc_store *store);

/* What a write is refused with while the store is not up, on the call's thread: UNAVAILABLE, or
 * DATA_LOSS of a damaged one. */
enum status rpc_store_refuse(const struct rpc_store *store, struct rpc_call *call);

/* After every transaction, with what its begin or its commit came to; no statement may be open.
 * True: the state has changed. */
bool rpc_store_check(struct rpc_store *store, enum status outcome);

/* When the next probe is due; INT64_MAX: none is. */
int64_t rpc_store_due_ms(const struct rpc_store *store);

/* Tries a write. True: the state has changed. */
bool rpc_store_probe(struct rpc_store *store);
