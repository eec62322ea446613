/* Stores for tests, and SQLite's own allocations for allocation-failure sweeps. */
#pragma once

#include "db/db.h"

enum { STORE_PATH_BYTES = 256 };

/* Where tests put their database: a path of this process's own in the system's folder for temporary
 * files, or the database on PostgreSQL that SOTONG_TEST_STORE names (see postgres.py). What an
 * earlier test left there is removed. */
void store_path_new(char path[static STORE_PATH_BYTES]);

/* Whether that is on PostgreSQL. */
bool store_is_remote(void);

/* Removes the file and what SQLite keeps beside it. */
void store_path_remove(const char *path);

/* From now on SQLite's allocations count for alloc_fail_at(), and fail there. Call it first in a
 * test program; false: SQLite was in use already. */
NODISCARD bool store_count_allocations(void);
