/* A store: statements, rows and transactions, on SQLite or PostgreSQL. Nothing above this header
 * knows the engine.
 *
 * A `struct db` is one connection and belongs to one thread at a time. Statements are the .sql
 * files of a folder, embedded at build time as `const struct db_sql <folder>_<file>_sql` (see cmake
 * function sotong_embed_sql); each connection prepares a statement once and keeps it. One whose
 * rows no LIMIT bounds says `-- Large: …` at its beginning.
 *
 *     struct db_rows rows;
 *     enum status status = db_query(db, &rows, &budget_line_get_sql, DB_TEXT(name));
 *     while (status == OK && (status = db_next(&rows)) == OK) use(db_int(&rows, 0));
 *     // NOT_FOUND here means that the rows have ended.
 *     db_end(&rows);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"
#include "base/text.h"

struct db;

/* One statement, with placeholders $1…$n. */
struct db_sql {
    const char *name;
    const char *text;
    bool large; /* Its rows may not fit memory together. Others come whole from a server. */
};

/* One numbered step of a schema; the steps are append-only. */
struct db_migration {
    int number;
    const char *name;
    const char *text; /* One or more statements. */
};

enum db_access { DB_READ_WRITE, DB_READ_ONLY };

/* Where a store is: the path of a SQLite file, or postgresql://… as libpq takes it (PGHOST,
 * PGPASSWORD, PGPASSFILE and the others of its variables work). The string may hold a password: it
 * never goes to a log or a fault. */
struct db_config {
    const char *store;
    enum db_access access;
    const char *schema; /* PostgreSQL: the schema of all tables, which migrations make; NULL:
                         * public. */
    bool later;         /* PostgreSQL: connects with the first statement or transaction. */
};

/* Whether the store is a server's: a statement is a round trip that may block, and other processes
 * may write to it. */
bool db_is_remote(const char *store);

/* A value for a placeholder. */
struct db_value {
    enum { DB_VALUE_NULL, DB_VALUE_INT, DB_VALUE_TEXT, DB_VALUE_BYTES } type;
    int64_t number;
    const void *bytes;
    size_t length;
};

#define DB_NULL ((struct db_value){.type = DB_VALUE_NULL})
#define DB_INT(value) ((struct db_value){.type = DB_VALUE_INT, .number = (value)})
#define DB_TEXT(string) db_text_value(string)
#define DB_BYTES(from, count)                                                                      \
    ((struct db_value){.type = DB_VALUE_BYTES, .bytes = (from), .length = (count)})

/* A C string as a value; NULL becomes SQL's NULL. */
struct db_value db_text_value(const char *string);

/* Opens a connection. UNAVAILABLE: the file cannot be opened or is no store, or the server cannot
 * be reached or does not let us in; FAILED_PRECONDITION: the server or the database will never do;
 * INVALID_ARGUMENT: the schema's name is none. The fault says why.
 *
 * A connection that is lost later answers UNAVAILABLE; db_begin opens it again. */
NODISCARD enum status db_open(const struct db_config *config, struct db **out, struct fault *fault);

/* Closes it; NULL is accepted. */
void db_close(struct db *db);

/* What the connection met since this was last asked: DATA_LOSS, the store is damaged; UNAVAILABLE,
 * it could not be read or written; OK, neither. */
enum status db_trouble(struct db *db);

/* Opens the connection anew, as it may be of no more use after a failed read or write; no query may
 * be open. A transaction is rolled back. UNAVAILABLE: it cannot be opened; the old one stays. */
NODISCARD enum status db_reopen(struct db *db, struct fault *fault);

/* Brings the schema up to the last migration, each step in its own transaction, and stores each
 * step's digest. The steps stand in the order of their numbers.
 *
 * Steps from 1 are those of the slice store, steps from DB_MIGRATION_RUNTIME_FIRST the runtime's,
 * steps from DB_MIGRATION_SERVICE_FIRST a service's own; none depends on another range. A call may
 * bring several, or it is called once for each: steps of a range that a call does not bring are
 * left alone.
 *
 * FAILED_PRECONDITION: the store was made by other migrations; the fault names the first that
 * differs, is not known, or was not appended at the end. */
enum {
    DB_MIGRATION_RUNTIME_FIRST = 90,
    DB_MIGRATION_SERVICE_FIRST = 100,
    DB_MIGRATIONS_MAX = 64,
};
NODISCARD enum status db_migrate(struct db *db, const struct db_migration *migrations, size_t count,
                                 struct fault *fault);

