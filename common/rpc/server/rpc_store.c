#include "rpc/server/rpc_store.h"

#include "base/clock.h"
#include "base/log.h"
#include "rpc_sql.h"

void rpc_store_init(struct rpc_store *store, struct db *writer)
{
    store->writer = writer;
    store->state = RPC_STORE_UP;
    store->outages = 0;
    store->probe_due_ms = 0;
}

enum rpc_store_state rpc_store_state(const struct rpc_store *store)
{
    return atomic_load_explicit(&store->state, memory_order_relaxed);
}

enum status rpc_store_refuse(const struct rpc_store *store, struct rpc_call *call)
{
    if (rpc_store_state(store) == RPC_STORE_DAMAGED) {
        return rpc_fail(call, DATA_LOSS, "the store is damaged and takes no more writes");
    }
    return rpc_fail(call, UNAVAILABLE, "the store cannot be written now; try again later");
}

bool rpc_store_damage(struct rpc_store *store)
{
    if (atomic_exchange(&store->state, RPC_STORE_DAMAGED) == RPC_STORE_DAMAGED) return false;
    log_write(LOG_ERROR, "the store is damaged: nothing is written to it any more; stop the "
                         "service and restore the store from a backup");
    return true;
}

static bool up(struct rpc_store *store)
{
    enum rpc_store_state before = RPC_STORE_DOWN;
    if (!atomic_compare_exchange_strong(&store->state, &before, RPC_STORE_UP)) return false;
    log_write(LOG_INFO, "the store can be written again");
    return true;
}

static bool down(struct rpc_store *store)
{
    store->probe_due_ms = clock_monotonic_ms() + RPC_PROBE_INTERVAL_MS;
    enum rpc_store_state before = RPC_STORE_UP;
    if (!atomic_compare_exchange_strong(&store->state, &before, RPC_STORE_DOWN)) return false;
    store->outages++;
    log_write(LOG_ERROR,
              "the store cannot be written: writes are refused until it can be, which is tried "
              "every %d ms",
              RPC_PROBE_INTERVAL_MS);
    return true;
}

/* After a failed write or sync an engine's connection may be of no more use: each try has a new
 * one. */
static enum status touch(struct db *db)
{
    struct fault fault;
    enum status status = db_reopen(db, &fault);
    if (status != OK) return status;
    status = db_begin(db);
    if (status != OK) return status;
    status = db_run(db, &rpc_probe_touch_sql, DB_INT(clock_now_ms()));
    if (status == OK) status = db_commit(db);
    if (status != OK) db_rollback(db);
    return status;
}

bool rpc_store_probe(struct rpc_store *store)
{
    enum status status = touch(store->writer);
    enum status trouble = db_trouble(store->writer);
    if (status == DATA_LOSS || trouble == DATA_LOSS) return rpc_store_damage(store);
    return status == OK && trouble == OK ? up(store) : down(store);
}

/* Others are the transaction's own: a constraint that holds only at its end, too little memory. */
static bool is_outage(enum status status)
{
    return status == UNAVAILABLE || status == INTERNAL || status == DATA_LOSS;
}

bool rpc_store_check(struct rpc_store *store, enum status outcome)
{
    enum status trouble = db_trouble(store->writer);
    if (outcome == DATA_LOSS || trouble == DATA_LOSS) return rpc_store_damage(store);
    return trouble != OK || is_outage(outcome) ? rpc_store_probe(store) : false;
}

int64_t rpc_store_due_ms(const struct rpc_store *store)
{
    return rpc_store_state(store) == RPC_STORE_DOWN ? store->probe_due_ms : INT64_MAX;
}
