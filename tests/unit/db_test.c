#include "db/db.h"

#include <stdio.h>
#include <string.h>

#include "support/store.h"
#include "support/suite.h"

static const struct db_migration steps[] = {
    {1, "1_groups",
     "-- Groups.\n"
     "CREATE TABLE groups (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE);"},
    {2, "2_members",
     "CREATE TABLE members (id INTEGER NOT NULL PRIMARY KEY, group_id INTEGER NOT NULL REFERENCES "
     "groups (id), age INTEGER CHECK (age >= 0), photo BYTEA);"
     "CREATE INDEX members_by_group ON members (group_id);"},
};

static const struct db_sql group_insert = {"group_insert",
                                           "INSERT INTO groups (id, name) VALUES ($1, $2)"};
static const struct db_sql group_list = {"group_list", "SELECT id, name FROM groups ORDER BY id"};
static const struct db_sql group_count = {"group_count", "SELECT count(*) FROM groups"};
static const struct db_sql group_delete = {"group_delete", "DELETE FROM groups WHERE id >= $1"};
static const struct db_sql member_insert = {
    "member_insert", "INSERT INTO members (photo, group_id, id, age) VALUES ($4, $2, $1, $3)"};
static const struct db_sql member_get = {
    "member_get", "SELECT id, group_id, age, photo FROM members WHERE id = $1"};

struct fixture {
    char path[STORE_PATH_BYTES];
    struct db *db;
};

static struct fixture fixture_open(void)
{
    struct fixture fixture = {0};
    struct fault fault = {0};
    store_path_new(fixture.path);
    struct db_config config = {fixture.path, DB_READ_WRITE, NULL};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &fixture.db, &fault), OK);
    CU_ASSERT_EQUAL_FATAL(db_migrate(fixture.db, steps, ARRAY_LENGTH(steps), &fault), OK);
    return fixture;
}

static void fixture_close(struct fixture *fixture)
{
    db_close(fixture->db);
    store_path_remove(fixture->path);
}

static int64_t groups_in(struct db *db)
{
    int64_t count = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &count, &group_count, NULL, 0), OK);
    return count;
}

static void binds_by_number_not_by_appearance(void)
{
    struct fixture at = fixture_open();
    static const uint8_t photo[] = {0, 1, 0xFF};
    CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(7), DB_TEXT("소통")), OK);
    CU_ASSERT_EQUAL(db_changes(at.db), 1);
    CU_ASSERT_EQUAL(
        db_run(at.db, &member_insert, DB_INT(1), DB_INT(7), DB_NULL, DB_BYTES(photo, 3)), OK);
    CU_ASSERT_EQUAL(
        db_run(at.db, &member_insert, DB_INT(2), DB_INT(7), DB_INT(30), DB_BYTES(NULL, 0)), OK);
    struct db_rows rows;
    CU_ASSERT_EQUAL_FATAL(db_query(at.db, &rows, &member_get, DB_INT(1)), OK);
    CU_ASSERT_EQUAL(db_next(&rows), OK);
    CU_ASSERT_EQUAL(db_int(&rows, 1), 7);
    CU_ASSERT(db_is_null(&rows, 2));
    CU_ASSERT_EQUAL(db_text(&rows, 2).length, 0);
    CU_ASSERT(text_equal(db_bytes(&rows, 3), (struct text){(const char *)photo, 3}));
    CU_ASSERT_EQUAL(db_next(&rows), NOT_FOUND);
    db_end(&rows);
    CU_ASSERT_EQUAL_FATAL(db_query(at.db, &rows, &member_get, DB_INT(2)), OK);
    CU_ASSERT_EQUAL(db_next(&rows), OK);
    CU_ASSERT_FALSE(db_is_null(&rows, 3));
    CU_ASSERT_EQUAL(db_bytes(&rows, 3).length, 0);
    db_end(&rows);
    fixture_close(&at);
}

static void copies_what_a_query_was_given(void)
{
    struct fixture at = fixture_open();
    static const struct db_sql echo = {"echo", "SELECT $1 UNION ALL SELECT $1"};
    char changing[] = "first";
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct db_rows rows;
    CU_ASSERT_EQUAL_FATAL(db_query(at.db, &rows, &echo, DB_TEXT(changing)), OK);
    CU_ASSERT_EQUAL(db_next(&rows), OK);
    changing[0] = 'F';
    CU_ASSERT_EQUAL(db_next(&rows), OK);
    CU_ASSERT_STRING_EQUAL(db_copy(&rows, 0, &arena), "first");
    db_end(&rows);
    arena_free(&arena);
    fixture_close(&at);
}

