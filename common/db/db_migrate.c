/* Migrations: which steps a store has, and the ones it lacks. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "db/db_engine.h"
#include "db_sql.h"

static bool same_range(int a, int b)
{
    return (a < DB_MIGRATION_RUNTIME_FIRST) == (b < DB_MIGRATION_RUNTIME_FIRST) &&
           (a < DB_MIGRATION_SERVICE_FIRST) == (b < DB_MIGRATION_SERVICE_FIRST);
}

static enum status order_check(const struct db_migration *migrations, size_t count,
                               struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && migrations[i].number <= migrations[i - 1].number) {
            return fault_set(fault, INTERNAL, "migration %s stands behind %s", migrations[i].name,
                             migrations[i - 1].name);
        }
    }
    return OK;
}

/* Compares a step that the store has with the program's of the same number. Steps of the other
 * range, where this call brings none of it, belong to another call. */
static enum status step_compare(const struct db_rows *rows, const struct db_migration *migrations,
                                size_t count, size_t *applied, struct fault *fault)
{
    int number = (int)db_int(rows, 0);
    struct text name = db_text(rows, 1);
    bool ours = false;
    for (size_t i = 0; i < count; i++) {
        ours = ours || same_range(number, migrations[i].number);
        if (migrations[i].number != number) continue;
        char digest[DIGEST_STRING_BYTES];
        enum status status = digest_of(migrations[i].text, strlen(migrations[i].text), digest);
        if (status != OK) return fault_set(fault, status, "no digest of %s", migrations[i].name);
        if (!text_equal(text_from(digest), db_text(rows, 2))) {
            return fault_set(fault, FAILED_PRECONDITION,
                             "migration %s differs from the one that made this store (%.*s)",
                             migrations[i].name, (int)name.length, name.bytes);
        }
        *applied |= (size_t)1 << i;
        return OK;
    }
    if (!ours) return OK;
    return fault_set(fault, FAILED_PRECONDITION,
                     "migration %.*s made this store, but this program does not know it",
                     (int)name.length, name.bytes);
}

/* Which of the steps the store has, as a set of bits. */
static enum status steps_compare(struct db *db, const struct db_migration *migrations, size_t count,
                                 size_t *applied, struct fault *fault)
{
    struct db_rows rows;
    enum status status = db_query_plain(db, &rows, &db_migration_list_sql);
    if (status != OK) return fault_set(fault, status, "the store's migrations cannot be read");
    while (status == OK && (status = db_next(&rows)) == OK) {
        status = step_compare(&rows, migrations, count, applied, fault);
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* Steps are appended only: none is missing before one that the store has. */
static enum status append_check(const struct db_migration *migrations, size_t count, size_t applied,
                                struct fault *fault)
{
    for (size_t i = 1; i < count; i++) {
        bool missing = (applied >> (i - 1) & 1) == 0;
        bool later = (applied >> i & 1) != 0;
        if (missing && later && same_range(migrations[i - 1].number, migrations[i].number)) {
            return fault_set(fault, FAILED_PRECONDITION,
                             "migration %s was put before %s, which this store has already",
                             migrations[i - 1].name, migrations[i].name);
        }
    }
    return OK;
}

static enum status step_run(struct db *db, const struct db_migration *migration,
                            struct fault *fault)
{
    struct fault cause = {0};
    char digest[DIGEST_STRING_BYTES];
    enum status status = digest_of(migration->text, strlen(migration->text), digest);
    if (status == OK) status = db_begin(db);
    if (status != OK) return fault_set(fault, status, "migration %s cannot begin", migration->name);
    status = db_script(db, migration->text, &cause);
    if (status == OK) {
        status = db_run(db, &db_migration_insert_sql, DB_INT(migration->number),
                        DB_TEXT(migration->name), DB_TEXT(digest), DB_INT(clock_now_ms()));
    }
    if (status == OK) status = db_commit(db);
    if (status == OK) return OK;
    db_rollback(db);
    return fault_set(fault, status, "migration %s failed: %s", migration->name,
                     cause.message[0] != '\0' ? cause.message : status_name(status));
}

static enum status steps_run(struct db *db, const struct db_migration *migrations, size_t count,
                             struct fault *fault)
{
    enum status status = db_run_plain(db, &db_migration_table_create_sql);
    if (status != OK) return fault_set(fault, status, "the table of migrations cannot be made");
    size_t applied = 0;
    status = steps_compare(db, migrations, count, &applied, fault);
    if (status == OK) status = append_check(migrations, count, applied, fault);
    for (size_t i = 0; status == OK && i < count; i++) {
        if ((applied >> i & 1) == 0) status = step_run(db, &migrations[i], fault);
    }
    return status;
}

enum status db_migrated(struct db *db, const struct db_migration *migrations, size_t count,
                        struct fault *fault)
{
    size_t applied = 0;
    enum status status = steps_compare(db, migrations, count, &applied, fault);
    for (size_t i = 0; status == OK && i < count; i++) {
        if ((applied >> i & 1) == 0)
            return fault_set(fault, FAILED_PRECONDITION,
                             "the store lacks migration %s; start its service once, which brings "
                             "it up",
                             migrations[i].name);
    }
    return status;
}

enum status db_migrate(struct db *db, const struct db_migration *migrations, size_t count,
                       struct fault *fault)
{
    if (count > DB_MIGRATIONS_MAX) {
        return fault_set(fault, INTERNAL, "%zu migrations; at most %d", count, DB_MIGRATIONS_MAX);
    }
    enum status status = order_check(migrations, count, fault);
    if (status != OK) return status;
    const struct db_engine *engine = db->engine;
    if (engine->migrate_begin != NULL) {
        struct fault cause = {0};
        status = engine->migrate_begin(db->connection, &cause);
        if (status != OK) return fault_set(fault, status, "migrations: %s", cause.message);
    }
    status = steps_run(db, migrations, count, fault);
    if (engine->migrate_end != NULL) engine->migrate_end(db->connection);
    return status;
}
