/* Stores copied whole, and compared by digests. */
#include "db/db_transfer.h"

#include <string.h>

#include "support/store.h"
#include "support/suite.h"

enum { ARENA_BYTES_MAX = 1 << 20, TABLES_MAX = 4 };

/* "members" refers to a table that is made later, and to itself. */
static const struct db_migration first_steps[] = {
    {1, "1_members",
     "CREATE TABLE members (id INTEGER NOT NULL PRIMARY KEY,"
     " above_id INTEGER REFERENCES members (id), age BIGINT REFERENCES ages (age), photo BLOB);"},
};
static const struct db_migration second_steps[] = {
    {100, "100_ages",
     "CREATE TABLE ages (age BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (name, age),"
     " UNIQUE (age)); INSERT INTO ages VALUES (1, 'given');"},
};
static const struct db_migrations sets[] = {{first_steps, ARRAY_LENGTH(first_steps)},
                                            {second_steps, ARRAY_LENGTH(second_steps)}};

static const struct db_sql age_insert = {"age_insert", "INSERT INTO ages VALUES ($1, $2)"};
static const struct db_sql member_insert = {"member_insert",
                                            "INSERT INTO members VALUES ($1, $2, $3, $4)"};
static const struct db_sql member_change = {"member_change",
                                            "UPDATE members SET photo = $2 WHERE id = $1"};

struct fixture {
    struct arena arena;
    struct db_schema schema;
    struct fault fault;
    struct store {
        char path[STORE_PATH_BYTES];
        struct db *db;
        struct db_table_digest digests[TABLES_MAX];
    } from, to;
};

static void store_open(struct fixture *at, struct store *store, const char *ending)
{
    store_path_new(store->path);
    (void)strncat(store->path, ending, STORE_PATH_BYTES - strlen(store->path) - 1);
    store_path_remove(store->path);
    const struct db_config config = {store->path, DB_READ_WRITE};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &store->db, &at->fault), OK);
    CU_ASSERT_EQUAL_FATAL(db_migrate_all(store->db, sets, ARRAY_LENGTH(sets), &at->fault), OK);
}

static void store_close(struct store *store)
{
    db_close(store->db);
    store_path_remove(store->path);
}

static void member_put(struct db *db, int64_t id, struct db_value above, struct db_value age,
                       struct db_value photo)
{
    CU_ASSERT_EQUAL(db_run(db, &member_insert, DB_INT(id), above, age, photo), OK);
}

static void fixture_open(struct fixture *at)
{
    memset(at, 0, sizeof *at);
    arena_init(&at->arena, ARENA_BYTES_MAX);
    CU_ASSERT_EQUAL_FATAL(
        db_schema_read(&at->arena, sets, ARRAY_LENGTH(sets), &at->schema, &at->fault), OK);
    CU_ASSERT_EQUAL_FATAL(at->schema.table_count, 2);
    store_open(at, &at->from, "");
    store_open(at, &at->to, "-copy");
    struct db *db = at->from.db;
    CU_ASSERT_EQUAL(db_run(db, &age_insert, DB_INT(INT64_MAX), DB_TEXT("나이")), OK);
    CU_ASSERT_EQUAL(db_run(db, &age_insert, DB_INT(-5), DB_TEXT("")), OK);
    member_put(db, 7, DB_NULL, DB_INT(INT64_MAX), DB_BYTES("\0\xFF", 2));
    member_put(db, 3, DB_INT(7), DB_NULL, DB_BYTES("", 0)); /* The one above comes after it. */
    member_put(db, 9, DB_INT(9), DB_INT(1), DB_NULL);
}

static void fixture_close(struct fixture *at)
{
    store_close(&at->from);
    store_close(&at->to);
    arena_free(&at->arena);
}

static void digests_read(struct fixture *at, struct store *store)
{
    CU_ASSERT_EQUAL(db_digest(store->db, &at->schema, store->digests, &at->fault), OK);
}

static bool same(const struct store *a, const struct store *b, size_t table)
{
    return a->digests[table].rows == b->digests[table].rows &&
           strcmp(a->digests[table].digest, b->digests[table].digest) == 0;
}

static void copies_every_value(void)
{
    struct fixture at;
    fixture_open(&at);
    struct db_table_digest copied[TABLES_MAX];
    CU_ASSERT_EQUAL(db_transfer(at.from.db, at.to.db, &at.schema, copied, &at.fault), OK);
    digests_read(&at, &at.from);
    digests_read(&at, &at.to);
    for (size_t i = 0; i < at.schema.table_count; i++) {
        CU_ASSERT_EQUAL(copied[i].rows, 3);
        CU_ASSERT_STRING_EQUAL(copied[i].digest, at.from.digests[i].digest);
        CU_ASSERT(same(&at.from, &at.to, i));
    }
    fixture_close(&at);
}

static void copies_into_new_stores_only(void)
{
    struct fixture at;
    fixture_open(&at);
    struct db_table_digest copied[TABLES_MAX];
    member_put(at.to.db, 1, DB_NULL, DB_NULL, DB_NULL);
    digests_read(&at, &at.to);
    struct store before = at.to;
    CU_ASSERT_EQUAL(db_transfer(at.from.db, at.to.db, &at.schema, copied, &at.fault),
                    FAILED_PRECONDITION);
    CU_ASSERT_STRING_EQUAL(at.fault.message,
                           "members holds rows already; a store is only copied into a new one");
    digests_read(&at, &at.to);
    CU_ASSERT(same(&before, &at.to, 0) && same(&before, &at.to, 1));
    fixture_close(&at);
}

static void digests_tell_values_apart(void)
{
    static const struct db_value values[] = {
        {.type = DB_VALUE_NULL},
        {.type = DB_VALUE_BYTES, .bytes = "", .length = 0},
        {.type = DB_VALUE_BYTES, .bytes = "n", .length = 1},
        {.type = DB_VALUE_BYTES, .bytes = "nn", .length = 2},
    };
    struct fixture at;
    char digests[ARRAY_LENGTH(values)][DIGEST_STRING_BYTES];
    fixture_open(&at);
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        CU_ASSERT_EQUAL(db_run(at.from.db, &member_change, DB_INT(9), values[i]), OK);
        digests_read(&at, &at.from);
        memcpy(digests[i], at.from.digests[1].digest, DIGEST_STRING_BYTES);
        for (size_t k = 0; k < i; k++)
            CU_ASSERT_STRING_NOT_EQUAL(digests[i], digests[k]);
    }
    fixture_close(&at);
}

static void knows_whose_store_it_is(void)
{
    struct fixture at;
    fixture_open(&at);
    CU_ASSERT_EQUAL(db_migrated_all(at.from.db, sets, 2, &at.fault), OK);
    CU_ASSERT_EQUAL(db_migrated_all(at.from.db, sets, 1, &at.fault), FAILED_PRECONDITION);
    static const struct db_migration more[] = {
        {100, "100_ages", "SELECT 1"},
        {101, "101_later", "SELECT 1"},
    };
    const struct db_migrations other[] = {sets[0], {more, 1}};
    CU_ASSERT_EQUAL(db_migrated_all(at.from.db, other, 2, &at.fault), FAILED_PRECONDITION);
    fixture_close(&at);
}

SUITE("db_transfer", {"copies every value", copies_every_value},
      {"copies into new stores only", copies_into_new_stores_only},
      {"digests tell values apart", digests_tell_values_apart},
      {"knows whose store it is", knows_whose_store_it_is})
