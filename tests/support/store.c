#include "support/store.h"

#include <err.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* SQLite's allocator, which the counting one calls; set once. */
static sqlite3_mem_methods system_memory;

static void *counted_malloc(int bytes)
{
    return alloc_should_fail() ? NULL : system_memory.xMalloc(bytes);
}

static void *counted_realloc(void *memory, int bytes)
{
    return alloc_should_fail() ? NULL : system_memory.xRealloc(memory, bytes);
}

bool store_count_allocations(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) return false;
    sqlite3_mem_methods counted = system_memory;
    counted.xMalloc = counted_malloc;
    counted.xRealloc = counted_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &counted) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK &&
           sqlite3_initialize() == SQLITE_OK; /* From here on nobody configures it. */
}

bool store_is_remote(void)
{
    return getenv("SOTONG_TEST_STORE") != NULL;
}

/* The tests have the database for themselves: its tables are all of an earlier one's. */
static void server_clear(const char *store)
{
    static const struct db_sql drop = {"drop", "DROP SCHEMA IF EXISTS public CASCADE"};
    static const struct db_sql create = {"create", "CREATE SCHEMA public"};
    const struct db_config config = {store, DB_READ_WRITE, NULL};
    struct fault fault = {"the schema cannot be made anew"};
    struct db *db = NULL;
    enum status status = db_open(&config, &db, &fault);
    if (status == OK) status = db_run_plain(db, &drop);
    if (status == OK) status = db_run_plain(db, &create);
    if (status != OK) errx(EXIT_FAILURE, "SOTONG_TEST_STORE: %s", fault.message);
    db_close(db);
}

void store_path_new(char path[static STORE_PATH_BYTES])
{
    const char *store = getenv("SOTONG_TEST_STORE");
    if (store != NULL) {
        (void)snprintf(path, STORE_PATH_BYTES, "%s", store);
        server_clear(path);
        return;
    }
    const char *folder = getenv("TMPDIR");
    (void)snprintf(path, STORE_PATH_BYTES, "%s/sotong-test-%ld.sqlite",
                   folder == NULL ? "/tmp" : folder, (long)getpid());
    store_path_remove(path);
}

void store_path_remove(const char *path)
{
    if (store_is_remote()) return;
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        char name[STORE_PATH_BYTES + 16];
        (void)snprintf(name, sizeof name, "%s%s", path, endings[i]);
        (void)unlink(name);
    }
}
