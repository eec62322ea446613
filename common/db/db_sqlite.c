/* The SQLite engine: one file a service, in WAL mode. Every connection belongs to one thread at a
 * time, so that SQLite's own mutexes are off. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "db/db_engine.h"
#include "db/db_sqlite_memory.h"
#include "db/db_wal.h"

enum {
    BUSY_TIMEOUT_MS = 5000,
    CACHE_KIB = 2048,         /* Of pages, per connection, as they are read. */
    WAL_BYTES_MAX = 16 << 20, /* Kept of the log file after a checkpoint. */
    CHECKPOINT_PAGES = 500,   /* Logged before a commit brings them into the store. */
    VALUES_MAX = 32,          /* Placeholders of one statement. */
    CALLS_BATCH_MAX = 256,
    PLACEHOLDER_BYTES_MAX = 16, /* "$32" */
};

struct connection {
    sqlite3 *sqlite;
    sqlite3_stmt *controls[DB_CONTROL_COUNT]; /* NULL: not needed yet. */
    enum db_access access;
    int logged; /* The result code that was logged last: a full disk fails many calls alike. */
    bool whole; /* The savepoint is the transaction, which had changed nothing. */
    int64_t changes_at_begin; /* Rows changed by this connection before the transaction. */
};

struct statement {
    struct connection *connection;
    const struct db_sql *sql;
    sqlite3_stmt *sqlite;
    size_t value_count;
    int indexes[VALUES_MAX]; /* Where SQLite counts $1, $2 …: by their first appearance. */
};

/* The status of a result code. Cases that an operator must see are logged, once in a row. */
static enum status status_of(struct connection *connection, int result, const char *what)
{
    enum status status = INTERNAL;
    if (result == SQLITE_IOERR_NOMEM) result = SQLITE_NOMEM; /* While it read or wrote. */
    switch (result & 0xFF) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return OK;
    case SQLITE_CONSTRAINT:
        return result == SQLITE_CONSTRAINT_UNIQUE || result == SQLITE_CONSTRAINT_PRIMARYKEY ||
                       result == SQLITE_CONSTRAINT_ROWID
                   ? ALREADY_EXISTS
                   : FAILED_PRECONDITION;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
        return RESOURCE_EXHAUSTED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
        status = UNAVAILABLE;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        status = DATA_LOSS;
        break;
    default: /* SQLite's codes are numbers, and newer versions add some. */
        break;
    }
    if (status == INTERNAL || connection->logged != result) {
        log_write(LOG_ERROR, "store: %s: %s (%d)", what, sqlite3_errmsg(connection->sqlite),
                  result);
    }
    connection->logged = result;
    return status;
}

static enum status script(void *self, const char *text, struct fault *fault)
{
    struct connection *connection = self;
    int result = sqlite3_exec(connection->sqlite, text, NULL, NULL, NULL);
    if (result == SQLITE_OK) return OK;
    fault_set(fault, INTERNAL, "%s", sqlite3_errmsg(connection->sqlite));
    return status_of(connection, result, "script");
}

/* A commit that brings the log into the store waits for the disk to take the pages from where they
 * lie scattered, and so do all behind it: half as many as SQLite would gather take a quarter off
 * the slowest commits of a busy ledger, and little off its full load. A connection of another
 * thread is no way out: what it brings in while others commit is not synced before the rest is, and
 * where that sync fails the same pages would not be written again. */
