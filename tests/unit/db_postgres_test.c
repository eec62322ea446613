/* What only a store on PostgreSQL has. db_test runs on both engines. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "support/store.h"
#include "support/suite.h"

static const struct db_migration steps[] = {
    {1, "1_things",
     "CREATE TABLE things (id INTEGER NOT NULL PRIMARY KEY, word TEXT NOT NULL UNIQUE, n INTEGER,"
     " bytes BLOB);"
     "CREATE TABLE pairs (a TEXT NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;"
     "INSERT INTO things (id, word) VALUES (41, 'given');"},
};

static const struct db_sql thing_insert = {
    "thing_insert", "INSERT INTO things (word, n, bytes) VALUES ($1, $2, $3) RETURNING id"};
static const struct db_sql thing_count = {"thing_count", "SELECT count(*) FROM things"};
static const struct db_sql terminate = {
    "terminate", "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                 "WHERE pid <> pg_backend_pid() AND datname = current_database()"};

static struct db *opened(char path[static STORE_PATH_BYTES], enum db_access access)
{
    struct fault fault = {0};
    struct db *db = NULL;
    const struct db_config config = {path, access, "things"};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &db, &fault), OK);
    return db;
}

/* A connection to an empty store, in a schema of its own. */
static struct db *opened_anew(char path[static STORE_PATH_BYTES])
{
    static const struct db_sql drop = {"drop", "DROP SCHEMA IF EXISTS things CASCADE"};
    struct fault fault = {0};
    store_path_new(path);
    struct db *db = opened(path, DB_READ_WRITE);
    CU_ASSERT_EQUAL_FATAL(db_run_plain(db, &drop), OK);
    CU_ASSERT_EQUAL_FATAL(db_migrate(db, steps, ARRAY_LENGTH(steps), &fault), OK);
    return db;
}

static int64_t things_in(struct db *db)
{
    int64_t count = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &count, &thing_count, NULL, 0), OK);
    return count;
}

