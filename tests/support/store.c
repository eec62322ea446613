#include "support/store.h"

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
           sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK;
}

void store_path_new(char path[static STORE_PATH_BYTES])
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(path, STORE_PATH_BYTES, "%s/sotong-test-%ld.sqlite",
                   folder == NULL ? "/tmp" : folder, (long)getpid());
    store_path_remove(path);
}

void store_path_remove(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        char name[STORE_PATH_BYTES + 16];
        (void)snprintf(name, sizeof name, "%s%s", path, endings[i]);
        (void)unlink(name);
    }
}