static void maps_errors(void)
{
    struct fixture at = fixture_open();
    static const struct db_sql wrong = {"wrong", "SELECT nothing FROM nowhere"};
    static const struct db_sql gap = {"gap", "SELECT $1, $3"};
    CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(1), DB_TEXT("a")), OK);
    struct {
        const struct db_sql *sql;
        struct db_value values[4];
        size_t count;
        enum status expected;
    } cases[] = {
        {&group_insert, {DB_INT(1), DB_TEXT("b")}, 2, ALREADY_EXISTS},
        {&group_insert, {DB_INT(2), DB_TEXT("a")}, 2, ALREADY_EXISTS},
        {&group_insert, {DB_INT(2), DB_NULL}, 2, FAILED_PRECONDITION},
        {&member_insert, {DB_INT(1), DB_INT(9), DB_NULL, DB_NULL}, 4, FAILED_PRECONDITION},
        {&member_insert, {DB_INT(1), DB_INT(1), DB_INT(-1), DB_NULL}, 4, FAILED_PRECONDITION},
        {&wrong, {DB_NULL}, 0, INTERNAL},
        {&gap, {DB_INT(1), DB_INT(2)}, 2, INTERNAL},
        {&group_insert, {DB_INT(1)}, 1, INTERNAL},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CU_ASSERT_EQUAL(db_run_values(at.db, cases[i].sql, cases[i].values, cases[i].count),
                        cases[i].expected);
    }
    /* A failed statement can be used again at once. */
    CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(2), DB_TEXT("b")), OK);
    CU_ASSERT_EQUAL(groups_in(at.db), 2);
    int64_t number;
    CU_ASSERT_EQUAL(db_query_int(at.db, &number, &member_get, DB_INT(1)), NOT_FOUND);
    fixture_close(&at);
}

static void reads_one_statement_within_itself(void)
{
    struct fixture at = fixture_open();
    for (int i = 1; i <= 3; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "g%d", i);
        CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(i), DB_TEXT(name)), OK);
    }
    struct db_rows outer;
    int pairs = 0;
    CU_ASSERT_EQUAL_FATAL(db_query_plain(at.db, &outer, &group_list), OK);
    while (db_next(&outer) == OK) {
        struct db_rows inner;
        CU_ASSERT_EQUAL_FATAL(db_query_plain(at.db, &inner, &group_list), OK);
        while (db_next(&inner) == OK)
            pairs++;
        db_end(&inner);
    }
    db_end(&outer);
    CU_ASSERT_EQUAL(pairs, 9);
    fixture_close(&at);
}

static void undoes_a_savepoint_alone(void)
{
    struct fixture at = fixture_open();
    CU_ASSERT_EQUAL(db_savepoint_begin(at.db), UNAVAILABLE); /* Outside a transaction. */
    CU_ASSERT_EQUAL(db_begin(at.db), OK);
    CU_ASSERT_EQUAL(db_savepoint_begin(at.db), OK);
    CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(1), DB_TEXT("kept")), OK);
    CU_ASSERT_EQUAL(db_savepoint_release(at.db), OK);
    CU_ASSERT_EQUAL(db_savepoint_begin(at.db), OK);
    CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(2), DB_TEXT("undone")), OK);
    db_savepoint_rollback(at.db);
    CU_ASSERT_EQUAL(db_commit(at.db), OK);
    CU_ASSERT_EQUAL(groups_in(at.db), 1);
    CU_ASSERT_EQUAL(db_begin(at.db), OK);
    CU_ASSERT_EQUAL(db_run(at.db, &group_delete, DB_INT(0)), OK);
    db_rollback(at.db);
    db_rollback(at.db); /* Nothing to undo: harmless. */
    CU_ASSERT_EQUAL(groups_in(at.db), 1);
    CU_ASSERT_EQUAL(db_commit(at.db), UNAVAILABLE);
    fixture_close(&at);
}