static void reads_every_type(void)
{
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    static const struct {
        const char *text;
        int64_t number;
        const char *as_text;
    } cases[] = {
        {"SELECT 1 = 1", 1, "1"},
        {"SELECT 7::smallint", 7, "7"},
        {"SELECT -7", -7, "-7"},
        {"SELECT 9223372036854775807", INT64_MAX, "9223372036854775807"},
        {"SELECT '-12'", -12, "-12"},
        {"SELECT sum(n) FROM (VALUES (0::bigint)) AS v (n)", 0, "0"},
        {"SELECT sum(n) FROM (VALUES (10000::bigint), (1::bigint)) AS v (n)", 10001, "10001"},
        {"SELECT sum(n) FROM (VALUES (100000000::bigint)) AS v (n)", 100000000, "100000000"},
        {"SELECT -12345678901234567.9::numeric", -12345678901234567, "-12345678901234567"},
        {"SELECT 9223372036854775807::numeric", INT64_MAX, "9223372036854775807"},
        {"SELECT (-9223372036854775808)::numeric", INT64_MIN, "-9223372036854775808"},
        {"SELECT 9223372036854775808::numeric", INT64_MAX, "9223372036854775807"},
        {"SELECT -1e30::numeric", INT64_MIN, "-9223372036854775808"},
        {"SELECT NULL::bigint", 0, ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct db_sql sql = {cases[i].text, cases[i].text};
        struct db_rows rows;
        CU_ASSERT_EQUAL_FATAL(db_query_plain(db, &rows, &sql), OK);
        CU_ASSERT_EQUAL(db_next(&rows), OK);
        CU_ASSERT_EQUAL(db_int(&rows, 0), cases[i].number);
        CU_ASSERT(text_equal(db_text(&rows, 0), text_from(cases[i].as_text)));
        db_end(&rows);
        /* Statements are known by the address of their struct, which the next case shares. */
        db_close(db);
        db = opened(path, DB_READ_WRITE);
    }
    static const struct db_sql fraction = {"fraction", "SELECT 0.5::double precision"};
    int64_t number;
    CU_ASSERT_EQUAL(db_query_int_values(db, &number, &fraction, NULL, 0), INTERNAL);
    db_close(db);
}

/* A NULL tells no type: the statement is prepared once more when a value does. */
static void takes_nulls_before_values(void)
{
    static const struct db_sql pick = {"pick", "SELECT coalesce($1, 5), $2 || 'x'"};
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    const int64_t large = INT64_C(1) << 40;
    struct {
        struct db_value values[2];
        int64_t number;
        const char *word;
    } cases[] = {
        {{DB_NULL, DB_NULL}, 5, ""},        {{DB_INT(large), DB_NULL}, large, ""},
        {{DB_NULL, DB_TEXT("a")}, 5, "ax"}, {{DB_INT(1), DB_TEXT("")}, 1, "x"},
        {{DB_INT(-1), DB_NULL}, -1, ""},    {{DB_NULL, DB_TEXT("소통")}, 5, "소통x"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct db_rows rows;
        CU_ASSERT_EQUAL_FATAL(db_query_values(db, &rows, &pick, cases[i].values, 2), OK);
        CU_ASSERT_EQUAL(db_next(&rows), OK);
        CU_ASSERT_EQUAL(db_int(&rows, 0), cases[i].number);
        CU_ASSERT(text_equal(db_text(&rows, 1), text_from(cases[i].word)));
        db_end(&rows);
    }
    db_close(db);
}

static void numbers_rows_behind_those_that_migrations_gave(void)
{
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    int64_t id = 0;
    CU_ASSERT_EQUAL(db_query_int(db, &id, &thing_insert, DB_TEXT("next"), DB_NULL, DB_NULL), OK);
    CU_ASSERT_EQUAL(id, 42);
    db_close(db);
}

/* As SQLite does, whatever the order of the database is. */
static void orders_text_by_bytes(void)
{
    static const char *const words[] = {"b", "B", "a", "ㄱ", "A", "가", "a b", "ab", "_", "1"};
    static const char *const sorted[] = {"1",  "A", "B",     "_",  "a", "a b",
                                         "ab", "b", "given", "ㄱ", "가"};
    static const struct db_sql list = {"list", "SELECT word FROM things ORDER BY word"};
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    int64_t id;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        CU_ASSERT_EQUAL(db_query_int(db, &id, &thing_insert, DB_TEXT(words[i]), DB_NULL, DB_NULL),
                        OK);
    }
    struct db_rows rows;
    CU_ASSERT_EQUAL_FATAL(db_query_plain(db, &rows, &list), OK);
    for (size_t i = 0; i < ARRAY_LENGTH(sorted); i++) {
        CU_ASSERT_EQUAL(db_next(&rows), OK);
        CU_ASSERT(text_equal(db_text(&rows, 0), text_from(sorted[i])));
    }
    CU_ASSERT_EQUAL(db_next(&rows), NOT_FOUND);
    db_end(&rows);
    db_close(db);
}

static void goes_on_after_a_lost_connection(void)
{
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    struct db *other = opened(path, DB_READ_WRITE);
    int64_t id, count;
    /* At rest: the next transaction finds out by itself. */
    CU_ASSERT_EQUAL(things_in(db), 1);
    CU_ASSERT_EQUAL(db_query_int_values(other, &count, &terminate, NULL, 0), OK);
    CU_ASSERT_EQUAL(db_begin(db), OK);
    enum status status = db_query_int(db, &id, &thing_insert, DB_TEXT("a"), DB_NULL, DB_NULL);
    while (status == UNAVAILABLE) { /* The server's last words may come late. */
        CU_ASSERT(db_may_run_again(db));
        CU_ASSERT_EQUAL(db_savepoint_begin(db), UNAVAILABLE);
        CU_ASSERT_EQUAL(db_commit(db), UNAVAILABLE);
        status = db_begin(db);
        if (status == OK)
            status = db_query_int(db, &id, &thing_insert, DB_TEXT("a"), DB_NULL, DB_NULL);
    }
    CU_ASSERT_EQUAL(status, OK);
    CU_ASSERT_EQUAL(db_commit(db), OK);
    /* Within a transaction: nothing of it is kept, and nothing else begins by accident. */
    CU_ASSERT_EQUAL(db_begin(db), OK);
    CU_ASSERT_EQUAL(db_query_int(db, &id, &thing_insert, DB_TEXT("b"), DB_NULL, DB_NULL), OK);
    CU_ASSERT_EQUAL(db_query_int_values(other, &count, &terminate, NULL, 0), OK);
    do {
        status = db_query_int(db, &count, &thing_count, DB_NULL);
    } while (status == INTERNAL); /* Wrong on purpose: it takes no value. */
    CU_ASSERT_EQUAL(status, UNAVAILABLE);
    CU_ASSERT_EQUAL(db_query_int_values(db, &count, &thing_count, NULL, 0), UNAVAILABLE);
    CU_ASSERT(db_may_run_again(db));
    db_rollback(db);
    CU_ASSERT_EQUAL(things_in(db), 2);
    CU_ASSERT_EQUAL(db_begin(db), OK);
    CU_ASSERT_EQUAL(db_query_int(db, &id, &thing_insert, DB_TEXT("b"), DB_NULL, DB_NULL), OK);
    CU_ASSERT_EQUAL(db_commit(db), OK);
    CU_ASSERT_EQUAL(things_in(other), 3);
    db_close(other);
    db_close(db);
}

/* The commit of what has failed is a rollback that PostgreSQL calls a success. */
static void does_not_commit_what_failed(void)
{
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    int64_t id;
    CU_ASSERT_EQUAL(db_begin(db), OK);
    CU_ASSERT_EQUAL(db_query_int(db, &id, &thing_insert, DB_TEXT("a"), DB_NULL, DB_NULL), OK);
    CU_ASSERT_EQUAL(db_query_int(db, &id, &thing_insert, DB_TEXT("a"), DB_NULL, DB_NULL),
                    ALREADY_EXISTS);
    CU_ASSERT_EQUAL(db_commit(db), UNAVAILABLE);
    CU_ASSERT_EQUAL(things_in(db), 1);
    db_close(db);
}

static void undoes_savepoints_that_failed(void)
{
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    int64_t id;
    CU_ASSERT_EQUAL(db_begin(db), OK);
    for (int i = 0; i < 20; i++) {
        CU_ASSERT_EQUAL(db_savepoint_begin(db), OK);
        enum status status = db_query_int(db, &id, &thing_insert, DB_TEXT("a"), DB_NULL, DB_NULL);
        CU_ASSERT_EQUAL(status, i == 0 ? OK : ALREADY_EXISTS);
        if (status == OK) {
            CU_ASSERT_EQUAL(db_savepoint_release(db), OK);
        } else {
            db_savepoint_rollback(db);
        }
        CU_ASSERT_EQUAL(db_savepoint_begin(db), OK); /* Without a statement. */
        db_savepoint_rollback(db);
    }
    CU_ASSERT_EQUAL(db_commit(db), OK);
    CU_ASSERT_EQUAL(things_in(db), 2);
    db_close(db);
}

/* More rows than are fetched at a time, while other statements run between. */
static void reads_large_results_in_pieces(void)
{
    static const struct db_sql numbers = {
        "numbers", "SELECT n::bigint FROM generate_series(1, $1::bigint) AS s (n)", .large = true};
    static const int64_t lengths[] = {0, 1, 999, 1000, 1001, 2000, 2500};
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    for (size_t i = 0; i < 2 * ARRAY_LENGTH(lengths); i++) {
        bool transaction = i % 2 == 0;
        if (transaction) CU_ASSERT_EQUAL(db_begin(db), OK);
        struct db_rows rows;
        int64_t count = 0, sum = 0;
        CU_ASSERT_EQUAL_FATAL(db_query(db, &rows, &numbers, DB_INT(lengths[i / 2])), OK);
        while (db_next(&rows) == OK) {
            sum += db_int(&rows, 0);
            if (count++ % 500 == 0) CU_ASSERT_EQUAL(things_in(db), 1);
        }
        CU_ASSERT_EQUAL(db_next(&rows), NOT_FOUND);
        db_end(&rows);
        CU_ASSERT_EQUAL(count, lengths[i / 2]);
        CU_ASSERT_EQUAL(sum, lengths[i / 2] * (lengths[i / 2] + 1) / 2);
        if (transaction) CU_ASSERT_EQUAL(db_commit(db), OK);
    }
    db_close(db);
}

/* 100 MB, of which no more is held than what is fetched at a time. Under sanitizers nothing can be
 * told of the heap. */
static void holds_a_piece_of_a_large_result(void)
{
    enum { ROWS = 200000, ROW_BYTES = 500, HELD_BYTES_MAX = 8 << 20 };
    static const struct db_sql list = {
        "list", "SELECT repeat('x', $2::integer) FROM generate_series(1, $1::bigint)",
        .large = true};
    char path[STORE_PATH_BYTES];
    struct db *db = opened_anew(path);
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, most = before;
    struct db_rows rows;
    int64_t count = 0;
    CU_ASSERT_EQUAL(db_begin(db), OK);
    CU_ASSERT_EQUAL_FATAL(db_query(db, &rows, &list, DB_INT(ROWS), DB_INT(ROW_BYTES)), OK);
    while (db_next(&rows) == OK) {
        if (count++ % 100 != 0) continue;
        size_t held = mallinfo2().uordblks + mallinfo2().hblkhd;
        if (held > most) most = held;
    }
    db_end(&rows);
    CU_ASSERT_EQUAL(db_commit(db), OK);
    CU_ASSERT_EQUAL(count, ROWS);
    CU_ASSERT(most - before < HELD_BYTES_MAX);
    db_close(db);
}

static void refuses_what_cannot_be(void)
{
    char path[STORE_PATH_BYTES];
    store_path_new(path);
    static const struct {
        const char *store, *schema;
        enum status status;
        const char *message;
    } cases[] = {
        {NULL, "Budget", INVALID_ARGUMENT, "Budget"},
        {NULL, "a\"; DROP", INVALID_ARGUMENT, "schema"},
        {NULL, "", INVALID_ARGUMENT, "schema"},
        {"postgresql://nobody:tiger@127.0.0.1:1/x", "a", UNAVAILABLE, "refused"},
        {"postgresql:///x?host=/nonexistent&password=tiger", "a", UNAVAILABLE, "No such file"},
        {"postgresql://u:tiger@[", "a", INVALID_ARGUMENT, "connection string"},
        {"postgresql://u:tiger@h/?nothing=1", "a", INVALID_ARGUMENT, "connection string"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct db_config config = {cases[i].store == NULL ? path : cases[i].store,
                                         DB_READ_WRITE, cases[i].schema};
        struct fault fault = {0};
        struct db *db = NULL;
        CU_ASSERT_EQUAL(db_open(&config, &db, &fault), cases[i].status);
        CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, cases[i].message));
        CU_ASSERT_PTR_NULL(strstr(fault.message, "tiger"));
        CU_ASSERT_PTR_NULL(db);
    }
}

