#include "db/db_wal.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "support/store.h"
#include "support/suite.h"

enum { TEXT_BYTES = 1500, WRITES_MAX = 8 };

static const struct db_migration steps[] = {
    {1, "1_notes", "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL);"},
};
static const struct db_sql note_put = {"note_put",
                                       "INSERT INTO notes (id, text) VALUES ($1, $2)"
                                       " ON CONFLICT (id) DO UPDATE SET text = excluded.text"};
static const struct db_sql note_count = {"note_count",
                                         "SELECT count(*) FROM notes WHERE text = $1"};
static const struct db_sql check = {"check", "SELECT count(*) FROM pragma_integrity_check"
                                             " WHERE integrity_check = 'ok'"};

struct fixture {
    char path[STORE_PATH_BYTES];
    struct db *writer, *reader;
};

static struct db *open_as(struct fixture *fixture, enum db_access access)
{
    struct db *db = NULL;
    struct fault fault = {0};
    struct db_config config = {fixture->path, access, NULL};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &db, &fault), OK);
    return db;
}

static struct fixture fixture_open(void)
{
    struct fixture fixture = {0};
    struct fault fault = {0};
    store_path_new(fixture.path);
    fixture.writer = open_as(&fixture, DB_READ_WRITE);
    CU_ASSERT_EQUAL_FATAL(db_migrate(fixture.writer, steps, ARRAY_LENGTH(steps), &fault), OK);
    fixture.reader = open_as(&fixture, DB_READ_ONLY);
    return fixture;
}

/* Another connection reads what the log holds, and so does the next one, when it is in the file. */
static void fixture_close(struct fixture *fixture, const char *text, int64_t wanted)
{
    int64_t seen = -1;
    CU_ASSERT_EQUAL(db_query_int(fixture->reader, &seen, &note_count, DB_TEXT(text)), OK);
    CU_ASSERT_EQUAL(seen, wanted);
    CU_ASSERT_EQUAL(db_query_int_values(fixture->reader, &seen, &check, NULL, 0), OK);
    CU_ASSERT_EQUAL(seen, 1);
    db_close(fixture->reader);
    db_close(fixture->writer);
    struct db *later = open_as(fixture, DB_READ_WRITE);
    CU_ASSERT_EQUAL(db_query_int(later, &seen, &note_count, DB_TEXT(text)), OK);
    CU_ASSERT_EQUAL(seen, wanted);
    CU_ASSERT_EQUAL(db_query_int_values(later, &seen, &check, NULL, 0), OK);
    CU_ASSERT_EQUAL(seen, 1);
    db_close(later);
    store_path_remove(fixture->path);
}

static const char *text_of(char fill, char text[static TEXT_BYTES])
{
    memset(text, fill, TEXT_BYTES - 1);
    text[TEXT_BYTES - 1] = '\0';
    return text;
}

static void notes_put(struct db *db, int first, int count, const char *text)
{
    enum status status = OK;
    for (int i = first; i < first + count && status == OK; i++)
        status = db_run(db, &note_put, DB_INT(i), DB_TEXT(text));
    CU_ASSERT_EQUAL(status, OK);
}

/* Whoever is told of a commit finds it, whatever its size. */
static void shows_each_commit(void)
{
    char text[TEXT_BYTES];
    int count = 0;
    struct fixture at = fixture_open();
    (void)text_of('a', text);
    for (int size = 1; size < 120; size += 3) {
        int64_t seen = -1;
        CU_ASSERT_EQUAL(db_begin(at.writer), OK);
        notes_put(at.writer, count, size, text);
        CU_ASSERT_EQUAL(db_commit(at.writer), OK);
        count += size;
        CU_ASSERT_EQUAL(db_query_int(at.reader, &seen, &note_count, DB_TEXT(text)), OK);
        CU_ASSERT_EQUAL(seen, count);
    }
    fixture_close(&at, text, count);
}

/* A transaction that is larger than the cache goes to the log before its end, is read back from it,
 * changes pages that are there already, and is undone in part. */
static void holds_more_than_the_cache(void)
{
    enum { COUNT = 4000 };
    static char old[TEXT_BYTES], new[TEXT_BYTES];
    int64_t seen = -1;
    struct fixture at = fixture_open();
    (void)text_of('o', old);
    (void)text_of('n', new);
    CU_ASSERT_EQUAL(db_begin(at.writer), OK);
    notes_put(at.writer, 0, COUNT, old);
    CU_ASSERT_EQUAL(db_query_int(at.writer, &seen, &note_count, DB_TEXT(old)), OK);
    CU_ASSERT_EQUAL(seen, COUNT);
    notes_put(at.writer, 0, COUNT / 2, new);
    CU_ASSERT_EQUAL(db_savepoint_begin(at.writer), OK);
    notes_put(at.writer, 0, COUNT, old);
    db_savepoint_rollback(at.writer);
    CU_ASSERT_EQUAL(db_query_int(at.reader, &seen, &note_count, DB_TEXT(new)), OK);
    CU_ASSERT_EQUAL(seen, 0);
    CU_ASSERT_EQUAL(db_commit(at.writer), OK);
    fixture_close(&at, new, COUNT / 2);
}

