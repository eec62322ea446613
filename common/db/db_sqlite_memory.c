#include "db/db_sqlite_memory.h"

#include <pthread.h>
#include <sqlite3.h>

#include "base/pool.h"

enum { ROUND_BYTES = 8 };

/* The thread's own. Its key exists to give the blocks back when the thread ends. */
static _Thread_local struct pool *own;
static pthread_key_t own_key;

static void own_leave(void *pool)
{
    own = NULL;
    pool_leave(pool);
}

static struct pool *own_pool(void)
{
    if (own != NULL) return own;
    struct pool *pool = pool_new();
    if (pool != NULL && pthread_setspecific(own_key, pool) != 0) {
        pool_leave(pool);
        pool = NULL;
    }
    return own = pool;
}

static void *block_alloc(int bytes)
{
    struct pool *pool = own_pool();
    return pool == NULL ? NULL : pool_block_alloc(pool, (size_t)bytes);
}

static void block_free(void *block)
{
    pool_block_free(own_pool(), block);
}

static void *block_resize(void *block, int bytes)
{
    struct pool *pool = own_pool();
    return pool == NULL ? NULL : pool_block_resize(pool, block, (size_t)bytes);
}

static int block_bytes(void *block)
{
    return (int)pool_block_bytes(block);
}

static int block_round(int bytes)
{
    return (bytes + ROUND_BYTES - 1) & ~(ROUND_BYTES - 1);
}

static int begin(void *context)
{
    (void)context;
    return pthread_key_create(&own_key, own_leave) == 0 ? SQLITE_OK : SQLITE_NOMEM;
}

static void end(void *context)
{
    (void)context;
    (void)pthread_key_delete(own_key);
}

void db_sqlite_memory_configure(void)
{
    static const sqlite3_mem_methods methods = {block_alloc, block_free, block_resize, block_bytes,
                                                block_round, begin,      end,          NULL};
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (POOL_WAITS) (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
