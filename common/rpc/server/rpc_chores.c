#include "rpc/server/rpc_chores.h"

#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"

void rpc_chores_init(struct rpc_chores *chores, const struct rpc_chore *items, size_t count,
                     size_t bytes_max)
{
    assert(count <= RPC_CHORES_MAX);
    *chores = (struct rpc_chores){.count = count};
    for (size_t i = 0; i < count; i++)
        chores->items[i].chore = &items[i];
    arena_init(&chores->arena, bytes_max);
}

void rpc_chores_free(struct rpc_chores *chores)
{
    arena_free(&chores->arena);
}

int64_t rpc_chores_due_ms(const struct rpc_chores *chores)
{
    int64_t due_ms = INT64_MAX;
    for (size_t i = 0; i < chores->count; i++) {
        if (chores->items[i].due_ms < due_ms) due_ms = chores->items[i].due_ms;
    }
    return due_ms;
}

static void report(struct rpc_chore_state *item, enum status status)
{
    const struct rpc_chore *chore = item->chore;
    if (status == OK && item->failed) log_write(LOG_INFO, "job %s succeeds again", chore->name);
    if (status != OK && !item->failed) {
        log_write(LOG_ERROR, "job %s failed: %s; it is tried again every %" PRId64 " ms",
                  chore->name, status_name(status), chore->every_ms);
    }
    item->failed = status != OK;
}

/* True: it changed a row. */
static bool run(struct rpc_chores *chores, struct rpc_chore_state *item, struct db *db)
{
    const struct rpc_chore *chore = item->chore;
    int64_t before = db_changes_total(db);
    bool more = false;
    enum status status = db_savepoint_begin(db);
    if (status == OK) {
        status = chore->run(chore->self, db, &chores->arena, &more);
        arena_reset(&chores->arena);
        if (status == OK) {
            status = db_savepoint_release(db);
        } else {
            db_savepoint_rollback(db);
        }
    }
    report(item, status);
    item->again = status == OK && more;
    return status == OK && db_changes_total(db) != before;
}

bool rpc_chores_run(struct rpc_chores *chores, struct db *db)
{
    int64_t now_ms = clock_monotonic_ms();
    bool changed = false;
    for (size_t i = 0; i < chores->count; i++) {
        struct rpc_chore_state *item = &chores->items[i];
        if (item->due_ms > now_ms) continue;
        item->due_ms = now_ms + item->chore->every_ms;
        if (run(chores, item, db)) changed = true;
    }
    return changed;
}

void rpc_chores_put_off(struct rpc_chores *chores)
{
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < chores->count; i++) {
        struct rpc_chore_state *item = &chores->items[i];
        if (item->due_ms <= now_ms) item->due_ms = now_ms + item->chore->every_ms;
    }
}

void rpc_chores_kept(struct rpc_chores *chores)
{
    for (size_t i = 0; i < chores->count; i++) {
        if (chores->items[i].again) chores->items[i].due_ms = 0;
        chores->items[i].again = false;
    }
}