static int configure(sqlite3 *sqlite, enum db_access access)
{
    char pragmas[512];
    (void)snprintf(pragmas, sizeof pragmas,
                   "PRAGMA cache_size = -%d; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
                   "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                   "PRAGMA journal_size_limit = %d; PRAGMA wal_autocheckpoint = %d;%s",
                   CACHE_KIB, WAL_BYTES_MAX, CHECKPOINT_PAGES,
                   access == DB_READ_WRITE ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                           : "PRAGMA query_only = ON;");
    (void)sqlite3_busy_timeout(sqlite, BUSY_TIMEOUT_MS);
    (void)sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    int result = sqlite3_exec(sqlite, pragmas, NULL, NULL, NULL);
    /* Reading the schema is what tells a store from any other file. */
    if (result == SQLITE_OK) {
        result = sqlite3_exec(sqlite, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    return result;
}

/* Once, before the first connection. */
static void prepare_library(void)
{
    db_sqlite_memory_configure();
    (void)db_wal_vfs();
}

static enum status handle_open(const char *path, enum db_access access, sqlite3 **out,
                               struct fault *fault)
{
    sqlite3 *sqlite = NULL;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |=
        access == DB_READ_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const char *vfs = access == DB_READ_WRITE ? db_wal_vfs() : NULL;
    int result = sqlite3_open_v2(path, &sqlite, flags, vfs);
    if (result == SQLITE_OK) result = configure(sqlite, access);
    if (result == SQLITE_OK) {
        *out = sqlite;
        return OK;
    }
    bool memory = (result & 0xFF) == SQLITE_NOMEM || sqlite == NULL;
    enum status status = memory ? RESOURCE_EXHAUSTED : UNAVAILABLE;
    if ((result & 0xFF) == SQLITE_CORRUPT) status = DATA_LOSS;
    (void)fault_set(fault, status, "%s cannot be opened: %s", path,
                    memory ? "no memory" : sqlite3_errmsg(sqlite));
    (void)sqlite3_close_v2(sqlite);
    return status;
}

static void handle_close(struct connection *connection)
{
    for (size_t i = 0; i < DB_CONTROL_COUNT; i++) {
        (void)sqlite3_finalize(connection->controls[i]);
        connection->controls[i] = NULL;
    }
    (void)sqlite3_close_v2(connection->sqlite);
}

static enum status open_file(const struct db_config *config, void **out, struct fault *fault)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, prepare_library);
    struct connection *connection = alloc_should_fail() ? NULL : calloc(1, sizeof *connection);
    if (connection == NULL) {
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for a connection");
    }
    connection->access = config->access;
    enum status status = handle_open(config->store, config->access, &connection->sqlite, fault);
    if (status != OK) {
        free(connection);
        return status;
    }
    *out = connection;
    return OK;
}

static enum status reopen_file(void *self, struct fault *fault)
{
    struct connection *connection = self;
    sqlite3 *sqlite;
    const char *path = sqlite3_db_filename(connection->sqlite, "main");
    enum status status = handle_open(path, connection->access, &sqlite, fault);
    if (status != OK) return status;
    handle_close(connection);
    connection->sqlite = sqlite;
    return OK;
}

static void close_file(void *self)
{
    struct connection *connection = self;
    handle_close(connection);
    free(connection);
}

static enum status control_run(struct connection *connection, enum db_control what)
{
    static const char *const texts[DB_CONTROL_COUNT] = {
        [DB_BEGIN_WRITE] = "BEGIN IMMEDIATE",
        [DB_BEGIN_READ] = "BEGIN",
        [DB_COMMIT] = "COMMIT",
        [DB_ROLLBACK] = "ROLLBACK",
        [DB_SAVEPOINT_BEGIN] = "SAVEPOINT call",
        [DB_SAVEPOINT_RELEASE] = "RELEASE call",
        [DB_SAVEPOINT_ROLLBACK] = "ROLLBACK TO call",
    };
    sqlite3_stmt **statement = &connection->controls[what];
    int result = SQLITE_OK;
    if (*statement == NULL) {
        result = sqlite3_prepare_v3(connection->sqlite, texts[what], -1, SQLITE_PREPARE_PERSISTENT,
                                    statement, NULL);
    }
    if (result == SQLITE_OK) result = sqlite3_step(*statement);
    if (result == SQLITE_DONE && what == DB_COMMIT) connection->logged = SQLITE_OK;
    enum status status = status_of(connection, result, texts[what]);
    (void)sqlite3_reset(*statement); /* Repeats the step's result, which was reported. */
    return status;
}