/* The same without bringing anything up: the store has these steps and no others of their range.
 * FAILED_PRECONDITION as db_migrate, and: it lacks one. */
NODISCARD enum status db_migrated(struct db *db, const struct db_migration *migrations,
                                  size_t count, struct fault *fault);

/* Runs a statement to its end and forgets its rows.
 * ALREADY_EXISTS: a unique or primary key exists. FAILED_PRECONDITION: another constraint.
 * UNAVAILABLE: the store cannot be written or read now. RESOURCE_EXHAUSTED: no memory.
 * INTERNAL: the statement is wrong; it is logged. */
#define db_run(db, sql, ...)                                                                       \
    db_run_values(db, sql, (const struct db_value[]){__VA_ARGS__},                                 \
                  sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))
NODISCARD enum status db_run_values(struct db *db, const struct db_sql *sql,
                                    const struct db_value *values, size_t count);
/* The same without placeholders. */
NODISCARD enum status db_run_plain(struct db *db, const struct db_sql *sql);

/* Rows changed by the last db_run. */
int64_t db_changes(struct db *db);

/* Rows changed since the connection was opened, also those that were rolled back. */
int64_t db_changes_total(struct db *db);

/* The rows of a statement, one at a time. Texts and bytes live until the next db_next or db_end. */
struct db_rows {
    struct db *db;
    void *statement;
};

#define db_query(db, rows, sql, ...)                                                               \
    db_query_values(db, rows, sql, (const struct db_value[]){__VA_ARGS__},                         \
                    sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))
NODISCARD enum status db_query_values(struct db *db, struct db_rows *rows, const struct db_sql *sql,
                                      const struct db_value *values, size_t count);
NODISCARD enum status db_query_plain(struct db *db, struct db_rows *rows, const struct db_sql *sql);

/* The next row. NOT_FOUND: there are no more. Others as db_run. */
NODISCARD enum status db_next(struct db_rows *rows);

/* Ends a query; must be called after every successful db_query, also after the last row. */
void db_end(struct db_rows *rows);

/* Columns of the current row, from 0. */
bool db_is_null(const struct db_rows *rows, int column);
int64_t db_int(const struct db_rows *rows, int column);
struct text db_text(const struct db_rows *rows, int column);  /* Borrowed; "" for NULL. */
struct text db_bytes(const struct db_rows *rows, int column); /* Borrowed. */
/* A copy with a NUL in the arena; "" for NULL. NULL: no memory. */
NODISCARD char *db_copy(const struct db_rows *rows, int column, struct arena *arena);

/* One integer of a statement's first row (count, max …); NOT_FOUND: no row. */
#define db_query_int(db, number, sql, ...)                                                         \
    db_query_int_values(db, number, sql, (const struct db_value[]){__VA_ARGS__},                   \
                        sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))
NODISCARD enum status db_query_int_values(struct db *db, int64_t *number, const struct db_sql *sql,
                                          const struct db_value *values, size_t count);

/* Transactions. A savepoint lives within a transaction; db_savepoint_rollback undoes it alone. Only
 * the runtime calls these; handlers run inside. There is one transaction that writes at a time,
 * over all processes. Once a statement has failed, only the rollback of its savepoint or of the
 * transaction is sure to work.
 *
 * A commit that answers UNAVAILABLE may have been done: who asks again finds out. */
NODISCARD enum status db_begin(struct db *db);
NODISCARD enum status db_commit(struct db *db);
void db_rollback(struct db *db);
NODISCARD enum status db_savepoint_begin(struct db *db);
NODISCARD enum status db_savepoint_release(struct db *db);
void db_savepoint_rollback(struct db *db);

/* A transaction is open. */
bool db_in_transaction(const struct db *db);

/* OK: a transaction is open. An engine may have rolled it back by itself: what is left of it must
 * fail then, and not begin another by accident. RESOURCE_EXHAUSTED: for want of memory;
 * UNAVAILABLE: for something else, a full disk for instance. */
NODISCARD enum status db_transaction_check(const struct db *db);

/* After a failed transaction or statement: it met something that has passed by now (a conflict, a
 * lost connection), surely nothing of it was kept, and the same once more may succeed. */
bool db_may_run_again(const struct db *db);

/* A statement that fails changes nothing and leaves its transaction in order, or ends it: who sees
 * by db_changes_total that nothing was changed needs no savepoint to undo it. */
bool db_fails_alone(const struct db *db);

/* How many calls should share a transaction at most. */
size_t db_calls_batch_max(const struct db *db);
