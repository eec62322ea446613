#include "db/db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "db/db_engine.h"

struct db_value db_text_value(const char *string)
{
    if (string == NULL) return DB_NULL;
    return (struct db_value){.type = DB_VALUE_TEXT, .bytes = string, .length = strlen(string)};
}

static const struct db_engine *engine_of(const char *store)
{
    struct text text = text_from(store);
    bool postgres = text_starts_with(text, text_from("postgresql://")) ||
                    text_starts_with(text, text_from("postgres://"));
    return postgres ? &db_postgres : &db_sqlite;
}

bool db_is_remote(const char *store)
{
    return engine_of(store)->remote;
}

size_t db_calls_batch_max(const struct db *db)
{
    return db->engine->calls_batch_max;
}

enum status db_transaction_check(const struct db *db)
{
    if (db_in_transaction(db)) return OK;
    return db->exhausted ? RESOURCE_EXHAUSTED : UNAVAILABLE;
}

bool db_in_transaction(const struct db *db)
{
    return db->engine->in_transaction(db->connection);
}

bool db_fails_alone(const struct db *db)
{
    return db->engine->fails_alone;
}

bool db_may_run_again(const struct db *db)
{
    return db->engine->may_run_again(db->connection);
}

enum status db_open(const struct db_config *config, struct db **out, struct fault *fault)
{
    struct db *db = alloc_should_fail() ? NULL : calloc(1, sizeof *db);
    if (db == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for a connection");
    db->engine = engine_of(config->store);
    db->access = config->access;
    enum status status = db->engine->open(config, &db->connection, fault);
    if (status != OK) {
        free(db);
        return status;
    }
    *out = db;
    return OK;
}

static void statements_free(struct db *db)
{
    for (size_t i = 0; i < DB_STATEMENT_BUCKETS; i++) {
        while (db->statements[i] != NULL) {
            struct db_statement *statement = db->statements[i];
            db->statements[i] = statement->next;
            assert(!statement->busy);
            db->engine->finalize(statement->handle);
            free(statement);
        }
    }
}

enum status db_reopen(struct db *db, struct fault *fault)
{
    statements_free(db);
    return db->engine->reopen == NULL ? OK : db->engine->reopen(db->connection, fault);
}

enum status db_trouble(struct db *db)
{
    enum status trouble = db->trouble;
    db->trouble = OK;
    return trouble;
}

/* Remembers what speaks of the store itself rather than of the statement. */
static enum status noted(struct db *db, enum status status)
{
    bool worse = status == DATA_LOSS || (status == UNAVAILABLE && db->trouble == OK);
    if (worse) db->trouble = status;
    db->exhausted |= status == RESOURCE_EXHAUSTED;
    return status;
}

void db_close(struct db *db)
{
    if (db == NULL) return;
    statements_free(db);
    db->engine->close(db->connection);
    free(db);
}

static struct db_statement **bucket_of(struct db *db, const struct db_sql *sql)
{
    return &db->statements[((uintptr_t)sql / sizeof *sql) % DB_STATEMENT_BUCKETS];
}

static enum status statement_prepare(struct db *db, const struct db_sql *sql, bool kept,
                                     struct db_statement **out)
{
    struct db_statement *statement = alloc_should_fail() ? NULL : calloc(1, sizeof *statement);
    if (statement == NULL) return RESOURCE_EXHAUSTED;
    enum status status =
        noted(db, db->engine->prepare(db->connection, sql, kept, &statement->handle));
    if (status != OK) {
        free(statement);
        return status;
    }
    statement->sql = sql;
    statement->kept = kept;
    if (kept) {
        struct db_statement **bucket = bucket_of(db, sql);
        statement->next = *bucket;
        *bucket = statement;
    }
    *out = statement;
    return OK;
}

/* The connection's statement for sql. Where its rows are being read further up the stack, a second
 * one is prepared, which statement_leave() gives back. */
static enum status statement_enter(struct db *db, const struct db_sql *sql,
                                   struct db_statement **out)
{
    struct db_statement *statement = *bucket_of(db, sql);
    while (statement != NULL && statement->sql != sql)
        statement = statement->next;
    enum status status = OK;
    if (statement == NULL) {
        status = statement_prepare(db, sql, true, &statement);
    } else if (statement->busy) {
        status = statement_prepare(db, sql, false, &statement);
    }
    if (status != OK) return status;
    statement->busy = true;
    *out = statement;
    return OK;
}

static void statement_leave(struct db *db, struct db_statement *statement)
{
    if (!statement->kept) {
        db->engine->finalize(statement->handle);
        free(statement);
        return;
    }
    db->engine->reset(statement->handle);
    statement->busy = false;
}

enum status db_run_values(struct db *db, const struct db_sql *sql, const struct db_value *values,
                          size_t count)
{
    struct db_statement *statement;
    enum status status = statement_enter(db, sql, &statement);
    if (status != OK) return status;
    status = noted(db, db->engine->bind(statement->handle, values, count, false));
    while (status == OK)
        status = noted(db, db->engine->step(statement->handle));
    statement_leave(db, statement);
    return status == NOT_FOUND ? OK : status;
}

enum status db_run_plain(struct db *db, const struct db_sql *sql)
{
    return db_run_values(db, sql, NULL, 0);
}

int64_t db_changes(struct db *db)
{
    return db->engine->changes(db->connection);
}

int64_t db_changes_total(struct db *db)
{
    return db->engine->changes_total(db->connection);
}

enum status db_query_values(struct db *db, struct db_rows *rows, const struct db_sql *sql,
                            const struct db_value *values, size_t count)
{
    struct db_statement *statement;
    enum status status = statement_enter(db, sql, &statement);
    if (status != OK) return status;
    status = noted(db, db->engine->bind(statement->handle, values, count, true));
    if (status != OK) {
        statement_leave(db, statement);
        return status;
    }
    *rows = (struct db_rows){.db = db, .statement = statement};
    return OK;
}

enum status db_query_plain(struct db *db, struct db_rows *rows, const struct db_sql *sql)
{
    return db_query_values(db, rows, sql, NULL, 0);
}

static void *handle_of(const struct db_rows *rows)
{
    return ((const struct db_statement *)rows->statement)->handle;
}

enum status db_next(struct db_rows *rows)
{
    return noted(rows->db, rows->db->engine->step(handle_of(rows)));
}

void db_end(struct db_rows *rows)
{
    assert(rows->statement != NULL);
    statement_leave(rows->db, rows->statement);
    rows->statement = NULL;
}

bool db_is_null(const struct db_rows *rows, int column)
{
    return rows->db->engine->is_null(handle_of(rows), column);
}

int64_t db_int(const struct db_rows *rows, int column)
{
    return rows->db->engine->get_int(handle_of(rows), column);
}

struct text db_text(const struct db_rows *rows, int column)
{
    return rows->db->engine->get_text(handle_of(rows), column);
}

struct text db_bytes(const struct db_rows *rows, int column)
{
    return rows->db->engine->get_bytes(handle_of(rows), column);
}

char *db_copy(const struct db_rows *rows, int column, struct arena *arena)
{
    struct text text = db_text(rows, column);
    return arena_copy(arena, text.bytes, text.length);
}

enum status db_query_int_values(struct db *db, int64_t *number, const struct db_sql *sql,
                                const struct db_value *values, size_t count)
{
    struct db_rows rows;
    enum status status = db_query_values(db, &rows, sql, values, count);
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) *number = db_int(&rows, 0);
    db_end(&rows);
    return status;
}

