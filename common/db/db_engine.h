/* What a database engine gives to db.c: one table of functions each (db_sqlite.c; db_postgres.c
 * will stand beside it). Only common/db includes this. */
#pragma once

#include "db/db.h"

struct db_engine {
    const char *name;

    /* Statements that the engines spell differently. */
    struct db_sql begin_write, begin_read, commit, rollback;
    struct db_sql savepoint_begin, savepoint_release, savepoint_rollback;

    enum status (*open)(const struct db_config *config, void **connection, struct fault *fault);
    void (*close)(void *connection);

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

    /* Statements around the writing of rows as they were in another store, inside its transaction:
     * foreign keys are checked at its end; numbers that the engine gives out go on behind those
     * that were written. */
    const char *copy_begin, *copy_end;

    /* Runs several statements without values. */
    enum status (*script)(void *connection, const char *text, struct fault *fault);
};

extern const struct db_engine db_sqlite;

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
    struct db_statement *statements[DB_STATEMENT_BUCKETS]; /* By address of their db_sql. */
};

/* Runs several statements without values; for migrations. */
NODISCARD enum status db_script(struct db *db, const char *text, struct fault *fault);
