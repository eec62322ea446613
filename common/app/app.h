/* One main for every service: configuration, database, listening, health, serving, stopping.
 *
 * The command line and environment that every service understands are documented in app_main's
 * --help and in the README of deploy/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"
#include "db/db.h"
#include "rpc/rpc.h"

struct rpc_client;

/* A mounted RPC service: its handlers and the `self` that they get. */
struct app_mount {
    const struct rpc_handlers *handlers;
    void *self;
};

/* What app_main hands to a service when it opens. Everything is borrowed for the process's life. */
struct app {
    const char *name;
    const char *version;
    const char *facts_directory; /* Where the service's facts lie; NULL: start without them. */
    struct db *writer;           /* For opening only: no call is served yet. */
    struct rpc_client *client;   /* NULL unless the service makes calls. */
};

enum { APP_MOUNTS_MAX = 16, APP_JOBS_MAX = 16 };

/* What a service does by itself from time to time, such as letting reservations expire. Runs where
 * the store is written, between the calls: first when serving begins, then every_ms after the last
 * run, until the service drains. `self` is the service's own, from its open.
 *
 * A run has a savepoint in a transaction; any other status than OK undoes it and is logged, once
 * until a run succeeds, and the job is tried again at its next time. Calls wait while it runs: it
 * does a page of its work and sets *more, which is false before, to go on at once. What it takes
 * from the arena is gone when it returns. A run that changed a row wakes who waits for a commit. */
struct app_job {
    const char *name;
    int64_t every_ms;
    enum status (*run)(void *self, struct db *db, struct arena *arena, bool *more);
};

struct app_service {
    const char *name;                      /* "budget" */
    bool stateless;                        /* Has no store. */
    const struct db_migration *migrations; /* Its own; the slice store brings its own too. */
    size_t migration_count;
    const struct app_job *jobs; /* At most APP_JOBS_MAX. */
    size_t job_count;
    bool makes_calls; /* Gets an rpc_client with the peers of the configuration. */
    /* Sets up the service and fills the mounts. The service lives until close. */
    enum status (*open)(const struct app *app, struct app_mount mounts[static APP_MOUNTS_MAX],
                        size_t *mount_count, void **self, struct fault *fault);
    void (*close)(void *self);
};

/* Runs the service until SIGTERM or SIGINT. Returns the process's exit code: 0 stopped in order, 1
 * could not start, 2 wrong command line. */
int app_main(const struct app_service *service, int argc, char **argv);

/* The program's version, from CMake. */
const char *app_version(void);
