/* What SQLite allocates: a small read takes a dozen blocks and gives them back at its end. */
#pragma once

/* Has SQLite take its small blocks from lists that each thread has for itself, and count nothing
 * (its count is under a lock that all threads share). To be called before SQLite is used; later it
 * changes nothing. */
void db_sqlite_memory_configure(void);
