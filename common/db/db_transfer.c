#include "db/db_transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/db_engine.h"
#include "db_sql.h"

enum { COLUMNS_MAX = 32, NUMBER_BYTES_MAX = 24 };

enum status db_migrate_all(struct db *db, const struct db_migrations *sets, size_t count,
                           struct fault *fault)
{
    enum status status = OK;
    for (size_t i = 0; i < count && status == OK; i++)
        status = db_migrate(db, sets[i].steps, sets[i].count, fault);
    return status;
}

enum status db_migrated_all(struct db *db, const struct db_migrations *sets, size_t count,
                            struct fault *fault)
{
    enum status status = OK;
    size_t steps = 0;
    for (size_t i = 0; i < count && status == OK; i++) {
        steps += sets[i].count;
        status = db_migrated(db, sets[i].steps, sets[i].count, fault);
    }
    int64_t stored = 0;
    if (status == OK) status = db_query_int_values(db, &stored, &db_migration_count_sql, NULL, 0);
    if (status == OK && (uint64_t)stored != steps)
        status = fault_set(fault, FAILED_PRECONDITION,
                           "the store has %lld migrations, %zu of which are this service's: it is "
                           "another's",
                           (long long)stored, steps);
    return status;
}

/* ---- The schema ---- */

static enum status column_type(struct text declared, enum db_column_type *type)
{
    static const struct {
        const char *name;
        enum db_column_type type;
    } types[] = {
        {"INTEGER", DB_COLUMN_INT}, {"BIGINT", DB_COLUMN_INT},  {"TEXT", DB_COLUMN_TEXT},
        {"BLOB", DB_COLUMN_BYTES},  {"BYTEA", DB_COLUMN_BYTES},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (!text_equal(declared, text_from(types[i].name))) continue;
        *type = types[i].type;
        return OK;
    }
    return INTERNAL;
}

/* "a, b", "$1, $2" and the columns of the primary key, in the order of the key. */
struct column_lists {
    const char *names, *places, *key;
};

