/* Commits of other processes in the same store. A store in a file has none: only PostgreSQL's is
 * watched. */
#pragma once

#include "base/fault.h"
#include "db/db.h"

struct db_watch;

/* Watches the store of `config` for what others than `writer` commit. Nothing is connected yet.
 * RESOURCE_EXHAUSTED: no memory, or no descriptors. */
NODISCARD enum status db_watch_new(const struct db_config *config, const struct db *writer,
                                   struct db_watch **out, struct fault *fault);

/* Waits until another process has committed something, or may have while the connection was lost:
 * true. False: db_watch_stop was called. A lost connection is opened again, for ever. */
bool db_watch_wait(struct db_watch *watch);

/* From another thread: db_watch_wait returns false from now on. */
void db_watch_stop(struct db_watch *watch);

/* NULL is accepted. */
void db_watch_free(struct db_watch *watch);