/* A savepoint at the beginning of a transaction is all of it. */
static void undoes_a_first_savepoint(void)
{
    struct fixture at = fixture_open();
    CU_ASSERT_EQUAL(db_begin(at.db), OK);
    for (int i = 1; i <= 2; i++) {
        CU_ASSERT_EQUAL(db_savepoint_begin(at.db), OK);
        CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(i), DB_TEXT("undone")), OK);
        db_savepoint_rollback(at.db);
        CU_ASSERT_EQUAL(groups_in(at.db), 0);
    }
    CU_ASSERT_EQUAL(db_savepoint_begin(at.db), OK);
    CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(3), DB_TEXT("kept")), OK);
    CU_ASSERT_EQUAL(db_savepoint_release(at.db), OK);
    CU_ASSERT_EQUAL(db_savepoint_begin(at.db), OK);
    CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(4), DB_TEXT("undone")), OK);
    db_savepoint_rollback(at.db);
    CU_ASSERT_EQUAL(groups_in(at.db), 1);
    CU_ASSERT_EQUAL(db_commit(at.db), OK);
    CU_ASSERT_EQUAL(groups_in(at.db), 1);
    fixture_close(&at);
}

static void reads_while_another_writes(void)
{
    struct fixture at = fixture_open();
    struct fault fault = {0};
    struct db_config config = {at.path, DB_READ_ONLY, NULL};
    struct db *reader = NULL;
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &reader, &fault), OK);
    CU_ASSERT_EQUAL(db_run(reader, &group_insert, DB_INT(1), DB_TEXT("a")), UNAVAILABLE);
    CU_ASSERT_EQUAL(db_begin(at.db), OK);
    CU_ASSERT_EQUAL(db_run(at.db, &group_insert, DB_INT(1), DB_TEXT("a")), OK);
    CU_ASSERT_EQUAL(groups_in(reader), 0);
    CU_ASSERT_EQUAL(db_commit(at.db), OK);
    CU_ASSERT_EQUAL(groups_in(reader), 1);
    db_close(reader);
    fixture_close(&at);
}

static void refuses_what_is_no_store(void)
{
    if (store_is_remote()) return; /* db_postgres_test has what is none there. */
    char path[STORE_PATH_BYTES];
    store_path_new(path);
    struct fault fault = {0};
    struct db *db = NULL;
    struct db_config missing = {path, DB_READ_ONLY, NULL};
    CU_ASSERT_EQUAL(db_open(&missing, &db, &fault), UNAVAILABLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, path));
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    for (int i = 0; i < 200; i++)
        (void)fputs("this is a letter, not a store. ", file);
    (void)fclose(file);
    struct db_config letter = {path, DB_READ_WRITE, NULL};
    CU_ASSERT_EQUAL(db_open(&letter, &db, &fault), UNAVAILABLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "not a database"));
    struct db_config nowhere = {"/nonexistent/folder/store.sqlite", DB_READ_WRITE, NULL};
    CU_ASSERT_EQUAL(db_open(&nowhere, &db, &fault), UNAVAILABLE);
    CU_ASSERT_PTR_NULL(db);
    store_path_remove(path);
}

static void refuses_other_migrations(void)
{
    static const struct db_migration changed[] = {
        {1, "1_groups", "CREATE TABLE groups (id INTEGER);"}, {2, "2_members", "SELECT 1;"}};
    static const struct db_migration fewer[] = {{2, "2_members", "not looked at"}};
    static const struct db_migration backwards[] = {{2, "2_members", ""}, {1, "1_groups", ""}};
    static const struct db_migration own[] = {
        {100, "100_lines", "CREATE TABLE lines (id INTEGER NOT NULL PRIMARY KEY);"}};
    static const struct db_migration broken[] = {
        {100, "100_lines", "CREATE TABLE lines (id INTEGER NOT NULL PRIMARY KEY);"},
        {101, "101_broken", "CREATE TABLE half (id INTEGER); CREATE NONSENSE;"}};
    static const struct db_migration before[] = {
        {89, "89_late", "SELECT 1;"},
        {100, "100_lines", "CREATE TABLE lines (id INTEGER NOT NULL PRIMARY KEY);"}};
    static const struct db_migration runtime[] = {{90, "90_a", "SELECT 1;"},
                                                  {99, "99_b", "SELECT 1;"}};
    static const struct db_migration runtime_before[] = {{91, "91_a", "SELECT 1;"}};
    struct {
        const struct db_migration *migrations;
        size_t count;
        enum status expected;
        const char *message;
    } cases[] = {
        {changed, 2, FAILED_PRECONDITION, "1_groups differs"},
        {steps, 1, FAILED_PRECONDITION, "2_members made this store"},
        {fewer, 1, FAILED_PRECONDITION, "1_groups made this store"},
        {backwards, 2, INTERNAL, "stands behind"},
        {own, 1, OK, ""}, /* The other range: nothing is said of 1 and 2. */
        {own, 1, OK, ""},
        {broken, 2, INTERNAL, "near \"NONSENSE\""},
        {own, 1, OK, ""}, /* Nothing of the broken step was kept. */
        {steps, 2, OK, ""},
        {before, 2, FAILED_PRECONDITION, "1_groups made this store"},
        {runtime, 2, OK, ""}, /* Between the two others, and apart from them. */
        {own, 1, OK, ""},
        {steps, 2, OK, ""},
        {runtime, 2, OK, ""},
        {runtime_before, 1, FAILED_PRECONDITION, "90_a made this store"},
    };
    struct fixture at = fixture_open();
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fault fault = {0};
        CU_ASSERT_EQUAL(db_migrate(at.db, cases[i].migrations, cases[i].count, &fault),
                        cases[i].expected);
        CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, cases[i].message));
    }
    static const struct db_sql half = {"half", "SELECT count(*) FROM half"};
    int64_t halves = -1;
    CU_ASSERT_EQUAL(db_query_int_values(at.db, &halves, &half, NULL, 0), INTERNAL);
    fixture_close(&at);
}