static void keeps_commits_durable(void)
{
    static const struct db_sql off = {
        "off", "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND "
               "setting = 'off'"};
    char path[STORE_PATH_BYTES], store[STORE_PATH_BYTES + 64];
    db_close(opened_anew(path));
    (void)snprintf(store, sizeof store, "%s&options=-csynchronous_commit%%3Doff", path);
    struct fault fault = {0};
    struct db *db = NULL;
    const struct db_config config = {store, DB_READ_WRITE, "things"};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &db, &fault), OK);
    int64_t count = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &count, &off, NULL, 0), OK);
    CU_ASSERT_EQUAL(count, 0);
    db_close(db);
}

SUITE("db_postgres", {"reads every type", reads_every_type},
      {"takes NULLs before values", takes_nulls_before_values},
      {"numbers rows behind those that migrations gave",
       numbers_rows_behind_those_that_migrations_gave},
      {"orders text by bytes", orders_text_by_bytes},
      {"goes on after a lost connection", goes_on_after_a_lost_connection},
      {"does not commit what failed", does_not_commit_what_failed},
      {"undoes savepoints that failed", undoes_savepoints_that_failed},
      {"reads large results in pieces", reads_large_results_in_pieces},
      {"holds a piece of a large result", holds_a_piece_of_a_large_result},
      {"refuses what cannot be", refuses_what_cannot_be},
      {"keeps commits durable", keeps_commits_durable})
