/* Work that a service does by itself from time to time (reservations expire), on the writer between
 * the calls. Each run has a savepoint in the transaction that it shares with the calls that wait.
 */
#pragma once

#include "base/arena.h"
#include "db/db.h"

/* One such work. */
struct rpc_chore {
    const char *name;
    int64_t every_ms; /* From one run to the next; the first comes at once. */
    /* Writes to the store; what it takes from the arena is gone when it returns. `more` is false
     * before: setting it asks for another run at once, so that a run can be short, as calls wait
     * for it. Any other status than OK undoes the run and is logged, once until a run succeeds. */
    enum status (*run)(void *self, struct db *db, struct arena *arena, bool *more);
    void *self;
};

enum { RPC_CHORES_MAX = 16 };

/* Those of a server; the writer's. */
struct rpc_chores {
    struct rpc_chore_state {
        const struct rpc_chore *chore;
        int64_t due_ms; /* Of the monotonic clock. */
        bool again;     /* Its last run asked for another. */
        bool failed;    /* Its last run did. */
    } items[RPC_CHORES_MAX];
    size_t count;
    struct arena arena;
};

/* All are due at once. Borrows the chores, at most RPC_CHORES_MAX; a run's arena holds at most
 * bytes_max. */
void rpc_chores_init(struct rpc_chores *chores, const struct rpc_chore *items, size_t count,
                     size_t bytes_max);
void rpc_chores_free(struct rpc_chores *chores);

/* When the next one is due, by the monotonic clock; INT64_MAX: there is none. */
int64_t rpc_chores_due_ms(const struct rpc_chores *chores);

/* Runs those that are due, within a transaction. True: one of them changed a row. */
bool rpc_chores_run(struct rpc_chores *chores, struct db *db);

/* There was no transaction: those that were due wait for their next turn. */
void rpc_chores_put_off(struct rpc_chores *chores);

/* The transaction is durable: who asked for another run has it at once. Without this he waits. */
void rpc_chores_kept(struct rpc_chores *chores);