static void refuses_a_step_put_before_others(void)
{
    static const struct db_migration later[] = {{102, "102_b", "SELECT 1;"}};
    static const struct db_migration both[] = {{101, "101_a", "SELECT 1;"},
                                               {102, "102_b", "SELECT 1;"}};
    struct fixture at = fixture_open();
    struct fault fault = {0};
    CU_ASSERT_EQUAL(db_migrate(at.db, later, 1, &fault), OK);
    CU_ASSERT_EQUAL(db_migrate(at.db, both, 2, &fault), FAILED_PRECONDITION);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "101_a was put before 102_b"));
    fixture_close(&at);
}

/* Opens, migrates, writes and reads: everything that allocates. */
static enum status whole_life(const char *path)
{
    struct db_config config = {path, DB_READ_WRITE, NULL};
    struct fault fault;
    struct db *db = NULL;
    enum status status = db_open(&config, &db, &fault);
    if (status == OK) status = db_migrate(db, steps, ARRAY_LENGTH(steps), &fault);
    if (status == OK) status = db_begin(db);
    if (status == OK) status = db_savepoint_begin(db);
    if (status == OK) status = db_run(db, &group_insert, DB_INT(1), DB_TEXT("a"));
    if (status == OK) status = db_savepoint_release(db);
    if (status == OK) status = db_commit(db);
    int64_t count = 0;
    if (status == OK) status = db_query_int_values(db, &count, &group_count, NULL, 0);
    if (status == OK) CU_ASSERT_EQUAL(count, 1);
    if (db != NULL) db_rollback(db);
    db_close(db);
    return status;
}

static void survives_every_failed_allocation(void)
{
    enum { ALLOCATIONS_MAX = 20000 };
    char path[STORE_PATH_BYTES];
    enum status status = RESOURCE_EXHAUSTED;
    long nth = 0;
    while (status != OK && nth < ALLOCATIONS_MAX) {
        store_path_new(path);
        (void)alloc_fail_at(++nth);
        status = whole_life(path);
        if (alloc_fail_at(0) < nth) break; /* The life was over before. */
        if (status != OK && status != RESOURCE_EXHAUSTED) {
            (void)printf("allocation %ld: %s\n", nth, status_name(status));
        }
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        status = RESOURCE_EXHAUSTED; /* Some failures are made good; go on to the last. */
    }
    CU_ASSERT(nth > (store_is_remote() ? 10 : 100)); /* libpq's own are not counted. */
    CU_ASSERT(nth < ALLOCATIONS_MAX);
    store_path_new(path);
    CU_ASSERT_EQUAL(whole_life(path), OK);
    store_path_remove(path);
}

static void counts_allocations(void)
{
    CU_ASSERT_FATAL(store_count_allocations());
}

SUITE("db", {"counts allocations", counts_allocations},
      {"binds by number, not by appearance", binds_by_number_not_by_appearance},
      {"copies what a query was given", copies_what_a_query_was_given},
      {"maps errors", maps_errors},
      {"reads one statement within itself", reads_one_statement_within_itself},
      {"undoes a savepoint alone", undoes_a_savepoint_alone},
      {"undoes a first savepoint", undoes_a_first_savepoint},
      {"reads while another writes", reads_while_another_writes},
      {"refuses what is no store", refuses_what_is_no_store},
      {"refuses other migrations", refuses_other_migrations},
      {"refuses a step put before others", refuses_a_step_put_before_others},
      {"survives every failed allocation", survives_every_failed_allocation})