static enum status control(struct db *db, enum db_control what)
{
    return noted(db, db->engine->control(db->connection, what));
}

enum status db_begin(struct db *db)
{
    db->exhausted = false;
    return control(db, db->access == DB_READ_WRITE ? DB_BEGIN_WRITE : DB_BEGIN_READ);
}

enum status db_commit(struct db *db)
{
    enum status status = db_transaction_check(db);
    return status == OK ? control(db, DB_COMMIT) : status;
}

void db_rollback(struct db *db)
{
    if (db_transaction_check(db) != OK) return;
    /* A failure is logged by the engine; the next db_begin will meet it. */
    (void)!control(db, DB_ROLLBACK);
}

enum status db_savepoint_begin(struct db *db)
{
    enum status status = db_transaction_check(db);
    return status == OK ? control(db, DB_SAVEPOINT_BEGIN) : status;
}

enum status db_savepoint_release(struct db *db)
{
    enum status status = db_transaction_check(db);
    return status == OK ? control(db, DB_SAVEPOINT_RELEASE) : status;
}

void db_savepoint_rollback(struct db *db)
{
    if (db_transaction_check(db) != OK) return;
    /* Without the savepoint's own rollback, the whole transaction must go: db_commit fails then. */
    if (control(db, DB_SAVEPOINT_ROLLBACK) != OK) db_rollback(db);
}

enum status db_script(struct db *db, const char *text, struct fault *fault)
{
    return db->engine->script(db->connection, text, fault);
}