static enum status write_begin(struct connection *connection)
{
    connection->whole = false;
    connection->changes_at_begin = sqlite3_total_changes64(connection->sqlite);
    return control_run(connection, DB_BEGIN_WRITE);
}

/* To keep what a savepoint goes back to, SQLite copies every page that is changed after it. In a
 * transaction that has changed nothing so far there is nothing to keep: it can be begun once more.
 * So the first write of a transaction, which often is the only one, costs no savepoint. */
static bool savepoint_is_whole(const struct connection *connection)
{
    return connection->access == DB_READ_WRITE &&
           connection->changes_at_begin == sqlite3_total_changes64(connection->sqlite);
}

static enum status whole_undo(struct connection *connection)
{
    enum status status = control_run(connection, DB_ROLLBACK);
    return status == OK ? write_begin(connection) : status;
}

static enum status control(void *self, enum db_control what)
{
    struct connection *connection = self;
    bool whole = connection->whole;
    connection->whole = what == DB_SAVEPOINT_BEGIN && savepoint_is_whole(connection);
    if (connection->whole) return OK;
    if (whole && what == DB_SAVEPOINT_RELEASE) return OK;
    if (whole && what == DB_SAVEPOINT_ROLLBACK) return whole_undo(connection);
    if (what == DB_BEGIN_WRITE) return write_begin(connection);
    enum status status = control_run(self, what);
    bool undone = what == DB_SAVEPOINT_ROLLBACK && status == OK;
    return undone ? control_run(self, DB_SAVEPOINT_RELEASE) : status;
}

/* Finds the placeholders $1…$n. INTERNAL: one is missing, or a placeholder has another name. */
static enum status indexes_find(struct statement *statement)
{
    int count = sqlite3_bind_parameter_count(statement->sqlite);
    if (count > VALUES_MAX) {
        log_write(LOG_ERROR, "store: %s: %d placeholders; at most %d", statement->sql->name, count,
                  VALUES_MAX);
        return INTERNAL;
    }
    for (int i = 0; i < count; i++) {
        char placeholder[PLACEHOLDER_BYTES_MAX];
        (void)snprintf(placeholder, sizeof placeholder, "$%d", i + 1);
        statement->indexes[i] = sqlite3_bind_parameter_index(statement->sqlite, placeholder);
        if (statement->indexes[i] == 0) {
            log_write(LOG_ERROR, "store: %s: has %d placeholders, but no %s", statement->sql->name,
                      count, placeholder);
            return INTERNAL;
        }
    }
    statement->value_count = (size_t)count;
    return OK;
}

static void finalize(void *self)
{
    struct statement *statement = self;
    (void)sqlite3_finalize(statement->sqlite);
    free(statement);
}

static enum status prepare(void *self, const struct db_sql *sql, bool kept, void **out)
{
    struct statement *statement = alloc_should_fail() ? NULL : calloc(1, sizeof *statement);
    if (statement == NULL) return RESOURCE_EXHAUSTED;
    statement->connection = self;
    statement->sql = sql;
    int result = sqlite3_prepare_v3(statement->connection->sqlite, sql->text, -1,
                                    kept ? SQLITE_PREPARE_PERSISTENT : 0, &statement->sqlite, NULL);
    enum status status = status_of(self, result, sql->name);
    if (status == OK) status = indexes_find(statement);
    if (status != OK) {
        finalize(statement);
        return status;
    }
    *out = statement;
    return OK;
}

static int bind_value(sqlite3_stmt *sqlite, int index, const struct db_value *value,
                      sqlite3_destructor_type lifetime)
{
    switch (value->type) {
    case DB_VALUE_NULL:
        return sqlite3_bind_null(sqlite, index);
    case DB_VALUE_INT:
        return sqlite3_bind_int64(sqlite, index, value->number);
    case DB_VALUE_TEXT:
        return sqlite3_bind_text64(sqlite, index, value->bytes, value->length, lifetime,
                                   SQLITE_UTF8);
    case DB_VALUE_BYTES:
        /* SQLite takes a NULL pointer for NULL, not for no bytes. */
        if (value->length == 0) return sqlite3_bind_zeroblob(sqlite, index, 0);
        return sqlite3_bind_blob64(sqlite, index, value->bytes, value->length, lifetime);
    }
    return SQLITE_MISUSE;
}