static enum status columns_read(struct arena *arena, struct db *db, struct db_table *table,
                                struct column_lists *lists, struct fault *fault)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &db_column_list_sql, DB_TEXT(table->name));
    if (status != OK) return status;
    *lists = (struct column_lists){"", "", ""};
    table->types = arena_calloc(arena, COLUMNS_MAX, sizeof *table->types);
    if (table->types == NULL) status = RESOURCE_EXHAUSTED;
    while (status == OK && (status = db_next(&rows)) == OK) {
        struct text name = db_text(&rows, 0);
        size_t i = table->column_count++;
        const char *comma = i == 0 ? "" : ", ";
        if (i == COLUMNS_MAX || column_type(db_text(&rows, 1), &table->types[i]) != OK) {
            status = fault_set(fault, INTERNAL, "%s.%.*s cannot be copied", table->name,
                               (int)name.length, name.bytes);
            break;
        }
        lists->names =
            arena_printf(arena, "%s%s%.*s", lists->names, comma, (int)name.length, name.bytes);
        lists->places = arena_printf(arena, "%s%s$%zu", lists->places, comma, i + 1);
        if (lists->names == NULL || lists->places == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

static enum status key_read(struct arena *arena, struct db *db, const struct db_table *table,
                            struct column_lists *lists)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &db_key_list_sql, DB_TEXT(table->name));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        struct text name = db_text(&rows, 0);
        const char *comma = lists->key[0] == '\0' ? "" : ", ";
        lists->key =
            arena_printf(arena, "%s%s%.*s", lists->key, comma, (int)name.length, name.bytes);
        if (lists->key == NULL) status = RESOURCE_EXHAUSTED;
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

static enum status table_read(struct arena *arena, struct db *db, struct db_table *table,
                              struct fault *fault)
{
    struct column_lists lists;
    enum status status = columns_read(arena, db, table, &lists, fault);
    if (status == OK) status = key_read(arena, db, table, &lists);
    if (status != OK) return status;
    if (lists.key[0] == '\0')
        return fault_set(fault, INTERNAL, "%s has no primary key", table->name);
    const char *select =
        arena_printf(arena, "SELECT %s FROM %s ORDER BY %s", lists.names, table->name, lists.key);
    const char *insert = arena_printf(arena, "INSERT INTO %s (%s) VALUES (%s)", table->name,
                                      lists.names, lists.places);
    const char *clear = arena_printf(arena, "DELETE FROM %s", table->name);
    struct db_sql *counting = arena_calloc(arena, 1, sizeof *counting);
    if (select == NULL || insert == NULL || clear == NULL || counting == NULL)
        return RESOURCE_EXHAUSTED;
    table->select = (struct db_sql){"select", select, .large = true};
    table->insert = (struct db_sql){"insert", insert};
    table->clear = (struct db_sql){"clear", clear};
    *counting =
        (struct db_sql){"count", arena_printf(arena, "SELECT count(*) FROM %s", table->name)};
    if (counting->text == NULL) return RESOURCE_EXHAUSTED;
    return db_query_int_values(db, &table->fresh_count, counting, NULL, 0);
}

static enum status tables_read(struct arena *arena, struct db *db, struct db_schema *schema)
{
    struct db_rows rows;
    size_t max = 0;
    *schema = (struct db_schema){NULL, 0};
    enum status status = db_query_plain(db, &rows, &db_table_list_sql);
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (schema->table_count == max) {
            struct db_table *grown =
                arena_grow(arena, schema->tables, schema->table_count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            schema->tables = grown;
        }
        struct db_table table = {.name = db_copy(&rows, 0, arena)};
        if (table.name == NULL) status = RESOURCE_EXHAUSTED;
        if (status != OK) break;
        schema->tables[schema->table_count++] = table;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status db_schema_read(struct arena *arena, const struct db_migrations *sets, size_t count,
                           struct db_schema *schema, struct fault *fault)
{
    const struct db_config config = {.store = ":memory:", .access = DB_READ_WRITE};
    struct db *db = NULL;
    enum status status = db_open(&config, &db, fault);
    if (status == OK) status = db_migrate_all(db, sets, count, fault);
    if (status == OK) status = tables_read(arena, db, schema);
    for (size_t i = 0; status == OK && i < schema->table_count; i++)
        status = table_read(arena, db, &schema->tables[i], fault);
    db_close(db);
    return status;
}

/* ---- Rows ---- */

static struct db_value value_of(const struct db_rows *rows, int column, enum db_column_type type)
{
    if (db_is_null(rows, column)) return DB_NULL;
    switch (type) {
    case DB_COLUMN_INT:
        return DB_INT(db_int(rows, column));
    case DB_COLUMN_TEXT: {
        struct text text = db_text(rows, column);
        return (struct db_value){.type = DB_VALUE_TEXT, .bytes = text.bytes, .length = text.length};
    }
    case DB_COLUMN_BYTES: {
        struct text bytes = db_bytes(rows, column);
        return DB_BYTES(bytes.bytes, bytes.length);
    }
    }
    return DB_NULL;
}

/* A value's part of a digest: what it is, how long, and its bytes; so no two rows give the same. */
static enum status value_digest(struct digest *digest, const struct db_value *value)
{
    char head[NUMBER_BYTES_MAX + sizeof "n"];
    size_t length = value->length;
    switch (value->type) {
    case DB_VALUE_NULL:
        return digest_add(digest, "n", 1);
    case DB_VALUE_INT:
        (void)snprintf(head, sizeof head, "i%" PRId64 ";", value->number);
        return digest_add(digest, head, strlen(head));
    case DB_VALUE_TEXT:
    case DB_VALUE_BYTES:
        (void)snprintf(head, sizeof head, "%c%zu:", value->type == DB_VALUE_TEXT ? 't' : 'b',
                       length);
        break;
    }
    enum status status = digest_add(digest, head, strlen(head));
    return status == OK ? digest_add(digest, value->bytes, length) : status;
}

/* Reads a table; writes each row into `to` where there is one. */
static enum status rows_visit(struct db *from, struct db *to, const struct db_table *table,
                              struct digest *digest, int64_t *count)
{
    struct db_rows rows;
    struct db_value values[COLUMNS_MAX];
    enum status status = db_query_plain(from, &rows, &table->select);
    if (status != OK) return status;
    *count = 0;
    while ((status = db_next(&rows)) == OK) {
        for (size_t i = 0; i < table->column_count && status == OK; i++) {
            values[i] = value_of(&rows, (int)i, table->types[i]);
            status = value_digest(digest, &values[i]);
        }
        if (status == OK && to != NULL)
            status = db_run_values(to, &table->insert, values, table->column_count);
        if (status != OK) break;
        ++*count;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

static enum status table_digest(struct db *from, struct db *to, const struct db_table *table,
                                struct db_table_digest *out, struct fault *fault)
{
    out->table = table->name;
    struct digest *digest = digest_new();
    if (digest == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for a digest");
    enum status status = rows_visit(from, to, table, digest, &out->rows);
    if (status == OK) status = digest_end(digest, out->digest);
    digest_free(digest);
    if (status == OK) return OK;
    return fault_set(fault, status, "%s cannot be %s", table->name, to == NULL ? "read" : "copied");
}

enum status db_digest(struct db *db, const struct db_schema *schema,
                      struct db_table_digest *digests, struct fault *fault)
{
    enum status status = OK;
    for (size_t i = 0; i < schema->table_count && status == OK; i++)
        status = table_digest(db, NULL, &schema->tables[i], &digests[i], fault);
    return status;
}

/* ---- The copy ---- */

/* Empties the tables of what the migrations wrote, the last first: others refer to the first. */
static enum status tables_clear(struct db *to, const struct db_schema *schema, struct fault *fault)
{
    for (size_t i = schema->table_count; i > 0; i--) {
        const struct db_table *table = &schema->tables[i - 1];
        enum status status = db_run_plain(to, &table->clear);
        if (status != OK) return fault_set(fault, status, "%s cannot be written", table->name);
        if (db_changes(to) != table->fresh_count)
            return fault_set(fault, FAILED_PRECONDITION,
                             "%s holds rows already; a store is only copied into a new one",
                             table->name);
    }
    return OK;
}

static enum status tables_copy(struct db *from, struct db *to, const struct db_schema *schema,
                               struct db_table_digest *digests, struct fault *fault)
{
    enum status status = db_script(to, to->engine->copy_begin, fault);
    if (status == OK) status = tables_clear(to, schema, fault);
    for (size_t i = 0; i < schema->table_count && status == OK; i++)
        status = table_digest(from, to, &schema->tables[i], &digests[i], fault);
    for (size_t i = 0; i < schema->table_count && status == OK; i++) {
        struct db_table_digest written;
        status = table_digest(to, NULL, &schema->tables[i], &written, fault);
        if (status == OK && strcmp(written.digest, digests[i].digest) != 0)
            status = fault_set(fault, DATA_LOSS, "%s differs after it was copied", written.table);
    }
    return status == OK ? db_script(to, to->engine->copy_end, fault) : status;
}

enum status db_transfer(struct db *from, struct db *to, const struct db_schema *schema,
                        struct db_table_digest *digests, struct fault *fault)
{
    enum status status = db_begin(to);
    if (status != OK) return fault_set(fault, status, "the new store cannot be written");
    status = tables_copy(from, to, schema, digests, fault);
    if (status == OK) {
        status = db_commit(to);
        if (status != OK) fault_set(fault, status, "the new store cannot be written");
    }
    if (status != OK) db_rollback(to);
    return status == OK ? db_script(to, to->engine->copy_close, fault) : status;
}
