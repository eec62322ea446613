/* What a database engine gives to db.c: one table of functions each (db_sqlite.c, db_postgres.c).
 * Only common/db includes this. */
#pragma once

#include "db/db.h"

enum db_control {
    DB_BEGIN_WRITE,
    DB_BEGIN_READ,
    DB_COMMIT,
    DB_ROLLBACK,
    DB_SAVEPOINT_BEGIN,
    DB_SAVEPOINT_RELEASE,
    DB_SAVEPOINT_ROLLBACK, /* And released: it is gone. */
};

enum { DB_CONTROL_COUNT = 7 };

struct db_engine {
    const char *name;
    bool remote;            /* See db_is_remote. */
    bool fails_alone;       /* See db_fails_alone. */
    size_t calls_batch_max; /* Calls that share a transaction. */

    enum status (*open)(const struct db_config *config, void **connection, struct fault *fault);
    void (*close)(void *connection);

    /* Opens the connection anew, in place; no statement of it is left. On failure the old one
     * stays. NULL: the engine does so by itself. */
    enum status (*reopen)(void *connection, struct fault *fault);

    /* Begins and ends transactions and savepoints. An engine may put off what cannot fail to the
     * next statement, or to the commit. */
    enum status (*control)(void *connection, enum db_control control);

    /* `kept` statements live as long as the connection. */
    enum status (*prepare)(void *connection, const struct db_sql *sql, bool kept, void **statement);
    void (*finalize)(void *statement);

    /* Binds $1…$count. `copied` values may change before the statement has ended. */
    enum status (*bind)(void *statement, const struct db_value *values, size_t count, bool copied);

    /* OK: there is a row. NOT_FOUND: the statement has ended. */
    enum status (*step)(void *statement);

    /* Forgets rows and values; the statement can be bound again. */
    void (*reset)(void *statement);

    bool (*is_null)(void *statement, int column);
    int64_t (*get_int)(void *statement, int column);
    struct text (*get_text)(void *statement, int column);
    struct text (*get_bytes)(void *statement, int column);

    int64_t (*changes)(void *connection);
    int64_t (*changes_total)(void *connection);
    bool (*in_transaction)(void *connection);
    bool (*may_run_again)(void *connection); /* See db_may_run_again. */

    /* Statements around the writing of rows as they were in another store, inside its transaction:
     * foreign keys are checked at its end; numbers that the engine gives out go on behind those
     * that were written. */
    const char *copy_begin, *copy_end;
    const char
        *copy_close; /* After its commit: what was written can be read where nothing may be. */

    /* Runs several statements without values. */
    enum status (*script)(void *connection, const char *text, struct fault *fault);

    /* Around all migrations: makes what they need, and keeps other processes from theirs. NULL:
     * there is nothing to do. */
    enum status (*migrate_begin)(void *connection, struct fault *fault);
    void (*migrate_end)(void *connection);
};

extern const struct db_engine db_sqlite;
extern const struct db_engine db_postgres;

enum { DB_STATEMENT_BUCKETS = 64 };

/* A statement of a connection. */
struct db_statement {
    const struct db_sql *sql;
    void *handle; /* The engine's. */
    bool busy;    /* Its rows are being read. */
    bool kept;
    struct db_statement *next;
};

struct db {
    const struct db_engine *engine;
    void *connection;
    enum db_access access;
    enum status trouble; /* See db_trouble. */
    bool exhausted;      /* Memory has failed since the transaction began. */
    struct db_statement *statements[DB_STATEMENT_BUCKETS]; /* By address of their db_sql. */
};

/* Runs several statements without values; for migrations. */
NODISCARD enum status db_script(struct db *db, const char *text, struct fault *fault);