static enum status bind(void *self, const struct db_value *values, size_t count, bool copied)
{
    struct statement *statement = self;
    if (count != statement->value_count) {
        log_write(LOG_ERROR, "store: %s: has %zu placeholders, but was given %zu values",
                  statement->sql->name, statement->value_count, count);
        return INTERNAL;
    }
    for (size_t i = 0; i < count; i++) {
        int result = bind_value(statement->sqlite, statement->indexes[i], &values[i],
                                copied ? SQLITE_TRANSIENT : SQLITE_STATIC);
        if (result != SQLITE_OK) {
            return status_of(statement->connection, result, statement->sql->name);
        }
    }
    return OK;
}

static enum status step(void *self)
{
    struct statement *statement = self;
    int result = sqlite3_step(statement->sqlite);
    if (result == SQLITE_ROW) return OK;
    if (result == SQLITE_DONE) {
        if (!sqlite3_stmt_readonly(statement->sqlite)) statement->connection->logged = SQLITE_OK;
        return NOT_FOUND;
    }
    return status_of(statement->connection, result, statement->sql->name);
}

static void reset(void *self)
{
    struct statement *statement = self;
    (void)sqlite3_reset(statement->sqlite); /* Repeats the step's result, which was reported. */
    (void)sqlite3_clear_bindings(statement->sqlite);
}

static bool is_null(void *self, int column)
{
    const struct statement *statement = self;
    return sqlite3_column_type(statement->sqlite, column) == SQLITE_NULL;
}

static int64_t get_int(void *self, int column)
{
    const struct statement *statement = self;
    return sqlite3_column_int64(statement->sqlite, column);
}

/* A column is looked up once for its bytes and their number; without a mutex of the connection
 * that is allowed. */
static sqlite3_value *value_of(void *self, int column)
{
    const struct statement *statement = self;
    return sqlite3_column_value(statement->sqlite, column);
}

static struct text bytes_of(const void *bytes, sqlite3_value *value)
{
    if (bytes == NULL) return (struct text){"", 0};
    return (struct text){bytes, (size_t)sqlite3_value_bytes(value)};
}

static struct text get_text(void *self, int column)
{
    sqlite3_value *value = value_of(self, column);
    return bytes_of(sqlite3_value_text(value), value);
}

static struct text get_bytes(void *self, int column)
{
    sqlite3_value *value = value_of(self, column);
    return bytes_of(sqlite3_value_blob(value), value);
}

static int64_t changes(void *self)
{
    const struct connection *connection = self;
    return sqlite3_changes64(connection->sqlite);
}

static int64_t changes_total(void *self)
{
    const struct connection *connection = self;
    return sqlite3_total_changes64(connection->sqlite);
}

static bool in_transaction(void *self)
{
    const struct connection *connection = self;
    return sqlite3_get_autocommit(connection->sqlite) == 0;
}

/* The file has one writer, which nothing outside makes fail. */
static bool may_run_again(void *self)
{
    (void)self;
    return false;
}

const struct db_engine db_sqlite = {
    .name = "sqlite",
    .fails_alone = true,
    .calls_batch_max = CALLS_BATCH_MAX,
    .copy_begin = "PRAGMA defer_foreign_keys = ON",
    .copy_end = "",
    .copy_close = "PRAGMA journal_mode = DELETE",
    .open = open_file,
    .reopen = reopen_file,
    .close = close_file,
    .control = control,
    .prepare = prepare,
    .finalize = finalize,
    .bind = bind,
    .step = step,
    .reset = reset,
    .is_null = is_null,
    .get_int = get_int,
    .get_text = get_text,
    .get_bytes = get_bytes,
    .changes = changes,
    .changes_total = changes_total,
    .in_transaction = in_transaction,
    .may_run_again = may_run_again,
    .script = script,
};