static void forgets_what_was_rolled_back(void)
{
    enum { COUNT = 3000 };
    char text[TEXT_BYTES];
    struct fixture at = fixture_open();
    (void)text_of('r', text);
    for (int turn = 0; turn < 3; turn++) {
        CU_ASSERT_EQUAL(db_begin(at.writer), OK);
        notes_put(at.writer, 0, COUNT, text);
        db_rollback(at.writer);
        CU_ASSERT_EQUAL(db_begin(at.writer), OK);
        notes_put(at.writer, turn, 1, text);
        CU_ASSERT_EQUAL(db_commit(at.writer), OK);
    }
    fixture_close(&at, text, 3);
}

/* Writing system calls of this process so far; -1: the system does not say. */
static long writes_so_far(void)
{
    char line[128];
    long writes = -1;
    FILE *file = fopen("/proc/self/io", "re");
    if (file == NULL) return -1;
    while (writes < 0 && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "syscw: %ld", &writes);
    (void)fclose(file);
    return writes;
}

static void writes_in_few_pieces(void)
{
    char text[TEXT_BYTES];
    struct fixture at = fixture_open();
    (void)text_of('w', text);
    CU_ASSERT_EQUAL(db_begin(at.writer), OK);
    notes_put(at.writer, 0, 100, text);
    long before = writes_so_far();
    CU_ASSERT_EQUAL(db_commit(at.writer), OK);
    if (before >= 0) CU_ASSERT(writes_so_far() - before <= WRITES_MAX);
    fixture_close(&at, text, 100);
}

/* A commit without a sync must be in the file too, where others look for it. */
static void shows_commits_that_are_not_synced(void)
{
    struct fixture at = fixture_open();
    sqlite3 *other = NULL;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open_v2(at.path, &other, SQLITE_OPEN_READWRITE, db_wal_vfs()),
                          SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_exec(other, "PRAGMA synchronous = OFF", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < 20; i++) {
        int64_t seen = -1;
        CU_ASSERT_EQUAL(
            sqlite3_exec(other, "INSERT INTO notes (text) VALUES ('late')", NULL, NULL, NULL),
            SQLITE_OK);
        CU_ASSERT_EQUAL(db_query_int(at.reader, &seen, &note_count, DB_TEXT("late")), OK);
        CU_ASSERT_EQUAL(seen, i + 1);
    }
    CU_ASSERT_EQUAL(sqlite3_close(other), SQLITE_OK);
    fixture_close(&at, "late", 20);
}

/* A disk that takes nothing, and SQLite reads in the middle of a transaction: what it took for
 * written is lost. It must not go on with that transaction, and may begin the next. */
static void tells_what_is_lost(void)
{
    enum { HEAD_BYTES = 24, PAGE_BYTES = 4096, FRAME_BYTES = HEAD_BYTES + PAGE_BYTES };
    static const unsigned char head[HEAD_BYTES], page[PAGE_BYTES];
    unsigned char bytes[HEAD_BYTES];
    sqlite3_vfs *vfs = sqlite3_vfs_find(db_wal_vfs());
    CU_ASSERT_PTR_NOT_NULL_FATAL(vfs);
    sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL;
    CU_ASSERT_EQUAL_FATAL(vfs->xOpen(vfs, "/dev/full", file, flags, NULL), SQLITE_OK);
    const sqlite3_io_methods *log = file->pMethods;
    CU_ASSERT_EQUAL(log->xWrite(file, head, HEAD_BYTES, FRAME_BYTES), SQLITE_OK);
    CU_ASSERT_EQUAL(log->xWrite(file, page, PAGE_BYTES, FRAME_BYTES + HEAD_BYTES), SQLITE_OK);
    CU_ASSERT_NOT_EQUAL(log->xRead(file, bytes, HEAD_BYTES, 0), SQLITE_OK);
    CU_ASSERT_EQUAL(log->xRead(file, bytes, HEAD_BYTES, 0), SQLITE_OK); /* Is older. */
    CU_ASSERT_NOT_EQUAL(log->xRead(file, bytes, HEAD_BYTES, FRAME_BYTES), SQLITE_OK);
    CU_ASSERT_NOT_EQUAL(log->xWrite(file, head, HEAD_BYTES, (sqlite3_int64)2 * FRAME_BYTES),
                        SQLITE_OK);
    CU_ASSERT_EQUAL(log->xWrite(file, head, HEAD_BYTES, FRAME_BYTES), SQLITE_OK);
    CU_ASSERT_NOT_EQUAL(log->xSync(file, SQLITE_SYNC_NORMAL), SQLITE_OK);
    CU_ASSERT_EQUAL(log->xClose(file), SQLITE_OK);
    free(file);
}

static void is_made_once(void)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(db_wal_vfs());
    CU_ASSERT_STRING_EQUAL(db_wal_vfs(), db_wal_vfs());
}

SUITE("db_wal", {"shows each commit", shows_each_commit},
      {"holds more than the cache", holds_more_than_the_cache},
      {"forgets what was rolled back", forgets_what_was_rolled_back},
      {"writes in few pieces", writes_in_few_pieces},
      {"shows commits that are not synced", shows_commits_that_are_not_synced},
      {"tells what is lost", tells_what_is_lost}, {"is made once", is_made_once})
